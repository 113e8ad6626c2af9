from mentormatch.explain.clean import columns
from mentormatch.matching import Matching, Move, Pair, diff

MENTEES = tuple((f"a{k}", f"Mentee {k}") for k in range(6))
MENTORS = tuple((f"m{k}", f"Mentor {k}") for k in range(6))


def made(*pairs, mentees=MENTEES, mentors=MENTORS):
    return Matching(pairs=tuple(Pair(a, m, 0.5) for a, m in pairs), mentees=mentees, mentors=mentors)


def test_nothing_differs_from_oneself():
    """A matching and itself differ in nothing."""
    one = made(("a0", "m0"), ("a1", "m1"))
    same = diff(one, one)
    assert not same
    assert same.kept == (("a0", "m0"), ("a1", "m1"))
    assert (same.added, same.removed, same.moved, same.joined, same.gone) == ((), (), (), (), ())


def test_who_moves_gains_and_loses():
    """Kept, added and removed pairs, and mentees who moved, were placed or were left, are told apart."""
    one = made(("a0", "m0"), ("a1", "m1"), ("a2", "m2"))
    other = made(("a0", "m0"), ("a1", "m2"), ("a3", "m3"))
    found = diff(one, other)
    assert found
    assert found.kept == (("a0", "m0"),)
    assert found.added == (("a1", "m2"), ("a3", "m3"))
    assert found.removed == (("a1", "m1"), ("a2", "m2"))
    assert found.moved == (Move("a1", ("m1",), ("m2",)),)
    assert (found.placed, found.left) == (("a3",), ("a2",))
    assert found.totals == (1.5, 1.5)


def test_turning_it_round_turns_it_round():
    """Comparing the other way swaps added with removed and placed with left."""
    one, other = made(("a0", "m0"), ("a1", "m1")), made(("a1", "m1"), ("a2", "m0"))
    there, back = diff(one, other), diff(other, one)
    assert (there.added, there.placed) == (back.removed, back.left)
    assert (there.removed, there.left) == (back.added, back.placed)


def test_people_who_come_and_go():
    """Those whom only one of the two lists are joined or gone, not placed or left."""
    one = made(("a0", "m0"), mentees=MENTEES[:1], mentors=MENTORS[:1])
    other = made(("a1", "m0"), mentees=MENTEES[1:2], mentors=MENTORS[:2])
    found = diff(one, other)
    assert (found.joined, found.gone) == (("a1", "m1"), ("a0",))
    assert (found.placed, found.left, found.moved) == ((), (), ())


def test_the_repr_names_people():
    """The repr tells counts first and then who moved, by name, in 100 columns."""
    one = made(*((f"a{k}", f"m{k}") for k in range(6)))
    other = made(*((f"a{k}", f"m{(k + 1) % 6}") for k in range(6)))
    shown = repr(diff(one, other)).split("\n")
    assert shown[0] == "0 pairs kept, 6 added, 6 removed"
    assert "  Mentee 0: Mentor 0 → Mentor 1" in shown
    assert max(map(columns, shown)) <= 100
