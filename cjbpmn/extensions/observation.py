"""Observation: what somebody saw go wrong, and what would be better."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import IDS, STRING, Attribute, Children, Extension, Text, choice, integer
from cjbpmn.vocabulary import Horizon


class Observation(Extension):
    """What was seen, where, how it hurts, and what would be better."""

    tag = "cj:observation"

    refs = Attribute(IDS, "The ids of the elements that it is about.")
    impact = Attribute(integer(1, 5), "How much it hurts.")
    effort = Attribute(integer(1, 5), "How much work the change would be.")
    horizon = Attribute(choice(Horizon), "How soon it can be had.")
    owner = Attribute(STRING, "Who takes care of it.")
    due = Attribute(STRING, "By when.")
    status = Attribute(STRING, "How far it is.")
    text = Text("What was seen.")
    hurts = Text("What it does to the customer or the organisation.")
    better = Text("What it should be like.")
    properties = Children(Property, "Whatever else was written down.")
