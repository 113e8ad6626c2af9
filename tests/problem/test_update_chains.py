"""Long chains of changes, repaired or not: each time the matching is that of the same data from nothing."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.matching import Matching
from mentormatch.problem.update import KeptApart
from mentormatch.solvers import repair

SIZE = 60

KEEPING = ("coverage", "least_change", "total")


@pytest.fixture
def _small(monkeypatch):
    """Repair problems of any size."""
    monkeypatch.setattr(repair, "LEAST_CELLS", 0)


class Data:
    """What a problem is made of, changed beside the problem itself; scores are sums of powers of 2."""

    def __init__(self, rng, size, levels=64):
        self.rng, self.levels, self.number = rng, levels, 0
        self.ids = [[f"r{i}" for i in rng.permutation(size)], [f"c{j}" for j in rng.permutation(size)]]
        self.scores = rng.integers(0, levels + 1, (size, size)) / levels
        self.bounds = [[(0, 1)] * size, [(0, int(high)) for high in rng.integers(1, 3, size)]]

    def problem(self):
        """Make the problem from nothing."""
        return mm.Problem.from_scores(
            self.scores,
            mentees=self.ids[0],
            mentors=self.ids[1],
            mentee_demand=self.bounds[0],
            mentor_capacity=self.bounds[1],
        )

    def change(self):
        """Change one thing, and say what ``update`` is asked for."""
        rng, kind, side = self.rng, int(self.rng.integers(4)), int(self.rng.integers(2))
        self.number += 1
        name, row = ("mentees", "mentors")[side], int(rng.integers(len(self.ids[side])))
        if kind == 0 and len(self.ids[side]) > 1:
            self.scores = np.delete(self.scores, row, axis=side)
            del self.bounds[side][row]
            return {"leave": {name: [self.ids[side].pop(row)]}}
        if kind == 1:
            scores = rng.integers(0, self.levels + 1, len(self.ids[1 - side])) / self.levels
            self.scores = np.insert(self.scores, len(self.ids[side]), scores, axis=side)
            self.ids[side].append(f"x{self.number}")
            self.bounds[side].append((0, 1))
            return {f"join_{name}": [{"id": f"x{self.number}", "scores": scores}]}
        if kind == 2:
            self.bounds[side][row] = (0, int(rng.integers(4)))
            return {"bounds": {name: {self.ids[side][row]: self.bounds[side][row]}}}
        column = int(rng.integers(len(self.ids[1])))
        row = int(rng.integers(len(self.ids[0])))
        self.scores[row, column] = np.nan
        return {"forbid": [(self.ids[0][row], self.ids[1][column])]}


def pairs_of(matching):
    return [(pair.mentee, pair.mentor, pair.score) for pair in matching]


def reached(matching):
    return [(tier.name, tier.value, tier.bound) for tier in matching.certificate.tiers]


def chain(steps, size):
    """Change a problem step by step, and hold each matching against that of the same data from nothing."""
    data = Data(np.random.default_rng(steps), size)
    problem = data.problem()
    solvers = set()
    for step in range(steps):
        run = problem.run()
        fresh = data.problem()
        other = fresh.solve()
        assert pairs_of(run.matching) == pairs_of(other)
        assert reached(run.matching) == reached(other)
        if step % 20 == 0:
            run.matching.certificate.verify(fresh)
        solvers.add(run.record.solver)
        problem = problem.update(**data.change())
    return solvers


@pytest.mark.usefixtures("_small")
def test_each_of_200_changes_gives_the_matching_of_a_solve_of_the_same_data_from_nothing():
    """Each of 200 changes in a row gives the matching of a solve of the same data, by a repair."""
    assert "repair" in chain(200, SIZE)


@pytest.mark.usefixtures("_small")
def test_room_for_those_who_join_is_made_for_all_changes_of_a_problem_at_once():
    """Where there is no room left for those who join, it is made once for all changes of the same problem."""
    data = Data(np.random.default_rng(3), 6)
    problem = data.problem()
    problem.run()
    tables = set()
    for number in range(100):
        later = problem.update(join_mentees=[{"id": f"y{number}", "scores": data.scores[0].copy()}])
        assert later.run().record.solver == "repair"
        tables.add(id(problem._last.ready(("coverage", "total"), 0).standing.shared))
    assert len(tables) <= 4
    assert later.solve().to_json() == type(later)(later._setup).solve().to_json()


@pytest.mark.usefixtures("_small")
def test_the_matching_of_a_changed_problem_is_what_all_its_checks_would_leave():
    """A matching told without checks equals one made of the same parts with all checks, part by part and as JSON."""
    data = Data(np.random.default_rng(5), 12)
    problem = data.problem()
    told = [*problem.solutions(20)]
    for _ in range(20):
        problem = problem.update(**data.change())
        told.append(problem.solve())
    for one in told:
        checked = Matching(
            **{name: getattr(one, name) for name in Matching.__dataclass_fields__ if name != "pairs"}, pairs=one.pairs
        )
        assert one == checked
        assert hash(one) == hash(checked)
        assert one.to_json() == checked.to_json() == Matching.from_json(one.to_json()).to_json()
        assert one.certificate == checked.certificate
        assert repr(one) == repr(checked)
        assert all(one.explain(mentee) == checked.explain(mentee) for mentee, _ in one.mentees[:3])


def test_without_numba_changes_give_the_same():
    """Without numba, every change gives the matching of a solve of the same data from nothing too."""
    here = Path(__file__)
    code = (
        "import sys; sys.modules['numba'] = None\n"
        f"sys.path.insert(0, {str(here.parent)!r})\n"
        "from mentormatch.problem import standing\n"
        "from mentormatch.solvers import repair\n"
        "standing.worth_it = lambda instance: instance.objective in repair.TIERS\n"
        f"from {here.stem} import chain\n"
        "print(sorted(chain(25, 12)))\n"
    )
    source = str(Path(mm.__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "repair" in done.stdout


# --- with tensions, and with a matching to keep ---------------------------------------------------------------------


def person(rng, one, side):
    """A random person whose level is known, so that no score rests on statistics."""
    return {"id": one, "level": int(rng.integers(1, 6)) + side}


@pytest.mark.filterwarnings("ignore::mentormatch.DataWarning")
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("objective", [None, KEEPING], ids=["default", "least_change"])
def test_changes_with_tensions_give_the_matching_of_the_same_people_from_nothing(seed, objective):
    """With tensions, and where pairs are to be kept, changes give what the same people give from nothing."""
    rng = np.random.default_rng(seed)
    mentors = [person(rng, f"m{k}", 1) | {"capacity": int(rng.integers(1, 4))} for k in range(5)]
    mentees = [person(rng, f"e{k}", 0) for k in range(6)]
    rules = [mm.Tension(f"e{a}", f"e{b}") for a, b in rng.integers(0, 6, (4, 2)).tolist() if a != b]
    rules.append(mm.Tension("e0", "m0"))
    shut = []

    def build(mentors, mentees):
        return mm.Problem.build(
            mentors, mentees, scorers={"level_gap": 1}, constraints=[*rules, KeptApart(tuple(shut))], preset=None
        )

    problem = build(mentors, mentees)
    previous, coupled = problem.solve(), problem._setup.compiled.coupled
    assert coupled
    for number in range(5):
        ids = problem._setup.roster.mentee_ids, problem._setup.roster.mentor_ids
        asked = (
            {"leave": [str(rng.choice(ids[0]))]},
            {"join_mentees": [person(rng, f"y{number}", 0)]},
            {"bounds": {str(rng.choice(ids[1])): int(rng.integers(0, 3))}},
            {"forbid": [(str(rng.choice(ids[0])), str(rng.choice(ids[1])))]},
        )[int(rng.integers(4))]
        problem = problem.update(**asked)
        shut += asked.get("forbid", [])
        fresh = build(problem._setup.pool.mentors, problem._setup.pool.mentees)
        given = {} if objective is None else {"objective": objective, "previous": previous}
        matching, other = problem.solve(**given), fresh.solve(**given)
        assert pairs_of(matching) == pairs_of(other)
        assert reached(matching) == reached(other)
        matching.certificate.verify(fresh)
        previous = matching


@pytest.mark.usefixtures("_small")
def test_a_matching_is_kept_after_changes_as_after_a_solve_of_the_same_data_from_nothing():
    """The tier that keeps pairs gives, after changes that were repaired, what the same data give from nothing."""
    data = Data(np.random.default_rng(8), 12, levels=4)
    problem = data.problem()
    previous = problem.solve()
    for _ in range(15):
        problem = problem.update(**data.change())
        problem.run()
        matching = problem.solve(objective=KEEPING, previous=previous)
        fresh = data.problem()
        other = fresh.solve(objective=KEEPING, previous=previous)
        assert pairs_of(matching) == pairs_of(other)
        assert reached(matching) == reached(other)
        matching.certificate.verify(fresh)
        previous = matching
