"""Between which columns of the picture the customer waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cjbpmn.plot.columns import Columns, node_of
from cjbpmn.plot.story import Wait
from cjbpmn.waiting import WaitingStretch


def place_waits(columns: Columns, stretches: Iterable[WaitingStretch]) -> tuple[list[Wait], int]:
    """Place what was computed and what was declared about waiting.

    Of the two stretches before the two ends of one meeting, the longer is taken. What a step
    declares about its wait is said at the stretch that ends there; a step that stands nowhere in
    the model speaks of the stretch around it.

    Parameters
    ----------
    columns : Columns
        The columns.
    stretches : iterable of WaitingStretch
        Where the customer waits.

    Returns
    -------
    waits : list of Wait
        By where they begin and end.
    lost : int
        How many stretches end at no column.
    """
    places = columns.places()
    found: dict[tuple[int, int, frozenset[str | None]], Wait] = {}
    lost = 0
    for stretch in stretches:
        span = _span(columns, stretch, places)
        if span is None:
            lost += 1
            continue
        wait = _wait(columns, stretch, span)
        meeting = (*span, frozenset({stretch.end, stretch.twin} - {None}))
        if meeting not in found or _weight(wait) > _weight(found[meeting]):
            found[meeting] = wait
    waits = _with_declared(columns, list(found.values()))
    return sorted(waits, key=lambda wait: (wait.first, wait.last)), lost


def _span(
    columns: Columns, stretch: WaitingStretch, places: Mapping[str, Sequence[int]]
) -> tuple[int, int] | None:
    """Find the columns between which a stretch lies: the closest two, or one if it must be."""
    ends = places.get(node_of(stretch.end))
    if not ends:
        return None
    starts = {
        index
        for start in map(node_of, stretch.starts)
        for index in places.get(start) or columns.before(start)
    }
    pairs = [(first, last) for last in ends for first in starts if first <= last]
    if pairs:
        return min(pairs, key=lambda pair: (pair[0] == pair[1], pair[1] - pair[0], pair))
    return ends[0] - 1, ends[0]


def _wait(columns: Columns, stretch: WaitingStretch, span: tuple[int, int]) -> Wait:
    nodes = columns.graph.nodes
    inside = {*stretch.body, *stretch.inside} - columns.own
    activities = sum(node in nodes and nodes[node].is_activity for node in inside)
    if not activities:
        return Wait(*span, stretch)
    return Wait(
        *span,
        stretch,
        activities=activities,
        handoffs=len(stretch.handoffs),
        desks=len(set(stretch.desks)),
    )


def _with_declared(columns: Columns, waits: list[Wait]) -> list[Wait]:
    """Say in the computed waits what was declared about them, and add what was not found."""
    for index, column in enumerate(columns.ordered):
        step = column.step
        if step is None or step.waits is None:
            continue
        around = [
            wait
            for wait in waits
            if wait.step is None
            and (wait.last == index or (column.node is None and wait.first < index < wait.last))
        ]
        if around:
            known = min(
                around, key=lambda wait: (wait.last - wait.first, [-x for x in _weight(wait)])
            )
            waits[waits.index(known)] = replace(known, step=step, through=known.last == index)
        else:
            waits.append(Wait(index, index, step=step))
    return waits


def _weight(wait: Wait) -> tuple[float, int]:
    expected = wait.stretch.expected if wait.stretch is not None else None
    return (expected or 0.0, wait.activities)
