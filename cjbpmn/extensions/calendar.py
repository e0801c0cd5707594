"""Calendar: when people work."""

from __future__ import annotations

from cjbpmn.errors import InvalidValue
from cjbpmn.extensions.property import Property
from cjbpmn.fields import STRING, TEXTS, Attribute, Children, Extension, Kind, Text, choice, integer
from cjbpmn.vocabulary import Source
from cjbpmn.working_hours import parse_hours

_DAY = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_HOURS = "[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]"
_SHIFT = f"{_DAY}([,\\-]{_DAY})* {_HOURS}(, {_HOURS})*"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOSED = f"({_DATE}( to {_DATE})?|[0-9]{{2}}-[0-9]{{2}})"


def _shifts(text: str) -> tuple[str, ...]:
    return _checked(parse_hours(TEXTS.parse(text)).words())


def _closed(text: str) -> tuple[str, ...]:
    return _checked(parse_hours(("0:00-24:00",), TEXTS.parse(text)).closed_words())


def _checked(words: tuple[str, ...]) -> tuple[str, ...]:
    if not words:
        raise InvalidValue("nothing is said")
    return words


WORKING: Kind[tuple[str, ...]] = Kind(
    "days and hours such as 'Mon-Fri 09:00-17:00', separated by semicolons",
    _shifts,
    TEXTS.write,
    f'xs:string <xs:pattern value="{_SHIFT}(; {_SHIFT})*"/>',
)
CLOSED: Kind[tuple[str, ...]] = Kind(
    "dates such as '2026-12-24', '2026-12-24 to 2026-12-31' and, each year, '12-25', separated "
    "by semicolons",
    _closed,
    TEXTS.write,
    f'xs:string <xs:pattern value="{_CLOSED}(; {_CLOSED})*"/>',
)


class Calendar(Extension):
    """When people work at an element, in a lane or in a pool."""

    tag = "cj:calendar"
    allowed_on = ("bpmn:FlowNode", "bpmn:Lane", "bpmn:Participant")

    order = Attribute(integer(1), "Its place among those of its kind in the journey.")
    journey = Attribute(STRING, "The id of the journey with which it was written down.")
    works = Attribute(WORKING, "The days and hours at which there is work.", required=True)
    closed = Attribute(CLOSED, "The days on which there is none, holidays for instance.")
    source = Attribute(choice(Source), "Who says so.")
    at = Text("What people wrote for the element, the lane or the pool.")
    extra = Children(Property, "Whatever else was written down.")
