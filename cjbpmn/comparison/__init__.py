"""Two journeys side by side: inside and outside view, as it is and as it is to be, two personas.

And in one journey, where customers and employees do not agree.
"""

from __future__ import annotations

from cjbpmn.comparison.gaps import Gap, find_gaps, gaps_to_frame
from cjbpmn.comparison.result import (
    Comparison,
    EmotionDifference,
    Mismatch,
    StretchDifference,
    WaitDifference,
)
from cjbpmn.comparison.search import compare_journeys
from cjbpmn.comparison.steps import StepPair

__all__ = [
    "Comparison",
    "EmotionDifference",
    "Gap",
    "Mismatch",
    "StepPair",
    "StretchDifference",
    "WaitDifference",
    "compare_journeys",
    "find_gaps",
    "gaps_to_frame",
]
