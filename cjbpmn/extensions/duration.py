"""Duration: how long a part of the model takes."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import STRING, TIMESPAN, Attribute, Children, Extension, Text, choice, integer
from cjbpmn.vocabulary import DistributionKind, Source


class Duration(Extension):
    """How long an element takes, and how that varies from case to case."""

    tag = "cj:duration"
    allowed_on = ("bpmn:FlowNode", "bpmn:SequenceFlow", "bpmn:MessageFlow")

    order = Attribute(integer(1), "Its place among those of its kind in the journey.")
    journey = Attribute(STRING, "The id of the journey with which it was written down.")
    takes = Attribute(TIMESPAN, "How long, or how long on average.")
    least = Attribute(TIMESPAN, "The shortest time.")
    likely = Attribute(TIMESPAN, "The most likely time.")
    most = Attribute(TIMESPAN, "The longest time.")
    deviation = Attribute(TIMESPAN, "The standard deviation.")
    stages = Attribute(integer(1, 1000), "How many equal stages an Erlang distribution has.")
    distribution = Attribute(choice(DistributionKind), "How it varies.")
    source = Attribute(choice(Source), "Who says so.")
    at = Text("What people wrote for the element.")
    extra = Children(Property, "Whatever else was written down.")
