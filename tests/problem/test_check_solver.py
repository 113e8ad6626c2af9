"""The check that authors of solvers run."""

import numpy as np
import pytest

from mentormatch.network import Arcs, Solution
from mentormatch.solvers import Hungarian, Network
from mentormatch.testing import check_solver


@pytest.mark.parametrize("solver", [Hungarian(), Network()], ids=lambda solver: solver.name)
def test_shipped_solvers_pass(solver):
    """Both shipped solvers pass, on the forms that they support."""
    assert check_solver(solver) >= 20


class Nobody:
    """Matches nobody, ever."""

    name = "nobody"

    def supports(self, form):
        return not form.needs

    def solve(self, instance, *, warm=None, deadline=None, progress=None):
        none = np.empty(0, np.int64)
        return Solution(Arcs(none, none), ())


def test_a_solver_that_leaves_people_out_fails():
    """A feasible but poor answer is found out by its value."""
    with pytest.raises(AssertionError, match="is right for"):
        check_solver(Nobody())


def test_a_solver_that_supports_nothing_fails():
    """A check that tried nothing does not pass."""

    class Shy(Nobody):
        def supports(self, form):
            return False

    with pytest.raises(AssertionError, match="supports none"):
        check_solver(Shy())
