"""Working hours: when people work, on which days of the week, and on which days they do not.

A calendar in a model says such hours in one of several ways; here they are one value, which can
tell when work is done that begins at a moment. The words for days stand in ``words/*.toml``.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property, lru_cache
from itertools import groupby
from typing import Final

from cjbpmn.errors import InvalidValue
from cjbpmn.lexicon import fold, languages, meanings, words

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY: Final = 24.0
_WEEK: Final = 7
_ROUNDING: Final = 1e-9
_LAST: Final = date(9000, 1, 1).toordinal()
"""From here on no holidays are known."""
_MOST_YEARLY: Final = 200
_AGES: Final = 100 * 8766.0
"""So much work is as good as endless, and holidays do not matter."""
_MOST_TEXT: Final = 1000
_SHOWN: Final = 80

_TIME: Final = r"([0-9]{1,2})(?:[:.h]([0-9]{2}))? ?(?:h|uhr|u)?"
_SHIFT: Final = re.compile(rf"{_TIME} ?- ?{_TIME}")
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEARLY: Final = re.compile(r"(?:--)?([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """Hours of one day of the week.

    Parameters
    ----------
    weekday : int
        Monday is 0.
    opens, closes : float
        Hours of that day.
    """

    weekday: int
    opens: float
    closes: float

    def __post_init__(self) -> None:
        if not (0 <= self.weekday < _WEEK and 0 <= self.opens < self.closes <= _DAY):
            raise InvalidValue("a shift needs a day of the week and hours of it, in order")


@dataclass(frozen=True)
class WorkingHours:
    """When people work: shifts that come back every week, and days on which there are none.

    Parameters
    ----------
    shifts : tuple of Shift
        In any order; those that overlap are joined.
    closed : tuple of pairs of date
        First and last day of each time without work.
    yearly : tuple of pairs of int
        Month and day of what comes back each year.

    Raises
    ------
    InvalidValue
        If nobody ever works.

    Examples
    --------
    Four hours of work, begun on Friday at three, are done on Monday at eleven:

    >>> office = WorkingHours.weekly(range(5), 9, 17)
    >>> office.elapsed(datetime(2026, 1, 9, 15), 4.0)
    68.0
    """

    shifts: tuple[Shift, ...]
    closed: tuple[tuple[date, date], ...] = ()
    yearly: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if not self.shifts:
            raise InvalidValue("nobody ever works by these hours")
        if len(set(self.yearly)) > _MOST_YEARLY:
            raise InvalidValue(f"closed on more than {_MOST_YEARLY} days of every year")
        object.__setattr__(self, "shifts", _joined(self.shifts))

    @classmethod
    def weekly(cls, weekdays: Iterable[int], opens: float, closes: float) -> WorkingHours:
        """Make the same hours for several days of the week.

        Parameters
        ----------
        weekdays : iterable of int
            Monday is 0.
        opens, closes : float
            Hours of the day.

        Returns
        -------
        WorkingHours
            Without holidays.
        """
        return cls(tuple(Shift(day, opens, closes) for day in weekdays))

    @cached_property
    def _days(self) -> tuple[tuple[Shift, ...], ...]:
        return tuple(
            tuple(shift for shift in self.shifts if shift.weekday == day) for day in range(_WEEK)
        )

    @cached_property
    def _spans(self) -> tuple[list[int], list[int]]:
        """The first and the last days of times without work, which do not touch each other."""
        begins: list[int] = []
        ends: list[int] = []
        for begin, end in sorted((one.toordinal(), two.toordinal()) for one, two in self.closed):
            if ends and begin <= ends[-1] + 1:
                ends[-1] = max(ends[-1], end)
            else:
                begins.append(begin)
                ends.append(end)
        return begins, ends

    @cached_property
    def per_week(self) -> float:
        """How many hours a week without holidays has."""
        return math.fsum(shift.closes - shift.opens for shift in self.shifts)

    @cached_property
    def per_day(self) -> float:
        """How many hours a day has on which there is work, on average."""
        return self.per_week / len({shift.weekday for shift in self.shifts})

    def elapsed(self, begin: datetime, work: float, start: float = 0.0) -> float:
        """Say how much time passes until work is done.

        Parameters
        ----------
        begin : datetime
            A moment; clocks are not put forward or back.
        work : float
            Hours of work.
        start : float
            How many hours after that moment it begins.

        Returns
        -------
        float
            Hours on the clock; none where there is nothing to do.
        """
        if work <= 0 or math.isinf(work):
            return max(work, 0.0)
        since = begin.hour + begin.minute / 60 + (begin.second + begin.microsecond / 1e6) / 3600
        days, since = divmod(since + start, _DAY)
        day = begin.toordinal() + int(days)
        passed = -since
        earliest = since
        while True:
            skipped, work = self._weeks_before_holidays(day, work) if earliest == 0 else (0, work)
            day, passed = day + skipped, passed + skipped * _DAY
            for shift in self._shifts_of(day):
                room = shift.closes - max(shift.opens, earliest)
                if room > 0:
                    if work <= room + _ROUNDING:
                        return passed + max(shift.opens, earliest) + min(work, room)
                    work -= room
            skipped = self._days_to_skip(day)
            day, passed, earliest = day + skipped, passed + skipped * _DAY, 0.0

    def _weeks_before_holidays(self, day: int, work: float) -> tuple[int, float]:
        """Return how many days are whole weeks of work without a holiday; and the work left."""
        weeks = int(work // self.per_week)
        if weeks and work == weeks * self.per_week:
            weeks -= 1  # done by the end of its last shift, not by the next one
        if weeks and day < _LAST and work < _AGES:
            free = self._next_closed(day) - day
            weeks = min(weeks, free // _WEEK)
        return weeks * _WEEK, work - weeks * self.per_week

    def _shifts_of(self, day: int) -> tuple[Shift, ...]:
        if self._is_closed(day):
            return ()
        return self._days[(day - 1) % _WEEK]

    def _is_closed(self, day: int) -> bool:
        if day >= _LAST:
            return False
        if self.yearly:
            found = date.fromordinal(day)
            if (found.month, found.day) in self.yearly:
                return True
        return self._closed_until(day) is not None

    def _closed_until(self, day: int) -> int | None:
        begins, ends = self._spans
        place = bisect_right(begins, day) - 1
        return ends[place] if place >= 0 and day <= ends[place] else None

    def _days_to_skip(self, day: int) -> int:
        until = self._closed_until(day)
        return 1 if until is None else until + 1 - day

    def _next_closed(self, day: int) -> int:
        if self._closed_until(day) is not None:
            return day
        begins, _ = self._spans
        found = begins[bisect_right(begins, day) :][:1]
        year = date.fromordinal(day).year
        for month, number in self.yearly:
            # The 29th of February is a day of some years only.
            for later in range(year, year + 9):
                try:
                    one = date(later, month, number).toordinal()
                except ValueError:
                    continue
                if one >= day:
                    found.append(one)
                    break
        return min(found, default=_LAST)

    def words(self) -> tuple[str, ...]:
        """Say the shifts in words that `parse_hours` reads.

        Returns
        -------
        tuple of str
            One for each kind of day, in the order of the week.

        Examples
        --------
        >>> parse_hours(("fr 9-12:30", "Mo-Do 9-17 Uhr")).words()
        ('Mon-Thu 09:00-17:00', 'Fri 09:00-12:30')
        """
        by_hours: dict[str, list[int]] = {}
        for weekday, shifts in groupby(self.shifts, key=lambda shift: shift.weekday):
            hours = ", ".join(f"{_clock(one.opens)}-{_clock(one.closes)}" for one in shifts)
            by_hours.setdefault(hours, []).append(weekday)
        return tuple(f"{_listed(days)} {hours}" for hours, days in by_hours.items())

    def closed_words(self) -> tuple[str, ...]:
        """Say the days without work in words that `parse_hours` reads, in their order.

        Returns
        -------
        tuple of str
            Such as ``2026-12-24 to 2026-12-31``, and ``12-25`` for what comes back each year.
        """
        spans = [
            f"{begin}" if begin == end else f"{begin} to {end}"
            for begin, end in sorted(set(self.closed))
        ]
        days = [f"{month:02}-{number:02}" for month, number in sorted(set(self.yearly))]
        return (*spans, *days)


def parse_hours(shifts: Iterable[str], closed: Iterable[str] = ()) -> WorkingHours:
    """Read working hours as people write them.

    Parameters
    ----------
    shifts : iterable of str
        For instance ``"Mon-Fri 9:00-17:00"``, ``"ma-do 9-12, 13-17"``; without days, every day.
    closed : iterable of str
        Days: ``"2026-12-24"``, several as ``"2026-12-24 to 2027-01-01"``, each year ``"12-25"``.

    Returns
    -------
    WorkingHours
        All of them together.

    Raises
    ------
    InvalidValue
        If something cannot be understood.

    Examples
    --------
    >>> parse_hours(["Mon-Fri 9-17"], ["12-25"]).per_week
    40.0
    """
    found = tuple(shift for text in shifts for shift in _shifts(text))
    spans, days = [], []
    for text in closed:
        day = _YEARLY.fullmatch(fold(text).strip())
        if day:
            days.append(_month_and_day(text, int(day[1]), int(day[2])))
        else:
            spans.append(_span(text))
    return WorkingHours(found, tuple(spans), tuple(days))


def _shifts(text: str) -> list[Shift]:
    folded = " ".join(fold(text[:_MOST_TEXT]).split())
    first = _SHIFT.search(folded)
    if not first or len(text) > _MOST_TEXT:
        raise _unclear(text)
    weekdays = _weekdays(folded[: first.start()].strip(" :,"), text)
    rest = folded[first.start() :]
    if _SHIFT.sub("", rest).strip(" ,;&+"):
        raise _unclear(text)
    found = []
    for match in _SHIFT.finditer(rest):
        opens, closes = _hour(match[1], match[2], text), _hour(match[3], match[4], text)
        for day in weekdays:
            if opens < closes:
                found.append(Shift(day, opens, closes))
            elif opens < _DAY:
                # The night belongs to two days.
                found.append(Shift(day, opens, _DAY))
                found += [Shift((day + 1) % _WEEK, 0.0, closes)] if closes else []
            else:
                raise _unclear(text)
    return found


def _hour(hours: str, minutes: str | None, text: str) -> float:
    found = int(hours) + int(minutes or 0) / 60
    if found > _DAY or int(minutes or 0) >= 60:  # noqa: PLR2004
        raise _unclear(text)
    return found


def _weekdays(folded: str, text: str) -> list[int]:
    if not folded:
        return list(range(_WEEK))
    found: list[int] = []
    for part in re.split(rf" ?[,;&+] ?| (?:{_said('timespan', 'and')}) ", folded):
        ends = _ends(part)
        if ends is None:
            raise _unclear(text)
        first, last = ends
        found += [(first + number) % _WEEK for number in range((last - first) % _WEEK + 1)]
    return found


def _ends(part: str) -> tuple[int, int] | None:
    """Return the first and the last day of a range; a day of the week may have a hyphen in it."""
    if (day := _weekday(part)) is not None:
        return day, day
    for mark in re.finditer(rf" ?- ?| (?:{_said('weekdays', 'through')}) ", part):
        first, last = _weekday(part[: mark.start()]), _weekday(part[mark.end() :])
        if first is not None and last is not None:
            return first, last
    return None


@cache
def _said(section: str, name: str) -> str:
    """Return the words of all languages for *and*, or for *through*, as alternatives."""
    listed = {fold(word) for language in languages() for word in words(language)[section][name]}
    return "|".join(sorted(map(re.escape, listed), key=len, reverse=True))


@lru_cache(maxsize=1024)
def _weekday(word: str) -> int | None:
    meant = {meaning for _, meaning in meanings("weekdays").get(word.strip(" ."), frozenset())}
    days = [day for day, name in enumerate(_NAMES) if name in meant]
    return days[0] if len(days) == 1 else None


def _span(text: str) -> tuple[date, date]:
    dates = [_date(text, *map(int, match.groups())) for match in _DATE.finditer(text)]
    rest = _DATE.sub("", fold(text)).strip(" ./-")
    is_clear = not rest or re.fullmatch(_said("weekdays", "through"), rest) is not None
    if not (is_clear and 1 <= len(dates) <= 2 and dates[0] <= dates[-1]):  # noqa: PLR2004
        message = "is no day; write '2026-12-25', '2026-12-24 to 2026-12-31' or '12-25'"
        raise InvalidValue(f"{text!r} {message}")
    return dates[0], dates[-1]


def _date(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidValue(f"{text!r} is no day of the calendar") from None


def _month_and_day(text: str, month: int, day: int) -> tuple[int, int]:
    found = _date(text, 2000, month, day)  # a leap year has all days
    return found.month, found.day


def _unclear(text: str) -> InvalidValue:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return InvalidValue(f"{shown!r} names no working hours; write 'Mon-Fri 9:00-17:00'")


def _joined(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    joined: list[Shift] = []
    for shift in sorted(shifts):
        before = joined[-1] if joined else None
        if before and before.weekday == shift.weekday and shift.opens <= before.closes:
            closes = max(before.closes, shift.closes)
            joined[-1] = Shift(shift.weekday, before.opens, closes)
        else:
            joined.append(shift)
    return tuple(joined)


def _clock(hours: float) -> str:
    minutes = round(timedelta(hours=hours).total_seconds() / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _listed(days: list[int]) -> str:
    """Name days of the week, those that follow each other as a range."""
    parts = []
    for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0]):
        found = [day for _, day in run]
        parts.append(_DAYS[found[0]] + (f"-{_DAYS[found[-1]]}" if len(found) > 1 else ""))
    return ",".join(parts)
