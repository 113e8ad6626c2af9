"""Whoever else solves the assignment problem, each called as its own documentation says.

A peer takes a finished matrix of scores, mentees × mentors, and the places of each mentor, and
returns the best total it finds, or None where it answers another question. Mentors with
several places are columns several times over for those who know no places.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Places = NDArray[np.int64]

_GRID = 2**30
"""What whole-number solvers multiply scores by."""

ASIDE = Path(sys.prefix) / "peers"
"""Where packages lie that cannot be installed beside others: two of them are called ``matching``."""


@dataclass(frozen=True)
class Peer:
    """One solver.

    Attributes
    ----------
    solve
        Takes scores and places, and returns the total.
    module
        What is imported to find out whether it is there.
    exact
        Whether it claims the optimum of the same question.
    remark
        What a reader of the table should know.
    aside
        The folder below :data:`ASIDE` it lies in, if it does.
    """

    solve: Callable[[Scores, Places], float | None]
    module: str
    exact: bool = True
    remark: str = ""
    aside: str | None = None

    @property
    def there(self) -> bool:
        """Whether it is installed."""
        return (ASIDE / self.aside).is_dir() if self.aside else find_spec(self.module) is not None


def seats(scores: Scores, places: Places) -> Scores:
    """Return a column for every place."""
    return scores if (places == 1).all() else np.repeat(scores, places, axis=1)


def ours(scores: Scores, places: Places) -> float:
    """Solve with proof and with the seed's tier, from the matrix to the matching that is handed on."""
    import mentormatch as mm

    run = mm.Problem.from_scores(scores, mentor_capacity=places.tolist()).run()
    assert run.matching.certificate.optimal
    return run.matching.total


def scipy_dense(scores: Scores, places: Places) -> float:
    """Solve by ``scipy.optimize.linear_sum_assignment``."""
    from scipy.optimize import linear_sum_assignment

    wide = seats(scores, places)
    return float(wide[linear_sum_assignment(wide, maximize=True)].sum())


def scipy_sparse(scores: Scores, places: Places) -> float:
    """Solve by ``scipy.sparse.csgraph.min_weight_full_bipartite_matching``."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    wide = seats(scores, places)
    rows, columns = min_weight_full_bipartite_matching(csr_array(wide + 1.0), maximize=True)
    return float(wide[rows, columns].sum())


def lapx(scores: Scores, places: Places) -> float:
    """Solve by ``lap.lapjv`` of lapx."""
    import lap

    wide = seats(scores, places)
    _, columns, _ = lap.lapjv(-wide, extend_cost=wide.shape[0] != wide.shape[1])
    kept = columns >= 0
    return float(wide[np.flatnonzero(kept), columns[kept]].sum())


def lapjv(scores: Scores, places: Places) -> float:
    """Solve by ``lapjv.lapjv``; it wants a square."""
    from lapjv import lapjv as solve

    wide = seats(scores, places)
    size = max(wide.shape)
    cost = np.zeros((size, size))
    cost[: len(wide), : wide.shape[1]] = -wide
    columns = solve(cost)[0][: len(wide)]
    kept = columns < wide.shape[1]
    return float(wide[np.flatnonzero(kept), columns[kept]].sum())


def ortools_assignment(scores: Scores, places: Places) -> float:
    """Solve by OR-tools' ``SimpleLinearSumAssignment``."""
    from ortools.graph.python import linear_sum_assignment

    wide = seats(scores, places)
    size = max(wide.shape)
    cost = np.zeros((size, size))
    cost[: len(wide), : wide.shape[1]] = -wide
    i, j = (one.ravel().astype(np.int32) for one in np.indices(cost.shape))
    solver = linear_sum_assignment.SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(i, j, np.rint(_GRID * cost.ravel()).astype(np.int64))
    assert solver.solve() == solver.OPTIMAL
    return -solver.optimal_cost() / _GRID


def ortools_flow(scores: Scores, places: Places) -> float:
    """Solve by OR-tools' ``SimpleMinCostFlow``."""
    from ortools.graph.python import min_cost_flow

    n, m = scores.shape
    amount = min(n, int(places.sum()))
    i, j = (one.ravel() for one in np.indices((n, m)))
    rows, columns = np.arange(n), n + np.arange(m)
    tails = np.concatenate((np.full(n, n + m), i, columns)).astype(np.int32)
    heads = np.concatenate((rows, n + j, np.full(m, n + m + 1))).astype(np.int32)
    room = np.concatenate((np.ones(n + n * m, np.int64), places))
    cost = np.concatenate(
        (np.zeros(n, np.int64), np.rint(-_GRID * scores.ravel()).astype(np.int64), np.zeros(m, np.int64))
    )
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, room, cost)
    flow.set_nodes_supplies(np.array([n + m, n + m + 1], np.int32), np.array([amount, -amount], np.int64))
    assert flow.solve() == flow.OPTIMAL
    return -flow.optimal_cost() / _GRID


def highs(scores: Scores, places: Places) -> float:
    """Solve the linear programme by HiGHS, through ``scipy.optimize.linprog``."""
    from scipy.optimize import linprog
    from scipy.sparse import eye_array, kron, vstack

    n, m = scores.shape
    each = kron(eye_array(n), np.ones((1, m)), format="csr")
    ends = kron(np.ones((1, n)), eye_array(m), format="csr")
    found = linprog(
        -scores.ravel(), A_ub=vstack((each, ends)), b_ub=np.concatenate((np.ones(n), places)), bounds=(0, 1)
    )
    assert found.status == 0
    return float(-found.fun)


def networkx_matching(scores: Scores, places: Places) -> float:
    """Solve by ``networkx.max_weight_matching``: Edmonds' blossoms, for any graph."""
    import networkx as nx

    wide = seats(scores, places)
    n = len(wide)
    graph = nx.Graph()
    graph.add_weighted_edges_from((i, n + j, wide[i, j]) for i in range(n) for j in range(wide.shape[1]))
    pairs = nx.max_weight_matching(graph, maxcardinality=True)
    return float(sum(wide[min(pair), max(pair) - n] for pair in pairs))


def networkx_bipartite(scores: Scores, places: Places) -> float:
    """Solve by ``networkx.bipartite.minimum_weight_full_matching``, which calls SciPy."""
    import networkx as nx

    wide = seats(scores, places)
    n = len(wide)
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from((i, n + j, -wide[i, j]) for i in range(n) for j in range(wide.shape[1]))
    pairs = nx.bipartite.minimum_weight_full_matching(graph, top_nodes=range(n))
    return float(sum(wide[i, pairs[i] - n] for i in range(n) if i in pairs))


def optimal_transport(scores: Scores, places: Places) -> float:
    """Solve by POT's network simplex, ``ot.emd``."""
    import ot

    n, m = scores.shape
    left, right, cost = np.ones(n), places.astype(float), -scores
    over = right.sum() - n  # masses must be equal: nobody in particular takes the rest
    if over > 0:
        cost, left = np.vstack((cost, np.zeros(m))), np.append(left, over)
    elif over < 0:
        cost, right = np.hstack((cost, np.zeros((n, 1)))), np.append(right, -over)
    plan = ot.emd(left, right, np.ascontiguousarray(cost), numItermax=100_000_000)
    return float((plan[:n, :m] * scores).sum())


def mentor_match(scores: Scores, places: Places) -> float:
    """Solve by the package mentor-match: a rule that looks the score up, then its process."""
    sys.path.insert(0, str(ASIDE / "mentor-match"))
    from matching.mentee import Mentee
    from matching.mentor import Mentor
    from matching.process import process_data
    from matching.rules.rule import Rule

    whole = np.rint(1000 * seats(scores, places)).astype(int)

    class Lookup(Rule):
        def apply(self, match_object: object) -> int:
            return int(whole[match_object.mentee.grade, match_object.mentor.grade])

        def evaluate(self, match_object: object) -> bool:
            return True

    sides = [
        [kind(grade=k, email=f"{kind.__name__}{k}") for k in range(number)]
        for kind, number in zip((Mentor, Mentee), reversed(whole.shape), strict=True)
    ]
    _, mentees = process_data(*sides, [[Lookup()]])
    return sum(whole[one.grade, other.grade] for one in mentees for other in one.mentors) / 1000


def matching_games(scores: Scores, places: Places) -> None:
    """Find a stable matching by the package matching: its game of residents and hospitals."""
    from matching.games import HospitalResident

    n, m = scores.shape
    residents = {i: np.argsort(-scores[i], kind="stable").tolist() for i in range(n)}
    hospitals = {j: np.argsort(-scores[:, j], kind="stable").tolist() for j in range(m)}
    HospitalResident.create_from_dictionaries(residents, hospitals, dict(enumerate(places.tolist()))).solve()


PEERS: dict[str, Peer] = {
    "mentormatch": Peer(ours, "mentormatch", remark="with proof, unique tie-break and a matching to hand on"),
    "scipy dense": Peer(scipy_dense, "scipy"),
    "scipy sparse": Peer(scipy_sparse, "scipy"),
    "lapx": Peer(lapx, "lap"),
    "lapjv": Peer(lapjv, "lapjv"),
    "ortools assignment": Peer(ortools_assignment, "ortools", remark="scores rounded to 2⁻³⁰"),
    "ortools flow": Peer(ortools_flow, "ortools", remark="scores rounded to 2⁻³⁰"),
    "highs": Peer(highs, "scipy", remark="as a linear programme"),
    "networkx": Peer(networkx_matching, "networkx"),
    "networkx bipartite": Peer(networkx_bipartite, "networkx", remark="calls SciPy"),
    "pot": Peer(optimal_transport, "ot"),
    "mentor-match": Peer(mentor_match, "munkres", remark="scores rounded to thousandths", aside="mentor-match"),
    "matching": Peer(
        matching_games,
        "matching",
        exact=False,
        remark="a stable matching, another question; from 90 a side it ends in a RecursionError",
    ),
}
"""Every peer, in the order in which they run."""
