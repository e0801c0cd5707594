"""The customer's journey as people declared it, and the places where they wrote it down."""

from __future__ import annotations

from cjbpmn.journey.details import (
    ChannelUse,
    Content,
    Emotion,
    Evidence,
    Fallback,
    Insight,
    Need,
    Pairs,
)
from cjbpmn.journey.facts import Branch, Calendar, Duration, Measurement, Norm, Statistics
from cjbpmn.journey.ranges import CHOICES, RANGES, check_value
from cjbpmn.journey.values import Journey, Observation, Persona, Phase, Step, Validation

__all__ = [
    "CHOICES",
    "RANGES",
    "Branch",
    "Calendar",
    "ChannelUse",
    "Content",
    "Duration",
    "Emotion",
    "Evidence",
    "Fallback",
    "Insight",
    "Journey",
    "Measurement",
    "Need",
    "Norm",
    "Observation",
    "Pairs",
    "Persona",
    "Phase",
    "Statistics",
    "Step",
    "Validation",
    "check_value",
]
