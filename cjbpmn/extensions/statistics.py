"""Element statistics: what was counted at a part of the model."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import (
    STRING,
    TIMESPAN,
    Attribute,
    Children,
    Extension,
    Text,
    decimal,
    integer,
)


class Statistics(Extension):
    """How many cases came by at an element, how long they took, how many complained."""

    tag = "cj:statistics"
    allowed_on = ("bpmn:FlowNode", "bpmn:SequenceFlow", "bpmn:MessageFlow", "bpmn:Lane")

    order = Attribute(integer(1), "Its place among those of its kind in the journey.")
    journey = Attribute(STRING, "The id of the journey with which it was written down.")
    count = Attribute(integer(0), "How many cases came by.")
    share = Attribute(decimal(0, 100), "How many of all cases that is, in percent.")
    p50 = Attribute(TIMESPAN, "The time that half of the cases stay within.")
    p90 = Attribute(TIMESPAN, "The time that nine of ten cases stay within.")
    complaints = Attribute(integer(0), "How many complaints there were about it.")
    period = Attribute(STRING, "When it was counted.")
    at = Text("What people wrote for the element.")
    extra = Children(Property, "Whatever else was written down.")
