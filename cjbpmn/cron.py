"""Cron expressions, as engines have them in cycles: ``0 0 9 ? * MON-FRI``.

Six fields (second, minute, hour, day of the month, month, day of the week) and maybe a year that
leaves all years open; or the five of cron itself, without the second. Among six, days of the week
have names: whether 1 is a Sunday or a Monday depends on the engine. Among five, 1 is a Monday. What
only some engines know (``L``, ``W``, ``#``) is not read.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cjbpmn.errors import InvalidValue

_MONTHS: Final = (
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
)
_DAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_PART: Final = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/([0-9]+))?")
_FIELDS: Final = 6
_NUMBERED: Final = ("SUN", *_DAYS)
"""The days of the week by their numbers, as cron itself counts them."""
_LONGEST: Final = 9 * 366
"""After so many days even a 29th of February has come round."""
_ROUNDING: Final = timedelta(microseconds=10)


@dataclass(frozen=True, slots=True)
class Cron:
    """When a cycle rings.

    Parameters
    ----------
    seconds, minutes, hours, days, months, weekdays : tuple of int
        In order; Monday is 0.

    Examples
    --------
    >>> Cron.parse("0 0 9 ? * MON-FRI").hours_until(datetime(2026, 3, 6, 15))
    66.0
    """

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Read an expression.

        Parameters
        ----------
        text : str
            With five or six fields, or seven of which the last is ``*``.

        Returns
        -------
        Cron
            The moments.

        Raises
        ------
        InvalidValue
            If it is no such expression, or never rings.
        """
        fields = text.upper().split()
        if len(fields) == _FIELDS + 1 and fields[-1] in {"*", "?"}:
            fields.pop()
        if len(fields) == _FIELDS - 1:
            *others, weekdays = fields
            fields = ["0", *others, re.sub(r"(?<!/)\b[0-7]\b", _name_day, weekdays)]
        if len(fields) != _FIELDS:
            raise InvalidValue(f"{text!r}: expected five or six fields")
        try:
            found = cls(
                _numbers(fields[0], 0, 59),
                _numbers(fields[1], 0, 59),
                _numbers(fields[2], 0, 23),
                _numbers(fields[3], 1, 31),
                _numbers(fields[4], 1, 12, _MONTHS),
                _numbers(fields[5], 0, 6, _DAYS, named=True),
            )
        except ValueError:
            raise InvalidValue(f"{text!r} is no cycle that is understood here") from None
        if found._next(datetime(2024, 1, 1)) is None:  # noqa: DTZ001 - any year will do
            raise InvalidValue(f"{text!r} never rings")
        return found

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
            In hours.
        """
        try:
            rings = self._next(begins + timedelta(hours=start) - _ROUNDING)
        except OverflowError:
            rings = None
        if rings is None:
            return 0.0
        return max((rings - begins).total_seconds() / 3600 - start, 0.0)

    def most_hours(self, begins: datetime) -> float:  # noqa: ARG002 - the same at any time
        """Say how long a token waits at most.

        Parameters
        ----------
        begins : datetime
            When the case begins.

        Returns
        -------
        float
            In hours; a week at most, where it rings in every week.
        """
        if len(self.days) < 31 or len(self.months) < 12:  # noqa: PLR2004 - all of them
            return math.inf
        return 24.0 if len(self.weekdays) == len(_DAYS) else 168.0

    def _next(self, moment: datetime) -> datetime | None:
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        for _ in range(_LONGEST):
            if (
                day.month in self.months
                and day.day in self.days
                and day.weekday() in self.weekdays
                and (rings := self._on(day, moment)) is not None
            ):
                return rings
            day += timedelta(days=1)
        return None

    def _on(self, day: datetime, moment: datetime) -> datetime | None:
        """Return the first time of a day that is not before a moment."""
        for hour in self.hours:
            if day + timedelta(hours=hour + 1) <= moment:
                continue
            for minute in self.minutes:
                if day + timedelta(hours=hour, minutes=minute + 1) <= moment:
                    continue
                for second in self.seconds:
                    rings = day.replace(hour=hour, minute=minute, second=second)
                    if rings >= moment:
                        return rings
        return None


def _name_day(number: re.Match[str]) -> str:
    return _NUMBERED[int(number[0])]


def _numbers(
    field: str, low: int, high: int, names: tuple[str, ...] = (), *, named: bool = False
) -> tuple[int, ...]:
    """Return the numbers that a field stands for, in order."""
    if field == "?":
        return tuple(range(low, high + 1))
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if not match:
            raise ValueError(part)
        first, last, step = match.groups()
        if first == "*":
            begin, end = low, high
        else:
            begin = _number(first, low, names, named=named)
            end = _number(last, low, names, named=named) if last else (high if step else begin)
        if not low <= begin <= end <= high or step == "0":
            raise ValueError(part)
        found.update(range(begin, end + 1, int(step or 1)))
    return tuple(sorted(found))


def _number(word: str, low: int, names: tuple[str, ...], *, named: bool) -> int:
    if word in names:
        return names.index(word) + low
    if named:
        raise ValueError(word)
    return int(word)
