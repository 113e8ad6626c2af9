"""Minimum-cost flow through any network: exact, proved, and honest where there is none."""

from __future__ import annotations

import pickle
from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.solvers import NoFlow, circulation, min_cost_flow, network


def proves(arcs, supply, found):
    """Check by hand that a flow keeps every bound and that its potentials prove it the cheapest."""
    tails, heads, lower, upper, cost = (np.array(each, np.int64) for each in arcs)
    out = np.bincount(tails, found.flow, len(supply)) - np.bincount(heads, found.flow, len(supply))
    reduced = cost + found.potentials[tails] - found.potentials[heads]
    return (
        (out == supply).all()
        and (found.flow >= lower).all()
        and (found.flow <= upper).all()
        and (reduced[found.flow < upper] >= 0).all()
        and (reduced[found.flow > lower] <= 0).all()
        and found.cost == sum(int(x) * int(c) for x, c in zip(found.flow, cost, strict=True))
    )


def is_cut(arcs, supply, cut):
    """Count whether these nodes supply more than the arcs around them allow."""
    tails, heads, lower, upper, _ = arcs
    inside = set(cut)
    leaves = sum(u for t, h, u in zip(tails, heads, upper, strict=True) if t in inside and h not in inside)
    enters = sum(low for t, h, low in zip(tails, heads, lower, strict=True) if h in inside and t not in inside)
    return sum(supply[node] for node in inside) > leaves - enters


def peer(arcs, supply):
    """The cost by networkx's network simplex, or None: lower bounds are taken off beforehand."""
    graph, base, demand = nx.MultiDiGraph(), 0, [-one for one in supply]
    for tail, head, low, high, cost in zip(*arcs, strict=True):
        base += low * cost
        demand[tail] += low
        demand[head] -= low
        if tail == head:
            base += min(0, (high - low) * cost)
        else:
            graph.add_edge(tail, head, capacity=high - low, weight=cost)
    graph.add_nodes_from((node, {"demand": need}) for node, need in enumerate(demand))
    try:
        return base + nx.network_simplex(graph)[0]
    except nx.NetworkXUnfeasible:
        return None


def random_network(seed):
    """A network with several sources, lower bounds, parallel arcs, loops and negative costs; about half can be met."""
    rng = np.random.default_rng(seed)
    nodes, size = int(rng.integers(1, 12)), int(rng.integers(0, 45))
    lower = rng.integers(-2, 4, size) * (rng.random(size) < 0.3)
    upper = lower + rng.integers(0, 9, size)
    arcs = rng.integers(0, nodes, size), rng.integers(0, nodes, size), lower, upper, rng.integers(-6, 20, size)
    supply = rng.integers(-4, 5, nodes)
    if seed % 3:  # what some flow within the bounds brings, and sometimes a little else
        flow = rng.integers(lower, upper + 1) if size else np.empty(0, int)
        supply = np.bincount(arcs[0], flow, nodes).astype(int) - np.bincount(arcs[1], flow, nodes).astype(int)
    supply[0] -= supply.sum()
    return [each.tolist() for each in arcs], supply.tolist()


def check(arcs, supply):
    """Hold one result, or its refusal, against the peer."""
    wanted = peer(arcs, supply)
    if wanted is None:
        with pytest.raises(NoFlow) as caught:
            min_cost_flow(*arcs, supply)
        assert is_cut(arcs, supply, caught.value.cut)
    else:
        found = min_cost_flow(*arcs, supply)
        assert found.cost == wanted
        assert proves(arcs, supply, found)
    return wanted


def test_every_random_network_agrees_with_a_peer():
    """400 networks cost what networkx says, or are infeasible where it says so, with a cut that shows why."""
    costs = [check(*random_network(seed)) for seed in range(400)]
    assert 40 < costs.count(None) < 360


def test_the_exact_finish_needs_no_proposal(monkeypatch):
    """Without the linear programme the same costs and the same refusals come out of the integers alone."""
    monkeypatch.setattr(network, "_propose", lambda *_, **__: (None, None))
    for seed in range(150):
        check(*random_network(seed))


def test_a_wrong_proposal_is_put_right(monkeypatch):
    """Whatever is proposed, noise too, the result is exact."""
    rng = np.random.default_rng(5)

    def noise(graph, supply, *, elastic=False):
        labels = rng.integers(-50, 50, graph.nodes)
        return np.clip(rng.integers(-4, 12, len(graph.cost)), graph.lower, graph.upper), labels

    monkeypatch.setattr(network, "_propose", noise)
    for seed in range(150):
        check(*random_network(seed))


numbers = st.integers(-3, 3)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), numbers, st.integers(0, 2), numbers), max_size=5),
    st.tuples(numbers, numbers),
)
def test_no_flow_at_all_is_cheaper(listed, some):
    """On tiny networks, of all flows that there are, tried one by one, none is cheaper."""
    arcs = [list(each) for each in zip(*listed, strict=True)] if listed else [[]] * 5
    arcs[3] = [low + more for low, more in zip(arcs[2], arcs[3], strict=True)]
    supply = [*some, -sum(some)]
    best = None
    for flow in product(*(range(low, high + 1) for low, high in zip(arcs[2], arcs[3], strict=True))):
        out = [0] * 3
        for tail, head, amount in zip(arcs[0], arcs[1], flow, strict=True):
            out[tail] += amount
            out[head] -= amount
        cost = sum(x * c for x, c in zip(flow, arcs[4], strict=True))
        if out == supply and (best is None or cost < best):
            best = cost
    if best is None:
        with pytest.raises(NoFlow):
            min_cost_flow(*arcs, supply)
    else:
        assert min_cost_flow(*arcs, supply).cost == best


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_neither_order_nor_names_of_arcs_and_nodes_matter(seed, random):
    """Arcs listed otherwise and nodes numbered otherwise cost the same."""
    arcs, supply = random_network(seed)
    order, names = list(range(len(arcs[0]))), list(range(len(supply)))
    random.shuffle(order)
    random.shuffle(names)
    shuffled = [[each[k] for k in order] for each in arcs]
    shuffled[:2] = [[names[node] for node in each] for each in shuffled[:2]]
    renamed = [0] * len(supply)
    for node, name in enumerate(names):
        renamed[name] = supply[node]
    costs = []
    for given_ in ((arcs, supply), (shuffled, renamed)):
        try:
            costs.append(min_cost_flow(*given_[0], given_[1]).cost)
        except NoFlow:
            costs.append(None)
    assert costs[0] == costs[1]


@pytest.mark.parametrize("large", [1 << 30, 1 << 45, 1 << 52])
def test_large_numbers_are_exact(large):
    """Costs and flows whose total is far beyond 64 bits are added up exactly, last digit included."""
    # two ways of equal length but for one in the last bit of the cost
    arcs = [[0, 0, 1, 2], [1, 2, 3, 3], [0] * 4, [large + 1] * 4, [large, large, 1, 0]]
    found = min_cost_flow(*arcs, [large + 3, 0, 0, -large - 3])
    assert found.cost == (large + 3) * large + 2
    assert found.flow.tolist() == [2, large + 1, 2, large + 1]


def test_what_is_wrong_is_told_at_once():
    """Every arc that leads nowhere, every bound that crosses and a supply that is not balanced are named together."""
    with pytest.raises(mm.InputError) as caught:
        min_cost_flow([0, 7], [1, -1], [0, 3], [1, 2], [1, 1], [1, 1])
    assert {(fault["code"], *fault["loc"]) for fault in caught.value.errors()} == {
        ("unknown_node", "tails", 1),
        ("unknown_node", "heads", 1),
        ("minimum_above_maximum", "lower", 1),
        ("unbalanced", "supply"),
    }


@pytest.mark.parametrize(
    ("place", "given_", "code"),
    [
        (4, [0.5], "not_whole"),
        (4, [True], "not_whole"),
        (4, [[1]], "not_whole"),
        (4, [1 << 64], "not_whole"),
        (4, ["1"], "not_whole"),
        (4, [1, 2], "wrong_length"),
        (4, [1 << 60], "too_large"),
        (4, [-(1 << 63)], "too_large"),
        (3, [1 << 60], "too_large"),
        (2, [-(1 << 63)], "too_large"),
    ],
)
def test_numbers_that_cannot_be_used_are_refused(place, given_, code):
    """Fractions, words, wrong lengths and numbers whose sums would not fit are input errors, never wrong results."""
    arcs = [[0], [1], [0], [1], [1]]
    arcs[place] = given_
    with pytest.raises(mm.InputError) as caught:
        min_cost_flow(*arcs, [1, -1])
    assert [fault["code"] for fault in caught.value.errors()] == [code]


def test_a_network_without_arcs_or_nodes():
    """Nothing costs nothing; without arcs nothing can be brought."""
    assert min_cost_flow([], [], [], [], [], []).cost == 0
    assert min_cost_flow([], [], [], [], [], [0, 0]).flow.tolist() == []
    with pytest.raises(NoFlow, match="the 1 nodes in cut supply more"):
        min_cost_flow([], [], [], [], [], [1, -1])


def test_the_refusal_can_be_sent_on():
    """It is an Infeasible with its code and its cut, also after pickling."""
    again = pickle.loads(pickle.dumps(NoFlow([2, 5])))
    assert (again.cut, again.code, again.people) == ((2, 5), "infeasible", ())
    assert isinstance(again, mm.Infeasible)


def test_cycles_that_cost_less_than_nothing_are_filled():
    """With no supply at all, a cycle of negative cost carries as much as its narrowest arc lets it."""
    found = min_cost_flow([0, 1, 2, 2], [1, 2, 0, 2], [0] * 4, [5, 4, 6, 3], [1, 1, -3, -1], [0, 0, 0])
    assert (found.flow.tolist(), found.cost) == ([4, 4, 4, 3], -7)


def test_many_cycles_are_cancelled_at_once():
    """Cycles that share no node are all filled at the first look."""
    tails, heads = np.arange(300), np.arange(300) // 3 * 3 + (np.arange(300) + 1) % 3
    graph = circulation.Digraph(300, tails, heads, np.zeros(300, int), np.full(300, 2), np.full(300, -1))
    flow, labels = circulation.cheapest(graph, np.zeros(300, np.int64))
    assert (flow == 2).all()
    assert (-1 + labels[tails] - labels[heads] <= 0).all()


def test_middling_networks_agree_with_a_peer():
    """200 nodes and 2,000 arcs with large numbers cost what networkx says, at some ten seeds."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        ends = rng.integers(0, 200, (2, 2_000))
        upper = rng.integers(0, 1_000, 2_000)
        flow = rng.integers(0, upper + 1)
        supply = np.bincount(ends[0], flow, 200).astype(int) - np.bincount(ends[1], flow, 200).astype(int)
        arcs = [*ends.tolist(), [0] * 2_000, upper.tolist(), rng.integers(-100, 10_000, 2_000).tolist()]
        assert check(arcs, supply.tolist()) is not None
