"""Observation: what somebody saw go wrong, and what would be better."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import IDS, STRING, Attribute, Children, Extension, Text, choice, integer
from cjbpmn.vocabulary import Answer, Horizon


class Observation(Extension):
    """What was seen, where, how it hurts, and what would be better."""

    tag = "cj:observation"

    refs = Attribute(IDS, "The ids of the elements that it is about.")
    impact = Attribute(integer(1, 5), "How much it hurts.")
    effort = Attribute(integer(1, 5), "How much work the change would be.")
    preventable = Attribute(choice(Answer), "Whether it could have been prevented.")
    level = Attribute(integer(1, 4), "Its level of the service pyramid.")
    horizon = Attribute(choice(Horizon), "How soon it can be had.")
    owner = Attribute(STRING, "Who takes care of it.")
    due = Attribute(STRING, "By when.")
    status = Attribute(STRING, "How far it is.")
    author = Attribute(STRING, "Who saw it.")
    date = Attribute(STRING, "When it was seen.")
    better_at = Attribute(STRING, "Where the better way is drawn: a model, or an element of it.")
    text = Text("What was seen.")
    at = Text("What people wrote for the elements it is about, one on each line.")
    hurts = Text("What it does to the customer or the organisation.")
    better = Text("What it should be like.")
    extra = Children(Property, "Whatever else was written down.")
