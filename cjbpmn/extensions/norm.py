"""Service norm: a promise to the customer that can be kept or broken."""

from __future__ import annotations

import math

from cjbpmn.extensions.property import Property
from cjbpmn.fields import (
    IDS,
    STRING,
    TIMESPAN,
    Attribute,
    Children,
    Extension,
    Text,
    choice,
    decimal,
)
from cjbpmn.vocabulary import Comparison, Metric


class Norm(Extension):
    """A promise to the customer, from one element to another, in a given time."""

    tag = "cj:norm"

    start = Attribute(IDS, "The id of the element at which the clock starts.")
    end = Attribute(IDS, "The id of the element at which it stops.")
    refs = Attribute(IDS, "The ids of the elements it applies to, where there is no clock.")
    at_most = Attribute(TIMESPAN, "The longest time promised.")
    metric = Attribute(choice(Metric), "What it is measured by.")
    comparison = Attribute(choice(Comparison), "How the measured value has to stand to the target.")
    target = Attribute(decimal(-math.inf, math.inf), "The value to reach, where it is no time.")
    unit = Attribute(STRING, "What the target is counted in.")
    percentile = Attribute(decimal(0, 100), "In how many cases of a hundred it is to be kept.")
    text = Text("The promise in words.")
    from_ = Text("What people wrote for the element at which the clock starts.")
    to = Text("What people wrote for the element at which it stops.")
    at = Text("What people wrote for the elements it applies to, one on each line.")
    extra = Children(Property, "Whatever else was written down.")
