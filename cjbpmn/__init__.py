"""The customer's journey, stitched onto BPMN process models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cjbpmn.customer import CustomerCandidate, find_customer_candidates
from cjbpmn.document import Document, read_document
from cjbpmn.enrichment import Enriched, enrich_document
from cjbpmn.errors import CjbpmnError, CjbpmnWarning
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.interaction import InteractionPoint, find_interaction_points, points_to_frame
from cjbpmn.journey import Journey
from cjbpmn.journey.file import read_journey
from cjbpmn.waiting import (
    WaitingReport,
    WaitingStretch,
    find_waiting_stretches,
    stretches_to_frame,
)

if TYPE_CHECKING:
    from cjbpmn.plot import draw_journey_map, save_figure

__version__ = "0.1.0"

__all__ = [
    "CjbpmnError",
    "CjbpmnWarning",
    "CustomerCandidate",
    "Document",
    "Enriched",
    "InteractionPoint",
    "Journey",
    "ProcessGraph",
    "WaitingReport",
    "WaitingStretch",
    "build_graph",
    "draw_journey_map",
    "enrich_document",
    "find_customer_candidates",
    "find_interaction_points",
    "find_waiting_stretches",
    "points_to_frame",
    "read_document",
    "read_journey",
    "save_figure",
    "stretches_to_frame",
]


def __getattr__(name: str) -> Any:
    """Load matplotlib only when somebody draws: it takes longer than all the rest together."""
    if name in {"draw_journey_map", "save_figure"}:
        from cjbpmn import plot  # noqa: PLC0415

        return getattr(plot, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
