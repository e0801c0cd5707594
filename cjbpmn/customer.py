"""Who is the customer here? Candidates with reasons, or those whom somebody named.

Every cue adds to a score or takes from it: what a pool or lane is called, who speaks to whom, and
what is done in it. The words stand in ``words/*.toml``.
"""

from __future__ import annotations

import difflib
import math
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, TypeAlias

from cjbpmn import lexicon
from cjbpmn.customer_cues import Cue, Reading, is_colleague, is_rival, read_deed, read_name
from cjbpmn.errors import AmbiguousCustomer, AmbiguousReference, ElementNotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cjbpmn.graph import FlowNode, Lane, Participant, ProcessGraph

    Holder: TypeAlias = Participant | Lane

CONFIDENT: Final = 0.8
"""From here on a candidate is taken for the customer without asking."""

POSSIBLE: Final = 0.1
"""From here on a candidate is worth showing."""

_PRIOR: Final = -3.0  # log-odds: one pool or lane in twenty is a customer if nothing speaks for it
_SEVERAL: Final = 2


@dataclass(frozen=True, slots=True)
class CustomerCandidate:
    """A pool or lane that may be the customer.

    Parameters
    ----------
    id : str
        Its BPMN id.
    kind : str
        ``participant`` or ``lane``.
    name : str
        Its name; may be empty.
    confidence : float
        Between 0 and 1; compare it with `CONFIDENT`.
    reasons : tuple of str
        What speaks for it and against it, the weightiest first.

    Examples
    --------
    >>> str(CustomerCandidate("Pool_1", "participant", "Guest", 0.95, ("its name says so",)))
    'participant "Guest" (Pool_1): 95%'
    """

    id: str
    kind: str
    name: str
    confidence: float
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f'{self.kind} "{self.name}" ({self.id}): {self.confidence:.0%}'


def find_customer_candidates(graph: ProcessGraph) -> list[CustomerCandidate]:
    """Find the pools and lanes that may be the customer.

    What counts is the name (a word for a customer as the whole name or as its head, in any of the
    languages), messages (the customer is a black box, or starts the work of others) and what is
    done inside (eating and paying, or checking and booking). A lane without a name of its own is
    whoever its pool is, and a pool is whoever all its lanes are.

    Parameters
    ----------
    graph : ProcessGraph
        A model; what it declares about its customer does not matter here.

    Returns
    -------
    list of CustomerCandidate
        The likeliest first; then in document order.

    Examples
    --------
    >>> from cjbpmn.graph import Participant, ProcessGraph
    >>> graph = ProcessGraph({}, {}, {
    ...     "a": Participant("a", "Customer Service"), "b": Participant("b", "Customer"),
    ... }, {})
    >>> [candidate] = find_customer_candidates(graph)
    >>> candidate.id, candidate.confidence >= CONFIDENT
    ('b', True)
    >>> candidate.reasons
    ('its name is a word for a customer: "customer"', 'it is a black box')
    """
    cases = _cases(graph)
    _compare(graph, cases)
    confidence = {holder: case.confidence() for holder, case in cases.items()}
    heirs = _inherit(cases, confidence)
    found = [
        CustomerCandidate(
            case.holder.id,
            "participant" if case.is_pool else "lane",
            case.holder.name,
            confidence[holder],
            (*([heirs[holder]] if holder in heirs else []), *case.reasons()),
        )
        for holder, case in cases.items()
        if confidence[holder] >= POSSIBLE
    ]
    return sorted(found, key=lambda candidate: -candidate.confidence)


def resolve_customer(graph: ProcessGraph, names: Sequence[str] = ()) -> frozenset[str]:
    """Say which pools and lanes are the customer.

    Parameters
    ----------
    graph : ProcessGraph
        A model.
    names : sequence of str
        The names or ids of the customer's pools and lanes. If there are none, what the file
        declares counts; else those candidates of whom we are confident.

    Returns
    -------
    frozenset of str
        The ids of participants and lanes; empty if nobody is known to be the customer.

    Raises
    ------
    ElementNotFound
        If a name matches no pool and no lane.
    AmbiguousReference
        If a name matches several that do not stand in each other.
    AmbiguousCustomer
        If nobody was named, and several that are not alike could be the customer.

    Examples
    --------
    >>> from cjbpmn.graph import Participant, ProcessGraph
    >>> graph = ProcessGraph({}, {}, {
    ...     "a": Participant("a", "Bank"), "b": Participant("b", "Customer"),
    ... }, {})
    >>> sorted(resolve_customer(graph)), sorted(resolve_customer(graph, ["bank"]))
    (['b'], ['a'])
    """
    if names:
        wanted = (names,) if isinstance(names, str) else names
        return frozenset(found for name in wanted for found in _find_named(graph, name))
    if graph.customers:
        return frozenset(graph.customers)
    confident = [
        candidate
        for candidate in find_customer_candidates(graph)
        if candidate.confidence >= CONFIDENT
    ]
    _refuse_rivals(graph, confident)
    return frozenset(candidate.id for candidate in confident)


def customer_nodes(graph: ProcessGraph, customers: Iterable[str]) -> frozenset[str]:
    """Collect the flow nodes that are the customer's.

    Parameters
    ----------
    graph : ProcessGraph
        A model.
    customers : iterable of str
        Ids of participants and lanes.

    Returns
    -------
    frozenset of str
        The ids of the flow nodes that stand in them, lanes in lanes included; and the ids of the
        customer's pools, at whose border messages may end. A pool in which nobody but the
        customer does anything is the customer's.

    Examples
    --------
    >>> from cjbpmn.graph import FlowNode, Lane, ProcessGraph
    >>> nodes = {"eat": FlowNode("eat", "task", lane="guest"), "cook": FlowNode("cook", "task")}
    >>> graph = ProcessGraph(nodes, {}, {}, {"guest": Lane("guest", "Guest")})
    >>> sorted(customer_nodes(graph, {"guest"}))
    ['eat']
    """
    wanted = frozenset(customers)
    holders = wanted | {
        lane for lane in graph.lanes if not wanted.isdisjoint(_ancestors(graph, lane))
    }
    inside: set[str] = set()
    pools: set[str | None] = set()
    shared: set[str | None] = {None}
    for node in graph.nodes.values():
        if node.type != "participant":
            pool = node.participant
            pools.add(pool)
            if node.lane in holders or pool in holders:
                inside.add(node.id)
            else:
                shared.add(pool)
    alone = {pool for pool in pools - shared if pool is not None}
    return frozenset(inside | alone | (wanted & graph.participants.keys()))


# Names that somebody gave


def _find_named(graph: ProcessGraph, name: str) -> list[str]:
    holders: dict[str, Holder] = {**graph.participants, **graph.lanes}
    if name in holders:
        return [name]
    key = _comparable(name)
    found = [holder.id for holder in holders.values() if key and _comparable(holder.name) == key]
    if not found:
        raise ElementNotFound(_describe_missing(name, holders), path=graph.path)
    if not _is_nested(graph, found):
        listed = ", ".join(_describe(graph, holder) for holder in found)
        raise AmbiguousReference(
            f'"{name}" is the name of {len(found)} pools or lanes ({listed}); '
            "give the id of the one you mean",
            path=graph.path,
            line=holders[found[0]].line,
        )
    return found


def _comparable(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _describe_missing(name: str, holders: Mapping[str, Holder]) -> str:
    known = {_comparable(holder.name): holder.name for holder in holders.values() if holder.name}
    if not holders:
        return f'no pool or lane is named "{name}": the model has neither'
    near = difflib.get_close_matches(_comparable(name), known, n=1)
    hint = f'; did you mean "{known[near[0]]}"?' if near else ""
    listed = ", ".join(f'"{holder.name}" ({holder.id})' for holder in holders.values())
    return f'no pool or lane is named "{name}"{hint}; there are {listed}'


def _describe(graph: ProcessGraph, identifier: str) -> str:
    lane = graph.lanes.get(identifier)
    if lane is None:
        return f'pool "{graph.participants[identifier].name}" ({identifier})'
    pool = graph.participants[lane.participant].name if lane.participant else ""
    return f'lane "{lane.name}" ({identifier})' + (f' in pool "{pool}"' if pool else "")


def _ancestors(graph: ProcessGraph, identifier: str) -> list[str]:
    """Return a pool or lane and what it stands in, from inside to outside."""
    found = [identifier]
    lane = graph.lanes.get(identifier)
    while lane is not None:
        outer = lane.parent or lane.participant
        if outer is None or outer in found:
            break
        found.append(outer)
        lane = graph.lanes.get(outer)
    return found


def _is_nested(graph: ProcessGraph, identifiers: Sequence[str]) -> bool:
    """Tell whether all of them stand in each other."""
    chain = max((_ancestors(graph, identifier) for identifier in identifiers), key=len)
    return set(identifiers) <= set(chain)


def _refuse_rivals(graph: ProcessGraph, confident: Sequence[CustomerCandidate]) -> None:
    """Refuse two customers, unless they bear one name or stand in each other."""
    ids = {candidate.id for candidate in confident}
    outermost = [
        candidate for candidate in confident if ids.isdisjoint(_ancestors(graph, candidate.id)[1:])
    ]
    if len({_comparable(candidate.name) for candidate in outermost}) < _SEVERAL:
        return
    listed = " and ".join(_describe(graph, candidate.id) for candidate in outermost)
    first = outermost[0].name or outermost[0].id
    raise AmbiguousCustomer(
        f"{len(outermost)} pools or lanes look like the customer: {listed}; say who is meant with "
        f'customer="{first}" (--customer "{first}"), '
        "or name all of them",
        path=graph.path,
    )


# The score


@dataclass(slots=True)
class _Case:
    """A pool or lane, what stands in and around it, and what is done in it, counted."""

    holder: Holder
    is_pool: bool
    reading: Reading
    outer: str | None = None
    lanes: list[str] = field(default_factory=list)
    nodes: int = 0
    activities: int = 0
    automatic: int = 0
    own: int = 0
    acts: int = 0
    serves: int = 0
    turns_to_customer: int = 0
    starts_others: int = 0
    is_started: int = 0
    spoken_to: int = 0
    cues: list[Cue] = field(default_factory=list)

    def says_customer(self) -> bool:
        """Tell whether anything says customer; a black box alone may be anybody."""
        return bool(self.reading.noun or self.own or self.spoken_to)

    def confidence(self) -> float:
        """Turn the cues into a probability; nothing is ever certain."""
        log_odds = _PRIOR + sum(cue.weight for cue in self.cues)
        return min(round(1 / (1 + math.exp(-log_odds)), 2), 0.99) if self.says_customer() else 0.0

    def reasons(self) -> list[str]:
        """Return the reasons, the weightiest first; what speaks against it begins with *but*."""
        cues = sorted(self.cues, key=lambda cue: -abs(cue.weight))
        return [cue.reason if cue.weight > 0 else f"but {cue.reason}" for cue in cues]


_AUTOMATIC: Final = frozenset({"serviceTask", "scriptTask", "businessRuleTask"})
_CATCHING: Final = frozenset(
    {"startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask"}
)


def _cases(graph: ProcessGraph) -> dict[str, _Case]:
    cases = {
        pool.id: _Case(pool, is_pool=True, reading=read_name(pool.name, pool.id))
        for pool in graph.participants.values()
    }
    for lane in graph.lanes.values():
        outer = lane.parent or lane.participant
        reading = read_name(lane.name, lane.id)
        cases[lane.id] = _Case(lane, is_pool=False, reading=reading, outer=outer)
        if outer is not None:
            cases[outer].lanes.append(lane.id)
    for node in graph.nodes.values():
        if node.type != "participant":
            for holder in _holders(graph, node):
                _count_node(cases[holder], node)
    for flow in graph.flows.values():
        source, target = graph.nodes[flow.source], graph.nodes[flow.target]
        if flow.kind == "message" and source.participant != target.participant:
            _count_sent([cases[holder] for holder in _holders(graph, source)], target)
            _count_received([cases[holder] for holder in _holders(graph, target)], source, target)
    for case in cases.values():
        case.cues = [*case.reading.cues, *_cues_of_content(case), *_cues_of_messages(case)]
    return cases


def _holders(graph: ProcessGraph, node: FlowNode) -> list[str]:
    """Return the lanes and the pool in which a node stands, from inside to outside."""
    holder = node.lane or node.participant
    return [] if holder is None else _ancestors(graph, holder)


def _count_node(case: _Case, node: FlowNode) -> None:
    case.nodes += 1
    case.activities += node.is_activity
    case.automatic += node.type in _AUTOMATIC
    if not node.is_gateway:
        deed = read_deed(node)
        case.own += deed.own
        case.acts += deed.acts
        case.serves += deed.serves
        case.turns_to_customer += deed.turns_to_customer


def _count_sent(senders: Iterable[_Case], target: FlowNode) -> None:
    for case in senders:
        case.starts_others += target.type == "startEvent"
        case.spoken_to += target.type in _CATCHING and read_deed(target).mentions_customer


def _count_received(receivers: Iterable[_Case], source: FlowNode, target: FlowNode) -> None:
    for case in receivers:
        case.is_started += target.type == "startEvent"
        case.spoken_to += read_deed(source).turns_to_customer


def _cues_of_content(case: _Case) -> Iterator[Cue]:
    if case.own:
        yield Cue(1.2 * min(case.own, 3), "what is done in it is what customers do for themselves")
    balance = case.acts - case.serves
    if balance > 0:
        yield Cue(0.4 * min(balance, 4), "it asks more of others than it does for them")
    elif balance < 0:
        yield Cue(0.4 * max(balance, -6), "what is done in it is work on cases")
    if case.turns_to_customer:
        yield Cue(-0.8 * min(case.turns_to_customer, 3), "its own steps turn to a customer")
    if case.automatic:
        most = 2 * case.automatic >= case.activities
        yield Cue(-1.5 if most else -0.5, "steps in it are done by a machine")
    if case.is_pool and not case.nodes:
        yield Cue(0.7, "it is a black box")


def _cues_of_messages(case: _Case) -> Iterator[Cue]:
    if case.starts_others:
        yield Cue(0.8, "its message starts the work of others")
    if case.is_started:
        yield Cue(-0.5, "a message of others starts its work")
    if case.spoken_to:
        yield Cue(0.8 * min(case.spoken_to, 2), "those who write to it speak of a customer")


def _compare(graph: ProcessGraph, cases: Mapping[str, _Case]) -> None:
    """Add what follows from the other pools and lanes, and from the name of the file."""
    _cast_doubt(graph, cases)
    title = _letters(PurePath(graph.path or "").stem)
    named = {holder for holder, case in cases.items() if case.reading.sure}
    named = {holder for holder in named if cases[holder].confidence() >= CONFIDENT}
    kin = {outer for holder in named for outer in _ancestors(graph, holder)}
    for holder, case in cases.items():
        others = [cases[lane].reading for lane in case.lanes]
        if any(other.office for other in others):
            case.cues.append(Cue(-2.0, "departments or people at work have lanes in it"))
        elif sum(not (other.unnamed or other.noun) for other in others) >= _SEVERAL:
            case.cues.append(Cue(-1.0, "several named lanes share its work"))
        if case.outer is not None:
            others.append(cases[case.outer].reading)
        if case.reading.needs_company and any(other.is_person for other in others):
            case.cues.append(Cue(1.0, "what it stands in, or what stands in it, is called so too"))
        if not case.reading.sure and title and title == _letters(case.holder.name):
            case.cues.append(Cue(-1.0, "its name is the title of the file"))
        related = holder in kin or not named.isdisjoint(_ancestors(graph, holder))
        if named and not related and not case.reading.is_person:
            case.cues.append(Cue(-3.0, "somebody else bears a customer's name"))


def _cast_doubt(graph: ProcessGraph, cases: Mapping[str, _Case]) -> None:
    """Doubt words for customers beside those with whom they mean somebody else."""
    found: dict[tuple[str, str | None, bool], str | None] = {}
    for holder, case in cases.items():
        noun, pool = case.reading.noun, holder if case.is_pool else graph.lanes[holder].participant
        if not noun:
            continue
        key = noun, pool, case.is_pool
        if key not in found:
            pools = [one.name for one in graph.participants.values() if one.id != pool]
            lanes = [
                lane.name
                for lane in graph.lanes.values()
                if not case.is_pool
                and lane.participant == pool
                and cases[lane.id].reading.noun != noun
            ]
            found[key] = _who_casts_doubt(noun, pools, lanes)
        if (other := found[key]) is not None:
            case.cues.append(Cue(-3.5, f'beside "{other}" it can mean somebody at work'))


def _who_casts_doubt(noun: str, pools: Sequence[str], lanes: Sequence[str]) -> str | None:
    others = pools or lanes
    if others and all(is_rival(noun, name) for name in others):
        return others[0]
    return next((name for name in lanes if is_colleague(noun, name)), None)


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, lexicon.fold(text)))


def _inherit(cases: Mapping[str, _Case], confidence: dict[str, float]) -> dict[str, str]:
    """Hand confidence down to the lanes of customers, and up to pools of nothing but customers."""
    heirs: dict[str, str] = {}
    for lane, case in cases.items():
        if case.outer is not None and not case.reading.office:
            outer = case.outer
            if confidence[outer] >= CONFIDENT and confidence[outer] > confidence[lane]:
                confidence[lane] = confidence[outer]
                heirs[lane] = f'it is a lane of "{cases[outer].holder.name}"'
    for pool, case in cases.items():
        if case.is_pool and case.lanes and not case.reading.office:
            least = min(case.lanes, key=lambda lane: confidence[lane])
            if confidence[least] >= CONFIDENT and confidence[least] > confidence[pool]:
                confidence[pool] = confidence[least]
                heirs[pool] = f'nobody has a lane in it but "{cases[least].holder.name}"'
    return heirs
