"""Whether a rule that keeps two people of one side from sharing a partner can matter at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mentormatch.constraints import NotBoth
    from mentormatch.problem.compiled import Compiled
    from mentormatch.problem.fixing import Fixed


def may_bind(term: NotBoth, compiled: Compiled, fixed: Sequence[Fixed]) -> bool:
    """Say whether the two could share a partner: somebody open to both who has two places or more.

    Where nobody could, the term changes nothing and any solver may ignore it.
    """
    of_mentees = term.side == "mentees"
    own, places = compiled.mentee_bounds[:, 1], compiled.mentor_bounds[:, 1]
    if not of_mentees:
        own, places = places, own
    wide = np.flatnonzero(places >= 2)
    if not (own[term.a] and own[term.b] and len(wide)):
        return False
    one, other = (_open(row, wide, compiled, fixed, of_mentees=of_mentees) for row in (term.a, term.b))
    return bool((one & other).any())


def _open(
    row: int, others: NDArray[np.int64], compiled: Compiled, fixed: Sequence[Fixed], *, of_mentees: bool
) -> NDArray[np.bool_]:
    """Return which of the others this person may be paired with; a fixed pair always is."""
    mine = np.full(len(others), row)
    i, j = (mine, others) if of_mentees else (others, mine)
    allowed = compiled.public.allowed_pairs(i, j) & compiled.secret.allowed_pairs(i, j)
    held = [pair.j if of_mentees else pair.i for pair in fixed if row == (pair.i if of_mentees else pair.j)]
    return allowed | np.isin(others, held)
