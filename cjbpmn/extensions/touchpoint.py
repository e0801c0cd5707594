"""Touchpoint: a moment at which the customer meets the organisation."""

from __future__ import annotations

from cjbpmn.fields import STRING, Attribute, Extension, choice
from cjbpmn.vocabulary import Direction


class Touchpoint(Extension):
    """A moment at which the customer meets the organisation, seen from the customer."""

    tag = "cj:touchpoint"
    allowed_on = ("bpmn:MessageFlow", "bpmn:SequenceFlow", "bpmn:FlowNode")

    channel = Attribute(STRING, "The way by which the two sides meet.")
    direction = Attribute(choice(Direction), "Who addresses whom.")
    activity = Attribute(
        STRING, "The customer activity that meets it, where the flow stays docked to the pool."
    )
