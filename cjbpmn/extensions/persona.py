"""Persona: the kind of customer whose journey is told."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import STRING, TEXTS, Attribute, Children, Extension, Text


class Persona(Extension):
    """A customer group with a face, and the channels it likes."""

    tag = "cj:persona"
    allowed_on = ("bpmn:Lane", "bpmn:Process")

    name = Attribute(STRING, "What the persona is called.", required=True)
    journey = Attribute(STRING, "The id of the journey that is told of this persona.")
    picture = Attribute(STRING, "Where a picture is kept.")
    prefers = Attribute(TEXTS, "Channels the persona likes best.")
    accepts = Attribute(TEXTS, "Channels the persona puts up with.")
    refuses = Attribute(TEXTS, "Channels the persona will not use.")
    description = Text("Who this is.")
    facts = Children(Property, "Whatever else is known.")
