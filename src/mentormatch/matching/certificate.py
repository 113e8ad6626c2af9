"""The certificate of a matching: what was proven, tier by tier, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from mentormatch.errors import InputError
from mentormatch.matching.parts import plain

TierValue: TypeAlias = "int | float | tuple[int | float, ...]"
"""What a tier reached: a number, or a tuple of numbers for tiers that compare several in turn."""


class Verifier(Protocol):
    """A problem, as far as a certificate needs to know it."""

    def _verify(self, certificate: Certificate, /) -> None:
        """Return if the certificate holds for this problem; raise ``CertificateError`` if not."""


@dataclass(frozen=True, slots=True)
class TierProof:
    """What was reached in one tier, and what no matching can exceed.

    Attributes
    ----------
    name
        The tier's name, as asked for.
    value
        What this matching reaches: a number, or a tuple of them.
    bound
        What no matching that is as good in the tiers before can exceed.
    optimal
        Whether the two are proven to be the same.
    """

    name: str
    value: TierValue
    bound: TierValue
    optimal: bool

    def __post_init__(self) -> None:
        value = plain(self.value)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "optimal", bool(self.optimal))
        object.__setattr__(self, "bound", value if self.optimal else plain(self.bound))


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was proven about a matching; ``verify`` lets anyone who has the problem check it.

    A certificate that was loaded from a file is a claim until :meth:`verify` has passed.

    Attributes
    ----------
    tiers
        One :class:`TierProof` per tier asked for, most important first.
    pairs, objective, seed, previous
        What is claimed to be optimal, and for what question; kept out of the repr.
    placed, lifted
        Pairs that were placed by hand in the earlier matching, of people who are still here: as
        many of them are kept as can be, before anything else counts; and those of them for which
        public rules are lifted. Kept out of the repr too.
    """

    tiers: tuple[TierProof, ...]
    pairs: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    objective: tuple[str, ...] = field(default=(), repr=False)
    seed: int = field(default=0, repr=False)
    previous: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    placed: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    lifted: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiers", tuple(self.tiers))
        object.__setattr__(self, "objective", tuple(self.objective))
        for name in ("pairs", "previous", "placed", "lifted"):
            object.__setattr__(self, name, tuple((a, b) for a, b in getattr(self, name)))

    @property
    def optimal(self) -> bool:
        """Whether every tier is proven."""
        return all(tier.optimal for tier in self.tiers)

    @property
    def covers(self) -> str:
        """What the proof ranges over."""
        return "all pairs"

    @property
    def value(self) -> float:
        """What the first tier not proven reaches, else the last tier; a tuple's last component."""
        tier = self._telling
        return 0.0 if tier is None else _last(tier.value)

    @property
    def bound(self) -> float:
        """What no matching can exceed in that tier; ``value`` itself when all is proven."""
        tier = self._telling
        return 0.0 if tier is None else _last(tier.bound)

    @property
    def gap(self) -> float:
        """How far apart bound and value are; 0.0 when all is proven."""
        return 0.0 if self.optimal else abs(self.bound - self.value)

    @property
    def _telling(self) -> TierProof | None:
        return next((tier for tier in self.tiers if not tier.optimal), self.tiers[-1] if self.tiers else None)

    def verify(self, problem: Verifier) -> None:
        """Check this certificate against a problem, pair by pair.

        Parameters
        ----------
        problem
            The problem it is said to hold for.

        Raises
        ------
        CertificateError
            It does not hold; one constant sentence.
        """
        check: Any = getattr(problem, "_verify", None)
        if check is None:
            raise InputError("verify(problem) needs the mm.Problem that was solved")
        check(self)


def _last(value: TierValue) -> float:
    if isinstance(value, tuple):
        return float(value[-1]) if value else 0.0
    return float(value)
