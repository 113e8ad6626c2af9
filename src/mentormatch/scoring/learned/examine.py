"""What a model that saw none of these people would have said of them: cross-validation by whole groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from mentormatch.scoring.learned import figures
from mentormatch.scoring.learned.figures import Figure, Floats, Ints, Measures
from mentormatch.scoring.learned.fit import learned
from mentormatch.scoring.learned.folds import deal, parts_of

FOLDS: Final = 10
"""Parts of the cross-validation; every pair is looked at by a model made without its whole part."""

_MOST_REPEATS: Final = 5
_PAIRS: Final = 5000

BETTER: Final = "better than the preset"
WORSE: Final = "worse than the preset"
UNSURE: Final = "cannot tell"
NO_BETTER: Final = "no better than the base rate"


@dataclass(frozen=True)
class LearnedReport:
    """How well the learned weights tell good pairs from others, by cross-validation.

    Attributes
    ----------
    pairs, good
        How many pairs there were, and how many of them were good.
    groups
        How many groups were held out, whole: ``group_kind`` says what a group is.
    group_kind
        ``"pairs"``, ``"people"``, ``"mentees"``, ``"mentors"`` or ``"groups"`` as given.
    folds, repeats
        Parts of the cross-validation, and how often it was dealt anew; figures are means over these.
    learned, preset, base
        Measures of the learned model, of the preset's weights (with an intercept and a scale learned from
        the same pairs), and of the base rate alone: ``auc``, ``brier`` and ``calibration``, each with ``value``,
        ``low`` and ``high``, its 95 % interval.
    over_preset, over_base
        Brier score of the preset, and of the base rate, less that of the learned model: above 0 the
        learned model is better.
    reliability
        (mean chance, share of good pairs, pairs) of each of ten bins, from the first deal.
    """

    pairs: int
    good: int
    groups: int
    group_kind: str
    folds: int
    repeats: int
    learned: Measures
    preset: Measures
    base: Measures
    over_preset: Figure
    over_base: Figure
    reliability: tuple[tuple[float, float, int], ...]

    @property
    def verdict(self) -> str:
        """What the intervals say, in words.

        ``"no better than the base rate"``
            The interval of ``over_base`` does not lie above 0: nothing here shows that the criteria tell
            good pairs from others.
        ``"better than the preset"``, ``"worse than the preset"``
            Better than the base rate, and the interval of ``over_preset`` lies above, or below, 0.
        ``"cannot tell"``
            Better than the base rate, and the interval of ``over_preset`` holds 0.
        """
        if self.over_base.low <= 0:
            return NO_BETTER
        if self.over_preset.low > 0:
            return BETTER
        return WORSE if self.over_preset.high < 0 else UNSURE


def examined(values: Floats, good: Floats, groups: Ints, kind: str, weights: Floats, seed: int) -> LearnedReport:
    """Return the report of a cross-validation.

    Parameters
    ----------
    values
        (pairs, criteria); NaN unknown.
    good
        1.0 or 0.0 a pair.
    groups
        The number of each pair's group.
    """
    draw = np.random.default_rng([seed, 1])
    repeats = max(1, min(_MOST_REPEATS, _PAIRS // len(good)))
    deals = [_told(values, good, groups, weights, draw) for _ in range(repeats)]
    found = _measured(deals, good, groups, np.random.default_rng([seed, 2]))
    ours, preset, base = (
        Measures(figures.figure(own[0]), figures.figure(own[1]), figures.error_figure(own[2])) for own in found
    )
    return LearnedReport(
        pairs=len(good),
        good=int(good.sum()),
        groups=len(np.unique(groups)),
        group_kind=kind,
        folds=FOLDS,
        repeats=repeats,
        learned=ours,
        preset=preset,
        base=base,
        over_preset=figures.figure(found[1, 1] - found[0, 1]),
        over_base=figures.figure(found[2, 1] - found[0, 1]),
        reliability=figures.bins(deals[0][0], good),
    )


def _told(values: Floats, good: Floats, groups: Ints, weights: Floats, draw: np.random.Generator) -> Floats:
    """Return the chances of all pairs by the learned model, the preset and the base rate: (3, pairs)."""
    chances = np.empty((3, len(good)))
    for inside, outside in parts_of(deal(good, groups, FOLDS, draw), FOLDS):
        ours, preset = learned(values[inside], good[inside], groups[inside], weights, draw)
        chances[0, outside] = ours.chances(values[outside])
        chances[1, outside] = preset.chances(values[outside])
        chances[2, outside] = good[inside].mean()
    return chances


def _measured(deals: list[Floats], good: Floats, groups: Ints, draw: np.random.Generator) -> Floats:
    """Return AUC, Brier score and calibration error of the three ways: (3, 3, 1 + resamples)."""
    blocks = []
    for times in figures.resamples(groups, draw):
        block = np.zeros((3, 3, len(times)))
        for chances in deals:
            for way, told in enumerate(chances):
                # the base rate puts nobody before anybody; that it differs from fold to fold is no knowledge
                ranked = told if way < 2 else np.zeros_like(told)
                block[way, 0] += figures.auc(ranked, good, times)
                block[way, 1] += figures.brier(told, good, times)
                block[way, 2] += figures.calibration(told, good, times)
        blocks.append(block / len(deals))
    return np.concatenate(blocks, axis=2)
