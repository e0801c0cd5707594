"""How long something takes, as people write it: ``PT8M``, ``8 min``, ``1,5 uur``, ``14 Tage``.

The words stand in ``words/*.toml``. What cannot be known is not guessed: a range, a rate
("every 2 days") and a thousand that may be a one ("1,000 days") are no time spans.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import isodate
from isodate.duration import Duration

from cjbpmn.errors import InvalidValue
from cjbpmn.lexicon import fold, meanings, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import timedelta

_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_YEAR: Final = 365.25 * _DAY
_SECONDS: Final = {
    "second": 1.0,
    "minute": 60.0,
    "quarter_hour": 900.0,
    "half_hour": 1800.0,
    "hour": float(_HOUR),
    "day": float(_DAY),
    "week": 7.0 * _DAY,
    "month": _YEAR / 12,
    "year": _YEAR,
    "working_hour": float(_HOUR),
    "working_day": float(_DAY),
}
_MAX_HOURS: Final = 1000 * _YEAR / _HOUR
_MAX_TEXT: Final = 10_000
_COUNTABLE_ALONE: Final = frozenset({"quarter_hour", "half_hour"})
_FRACTIONS: Final = {"\u00bc": 0.25, "\u00bd": 0.5, "\u00be": 0.75}

_ISO: Final = (
    r"P(?=[0-9T])(?:[0-9.,]+Y)?(?:[0-9.,]+M)?(?:[0-9.,]+W)?(?:[0-9.,]+D)?"
    r"(?:T(?=[0-9])(?:[0-9.,]+H)?(?:[0-9.,]+M)?(?:[0-9.,]+S)?)?"
)
_ISO_ALONE: Final = re.compile(rf"\s*([+-]?{_ISO})\s*")
_ISO_NEGATIVE: Final = re.compile(r"[+-]?P[0-9YMWDTHS.,]*-[0-9YMWDTHS.,-]*")
_ISO_INSIDE: Final = re.compile(rf"(?<![\w/.,:+-]){_ISO}(?![\w/-])")
# "1h30" is an hour and a half in France, but it is also half past one: only where a time is meant.
_HOURS_AND_MINUTES: Final = re.compile(r"\s*([0-9]+) ?[hu] ?([0-5][0-9])\s*")
_SPACES: Final = re.compile("[ -]+")
_THOUSANDS: Final = re.compile(r"[0-9]{1,3} [0-9]{3}")
_LETTER: Final = re.compile(r"[0-9] ?[A-GI-Z]$")
_BREAK: Final = re.compile("[ -]|(?<=[0-9])(?=[a-z])")
_DIGITS: Final = (
    r"(?<![\w.,:/%'])(?P<sign>(?<![^\s(<>=~])-)?"
    r"(?P<digits>[0-9]{1,3}(?:[ '][0-9]{3})+|[0-9]+(?:[.,][0-9]+)*(?: ?[\u00bc\u00bd\u00be])?"
    r"|[\u00bc\u00bd\u00be])[ ]*-?[ ]*"
)


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """A length of time; two are equal when they are equally long, however they were written.

    Working days stay working days: their `hours` count 24 for each of them, which serves to
    compare and sort, and says nothing about the time that really passes.

    Parameters
    ----------
    text : str
        What was written.
    hours : float
        How long it is, in hours.
    working : bool
        Whether only working time counts.
    working_days : float
        How many of these are working days; the rest are working hours.

    Raises
    ------
    InvalidValue
        If it is negative, no number, or longer than a thousand years.

    Examples
    --------
    >>> TimeSpan("8 min", 8 / 60) < TimeSpan("a week", 168.0)
    True
    """

    text: str = field(compare=False)
    hours: float
    working: bool = False
    working_days: float = field(default=0.0, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.hours <= _MAX_HOURS:
            raise InvalidValue(f"{self.text!r}: expected a time from nothing to a thousand years")

    def in_hours_of_work(self, hours_of_a_day: float) -> float:
        """Say how much work it is where a working day has so many hours.

        Parameters
        ----------
        hours_of_a_day : float
            Such as eight.

        Returns
        -------
        float
            In hours.

        Examples
        --------
        >>> parse_timespan("2 working days").in_hours_of_work(8)
        16.0
        """
        return self.hours - self.working_days * (_DAY / _HOUR - hours_of_a_day)

    @property
    def iso(self) -> str:
        """The time in ISO 8601; working time has no such form and keeps its words.

        Examples
        --------
        >>> TimeSpan("3 days", 72.0).iso, TimeSpan("90 min", 1.5).iso
        ('P3D', 'PT1H30M')
        """
        if self.working:
            return self.text
        milliseconds = round(self.hours * _HOUR * 1000)
        days, rest = divmod(milliseconds, _DAY * 1000)
        hours, rest = divmod(rest, _HOUR * 1000)
        minutes, rest = divmod(rest, 60_000)
        seconds = f"{rest / 1000:.3f}".rstrip("0").rstrip(".")
        date = f"{days}D" if days else ""
        time = "".join(
            f"{amount}{letter}"
            for amount, letter in ((hours, "H"), (minutes, "M"), (seconds, "S"))
            if amount not in {0, "0"}
        )
        return f"P{date}" + (f"T{time}" if time else "") if date or time else "PT0S"


class _Piece(NamedTuple):
    """An amount of one unit in a text, or of several when they were joined."""

    start: int
    stop: int
    seconds: float
    unit: str
    languages: frozenset[str]
    problem: str | None = None
    days: float = 0.0


def parse_timespan(text: str) -> TimeSpan:
    """Read the one time span in a text: ISO 8601, or an amount with a unit in words.

    Parameters
    ----------
    text : str
        For instance ``"PT8M"``, ``"8 min"``, ``"2 werkdagen"``, ``"delivered within 2 days"``.

    Returns
    -------
    TimeSpan
        How long it is; a month is a twelfth of 365.25 days.

    Raises
    ------
    InvalidValue
        If there is no time span in it, or several, or one that is not sure.

    Examples
    --------
    >>> parse_timespan("at most 10 minutes").iso
    'PT10M'
    >>> parse_timespan("2 werkdagen")
    TimeSpan(text='2 werkdagen', hours=48.0, working=True)
    """
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > _MAX_TEXT:
        raise InvalidValue(f"{text[:40]!r}...: too long for a time")
    if match := _ISO_ALONE.fullmatch(text):
        return TimeSpan(text, _iso_hours(match[1]))
    if _ISO_NEGATIVE.fullmatch(text):
        raise InvalidValue(f"{text!r}: expected no negative time")
    if match := _HOURS_AND_MINUTES.fullmatch(fold(text)):
        return TimeSpan(text, _rounded(int(match[1]) * _HOUR + int(match[2]) * 60))
    pieces = _pieces(text)
    for piece in pieces:
        if piece.problem:
            raise InvalidValue(f"{text!r}: {piece.problem}")
    if len(pieces) != 1:
        found = "names several times" if pieces else "names no time"
        raise InvalidValue(f"{text!r} {found}; write one, such as '8 min', '2 days' or 'PT8M'")
    return _timespan(pieces[0], text)


def find_timespans(text: str) -> tuple[TimeSpan, ...]:
    """Find the time spans in a label or a sentence; what is not sure is left out.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    tuple of TimeSpan
        In the order of the text; each keeps the words that it was written in.

    Examples
    --------
    >>> [span.text for span in find_timespans("Wait 5 minutes, then 2 Werktage")]
    ['5 minutes', '2 Werktage']
    >>> find_timespans("every 2 days, for 30-45 min")
    ()
    """
    text = unicodedata.normalize("NFC", text)[:_MAX_TEXT]
    found = []
    for piece in _pieces(text):
        if piece.problem is None and not _is_doubtful(piece, text):
            try:
                found.append(_timespan(piece, text[piece.start : piece.stop].strip()))
            except InvalidValue:
                continue
    return tuple(found)


def _timespan(piece: _Piece, text: str) -> TimeSpan:
    return TimeSpan(text, _rounded(piece.seconds), _is_working(piece.unit), piece.days)


def _rounded(seconds: float) -> float:
    # Whole milliseconds, so that writing a time and reading it again gives the same number.
    return round(seconds * 1000) / (_HOUR * 1000) if seconds < _YEAR * 10_000 else seconds


def _is_working(unit: str) -> bool:
    return unit.startswith("working")


def _iso_hours(text: str) -> float:
    try:
        parsed = isodate.parse_duration(text)
        exact: timedelta = parsed.tdelta if isinstance(parsed, Duration) else parsed
        seconds = exact.total_seconds()
        if isinstance(parsed, Duration):
            seconds += (float(parsed.years) + float(parsed.months) / 12) * _YEAR
    except (ValueError, ArithmeticError):
        raise InvalidValue(f"{text!r} is no duration in ISO 8601, such as 'PT8M'") from None
    return _rounded(seconds)


def _pieces(text: str) -> list[_Piece]:
    folded = fold(text)
    pieces = [*_iso_pieces(text), *_worded_pieces(folded)]
    joined: list[_Piece] = []
    for piece in sorted(pieces):
        if joined and _belong_together(joined[-1], piece, folded):
            joined[-1] = _join(joined[-1], piece)
        else:
            joined.append(piece)
    return _without_ranges(joined, folded)


def _iso_pieces(text: str) -> Iterator[_Piece]:
    for match in _ISO_INSIDE.finditer(text):
        try:
            seconds = _iso_hours(match[0]) * _HOUR
        except InvalidValue:
            continue
        yield _Piece(match.start(), match.end(), seconds, "iso", frozenset())


def _worded_pieces(folded: str) -> Iterator[_Piece]:
    for match in _pattern().finditer(folded):
        word = match["unit"] or match["alone"]
        spoken, unit = _unit(word)
        if match["word"]:
            spoken &= _table("numbers").get(_spaced(match["word"]), (frozenset(), ""))[0]
        if spoken:
            yield _piece(match, folded, spoken, unit)


def _piece(match: re.Match[str], folded: str, spoken: frozenset[str], unit: str) -> _Piece:
    amount, problem = _amount(match)
    before = folded[: match.start("digits") if match["digits"] else match.start()]
    if match["digits"] and _ends(before, r"[0-9] *(?:-+|\.\.+|{})", spoken, "to", "and"):
        problem = "a range has no one length; write one time"
    elif _ends(before, "{}", spoken, "rate"):
        problem = "says how often, not how long"
    elif match["digits"] and unit == "hour" and _ends(before, "{}", spoken, "clock"):
        problem = "may be a time of the day; write '9 h' for nine hours"
    half = _half(spoken).match(folded, match.end())
    if half:
        amount += 0.5
    stop = half.end() if half else match.end()
    days = amount if unit == "working_day" else 0.0
    return _Piece(match.start(), stop, amount * _SECONDS[unit], unit, spoken, problem, days)


def _amount(match: re.Match[str]) -> tuple[float, str | None]:
    """Return how many, and what is wrong with it."""
    if match["word"]:
        return float(_table("numbers")[_spaced(match["word"])][1]), None
    if match["alone"]:
        return 1.0, None
    digits = match["digits"]
    amount = _number(digits.replace(" ", "").replace("'", ""))
    if match["sign"]:
        return 0.0, "a time cannot be negative"
    if amount is None:
        return 0.0, f"{digits} is not sure; write it without a separator for thousands"
    return amount, None


def _number(digits: str) -> float | None:
    if digits[-1] in _FRACTIONS:
        return float(digits[:-1].replace(",", ".") or 0) + _FRACTIONS[digits[-1]]
    if re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", digits):
        return None  # 1,000: a thousand in London, one in Berlin
    if re.fullmatch(r"[0-9]+(?:[.,][0-9]+)?", digits):
        return float(digits.replace(",", "."))
    if match := re.fullmatch(
        r"([0-9]{1,3}([.,])[0-9]{3}(?:\2[0-9]{3})*)((?!\2)[.,][0-9]+)?", digits
    ):
        whole, separator, rest = match.groups(default="")
        return float(whole.replace(separator, "") + rest.replace(",", "."))
    return None


def _belong_together(before: _Piece, after: _Piece, folded: str) -> bool:
    """Tell whether two pieces are one time: ``1 h 30 min``, ``2 days and 4 hours``."""
    units = {before.unit, after.unit}
    if "iso" in units or before.problem or after.problem:
        return False
    gap = folded[before.stop : after.start].strip(" .")
    joins = _said(before.languages | after.languages, "and")
    return (
        _SECONDS[before.unit] > _SECONDS[after.unit]
        and _is_working(before.unit) == _is_working(after.unit)
        and gap in {"", ",", *map(fold, joins)}
    )


def _join(before: _Piece, after: _Piece) -> _Piece:
    return before._replace(
        stop=after.stop,
        seconds=before.seconds + after.seconds,
        unit=after.unit,
        languages=before.languages | after.languages,
        days=before.days + after.days,
    )


def _without_ranges(pieces: list[_Piece], folded: str) -> list[_Piece]:
    """Mark ``2 days to 4 days`` and ``24 hours a day``: two pieces that are no time together."""
    marked = list(pieces)
    for index, (before, after) in enumerate(pairwise(pieces)):
        gap = folded[before.stop : after.start].strip(" .")
        if gap in {"", "-", *map(fold, _said(before.languages | after.languages, "to"))}:
            problem = "is a range or a rate, not one time"
            marked[index] = before._replace(problem=problem)
            marked[index + 1] = after._replace(problem=problem)
    return marked


def _is_doubtful(piece: _Piece, text: str) -> bool:
    """Tell whether digits and unit may mean something else: ``Level 2 an Bank``, ``3D``."""
    written = text[piece.start : piece.stop]
    if not written[0].isdigit():
        return False  # ISO 8601, or a number in words: it takes two words of one language
    if _THOUSANDS.match(written) or _LETTER.search(written):
        return True
    folded = fold(written)
    parts = {folded, _BREAK.split(folded)[-1]}
    return not parts.isdisjoint(_said(piece.languages, "doubtful"))


@cache
def _said(spoken: frozenset[str], name: str) -> tuple[str, ...]:
    """Return the small words of some languages, all of one kind."""
    return tuple(word for language in spoken for word in words(language)["timespan"][name])


def _ends(before: str, form: str, spoken: frozenset[str], *names: str) -> bool:
    return _ending(form, spoken, *names).search(before) is not None


@cache
def _ending(form: str, spoken: frozenset[str], *names: str) -> re.Pattern[str]:
    listed = _choice(tuple(word for name in names for word in _said(spoken, name)))
    return re.compile(rf"(?<![^\W\d_]){form.format(f'(?:{listed})')} *$")


@cache
def _half(spoken: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf" *(?:{_choice(_said(spoken, 'half'))})(?!\w)")


def _spaced(word: str) -> str:
    return _SPACES.sub(" ", word)


def _unit(word: str) -> tuple[frozenset[str], str]:
    return _table("units")[_spaced(word)]


@cache
def _table(name: str) -> dict[str, tuple[frozenset[str], str]]:
    """Map each word to the languages that know it and to its one meaning."""
    return {
        _spaced(word): (frozenset(language for language, _ in pairs), next(iter(pairs))[1])
        for word, pairs in meanings("timespan", name).items()
    }


@cache
def _pattern() -> re.Pattern[str]:
    numbers, units = _table("numbers"), _table("units")
    alone = [word for word, (_, unit) in units.items() if unit in _COUNTABLE_ALONE]
    return re.compile(
        rf"(?:{_DIGITS}|(?<![\w'-])(?P<word>{_choice(numbers)})[ '-]+)"
        rf"(?P<unit>{_choice(units)})(?!\w|(?<=[0-9][a-z])-)|(?<![\w'-])(?P<alone>{_choice(alone)})(?!\w)"
    )


def _choice(listed: Iterable[str]) -> str:
    # The longest first, for "giorni lavorativi" are no "giorni".
    folded = sorted({fold(word) for word in listed}, key=lambda word: (-len(word), word))
    if not folded:
        return "(?!)"  # nothing said matches nowhere
    return "|".join(re.sub(r"(?:\\ |\\-)+", "[ -]+", re.escape(word)) for word in folded)
