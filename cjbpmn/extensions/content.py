"""Content: what a channel holds to read, see or hear."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import STRING, Attribute, Children, Extension, Text, choice
from cjbpmn.vocabulary import Audience


class Content(Extension):
    """What a channel holds to read, see or hear, for the customer or for the employee."""

    tag = "cj:content"

    for_ = Attribute(choice(Audience), "For whom; the customer, where it is not said.")
    system = Attribute(STRING, "The system that it comes from.")
    text = Text("What it is, in plain words.")
    extra = Children(Property, "Whatever else was written down.")
