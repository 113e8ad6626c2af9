"""A small matching that has one of everything."""

import pytest

from mentormatch.matching import (
    Certificate,
    Matching,
    Pair,
    Part,
    Reason,
    Short,
    TierProof,
    Unmatched,
)
from mentormatch.people.notes import Note


@pytest.fixture
def parts():
    return (
        Part("goals", 0.25, None, 0.125),
        Part("needs_offers", 0.75, 1.0, 0.75, ("public speaking",)),
    )


@pytest.fixture
def programme(parts):
    """Ann with Ned and Mia, Bo with Ned, Cas and Ole alone; two mentees are called Bo Smit."""
    return Matching(
        pairs=(
            Pair("a1", "m2", 0.875, 0.75, 0.9, 0.8, parts),
            Pair("a1", "m1", 0.5, 1.0, None, None, (Part("needs_offers", 1.0, 0.5, 0.5, ("budgeting",)),)),
            Pair("a2", "m2", 0.25, 0.5, None, 0.5, (Part("by_table", 1.0, 0.25, 0.25),)),
        ),
        mentees=(("a1", "Ann Yılmaz"), ("a2", "Bo Smit"), ("a3", "Bo Smit"), ("a4", "a4")),
        mentors=(("m1", "Mia Jansen"), ("m2", "Ned de Boer"), ("m3", "Ole Wit")),
        unmatched_mentees=(Unmatched("a3", Reason.NOT_PLACED), Unmatched("a4", Reason.NO_ALLOWED_PARTNER)),
        unmatched_mentors=(Unmatched("m3", Reason.WANTED_NONE),),
        short=(Short("a2", 1, 2),),
        certificate=Certificate((TierProof("coverage", 3, 3, True), TierProof("total", 1.625, 1.625, True)), seed=7),
        objective=("coverage", "total"),
        manifest={"seed": 7, "settings": {"scorers": {"needs_offers": 3, "goals": 1}}, "placed_by_hand": []},
        notes=(Note("shortage", "4 mentees ask for 5 places and the mentors offer 4", 1),),
    )
