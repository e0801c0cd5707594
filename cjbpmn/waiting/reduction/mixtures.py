"""Waits of which the distribution can be written down: shifted durations, by chance one or another.

Sums of several random durations cannot. But where a few of them run against each other or are
waited for together, what is most often drawn, the exact means and chances come from here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cjbpmn.distributions import Distribution, Numbers, Sum
from cjbpmn.waiting.reduction.cumulative import Curve, Unknown, atoms, cumulative, knots

_MOST: Final = 256
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_GRADES: Final = 12
"""So many times an interval is halved towards its ends, where a curve may be steep."""
_DOUBLED: Final = 60
_NOTHING: Final = 1e-16
_STEPS: Final = 20_001


class TooComplex(Exception):
    """It cannot be written down so."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that can happen.

    Parameters
    ----------
    weight : float
        How likely.
    shift : float
        What always passes, in hours.
    drawn : Distribution or None
        What passes beside that.
    """

    weight: float
    shift: float = 0.0
    drawn: Distribution | None = None


@dataclass(frozen=True, slots=True)
class Mixture:
    """What can happen, by chance one or another.

    Parameters
    ----------
    parts : tuple of Part
        Their weights are one together, or less.
    """

    parts: tuple[Part, ...]

    @property
    def mass(self) -> float:
        """How likely it happens at all."""
        return math.fsum(part.weight for part in self.parts)

    @property
    def first(self) -> float:
        """The expected time, where it counts as nothing if it does not happen."""
        return math.fsum(
            part.weight * (part.shift + (part.drawn.mean if part.drawn else 0.0))
            for part in self.parts
        )

    @property
    def atoms(self) -> list[tuple[float, float]]:
        """The times of those that are always the same, each with its weight."""
        return [(part.shift, part.weight) for part in self.parts if part.drawn is None]

    @property
    def spread(self) -> list[tuple[float, float, Distribution]]:
        """The weight and the shift of the other ones, and what is drawn."""
        return [
            (part.weight, part.shift, part.drawn) for part in self.parts if part.drawn is not None
        ]

    @property
    def knots(self) -> list[float]:
        """The times at which its curve changes all at once."""
        found = [shift for shift, _ in self.atoms]
        for _, shift, drawn in self.spread:
            found += [shift + time for time in knots(drawn)]
        return found

    def then(self, other: Mixture) -> Mixture:
        """Return both, one after the other."""
        found = []
        for one in self.parts:
            for two in other.parts:
                if one.drawn and two.drawn:
                    raise TooComplex
                weight, shift = one.weight * two.weight, one.shift + two.shift
                found.append(Part(weight, shift, one.drawn or two.drawn))
        return mixture(found)

    def plus(self, other: Mixture) -> Mixture:
        """Return one or the other."""
        return mixture([*self.parts, *other.parts])

    def times(self, weight: float) -> Mixture:
        """Return the same, less often."""
        return Mixture(
            tuple(Part(weight * part.weight, part.shift, part.drawn) for part in self.parts)
        )

    def upto(self, times: Numbers, *, strictly: bool = False) -> Numbers:
        """Return how likely it has happened by a time, or before it."""
        total = np.zeros_like(times)
        for shift, weight in self.atoms:
            total += weight * (times > shift if strictly else times >= shift)
        for weight, shift, drawn in self.spread:
            total += weight * _curve(drawn)(times - shift)
        return total


def mixture(parts: Sequence[Part]) -> Mixture:
    """Put parts together, equal ones into one.

    Parameters
    ----------
    parts : sequence of Part
        What can happen.

    Returns
    -------
    Mixture
        With few parts.

    Raises
    ------
    TooComplex
        If they are too many.
    """
    merged: dict[tuple[float, Distribution | None], float] = {}
    for part in parts:
        key = (part.shift, part.drawn)
        merged[key] = merged.get(key, 0.0) + part.weight
    if len(merged) > _MOST:
        raise TooComplex
    return Mixture(tuple(Part(weight, *key) for key, weight in merged.items()))


def _curve(distribution: Distribution) -> Curve:
    try:
        return cumulative(distribution)
    except Unknown as unknown:
        raise TooComplex from unknown


def mixture_of(distribution: Distribution) -> Mixture:
    """Write a duration as a mixture.

    Parameters
    ----------
    distribution : Distribution
        A duration.

    Returns
    -------
    Mixture
        With one part for each value, or with one that is drawn.

    Raises
    ------
    TooComplex
        If it is the sum of several random ones.
    """
    if isinstance(distribution, Sum):
        found = Mixture((Part(1.0),))
        for part in distribution.parts:
            found = found.then(mixture_of(part))
        return found
    values = atoms(distribution)
    if values is None:
        _curve(distribution)
        return Mixture((Part(1.0, 0.0, distribution),))
    return mixture([Part(share, value) for value, share in values])


def longest(chances: Sequence[float | None], ways: Sequence[Mixture]) -> Mixture:
    """Write what is waited for together as a mixture, where there are only few values.

    Parameters
    ----------
    chances : sequence of float or None
        As in `combined`.
    ways : sequence of Mixture
        How long each way takes.

    Returns
    -------
    Mixture
        How long all take that are taken.

    Raises
    ------
    TooComplex
        If some of it can be anything between two values.
    """
    if any(way.spread for way in ways):
        raise TooComplex
    times = np.array(sorted({time for way in ways for time, _ in way.atoms}))
    reached = np.diff(combined(chances, [way.upto(times) for way in ways]), prepend=0.0)
    pairs = zip(times.tolist(), reached.tolist(), strict=True)
    return mixture([Part(weight, time) for time, weight in pairs if weight > _NOTHING])


def combined(chances: Sequence[float | None], curves: Iterable[Numbers]) -> Numbers:
    """Return how likely all ways that were taken are done by a time.

    Parameters
    ----------
    chances : sequence of float or None
        How likely each way is taken, for itself; None for that which is taken if no other is. Where
        there is none such, one at least is taken.
    curves : iterable of array
        How likely each way is done by that time; one after the other, since they may be many.

    Returns
    -------
    array of float
        For each time.

    Examples
    --------
    >>> combined((0.5, 0.5), [np.array([0.5]), np.array([1.0])]).round(6).tolist()
    [0.666667]
    """
    done = np.ones(1)
    none = 1.0
    otherwise: Numbers | None = None
    for chance, curve in zip(chances, curves, strict=True):
        if chance is None:
            otherwise = curve
        else:
            done = done * (1 - chance + chance * curve)
            none *= 1 - chance
    if otherwise is not None:
        return done - none + none * otherwise
    return (done - none) / (1 - none)


def integral(curve: Callable[[Numbers], Numbers], marks: Iterable[float]) -> float:
    """Integrate a curve that is smooth between some marks, from the first to the last.

    Parameters
    ----------
    curve : callable
        Of an array of times.
    marks : iterable of float
        Where it may be steep, or jump.

    Returns
    -------
    float
        The integral.

    Examples
    --------
    >>> round(integral(np.sqrt, [0, 1]), 9)
    0.666666667
    """
    ordered = sorted(set(marks))
    if not ordered[1:]:
        return 0.0
    steps = 0.5 ** np.arange(_GRADES, 0, -1)
    grades = np.concatenate([[0.0], steps, (1 - steps)[::-1][1:], [1.0]])
    low = np.array(ordered[:-1])[:, None]
    width = np.diff(np.array(ordered))[:, None]
    edges = low + width * grades[None, :]
    starts, ends = edges[:, :-1].ravel(), edges[:, 1:].ravel()
    half = (ends - starts) / 2
    times = (starts + half)[:, None] + half[:, None] * _POINTS[None, :]
    values = curve(times.ravel()).reshape(times.shape)
    return float(((values @ _WEIGHTS) * half).sum())


def tail(
    curve: Callable[[Numbers], Numbers], marks: Sequence[float], *, bounded: bool, unit: float
) -> float:
    """Integrate a curve that falls to zero, from zero to where nothing is left of it.

    Parameters
    ----------
    curve : callable
        Of an array of times.
    marks : sequence of float
        Where it may be steep, or jump.
    bounded : bool
        Whether it is zero after the last of them.
    unit : float
        About how far it reaches, in hours.

    Returns
    -------
    float
        The integral.
    """
    found = [0.0, *(mark for mark in marks if mark > 0)]
    last = max(found)
    if not bounded:
        width = max(unit, 1e-6)
        for _ in range(_DOUBLED):
            last += width
            found.append(last)
            if float(curve(np.array([last]))[0]) < _NOTHING:
                break
            width *= 2
    return integral(curve, found)


@dataclass(frozen=True, slots=True)
class Raced:
    """What comes of a race for one of the runners.

    Parameters
    ----------
    mass : float
        How likely it wins.
    first : float
        The expected time at which it wins, where that counts as nothing if it does not.
    atoms : list of pairs of float
        Times at which it wins with a chance of its own, and that chance.
    curve : callable or None
        How likely it has won by a time, beside that.
    error : float
        How far off `first` can be, in hours.
    """

    mass: float
    first: float
    atoms: list[tuple[float, float]]
    curve: Curve | None
    error: float = 0.0


def race(runners: Sequence[Mixture], place: int) -> Raced:
    """Find out how likely one of several clocks rings first, and when.

    Parameters
    ----------
    runners : sequence of Mixture
        The clocks; of equals, the first one wins.
    place : int
        Which of them is meant.

    Returns
    -------
    Raced
        Exact, but where it and another one can both ring at any time.
    """
    own = runners[place]
    others = [(runner, number < place) for number, runner in enumerate(runners) if number != place]
    won = [
        (time, weight * math.prod(_later(other, time, before) for other, before in others))
        for time, weight in own.atoms
    ]
    won = [(time, weight) for time, weight in won if weight > 0]
    mass = math.fsum(weight for _, weight in won)
    first = math.fsum(time * weight for time, weight in won)
    spread = Mixture(tuple(part for part in own.parts if part.drawn is not None))
    if not spread.parts:
        return Raced(mass, first, won, None)
    if any(other.spread for other, _ in others):
        return _race_in_steps(Raced(mass, first, won, None), spread, [one for one, _ in others])
    stops = sorted({time for other, _ in others for time, _ in other.atoms})
    # Between two of these, nobody else can ring: the chance that none has rung stays the same.
    left = [
        math.prod(1 - float(other.upto(np.array([time]))[0]) for other, _ in others)
        for time in stops
    ]
    pieces = list(zip([1.0, *left], [0.0, *stops], [*stops, math.inf], strict=True))
    pieces = [piece for piece in pieces if piece[0] > _NOTHING]
    marks = spread.knots
    for chance, low, high in pieces:
        ends = np.array([low, min(high, _far(spread))])
        before, after = spread.upto(ends)
        if low == 0:
            before = 0.0
        mass += chance * (after - before)
        first += chance * _moment(spread, marks, low, high, float(after - before))

    def curve(times: Numbers) -> Numbers:
        total = np.zeros_like(times)
        for chance, low, high in pieces:
            inside = spread.upto(np.clip(times, low, min(high, _far(spread))))
            total += chance * (inside - (spread.upto(np.array([low]))[0] if low else 0.0))
        return total

    return Raced(float(mass), float(first), won, curve)


def _race_in_steps(won: Raced, spread: Mixture, others: Sequence[Mixture]) -> Raced:
    """Add up, in small steps of time, how likely one rings while none of the others has."""
    ends = [_far(one) for one in (spread, *others) if one.spread]
    mean = spread.first / spread.mass
    far = min([*ends, 60 * mean + max(spread.knots, default=0.0)])
    # Close together where a curve may be steep.
    times = far * np.linspace(0, 1, _STEPS) ** 2
    upto = spread.upto(times)
    left = np.prod([1 - one.upto(times) for one in others], axis=0)
    steps = np.diff(upto) * (left[1:] + left[:-1]) / 2
    middle = (times[1:] + times[:-1]) / 2
    reached = np.concatenate([[0.0], np.cumsum(steps)])
    return Raced(
        won.mass + float(reached[-1]),
        won.first + float((steps * middle).sum()),
        won.atoms,
        lambda wanted: np.interp(wanted, times, reached),
        mean * 1e-5,
    )


def _later(other: Mixture, time: float, before: bool) -> float:
    """Return how likely another one rings after a time, or not before it."""
    return 1 - float(other.upto(np.array([time]), strictly=not before)[0])


def _far(spread: Mixture) -> float:
    """Return a time after which nothing of a mixture is left."""
    return max(
        shift + (drawn.maximum if math.isfinite(drawn.maximum) else 1e12)
        for _, shift, drawn in spread.spread
    )


def _moment(spread: Mixture, marks: Sequence[float], low: float, high: float, mass: float) -> float:
    """Return the integral of the time over what happens between two times."""
    if math.isinf(high):
        # All that there is, without what comes before.
        before = _moment(spread, marks, 0.0, low, float(spread.upto(np.array([low]))[0]))
        return spread.first - (before if low else 0.0)
    between = [mark for mark in marks if low < mark < high]
    area = integral(spread.upto, [low, *between, high])
    upto = spread.upto(np.array([low, high]))
    return float(high * upto[1] - low * upto[0] - area) if mass else 0.0
