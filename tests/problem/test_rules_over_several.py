"""Rules over several pairs from people to a certified matching, against every matching there is."""

from collections import Counter

import numpy as np
import pytest

import mentormatch as mm

SITES = ("Ghent", "Leiden")


def people(seed):
    """Three or four mentees and two or three mentors with sites, hours, bounds; and their scores."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    table = rng.integers(0, 6, (n, m)) / 8 if seed % 2 else rng.random((n, m))
    mentees = [
        {"id": f"e{i}", "site": SITES[rng.integers(2)], "hours_per_month": int(rng.integers(1, 5)), "mentors_wanted": 2}
        for i in range(n)
    ]
    mentors = [
        {
            "id": f"r{j}",
            "site": SITES[rng.integers(2)],
            "hours_per_month": int(rng.integers(2, 9)),
            "capacity": (int(rng.random() < 0.2), 3),
        }
        for j in range(m)
    ]
    return table, mentees, mentors


def rules_of(seed, mentees, mentors):
    """A few rules, each with its plain meaning as a test on a set of pairs of rows."""
    rng = np.random.default_rng(1000 + seed)

    def partners(pairs, side, row):
        return {pair[1 - side] for pair in pairs if pair[side] == row}

    def of_site(pairs, side, site):
        return sum((mentees, mentors)[side][pair[side]]["site"] == site for pair in pairs)

    def same_site(pairs):
        return sum(mentees[i]["site"] == mentors[j]["site"] for i, j in pairs)

    def hours(pairs):
        spent = Counter()
        for i, j in pairs:
            spent[j] += mentees[i]["hours_per_month"]
        return all(spent[j] <= mentors[j]["hours_per_month"] for j in spent)

    few, more = int(rng.integers(0, 4)), int(rng.integers(1, 3))
    both = {"mentee": {"site": "Ghent"}, "mentor": {"site": "Ghent"}}
    known = [
        (
            mm.GroupQuota("mentees", {"site": "Ghent"}, maximum=few),
            lambda pairs: of_site(pairs, 0, "Ghent") <= few,
        ),
        (
            mm.GroupQuota("mentors", {"site": "Leiden"}, minimum=more),
            lambda pairs: of_site(pairs, 1, "Leiden") >= more,
        ),
        (
            mm.AtMost(few, where=lambda mentee, mentor: mentee.site == mentor.site),
            lambda pairs: same_site(pairs) <= few,
        ),
        (
            mm.AtLeast(more, where=both),
            lambda pairs: sum(mentees[i]["site"] == mentors[j]["site"] == "Ghent" for i, j in pairs) >= more,
        ),
        (mm.Together("e0", "e1"), lambda pairs: partners(pairs, 0, 0) == partners(pairs, 0, 1)),
        (mm.Together("r0", "r1"), lambda pairs: partners(pairs, 1, 0) == partners(pairs, 1, 1)),
        (mm.Apart("e0", "e1"), lambda pairs: not partners(pairs, 0, 0) & partners(pairs, 0, 1)),
        (mm.HoursCapacity(), hours),
        (
            mm.NoneOrAtLeast(2),
            lambda pairs: all(len(partners(pairs, 1, j)) != 1 for j in range(len(mentors))),
        ),
        (mm.Tension("r0", "r1"), lambda pairs: not partners(pairs, 1, 0) & partners(pairs, 1, 1)),
    ]
    chosen = rng.choice(len(known), int(rng.integers(1, 4)), replace=False)
    return [known[k] for k in sorted(chosen.tolist())]


def problem_of(table, mentees, mentors, rules, **given):
    @mm.scorer
    def by_table(mentee, mentor):
        return float(table[int(mentee.id[1:]), int(mentor.id[1:])])

    return mm.Problem.build(mentors, mentees, scorers={by_table: 1}, preset=None, constraints=rules, **given)


def rows(matching):
    return frozenset((int(pair.mentee[1:]), int(pair.mentor[1:])) for pair in matching)


def valid_matchings(every_matching, table, mentors, rules):
    bounds = [mentor["capacity"] for mentor in mentors], [(0, 2)] * len(table)
    return [pairs for pairs in every_matching(table, *bounds) if all(meaning(pairs) for _, meaning in rules)]


@pytest.mark.parametrize("block", range(10))
def test_the_best_of_every_matching(every_matching, block):
    """Coverage and total are those of the best matching that keeps the rules, and the certificate holds."""
    for seed in range(20 * block, 20 * block + 20):
        table, mentees, mentors = people(seed)
        rules = rules_of(seed, mentees, mentors)
        problem = problem_of(table, mentees, mentors, [rule for rule, _ in rules])
        valid = valid_matchings(every_matching, table, mentors, rules)
        if not valid:
            with pytest.raises(mm.Infeasible):
                problem.solve()
            continue
        matching = problem.solve(objective=("coverage", "total"))
        made = rows(matching)
        assert all(meaning(made) for _, meaning in rules)
        best = max((len(pairs), sum(table[pair] for pair in pairs)) for pairs in valid)
        assert (len(made), matching.total) == (best[0], pytest.approx(best[1]))
        assert matching.certificate.optimal
        matching.certificate.verify(problem)


def test_a_rule_that_is_kept_anyway_changes_nothing():
    """Beside binding rules too, one more that the result obeys leaves every byte of the pairs as it was."""
    seen = 0
    for seed in range(60):
        table, mentees, mentors = people(seed)
        (first, *_), (second, meaning) = rules_of(seed, mentees, mentors), rules_of(seed + 500, mentees, mentors)[0]
        try:
            without = problem_of(table, mentees, mentors, [first[0]]).solve()
        except mm.Infeasible:
            continue
        if meaning(rows(without)):
            seen += 1
            assert problem_of(table, mentees, mentors, [first[0], second]).solve().pairs == without.pairs
    assert seen > 20


def test_the_listing_order_decides_nothing():
    """People and rules listed the other way round give the same pairs."""
    for seed in range(30):
        table, mentees, mentors = people(seed)
        rules = [rule for rule, _ in rules_of(seed, mentees, mentors)]
        try:
            one = problem_of(table, mentees, mentors, rules).solve()
        except mm.Infeasible:
            continue
        assert rows(problem_of(table, mentees[::-1], mentors[::-1], rules[::-1]).solve()) == rows(one)


def test_locks_hold_beside_rules_over_several(every_matching):
    """A lock is in the result, and the rest is the best that keeps the rules with it, or the error names it."""
    for seed in range(60):
        table, mentees, mentors = people(seed)
        rules = rules_of(seed, mentees, mentors)
        lock = (seed % len(mentees), seed % len(mentors))
        ids = (f"e{lock[0]}", f"r{lock[1]}")
        problem = problem_of(table, mentees, mentors, [rule for rule, _ in rules], locks=[ids])
        valid = [pairs for pairs in valid_matchings(every_matching, table, mentors, rules) if lock in pairs]
        if not valid:
            with pytest.raises(mm.Infeasible):
                problem.solve()
            continue
        matching = problem.solve(objective=("coverage", "total"))
        assert lock in rows(matching)
        best = max((len(pairs), sum(table[pair] for pair in pairs)) for pairs in valid)
        assert (len(matching), matching.total) == (best[0], pytest.approx(best[1]))
        matching.certificate.verify(problem)


def test_an_override_stands_beside_a_limit():
    """A pair that takes more hours than a mentor has is made if somebody overrides, and nothing is added."""
    mentors = [{"id": "Mia", "hours_per_month": 4, "capacity": 4}]
    hours = {"Ann": 5, "Bo": 1, "Cas": 2, "Dee": 2}
    mentees = [{"id": name, "hours_per_month": hour} for name, hour in hours.items()]
    given = {"scorers": {"needs_offers": 1}, "constraints": [mm.HoursCapacity()]}
    assert sum(hours[pair.mentee] for pair in mm.match(mentors, mentees, **given)) <= 4
    override = mm.Override("Ann", "Mia", reason="agreed with Mia", by="HR")
    made = mm.match(mentors, mentees, **given, locks=[override])
    assert [pair.mentee for pair in made] == ["Ann"]


def test_what_proves_a_result_is_on_record():
    """The record says which solver ran and what its bounds rest on; the matching says neither."""
    table, mentees, mentors = people(3)
    run = problem_of(table, mentees, mentors, [mm.AtMost(1, where=lambda mentee, mentor: True)]).run()
    assert (run.record.solver, run.record.proof) == ("network", "multipliers")
    assert "multipliers" in repr(run.record)
    assert "multipliers" not in run.matching.to_json()
    plain = problem_of(table, mentees, mentors, []).run()
    assert plain.record.proof == "prices"


def test_nested_quotas_go_to_the_network():
    """Quotas inside each other are a flow, and quotas that cross are not."""
    mentors = [{"id": f"r{j}", "capacity": 2} for j in range(3)]
    mentees = [{"id": f"e{i}", "site": SITES[i % 2], "department": "IT" if i < 3 else "HR"} for i in range(6)]
    inner = mm.GroupQuota("mentees", {"site": "Ghent", "department": "IT"}, maximum=1)
    outer = mm.GroupQuota("mentees", {"site": "Ghent"}, maximum=2)
    crossing = mm.GroupQuota("mentees", {"department": "IT"}, maximum=2)
    table = np.arange(18).reshape(6, 3) / 18
    nested = problem_of(table, mentees, mentors, [inner, outer])
    assert nested.run().record.solver == "network"
    assert len(nested.solve(solver="network")) == 5
    assert nested.solve(solver="milp").pairs == nested.solve().pairs
    crossed = problem_of(table, mentees, mentors, [outer, crossing])
    assert crossed.run().record.solver == "milp"
    with pytest.raises(mm.UnsupportedProblem, match="milp"):
        crossed.solve(solver="network")
    crossed.solve().certificate.verify(crossed)


def test_a_quota_that_nobody_can_fill_is_infeasible():
    """A minimum for a group without anybody in it, as a mistyped label makes it, is not passed over."""
    rule = mm.GroupQuota("mentees", {"site": "Gent"}, minimum=1)
    with pytest.raises(mm.Infeasible):
        problem_of(*people(0), [rule]).solve()


@pytest.mark.parametrize("solver", ["auto", "network", "milp"])
@pytest.mark.parametrize(("mentors", "mentees"), [([], []), ([{"id": "r0"}], []), ([], [{"id": "e0"}])])
def test_a_minimum_where_one_side_is_empty_is_infeasible(solver, mentors, mentees):
    """Before anybody has applied, a rule that asks for pairs is a clash like any other, and no crash."""
    for rule in (mm.AtLeast(1), mm.GroupQuota("mentees", lambda one: True, minimum=1)):
        with pytest.raises(mm.Infeasible):
            mm.Problem.build(mentors, mentees, constraints=[rule]).solve(solver=solver)
