"""The customer's journey as people declared it, and the places where they wrote it down."""

from __future__ import annotations

from cjbpmn.journey.values import (
    CHOICES,
    RANGES,
    Emotion,
    Evidence,
    Journey,
    Norm,
    Observation,
    Pairs,
    Persona,
    Phase,
    Step,
    check_value,
)

__all__ = [
    "CHOICES",
    "RANGES",
    "Emotion",
    "Evidence",
    "Journey",
    "Norm",
    "Observation",
    "Pairs",
    "Persona",
    "Phase",
    "Step",
    "check_value",
]
