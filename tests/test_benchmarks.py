"""The benchmarks measure what they say: the same question for every peer, and tables that tell losses too."""

import sys
import xml.etree.ElementTree as ET
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(FOLDER))  # scripts find one another by standing in one folder
bench_peers, matrices, peers, tell = map(import_module, ("bench_peers", "matrices", "peers", "tell"))

ROWS = [
    {"case": "likert", "peer": peer, "people": people, "seconds": a * people**b, "cpu": 1.0, "own": 2.0, "total": 1.0}
    for peer, a, b in (("mentormatch", 1e-5, 1.5), ("scipy dense", 1e-8, 2.5), ("matching", 1e-9, 2.0))
    for people in (100, 500, 1000, 2000)
]


@pytest.mark.parametrize("kind", matrices.KINDS)
def test_every_peer_that_is_there_answers_the_same_question(kind):
    """On every kind of scores each exact peer reaches the same total, one to one and with places."""
    one, several = np.ones(11, np.int64), np.random.default_rng(1).integers(1, 4, 11)
    for people, places in ((11, one), (17, one), (17, several), (40, several)):
        scores = matrices.scores_of(kind, people, 11)
        best = peers.ours(scores, places)
        for name, peer in peers.PEERS.items():
            if peer.there and peer.exact and peer.aside is None:
                assert peer.solve(scores, places) == pytest.approx(best, abs=1e-6), name


@pytest.mark.parametrize("kind", matrices.KINDS)
def test_the_same_kind_and_size_are_the_same_scores(kind):
    """Whoever makes the scores of a case gets the same ones, between 0 and 1."""
    scores = matrices.scores_of(kind, 30, 20)
    assert np.array_equal(scores, matrices.scores_of(kind, 30, 20))
    assert scores.shape == (30, 20)
    assert (scores.min() >= 0) & (scores.max() <= 1)


def test_a_case_is_measured_in_a_process_of_its_own():
    """A case comes back with its times, memory and total; one that fails comes back as a sentence."""
    found = bench_peers.apart("ties", "scipy dense", 30, 5.0)
    assert found.seconds > 0
    assert found.total == pytest.approx(peers.scipy_dense(*bench_peers.data_of("ties", 30)))
    assert isinstance(bench_peers.apart("no such", "scipy dense", 30, 5.0), str)


def test_losses_are_told_as_plainly_as_wins():
    """Each case and size is in one of the two lists, beside the best exact peer and no other."""
    wins, losses = tell.verdicts(ROWS)
    assert [one.split(":")[0] for one in losses] == ["likert at 100", "likert at 500"]
    assert [one.split(":")[0] for one in wins] == ["likert at 1,000", "likert at 2,000"]
    assert all("scipy dense" in one for one in wins + losses)


def test_exponents_are_fitted_to_large_sizes():
    """The exponent of a power is found; from too few sizes there is none."""
    assert tell.exponent(tell.of(ROWS, peer="scipy dense")) == pytest.approx(2.5)
    assert tell.exponent(ROWS[:2]) is None


def test_tables_and_plots_can_be_read():
    """The best exact peer of each size is in bold, and the plot is well-formed with a line for every peer."""
    lines = tell.table(ROWS, "seconds")
    assert [line.count("|") for line in lines] == [lines[0].count("|")] * len(lines)
    assert lines[2].startswith("| mentormatch | 0.01 |")
    assert "**" in lines[2]
    root = ET.fromstring(tell.plot(ROWS, "a < b"))
    assert len(root.findall(".//{http://www.w3.org/2000/svg}polyline")) == 3
