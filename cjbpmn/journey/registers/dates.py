"""The time over which something was gathered, from dates as registers write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

_YEAR_FIRST: Final = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:[T ].*)?")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[T ].*)?")
_MONTHS: Final = 12


class Period(NamedTuple):
    """From when until when.

    Parameters
    ----------
    text : str or None
        One date, or the first and the last with a slash between, as in ISO 8601; None where there
        is none.
    doubt : str or None
        Why not every date is in it.
    """

    text: str | None
    doubt: str | None = None


def period_of(texts: Iterable[str]) -> Period:
    """Find the first and the last of several dates.

    A date such as 03/04/2025 is two dates. Where the others do not tell which, it is not taken.

    Parameters
    ----------
    texts : iterable of str
        Dates as they were written; a time of the day may follow.

    Returns
    -------
    Period
        From the first to the last.

    Examples
    --------
    >>> period_of(["2025-03-05 14:30", "28-02-2025", "01-03-2025"]).text
    '2025-02-28/2025-03-05'
    >>> period_of(["03/04/2025"])
    Period(text=None, doubt="'03/04/2025' may be two dates; write the year first")
    """
    written = list(dict.fromkeys(texts))
    day_first = _is_day_first([found for text in written if (found := _YEAR_LAST.fullmatch(text))])
    known: list[str] = []
    doubts: list[str] = []
    for text in written:
        parts = _parts(text, day_first=day_first)
        if parts is None:
            doubts.append(f"{text!r} may be two dates; write the year first")
        elif (one := _valid(parts)) is None:
            doubts.append(f"{text!r} is no date; write it as 2025-12-31")
        else:
            known.append(one)
    doubt = doubts[0] if doubts else None
    if not known:
        return Period(None, doubt)
    first, last = min(known), max(known)
    return Period(first if first == last else f"{first}/{last}", doubt)


def _is_day_first(found: Sequence[re.Match[str]]) -> bool | None:
    """Tell the order from the dates that can be read in only one; None where it is not sure."""
    first = any(int(one[1]) > _MONTHS for one in found)
    second = any(int(one[3]) > _MONTHS for one in found)
    if first != second:
        return first
    # With points between, the day stands first everywhere.
    return True if not first and found and all(one[2] == "." for one in found) else None


def _parts(text: str, *, day_first: bool | None) -> tuple[int, ...] | None:
    """Return year, month and day, as far as they are said; None where the order is not sure."""
    if found := _YEAR_LAST.fullmatch(text):
        one, two, year = int(found[1]), int(found[3]), int(found[4])
        if day_first is None and one != two:
            return None
        return (year, two, one) if day_first else (year, one, two)
    if found := _YEAR_FIRST.fullmatch(text):
        return tuple(int(part) for part in found.groups() if part)
    return ()


def _valid(parts: tuple[int, ...]) -> str | None:
    try:
        whole = date(*parts, *(1,) * (3 - len(parts))) if parts else None
    except ValueError:
        return None
    return whole.isoformat()[: (4, 7, 10)[len(parts) - 1]] if whole else None
