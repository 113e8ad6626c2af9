"""Pairs that were placed by hand in an earlier matching: they stay in every re-run, as far as they can.

They are no locks: a lock that cannot be kept is an error, and these give way in silence. Nothing
here says why one gave way, for the reason may have been told in confidence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.constraints import Lock, Override, lock_from
from mentormatch.errors import InputError
from mentormatch.problem.fixing import Fixed
from mentormatch.problem.members import may_be

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mentormatch.matching import Certificate, Matching
    from mentormatch.problem.roster import Roster
    from mentormatch.problem.setup import Setup


def placed_before(previous: Matching | None) -> tuple[Lock | Override, ...]:
    """Return what an earlier matching lists as placed by hand; what is no such pair is left out."""
    listed = None if previous is None else previous.manifest.get("placed_by_hand")
    read = (_read(one) for one in listed) if isinstance(listed, (list, tuple)) else ()
    return tuple(one for one in read if one is not None)


def _read(stated: Any) -> Lock | Override | None:
    try:
        return lock_from(stated) if isinstance(stated, Mapping) else None
    except InputError:
        return None


def placed_in(certificate: Certificate) -> tuple[Lock | Override, ...]:
    """Return the pairs that a certificate says were placed by hand before."""
    lifted = set(certificate.lifted)
    return tuple(
        Override(*pair, reason="stated", by="stated") if pair in lifted else Lock(*pair) for pair in certificate.placed
    )


def rows_of(placed: Iterable[Lock | Override], roster: Roster) -> tuple[Fixed, ...]:
    """Return the pairs whose people are both here, each once, in row order."""
    found: dict[tuple[int, int], Fixed] = {}
    for one in placed:
        if one.mentee not in roster.mentee_row or one.mentor not in roster.mentor_row:
            continue
        rows = roster.mentee_row[one.mentee], roster.mentor_row[one.mentor]
        if isinstance(one, Override):
            found[rows] = Fixed(*rows, overrides=True, reason=one.reason, by=one.by)
        else:
            found.setdefault(rows, Fixed(*rows))
    return tuple(found[rows] for rows in sorted(found))


def lifted(placed: Iterable[Fixed], setup: Setup) -> tuple[Fixed, ...]:
    """Return the overrides among them that may be made: public rules are lifted for these, others are not.

    Pairs that are fixed anyway are left out, and so are pairs without a score.
    """
    fixed = {(pair.i, pair.j) for pair in setup.fixed}
    asked = [pair for pair in placed if pair.overrides and (pair.i, pair.j) not in fixed and may_be(setup, pair)]
    if not asked:
        return ()
    scores = setup.scores.pairs(*np.array([(pair.i, pair.j) for pair in asked], np.int64).T)
    return tuple(pair for pair, score in zip(asked, scores.tolist(), strict=True) if not math.isnan(score))
