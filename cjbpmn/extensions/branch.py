"""Branch: how often a way out of a gateway is taken."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import STRING, Attribute, Children, Extension, Text, choice, decimal, integer
from cjbpmn.vocabulary import Source


class Branch(Extension):
    """How often a way out of a gateway is taken."""

    tag = "cj:branch"
    allowed_on = ("bpmn:SequenceFlow",)

    order = Attribute(integer(1), "Its place among those of its kind in the journey.")
    journey = Attribute(STRING, "The id of the journey with which it was written down.")
    share = Attribute(decimal(0, 100), "In how many cases of a hundred.", required=True)
    source = Attribute(choice(Source), "Who says so.")
    at = Text("What people wrote for the flow.")
    extra = Children(Property, "Whatever else was written down.")
