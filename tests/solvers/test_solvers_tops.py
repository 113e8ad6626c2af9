"""The best few of each row: the compiled heaps and the plain arrays against sorting everything."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.network import Screen
from mentormatch.solvers import sweep
from mentormatch.solvers.sweep import Shut, Wanted
from mentormatch.solvers.tops import Tops, take_tops, take_tops_plainly

TAKES = [take_tops, take_tops_plainly]


@st.composite
def tiles(draw):
    """Rectangles of scores with many ties, without numbers here and there, their prices, floors and heaps."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, m = draw(st.integers(1, 5)), draw(st.integers(1, 150))
    scores = rng.integers(0, draw(st.sampled_from([1, 3, 1000])), (n, m)).astype(np.float32) / 4
    scores -= draw(st.sampled_from([0, 2, 1000]))
    scores[rng.random((n, m)) < draw(st.sampled_from([0, 0.2, 1]))] = draw(st.sampled_from([np.nan, -np.inf]))
    price = rng.integers(0, draw(st.sampled_from([1, 3])), m).astype(np.float32) / 4
    price[rng.random(m) < draw(st.sampled_from([0, 0.3]))] = np.inf
    floor = np.full(n, draw(st.sampled_from([-np.inf, -1.0, 0.0, 0.25])), np.float32)
    least = draw(st.sampled_from([-np.inf, 0.25]))
    return scores, price, floor, least, draw(st.integers(1, 12)), draw(st.integers(1, m)), rng.integers(0, m, n)


def taken(take, given_):
    """What is kept of each row after one tile or several: worths and columns, the best first."""
    scores, price, floor, least, each, width, begin = given_
    tops = Tops.room(len(scores), min(each, scores.shape[1]))
    for first in range(0, scores.shape[1], width):
        part = slice(first, min(first + width, scores.shape[1]))
        inside = np.where((begin >= first) & (begin < part.stop), begin - first, 0)
        take(scores[:, part].copy(), price[part], floor, inside, first, least, tops)
    rows = []
    for row, size in enumerate(tops.size.tolist()):
        order = np.lexsort((tops.column[row, :size], -tops.worth[row, :size]))
        rows.append((tops.worth[row, :size][order].tolist(), tops.column[row, :size][order].tolist()))
    return rows


@pytest.mark.parametrize("take", TAKES)
@settings(max_examples=150, deadline=None)
@given(given_=tiles())
def test_the_best_of_each_row_are_kept_whatever_the_tiles(take, given_):
    """Each row keeps the worths that sorting gives, of columns that have them, each once; a NaN is never kept."""
    scores, price, floor, least, each, _, _ = given_
    for row, (worth, column) in enumerate(taken(take, given_)):
        with np.errstate(invalid="ignore"):
            all_ = np.where(scores[row] >= least, scores[row] - price, -np.inf)
        best = np.sort(all_[all_ > floor[row]])[::-1][:each]
        assert worth == best.tolist()
        assert all_[column].tolist() == worth
        assert len(set(column)) == len(column)


@settings(max_examples=100, deadline=None)
@given(given_=tiles())
def test_where_nothing_ties_compiled_and_plain_code_keep_the_same(given_):
    """With numbers that all differ, the columns are the same too."""
    scores = given_[0]
    apart = scores + np.arange(scores.size, dtype=np.float32).reshape(scores.shape)[:, ::-1] * 8
    assert taken(take_tops, (apart, *given_[1:])) == taken(take_tops_plainly, (apart, *given_[1:]))


@pytest.mark.parametrize("take", TAKES)
def test_equals_are_taken_from_where_each_row_begins(take):
    """Of more equals than there is room for, rows keep those from their own column on, so that all are kept."""
    scores, nothing = np.zeros((6, 12), np.float32), np.zeros(12, np.float32)
    floor = np.full(6, -np.inf, np.float32)
    rows = taken(take, (scores, nothing, floor, -np.inf, 2, 12, np.arange(0, 12, 2)))
    assert [column for _, column in rows] == [[k, k + 1] for k in range(0, 12, 2)]


@pytest.mark.parametrize("tile", [(2, 3), (4, 64), (256, 2048)])
def test_a_sweep_says_how_much_it_left_unseen(monkeypatch, tile):
    """No pair that a sweep did not show is worth more than the limit of its row, whatever is shut or has no price."""
    rng = np.random.default_rng(1)
    monkeypatch.setattr(sweep, "_ROWS", tile[0])
    monkeypatch.setattr(sweep, "_COLUMNS", tile[1])
    for each in (1, 3, 20):
        screen = Screen(*(rng.integers(0, 3, (size, 2)).astype(np.float32) for size in (30, 17)), np.zeros(30))
        open_ = rng.random((30, 17)) < 0.7
        shut = Shut(lambda rows, columns, o=open_: o[rows][:, columns], lambda i, j, o=open_: o[i, j])
        price = rng.integers(0, 3, 17).astype(np.float32)
        rows, columns = np.sort(rng.permutation(30)[:20]), np.sort(rng.permutation(17)[:13])
        for some in (None, columns):
            inside = np.arange(17) if some is None else some
            wanted = Wanted(price[inside], np.full(20, -1, np.float32), each)
            best = sweep.sweep(screen, rows, some, wanted, shut)
            worth = np.where(open_, screen.left @ screen.right.T - price, -np.inf)
            assert (worth[best.i, best.j] == best.worth).all()
            worth[best.i, best.j] = -np.inf
            assert (worth[rows][:, inside].max(axis=1) <= best.limit).all()


CODE = """
import json, sys
if sys.argv[1] == "plain":
    sys.modules["numba"] = None
import numpy as np
import mentormatch as mm
from mentormatch.problem import instance
from mentormatch.solvers import predict, table
table.LEAST_SCREENED = instance.LEAST_SCREENED = 0
predict._FEWEST = 20
rng = np.random.default_rng(3)
skills = [f"skill {k}" for k in range(9)]
def side(name, people, heading):
    return [{"id": f"{name}{k}", heading: rng.choice(skills, 3, replace=False).tolist(), "level": int(k % 4) + 1}
            for k in range(people)]
mentors, mentees = side("m", 90, "offers"), side("e", 110, "needs")
problem = mm.Problem.build(mentors, mentees, min_score=0.2)
matching = problem.solve(solver=sys.argv[2])
matching.certificate.verify(problem)
print(json.dumps([matching.to_json(), sys.modules.get("numba") is not None]))
"""


@pytest.mark.parametrize("solver", ["auto", "min_cost_flow"])
def test_a_large_problem_is_the_same_without_numba(solver):
    """Where numba cannot be imported the matching and its certificate are the same, byte for byte."""
    found = []
    for how in ("compiled", "plain"):
        done = subprocess.run([sys.executable, "-c", CODE, how, solver], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        found.append(json.loads(done.stdout))
    assert found[0][0] == found[1][0]
    assert [numba for _, numba in found] == [True, False]


def test_a_numba_that_breaks_while_it_is_imported_is_done_without(tmp_path):
    """Whoever was interrupted in the middle of importing numba goes on in plain Python, and finds the same."""
    (tmp_path / "numba.py").write_text("raise AttributeError('half imported')")
    code = """
import sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from mentormatch.network import Screen
from mentormatch.solvers.sweep import Wanted, sweep
factors, zero = np.eye(4, 3, dtype=np.float32), np.zeros(4, np.float32)
best = sweep(Screen(factors, factors, np.zeros(4)), np.arange(4), None, Wanted(zero, zero + 0.5, 2))
print(sorted(zip(best.i.tolist(), best.j.tolist())))
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[(0, 0), (1, 1), (2, 2)]\n"), done.stderr
