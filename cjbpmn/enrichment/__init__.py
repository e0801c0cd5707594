"""The customer's journey, put into a document: the only writer of content."""

from __future__ import annotations

from cjbpmn.enrichment.writing import Enriched, enrich_document

__all__ = ["Enriched", "enrich_document"]
