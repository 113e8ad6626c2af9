"""A problem that is changed a few times, which calls the compiled functions that repair matchings."""

from __future__ import annotations

from typing import Any

import numpy as np

from mentormatch.problem.problem import Problem

_PEOPLE = 320
"""Of each side: as few as are worth repairing."""


def rehearse() -> None:
    """Change a problem in every way, and repair its matching each time."""
    i, j = np.indices((_PEOPLE, _PEOPLE))
    problem = Problem.from_scores((i * 7919 + j * 104_729) % 1009 / 1009, mentor_capacity=(0, 2))
    problem.run()
    changes: tuple[dict[str, Any], ...] = (
        {"leave": {"mentors": ["3"]}},
        {"leave": {"mentees": ["5"]}},
        {"join_mentees": [{"id": "new", "scores": [0.5] * (_PEOPLE - 1)}]},
        {"join_mentors": [{"id": "newer", "scores": [0.5] * _PEOPLE}]},
        {"bounds": {"mentors": {"7": 0}}},
        {"forbid": [("8", "8")]},
    )
    for change in changes:
        problem = problem.update(**change)
        problem.run()
