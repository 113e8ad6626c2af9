"""The solver that was asked for is the one that solves, or an error says why not."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from mentormatch.errors import InputError, UnsupportedProblem
from mentormatch.network import Form, Need
from mentormatch.solvers import KNOWN_TIERS, SOLVERS, Network, check_objective, choose


def form(*needs):
    """A form that needs these."""
    return Form(3, 4, frozenset(needs))


def test_auto_takes_the_first_that_can():
    """One mentor each goes to the assignment problem, everything with bounds to the network."""
    assert choose(form()).name == "hungarian"
    assert choose(form(Need.SEVERAL_EACH)).name == "network"
    assert choose(form(Need.MINIMUMS, Need.SEVERAL_EACH), "auto").name == "network"


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda solver: solver.name)
def test_a_named_solver_is_the_one_that_is_chosen(solver):
    """A name gives the solver of that name."""
    assert choose(form(Need.STABLE) if solver.name == "stable" else form(), solver.name) is solver


def test_an_unknown_name_lists_the_known_ones():
    """A solver that does not exist is an error with all names that do."""
    with pytest.raises(InputError, match="gurobi") as caught:
        choose(form(), "gurobi")
    assert all(name in str(caught.value) for name in ("auto", "hungarian", "network"))


def test_a_solver_that_cannot_names_the_need_and_one_that_can():
    """What is needed is told in words, with a solver that can do it."""
    with pytest.raises(UnsupportedProblem, match="minimums that must be met") as caught:
        choose(form(Need.MINIMUMS), "hungarian")
    assert "network" in str(caught.value)


def test_rules_that_couple_pairs_are_an_integer_programme():
    """Rules that couple pairs go to the one solver that can, and another one asked for says so."""
    assert choose(form(Need.COUPLED)).name == "milp"
    with pytest.raises(UnsupportedProblem, match="couple several pairs") as caught:
        choose(form(Need.COUPLED), "network")
    assert "milp" in str(caught.value)


@pytest.mark.parametrize("name", ["auto", "network", "stable", "milp"])
def test_a_need_that_nobody_meets_is_told(name):
    """A stable matching under quotas is beyond every solver, whichever is asked."""
    with pytest.raises(UnsupportedProblem, match="groups of people"):
        choose(form(Need.GROUPS, Need.STABLE), name)


def test_nested_quotas_stay_a_flow():
    """Quotas that lie inside each other go to the network, as bounds on both sides do."""
    assert choose(form(Need.GROUPS)).name == "network"
    assert choose(form(Need.GROUPS, Need.COUPLED)).name == "milp"


def test_an_object_with_both_methods_passes():
    """Any object with supports and solve is a solver."""

    class Mine:
        def __init__(self, answer):
            self.answer = answer

        def supports(self, form):
            return self.answer

        def solve(self, instance, **options):
            raise NotImplementedError

    able, unable = Mine(answer=True), Mine(answer=False)
    assert choose(form(Need.COUPLED), able) is able
    with pytest.raises(UnsupportedProblem, match="Mine"):
        choose(form(), unable)


def test_an_unknown_tier_lists_the_known_ones():
    """A tier that does not exist is named, with all that do."""
    with pytest.raises(InputError, match="fairness") as caught:
        check_objective(("coverage", "fairness"))
    assert all(tier in str(caught.value) for tier in KNOWN_TIERS)


@pytest.mark.parametrize("objective", [(), ("total", "total")])
def test_an_objective_names_each_tier_once(objective):
    """No tier at all and a tier named twice are errors."""
    with pytest.raises(InputError):
        check_objective(objective)


def test_nothing_is_printed(make, capfd):
    """The linear programmes say nothing on the file descriptors either."""
    scores = np.random.default_rng(0).random((20, 20))
    Network().solve(make(scores, demand=(1, 2), capacity=(0, 3)))
    assert capfd.readouterr() == ("", "")


def test_nothing_is_printed_by_a_fresh_process():
    """Not even the banner that the linear programming library shows once in each process."""
    code = (
        "import numpy as np\n"
        "from mentormatch.network import Bounds\n"
        "from mentormatch.solvers.lp import Transport\n"
        "from mentormatch.solvers.engine import Task\n"
        "from mentormatch.solvers.potentials import Part\n"
        "one, zero = np.ones(2, np.int64), np.zeros(2, np.int64)\n"
        "i, j = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])\n"
        "part = Part(i, j, np.array([1, 5, 3, 2]), np.zeros(4, bool), Bounds(zero, one), Bounds(zero, one))\n"
        "found = Transport().propose(Task(part, True, lambda: None))\n"
        "raise SystemExit(found.j.tolist() != [1, 0])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, env=dict(os.environ))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def test_importing_the_solvers_is_light():
    """Neither scipy nor the linear programming library is loaded before something is solved."""
    code = "import sys, mentormatch.solvers; raise SystemExit(bool({'scipy', 'highspy', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
