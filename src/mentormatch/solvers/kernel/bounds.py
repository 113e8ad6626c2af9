"""Minimums and maximums: who lacks a partner, and where a path may end.

Beside the two sides the network has a hub, which deals out places at price 0. Under its
price every person claims a number of places of the hub: ``upper`` if the price is above 0,
``lower`` if it is below, and at 0 as many as it has partners, but at least ``lower``. Who
claims more than it has lacks partners, and that is all there is to repair: nobody is ever
given more than it claims.
"""

from __future__ import annotations

from mentormatch.compiled import inline, jit
from mentormatch.solvers.kernel.arrays import Side


@inline
def lacks(side: Side, person: int) -> bool:
    """Say whether a person claims more places than it has partners."""
    load = side.load[person]
    return load < side.lower[person] or (side.price[person] > 0 and load < side.upper[person])


@jit
def somebody_lacks(side: Side) -> bool:
    """Say whether anybody lacks a partner."""
    person = 0
    while person < len(side.load) and not lacks(side, person):
        person += 1
    return person < len(side.load)


@inline
def gives(side: Side, person: int) -> bool:
    """Say whether a person can give a place back to the hub, once its price has come down to 0."""
    price = side.price[person]
    if price > 0:
        return side.upper[person] > side.lower[person]
    return price == 0 and side.load[person] > side.lower[person]


@inline
def takes(side: Side, person: int) -> bool:
    """Say whether a person can take a partner without giving one up, once its price has come up to 0."""
    return side.load[person] < side.upper[person]


@inline
def cost_of_taking(side: Side, person: int) -> int:
    """Give the cost of one more partner for a person who :func:`takes`: nothing for one who lacks it."""
    price = side.price[person]
    if price >= 0 or side.load[person] < side.lower[person]:
        return 0
    return -price
