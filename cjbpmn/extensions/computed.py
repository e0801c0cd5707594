"""Computed: what was worked out from the model, in one holder that is replaced whole."""

from __future__ import annotations

import math

from cjbpmn.fields import BOOLEAN, IDS, STRING, Attribute, Children, Extension, decimal


class Wait(Extension):
    """A stretch in which the customer waits, with the figures that were worked out."""

    tag = "cj:wait"

    start = Attribute(IDS, "The contacts that can come before it.")
    end = Attribute(STRING, "The contact that ends it.", required=True)
    expected = Attribute(decimal(-math.inf, math.inf), "How long it lasts on average, in hours.")
    p50 = Attribute(decimal(-math.inf, math.inf), "What half of the waits stay within, in hours.")
    p90 = Attribute(decimal(-math.inf, math.inf), "What nine waits of ten stay within, in hours.")
    incomplete = Attribute(BOOLEAN, "Whether something in it is of unknown length.")


class Computed(Extension):
    """What was worked out and is shown in the drawing; nobody declared it.

    Every enrichment takes the old one off and writes it anew.
    """

    tag = "cj:computed"
    allowed_on = ("bpmn:Process",)

    waits = Children(Wait, "The long waits that are marked.")
