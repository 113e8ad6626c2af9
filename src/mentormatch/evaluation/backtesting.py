"""Whether weights would have told good pairs from bad ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from mentormatch.errors import Fault, InputError, without_frames
from mentormatch.evaluation.intervals import Areas, Z, area_interval, areas
from mentormatch.evaluation.past import labelled, scores_of, weightings_of
from mentormatch.evaluation.tables import as_json, named, native_frame, text_table
from mentormatch.people import Masked

if TYPE_CHECKING:
    from datetime import date

    from mentormatch.people import Pool

CANNOT_TELL: Final = "cannot tell"

FEWEST_PAIRS: Final = 80
"""With fewer pairs nothing is told, whatever the numbers look like."""

FEWEST_OF_A_KIND: Final = 10
"""Nor with fewer good ones or fewer bad ones."""


@dataclass(frozen=True, slots=True)
class Discrimination:
    """How well one weighting tells good pairs from bad ones.

    Attributes
    ----------
    name
        Of the weighting.
    area
        The area under the ROC curve: how often, of a good and a bad pair, the good one scores higher, ties
        counted half. 0.5 is chance. None where there are no two such pairs.
    low, high
        Its 95 % interval.
    verdict
        ``"better than chance"``, ``"worse than chance"`` or ``"cannot tell"``.
    """

    name: str
    area: float | None
    low: float | None
    high: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One weighting held against another.

    Attributes
    ----------
    one, other
        Names.
    difference
        The area of the first less that of the second; None where there are none.
    low, high
        Its 95 % interval.
    verdict
        ``"better"``, ``"worse"`` (the first, than the second) or ``"cannot tell"``.
    """

    one: str
    other: str
    difference: float | None
    low: float | None
    high: float | None
    verdict: str


@dataclass(frozen=True, repr=False)
class Backtest:
    """Weightings tried on pairs whose outcome is known; made by :func:`mentormatch.backtest`. It names nobody.

    Attributes
    ----------
    presets
        One a weighting, in the order given; iterating goes over them.
    differences
        Each two weightings, the earlier first.
    pairs, good, bad
        How many pairs have an outcome, and how many of each kind there are.
    left_out
        How many pairs have none.
    good_from
        The least outcome that counts as good; None where outcomes say it themselves.
    enough
        Whether there are enough of them to tell anything: 80 pairs, and 10 of each kind.
    """

    presets: tuple[Discrimination, ...]
    differences: tuple[Difference, ...]
    pairs: int
    good: int
    bad: int
    left_out: int
    good_from: float | None
    enough: bool

    def __iter__(self) -> Any:
        return iter(self.presets)

    def __len__(self) -> int:
        return len(self.presets)

    def __getitem__(self, name: str) -> Discrimination:
        return named({one.name: one for one in self.presets}, name)

    def text(self) -> str:
        """Say it in words: what each weighting tells apart, how sure that is, and which is better."""
        head = f"{self.pairs} pairs, {self.good} good and {self.bad} bad"
        if self.good_from is not None:
            head += f" (good: an outcome of {self.good_from:g} or more)"
        lines = [head]
        if not self.enough:
            lines.append(
                f"too few to tell: it takes {FEWEST_PAIRS} pairs, and {FEWEST_OF_A_KIND} good and bad ones each"
            )
        rows = [(one.name, _number(one.area), _range(one.low, one.high), one.verdict) for one in self.presets]
        lines += ["", *text_table(("weighting", "AUC", "interval", "verdict"), rows)]
        rows = [
            (f"{one.one} – {one.other}", _number(one.difference), _range(one.low, one.high), one.verdict)
            for one in self.differences
        ]
        if rows:
            lines += ["", *text_table(("difference", "AUC", "interval", "verdict"), rows)]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    def to_json(self) -> str:
        """Return :meth:`to_dict` as JSON."""
        return as_json(self.to_dict())

    def to_frame(self, backend: str | None = None) -> Any:
        """Return a data frame with a row for each weighting; see :meth:`Sensitivity.to_frame`."""
        names = ("name", "area", "low", "high", "verdict")
        return native_frame({name: [getattr(one, name) for one in self.presets] for name in names}, backend)

    def __repr__(self) -> str:
        told = ", ".join(f"{one.name} {_number(one.area)} ({one.verdict})" for one in self.presets)
        return f"Backtest({self.pairs} pairs: {told})"


def backtest(
    past_pairs: Iterable[tuple[Any, Any]],
    outcomes: Iterable[Any],
    presets: Any = None,
    *,
    pool: Pool | None = None,
    good: float | None = None,
    on: date | None = None,
) -> Backtest:
    """Say whether weights would have told good past pairs from bad ones.

    Parameters
    ----------
    past_pairs
        ``(mentee, mentor)``: each a :class:`Mentee` and a :class:`Mentor`, or a mapping of the same fields; or, with
        a pool, their ids. One person may stand in several pairs, each time the same.
    outcomes
        One a pair, in the same order: True or False, 1 or 0, or any numbers, the higher the better. None or NaN: not
        known, and the pair is left out.
    presets
        Which weightings to try: a preset's name, several names, or ``{label: weighting}`` where a weighting is a
        name, :class:`Settings` or ``{scorer: weight}``. None: every preset.
    pool
        The people, where pairs are ids.
    good
        For outcomes that are neither 0 nor 1: the least that counts as good. None: the value that cuts
        the outcomes into halves as equal as can be.
    on
        The date on which hours and daylight saving are read; None: today.

    Returns
    -------
    Backtest
        Per weighting the area under the ROC curve with its 95 % interval, the differences between
        each two with theirs, and a verdict in words. Under 80 pairs, or under 10 good or 10 bad ones, every
        verdict is ``"cannot tell"``.

    Raises
    ------
    InputError
        Pairs or outcomes that cannot be read, people not in the pool, weightings that do not exist; every fault
        of one kind at once.

    Notes
    -----
    DeLong, DeLong & Clarke-Pearson, Biometrics 44 (1988), for the variance of an area and of differences between
    areas on the same pairs; the interval of one area is taken on the scale of log odds, and where all good
    pairs score higher than all bad ones by Newcombe, Statistics in Medicine 25 (2006). The intervals take
    pairs for independent: where a few people stand in many pairs, they are too narrow.

    Only pairs that were made have an outcome. A programme that made good pairs only by these very weights
    has little left for them to tell apart (restriction of range), and the area is then too low.

    Examples
    --------
    >>> import mentormatch as mm
    >>> pairs = [
    ...     ({"id": f"a{k}", "needs": ["law"]}, {"id": f"b{k}", "offers": ["law" if k % 2 else "art"]})
    ...     for k in range(100)
    ... ]
    >>> mm.backtest(pairs, [k % 2 for k in range(100)], {"skills": {"needs_offers": 1}})
    Backtest(100 pairs: skills 1.00 (better than chance))
    """
    given = Masked((past_pairs, outcomes, presets, pool))
    del past_pairs, outcomes, presets, pool  # a traceback may show what this frame holds
    return without_frames(lambda: _tried(given, good, on))


def _tried(given: Masked, good: float | None, on: date | None) -> Backtest:
    past_pairs, outcomes, presets, pool = given.value
    weightings = weightings_of(presets)
    pairs, told = _listed(past_pairs, "past_pairs"), _listed(outcomes, "outcomes")
    if len(pairs) != len(told):
        msg = f"{len(told)} outcomes for {len(pairs)} pairs: one for each, None where it is not known"
        raise InputError(Fault(("outcomes",), "wrong_length", msg))
    known, is_good, good_from = labelled(told, good)
    scores = scores_of(pairs, pool, weightings, on)[:, known]
    many, some = int(known.sum()), int(is_good.sum())
    enough = many >= FEWEST_PAIRS and min(some, many - some) >= FEWEST_OF_A_KIND
    found = areas(scores, is_good) if 0 < some < many else None
    names = tuple(weightings)
    return Backtest(
        presets=tuple(_judged(name, k, found, enough=enough) for k, name in enumerate(names)),
        differences=tuple(
            _compared((names[a], names[b]), (a, b), found, enough=enough) for a, b in combinations(range(len(names)), 2)
        ),
        pairs=many,
        good=some,
        bad=many - some,
        left_out=len(pairs) - many,
        good_from=good_from,
        enough=enough,
    )


def _listed(given: Any, name: str) -> list[Any]:
    """Return what an argument lists."""
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise InputError(Fault((name,), "not_a_list", "must be a list, one a pair"))
    return list(given)


def _judged(name: str, place: int, found: Areas | None, *, enough: bool) -> Discrimination:
    if found is None:
        return Discrimination(name, None, None, None, CANNOT_TELL)
    area = float(found.area[place])
    low, high = area_interval(area, float(found.covariance[place, place]), found.good, found.bad)
    verdict = "better than chance" if low > 0.5 else "worse than chance" if high < 0.5 else CANNOT_TELL
    return Discrimination(name, area, low, high, verdict if enough else CANNOT_TELL)


def _compared(names: tuple[str, str], at: tuple[int, int], found: Areas | None, *, enough: bool) -> Difference:
    if found is None:
        return Difference(*names, None, None, None, CANNOT_TELL)
    (a, b), spread = at, found.covariance
    apart = float(found.area[a] - found.area[b])
    half = Z * math.sqrt(max(0.0, float(spread[a, a] + spread[b, b] - 2 * spread[a, b])))
    low, high = max(-1.0, apart - half), min(1.0, apart + half)
    verdict = "better" if low > 0 else "worse" if high < 0 else CANNOT_TELL
    return Difference(*names, apart, low, high, verdict if enough else CANNOT_TELL)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"


def _range(low: float | None, high: float | None) -> str:
    return "none" if low is None or high is None else f"{low:.2f} to {high:.2f}"
