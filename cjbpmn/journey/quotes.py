"""Privacy: what customers said word for word, and pictures of personas, taken out.

Both can tell who somebody is. Everything else stays: what was felt, why, and by how many.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from cjbpmn.document import Document
from cjbpmn.extensions.persona import Persona as PersonaElement
from cjbpmn.journey import Emotion, Journey, Persona
from cjbpmn.names import qualified

T = TypeVar("T")


def strip_quotes(journey: Journey) -> Journey:
    """Return a journey without verbatim quotes and without the picture of its persona.

    Parameters
    ----------
    journey : Journey
        Any journey; it stays as it is.

    Returns
    -------
    Journey
        The same but for these; equal to the first where there were none.

    Examples
    --------
    >>> from cjbpmn.journey import Step
    >>> feeling = Emotion(-1, because="nobody calls", says="Did they forget me?")
    >>> bare = strip_quotes(Journey("Claim", steps=(Step("I wait", feels=(feeling,)),)))
    >>> bare.steps[0].feels[0].says, bare.steps[0].feels[0].because
    (None, 'nobody calls')
    """
    return _stripped(journey)


def _stripped(value: T) -> T:
    """Take them out of a value and out of all that it holds."""
    if isinstance(value, tuple):
        return type(value)(map(_stripped, value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    found: dict[str, Any] = {item.name: getattr(value, item.name) for item in fields(value)}
    found = {name: _stripped(part) for name, part in found.items()}
    if isinstance(value, Emotion):
        found["says"] = None
    if isinstance(value, Persona):
        found["picture"] = None
    return replace(value, **found)


def remove_quotes(document: Document) -> int:
    """Take verbatim quotes and the pictures of personas out of an enriched document.

    Every other byte of it stays.

    Parameters
    ----------
    document : Document
        Any document; it is changed in place.

    Returns
    -------
    int
        How many were taken out.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> remove_quotes(read_document("docs/examples/webshop.bpmn"))
    0
    """
    quotes = list(document.root.iter(qualified("cj:says")))
    for quote in quotes:
        document.remove(quote)
    pictured = [
        persona
        for persona in map(PersonaElement, document.root.iter(qualified(PersonaElement.tag)))
        if persona.picture is not None
    ]
    for persona in pictured:
        persona.picture = None
    return len(quotes) + len(pictured)
