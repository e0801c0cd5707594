"""The customer's journey, put into a document: the only writer of content."""

from __future__ import annotations

from cjbpmn.enrichment.extraction import Extracted, extract_journeys
from cjbpmn.enrichment.planned import SHOWN, Drawing, Origin, Placement, Show
from cjbpmn.enrichment.writing import Enriched, enrich_document

__all__ = [
    "SHOWN",
    "Drawing",
    "Enriched",
    "Extracted",
    "Origin",
    "Placement",
    "Show",
    "enrich_document",
    "extract_journeys",
]
