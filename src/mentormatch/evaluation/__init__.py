"""How good, how fair and how sure a result is: plain data and statistics, which know no rule.

What has to solve again stands above: it is asked of the problem or of the coordinator's view, and
its answers are the frozen data of this package.
"""

from __future__ import annotations

from mentormatch.evaluation.backtesting import Backtest, Discrimination, backtest
from mentormatch.evaluation.comparison import Scenario, Scenarios, Shift
from mentormatch.evaluation.firmness import Dependence, PairFirmness, Sensitivity
from mentormatch.evaluation.influences import CriterionInfluence, Influence

__all__ = [
    "Backtest",
    "CriterionInfluence",
    "Dependence",
    "Discrimination",
    "Influence",
    "PairFirmness",
    "Scenario",
    "Scenarios",
    "Sensitivity",
    "Shift",
    "backtest",
]
