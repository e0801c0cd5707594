"""WaitingStretch; find_waiting_stretches(graph).

Two clocks run. The *causal* one belongs to a stretch: from the end of the latest contact that
causally precedes a contact, to its start. The *case* clock belongs to one customer: all the time
between the first and the last contact in which the customer is not involved, counted once however
many stretches overlap. The sum of stretches is not what the customer perceives.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cjbpmn.contacts import Contact, customer_side, find_contacts, focal_organisation
from cjbpmn.customer import resolve_customer
from cjbpmn.durations import Timings, read_timings
from cjbpmn.given_times import GivenTimes
from cjbpmn.graph import Loop, ProcessGraph
from cjbpmn.memory import without_collection
from cjbpmn.waiting.engines import figure_out
from cjbpmn.waiting.execution import Step, compile_execution
from cjbpmn.waiting.figures import Figures
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.promises import judge_promises
from cjbpmn.waiting.reaches import Reach, find_reaches
from cjbpmn.waiting.reduction.local import Reduced
from cjbpmn.waiting.responsibility import Responsibility
from cjbpmn.waiting.stretches import (
    CaseFigures,
    WaitingReport,
    WaitingStretch,
)
from cjbpmn.waiting.structure import Moment, Structure, build_structure
from cjbpmn.waiting.turns import Turns
from cjbpmn.waiting.workings import Workings


@without_collection()
def find_waiting_stretches(
    graph: ProcessGraph,
    timings: Timings | GivenTimes | None = None,
    customer: Sequence[str] = (),
    *,
    declared: Mapping[str, Contact] | None = None,
) -> WaitingReport:
    """Find the stretches in which the customer waits, and how long.

    A stretch belongs to the contact that ends it. It goes back from there through everything that
    is internal, to the contacts before. What holds no activity, timer or outside event is seamless
    and not listed.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    timings : Timings, or what `read_timings` takes for durations, optional
        Durations and probabilities; what the model itself says by default. A mapping by id or
        name, a table, a frame or a file says it for what is named there.
    customer : sequence of str
        Names or ids of the pools and lanes that are the customer, where the file does not say.
    declared : mapping of str to Contact, optional
        Contacts that people declared, by flow node.

    Returns
    -------
    WaitingReport
        For any model: where something is broken or doubtful, its warnings say so.

    Raises
    ------
    ElementNotFound
        If nobody in the model bears a name that was given for the customer.
    InvalidValue, InvalidJourney
        If a duration that was given cannot be understood, or a table of them.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> from cjbpmn.graph import build_graph
    >>> graph = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> find_waiting_stretches(graph).ending
    {'no_contact': 1.0}
    """
    if not isinstance(timings, Timings):
        timings = read_timings(graph, timings)
    customers = resolve_customer(graph, customer)
    contacts = find_contacts(graph, customers, declared)
    warnings = dict.fromkeys([*_findings(graph), *timings.warnings])
    if not contacts:
        warnings["no-touchpoints"] = None
        return WaitingReport(ending={"no_contact": 1.0}, warnings=tuple(warnings))
    structure, reaches = find_structure(graph, contacts, customer_side(graph, customers))
    warnings |= structure.execution.warnings
    game = Game(structure, timings)
    figures = figure_out(game)
    warnings |= dict.fromkeys(_doubts(graph, reaches, timings))
    warnings |= figures.warnings
    focal = focal_organisation(graph, customers)
    blame = Responsibility(graph, figures, {focal, *customers})
    makers = _Maker(graph, structure, timings, figures, blame)
    stretches = makers.stretches(reaches)
    return WaitingReport(
        stretches,
        makers.case(stretches),
        figures.ending,
        figures.tails(),
        tuple(warnings),
        {identifier: contact.involvement for identifier, contact in contacts.items()},
        figures.method,
        figures.played.rest,
        figures.samples,
        figures.standard_error,
        figures.standard_errors,
        judge_promises(graph, figures, stretches),
        figures.engine if figures.samples else "",
        figures.reason or "",
    )


@without_collection()
def find_structure(
    graph: ProcessGraph, contacts: Mapping[str, Contact], own: frozenset[str]
) -> tuple[Structure, list[Reach]]:
    """Find which stretches there are, without asking how long they take.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    contacts : mapping of str to Contact
        By flow node.
    own : frozenset of str
        The customer's flow nodes.

    Returns
    -------
    structure : Structure
        The network of moments.
    reaches : list of Reach
        What lies before each contact, where that takes time; in document order.
    """
    structure = build_structure(compile_execution(graph), contacts, own)
    return structure, find_reaches(structure)


def _findings(graph: ProcessGraph) -> Iterator[str]:
    """Yield what is broken in the drawing; where flows are lost, ends and starts are doubtful."""
    dangling = [finding for finding in graph.findings if finding.code == "dangling-flow"]
    for finding in graph.findings:
        if finding.code == "dangling-flow":
            yield finding.code
        else:
            yield ":".join([finding.code, *finding.elements])
    if dangling:
        for node in graph.nodes.values():
            if node.type in {"participant", "boundaryEvent"} or node.triggered_by_event:
                continue
            if node.type != "startEvent" and not graph.incoming(node.id):
                yield f"implicit-start:{node.id}"
            if node.type != "endEvent" and not graph.outgoing(node.id):
                yield f"implicit-end:{node.id}"


def _is_by_chance(graph: ProcessGraph, timings: Timings, identifier: str) -> bool:
    """Tell whether it is known how likely an event sub-process begins, and only not when."""
    around = graph.nodes[identifier].scope
    by_event = around is not None and graph.nodes[around].triggered_by_event
    return by_event and identifier in timings.probabilities


def _doubts(graph: ProcessGraph, reaches: Iterable[Reach], timings: Timings) -> Iterator[str]:
    """Yield which durations are unknown, read off a label only, or in working time."""
    for reach in reaches:
        for identifier in reach.timed:
            info = timings.durations.get(identifier)
            if info is None:
                if not _is_by_chance(graph, timings, identifier):
                    yield f"unknown-duration:{identifier}"
                continue
            if info.hint:
                yield f"hint-duration:{identifier}"
            if info.working:
                yield f"working-time:{identifier}"


class _Maker:
    """Makes the values of the report out of structure and figures."""

    def __init__(
        self,
        graph: ProcessGraph,
        structure: Structure,
        timings: Timings,
        figures: Figures,
        blame: Responsibility,
    ) -> None:
        self.graph = graph
        self.structure = structure
        self.timings = timings
        self.figures = figures
        self.workings = Workings(figures.game, figures)
        self.blame = blame
        self.is_sampled = figures.samples > 0
        self.how = "sampled" if self.is_sampled else figures.method
        self.turns = Turns(graph, structure)
        self.partners: dict[str | None, str] = {
            pool: participant.name or pool
            for pool, participant in graph.participants.items()
            if pool not in blame.inside
        }
        self.endless = {
            step.node.id
            for step in structure.execution.steps.values()
            if step.node.loop is not None and self._has_no_end(step, step.node.loop)
        }
        self.is_way_closed = not {0.0, 1.0}.isdisjoint(timings.probabilities.values())
        self.senders: dict[str, list[str]] = {}
        for step in structure.execution.steps.values():
            for _, target in step.sends:
                self.senders.setdefault(target, []).append(step.key)

    def stretches(self, reaches: Sequence[Reach]) -> tuple[WaitingStretch, ...]:
        """Make the stretches, and tell of each the other end of the same meeting."""
        listed = {reach.end.key: reach.end.name for reach in reaches if reach.end.part == "run"}
        return tuple(self._stretch(reach, listed) for reach in reaches)

    def _stretch(self, reach: Reach, listed: Mapping[str, str]) -> WaitingStretch:
        end, steps = reach.end, self.structure.execution.steps
        endless = reach.is_endless or self._repeats_for_ever(reach)
        # Of what nobody knows how long it takes, it is not known either that no time passes.
        is_closed = self.is_way_closed and not any(map(self._is_unknown, reach.timed))
        if endless and (reach.may_be_cut_off or is_closed):
            endless = not self.workings.is_cut_off(end, is_closed=is_closed)
        around = self.workings.around(end, endless=endless)
        worked = self.workings.reduce(end)
        reduced = None if isinstance(worked, str) else worked
        spread = self.figures.spread_of(end) if reduced is None else reduced.spread
        expected = self.figures.expected(end) if reduced is None else reduced.expected
        blamed = self.blame.before.get(end, {})
        durations = self.timings.durations
        return WaitingStretch(
            end=end.name,
            starts=tuple(start.name for start in reach.starts),
            kind="between" if reach.starts else "before_first",
            body=reach.body,
            executions=self._executions(reach, reduced),
            minimum=None if around is None else around.minimum,
            expected=expected,
            maximum=None if around is None else around.maximum,
            p50=spread.percentile(0.5),
            p90=spread.percentile(0.9),
            legs=tuple(self.workings.legs(end, reduced, endless=endless)),
            handoffs=reach.handoffs,
            desks=reach.desks,
            partners=self._partners(reach) if self.partners else (),
            unknown=tuple([i for i in reach.timed if self._is_unknown(i)]),
            understated=tuple([i for i in reach.timed if i in durations and durations[i].working]),
            includes_end_work=self.structure.touches[end].before,
            includes_start_work=any(self.structure.touches[start].after for start in reach.starts),
            twin=self._twin(steps[end.key], listed),
            turns=self.turns.of(reach),
            inside=self._inside(reach),
            standard_error=self._error(end) if reduced is None else reduced.error,
            sources={i: durations[i].source for i in reach.timed if i in durations},
            spread=spread,
            by_lane=self.blame.lanes(blamed, expected),
            by_cause=self.blame.causes(blamed, expected),
            how=self.how if reduced is None else "reduced",
            because=worked if isinstance(worked, str) else "",
            bounds="exact" if around is None else around.kind,
            within=None if around is None else around.within,
            step=0.0 if reduced is None else reduced.step,
        )

    def _error(self, end: Moment) -> float:
        return self.figures.error_of(end) if self.is_sampled else 0.0

    def _partners(self, reach: Reach) -> tuple[str, ...]:
        """Return the names of the partners that work on it, in the order of their work."""
        pools = dict.fromkeys([self.graph.nodes[one].participant for one in reach.body])
        return tuple([self.partners[pool] for pool in pools if pool in self.partners])

    def _twin(self, step: Step, listed: Mapping[str, str]) -> str | None:
        """Return the first stretch that ends at the other end of a message of a step."""
        others = [*step.partners, *(target for _, target in step.sends)]
        for key in (*others, *self.senders.get(step.key, ())):
            if key in listed:
                return listed[key]
        return None

    def _inside(self, reach: Reach) -> tuple[str, ...]:
        steps, own = self.structure.execution.steps, self.structure.own
        ends = {steps[moment.key].node.id for moment in (reach.end, *reach.starts)} - own
        if ends.issubset(reach.body):
            return reach.body
        return tuple(sorted(ends.union(reach.body), key=self.graph.ranks.__getitem__))

    def _repeats_for_ever(self, reach: Reach) -> bool:
        """Tell whether something is done again and again, and nothing says how often at most."""
        return not self.endless.isdisjoint(reach.body)

    def _has_no_end(self, step: Step, loop: Loop) -> bool:
        """Tell whether nothing says how often a step is repeated at most."""
        identifier = step.node.id
        if loop.maximum is not None or loop.kind == "parallel":
            return False
        if self.timings.repeats.get(identifier) == 0:
            return False
        if step.inner is None:
            return identifier in self.timings.durations
        inside = {one.key for one in self.structure.execution.content(step.inner)}
        return inside.isdisjoint(moment.key for moment in self.structure.touches)

    def _is_unknown(self, identifier: str) -> bool:
        info = self.timings.durations.get(identifier)
        if info is None:
            return not _is_by_chance(self.graph, self.timings, identifier)
        return info.partial

    def _executions(self, reach: Reach, reduced: Reduced | None) -> float | None:
        if self.how == "none":
            return None
        if reduced is not None and reduced.executions is not None:
            return reduced.executions
        number = self.figures.executions(reach.end)
        if number == 0 and any(m.key in self.figures.silent for m in (reach.end, *reach.inside)):
            return None
        return number

    def case(self, stretches: Sequence[WaitingStretch]) -> CaseFigures:
        """Make the figures of one case."""
        if not self.figures.waits:
            return CaseFigures()
        least, most = self.workings.whole
        is_bound = any(stretch.lower_bound for stretch in stretches)
        wait, longest = self.figures.mean("wait"), self.figures.mean("longest")
        return CaseFigures(
            journey=self.figures.mean("journey"),
            wait=wait,
            wait_min=least,
            wait_max=None if is_bound else math.inf if self._is_endless(stretches) else most,
            longest=None if math.isnan(longest) else longest,
            occupied=self.figures.mean("occupied"),
            gaps=self.figures.mean("gaps"),
            waits=self.figures.spread("wait"),
            journeys=self.figures.spread("journey"),
            silences=self.figures.spread("longest"),
            curve=self.figures.curve(),
            by_lane=self.blame.lanes(self.blame.case, wait),
            by_cause=self.blame.causes(self.blame.case, wait),
            by_phase=self.blame.by_phase(wait),
        )

    def _is_endless(self, stretches: Sequence[WaitingStretch]) -> bool:
        """Tell whether nothing bounds how long a case waits in all."""
        executed = [stretch for stretch in stretches if stretch.executions]
        return any(stretch.maximum == math.inf for stretch in executed) or self._goes_round()

    def _goes_round(self) -> bool:
        """Tell whether a case can come back to the same contact, and wait again."""
        for circle in self.structure.circles:
            if self.figures.waits.keys().isdisjoint(circle):
                continue
            for m in circle:
                touch = self.structure.touches.get(m)
                if self.structure.takes_time(m) if touch is None else touch.before or touch.after:
                    return True
        return False
