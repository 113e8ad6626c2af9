"""Whether a rule that keeps two people of one side from sharing a partner can matter at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.problem.instance import Allowed, reduced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentormatch.constraints import NotBoth
    from mentormatch.network import Arcs
    from mentormatch.problem.fixing import Fixed
    from mentormatch.problem.setup import Setup


def may_bind(term: NotBoth, setup: Setup, lifted: Sequence[Fixed] = ()) -> bool:
    """Say whether the two could share a partner: somebody open to both, with places for both.

    Every other rule counts, the smallest score too, and so do the places that fixed pairs
    take. Where nobody could, the term changes nothing and any solver may ignore it. ``lifted``
    pairs may be made whatever the rules.
    """
    of_mentees = term.side == "mentees"
    pairs = np.array([(pair.i, pair.j) for pair in setup.fixed], np.int64).reshape(-1, 2)
    bounds = setup.compiled.mentee_bounds, setup.compiled.mentor_bounds
    own, others = (reduced(of_side, rows).upper for of_side, rows in zip(bounds, pairs.T, strict=True))
    if not of_mentees:
        own, others, pairs = others, own, pairs[:, ::-1]
    everyone = np.arange(len(others))
    allowed = Allowed(setup.compiled, setup.scores, setup.fixed, lifted)
    possible, needed = np.ones(len(others), bool), np.zeros(len(others), np.int64)
    for row in (term.a, term.b):
        held = np.isin(everyone, pairs[pairs[:, 0] == row, 1])
        mine = np.full(len(others), row)
        open_to = allowed.pairs(mine, everyone) if of_mentees else allowed.pairs(everyone, mine)
        possible &= held | (open_to & bool(own[row] > 0))
        needed += ~held
    return bool((possible & (needed <= others)).any())


def broken(term: NotBoth, arcs: Arcs) -> bool:
    """Say whether the two share a partner in these pairs of listing rows."""
    own, others = arcs if term.side == "mentees" else (arcs.j, arcs.i)
    return bool(np.isin(others[own == term.a], others[own == term.b]).any())
