"""The order of exact ties: a keyed hash of each pair, the same on every machine."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

TIE_BITS: Final = 40
"""How many bits the hash of a pair has."""


def person_hashes(ids: Iterable[str], side: str, seed: int) -> NDArray[np.uint64]:
    """Hash each id of one side to 64 bits, keyed by the seed.

    Parameters
    ----------
    ids
        The ids, one a person.
    side
        ``"mentee"`` or ``"mentor"``: the same id hashes differently on each side.
    seed
        Any integer.
    """
    key = blake2b(f"{side}:{seed}".encode(), digest_size=32).digest()
    begun, digests = blake2b(digest_size=8, key=key), []
    for one in ids:
        hashing = begun.copy()  # the key is taken in once
        hashing.update(one.encode("utf-8", "surrogatepass"))
        digests.append(hashing.digest())
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def pair_hashes(mentee: NDArray[np.uint64], mentor: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Mix the hashes of two people into the 40-bit hash of their pair.

    The mixing is the finaliser of SplitMix64 (Steele, Lea & Flood 2014), which spreads every
    input bit over all output bits: sums over pairs are then as good as random, which
    the isolation lemma asks for (Mulmuley, Vazirani & Vazirani 1987).
    """
    with np.errstate(over="ignore"):
        mixed = mentee ^ ((mentor << np.uint64(32)) | (mentor >> np.uint64(32)))
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(64 - TIE_BITS)).astype(np.int64)
