"""What pains, gains and opportunities have in common."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import Attribute, Children, Extension, Text, integer


class Insight(Extension):
    """Something that was understood at a point of the journey, and how much it weighs."""

    severity = Attribute(integer(1, 5), "How much it weighs.")
    text = Text("What it is, in plain words.")
    extra = Children(Property, "Whatever else was written down.")
