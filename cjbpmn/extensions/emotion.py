"""Emotion: how the customer feels, who says so, and why."""

from __future__ import annotations

from cjbpmn.fields import STRING, Attribute, Extension, Text, choice, decimal, integer
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
    persona = Attribute(STRING, "Whose feeling it is, where there are several personas.")
    because = Text("Why the customer feels so.")
    says = Text("What the customer said, word for word.")
