"""Blocks of people who could meet, against looking at every pair."""

import numpy as np
import pytest

from mentormatch import InputError
from mentormatch.scale.components import ALONE, components, meeting
from mentormatch.scale.keys import said, wrong_keys


def kinds(rng, number, keys):
    """Random kinds of people: a few values under each key, or none."""
    return [
        tuple(frozenset(map(str, rng.integers(0, 9, rng.integers(0, 3)))) for _ in range(keys)) for _ in range(number)
    ]


def test_blocks_are_what_pairs_connect():
    """Two people are in one block exactly if a chain of pairs that may be made leads from one to the other."""
    from scipy.sparse.csgraph import connected_components

    for seed in range(200):
        rng = np.random.default_rng(seed)
        keys = int(rng.integers(1, 4))
        mentees, mentors = kinds(rng, int(rng.integers(0, 12)), keys), kinds(rng, int(rng.integers(0, 12)), keys)
        table = meeting(mentees, mentors)
        size = len(mentees) + len(mentors)
        graph = np.zeros((size, size))
        graph[: len(mentees), len(mentees) :] = table
        label = connected_components(graph, directed=False)[1] if size else np.empty(0)
        found = components(mentees, mentors)
        block = np.concatenate((found.mentees, found.mentors))
        alone = ~np.concatenate((table.any(axis=1), table.any(axis=0)))
        assert np.array_equal(block == ALONE, alone)
        same = label[:, None] == label[None, :]
        open_ = ~alone[:, None] & ~alone[None, :]
        assert np.array_equal((block[:, None] == block[None, :]) & open_, same & open_)
        assert set(block[~alone].tolist()) == set(range(len(set(block[~alone].tolist()))))


def test_too_many_combinations_are_refused():
    """Somebody with hundreds of values under two keys is told of, not waited for."""
    many = frozenset(map(str, range(200)))
    with pytest.raises(InputError, match="10,000 combinations"):
        components([(many, many)], [(many, many)])


def test_answers_are_compared_as_everywhere():
    """Case, accents and the names of languages do not count; numbers are numbers; nothing is no answer."""
    assert said(("languages",), ("Dutch; en",)) == said(("languages",), (["english", "NL"],))
    assert said(("site",), ("Malmö ",)) == said(("site",), ("malmo",))
    assert said(("level",), (3,)) == said(("level",), ("3",)) == said(("level",), (3.0,))
    assert said(("site", "languages", "own"), (None, "", float("nan"))) == (frozenset(),) * 3
    assert said(("own",), (["a", "B"],)) == (frozenset({"a", "b"}),)
    assert said(("level",), ("not a number",)) == (frozenset(),)


def test_what_was_told_in_confidence_is_no_key():
    """Vetoes, audit attributes and fields that nobody can have in common are refused by name."""
    assert [fault.code for fault in wrong_keys(("site", "vetoes", "audit_attributes", "capacity", "own"))] == [
        "bad_key"
    ] * 3
