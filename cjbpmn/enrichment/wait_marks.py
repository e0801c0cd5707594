"""Long waits, found in an enriched model, and said below the step at which they end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from cjbpmn.enrichment.notes import Marks
from cjbpmn.enrichment.planned import Plan
from cjbpmn.extensions.computed import Computed, Wait
from cjbpmn.graph import ProcessGraph
from cjbpmn.waiting import WaitingStretch, find_waiting_stretches

LONG: Final = 24.0
"""From so many hours on a wait is worth a mark."""

_HOURS_A_DAY: Final = 24.0
_AS_HOURS: Final = 48.0  # below that, hours say more than days


def find_long_waits(graph: ProcessGraph) -> list[WaitingStretch]:
    """Find the waits that last a day or more, as far as anybody knows how long they last.

    Parameters
    ----------
    graph : ProcessGraph
        An enriched model.

    Returns
    -------
    list of WaitingStretch
        In the order in which they are found.
    """
    return [
        stretch
        for stretch in find_waiting_stretches(graph)
        if stretch.expected is not None
        and math.isfinite(stretch.expected)
        and stretch.expected >= LONG
    ]


def mark_waits(plan: Plan, waits: list[WaitingStretch]) -> Marks:
    """Say which steps end a long wait.

    Parameters
    ----------
    plan : Plan
        The plan as it was carried out.
    waits : list of WaitingStretch
        The waits.

    Returns
    -------
    mapping of (number of the journey, order of the step) to str
        What to write below the step.
    """
    marks: dict[tuple[int, int], str] = {}
    for stretch in waits:
        end = stretch.end.partition("#")[0]
        for planned, step in plan.steps():
            if end == step.host or end in {contact.other for contact in step.contacts}:
                # The two ends of one meeting are one mark.
                marks.setdefault(
                    (planned.number, step.order),
                    "\N{WHITE CIRCLE WITH UPPER RIGHT QUADRANT} " + _in_words(stretch),
                )
    return marks


def computed_element(waits: list[WaitingStretch]) -> Computed:
    """Make the element that holds what was computed.

    Parameters
    ----------
    waits : list of WaitingStretch
        The waits that are marked.

    Returns
    -------
    Computed
        A new element.
    """
    return Computed.make(waits=tuple(_wait_elements(waits)))


def _wait_elements(waits: list[WaitingStretch]) -> Iterator[Wait]:
    for stretch in waits:
        yield Wait.make(
            start=tuple(sorted(stretch.starts)),
            end=stretch.end,
            expected=_hours(stretch.expected),
            p50=_hours(stretch.p50),
            p90=_hours(stretch.p90),
            incomplete=stretch.incomplete or None,
        )


def _hours(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 2)


def _in_words(stretch: WaitingStretch) -> str:
    hours = stretch.expected or 0.0
    amount, unit = (hours, "h") if hours < _AS_HOURS else (hours / _HOURS_A_DAY, "d")
    least = "≥ " if stretch.lower_bound else ""
    return f"{least}{round(amount, 1):g} {unit}"
