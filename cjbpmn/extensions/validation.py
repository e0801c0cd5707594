"""Validation: who has looked at the journey and found it true."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import STRING, Attribute, Children, Extension, integer


class Validation(Extension):
    """Who has looked at the journey and found it true, and when."""

    tag = "cj:validation"

    by = Attribute(STRING, "Who.", required=True)
    n = Attribute(integer(0), "How many people.")
    date = Attribute(STRING, "When.")
    extra = Children(Property, "Whatever else was written down.")
