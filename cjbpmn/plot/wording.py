"""The words of the picture."""

from __future__ import annotations

import math
from typing import Final

from cjbpmn.plot.story import Wait
from cjbpmn.timespan import TimeSpan

TO: Final = "\N{EN DASH}"
UNKNOWN: Final = "unknown wait"
_UNITS: Final = (
    (1 / 60, 3600.0, "s"),
    (1.0, 60.0, "min"),
    (48.0, 1.0, "h"),
    (math.inf, 1 / 24, "days"),
)
"""Below how many hours, how many of the unit are an hour, and the unit."""


def duration_words(minimum: float, maximum: float | None = None) -> str:
    """Say how long something takes.

    Parameters
    ----------
    minimum : float
        Hours.
    maximum : float or None
        Hours, where it can take longer.

    Returns
    -------
    str
        One figure, or a range.

    Examples
    --------
    >>> duration_words(48), duration_words(48, 72), duration_words(0.2)
    ('2 days', '2–3 days', '12 min')
    """
    longest = minimum if maximum is None else max(maximum, minimum)
    factor, unit = next((factor, unit) for below, factor, unit in _UNITS if longest < below)
    low, high = (_number(hours * factor) for hours in (minimum, longest))
    amount = low if low == high else f"{low}{TO}{high}"
    return f"{amount} {unit}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")  # noqa: PLR2004


def _span_words(span: TimeSpan) -> str:
    """Keep the words that people wrote; an enriched model has ISO 8601 in place of some."""
    return duration_words(span.hours) if span.text == span.iso and not span.working else span.text


def wait_words(wait: Wait) -> str:
    """Say how long a wait is, in the words of those who declared it, else in figures.

    Parameters
    ----------
    wait : Wait
        The wait.

    Returns
    -------
    str
        Such as ``waits 2–3 days``, ``waits at least 2 h`` or ``unknown wait``.
    """
    if wait.step is not None and wait.step.waits is not None:
        return f"waits {_span_words(wait.step.waits)}"
    stretch = wait.stretch
    if stretch is None or stretch.minimum is None or math.isinf(stretch.minimum):
        return UNKNOWN
    if stretch.unknown or stretch.maximum is None or math.isinf(stretch.maximum):
        if not stretch.minimum:
            return UNKNOWN
        return f"waits at least {duration_words(stretch.minimum)}"
    if not stretch.minimum:
        return f"waits up to {duration_words(stretch.maximum)}"
    return f"waits {duration_words(stretch.minimum, stretch.maximum)}"


def told_words(wait: Wait) -> list[str]:
    """Say what was promised, and whether the customer was told how long it takes.

    Parameters
    ----------
    wait : Wait
        The wait.

    Returns
    -------
    list of str
        Sentences; none where nothing was declared.
    """
    step = wait.step
    if step is None:
        return []
    said = [f"promised: {step.promise}"] if step.promise else []
    if step.told == "no":
        said.append("not told how long")
    elif step.told:
        said.append("told how long" if step.told == "yes" else f"told: {step.told}")
    return said


def behind_words(wait: Wait) -> str:
    """Say how much is done behind the scenes.

    Parameters
    ----------
    wait : Wait
        The wait.

    Returns
    -------
    str
        Such as ``behind: 5 activities, 3 desks, 2 hand-offs``; empty where nothing is known.

    Examples
    --------
    >>> behind_words(Wait(0, 1, activities=1))
    'behind: 1 activity'
    """
    if not wait.activities:
        return ""
    counted = [f"{wait.activities} {'activity' if wait.activities == 1 else 'activities'}"]
    counted += [f"{wait.desks} desks"] if wait.desks > 1 else []
    if wait.handoffs:
        counted.append(f"{wait.handoffs} hand-off{'s' if wait.handoffs > 1 else ''}")
    return f"behind: {', '.join(counted)}"
