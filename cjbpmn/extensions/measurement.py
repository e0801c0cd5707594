"""Measurement: a value that was measured, to be held against a norm."""

from __future__ import annotations

import math

from cjbpmn.extensions.property import Property
from cjbpmn.fields import (
    IDS,
    STRING,
    Attribute,
    Children,
    Extension,
    Text,
    choice,
    decimal,
    integer,
)
from cjbpmn.vocabulary import Source


class Measurement(Extension):
    """What was measured: a performance indicator with its value."""

    tag = "cj:measurement"

    refs = Attribute(IDS, "The ids of the elements that it is about.")
    measured = Attribute(decimal(-math.inf, math.inf), "The value.", required=True)
    norm = Attribute(STRING, "The text of the norm that it belongs to.")
    unit = Attribute(STRING, "What it is counted in.")
    period = Attribute(STRING, "When it was measured.")
    n = Attribute(integer(0), "How many cases or people.")
    source = Attribute(choice(Source), "Who says so.")
    at = Text("What people wrote for the elements it is about, one on each line.")
    extra = Children(Property, "Whatever else was written down.")
