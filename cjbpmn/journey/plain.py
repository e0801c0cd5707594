"""A journey as plain values: what a journey file says, as mappings, lists and texts.

What can be said shortly is said shortly: a feeling that is only a number is that number, a list of
one is its item. `cjbpmn.journey.reader` turns all of it into the same journey again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

from cjbpmn.journey import (
    Branch,
    Calendar,
    ChannelUse,
    Content,
    Duration,
    Emotion,
    Evidence,
    Fallback,
    Insight,
    Journey,
    Measurement,
    Need,
    Norm,
    Observation,
    Persona,
    Phase,
    Statistics,
    Step,
    Validation,
)
from cjbpmn.journey.forms import FORMS, Form
from cjbpmn.journey.yaml import key_of
from cjbpmn.timespan import TimeSpan
from cjbpmn.vocabulary import EvidenceType

_FORMS: Final[Mapping[type, Form]] = {
    Branch: FORMS["branch"],
    Calendar: FORMS["calendar"],
    ChannelUse: FORMS["channel"],
    Content: FORMS["content"],
    Duration: FORMS["duration"],
    Emotion: FORMS["feeling"],
    Evidence: FORMS["evidence"],
    Fallback: FORMS["fallback"],
    Insight: FORMS["insight"],
    Journey: FORMS["journey"],
    Measurement: FORMS["measurement"],
    Need: FORMS["need"],
    Norm: FORMS["norm"],
    Observation: FORMS["observation"],
    Persona: FORMS["persona"],
    Phase: FORMS["phase"],
    Statistics: FORMS["statistics"],
    Step: FORMS["step"],
    Validation: FORMS["validation"],
}
_NOT_WRITTEN: Final = frozenset({"line", "element", "path", "extra"})
_LISTS: Final = frozenset(
    {
        "phases",
        "steps",
        "observations",
        "norms",
        "measurements",
        "statistics",
        "durations",
        "branches",
        "calendars",
        "sees",
        "prefers",
        "accepts",
        "refuses",
    }
)
"""What is a list even where it has one item: people add to these."""

_UNITS: Final = ((24.0, "d"), (1.0, "h"), (1 / 60, "min"), (1 / 3600, "s"))


def plain_journey(journey: Journey) -> dict[str, Any]:
    """Return what a file says of a journey.

    Parameters
    ----------
    journey : Journey
        Any journey.

    Returns
    -------
    dict
        Keys in the order in which people read them; texts, numbers, lists and dicts.

    Examples
    --------
    >>> from cjbpmn.journey import Emotion, Journey, Step
    >>> plain_journey(Journey("Lunch", steps=(Step("I eat", feels=(Emotion(2),)),)))
    {'cjbpmn': 1, 'journey': 'Lunch', 'steps': [{'do': 'I eat', 'feels': 2}]}
    """
    found = {"cjbpmn": 1, "journey": journey.name, **_fields(journey)}
    del found["name"]
    return found


def _fields(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in fields(value):
        part = getattr(value, item.name)
        if item.name in _NOT_WRITTEN or part is None or part == ():
            continue
        if item.name == "id" and str(part).startswith("Cj"):
            continue  # made by an enrichment, and made again by the next
        found[item.name.rstrip("_")] = _part(item.name, part)
    return {**found, **dict(getattr(value, "extra", ()))}


def _part(name: str, part: Any) -> Any:
    if name == "facts":
        return dict(part)
    if isinstance(part, tuple):
        items = [_item(one) for one in part]
        return items[0] if len(items) == 1 and name not in _LISTS else items
    return _item(part)


def _item(part: Any) -> Any:
    if isinstance(part, bool):
        return "yes" if part else "no"
    if isinstance(part, float) and part.is_integer():
        return int(part)
    if isinstance(part, TimeSpan):
        return span_in_words(part)
    if is_dataclass(part):
        return _short(part, _fields(part))
    return part


def _short(value: Any, found: dict[str, Any]) -> Any:
    """Say in one word what has nothing but its main key."""
    main = _FORMS[type(value)].main
    if isinstance(value, Evidence):
        word = next((one.value for one in EvidenceType if key_of(one) == key_of(value.text)), None)
        if found.keys() <= {"text", "type"} and value.type == word:
            return value.text
    elif found.keys() == {main} and not isinstance(value, Step | Observation | Norm):
        return found[main]
    return found


def span_in_words(span: TimeSpan) -> str:
    """Say a time as people write it, where all that is known of it is ISO 8601.

    Parameters
    ----------
    span : TimeSpan
        A time.

    Returns
    -------
    str
        What was written, or the same in days, hours, minutes and seconds.

    Examples
    --------
    >>> from cjbpmn.timespan import parse_timespan
    >>> span_in_words(parse_timespan("PT90M")), span_in_words(parse_timespan("2 werkdagen"))
    ('1 h 30 min', '2 werkdagen')
    """
    if not re.match(r"\s*P", span.text):
        return span.text
    rest, words = round(span.hours * 3600), []
    if not math.isclose(rest, span.hours * 3600):
        return span.text  # there are fractions of a second in it
    for hours, unit in _UNITS:
        number, rest = divmod(rest, round(hours * 3600))
        words += [f"{number} {unit}"] if number else []
    return " ".join(words) or "0 min"
