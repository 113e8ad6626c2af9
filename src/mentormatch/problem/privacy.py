"""What of public rules may be told: not what rests on an answer that somebody keeps private."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.constraints import ForbidPairs, ForbidWhere, is_confidential, reads
from mentormatch.problem.mask import Block, Mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mentormatch.network import Rows
    from mentormatch.people import Pool


@dataclass(frozen=True, eq=False, repr=False)
class _Told:
    """A block less the pairs of whoever keeps private what it rests on."""

    block: Block
    mentees: NDArray[np.bool_]
    mentors: NDArray[np.bool_]

    def __call__(self, rows: Rows, columns: Rows, /) -> NDArray[np.bool_]:
        answer = self.block(rows, columns) & ~self.mentees[rows][:, None]
        answer[:, self.mentors[columns]] = False
        return answer

    def pairs(self, i: NDArray[np.int64], j: NDArray[np.int64], /) -> NDArray[np.bool_]:
        return self.block.pairs(i, j) & ~(self.mentees[i] | self.mentors[j])


def tellable(rules: Sequence[Any], asked: Sequence[Sequence[Any]], pool: Pool, blocks: Sequence[Block]) -> Mask | None:
    """Return which pairs public rules forbid by what may be told; None if that is all that they forbid.

    Parameters
    ----------
    rules, asked
        The rules, and the terms of each.
    pool
        The people, who say what they keep private.
    blocks
        The blocks of public rules, in order.
    """
    kept = pool.private_fields("mentees"), pool.private_fields("mentors")
    if not any(map(any, kept)):
        return None
    left = iter(blocks)
    pairs, told, hides = [], list[Block](), False
    for rule, terms in zip(rules, asked, strict=True):
        if is_confidential(rule):
            continue
        read = reads(rule)
        mentees, mentors = (
            np.array([bool(own if read is None else own & read) for own in side], bool) for side in kept
        )
        hides |= bool(mentees.any() or mentors.any())
        for term in terms:
            if isinstance(term, ForbidPairs):
                open_ = ~(mentees[term.i] | mentors[term.j])
                pairs.append((term.i[open_], term.j[open_]))
            elif isinstance(term, ForbidWhere):
                told.append(_Told(next(left), mentees, mentors))
    return Mask(pool.shape, pairs, told) if hides else None
