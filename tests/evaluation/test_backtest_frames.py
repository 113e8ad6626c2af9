"""What a traceback of a backtest shows of our frames, variables included."""

import traceback

import pytest

import mentormatch as mm

PAIRS = [({"id": "a", "vetoes": ["VETOED"], "audit_attributes": {"g": "AUDITED"}}, {"id": "m"})]
WRONG = {
    "outcomes": (PAIRS, []),
    "weighting": (PAIRS, [1], "bogus"),
    "field": ([(PAIRS[0][0] | {"tenure_years": "many"}, {"id": "m", "capacity": "many"})], [1]),
    "person": ([*PAIRS, (PAIRS[0][0] | {"level": 3}, {"id": "m"})], [1, 0]),
    "pair": ([*PAIRS, ("a",)], [1, 0]),
}


@pytest.mark.parametrize("case", WRONG)
def test_no_frame_of_a_backtest_shows_what_people_told_in_confidence(case):
    """Whatever is wrong with past pairs, no frame shows a veto or an audit attribute."""
    with pytest.raises(mm.InputError) as caught:
        mm.backtest(*WRONG[case])
    frames = caught.value.__traceback__.tb_next  # the first is this test's own
    shown = traceback.TracebackException(type(caught.value), caught.value, frames, capture_locals=True)
    told = "".join(shown.format())
    assert "backtesting.py" in told
    assert "VETOED" not in told
    assert "AUDITED" not in told
