"""The waiting stretches of one model, for people and for other programs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from cjbpmn.durations import read_timings
from cjbpmn.given_times import Given
from cjbpmn.graph import ProcessGraph
from cjbpmn.report.doubts import doubt_in_words
from cjbpmn.report.printable import printable
from cjbpmn.report.tables import Column, make_table, plural
from cjbpmn.waiting import (
    CaseFigures,
    Promise,
    WaitingReport,
    WaitingStretch,
    find_waiting_stretches,
    name_contact,
)
from cjbpmn.waiting.turns import Turn

if TYPE_CHECKING:
    import pandas as pd

_WIDE: Final = 110
"""From so many columns on there is room for what is done meanwhile, and by whom."""

_OWN_MOVE: Final = " (own move)"
"""After what the customer does when he has heard; until then he waits to be able to."""
_DAY: Final = 24
_SHORT: Final = 1 / 6
"""What takes less than ten minutes is told in seconds too."""
_ENDINGS: Final = {
    "closed": "are closed",
    "dead_end": "end in silence",
    "no_reply": "never get an answer",
    "stuck": "get stuck",
    "no_contact": "never meet the customer",
}


@dataclass(frozen=True, slots=True)
class ModelWaits:
    """The waiting stretches of one model, with the words to show them in.

    Parameters
    ----------
    path : str
        The file.
    report : WaitingReport
        All that was found out.
    labels : mapping of str to str
        What to call the flow nodes and lanes, by id.
    activities : frozenset of str
        Which of them are activities.
    """

    path: str
    report: WaitingReport = field(default_factory=WaitingReport)
    labels: Mapping[str, str] = field(default_factory=dict)
    activities: frozenset[str] = frozenset()

    @classmethod
    def of(  # noqa: PLR0913, PLR0917 - what the caller knows beyond the graph
        cls,
        graph: ProcessGraph,
        path: str,
        customer: Sequence[str] = (),
        begins: datetime | None = None,
        durations: Mapping[str, Given] | None = None,
        probabilities: Mapping[str, float] | None = None,
    ) -> ModelWaits:
        """Find them in a graph.

        Parameters
        ----------
        graph : ProcessGraph
            The model.
        path : str
            The file.
        customer : sequence of str
            Names or ids of the customer, where the file does not say.
        begins : datetime or None
            When the case begins.
        durations : mapping, optional
            How long elements take, by id.
        probabilities : mapping of str to float, optional
            How often flows are taken, by id.

        Returns
        -------
        ModelWaits
            The stretches.
        """
        timings = read_timings(graph, durations, probabilities=probabilities, begins=begins)
        report = find_waiting_stretches(graph, timings, customer)
        activities = frozenset(node.id for node in graph.nodes.values() if node.is_activity)
        labels = {lane.id: lane.name or lane.id for lane in graph.lanes.values()}
        pools = graph.participants.values()
        labels |= {pool.process: pool.name or pool.id for pool in pools if pool.process}
        labels |= {node: graph.label(node) for node in graph.nodes}
        return cls(path, report, labels, activities)

    @property
    def summary(self) -> str:
        """What was found, in a few words."""
        return plural(len(self.report), "waiting stretch", "es")

    def as_values(self) -> dict[str, Any]:
        """Return them as plain values for JSON."""
        return self.report.as_dict()

    def as_entry(self) -> dict[str, Any]:
        """Return the same with the path, as one of many."""
        return {"path": self.path, **self.as_values()}

    def as_frame(self) -> pd.DataFrame:
        """Return them as a pandas frame, one a row, with the names of what stands in them."""
        frame = self.report.to_frame(self._label_of_node)
        for name in ("turns", "by_lane", "by_cause", "sources"):
            frame[name] = [_listed(getattr(stretch, name)) for stretch in self.report]
        return frame

    def as_table(self, width: int) -> RenderableType:
        """Return them for people, in so many columns; then what one case is like, and doubts."""
        if not self.report.stretches:
            return Group(*self._notes())
        last = Column("meanwhile", folds=True) if width >= _WIDE else Column("steps", number=True)
        columns = [Column("the customer waits for", folds=True), Column("since", folds=True)]
        columns += [Column("takes", number=True), Column("range", number=True), last]
        columns += [Column("hand-offs", number=True)]
        rows = [self._row(stretch, wide=width >= _WIDE) for stretch in self.report]
        lines = [printable(line) for line in case_in_words(self.report.case)]
        lines += [
            printable(promise_in_words(promise, self._label(promise.end)))
            for promise in self.report.promises
            if promise.broken is not None
        ]
        lines += ending_in_words(self.report.ending)
        table = make_table(columns, rows)
        return Group(table, Text(), *map(Text, lines), *self._notes(), Text())

    def _row(self, stretch: WaitingStretch, *, wide: bool) -> tuple[str, ...]:
        steps = [step for step in stretch.inside if step in self.activities]
        names = ", ".join(self._label(step) for step in steps)
        is_own = bool(stretch.turns) and set(stretch.turns.values()) == {Turn.OWN}
        return (
            self._label(stretch.end) + (_OWN_MOVE if is_own else ""),
            " or ".join(self._label(start) for start in stretch.starts) or "the start",
            _takes(stretch),
            _range(stretch.minimum, None if stretch.lower_bound else stretch.maximum),
            names if wide else str(len(steps)),
            str(len(stretch.handoffs)),
        )

    def _label(self, contact: str) -> str:
        return name_contact(contact, self._label_of_node)

    def _label_of_node(self, node: str) -> str:
        return self.labels.get(node, node)

    def _notes(self) -> Iterator[Text]:
        """Yield what is doubtful, one line for each kind of doubt."""
        kinds: dict[str, list[str]] = {}
        for warning in self.report.warnings:
            code, _, about = warning.partition(":")
            kinds.setdefault(code, []).extend([self._label(about)] if about else [])
        for code, nodes in kinds.items():
            what = doubt_in_words(code)
            yield Text(printable(f"{what}: {', '.join(nodes)}" if nodes else what), style="dim")


def case_in_words(case: CaseFigures) -> list[str]:
    """Say how long one customer waits.

    Parameters
    ----------
    case : CaseFigures
        The figures.

    Returns
    -------
    list of str
        One sentence, or none where nothing is known.

    Examples
    --------
    >>> case_in_words(CaseFigures(journey=30, wait=24, wait_min=12, wait_max=48, longest=24))
    ['One customer waits 24 h of 30 h (12 h to 2 d); the longest silence is 24 h.']
    """
    if case.wait is None:
        return []
    if case.wait_max is None and case.wait == 0:
        return ["How long a customer waits is not known."]
    wait, longest = hours_in_words(case.wait), hours_in_words(case.longest)
    if case.wait_max is None:
        return [
            f"On average a customer waits {wait} or more; the longest silence is {longest} or more."
        ]
    spread = _range(case.wait_min, case.wait_max)
    told = f"One customer waits {wait} of {hours_in_words(case.journey)}"
    return [f"{told}{f' ({spread})' if spread else ''}; the longest silence is {longest}."]


def _listed(said: Mapping[str, float | str]) -> tuple[str, ...]:
    """Make a list of a mapping, for a cell."""
    return tuple(
        f"{key}: {value}" if isinstance(value, str) else f"{key}: {value:.6g}"
        for key, value in said.items()
    )


def promise_in_words(promise: Promise, end: str) -> str:
    """Say how often a promise is broken.

    Parameters
    ----------
    promise : Promise
        The promise.
    end : str
        What to call the contact at which it ends.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> promise_in_words(Promise("in a day", None, "S", 24, 0.25, 3, 36, "norm"), "Send")
    '"in a day" (until Send): broken in 25 of 100 cases; 9 of 10 take up to 36 h.'
    """
    broken = f"{(promise.broken or 0) * 100:.3g} of 100 cases"
    if promise.lower_bound:
        told = f"broken in {broken} or more" if promise.broken else "kept, as far as is known"
    else:
        told = f"broken in {broken}; 9 of 10 take up to {hours_in_words(promise.kept)}"
    return f'"{promise.text}" (until {end}): {told}.'


def ending_in_words(ending: Mapping[str, float]) -> list[str]:
    """Say how the cases end, unless all of them end well.

    Parameters
    ----------
    ending : mapping of str to float
        How likely each ending is.

    Returns
    -------
    list of str
        One sentence, or none.

    Examples
    --------
    >>> ending_in_words({"closed": 0.9, "no_reply": 0.1})
    ['Of 100 cases, 90 are closed, 10 never get an answer.']
    """
    shares = [
        f"{share * 100:.3g} {_ENDINGS.get(name, name)}"
        for name, share in ending.items()
        if share > 0
    ]
    if set(ending) <= {"closed"} or not shares:
        return []
    return [f"Of 100 cases, {', '.join(shares)}."]


def hours_in_words(hours: float | None) -> str:
    """Write a number of hours as people say it.

    Parameters
    ----------
    hours : float or None
        The number; days have 24 hours.

    Returns
    -------
    str
        In two units at most.

    Examples
    --------
    >>> [hours_in_words(hours) for hours in (0, 0.01, 1 / 24, 1.5, 47.9, 60, math.inf, None)]
    ['0 min', '36 s', '2 min 30 s', '1 h 30 min', '47 h 54 min', '2 d 12 h', 'no limit', '?']
    """
    if hours is None:
        return "?"
    if math.isinf(hours):
        return "no limit"
    if 0 < hours < 1 / 60:
        return f"{hours * 3600:.2g} s"
    if 0 < hours < _SHORT:
        return _two_units(round(hours * 3600), 60, "min", "s")
    if hours >= 2 * _DAY:
        return _two_units(round(hours), _DAY, "d", "h")
    return _two_units(round(hours * 60), 60, "h", "min")


def _two_units(number: int, size: int, large: str, small: str) -> str:
    whole, rest = divmod(number, size)
    parts: Iterable[str] = (
        f"{count} {unit}" for count, unit in ((whole, large), (rest, small)) if count
    )
    return " ".join(parts) or f"0 {small}"


def _takes(stretch: WaitingStretch) -> str:
    if stretch.unreachable:
        return "never"
    if not stretch.lower_bound or stretch.expected is None:
        return hours_in_words(stretch.expected)
    # What is known of it is the least that it takes; if that is nothing, nothing is known.
    return f">= {hours_in_words(stretch.expected)}" if stretch.expected else "?"


def _range(least: float | None, most: float | None) -> str:
    if least is None or most is None:
        return ""
    low, high = hours_in_words(least), hours_in_words(most)
    return "" if low == high else f"{low} to {high}"
