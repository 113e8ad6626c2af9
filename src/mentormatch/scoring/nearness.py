"""Nearness: whether there is a way to meet that suits both, and how near they then are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people.values import as_finite, fold
from mentormatch.scoring.factors import MOST_TYPES, Factors
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.people import Pool

    Codes = tuple[NDArray[np.int64], NDArray[np.int64]]

_UNTOLD, _ONLINE, _IN_PERSON, _EITHER = -1, 1, 2, 3
"""Ways to meet as bits."""

_WORDS: Final = {
    **dict.fromkeys(("online", "remote", "virtual", "digital", "digitaal", "video", "op afstand", "virtueel"), _ONLINE),
    **dict.fromkeys(
        ("in person", "face to face", "on site", "onsite", "live", "fysiek", "op locatie", "op kantoor", "physical"),
        _IN_PERSON,
    ),
    **dict.fromkeys(
        ("either", "both", "any", "hybrid", "no preference", "beide", "allebei", "hybride", "geen voorkeur"), _EITHER
    ),
    "maakt niet uit": _EITHER,
}
_EARTH_KM: Final = 6371.0088


@dataclass(frozen=True, eq=False)
class _NearnessBlock(ShippedBlock):
    """Everybody's mode, site and place.

    Attributes
    ----------
    modes, sites, places
        As codes; -1 is none.
    labels
        The sites' names.
    near
        How near any two places are; the last row and column are for none.
    """

    modes: Codes
    sites: Codes
    places: Codes
    labels: tuple[str, ...]
    near: Floats

    @property
    def answered(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        one, other = ((mode > 0) | (site >= 0) for mode, site in zip(self.modes, self.sites, strict=True))
        return one, other

    def _value(self, modes: Codes, sites: Codes, places: Codes) -> Floats:
        near = self.near[places[0], places[1]]
        near[sites[0] == sites[1]] = 1.0
        near[(sites[0] < 0) | (sites[1] < 0)] = np.nan
        told = (modes[0] > 0) & (modes[1] > 0)
        both = modes[0] & modes[1]
        online, never = told & ((both & _ONLINE) > 0), told & (both == 0)
        return np.where(online, 1.0, np.where(never, 0.0, near))

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        def told(codes: Codes) -> Codes:
            return codes[0][mentees][:, None], codes[1][mentors][None, :]

        return self._value(told(self.modes), told(self.sites), told(self.places))

    def pairs(self, i: Ints, j: Ints) -> Floats:
        def told(codes: Codes) -> Codes:
            return codes[0][i], codes[1][j]

        return self._value(told(self.modes), told(self.sites), told(self.places))

    def factors(self) -> Factors | None:
        """Return a column for each mode and site where one side has few different ones."""
        kinds = [
            np.unique(mode * (len(self.labels) + 2) + site, return_index=True, return_inverse=True)
            for mode, site in zip(self.modes, self.sites, strict=True)
        ]
        fewer = 0 if len(kinds[0][1]) <= len(kinds[1][1]) else 1
        _, first, of = kinds[fewer]
        if len(first) > MOST_TYPES or not len(first):
            return None
        everybody = slice(0, len(self.modes[1 - fewer]))
        values = self(first, everybody).T if fewer == 0 else self(everybody, first)
        picked = (of[:, None] == np.arange(len(first))).astype(np.float64)
        known, values = (~np.isnan(values)).astype(np.float64), np.nan_to_num(values)
        if fewer == 0:
            return Factors(picked, values, (picked, known))
        return Factors(values, picked, (known, picked))

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        return self.shared_pairs(np.array([i]), np.array([j]))[0]

    def shared_pairs(self, i: Ints, j: Ints) -> list[tuple[str, ...]]:
        """Return the site that both work at."""
        one, other = self.sites[0][i].tolist(), self.sites[1][j].tolist()
        return [(self.labels[a],) if a == b >= 0 else () for a, b in zip(one, other, strict=True)]


@dataclass(frozen=True)
class Nearness:
    """Whether the two can meet in a way that suits both, and how near their sites are.

    Where both say how they want to meet (``meeting_mode``): 1 where online suits both, 0
    where one wants only online and the other only in person, and else the nearness of their
    sites. Where one of them does not say, the nearness of their sites. That is 1 for one and
    the same site and 0 for two, or with `places` max(0, 1 - kilometres / far).

    **Range**: 0, no way to meet suits both or the sites are far apart, to 1, online suits
    both or they work at one site. **Unknown**: the nearness of the sites decides and either
    site is unknown. Modes are read in English and Dutch (online, remote, in person, face to
    face, either, hybrid, fysiek, op afstand, beide, …); other words say nothing.

    Parameters
    ----------
    places
        Site → (latitude, longitude) in degrees; two different sites of which one has no
        place are 0.
    far
        Kilometres at which the value reaches 0; above 0. Only with `places`.

    Notes
    -----
    Kilometres are those of the great circle (haversine formula: Sinnott, *Virtues of the
    haversine*, Sky and Telescope 68, 1984). Meeting often, and nearness where it is in
    person, goes with better relationships in formal programmes (Allen, Eby & Lentz,
    *The relationship between formal mentoring program characteristics and perceived program
    effectiveness*, Personnel Psychology 59, 2006).

    Examples
    --------
    >>> import mentormatch as mm
    >>> places = {"Utrecht": (52.09, 5.12), "Amsterdam": (52.37, 4.90)}
    >>> mentor, mentee = {"id": "Mia", "site": "Utrecht"}, {"id": "Ann", "site": "Amsterdam"}
    >>> scores = mm.score([mentor], [mentee], scorers={mm.Nearness(places=places, far=100): 1})
    >>> scores.block([0], [0]).round(2)
    array([[0.65]])
    """

    name: ClassVar[str] = "nearness"
    fields: ClassVar[tuple[str, ...]] = ("site", "meeting_mode")

    places: dict[str, tuple[float, float]] | tuple[tuple[str, float, float], ...] = ()
    far: float = 100.0

    def __post_init__(self) -> None:
        faults = []
        places = _placed(self.places)
        if places is None:
            msg = "must be {site: (latitude, longitude)}, in degrees from -90 to 90 and from -180 to 180"
            faults.append(Fault(("scorers", self.name, "places"), "no_places", msg))
        if (as_finite(self.far) or 0.0) <= 0:
            faults.append(
                Fault(("scorers", self.name, "far"), "not_positive", "must be a number of kilometres above 0")
            )
        if faults:
            raise InputError(faults)
        object.__setattr__(self, "places", places)

    def bind(self, pool: Pool) -> _NearnessBlock:
        """Return the block of these people."""
        words = pool.categories("meeting_mode")
        meaning = np.array([*(_WORDS.get(fold(word), _UNTOLD) for word in words), _UNTOLD], dtype=np.int64)
        one, other = (meaning[codes] for codes in pool.labels("meeting_mode"))
        labels, sites = pool.categories("site"), pool.labels("site")
        here = {fold(label) for label in labels}  # distances to places that nobody has are not asked for
        given: tuple[Any, ...] = tuple(place for place in self.places if fold(str(place[0])) in here)
        row = {fold(str(site)): k for k, (site, _, _) in enumerate(given)}
        of_site = np.array([*(row.get(fold(label), -1) for label in labels), -1], dtype=np.int64)
        near = _near(tuple((lat, lon) for _, lat, lon in given), self.far)
        return _NearnessBlock((one, other), sites, (of_site[sites[0]], of_site[sites[1]]), labels, near)


def _near(points: tuple[tuple[Any, Any], ...], far: float) -> Floats:
    """Return how near any two points are, and a last row and column of 0; one by one, so that no other point counts."""
    near = np.zeros((len(points) + 1, len(points) + 1))
    for row, one in enumerate(points):
        for column, other in enumerate(points):
            near[row, column] = max(0.0, 1.0 - _kilometres(one, other) / far)
    return near


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance over the great circle between two points in degrees."""
    (lat, lon), (lat2, lon2) = (map(math.radians, point) for point in (one, other))
    across, along = math.sin((lat - lat2) / 2) ** 2, math.sin((lon - lon2) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(across + math.cos(lat) * math.cos(lat2) * along)))


def _placed(given: Any) -> tuple[tuple[str, float, float], ...] | None:
    """Return places as sorted plain numbers; None where they are no places."""
    rows = [(site, *_two(at)) for site, at in given.items()] if isinstance(given, Mapping) else given
    if isinstance(rows, str) or not isinstance(rows, Iterable):
        return None
    found = []
    for row in rows:
        if isinstance(row, str) or not isinstance(row, Iterable):
            return None
        told = tuple(row)
        if len(told) != 3 or not isinstance(told[0], str) or not all(isinstance(n, int | float) for n in told[1:]):
            return None
        if not (-90 <= told[1] <= 90 and -180 <= told[2] <= 180):
            return None
        found.append((told[0], float(told[1]), float(told[2])))
    return tuple(sorted(found))


def _two(at: Any) -> tuple[Any, ...]:
    return tuple(at) if isinstance(at, tuple | list) else ()
