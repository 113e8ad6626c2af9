"""The problem: people's scores and the rules together, and what can be asked of them."""

from mentormatch.problem.plan import UNSET, Unset
from mentormatch.problem.problem import Problem
from mentormatch.problem.record import Record, Run

__all__ = ["UNSET", "Problem", "Record", "Run", "Unset"]
