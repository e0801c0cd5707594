"""Reach: what lies before a contact; find_reaches(structure).

A stretch is found by breadth-first search backwards from a contact through internal moments:
linear in its size, and no path is ever enumerated. Contacts with the same moments right before
them have all that lies before in common, and it is collected once. What is asked of every moment
(who works on it, on which circle it lies, in which order the work is done) is found for all of
them together, since what lies before a contact holds whatever leads to any part of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import Final, TypeAlias

from cjbpmn.graph import FlowNode
from cjbpmn.waiting.circles import number_circles
from cjbpmn.waiting.structure import Moment, Structure

MOST_INSIDE: Final = 5_000_000
"""How many moments the stretches of a model list in all; real ones have a few dozen each."""
_LEAST_INSIDE: Final = 100
"""Beyond that, a stretch still lists so many: those nearest to the contact that ends it."""
_OF_SCOPES: Final = frozenset({"during", "worked"})
"""Moments that stand for whatever goes on in a scope."""

Hands: TypeAlias = tuple[str | None, str | None]
"""Who has something in hands: the ids of the pool and of the lane."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What lies before a contact: the structure of one stretch.

    Parameters
    ----------
    end : Moment
        The contact.
    starts : tuple of Moment
        The contacts before it.
    inside : tuple of Moment
        The internal moments between.
    body : tuple of str
        The flow nodes between, in document order.
    timed : tuple of str
        Those of them, and of its two ends, in which time can pass.
    is_open : bool
        Whether the process can also begin between: there may be no contact before.
    is_endless : bool
        Whether time can pass in a circle.
    handoffs : tuple of pairs of str
        Activities that follow each other in different lanes or pools.
    desks : tuple of str
        Who works on it, in order.
    """

    end: Moment
    starts: tuple[Moment, ...]
    inside: tuple[Moment, ...]
    body: tuple[str, ...]
    timed: tuple[str, ...]
    is_open: bool
    is_endless: bool
    handoffs: tuple[tuple[str, str], ...]
    desks: tuple[str, ...]


def find_reaches(structure: Structure) -> list[Reach]:
    """Find what lies before each contact, where that takes time.

    Parameters
    ----------
    structure : Structure
        The network of moments.

    Returns
    -------
    list of Reach
        In document order of the contacts. Where all of them together would list more than
        `MOST_INSIDE` moments, the later ones are cut off, with a warning at the execution graph.
    """
    return _Finder(structure).find()


@dataclass(slots=True)
class _Past:
    """All that lies before some moments: what several contacts may have in common."""

    inside: list[int]
    starts: list[int]
    is_open: bool
    is_endless: bool
    moments: tuple[Moment, ...]
    starting: tuple[Moment, ...]
    body: tuple[str, ...]
    timed: tuple[int, ...]
    desks: tuple[str, ...]
    is_cut_off: bool


class _Finder:
    """Works on numbers: of moments, and of flow nodes in document order (their ranks)."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.graph = structure.execution.graph
        self.moments = list(structure.numbers)
        self.before, self.after = structure.before, structure.after
        self.ids = list(self.graph.nodes)
        order = {identifier: rank for rank, identifier in enumerate(self.ids)}
        steps = structure.execution.steps
        self.ranks = [order[steps[key].node.id] if key in steps else 0 for key, _ in self.moments]
        self.of_scopes = {n for n, moment in enumerate(self.moments) if moment.part in _OF_SCOPES}
        self.joints = {n for n, moment in enumerate(self.moments) if moment.part == "meet"}
        self.joints |= self.of_scopes
        self.timed: set[int] = set()
        self.worked: dict[int, Hands] = {}
        self.names: dict[Hands, str] = {}
        for number, (key, part) in enumerate(self.moments):
            if part == "run":
                step = steps[key]
                if step.is_timed:
                    self.timed.add(number)
                if step.inner is None and step.node.is_activity:
                    self._add_work(number, step.node)
        self.touched = {structure.numbers[moment] for moment in structure.touches}
        self.pasts: dict[tuple[int, ...], _Past] = {}
        self.handed: dict[tuple[object, ...], list[int]] = {}
        self.listed = 0

    def _add_work(self, number: int, node: FlowNode) -> None:
        """Note who has an activity in hands that is not the customer's."""
        if node.id not in self.structure.own:
            hands = node.participant, node.lane
            self.worked[number] = hands
            if hands not in self.names:
                self.names[hands] = self.graph.desk(node.id)

    def find(self) -> list[Reach]:
        ends = [self.structure.numbers[moment] for moment in self.structure.touches]
        ends.sort(key=self._in_order)
        return [reach for end in ends if (reach := self._reach(end)).timed]

    def _in_order(self, number: int) -> tuple[int, Moment]:
        return self.ranks[number], self.moments[number]

    def _reach(self, end: int) -> Reach:
        touches, moments = self.structure.touches, self.moments
        past = self._past(end)
        timed = set(past.timed)
        if touches[moments[end]].before:
            timed.add(self.ranks[end])
        return Reach(
            moments[end],
            past.starting,
            past.moments,
            past.body,
            tuple(self.ids[rank] for rank in sorted(timed)),
            past.is_open,
            past.is_endless,
            self._handoffs(end, past),
            past.desks,
        )

    def _past(self, end: int) -> _Past:
        """Return what lies before a contact; where it is too much, what is nearest."""
        key = tuple(self.before[end])
        past = self.pasts.get(key)
        most = max(MOST_INSIDE - self.listed, _LEAST_INSIDE)
        if past is None or len(past.inside) > most:
            past = self._collect(end, most)
            if past.is_cut_off:
                self.structure.execution.warn("stretch-cut-off", self.ids[self.ranks[end]])
            else:
                self.pasts[key] = past
        self.listed += len(past.inside)
        return past

    def _collect(self, end: int, most: int) -> _Past:
        before, touched = self.before, self.touched
        seen: set[int] = set()
        starts: list[int] = []
        line = [end]
        for moment in line:
            for one in before[moment]:
                if one not in seen:
                    seen.add(one)
                    (starts if one in touched else line).append(one)
            if len(line) > most:
                break
        inside = [m for m in line[1:] if m not in self.of_scopes]
        timed = {self.ranks[m] for m in inside if m in self.timed}
        for start in starts:
            if self.structure.touches[self.moments[start]].after:
                timed.add(self.ranks[start])
        nodes = {self.ranks[m] for m in inside if m not in self.joints}
        return _Past(
            inside,
            starts,
            not all(map(before.__getitem__, (end, *inside))),
            not self._endless.isdisjoint(inside),
            tuple(map(self.moments.__getitem__, inside)),
            tuple(map(self.moments.__getitem__, sorted(starts, key=self._in_order))),
            tuple(map(self.ids.__getitem__, sorted(nodes))),
            tuple(timed),
            self._desks([m for m in inside if m in self.worked]),
            len(line) > most,
        )

    @cached_property
    def _within(self) -> list[Sequence[int]]:
        """By moment, what follows it as long as nobody meets the customer."""
        touched, nothing = self.touched, ()
        return [nothing if m in touched else after for m, after in enumerate(self.after)]

    @cached_property
    def _circles(self) -> list[int]:
        """By moment, the number of its circle of internal moments."""
        return number_circles(self._within)

    @cached_property
    def _endless(self) -> set[int]:
        """The internal moments on a circle in which time can pass."""
        circles, within = self._circles, self._within
        size = Counter(circles)
        endless = {circles[m] for m in self.timed if size[circles[m]] > 1 or m in within[m]}
        return {m for m, circle in enumerate(circles) if circle in endless} if endless else set()

    def _desks(self, worked: Sequence[int]) -> tuple[str, ...]:
        """Return who works, in the order of the work."""
        names = {self.names[hands] for hands in {self.worked[m] for m in worked}} - {""}
        if len(names) <= 1:
            return tuple(names)
        in_order = sorted(worked, key=self._turns.__getitem__)
        found = dict.fromkeys(self.names[self.worked[m]] for m in in_order)
        return tuple(name for name in found if name)

    @cached_property
    def _turns(self) -> list[tuple[int, int]]:
        """By moment, when its turn comes: in the order of the work, circle by circle.

        Where the work leaves a choice, the order of the document decides.
        """
        turn = {circle: number for number, circle in enumerate(self._circles_in_order())}
        return [(turn[circle], self.ranks[m]) for m, circle in enumerate(self._circles)]

    def _circles_in_order(self) -> Iterator[int]:
        circles, within = self._circles, self._within
        members: defaultdict[int, list[int]] = defaultdict(list)
        missing = [0] * (max(circles, default=-1) + 1)
        for moment, circle in enumerate(circles):
            members[circle].append(moment)
            for after in within[moment]:
                missing[circles[after]] += circles[after] != circle
        # What is no step (two meet) comes first. Circles are numbered from the last to the first.
        ranks = {
            circle: min((self.ranks[m] for m in inside if m not in self.joints), default=0)
            for circle, inside in members.items()
        }
        ready = [(ranks[circle], -circle) for circle, count in enumerate(missing) if not count]
        heapify(ready)
        while ready:
            circle = -heappop(ready)[1]
            yield circle
            for after in (one for moment in members[circle] for one in within[moment]):
                other = circles[after]
                if other != circle:
                    missing[other] -= 1
                    if not missing[other]:
                        heappush(ready, (ranks[other], -other))

    def _handoffs(self, end: int, past: _Past) -> tuple[tuple[str, str], ...]:
        """Return the pairs of activities that follow each other in different hands."""
        worked = [m for m in (*past.starts, *past.inside) if m in self.worked]
        if len({self.worked[m] for m in worked} | {self.worked.get(end)}) == 1:
            return ()
        inside = {end, *past.inside}
        found = {
            (self.ids[self.ranks[first]], self.ids[self.ranks[after]]): None
            for first in worked
            for after in self._handed_to(first)
            if after in inside
        }
        return tuple(found)

    def _handed_to(self, first: int) -> Sequence[int]:
        """Return what is worked on next after an activity, by others; once for all like it."""
        hands = self.worked[first]
        key = (*self.after[first], hands)
        if key not in self.handed:
            following = self._next(self.after[first])
            self.handed[key] = [m for m in following if self.worked[m] != hands]
        return self.handed[key]

    def _next(self, after: Iterable[int]) -> Iterator[int]:
        """Yield the moments of work that come next, whatever else passes between."""
        seen: set[int] = set()
        line = [iter(after)]
        for following in line:
            for one in following:
                if one not in seen:
                    seen.add(one)
                    if one in self.worked:
                        yield one
                    elif one not in self.touched:
                        line.append(iter(self.after[one]))
