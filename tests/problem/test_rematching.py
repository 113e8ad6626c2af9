"""Matching again around an earlier matching, against a list of every matching that there is."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import mentormatch as mm

TIERS = ("least_change", "coverage", "total")
DEGREES = {
    "running": TIERS,
    "some": ("coverage", "least_change", "total"),
    "none": ("coverage", "total"),
}


def programme(rng):
    """Two worlds of one small programme: before, and after people left or joined and rules and places changed."""
    n, m = int(rng.integers(1, 6)), int(rng.integers(1, 5))
    mentees, mentors = [f"e{i}" for i in range(n)], [f"m{j}" for j in range(m)]
    table = {(e, o): int(rng.integers(0, 5)) / 4 for e in mentees for o in mentors}

    @mm.scorer
    def by_table(mentee, mentor):
        return table[mentee.id, mentor.id]

    def places(side, least):
        low = rng.integers(0, 2, len(side)) * (rng.random(len(side)) < least)
        return {one: (int(at), int(at + rng.integers(0, 3))) for one, at in zip(side, low, strict=True)}

    def world(left, least):
        here = [e for e in mentees if rng.random() > left]
        there = [o for o in mentors if rng.random() > left]
        return places(here, 0), places(there, least)

    return table, by_table, world(0.2, 0), world(0.2, 0.3)


def rules_for(rng, demand, capacity):
    """Public and confidential rules about pairs, and people who may not share a partner."""
    pairs = [(e, o) for e in demand for o in capacity]
    some = [pairs[k] for k in rng.permutation(len(pairs))[: int(rng.integers(0, 4))]]
    public, secret = some[:1], some[1:]
    apart = [two for side in (demand, capacity) for two in [tuple(list(side)[:2])] if len(two) == 2]
    apart = [two for two in apart if rng.random() < 0.4]
    return public, secret, apart


def build(scorers, demand, capacity, public=(), secret=(), apart=(), locks=()):
    """The problem of one world."""
    return mm.Problem.build(
        [{"id": one, "capacity": places} for one, places in capacity.items()],
        [{"id": one, "mentors_wanted": places} for one, places in demand.items()],
        scorers=scorers,
        constraints=[*(mm.Forbid(*pair) for pair in public), *(mm.Tension(*two) for two in (*secret, *apart))],
        locks=locks,
    )


def some_by_hand(rng, demand, capacity):
    """A few pairs that may be locked together."""
    pairs = [(e, o) for e in demand for o in capacity]
    chosen = []
    for k in rng.permutation(len(pairs))[: int(rng.integers(0, 6))]:
        e, o = pairs[k]
        taken = sum(a == e for a, _ in chosen), sum(b == o for _, b in chosen)
        if taken[0] < demand[e][1] and taken[1] < capacity[o][1]:
            chosen.append((e, o))
    return chosen


def shares(made, two):
    """Whether two people have a partner in common."""
    partners = [{b if a == one else a for a, b in made if one in (a, b)} for one in two]
    return bool(partners[0] & partners[1])


@pytest.fixture
def all_of(every_matching):
    """Every matching of a world by ids, within its bounds and rules; overridden pairs are open to public ones."""

    def listed(demand, capacity, public, secret, apart, lifted=()):
        e, m = list(demand), list(capacity)
        closed = (set(public) - set(lifted)) | set(secret)
        table = np.array([[np.nan if (a, b) in closed else 1.0 for b in m] for a in e]).reshape(len(e), len(m))
        for made in every_matching(table, list(capacity.values()), list(demand.values())):
            pairs = frozenset((e[i], m[j]) for i, j in made)
            if not any(shares(pairs, two) for two in apart):
                yield pairs

    return listed


def ids(matching):
    """The pairs of a matching as a set."""
    return frozenset((pair.mentee, pair.mentor) for pair in matching)


@pytest.mark.parametrize("seed", range(150))
def test_each_degree_keeps_what_it_says_and_no_matching_is_better(seed, all_of):
    """Running pairs first, after coverage, or not at all: the values are the best of all matchings, and verified."""
    rng = np.random.default_rng(seed)
    table, by_table, before, after = programme(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hands = some_by_hand(rng, *before)
        locks = [mm.Override(*pair, reason="agreed", by="us") if seed % 2 else pair for pair in hands]
        previous = build({by_table: 1}, *before, locks=locks).solve(objective="coverage", seed=seed)
        rules = rules_for(rng, *after)
        problem = build({by_table: 1}, *after, *rules)
        known = [*all_of(*after, *rules, lifted=hands if seed % 2 else ())]
        # an override that is not kept is not made at all: lifted pairs are open to nobody else
        for keep, tiers in DEGREES.items():
            if not known:
                with pytest.raises(mm.Infeasible):
                    mm.rematch(problem, previous, keep=keep)
                continue
            matching = mm.rematch(problem, previous, keep=keep, seed=seed)
            assert matching.objective == tiers

            def worth(made, tiers=tiers):
                counted = {
                    "least_change": len(made & ids(previous)),
                    "coverage": len(made),
                    "total": sum(table[pair] for pair in made),
                }
                return (len(made & set(hands)), *(counted[tier] for tier in tiers))

            assert worth(ids(matching)) == max(map(worth, known)), keep
            assert ids(matching) in known
            assert matching.certificate.optimal
            matching.certificate.verify(problem)
            mm.Matching.from_json(matching.to_json()).certificate.verify(problem)
            listed = [(one["mentee"], one["mentor"]) for one in matching.manifest["placed_by_hand"]]
            assert set(listed) == ids(matching) & set(hands)


@pytest.mark.parametrize("seed", range(40))
def test_pairs_that_are_not_the_best_are_refused(seed, all_of):
    """A certificate that keeps fewer pairs than can be kept, of running ones or of those placed by hand, fails."""
    rng = np.random.default_rng(1000 + seed)
    table, by_table, before, after = programme(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        previous = build({by_table: 1}, *before).solve(seed=seed)
        problem = build({by_table: 1}, *after)
        known = [*all_of(*after, (), (), ())]
        if not known:
            return
        best = mm.rematch(problem, previous).certificate
        for made in known[: 1 + 200 // (seed + 1)]:
            values = (len(made & ids(previous)), len(made), float(sum(table[pair] for pair in made)))
            proofs = (mm.TierProof(name, one, one, optimal=True) for name, one in zip(TIERS, values, strict=True))
            claim = mm.Certificate(tuple(proofs), tuple(made), TIERS, best.seed, best.previous)
            if values == tuple(one.value for one in best.tiers):
                claim.verify(problem)
            else:
                with pytest.raises(mm.CertificateError):
                    claim.verify(problem)
