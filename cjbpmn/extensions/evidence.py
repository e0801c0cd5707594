"""Tangible evidence: what the customer sees, hears or holds."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import STRING, Attribute, Children, Extension, Text, choice, decimal
from cjbpmn.vocabulary import EvidenceType


class Evidence(Extension):
    """What the customer can see, hear, smell or hold of the organisation.

    Source of the idea: physical evidence in service blueprinting.
    """

    tag = "cj:evidence"

    type = Attribute(choice(EvidenceType), "What kind of thing it is.")
    uri = Attribute(STRING, "Where a picture or copy of it is kept.")
    impression = Attribute(decimal(-2, 2), "How it comes across, from -2 (bad) to +2 (good).")
    text = Text("What it is, in plain words.")
    extra = Children(Property, "Whatever else was written down.")
