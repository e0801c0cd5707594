"""Working hours in iCalendar (RFC 5545), as BPSim keeps them: events that come back every week.

Times are taken as they are written; time zones are not looked at. What is not understood makes the
whole calendar unread, for half of it would be other hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import isodate

from cjbpmn.errors import InvalidValue
from cjbpmn.working_hours import Shift, WorkingHours

_LINE: Final = re.compile(r"([A-Z][A-Z-]*)((?:;[^:]*)?):(.*)")
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEK: Final = 168.0
_SAYS_NOTHING: Final = frozenset({"FREQ", "BYDAY", "INTERVAL", "WKST"})


@dataclass(frozen=True, slots=True)
class _Event:
    """An event that comes back on days of the week."""

    weekdays: tuple[int, ...]
    opens: float
    hours: float
    closed: frozenset[date]


def read_working_hours(text: str) -> WorkingHours:
    """Read the weekly hours of an iCalendar text.

    Parameters
    ----------
    text : str
        With one ``VEVENT`` or several.

    Returns
    -------
    WorkingHours
        What all events cover together; the days of ``EXDATE`` are closed.

    Raises
    ------
    InvalidValue
        If something in it is no weekly hours; the message is the name of that part.

    Examples
    --------
    >>> read_working_hours('''BEGIN:VEVENT
    ... DTSTART:20260105T090000
    ... DTEND:20260105T170000
    ... RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
    ... END:VEVENT''').words()
    ('Mon-Fri 09:00-17:00',)
    """
    events = [_event(one) for one in _events(text)]
    if not events:
        raise InvalidValue("VEVENT")
    shifts = [shift for event in events for shift in _shifts(event)]
    closed = frozenset[date]().union(*(event.closed for event in events))
    for day in closed:
        # A day on which only some of the hours do not count cannot be said here.
        if any(day.weekday() in one.weekdays and day not in one.closed for one in events):
            raise InvalidValue("EXDATE")
    return WorkingHours(tuple(shifts), tuple((day, day) for day in sorted(closed)))


def _events(text: str) -> Iterator[dict[str, str]]:
    """Yield the properties of each event; of several with one name, joined by commas."""
    inside: dict[str, str] | None = None
    for name, value in _properties(text):
        if (name, value) == ("BEGIN", "VEVENT"):
            inside = {}
        elif (name, value) == ("END", "VEVENT") and inside is not None:
            yield inside
            inside = None
        elif inside is not None:
            inside[name] = f"{inside[name]},{value}" if name in inside else value


def _properties(text: str) -> Iterator[tuple[str, str]]:
    lines: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        # In XML all lines may be indented; what looks like no property goes on with the last.
        if _LINE.fullmatch(line):
            lines.append(line)
        elif lines:
            lines[-1] += line
    for line in lines:
        if match := _LINE.fullmatch(line):
            yield match[1], match[3].strip()


def _event(properties: Mapping[str, str]) -> _Event:
    for name in ("RDATE", "EXRULE"):
        if name in properties:
            raise InvalidValue(name)
    begin = _moment(properties.get("DTSTART", ""), "DTSTART")
    if "DURATION" in properties:
        length = _duration(properties["DURATION"])
    elif "DTEND" in properties:
        length = _moment(properties["DTEND"], "DTEND") - begin
    else:
        length = timedelta(days=1)  # a day without a time; else it would take no time
    hours = length.total_seconds() / 3600
    if not 0 < hours <= _WEEK:
        raise InvalidValue("DTEND")
    closed = filter(None, properties.get("EXDATE", "").split(","))
    return _Event(
        _weekdays(properties.get("RRULE", ""), begin),
        begin.hour + begin.minute / 60 + begin.second / 3600,
        hours,
        frozenset(_moment(one, "EXDATE").date() for one in closed),
    )


def _weekdays(rule: str, begin: datetime) -> tuple[int, ...]:
    parts = dict(part.partition("=")[::2] for part in rule.split(";") if part)
    for name in parts.keys() - _SAYS_NOTHING:
        raise InvalidValue(name)
    often = parts.get("FREQ", "")
    if often not in {"WEEKLY", "DAILY"}:
        raise InvalidValue(f"FREQ={often}" if often else "RRULE")
    if parts.get("INTERVAL", "1") != "1":
        raise InvalidValue("INTERVAL")
    days = [day for day in parts.get("BYDAY", "").split(",") if day]
    if any(day not in _DAYS for day in days):
        raise InvalidValue("BYDAY")
    if not days:
        return tuple(range(7)) if often == "DAILY" else (begin.weekday(),)
    return tuple(sorted(map(_DAYS.index, days)))


def _shifts(event: _Event) -> Iterator[Shift]:
    """Yield the hours of an event, cut at midnight."""
    for weekday in event.weekdays:
        day, opens, rest = weekday, event.opens, event.hours
        while rest > 0:
            closes = min(opens + rest, 24.0)
            yield Shift(day % 7, opens, closes)
            rest -= closes - opens
            day, opens = day + 1, 0.0


def _moment(text: str, name: str) -> datetime:
    try:
        if "T" in text:
            return datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - as it is written
        return datetime.combine(datetime.strptime(text, "%Y%m%d"), time())  # noqa: DTZ007
    except ValueError:
        raise InvalidValue(name) from None


def _duration(text: str) -> timedelta:
    try:
        found = isodate.parse_duration(text)
    except (isodate.ISO8601Error, ValueError):
        raise InvalidValue("DURATION") from None
    if not isinstance(found, timedelta):
        raise InvalidValue("DURATION")
    return found
