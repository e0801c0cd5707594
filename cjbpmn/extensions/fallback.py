"""Fallback: what catches the customer when it goes wrong."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import IDS, STRING, Attribute, Children, Extension, Text


class Fallback(Extension):
    """What catches the customer when it goes wrong: a part of the model, or a way in words."""

    tag = "cj:fallback"

    refs = Attribute(IDS, "The ids of the elements that catch the customer.")
    channel = Attribute(STRING, "By which channel the customer gets there.")
    text = Text("What people wrote: words, or a reference that meant the elements.")
    extra = Children(Property, "Whatever else was written down.")
