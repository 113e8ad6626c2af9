"""Explanations: why two people are matched, in words, from the very numbers that scored them."""

from __future__ import annotations

from mentormatch.explain.catalogue import LANGUAGES, Words, words
from mentormatch.explain.clean import clean, fit
from mentormatch.explain.explanation import Explanation
from mentormatch.explain.view import Partner, View

__all__ = ["LANGUAGES", "Explanation", "Partner", "View", "Words", "clean", "fit", "words"]
