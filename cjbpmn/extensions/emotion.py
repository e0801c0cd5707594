"""Emotion: how the customer feels, who says so, and why."""

from __future__ import annotations

from cjbpmn.extensions.property import Property
from cjbpmn.fields import STRING, Attribute, Children, Extension, Text, choice, decimal, integer
from cjbpmn.vocabulary import Method, Source


class Emotion(Extension):
    """How the customer feels at a point, as one source tells it.

    Several sources at one point are several elements; they are never averaged here.
    """

    tag = "cj:emotion"

    value = Attribute(
        decimal(-2, 2), "From -2 (very negative) over 0 to +2 (very positive).", required=True
    )
    label = Attribute(STRING, "The word or smiley that people used.")
    source = Attribute(choice(Source), "Who says so.")
    method = Attribute(choice(Method), "How it was found out.")
    n = Attribute(integer(0), "How many people were asked.")
    spread = Attribute(decimal(0, 4), "How far their values lie apart: highest less lowest.")
    arousal = Attribute(decimal(1, 5), "How strongly it is felt, from 1 (calm) to 5 (stirred).")
    date = Attribute(STRING, "When it was found out.")
    persona = Attribute(STRING, "Whose feeling it is, where there are several personas.")
    because = Text("Why the customer feels so.")
    says = Text("What the customer said, word for word.")
    extra = Children(Property, "Whatever else was written down.")
