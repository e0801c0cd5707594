"""How long a wait is at least and at most, proven on the model instead of tried.

The least is the length of a shortest way, where alternatives are a minimum and what is waited for
together is a maximum (Knuth's generalisation of Dijkstra's algorithm). The most is the length of a
longest way over the strongly connected parts of the model; it is infinite where time can pass in a
circle. Both are exact where only the way between two contacts decides. Else they are bounds from
outside: nothing that can happen lies beyond them, but they may never be reached.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final, TypeAlias

import networkx as nx

from cjbpmn.waiting.passages.blocks import crowd
from cjbpmn.waiting.passages.delays import (
    Between,
    Block,
    Chance,
    Copies,
    Course,
    Delay,
    Drawn,
    Net,
    Passage,
    Repeated,
    Won,
)
from cjbpmn.waiting.passages.passages import BEGIN, Passages
from cjbpmn.waiting.structure import Moment

Range: TypeAlias = tuple[float, float]
Edge: TypeAlias = tuple[Moment, Moment, Range]
_NOWHERE: Final = (math.inf, -math.inf)
_LARGE: Final = 5000
"""In models with more places, bounds from outside are not made any closer."""
_AGAIN: Final = Moment("", "again")
"""A contact from which the way leads back to itself."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a wait can be, in hours.

    Parameters
    ----------
    minimum, maximum : float
        The bounds.
    reason : str
        Why they may never be reached; empty where they are exact.
    """

    minimum: float
    maximum: float
    reason: str = ""

    @property
    def exact(self) -> bool:
        """Whether both are the bounds of what can happen, and no wider."""
        return not self.reason


class Intervals:
    """The bounds of all waits of a model.

    Parameters
    ----------
    found : Passages
        The model, after its blocks were put together.
    """

    def __init__(self, found: Passages) -> None:
        self.found = found
        self._ranges: dict[int, Range | None] = {}
        self._kept: list[Delay] = []
        self._alone: dict[Moment, dict[Moment, float]] = {}
        self._legs: dict[Moment, dict[Moment | None, Bounds]] = {}
        self._more: dict[Moment, Range] = {}
        self.reached = self._find_reached()

    def legs(self, end: Moment) -> dict[Moment | None, Bounds]:
        """Bound the wait before a contact, for each contact that it can begin at.

        Parameters
        ----------
        end : Moment
            The contact.

        Returns
        -------
        dict of Moment or None to Bounds
            None stands for the begin of the case. Empty where nothing leads to the contact.
        """
        # Asked for the bounds, for the legs, for how the wait is spread, and for the whole case.
        if end not in self._legs:
            self._legs[end] = self._find_legs(end)
        return self._legs[end]

    def _find_legs(self, end: Moment) -> dict[Moment | None, Bounds]:
        passages, starts = self.found.before(end)
        edges: list[Edge] = []
        for passage in passages:
            span = self._span(passage)
            if span is not None:
                source = _AGAIN if passage.source == end else passage.source
                edges.append((source, passage.target, span))
        reason = self.doubt(passages, end)
        wide = any(place in self.found.endless for place in self._places(passages))
        wide = wide or self._waits_for_others(passages)
        least = _shortest_to(edges, end)
        most = _longest_to(edges, end)
        by = math.inf if wide or not reason else self._by(edges, end, starts)
        legs: dict[Moment | None, Bounds] = {}
        others = [one for one in (*starts, _AGAIN) if one in most]
        for start in starts:
            place = _AGAIN if start == end else start
            if place not in least or start not in self.reached:
                continue
            high = most[place]
            if reason:
                high = (
                    math.inf
                    if wide
                    else max(high, *(self._less(most, one, start) for one in others))
                )
                high = min(high, by)
            legs[None if start == BEGIN else start] = Bounds(least[place], high, reason)
        return legs

    def _by(self, edges: list[Edge], end: Moment, starts: Iterable[Moment]) -> float:
        """Bound a wait by the deadlines on its way: what else leads to such a place is no matter.

        It began no earlier than the first contact on the way that had to be gone, whichever was
        the last one.
        """
        places = {place for edge in edges for place in edge[:2]}
        kept = edges
        for place, deadline in self.found.deadlines.items():
            if place in places and deadline.since in places:
                hours = min(deadline.hours, self._until(deadline.since, deadline.unless)[1])
                if hours < math.inf:
                    kept = [edge for edge in kept if edge[1] != place]
                    kept.append((deadline.since, place, (0.0, hours)))
        if kept is edges:
            return math.inf
        most = _longest_to(kept, end)
        return max((most[one] for one in (*starts, _AGAIN) if one in most), default=math.inf)

    def _until(self, since: Moment, unless: Moment | None) -> Range:
        """Return how long it is from one place to another, if nothing else is waited for."""
        if unless is None:
            return 0.0, math.inf
        edges: list[Edge] = []
        after = {since}
        pending = [since]
        while pending and len(after) < _LARGE:
            for passage in self.found.out.get(pending.pop(), ()):
                span = self._span(passage)
                if span is not None:
                    edges.append((passage.source, passage.target, span))
                if passage.target not in after and passage.target != unless:
                    after.add(passage.target)
                    pending.append(passage.target)
        least, most = _shortest_to(edges, unless), _longest_to(edges, unless)
        between = most.keys() - {since}
        into = self.found.into
        if between & self.found.contacts or any(
            one.source not in after for place in between for one in into.get(place, ())
        ):
            return 0.0, math.inf
        return least.get(since, 0.0), most.get(since, math.inf)

    def _span(self, passage: Passage) -> Range | None:
        """Return the bounds of a passage, with the rounds before it that are not drawn."""
        span = self.range_of(passage.delay)
        if span is None or passage.source not in self.found.rounds:
            return span
        leave = passage.source
        if leave not in self._more:
            self._more[leave] = self._rounds(leave)
        return span[0] + self._more[leave][0], span[1] + self._more[leave][1]

    def _rounds(self, leave: Moment) -> Range:
        """Return how long all rounds but one take before a place is left."""
        rounds = self.found.rounds[leave]
        least, most = self._until(rounds.first, leave)
        more = (rounds.most - 1) * most if rounds.most > 1 else 0.0
        return (rounds.least - 1) * least, more

    def _less(self, most: Mapping[Moment, float], one: Moment, start: Moment) -> float:
        """Bound a wait that began at one contact, if another one came after it."""
        return most[one] if one in {start, _AGAIN} else most[one] - self._since(one, start)

    def _since(self, one: Moment, start: Moment) -> float:
        """Return how much later than one contact another one is over, at least."""
        if one not in self._alone:
            self._alone[one] = self._find_after(one)
        return self._alone[one].get(start, 0.0)

    def _find_after(self, one: Moment) -> dict[Moment, float]:
        """Return how long after the end of a contact those end that come by way of it only."""
        found = self.found
        if len(found.out) > _LARGE or not self._is_once(one):
            return {}
        # What is reached without it does not depend on it.
        without = {BEGIN}
        pending = [] if one == BEGIN else [BEGIN]
        while pending:
            for passage in found.out.get(pending.pop(), ()):
                if passage.target not in without and passage.target != one:
                    without.add(passage.target)
                    pending.append(passage.target)
        edges: list[Edge] = []
        for passage in (each for ways in found.out.values() for each in ways):
            span = self.range_of(passage.delay)
            if span is not None:
                busy = self.range_of(found.involved.get(passage.target)) or (0.0, 0.0)
                edges.append((passage.source, passage.target, (span[0] + busy[0], 0.0)))
        after = _earliest(edges, one, frozenset())
        return {end: after[end] for end in found.contacts if end in after and end not in without}

    def _is_once(self, place: Moment) -> bool:
        """Tell whether a case comes to a place no more than once."""
        seen: set[Moment] = set()
        pending = [place]
        while pending:
            for passage in self.found.into.get(pending.pop(), ()):
                source = passage.source
                if source == place or source in self.found.forks or source in self.found.spawning:
                    return False
                if source not in seen:
                    seen.add(source)
                    pending.append(source)
        return True

    def whole(self) -> Bounds | None:
        """Bound what one case waits in all, where it is always at one place only.

        Returns
        -------
        Bounds or None
            None where several things can go on at once.
        """
        found = self.found
        if found.joins or found.forks or found.spawns or found.messages:
            return None
        doubts = [*found.doubts.values(), *(killer.reason for killer in found.killers)]
        edges: list[Edge] = []
        lasts = set()
        for end in found.contacts & self.reached:
            for start, bounds in self.legs(end).items():
                span = (bounds.minimum, bounds.maximum)
                # What is before the first contact is no waiting.
                edges.append((BEGIN, end, (0.0, 0.0)) if start is None else (start, end, span))
            if self._can_be_last(end):
                lasts.add(end)
        edges += [(end, _AGAIN, (0.0, 0.0)) for end in lasts]
        least, most = _shortest_to(edges, _AGAIN), _longest_to(edges, _AGAIN)
        return Bounds(least[BEGIN], most[BEGIN], "".join(doubts[:1])) if BEGIN in least else None

    def _can_be_last(self, contact: Moment) -> bool:
        """Tell whether a case can end without another contact after this one."""
        seen = {contact}
        pending = [contact]
        while pending:
            place = pending.pop()
            ways = [one for one in self.found.out.get(place, ()) if self.range_of(one.delay)]
            if place in self.found.leaky or not ways:
                return True
            for passage in ways:
                if passage.target not in self.found.contacts and passage.target not in seen:
                    seen.add(passage.target)
                    pending.append(passage.target)
        return False

    def doubt(self, passages: Iterable[Passage], end: Moment) -> str:
        """Say why more decides than the way between two contacts; nothing if that is not so."""
        found = self.found
        places = self._places(passages)
        for place in places:
            if place in found.doubts and place not in found.contacts:
                return found.doubts[place]
        for place in places:
            if place in found.joins:
                return f"{_JOINED[found.joins[place]]}: {place.key}"
        # Scopes can be nested by the thousand: what is around a known one is known too.
        seen: set[str] = set()
        for place in (end, *places) if found.killers else ():
            for scope in found.scopes(place):
                if scope in seen:
                    break
                seen.add(scope)
                for killer in found.killers:
                    if killer.scope == scope and (not killer.beside or crowd(found, scope)):
                        return killer.reason
        return ""

    def _places(self, passages: Iterable[Passage]) -> dict[Moment, None]:
        return dict.fromkeys(end for one in passages for end in (one.source, one.target))

    def _waits_for_others(self, passages: Iterable[Passage]) -> bool:
        """Tell whether somewhere is waited for what in the end goes another way."""
        return any(self.found.joins.get(one.target) == "open" for one in passages)

    def _find_reached(self) -> set[Moment]:
        """Return the places that a case can come to."""
        seen = {BEGIN}
        pending = [BEGIN]
        came: dict[Moment, int] = {}
        while pending:
            for passage in self.found.out.get(pending.pop(), ()):
                target = passage.target
                if target in seen or self.range_of(passage.delay) is None:
                    continue
                came[target] = came.get(target, 0) + 1
                waits = self.found.joins.get(target) == "all" and target not in self.found.doubts
                if waits and came[target] < len(self.found.into[target]):
                    continue
                seen.add(target)
                pending.append(target)
        return seen

    # What one passage takes

    def range_of(self, delay: Delay | None) -> Range | None:
        """Return the bounds of a delay; None where it never happens."""
        if delay is None:
            return 0.0, 0.0
        known = self._ranges.get(id(delay), _NOWHERE)
        if known != _NOWHERE:
            return known
        span = self._range(delay)
        self._ranges[id(delay)] = span
        self._kept.append(delay)
        return span

    def _range(self, delay: Delay) -> Range | None:  # noqa: PLR0911 - one for each kind
        match delay:
            case Drawn():
                return delay.distribution.minimum, delay.distribution.maximum
            case Between():
                return delay.least, delay.most
            case Chance():
                return None if self.range_of(delay.of) is None else (0.0, 0.0)
            case Won():
                return self._won(delay)
            case Block():
                return self._block(delay)
            case Course():
                return self._way(delay.passages, delay.first, delay.last, frozenset())
            case Net():
                return self._way(delay.passages, delay.first, delay.last, delay.waits)
            case Repeated():
                return self._again(delay)
            case Copies():
                span = self.range_of(delay.part)
                times = 1 if delay.together else delay.number
                return None if span is None else (span[0] * times, span[1] * times)

    def _again(self, delay: Repeated) -> Range | None:
        span = self.range_of(delay.part)
        if span is None:
            return None
        least = delay.most if delay.again >= 1 else 1
        most = span[1] * delay.most if delay.bounded else math.inf * span[1] if span[1] else 0.0
        return span[0] * least, most

    def _won(self, delay: Won) -> Range | None:
        spans = [self.range_of(clock) for clock in delay.clocks]
        own = spans[delay.place]
        if own is None:
            return None
        least, most = own
        for place, span in enumerate(spans):
            if span is None or place == delay.place:
                continue
            first = place < delay.place
            if span[1] < least or (first and span[1] == least):
                return None
            most = min(most, span[1])
        return least, most

    def _block(self, delay: Block) -> Range | None:
        spans = [self.range_of(way) for way in delay.ways]
        ways = [(chance, span) for chance, span in zip(delay.chances, spans, strict=True) if span]
        if len(ways) < len(spans):
            return None
        always = [span for chance, span in ways if chance == 1]
        alone = [span for chance, span in ways if chance != 1]
        least = max((low for low, _ in always), default=min((low for low, _ in alone), default=0))
        return least, max(high for _, (_, high) in ways)

    def _way(
        self,
        passages: Sequence[Passage],
        first: Moment,
        last: Moment,
        waits: frozenset[Moment],
    ) -> Range | None:
        if first == last:
            return 0.0, 0.0
        edges = [
            (one.source, one.target, span)
            for one in passages
            if (span := self.range_of(one.delay)) is not None
        ]
        least = _earliest(edges, first, waits).get(last)
        most = _longest_to(edges, last).get(first)
        return None if least is None or most is None else (least, most)


_JOINED: Final = {
    "all": "branches from several contacts join",
    "open": "what joins depends on what else goes on",
    "done": "what joins depends on what else goes on",
}


def _earliest(
    edges: Iterable[Edge], first: Moment, waits: frozenset[Moment]
) -> dict[Moment, float]:
    """Return when each place is reached at the earliest; some wait for all that lead there."""
    out: dict[Moment, list[tuple[Moment, float]]] = {}
    missing: dict[Moment, int] = {}
    for source, target, (low, _) in edges:
        out.setdefault(source, []).append((target, low))
        if target in waits:
            missing[target] = missing.get(target, 0) + 1
    found: dict[Moment, float] = {}
    count = 0
    heap: list[tuple[float, int, Moment]] = [(0.0, count, first)]
    while heap:
        time, _, place = heappop(heap)
        if place in found:
            continue
        if missing.get(place, 0) > 1:
            # What comes last decides, and what is taken off the heap comes later and later.
            missing[place] -= 1
            continue
        found[place] = time
        for target, low in out.get(place, ()):
            count += 1
            heappush(heap, (time + low, count, target))
    return found


def _shortest_to(edges: Iterable[Edge], end: Moment) -> dict[Moment, float]:
    """Return how long the shortest way from each place to the end is."""
    into: dict[Moment, list[tuple[Moment, float]]] = {}
    for source, target, (low, _) in edges:
        into.setdefault(target, []).append((source, low))
    found: dict[Moment, float] = {}
    heap: list[tuple[float, Moment]] = [(0.0, end)]
    while heap:
        time, place = heappop(heap)
        if place in found:
            continue
        found[place] = time
        for source, low in into.get(place, ()):
            if source not in found:
                heappush(heap, (time + low, source))
    return found


def _longest_to(edges: Sequence[Edge], end: Moment) -> dict[Moment, float]:
    """Return how long the longest way from each place to the end is; it may be infinite."""
    into: dict[Moment, list[tuple[Moment, float]]] = {}
    open_: dict[Moment, int] = {}
    for source, target, (_, high) in edges:
        into.setdefault(target, []).append((source, high))
        open_[source] = open_.get(source, 0) + 1
    found = {end: 0.0}
    pending = [end]
    while pending:
        place = pending.pop()
        for source, high in into.get(place, ()):
            found[source] = max(found.get(source, 0.0), high + found[place])
            open_[source] -= 1
            if not open_[source]:
                pending.append(source)
    if not any(open_.values()):
        return found
    return _longest_in_circles(edges, end)


def _longest_in_circles(edges: Sequence[Edge], end: Moment) -> dict[Moment, float]:
    network: nx.DiGraph[Moment] = nx.DiGraph()
    network.add_node(end)
    network.add_edges_from((source, target) for source, target, _ in edges)
    part = {
        place: number
        for number, places in enumerate(nx.strongly_connected_components(network))
        for place in places
    }
    # The parts come in such an order that each leads only to those before it.
    after: dict[int, list[tuple[int, float]]] = {}
    circling: set[int] = set()
    for source, target, (_, high) in edges:
        if part[source] != part[target]:
            after.setdefault(part[source], []).append((part[target], high))
        elif high > 0:
            circling.add(part[source])
    longest: dict[int, float] = {part[end]: 0.0}
    for number in range(max(part.values()) + 1):
        known = [high + longest[one] for one, high in after.get(number, ()) if one in longest]
        if known or number in longest:
            most = max([*known, longest.get(number, 0.0)])
            longest[number] = math.inf if number in circling else most
    return {place: longest[number] for place, number in part.items() if number in longest}
