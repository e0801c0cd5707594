"""One case as the customer perceives it, and what the customer waited for in it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cjbpmn.waiting.playing.runs import occupied
from cjbpmn.waiting.playing.tokens import Run
from cjbpmn.waiting.structure import Moment

GAP: Final = 1e-9
"""Silences shorter than this, in hours, are rounding."""


class CaseRun(NamedTuple):
    """One run as the customer perceives it, in hours.

    Of each silence there is its begin, its end, and the number of the meeting that ends it.
    """

    journey: float
    wait: float
    longest: float
    gaps: int
    occupied: float
    begin: float = 0.0
    silences: tuple[tuple[float, float, int], ...] = ()


@dataclass(slots=True)
class Blame:
    """Hours by the flow node that the customer waited for; None where nobody is known.

    Parameters
    ----------
    before : dict
        By contact, of one execution.
    case : dict
        Of one case.
    ended : dict
        Hours of silence in one case, by the contact that ends it.
    """

    before: dict[Moment, dict[str | None, float]] = field(default_factory=dict)
    case: dict[str | None, float] = field(default_factory=dict)
    ended: dict[Moment, float] = field(default_factory=dict)

    def add(
        self,
        parts: dict[str | None, float],
        more: Iterable[tuple[str | None, float]],
        weight: float,
    ) -> None:
        """Add hours to some of these."""
        for node, hours in more:
            parts[node] = parts.get(node, 0.0) + weight * hours


def case_of(run: Run) -> CaseRun:
    """Say what the customer perceives of one run.

    Parameters
    ----------
    run : Run
        A run with at least one contact.

    Returns
    -------
    CaseRun
        Its figures.
    """
    meetings = run.meetings
    starts = [meeting.start for meeting in meetings]
    begin = covered = min(starts)
    silences: list[tuple[float, float, int]] = []
    for number in sorted(range(len(starts)), key=starts.__getitem__):
        if starts[number] - covered > GAP:
            silences.append((covered, starts[number], number))
        covered = max(covered, meetings[number].end)
    lengths = [end - begin for begin, end, _ in silences]
    return CaseRun(
        covered - begin,
        math.fsum(lengths),
        max(lengths, default=0.0),
        len(lengths),
        occupied(run),
        begin,
        tuple(silences),
    )
