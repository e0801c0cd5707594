"""The customer's journey, stitched onto BPMN process models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cjbpmn.called_processes import ModelFolder, resolve_calls
from cjbpmn.comparison import Comparison, compare_journeys
from cjbpmn.customer import CustomerCandidate, find_customer_candidates
from cjbpmn.document import Document, read_document
from cjbpmn.draft import draft_journey
from cjbpmn.durations import Timings, read_timings
from cjbpmn.encounters import Encounter, find_encounters
from cjbpmn.enrichment import Enriched, Extracted, enrich_document, extract_journeys
from cjbpmn.errors import CjbpmnError, CjbpmnWarning
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.interaction import InteractionPoint, InteractionPoints, find_interaction_points
from cjbpmn.journey import Journey
from cjbpmn.journey.cjml import read_cjml
from cjbpmn.journey.file import read_journey, write_journey
from cjbpmn.journey.mermaid import to_mermaid
from cjbpmn.journey.quotes import strip_quotes
from cjbpmn.journey.registers.complaints import add_complaints
from cjbpmn.journey.registers.survey import add_survey
from cjbpmn.stages import Stage, find_stages
from cjbpmn.times_table import read_times_table
from cjbpmn.waiting import (
    WaitingReport,
    WaitingStretch,
    find_waiting_stretches,
)

if TYPE_CHECKING:
    from cjbpmn.plot import draw_journey_map, save_figure

__version__ = "0.1.0"

__all__ = [
    "CjbpmnError",
    "CjbpmnWarning",
    "Comparison",
    "CustomerCandidate",
    "Document",
    "Encounter",
    "Enriched",
    "Extracted",
    "InteractionPoint",
    "InteractionPoints",
    "Journey",
    "ModelFolder",
    "ProcessGraph",
    "Stage",
    "Timings",
    "WaitingReport",
    "WaitingStretch",
    "add_complaints",
    "add_survey",
    "build_graph",
    "compare_journeys",
    "draft_journey",
    "draw_journey_map",
    "enrich_document",
    "extract_journeys",
    "find_customer_candidates",
    "find_encounters",
    "find_interaction_points",
    "find_stages",
    "find_waiting_stretches",
    "read_cjml",
    "read_document",
    "read_journey",
    "read_times_table",
    "read_timings",
    "resolve_calls",
    "save_figure",
    "strip_quotes",
    "to_mermaid",
    "write_journey",
]


def __dir__() -> list[str]:
    """Show those who press Tab what there is to use, also where it is not loaded yet."""
    return [*__all__, "__version__", "__doc__"]


def __getattr__(name: str) -> Any:
    """Load matplotlib only when somebody draws: it takes longer than all the rest together."""
    if name in {"draw_journey_map", "save_figure"}:
        from cjbpmn import plot  # noqa: PLC0415

        return getattr(plot, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
