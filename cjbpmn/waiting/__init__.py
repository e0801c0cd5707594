"""Where the customer waits: for what, through whose hands, and how long."""

from __future__ import annotations

from cjbpmn.waiting.search import find_waiting_stretches
from cjbpmn.waiting.spread import Spread
from cjbpmn.waiting.stretches import (
    CaseFigures,
    Leg,
    Promise,
    Tail,
    WaitingReport,
    WaitingStretch,
    name_contact,
)

__all__ = [
    "CaseFigures",
    "Leg",
    "Promise",
    "Spread",
    "Tail",
    "WaitingReport",
    "WaitingStretch",
    "find_waiting_stretches",
    "name_contact",
]
