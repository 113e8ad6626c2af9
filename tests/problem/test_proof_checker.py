"""Proofs are checked by a script that shares nothing with the library: it takes what is true, and nothing else."""

from __future__ import annotations

import ast
import copy
import importlib.util
import json
import subprocess
import sys
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

import mentormatch as mm

SCRIPT = Path(__file__).parents[2] / "src" / "mentormatch" / "problem" / "check_proof.py"
TIERS = ("priority", "wishes", "floor", "leximin", "total", "balance", "least_change")


def load():
    """The script as a module of its own, as if it lay somewhere else."""
    spec = importlib.util.spec_from_file_location("check_proof", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHECKER = load()


def holds(proof):
    """Whether the script accepts a proof, which it leaves as it is."""
    try:
        CHECKER.check(json.loads(proof) if isinstance(proof, str) else copy.deepcopy(proof))
    except (ValueError, LookupError, TypeError, StopIteration):
        return False
    return True


def run(path):
    """Run the script as a stranger would: alone, in a Python that sees no library."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(path)], capture_output=True, text=True, check=False
    )


def random_array(rng, size=6):
    """A problem of an array: ties and real scores, closed pairs, minimums, several each, sometimes a lock."""
    n, m = rng.integers(1, size + 1, 2)
    scores = rng.integers(-3, 5, (n, m)) / 4 if rng.random() < 0.6 else rng.random((n, m))
    forbidden = rng.random((n, m)) < 0.2
    capacity, demand = (rng.integers(0, 4, side).tolist() for side in (m, n))
    given = {"mentor_capacity": capacity, "mentee_demand": demand, "forbidden": forbidden}
    free = [(i, j) for i, j in np.argwhere(~forbidden).tolist() if demand[i] and capacity[j]]
    if free and rng.random() < 0.3:
        i, j = free[rng.integers(len(free))]
        given["locks"] = [(str(i), str(j))]
    if rng.random() < 0.3:
        given["mentor_capacity"] = [(int(rng.random() < 0.3 and most > 0), most) for most in capacity]
        given["mentee_demand"] = [(int(rng.random() < 0.2 and most > 0), most) for most in demand]
    return mm.Problem.from_scores(scores, **given)


def random_people(rng, size=5, rules=None):
    """A problem of people who wish, wait and are of classes; every pair has a score of its own or one of three."""
    n, m = rng.integers(1, size + 1, 2)
    table = rng.choice([0.25, 0.5, 1.0], (n, m)) if rng.random() < 0.5 else rng.random((n, m))
    names = [f"a{i}" for i in range(n)], [f"m{j}" for j in range(m)]

    def wishes(others):
        return rng.permutation(others)[: rng.integers(0, 3)].tolist()

    @mm.scorer
    def told(mentee, mentor):
        return float(table[int(mentee.id[1:]), int(mentor.id[1:])])

    mentors = [{"id": one, "capacity": int(rng.integers(1, 4)), "wishes": wishes(names[0])} for one in names[1]]
    mentees = [
        {
            "id": one,
            "mentors_wanted": int(rng.integers(1, 3)),
            "wishes": wishes(names[1]),
            "waited_rounds": int(rng.integers(0, 3)),
            "vetoes": wishes(names[1])[:1] if rng.random() < 0.3 else [],
        }
        for one in names[0]
    ]
    return mm.Problem.build(
        mentors, mentees, preset=None, scorers={told: 1}, constraints=rules(rng, *names) if rules else ()
    )


def random_rules(rng, mentees, mentors):
    """One rule or two over several pairs, tight or not."""
    kinds = [
        lambda: mm.Apart(*rng.choice(mentees, 2, replace=False).tolist()) if len(mentees) > 1 else mm.AtMost(3),
        lambda: mm.Together(*rng.choice(mentors, 2, replace=False).tolist()) if len(mentors) > 1 else mm.AtMost(3),
        lambda: mm.AtMost(int(rng.integers(1, 7))),
        lambda: mm.AtLeast(int(rng.integers(0, 3))),
        lambda: mm.GroupQuota("mentors", lambda one: one.id in mentors[:2], maximum=int(rng.integers(1, 5))),
        lambda: mm.HoursCapacity(hours=lambda mentee, mentor: 1 + int(mentee.id[1:]) % 2),
    ]
    return [kinds[kind]() for kind in rng.choice(len(kinds), int(rng.integers(1, 3)), replace=False)]


def proved(problem, rng, tiers=TIERS):
    """Solve for coverage and some other tiers, and return the proof; None where minimums cannot be met."""
    chosen = rng.permutation(tiers)[:2].tolist()
    objective = (
        ["coverage", *chosen] if rng.random() < 0.8 else [*({*chosen} & {"priority", "wishes", "total"}), "coverage"]
    )
    previous = problem.solve(objective="wishes", seed=5) if "least_change" in objective else None
    problem.solve(objective=objective, previous=previous)
    return json.loads(problem.proof())


def proofs(kind, seeds, tiers=TIERS):
    """Yield the proofs of many random problems, with a random number generator for each."""
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        try:
            yield proved(kind(rng), rng, tiers), rng
        except mm.Infeasible:
            continue


# --- true proofs ---


@pytest.mark.parametrize("kind", [random_array, random_people])
def test_every_true_proof_is_accepted(kind):
    """Whatever the tiers, bounds, locks, wishes and classes, the proof of an optimal matching holds."""
    count = 0
    for proof, _ in proofs(kind, 150):
        CHECKER.check(proof)
        assert proof["tiers"][-1]["name"] == "seed"
        count += 1
    assert count > 100


def test_rules_over_several_pairs_are_rows_or_refused():
    """Where prices and multipliers prove the result such rules are rows; where they do not, it is said."""
    held = refused = priced = 0
    objectives = (
        ("coverage", "total"),
        ("coverage", "leximin"),
        ("coverage", "floor", "wishes"),
        ("total", "priority"),
    )
    for seed in range(200):
        rng = np.random.default_rng(seed)
        problem = random_people(rng, rules=random_rules)
        try:
            run = problem.run(objective=objectives[seed % 4])
            CHECKER.check(proof := json.loads(problem.proof()))
        except mm.UnsupportedProblem as error:
            assert "rules over several pairs" in str(error)  # noqa: PT017  both ends are right, and counted
            refused += 1
        except mm.Infeasible:
            continue
        else:
            held += bool(proof["rows"]["pairs"])
            priced += run.record.proof == "multipliers"
    assert held > 20
    assert priced > 20
    assert refused > 5


def test_the_script_stands_alone(tmp_path):
    """It imports json, sys and typing only, and runs in a Python that has nothing installed."""
    tree = ast.parse(SCRIPT.read_text("utf-8"))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"json", "sys", "typing"}
    problem = mm.Problem.from_scores(np.arange(12).reshape(3, 4))
    problem.solve()
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(problem.proof(), "utf-8")
    bad.write_text(problem.proof().replace('"value":[3]', '"value":[2]'), "utf-8")
    done = run(good)
    assert (done.returncode, done.stdout, done.stderr) == (0, "The proof holds.\n", "")
    done = run(bad)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The proof does not hold: coverage has another value\n"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": 1.5}', '{"schema": NaN}', "[" * 90_000, "null", '{"schema":"mentormatch/proof/1"}'],
)
def test_what_is_no_proof_is_refused_in_one_line(tmp_path, text):
    """A file that is no proof at all ends in a sentence, not in a traceback."""
    path = tmp_path / "proof.json"
    path.write_text(text, "utf-8")
    done = run(path)
    assert done.returncode == 1
    assert done.stderr.startswith("The proof does not hold: ")
    assert len(done.stderr.splitlines()) == 1


# --- false ones ---


def every_matching(proof):
    """List every matching that keeps the bounds, the fixed pairs and the closed ones, as a proof tells of them."""
    scores, fixed = proof["scores"], {tuple(pair) for pair in proof["fixed"]}
    n, m = len(scores), len(proof["mentors"]["ids"])
    rows = []
    for i in range(n):
        open_ = [j for j in range(m) if scores[i][j] is not None]
        sizes = range(proof["mentees"]["lower"][i], proof["mentees"]["upper"][i] + 1)
        rows.append([chosen for size in sizes for chosen in combinations(open_, size)])
    for choice in product(*rows):
        pairs = {(i, j) for i, chosen in enumerate(choice) for j in chosen}
        loads = [sum(j == one for _, one in pairs) for j in range(m)]
        bounds = zip(proof["mentors"]["lower"], loads, proof["mentors"]["upper"], strict=True)
        if fixed <= pairs and all(low <= load <= up for low, load, up in bounds):
            yield pairs


def values(proof, pairs):
    """What a matching truly reaches in each tier of a proof."""
    scores = sorted(proof["scores"][i][j] for i, j in pairs)
    classes, units = proof["mentees"]["classes"], proof["mentors"]["units"]
    loads = [sum(j == one for _, one in pairs) for j in range(len(units))]
    found = []
    for tier in proof["tiers"]:
        listed = [{(i, j): w for i, j, w in one} for one in tier.get("weights", [])]
        found.append(
            {
                "coverage": [len(pairs)],
                "priority": [sum(classes[i] == c for i, _ in pairs) for c in range(max(classes) + 1)],
                "floor": scores[:1] or [0],
                "leximin": scores,
                "total": [sum(scores)],
                "balance": [sum(unit * load**2 for unit, load in zip(units, loads, strict=True))],
            }.get(tier["name"], [sum(one.get(pair, 0) for pair in pairs) for one in listed])
        )
    return found


def test_no_other_matching_passes_for_the_best():
    """Of all matchings of a small problem, each told with its true values, only the best passes with its prices."""
    told = others = 0
    for kind in (random_array, random_people):
        for proof, _ in proofs(lambda rng, kind=kind: kind(rng, 3), 60):
            best = {tuple(pair) for pair in proof["matching"]}
            assert values(proof, best) == [tier["value"] for tier in proof["tiers"]]
            told += 1
            for pairs in every_matching(proof):
                if pairs == best:
                    continue
                false = {**proof, "matching": sorted(map(list, pairs))}
                true = zip(proof["tiers"], values(proof, pairs), strict=True)
                false["tiers"] = [{**tier, "value": value} for tier, value in true]
                assert not holds(false)
                others += 1
    assert told > 60
    assert others > 1_000


def test_a_changed_value_is_seen():
    """One more or one less in what any tier claims to reach is refused."""
    for proof, rng in proofs(random_people, 60):
        for place, tier in enumerate(proof["tiers"]):
            false = copy.deepcopy(proof)
            value = false["tiers"][place]["value"]
            if value:
                value[rng.integers(len(value))] += int(rng.choice([-1, 1]))
            else:
                value.append(tier["name"] == "leximin")
            assert not holds(false)


def test_a_broken_bound_is_seen():
    """Whoever has more partners than allowed, or fewer than needed, spoils the proof, and so does a closed pair."""
    count = 0
    for proof, rng in proofs(random_array, 80):
        if not proof["matching"]:
            continue
        i, j = proof["matching"][rng.integers(len(proof["matching"]))]
        for side, who, place in (("mentees", i, 0), ("mentors", j, 1)):
            load = sum(pair[place] == who for pair in proof["matching"])
            for end, bound in (("upper", load - 1), ("lower", load + 1)):
                false = copy.deepcopy(proof)
                false[side][end][who] = bound
                assert not holds(false)
        false = copy.deepcopy(proof)
        false["scores"][i][j] = None
        assert not holds(false)
        twice = {**proof, "matching": [*proof["matching"], [i, j]]}
        assert not holds(twice)
        count += 1
    assert count > 40


def test_a_missing_lock_is_seen():
    """A pair that must be made and is not is refused, and so is one that is only said to be fixed."""
    problem = mm.Problem.from_scores([[0.9, 0.1], [0.8, 0.3]], locks=[("0", "1")])
    problem.solve()
    proof = json.loads(problem.proof())
    assert proof["fixed"] == [[0, 1]]
    assert holds(proof)
    assert not holds({**proof, "matching": [[0, 0], [1, 1]]})
    assert not holds({**proof, "fixed": [[0, 0], [0, 1]]})
    assert not holds({**proof, "fixed": []})


def test_a_better_matching_is_seen():
    """Where an unused pair turns out to be worth far more, or a used one far less, the prices do not hold any more."""
    rng = np.random.default_rng(3)
    for _ in range(40):
        problem = mm.Problem.from_scores(rng.random((5, 5)))
        problem.solve()
        proof = json.loads(problem.proof())
        made = {tuple(pair) for pair in proof["matching"]}
        for i, j in product(range(5), range(5)):
            false = copy.deepcopy(proof)
            change = -(1 << 55) if (i, j) in made else 1 << 55
            false["scores"][i][j] += change
            if (i, j) in made:
                next(tier for tier in false["tiers"] if tier["name"] == "total")["value"][0] += change
            assert not holds(false)


def test_a_price_that_matters_is_seen():
    """A price raised or lowered by more than all scores together proves nothing any more."""
    rng = np.random.default_rng(4)
    for _ in range(40):
        problem = mm.Problem.from_scores(rng.random((4, 5)), mentor_capacity=2)
        problem.solve(objective=("total",))
        proof = json.loads(problem.proof())
        for change in (1 << 60, -(1 << 60)):
            for person in range(4):
                false = copy.deepcopy(proof)
                prices = dict(map(tuple, false["tiers"][0]["steps"][0]))
                prices[person] = prices.get(person, 0) + change
                false["tiers"][0]["steps"][0] = [list(one) for one in prices.items()]
                assert not holds(false)


def test_steps_too_few_or_too_many_are_seen():
    """Every step is asked for, and none more; the tiers are those of the objective, from the first."""
    for proof, _ in proofs(random_people, 40):
        for place, tier in enumerate(proof["tiers"]):
            false = copy.deepcopy(proof)
            if tier["steps"]:
                false["tiers"][place]["steps"].pop()
                assert not holds(false)
            false["tiers"][place]["steps"] = [*tier["steps"], []]
            assert not holds(false)
        assert not holds({**proof, "tiers": proof["tiers"][1:]})
        assert not holds({**proof, "schema": "mentormatch/proof/2"})


def test_the_floor_is_not_taken_on_trust():
    """A matching with a lower worst pair than need be is not accepted, whatever the prices of the other tiers."""
    problem = mm.Problem.from_scores([[0.9, 0.5], [0.5, 0.0]])
    problem.solve(objective=("coverage", "floor"))
    proof = json.loads(problem.proof())
    assert proof["matching"] == [[0, 1], [1, 0]]
    low = {**proof, "objective": ["coverage", "floor"], "matching": [[0, 0], [1, 1]], "tiers": proof["tiers"][:2]}
    low["tiers"][1]["value"] = [0]
    for prices in ([], [[0, -1]], [[2, -1]], [[0, -1], [2, 1]], [[1, -1], [3, 1]]):
        low["tiers"][1]["steps"] = [prices]
        assert not holds(low)


def test_coverage_stands_before_tiers_that_need_it():
    """A floor without coverage before it is no aim: with nobody matched there is no lower score."""
    problem = mm.Problem.from_scores([[0.5]])
    problem.solve(objective=("coverage", "floor"))
    proof = json.loads(problem.proof())
    turned = {**proof, "objective": ["floor", "coverage"], "tiers": [proof["tiers"][1], proof["tiers"][0]]}
    assert holds(proof)
    assert not holds(turned)


# --- rows over several pairs ---

SHARED = {
    "schema": "mentormatch/proof/1",
    "objective": ["total"],
    "mentees": {"ids": ["Ann", "Bo"], "lower": [0, 0], "upper": [1, 1], "classes": [0, 0]},
    "mentors": {"ids": ["Mia", "Ned"], "lower": [0, 0], "upper": [2, 2], "units": [1, 1]},
    "exponent": 0,
    "scores": [[9, 2], [8, 3]],
    "fixed": [],
    "matching": [[0, 0], [1, 1]],
    # Ann and Bo do not share Mia
    "rows": {"lower": [0], "upper": [1], "pairs": [[0, 0, 0, 1], [0, 1, 0, 1]]},
    # 12 = 3 (Ann) + 3 (Bo) + 6 (the row): no more than that without sharing
    "tiers": [{"name": "total", "value": [12], "steps": [[[0, 3], [1, 3], [4, 6]]]}],
}
"""Two mentees who would both go to Mia and may not share her."""


def shared(**changes):
    return {**copy.deepcopy(SHARED), **changes}


def total(value, *steps):
    return [{"name": "total", "value": [value], "steps": list(steps)}]


def test_a_row_has_a_price_too():
    """What a rule over several pairs keeps away is proved by a multiplier of its row."""
    assert holds(SHARED)


def test_without_its_multiplier_the_row_proves_nothing():
    """With another multiplier, or the wrong sign, the same matching is not proved."""
    for multiplier in (0, 4, 7, -6, 1 << 60):
        assert not holds(shared(tiers=total(12, [[0, 3], [1, 3], [4, multiplier]])))


def test_a_row_is_kept():
    """A matching that breaks a row, above or below, is refused; without the row it would be the best."""
    prices = [[0, 9], [1, 8]]
    free = shared(matching=[[0, 0], [1, 0]], tiers=total(17, prices))
    assert not holds(free)
    free["rows"] = {"lower": [], "upper": [], "pairs": []}
    assert holds(free)
    free["rows"] = {"lower": [3], "upper": [4], "pairs": SHARED["rows"]["pairs"]}
    assert not holds(free)


def test_a_row_with_a_price_stays_where_it_is():
    """After a step in which a row has a price, it is full for the steps that follow."""
    # with the sum at its highest, either of the two may have Mia: the listed weights prefer Bo there
    later = {"name": "wishes", "value": [5], "weights": [[[1, 0, 5]]]}
    scores = [[9, 3], [9, 3]]
    first = {"name": "total", "value": [12], "steps": [[[0, 3], [1, 3], [4, 6]]]}
    names = ["total", "wishes"]
    given = {"objective": names, "scores": scores, "matching": [[0, 1], [1, 0]]}
    # whoever has Mia is one of two: the row holds 1, at a price of 5
    assert holds(shared(**given, tiers=[first, {**later, "steps": [[[4, 5], [1, 0]]]}]))
    worse = {**given, "matching": [[0, 0], [1, 1]]}
    assert not holds(shared(**worse, tiers=[first, {**later, "value": [0], "steps": [[[4, 0]]]}]))
    # one pair with Mia there must be by now, so it may cost: without the first step nobody need have her
    least = {"name": "wishes", "value": [-5], "weights": [[[0, 0, -5], [1, 0, -5]]], "steps": [[[4, -5]]]}
    assert holds(shared(**given, tiers=[first, least]))
    cover = {"name": "coverage", "value": [2], "steps": [[[0, 1], [1, 1]]]}
    given["objective"] = ["coverage", "wishes"]
    assert holds(shared(**given, tiers=[cover]) | {"objective": ["coverage"]})
    assert not holds(shared(**given, tiers=[cover, least]))


def test_a_row_at_its_least():
    """A row that must hold something has a price below 0 where that costs."""
    forced = shared(
        matching=[[0, 0], [1, 1]],
        rows={"lower": [3], "upper": [9], "pairs": [[0, 0, 0, 1], [0, 1, 1, 2]]},
        scores=[[1, 2], [1, -3]],
        tiers=total(-2, [[0, 4], [4, -3], [1, 3]]),
    )
    assert holds(forced)
    forced["rows"]["lower"] = [2]
    assert not holds(forced)
