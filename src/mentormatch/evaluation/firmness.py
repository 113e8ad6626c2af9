"""How often each pair of a matching survives when weights and answers are not quite what they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from mentormatch.evaluation.intervals import wilson
from mentormatch.evaluation.tables import as_json, native_frame, percent, text_table

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRM, LIKELY, COIN_FLIP = "firm", "likely", "coin-flip"

FIRM_FROM: Final = 0.8
"""A pair is firm if the whole interval of how often it survives lies here or above: 88 of 100."""

LIKELY_FROM: Final = 0.5
"""It is likely if the whole interval lies here or above, 60 of 100, and else a coin-flip."""

_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class PairFirmness:
    """How often one pair survives.

    Attributes
    ----------
    mentee, mentor
        Ids.
    survived, times
        In how many of how many re-solves the pair was made again.
    low, high
        The 95 % interval of that share (Wilson 1927).
    placed
        Whether it must be made, by a lock or a rule: then it survives whatever the scores.
    """

    mentee: str
    mentor: str
    survived: int
    times: int
    low: float
    high: float
    placed: bool = False

    @classmethod
    def counted(cls, pair: tuple[str, str], survived: int, times: int, *, placed: bool = False) -> PairFirmness:
        """Return it with its interval."""
        return cls(*pair, survived, times, *wilson(survived, times), placed=placed)

    @property
    def share(self) -> float:
        """The share of the re-solves in which it was made again."""
        return self.survived / self.times

    @property
    def word(self) -> str:
        """``"firm"`` from an interval of 0.8 or above, ``"likely"`` from 0.5, else ``"coin-flip"``."""
        if self.placed or self.low >= FIRM_FROM:
            return FIRM
        return LIKELY if self.low >= LIKELY_FROM else COIN_FLIP


@dataclass(frozen=True, slots=True)
class Dependence:
    """How much the matching hangs on one criterion.

    Attributes
    ----------
    criterion, weight
        Its name and its share of the weight.
    left_out
        The share of the pairs that are not made without it, the other weights in proportion.
    expected
        The share of the pairs that change on average when its weight alone, and the answers to it
        alone, are varied as they are varied for the pairs.
    """

    criterion: str
    weight: float
    left_out: float
    expected: float


@dataclass(frozen=True, repr=False)
class Sensitivity:
    """How sure a matching is; made by :func:`mentormatch.sensitivity`.

    It holds the pairs of the matching, how often each survives, and nothing of any other pair or of any rule.
    It is the coordinator's all the same: how often a pair survives depends on every rule, confidential ones too.

    Attributes
    ----------
    pairs
        One a pair of the matching, in its order; iterating goes over them.
    criteria
        One a criterion, sorted by name.
    times, jitter, missing, seed
        What was asked for.
    unsolved
        In how many re-solves there was no matching at all, as where minimums and a smallest score cannot
        both be kept; no pair survives there.
    """

    pairs: tuple[PairFirmness, ...]
    criteria: tuple[Dependence, ...]
    times: int
    jitter: float
    missing: float
    seed: int
    unsolved: int = 0

    def __iter__(self) -> Iterator[PairFirmness]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def counts(self) -> dict[str, int]:
        """How many pairs are firm, likely and coin-flips."""
        found = Counter(pair.word for pair in self.pairs)
        return {word: found[word] for word in (FIRM, LIKELY, COIN_FLIP)}

    @property
    def expected_survival(self) -> float | None:
        """The share of all pairs that a re-solve makes again on average; None where there is no pair."""
        return sum(pair.share for pair in self.pairs) / len(self.pairs) if self.pairs else None

    def of(self, mentee: str, mentor: str) -> PairFirmness | None:
        """Return how often a pair survives; None if the matching does not make it."""
        return next((one for one in self.pairs if (one.mentee, one.mentor) == (mentee, mentor)), None)

    def text(self, *, most: int = _SHOWN) -> str:
        """Say it in words: how many are firm, the pairs that are least so, and what the result hangs on.

        Parameters
        ----------
        most
            So many pairs are listed, those that survive least often first.
        """
        told = ", ".join(f"{count} {word}" for word, count in self.counts.items())
        varied = f"weights varied by {percent(self.jitter)}, {percent(self.missing)} of the answers left out"
        lines = [f"{len(self.pairs)} pairs: {told}", f"{self.times} re-solves, {varied}"]
        if self.unsolved:
            lines.append(f"in {self.unsolved} of them no matching kept every rule")
        weakest = sorted(self.pairs, key=lambda one: (one.share, one.mentee, one.mentor))
        rows = [
            (f"{one.mentee} – {one.mentor}", percent(one.share), f"{one.low:.0%}–{one.high:.0%}", one.word)
            for one in weakest
        ]
        if rows:
            lines += ["", *text_table(("pair", "survives", "interval", ""), rows, most=most)]
        criteria = [
            (one.criterion, percent(one.weight), percent(one.left_out), percent(one.expected)) for one in self.criteria
        ]
        if criteria:
            lines += ["", *text_table(("criterion", "weight", "change without it", "change expected"), criteria)]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "times": self.times,
            "jitter": self.jitter,
            "missing": self.missing,
            "seed": self.seed,
            "unsolved": self.unsolved,
            "counts": self.counts,
            "pairs": [{**asdict(one), "share": one.share, "word": one.word} for one in self.pairs],
            "criteria": [asdict(one) for one in self.criteria],
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as JSON."""
        return as_json(self.to_dict())

    def to_frame(self, backend: str | None = None) -> Any:
        """Return a data frame with a row for each pair.

        Parameters
        ----------
        backend
            ``"pandas"``, ``"polars"`` or ``"pyarrow"``; None: the first of these that is installed.

        Raises
        ------
        InputError
            There is no such library, or it is not installed.
        """
        names = ("mentee", "mentor", "survived", "times", "share", "low", "high", "placed", "word")
        return native_frame({name: [getattr(one, name) for one in self.pairs] for name in names}, backend)

    def __repr__(self) -> str:
        told = ", ".join(f"{count} {word}" for word, count in self.counts.items())
        return f"Sensitivity({len(self.pairs)} pairs: {told})"
