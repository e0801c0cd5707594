"""Timers that ring at a moment: on a date, at a time of the day, in a cycle that has a beginning.

A timer that waits for a length of time is none of these; it is read in `cjbpmn.durations`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import isodate
from isodate.duration import Duration

from cjbpmn.cron import Cron
from cjbpmn.errors import InvalidValue

_FEEL: Final = re.compile(r"""\s*=\s*date(?: and time)?\(\s*["']([^"']+)["']\s*\)\s*""")
"""An expression of FEEL that is a constant: ``= date and time("2026-03-02T09:00")``."""
_DATE: Final = re.compile(r"\d{4}-?\d{2}-?\d{2}(?:T.+)?")
_TIME: Final = re.compile(r"T?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
_CYCLE: Final = re.compile(r"R(\d*)/(\d{4}[^/]+)/(P[^/]+)")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_BLANKS: Final = 4
_HOUR: Final = 3600.0
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Alarm:
    """When a timer rings: once, or again and again.

    Parameters
    ----------
    first : datetime
        The first moment; for a time of the day, on any day.
    every : timedelta or None
        How long from one moment to the next; None where it rings once.
    number : int or None
        How often it rings; None where it never stops.
    is_daily : bool
        Whether there is no first day.

    Examples
    --------
    >>> alarm = parse_alarm("R/2026-03-02T09:00/P1D")
    >>> alarm.hours_until(datetime(2026, 3, 4, 15))
    18.0
    """

    first: datetime
    every: timedelta | None = None
    number: int | None = None
    is_daily: bool = False

    def hours_until(self, begins: datetime, start: float = 0.0) -> float:
        """Say how long a token waits.

        Parameters
        ----------
        begins : datetime
            When the case begins.
        start : float
            When the token comes, in hours since then.

        Returns
        -------
        float
            In hours; zero where the last moment has passed.
        """
        first = _as_on(self.first, begins)
        if self.is_daily:
            first = datetime.combine(begins.date(), first.time(), begins.tzinfo)
            first -= timedelta(days=1)
        wait = (first - begins).total_seconds() / _HOUR - start
        if self.every is None or wait >= 0:
            return max(wait, 0.0)
        every = self.every.total_seconds() / _HOUR
        rings = math.ceil(-wait / every - _ROUNDING)
        if self.number is not None and rings >= self.number:
            return 0.0
        return max(wait + rings * every, 0.0)

    def most_hours(self, begins: datetime) -> float:
        """Say how long a token waits at most in a case that begins then.

        Parameters
        ----------
        begins : datetime
            The moment.

        Returns
        -------
        float
            In hours.
        """
        first = self.hours_until(begins)
        return first if self.every is None else max(first, self.every.total_seconds() / _HOUR)


def parse_alarm(text: str) -> Alarm | Cron:
    """Read when a timer rings, in ISO 8601 or as cron has it.

    Parameters
    ----------
    text : str
        A date with or without a time, a time of the day, or a cycle that tells its moments.

    Returns
    -------
    Alarm or Cron
        The moments.

    Raises
    ------
    InvalidValue
        If it is none of these.

    Examples
    --------
    >>> parse_alarm("2026-03-02T09:00")
    Alarm(first=datetime.datetime(2026, 3, 2, 9, 0), every=None, number=None, is_daily=False)
    >>> parse_alarm("09:30").hours_until(datetime(2026, 3, 2, 8))
    1.5
    """
    if text.count(" ") >= _BLANKS and not text.lstrip().startswith("="):
        return Cron.parse(text)
    literal = _FEEL.fullmatch(text)
    text = (literal[1] if literal else text).strip()
    try:
        if cycle := _CYCLE.fullmatch(text):
            number = max(int(cycle[1]), 1) if cycle[1] else None
            return Alarm(_moment(cycle[2]), _length(cycle[3]), number)
        if clock := _TIME.fullmatch(text):
            at = time(int(clock[1]), int(clock[2]), int(clock[3] or 0))
            return Alarm(datetime.combine(date.min, at), timedelta(days=1), is_daily=True)
        if _DATE.fullmatch(text):
            return Alarm(_moment(text))
    except (ValueError, OverflowError, isodate.ISO8601Error):
        pass
    raise InvalidValue(f"{text!r} is no moment; write '2026-03-02T09:00'")


def parse_moment(text: str) -> datetime:
    """Read a date, or a date and a time, as people write them.

    Parameters
    ----------
    text : str
        For instance ``2026-03-02T09:00``, ``2026-03-02 9:00`` or ``2026-03-02``.

    Returns
    -------
    datetime
        To the second; a date alone means its begin.

    Raises
    ------
    InvalidValue
        If it is neither.

    Examples
    --------
    >>> parse_moment("2026-03-02 9:00")
    datetime.datetime(2026, 3, 2, 9, 0)
    """
    written = re.sub(r"[ T](?=\d:)", "T0", text.strip())
    try:
        if _MOMENT.fullmatch(written):
            return datetime.fromisoformat(written).replace(microsecond=0)
    except ValueError:
        pass
    raise InvalidValue(f"{text!r} is no moment; write '2026-03-02T09:00'")


def _moment(text: str) -> datetime:
    if "T" in text:
        found: datetime = isodate.parse_datetime(text)
        return found
    return datetime.combine(isodate.parse_date(text), time())


def _length(text: str) -> timedelta:
    found: timedelta | Duration = isodate.parse_duration(text)
    if isinstance(found, Duration) or found <= timedelta():
        # Months and years have no one length, and what has none would ring without end.
        raise InvalidValue(f"{text!r} is no length of a cycle")
    return found


def _as_on(moment: datetime, now: datetime) -> datetime:
    """Return a moment as the clock shows it by which the case is told."""
    if moment.tzinfo is None or now.tzinfo is None:
        return moment.replace(tzinfo=now.tzinfo)
    return moment.astimezone(now.tzinfo)
