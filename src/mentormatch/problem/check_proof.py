"""Check a proof that ``problem.proof()`` wrote: ``python check_proof.py proof.json``.

It takes whole numbers alone, and nothing of the library that wrote them. A tier is one step or several. In each
step a pair weighs something, and a place of each person (or a unit of a row over several pairs) has a
price. No matching weighs more than all places at their prices and what single pairs weigh beyond them (weak
duality). Where the matching weighs exactly that, it is the best; every other best one then makes the
pairs that weigh more than their prices, makes none that weighs less, and fills places as the
prices say. Only those are left for the next step.
"""

import json
import sys
from typing import Any


def need(holds: bool, what: str) -> None:
    """Refuse the proof unless something holds."""
    if not holds:
        raise ValueError(what)


def broken(_: str) -> None:
    """Refuse a number with a fraction, and what is no number at all."""
    need(holds=False, what="a number is not whole")


class Face:
    """The matchings in question: which pairs are free, and how many of them each person and each row may hold."""

    def __init__(self, p: Any) -> None:
        n, m = self.n, self.m = len(p["mentees"]["ids"]), len(p["mentors"]["ids"])
        self.made, fixed = ({i * m + j for i, j in p[name]} for name in ("matching", "fixed"))
        self.score = [one for row in p["scores"] for one in row]
        listed = [k for k, one in enumerate(self.score) if one is not None]
        self.free = [k for k in listed if k not in fixed]
        sides, self.rows = (p["mentees"], p["mentors"], p["rows"]), dict[int, list[tuple[int, int]]]()
        self.low, self.up = ([bound for side in sides for bound in side[end]] for end in ("lower", "upper"))
        for row, i, j, times in p["rows"]["pairs"]:
            self.rows.setdefault(i * m + j, []).append((n + m + row, times))
        once = len(self.made) == len(p["matching"]) and all(0 <= i < n and 0 <= j < m for i, j in p["matching"])
        need(once and [len(row) for row in p["scores"]] == [m] * n, "a pair is made twice, or of nobody")
        need(fixed <= self.made <= {*listed}, "a pair is made that may not be, or one that must be is not")
        loads = zip(self.low, self.loads(self.made), self.up, strict=True)
        need(all(low <= load <= up for low, load, up in loads), "a bound is broken")
        self.take(fixed)

    def ends(self, k: int) -> Any:
        """Return in what a pair counts, and how often: its two people, and rows over several pairs."""
        return ((k // self.m, 1), (self.n + k % self.m, 1), *self.rows.get(k, ()))

    def loads(self, pairs: Any) -> list[int]:
        """Add up what everybody and every row holds of some pairs."""
        loads = [0] * len(self.low)
        for row, times in (end for k in pairs for end in self.ends(k)):
            loads[row] += times
        return loads

    def take(self, pairs: Any) -> None:
        """Take pairs that are made in any case off the bounds."""
        self.up = [up - load for up, load in zip(self.up, self.loads(pairs), strict=True)]
        self.low = [low - load for low, load in zip(self.low, self.loads(pairs), strict=True)]
        self.low[: self.n + self.m] = [max(0, low) for low in self.low[: self.n + self.m]]

    def step(self, weight: Any, prices: Any, units: Any = (), *, settle: bool = True) -> int:
        """Return what no matching can exceed; to settle it this one must weigh as much, and only its equals stay."""
        price, used = [0] * len(self.low), [k for k in self.free if k in self.made]
        for place, amount in prices:
            price[place] = amount
        most, reached, ends = 0, sum(map(weight, used)), list[tuple[int, int]]()
        for row, (whole, load) in enumerate(zip(self.loads(self.made), self.loads(used), strict=True)):
            unit = units[row - self.n] if self.n <= row < self.n + len(units) else 0  # what whole**2 costs
            places = range(self.low[row], self.up[row] + 1) if unit else (self.low[row], self.up[row])
            worth = [price[row] * x - unit * (whole - load + x) ** 2 for x in places]
            top = max(worth)
            best = [x for x, one in zip(places, worth, strict=True) if one == top]
            most, reached = most + top, reached - unit * whole**2
            ends.append((best[0], best[-1]))
        beyond = [weight(k) - sum(price[row] * times for row, times in self.ends(k)) for k in self.free]
        most += sum(one for one in beyond if one > 0)
        if settle:
            need(most == reached, "there may be a better matching")
            self.low, self.up = [low for low, _ in ends], [up for _, up in ends]
            self.take([k for k, one in zip(self.free, beyond, strict=True) if one > 0])
            self.free = [k for k, one in zip(self.free, beyond, strict=True) if one == 0]
        return int(most)


def reach(face: Face, tier: Any, units: Any, classes: Any) -> list[int]:
    """Check the steps of one tier, and return what the matching reaches in it."""
    name, steps, score, heavy = tier["name"], iter(tier["steps"]), face.score, len(face.made) + 1
    values = sorted(score[k] for k in face.made)
    if name == "balance":
        face.step(lambda _: 0, next(steps), units)
        values = [sum(unit * load**2 for unit, load in zip(units, face.loads(face.made)[face.n :], strict=False))]
    elif name == "floor":
        values = values[:1] or [0]
        if face.made and values[0] not in {score[k] for k in face.made.difference(face.free)}:
            # pairs of this score or below it cost 1 each: no matching costs nothing
            most = face.step(lambda k: -int(score[k] <= values[0]), next(steps), settle=False)
            need(most < 0, "the lowest score may be higher")
        face.free = [k for k in face.free if score[k] >= values[0]]
    elif name == "leximin":
        above = min((score[k] for k in face.free), default=0) - 1
        for low in sorted({*values}):
            if low in {score[k] for k in face.made.intersection(face.free)}:
                # fewest pairs of this score, and none between it and the one before
                bars = above, low
                face.step(
                    lambda k, bars=bars: -(score[k] == bars[1]) - heavy * (bars[0] < score[k] < bars[1]), next(steps)
                )
                above = low
    else:
        listed = [{i * face.m + j: weight for i, j, weight in one} for one in tier.get("weights", ())]
        weights: list[Any] = [lambda k, one=one: one.get(k, 0) for one in listed]
        if name in {"coverage", "total"}:
            weights = [score.__getitem__ if name == "total" else lambda _: 1]
        elif name == "priority":
            weights = [lambda k, c=c: int(classes[k // face.m] == c) for c in range(max(classes, default=0) + 1)]
        for weight in weights:
            face.step(weight, next(steps))
        values = [sum(map(weight, face.made)) for weight in weights]
    return values if next(steps, None) is None else []


def stable(face: Face, prefers: Any) -> bool:
    """Say whether no two people would rather have each other than a partner or a free place."""
    order = [{one: place for place, one in enumerate(listed)} for side in prefers for listed in side]
    has: list[list[int]] = [[] for _ in order]
    for i, j in (divmod(k, face.m) for k in face.made.intersection(face.free)):
        has[i].append(j)
        has[face.n + j].append(i)

    def wants(one: int, other: int) -> bool:
        return len(has[one]) < face.up[one] or any(order[one][other] < order[one][mine] for mine in has[one])

    pairs = (divmod(k, face.m) for k in face.free if k not in face.made)
    return not any(wants(i, j) and wants(face.n + j, i) for i, j in pairs)


def check(p: Any) -> None:
    """Raise an error unless the proof holds."""
    face, names = Face(p), [tier["name"] for tier in p["tiers"]]
    need(p["schema"] == "mentormatch/proof/1", "this is another kind of file")
    need(names[: len(p["objective"])] == p["objective"], "a tier is missing")
    for place, tier in enumerate(p["tiers"]):
        if tier["name"] == "stable":
            need(stable(face, p["prefers"]), "two people would rather have each other")
            continue
        alone = tier["name"] not in {"floor", "leximin", "balance"}
        need(alone or "coverage" in names[:place], "coverage comes before this tier")
        value = reach(face, tier, p["mentors"]["units"], p["mentees"]["classes"])
        need(value == tier["value"], f"{tier['name']} has another value")


if __name__ == "__main__":
    try:
        with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123  one import less to trust
            check(json.load(file, parse_float=broken, parse_constant=broken))
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError) as error:
        sys.exit(f"The proof does not hold: {error}")
    sys.stdout.write("The proof holds.\n")
