"""Promises to the customer, and how likely they are to be broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from cjbpmn.errors import InvalidValue
from cjbpmn.graph import ProcessGraph
from cjbpmn.timespan import find_timespans, parse_timespan
from cjbpmn.waiting.figures import Figures
from cjbpmn.waiting.stretches import Promise, WaitingStretch

_NINE_OF_TEN: Final = 0.9


def judge_promises(
    graph: ProcessGraph, figures: Figures, stretches: Sequence[WaitingStretch]
) -> tuple[Promise, ...]:
    """Judge the promises of all journeys in a model.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    figures : Figures
        Its runs.
    stretches : sequence of WaitingStretch
        What was found of each: where one was worked out, that goes before the runs.

    Returns
    -------
    tuple of Promise
        Those that have a time, and an end at which the customer is involved.
    """
    promises = dict.fromkeys(_promises(graph))
    if not promises:
        return ()
    contacts = _Contacts(graph, figures)
    lower_bound = any(one.lower_bound for one in stretches)
    worked_out = {
        one.end: one for one in stretches if one.how == "reduced" and one.kind == "between"
    }
    found = []
    for text, start, end, hours, source in promises:
        first, last = contacts.find(start), contacts.find(end)
        if not last or (start is not None and not first):
            continue
        wait = worked_out.get(next(iter(last))) if len(last) == 1 else None
        is_same = wait is not None and (not first or (first == {*wait.starts}))
        took = wait.spread if wait is not None and is_same else figures.elapsed(first, last)
        found.append(
            Promise(
                text,
                start,
                end,
                hours,
                took.above(hours),
                took.excess(hours),
                took.percentile(_NINE_OF_TEN),
                source,
                lower_bound,
            )
        )
    return tuple(found)


def _promises(graph: ProcessGraph) -> Iterator[tuple[str, str | None, str, float, str]]:
    for journey in graph.journeys:
        for norm in journey.norms:
            if norm.at_most is not None and norm.to is not None:
                yield norm.text, norm.from_, norm.to, norm.at_most.hours, "norm"
        for step in journey.steps:
            if step.element is None or not step.promise:
                continue
            hours = _hours(step.promise)
            if hours is not None:
                yield step.promise, None, step.element, hours, "step"


def _hours(text: str) -> float | None:
    """Return the time that a promise in words is about, if it is about one."""
    try:
        return parse_timespan(text).hours
    except InvalidValue:
        spans = find_timespans(text)
        return spans[0].hours if len(spans) == 1 else None


class _Contacts:
    """Where the customer is involved."""

    def __init__(self, graph: ProcessGraph, figures: Figures) -> None:
        self.graph = graph
        steps = figures.game.steps
        self.met = {steps[moment.key].node.id for moment in figures.game.touches}
        named: dict[str, set[str]] = {}
        for node in graph.nodes.values():
            if node.name:
                named.setdefault(node.name.casefold(), set()).add(node.id)
        self.named = named

    def find(self, name: str | None) -> frozenset[str]:
        """Return the contacts that are meant by an id, or a name that only one element bears."""
        if name is None:
            return frozenset()
        meant = {name} if name in self.graph.nodes else self.named.get(name.casefold(), set())
        if len(meant) != 1:
            return frozenset()
        node = next(iter(meant))
        if node in self.met:
            return frozenset({node})
        others = [flow.source for flow in self.graph.incoming(node, "message")]
        others += [flow.target for flow in self.graph.outgoing(node, "message")]
        return frozenset(other for other in others if other in self.met)
