"""Need: what the customer needs at a point."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import Attribute, Children, Extension, Text, decimal, integer


class Need(Extension):
    """What the customer needs at a point, and how far that is met.

    Source of the levels: the service pyramid. 1 the basics are right, 2 complaints are handled,
    3 it is tailored, 4 it delights.
    """

    tag = "cj:need"

    level = Attribute(integer(1, 4), "Its level of the service pyramid.")
    met = Attribute(decimal(0, 100), "How far it is met, in percent.")
    text = Text("What it is, in plain words.")
    extra = Children(Property, "Whatever else was written down.")
