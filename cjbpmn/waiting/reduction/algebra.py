"""One way of putting a part of a model into one value, whatever the values are.

What is known of a way from place to place (how likely it is, how long it takes on average, how
that is spread) is put together by the same few rules: one after the other, one or the other, again
and again. Places are taken out one after another, each replaced by what leads through it, as
states are taken out of an automaton to find its regular expression.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from typing import Final, Generic, TypeVar

from cjbpmn.distributions import Distribution, Sum
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
from cjbpmn.waiting.reduction.cumulative import Unknown, square
from cjbpmn.waiting.reduction.mixtures import (
    Mixture,
    Part,
    Raced,
    TooComplex,
    longest,
    mixture,
    mixture_of,
    race,
)
from cjbpmn.waiting.structure import Moment

V = TypeVar("V")
_AGAIN: Final = Moment("", "again")
_ENTRY: Final = Moment("", "entry")
_CERTAIN: Final = 1 - 1e-12
MOST: Final = 6000
"""So many passages are put together; beyond, a stretch is refused."""


class Refused(Exception):
    """A wait cannot be found so; the words say why, with the id of an element."""


class Algebra(ABC, Generic[V]):
    """How values of one kind are put together."""

    def __init__(self) -> None:
        self._known: dict[Delay, V] = {}

    @abstractmethod
    def unit(self) -> V:
        """Return the value of what takes no time."""

    @abstractmethod
    def then(self, one: V, other: V) -> V:
        """Return both, one after the other."""

    @abstractmethod
    def plus(self, one: V, other: V) -> V:
        """Return one or the other."""

    @abstractmethod
    def times(self, value: V, weight: float) -> V:
        """Return the same, less often."""

    @abstractmethod
    def again(self, value: V) -> V:
        """Return nothing, or it once, or twice, and so on."""

    @abstractmethod
    def leaf(self, delay: Delay) -> V:
        """Return the value of something that takes time."""

    def of(self, delay: Delay | None) -> V:
        """Return the value of a delay.

        Raises
        ------
        Refused
            If there is none.
        """
        if delay is None:
            return self.unit()
        if delay not in self._known:
            if isinstance(delay, Course):
                self._known[delay] = self.course(delay)
            elif isinstance(delay, Net):
                self._known[delay] = self.net(delay)
            elif isinstance(delay, Between):
                raise Refused("something takes an unknown time")
            else:
                self._known[delay] = self.leaf(delay)
        return self._known[delay]

    def net(self, net: Net) -> V:
        """Refuse parallel work that is no block: its pieces depend on each other."""
        raise Refused(f"parallel work that is no block: {net.first.key}")

    def course(self, course: Course) -> V:
        """Return the value of a part that is entered and left at one place."""
        if course.first == course.last:
            return self.unit()
        # The first place may be the begin of a loop: nothing must lead to where it is entered.
        passages = [*course.passages, Passage(_ENTRY, course.first)]
        return self.reduce(passages, course.last)[_ENTRY]

    def reduce(self, passages: Sequence[Passage], end: Moment) -> dict[Moment, V]:
        """Put passages together, until only those are left that lead to the end at once.

        Parameters
        ----------
        passages : sequence of Passage
            All that lie before the end.
        end : Moment
            A place.

        Returns
        -------
        dict of Moment to value
            For each place to which nothing leads: all that leads from there to the end.

        Raises
        ------
        Refused
            If they are too many, or something never ends.
        """
        if len(passages) > MOST:
            raise Refused(f"more than {MOST} passages: {end.key}")
        return _Reducer(self, passages, end).reduce()


class _Reducer(Generic[V]):
    def __init__(self, algebra: Algebra[V], passages: Iterable[Passage], end: Moment) -> None:
        self.algebra = algebra
        self.end = end
        self.out: dict[Moment, dict[Moment, V]] = {}
        self.into: dict[Moment, dict[Moment, None]] = {}
        for passage in passages:
            source = _AGAIN if passage.source == end else passage.source
            try:
                value = algebra.of(passage.delay)
            except (TooComplex, Unknown) as error:
                reason = f"too many random times at once: {source.key}"
                raise Refused(reason) from error
            if passage.weight != 1:
                value = algebra.times(value, passage.weight)
            self._add(source, passage.target, value)

    def _add(self, source: Moment, target: Moment, value: V) -> None:
        ways = self.out.setdefault(source, {})
        ways[target] = self.algebra.plus(ways[target], value) if target in ways else value
        self.into.setdefault(target, {})[source] = None

    def reduce(self) -> dict[Moment, V]:
        # Places close to the end come first where there is a choice; then all is quick in a line.
        inner = [place for place in self.out if place in self.into and place != self.end]
        order = {place: number for number, place in enumerate(inner)}
        heap = [(self._cost(place), order[place], place) for place in inner]
        heapify(heap)
        left = set(inner)
        while heap:
            cost, _, place = heappop(heap)
            if place not in left:
                continue
            now = self._cost(place)
            if now > cost:
                heappush(heap, (now, order[place], place))
                continue
            left.discard(place)
            self._take_out(place)
        return {
            self.end if place == _AGAIN else place: ways[self.end]
            for place, ways in self.out.items()
            if self.end in ways
        }

    def _cost(self, place: Moment) -> int:
        return len(self.into.get(place, ())) * len(self.out.get(place, ()))

    def _take_out(self, place: Moment) -> None:
        ways = self.out.pop(place, {})
        circle = ways.pop(place, None)
        sources = self.into.pop(place, {})
        sources.pop(place, None)
        round_ = None if circle is None else self.algebra.again(circle)
        for target in ways:
            self.into[target].pop(place, None)
        for source in sources:
            lead = self.out[source].pop(place)
            if round_ is not None:
                lead = self.algebra.then(lead, round_)
            for target, way in ways.items():
                self._add(source, target, self.algebra.then(lead, way))


class Masses(Algebra[float]):
    """How likely something happens, or how often."""

    def unit(self) -> float:
        """Return one."""
        return 1.0

    def then(self, one: float, other: float) -> float:
        """Return the product."""
        return one * other

    def plus(self, one: float, other: float) -> float:
        """Return the sum."""
        return one + other

    def times(self, value: float, weight: float) -> float:
        """Return the product."""
        return value * weight

    def again(self, value: float) -> float:
        """Return the sum of the powers."""
        return 1 / (1 - less_than_certain(value))

    def net(self, net: Net) -> float:
        """Return one, if nothing in it is left to chance."""
        return super().net(net) if net.chosen else 1.0

    def leaf(self, delay: Delay) -> float:
        """Return how likely it is."""
        match delay:
            case Chance():
                return self.of(delay.of)
            case Won():
                return raced(delay).mass
        return 1.0


def less_than_certain(mass: float) -> float:
    """Return a chance that something goes round again, if it does not do so for ever."""
    if mass >= _CERTAIN:
        raise Refused("something goes round for ever")
    return mass


class Mixtures(Algebra[Mixture]):
    """What can be written down as a mixture of durations."""

    def unit(self) -> Mixture:
        """Return what takes no time."""
        return Mixture((Part(1.0),))

    def then(self, one: Mixture, other: Mixture) -> Mixture:
        """Return both, one after the other."""
        return one.then(other)

    def plus(self, one: Mixture, other: Mixture) -> Mixture:
        """Return one or the other."""
        return one.plus(other)

    def times(self, value: Mixture, weight: float) -> Mixture:
        """Return the same, less often."""
        return value.times(weight)

    def again(self, value: Mixture) -> Mixture:  # noqa: ARG002 - there is none, whatever it is
        """Refuse what is without end."""
        raise TooComplex

    def leaf(self, delay: Delay) -> Mixture:
        """Return the mixture of a delay."""
        match delay:
            case Drawn():
                return mixture_of(delay.distribution)
            case Chance():
                return self.unit().times(Masses().of(delay))
            case Won():
                won = raced(delay)
                if won.curve is None:
                    return mixture([Part(weight, time) for time, weight in won.atoms])
            case Block():
                return longest(delay.chances, [self.of(way) for way in delay.ways])
        raise TooComplex


def written(delay: Delay) -> Mixture:
    """Write a delay as a mixture.

    Raises
    ------
    TooComplex
        If it is none.
    """
    try:
        return Mixtures().of(delay)
    except Refused as refused:
        raise TooComplex from refused


def raced(delay: Won) -> Raced:
    """Find out what comes of a race.

    Raises
    ------
    TooComplex
        If the clocks are no mixtures.
    """
    return race([written(clock) for clock in delay.clocks], delay.place)


Rough = tuple[float, float, float]


class Moments(Algebra[Rough]):
    """How likely something happens, its expected time, and that of the square: at most so much.

    What is waited for together takes no longer, on average, than the longest mean and the root of
    all variances, and its variance is no more than their sum (Aven; Efron and Stein).
    """

    def unit(self) -> Rough:
        """Return what takes no time."""
        return 1.0, 0.0, 0.0

    def then(self, one: Rough, other: Rough) -> Rough:
        """Return both, one after the other."""
        return (
            one[0] * other[0],
            one[1] * other[0] + one[0] * other[1],
            one[2] * other[0] + 2 * one[1] * other[1] + one[0] * other[2],
        )

    def plus(self, one: Rough, other: Rough) -> Rough:
        """Return one or the other."""
        return one[0] + other[0], one[1] + other[1], one[2] + other[2]

    def times(self, value: Rough, weight: float) -> Rough:
        """Return the same, less often."""
        return weight * value[0], weight * value[1], weight * value[2]

    def again(self, value: Rough) -> Rough:
        """Return nothing, or it once, or twice, and so on."""
        whole = 1 / (1 - less_than_certain(value[0]))
        first = value[1] * whole**2
        return whole, first, value[2] * whole**2 + 2 * value[1] ** 2 * whole**3

    def leaf(self, delay: Delay) -> Rough:  # noqa: PLR0911 - one answer for each kind
        """Return the moments of a delay."""
        match delay:
            case Drawn():
                return self._drawn(delay.distribution)
            case Chance():
                return Masses().of(delay), 0.0, 0.0
            case Won():
                won = raced(delay)
                return won.mass, won.first, self.of(delay.clocks[delay.place])[2]
            case Block():
                sure = set(delay.chances) == {1.0}
                return _longest([self.of(way) for way in delay.ways], sure=sure)
            case Copies(together=True):
                return _longest([self.of(delay.part)], sure=True, times=delay.number)
            case Copies():
                return self._several(self.of(delay.part), delay.number, delay.number**2)
            case Repeated():
                mean, second = rounds(delay)
                return self._several(self.of(delay.part), mean, second)
        raise Refused("something takes an unknown time")

    def _drawn(self, own: Distribution) -> Rough:
        if not isinstance(own, Sum):
            return 1.0, own.mean, square(own)
        found = self.unit()
        for part in own.parts:
            found = self.then(found, self._drawn(part))
        return found

    def _several(self, one: Rough, times: float, squared: float) -> Rough:
        _, mean, second = one
        variance = max(second - mean * mean, 0.0)
        return 1.0, times * mean, times * variance + squared * mean * mean


def _longest(ways: Sequence[Rough], *, sure: bool, times: int = 1) -> Rough:
    """Bound the moments of the longest of several; each may be left out, unless all are sure."""
    variances = [way[2] - way[1] ** 2 if sure else way[2] for way in ways]
    variance = max(times * math.fsum(variances), 0.0)
    mean = max(way[1] for way in ways) + math.sqrt(variance)
    return 1.0, mean, variance + mean * mean


def rounds(delay: Repeated) -> tuple[float, float]:
    """Return how often something is done, on average, and the mean of the square of that.

    Parameters
    ----------
    delay : Repeated
        What is repeated by chance, up to a number.

    Returns
    -------
    pair of float
        Both exact.

    Examples
    --------
    >>> rounds(Repeated(Between(1, 1), 0.5, 3))
    (1.75, 3.75)
    """
    again, most = delay.again, delay.most
    reached = [again**number for number in range(most)]
    mean = math.fsum(reached)
    return mean, math.fsum((2 * number + 1) * chance for number, chance in enumerate(reached))
