"""What the picture says of a wait."""

from __future__ import annotations

import math
from typing import Final

from cjbpmn.plot.story import Wait
from cjbpmn.plot.wording import ENGLISH, TO, Wording
from cjbpmn.timespan import TimeSpan

_UNITS: Final = (
    (1 / 60, 3600.0, "s"),
    (1.0, 60.0, "min"),
    (48.0, 1.0, "h"),
    (math.inf, 1 / 24, ""),
)
"""Below how many hours, how many of the unit are an hour, and the unit; days have many names."""


def duration_words(minimum: float, maximum: float | None = None, wording: Wording = ENGLISH) -> str:
    """Say how long something takes.

    Parameters
    ----------
    minimum : float
        Hours.
    maximum : float or None
        Hours, where it can take longer.
    wording : Wording
        The language.

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
    return f"{amount} {unit or wording.say('days')}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")  # noqa: PLR2004


def _span_words(span: TimeSpan, wording: Wording) -> str:
    """Keep the words that people wrote; an enriched model has ISO 8601 in place of some."""
    if span.text != span.iso or span.working:
        return span.text
    return duration_words(span.hours, wording=wording)


def wait_words(wait: Wait, wording: Wording = ENGLISH) -> str:
    """Say how long a wait is, in the words of those who declared it, else in figures.

    Parameters
    ----------
    wait : Wait
        The wait.
    wording : Wording
        The language.

    Returns
    -------
    str
        Such as ``waits 2–3 days``, ``waits at least 2 h`` or ``unknown wait``.
    """
    if wait.step is not None and wait.step.waits is not None:
        return wording.say("waits", time=_span_words(wait.step.waits, wording))
    stretch = wait.stretch
    if stretch is None or stretch.minimum is None or math.isinf(stretch.minimum):
        return wording.say("unknown")
    if stretch.lower_bound or stretch.maximum is None or math.isinf(stretch.maximum):
        if not stretch.minimum:
            return wording.say("unknown")
        return wording.say("waits_least", time=duration_words(stretch.minimum, wording=wording))
    if not stretch.minimum:
        return wording.say("waits_most", time=duration_words(stretch.maximum, wording=wording))
    return wording.say("waits", time=duration_words(stretch.minimum, stretch.maximum, wording))


def told_words(wait: Wait, wording: Wording = ENGLISH) -> list[str]:
    """Say what was promised, and whether the customer was told how long it takes.

    Parameters
    ----------
    wait : Wait
        The wait.
    wording : Wording
        The language.

    Returns
    -------
    list of str
        Sentences; none where nothing was declared.
    """
    step = wait.step
    if step is None:
        return []
    said = [wording.say("promised", text=step.promise)] if step.promise else []
    if step.told == "no":
        said.append(wording.say("untold"))
    elif step.told == "yes":
        said.append(wording.say("told"))
    elif step.told:
        said.append(wording.say("told_that", text=step.told))
    return said


def behind_words(wait: Wait, wording: Wording = ENGLISH) -> str:
    """Say how much is done behind the scenes.

    Parameters
    ----------
    wait : Wait
        The wait.
    wording : Wording
        The language.

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
    counted = [wording.count("activity", "activities", wait.activities)]
    counted += [wording.say("desks", n=wait.desks)] if wait.desks > 1 else []
    if wait.handoffs:
        counted.append(wording.count("handoff", "handoffs", wait.handoffs))
    return wording.say("behind", what=", ".join(counted))
