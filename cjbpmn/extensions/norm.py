"""Service norm: a promise to the customer that can be kept or broken."""

from __future__ import annotations

from cjbpmn.fields import IDS, STRING, Attribute, Content, Extension


class Norm(Extension):
    """A promise to the customer, from one element to another, in a given time."""

    tag = "cj:norm"

    start = Attribute(IDS, "The id of the element at which the clock starts.")
    end = Attribute(IDS, "The id of the element at which it stops.")
    refs = Attribute(IDS, "The ids of the elements it applies to, where there is no clock.")
    at_most = Attribute(STRING, "The longest time promised: ISO 8601, or working days in words.")
    text = Content("The promise in words.")
