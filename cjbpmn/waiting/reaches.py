"""Reach: what lies before a contact; find_reaches(structure).

A stretch is found by breadth-first search backwards from a contact through internal moments:
linear in its size, and no path is ever enumerated. Contacts with the same moments right before
them have all that lies before in common, and it is collected once. What is asked of every moment
(who works on it, on which circle it lies, in which order the work is done) is found for all of
them together, since what lies before a contact holds whatever leads to any part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple, TypeAlias

from cjbpmn.graph import FlowNode
from cjbpmn.waiting.circles import number_circles
from cjbpmn.waiting.structure import Moment, Structure

MOST_INSIDE: Final = 5_000_000
"""How many moments the stretches of a model list in all; real ones have a few dozen each."""
_LEAST_INSIDE: Final = 100
"""Beyond that, a stretch still lists so many: those nearest to the contact that ends it."""
_WORK: Final = frozenset({"run", "armed"})
"""Moments in which somebody works."""
_OF_SCOPES: Final = frozenset({"during", "worked"})
"""Moments that stand for whatever goes on in a scope."""

Hands: TypeAlias = tuple[str | None, str | None]
"""Who has something in hands: the ids of the pool and of the lane."""


class Reach(NamedTuple):
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
    may_be_cut_off : bool
        Whether a clock might cut off what goes round: nothing more is known of it here.
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
    may_be_cut_off: bool
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
    timed: set[int]
    is_open: bool
    is_cut_off: bool
    told: _Told | None = None


@dataclass(slots=True)
class _Told:
    """What is told of it, where it takes time."""

    is_endless: bool
    may_be_cut_off: bool
    moments: tuple[Moment, ...]
    starting: tuple[Moment, ...]
    body: tuple[str, ...]
    desks: tuple[str, ...]
    work: list[int]
    hands: set[Hands]


class _Finder:
    """Works on numbers: of moments, and of flow nodes in document order (their ranks)."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.graph = structure.execution.graph
        self.moments = list(structure.numbers)
        self.before, self.after = structure.before, structure.after
        self.ids = list(self.graph.nodes)
        order = self.graph.ranks
        steps = structure.execution.steps
        self.ranks: list[int] = []
        self.of_scopes: set[int] = set()
        self.joints: set[int] = set()
        self.timed: set[int] = set()
        self.worked: dict[int, Hands] = {}
        self.names: dict[Hands, str] = {}
        for number, (key, part) in enumerate(self.moments):
            step = steps.get(key)
            self.ranks.append(0 if step is None else order[step.node.id])
            if part in _WORK and step is not None:
                if step.is_timed:
                    self.timed.add(number)
                if step.inner is None and step.node.is_activity:
                    self._add_work(number, step.node)
            elif part == "meet":
                self.joints.add(number)
            elif part in _OF_SCOPES:
                self.of_scopes.add(number)
                self.joints.add(number)
        # What nothing comes before; and the contacts, with work of their own before and after them.
        self.first = {number for number, before in enumerate(self.before) if not before}
        self.touched: set[int] = set()
        self.preparing: set[int] = set()
        self.lasting: set[int] = set()
        for moment, touch in structure.touches.items():
            number = structure.numbers[moment]
            self.touched.add(number)
            if touch.before:
                self.preparing.add(number)
            if touch.after:
                self.lasting.add(number)
        self.pasts: dict[tuple[int, ...], _Past] = {}
        self.handed: dict[tuple[object, ...], list[int]] = {}
        self.led: dict[int, Sequence[int]] = {}
        self.listed = 0

    def _add_work(self, number: int, node: FlowNode) -> None:
        """Note who has an activity in hands that is not the customer's."""
        if node.id not in self.structure.own:
            hands = node.participant, node.lane
            self.worked[number] = hands
            if hands not in self.names:
                self.names[hands] = self.graph.desk(node.id)

    def find(self) -> list[Reach]:
        found = []
        idle = self.touched - self.lasting
        for end in self._sorted(self.touched):
            if end not in self.preparing and idle.issuperset(self.before[end]):
                continue  # One contact right after another.
            past = self._past(end)
            if end in self.preparing:
                found.append(self._reach(end, past, past.timed | {self.ranks[end]}))
            elif past.timed:
                found.append(self._reach(end, past, past.timed))
        return found

    def _sorted(self, numbers: Collection[int]) -> Collection[int]:
        ranks, moments = self.ranks, self.moments
        if len(numbers) <= 1:
            return numbers
        return sorted(numbers, key=lambda number: (ranks[number], moments[number]))

    def _reach(self, end: int, past: _Past, timed: set[int]) -> Reach:
        told = past.told = past.told or self._tell(past)
        return Reach(
            self.moments[end],
            told.starting,
            told.moments,
            told.body,
            tuple(map(self.ids.__getitem__, sorted(timed))),
            past.is_open,
            told.is_endless,
            told.may_be_cut_off,
            self._handoffs(end, past, told),
            told.desks,
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
        inside = line[1:]
        if self.of_scopes:
            inside = [m for m in inside if m not in self.of_scopes]
        lasting = [*self.timed.intersection(inside), *self.lasting.intersection(starts)]
        timed = set(map(self.ranks.__getitem__, lasting))
        is_open = end in self.first or not self.first.isdisjoint(inside)
        return _Past(inside, starts, timed, is_open, len(line) > most)

    def _tell(self, past: _Past) -> _Told:
        inside, worked = past.inside, self.worked
        steps = [m for m in inside if m not in self.joints] if self.joints else inside
        nodes = set(map(self.ranks.__getitem__, steps))
        work = [m for m in inside if m in worked]
        desks = self._desks(work)
        work = [*(m for m in past.starts if m in worked), *work]
        return _Told(
            not self._endless.isdisjoint(inside),
            self._may_be_cut_off(inside),
            tuple(map(self.moments.__getitem__, inside)),
            tuple(map(self.moments.__getitem__, self._sorted(past.starts))),
            tuple(map(self.ids.__getitem__, sorted(nodes))),
            desks,
            work,
            {worked[m] for m in work},
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
        several: set[int] = set()
        if len(set(circles)) < len(circles):
            several = {circle for circle, size in Counter(circles).items() if size > 1}
        endless = {circles[m] for m in self.timed if circles[m] in several or m in within[m]}
        return {m for m, circle in enumerate(circles) if circle in endless} if endless else set()

    def _may_be_cut_off(self, inside: Iterable[int]) -> bool:
        """Tell whether a clock on a border, or beside a message at a gateway, might ring.

        If what goes round comes by all such gateways, it sets their clocks anew each time.
        """
        if self._has_borders or not self._gates:
            return self._has_borders
        circles = {self._circles[m] for m in inside if m in self._endless}
        return len(self._gates) > 1 or self._gates.isdisjoint(circles)

    @cached_property
    def _has_borders(self) -> bool:
        return any(step.boundaries for step in self.structure.execution.steps.values())

    @cached_property
    def _gates(self) -> set[int | None]:
        """The circles on which messages and clocks run a race; None for what has no moment."""
        steps, numbers = self.structure.execution.steps.values(), self.structure.numbers
        gates = [step.key for step in steps if step.node.type == "eventBasedGateway"]
        found = [numbers.get(Moment(key, "run")) for key in gates]
        return {None if number is None else self._circles[number] for number in found}

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
        count = max(circles, default=-1) + 1
        missing = [0] * count
        following: list[list[int]] = [[] for _ in range(count)]
        ranks: list[int | None] = [None] * count
        for moment, circle in enumerate(circles):
            for after in within[moment]:
                other = circles[after]
                if other != circle:
                    missing[other] += 1
                    following[circle].append(other)
            rank, known = self.ranks[moment], ranks[circle]
            if moment not in self.joints and (known is None or rank < known):
                ranks[circle] = rank
        # What is no step (two meet) comes first. Circles are numbered from the last to the first.
        ready = [(ranks[circle] or 0, -circle) for circle in range(count) if not missing[circle]]
        heapify(ready)
        while ready:
            circle = -heappop(ready)[1]
            yield circle
            for other in following[circle]:
                missing[other] -= 1
                if not missing[other]:
                    heappush(ready, (ranks[other] or 0, -other))

    def _handoffs(self, end: int, past: _Past, told: _Told) -> tuple[tuple[str, str], ...]:
        """Return the pairs of activities that follow each other in different hands."""
        if len(told.hands) <= 1 and self.worked.get(end) in {None, *told.hands}:
            return ()
        inside = {end, *past.inside}
        found = {
            (self.ids[self.ranks[first]], self.ids[self.ranks[after]]): None
            for first in told.work
            for after in self._handed_to(first)
            if after in inside
        }
        return tuple(found)

    def _handed_to(self, first: int) -> Sequence[int]:
        """Return what is worked on next after an activity, by others; once for all like it."""
        hands = self.worked[first]
        after = self._led_to(first)
        key = (*after, hands)
        if key not in self.handed:
            following = self._next(after)
            self.handed[key] = [m for m in following if self.worked[m] != hands]
        return self.handed[key]

    def _led_to(self, moment: int) -> Sequence[int]:
        """Return what comes next, past all through which there is but one way.

        Of blocks in each other, each ends where the next one does, all the way to the outermost.
        """
        passed: list[int] = []
        after: Sequence[int] = self.after[moment]
        while len(after) == 1 and after[0] not in self.touched and after[0] not in self.worked:
            moment = after[0]
            if moment in self.led:
                after = self.led[moment]
                break
            self.led[moment] = after
            passed.append(moment)
            after = self.after[moment]
        self.led.update(dict.fromkeys(passed, after))
        return after

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
