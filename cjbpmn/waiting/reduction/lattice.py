"""How waits are spread, on a lattice: masses of probability at equal steps of time.

A wait is kept as the Fourier transform of its masses. One after the other is then a product, one or
the other a sum, again and again the sum of a geometric series. What lies beyond the last step would
come back at the first; so masses are damped towards the end before they are transformed, and the
damping is taken back at last. What is waited for together is the product of the cumulative masses.
A duration between two steps is divided among both such that its mean stays the same; besides, each
value carries its mass and mean, which no lattice makes less exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cjbpmn.distributions import Numbers, Sum
from cjbpmn.waiting.passages.delays import Block, Chance, Copies, Delay, Drawn, Repeated, Won
from cjbpmn.waiting.reduction.algebra import (
    Algebra,
    Masses,
    Refused,
    less_than_certain,
    raced,
    rounds,
    written,
)
from cjbpmn.waiting.reduction.cumulative import Curve, atoms, cumulative
from cjbpmn.waiting.reduction.mixtures import Mixture, TooComplex, combined, tail

Wave: TypeAlias = NDArray[np.complex128]
_DAMPING: Final = 12.0
"""By e to this power what comes round again is less than it was."""
_ROUNDED: Final = 1e-12
_CLOSE: Final = 1e-9
"""What is so close to a step lies on it."""
_ROUGH: Final = 0.25
"""Means of what is waited for together are off by less than this part of a step."""


@dataclass(frozen=True, eq=False, slots=True)
class Waited:
    """What is known of a wait.

    Parameters
    ----------
    mass : float
        How likely it happens, or how often.
    first : float
        The expected time, where it counts as nothing if it does not happen.
    wave : array of complex
        The transform of its damped masses.
    error : float
        How far off `first` can be, in hours; zero where it is exact.
    """

    mass: float
    first: float
    wave: Wave
    error: float = 0.0


class Lattice(Algebra[Waited]):
    """Equal steps of time.

    Parameters
    ----------
    step : float
        In hours.
    number : int
        How many.
    whole : bool
        Whether nothing lies beyond the last one.
    exact : bool
        Whether nothing lies between two of them.
    """

    def __init__(
        self, step: float, number: int, *, whole: bool = False, exact: bool = False
    ) -> None:
        super().__init__()
        self.step = step
        self.number = number
        self.exact = exact
        damping = 0.0 if whole else _DAMPING
        self.damping = np.exp(-damping * np.arange(number, dtype=np.float64) / number)
        self.marks = step * np.arange(number, dtype=np.float64)
        self._unit = Waited(1.0, 0.0, np.ones(number // 2 + 1, np.complex128))

    @cached_property
    def _halves(self) -> Numbers:
        """All steps, and the middle of each."""
        found: Numbers = self.step / 2 * np.arange(2 * self.number + 1, dtype=np.float64)
        return found

    # The rules

    def unit(self) -> Waited:
        """Return what takes no time."""
        return self._unit

    def then(self, one: Waited, other: Waited) -> Waited:
        """Return both, one after the other."""
        if one is self._unit or other is self._unit:
            return other if one is self._unit else one
        return Waited(
            one.mass * other.mass,
            one.first * other.mass + one.mass * other.first,
            one.wave * other.wave,
            one.error * other.mass + one.mass * other.error,
        )

    def plus(self, one: Waited, other: Waited) -> Waited:
        """Return one or the other."""
        return Waited(
            one.mass + other.mass,
            one.first + other.first,
            one.wave + other.wave,
            one.error + other.error,
        )

    def times(self, value: Waited, weight: float) -> Waited:
        """Return the same, less often."""
        return Waited(
            weight * value.mass, weight * value.first, weight * value.wave, weight * value.error
        )

    def again(self, value: Waited) -> Waited:
        """Return nothing, or it once, or twice, and so on."""
        whole = 1 / (1 - less_than_certain(value.mass))
        return Waited(whole, value.first * whole**2, 1 / (1 - value.wave), value.error * whole**2)

    def leaf(self, delay: Delay) -> Waited:
        """Put a delay on the lattice."""
        match delay:
            case Drawn():
                return self._drawn(delay)
            case Chance():
                return self.times(self._unit, Masses().of(delay))
            case Won():
                return self._won(delay)
            case Repeated():
                return self._repeated(delay)
            case Copies():
                return self._copies(delay)
            case Block():
                return self._together(lambda curves: combined(delay.chances, curves), delay.ways)
        raise Refused("something takes an unknown time")

    def _drawn(self, delay: Drawn) -> Waited:
        own = delay.distribution
        if isinstance(own, Sum):
            found = self._unit
            for part in own.parts:
                found = self.then(found, self.of(Drawn(part)))
            return found
        values = atoms(own)
        if values is None:
            masses = self._centred(self._masses(cumulative(own)), own.mean)
        else:
            masses = self._points(values)
        return Waited(1.0, own.mean, self.wave_of(masses))

    def _won(self, delay: Won) -> Waited:
        won = raced(delay)
        masses = self._points(won.atoms)
        if won.curve is not None:
            drawn = self._masses(won.curve)
            masses = masses + drawn if won.atoms else self._centred(drawn, won.first, won.mass)
        return Waited(won.mass, won.first, self.wave_of(masses), won.error)

    def _repeated(self, delay: Repeated) -> Waited:
        one = self.of(delay.part)
        again, most = delay.again, delay.most
        mean, _ = rounds(delay)
        turn = again * one.wave
        last = turn ** (most - 1)
        wave = (1 - again) * one.wave * (1 - last) / (1 - turn) + one.wave * last
        return Waited(1.0, mean * one.first, wave, mean * one.error)

    def _copies(self, delay: Copies) -> Waited:
        if delay.together:
            return self._together(lambda curves: next(iter(curves)) ** delay.number, [delay.part])
        one = self.of(delay.part)
        return Waited(
            1.0, delay.number * one.first, one.wave**delay.number, delay.number * one.error
        )

    # What is waited for together

    def _together(
        self, combine: Callable[[Iterable[Numbers]], Numbers], ways: Sequence[Delay]
    ) -> Waited:
        try:
            return self._together_exactly(combine, [written(way) for way in ways])
        except TooComplex:
            values = [self.of(way) for way in ways]
        curve = combine(np.cumsum(self.masses_of(value)) for value in values)
        masses = np.diff(curve, prepend=0.0)
        beyond = max(1 - float(curve[-1]), 0.0)
        last = self.step * self.number
        first = float(masses @ self.marks) + beyond * last
        error = max(value.error for value in values) + (0 if self.exact else _ROUGH * self.step)
        if beyond > _CLOSE:
            error += beyond * last
        return Waited(1.0, first, self.wave_of(masses), error)

    def _together_exactly(
        self, combine: Callable[[Iterable[Numbers]], Numbers], ways: Sequence[Mixture]
    ) -> Waited:
        def curve(times: Numbers) -> Numbers:
            return combine(way.upto(times) for way in ways)

        bounded = all(
            part.drawn is None or math.isfinite(part.drawn.maximum)
            for way in ways
            for part in way.parts
        )
        marks = [mark for way in ways for mark in way.knots]
        unit = max(way.first for way in ways) / 4
        first = tail(lambda times: 1 - curve(times), marks, bounded=bounded, unit=unit)
        if any(way.spread for way in ways):
            if any(way.atoms for way in ways):
                masses = self._stepped(curve, marks)
            else:
                masses = self._centred(self._masses(curve), first)
        else:
            times = np.array(sorted(set(marks)))
            reached = np.diff(curve(times), prepend=0.0)
            masses = self._points(list(zip(times.tolist(), reached.tolist(), strict=True)))
        return Waited(1.0, first, self.wave_of(masses))

    # Masses

    def wave_of(self, masses: Numbers) -> Wave:
        """Damp and transform masses."""
        found: Wave = np.fft.rfft(masses * self.damping)
        return found

    def masses_of(self, value: Waited) -> Numbers:
        """Return the masses at each step; what lies beyond the last is missing."""
        found = np.fft.irfft(value.wave, self.number) / self.damping
        positive: Numbers = np.maximum(found, 0.0)
        return positive

    def _masses(self, curve: Curve) -> Numbers:
        """Divide each time among the two steps around it: by what lies under the curve."""
        return self._slices(curve(self._halves))

    def _centred(self, masses: Numbers, first: float, mass: float = 1.0) -> Numbers:
        """Give masses the mean that they must have: what is short of a step is not seen well.

        However little it is off, a loop would repeat it.
        """
        whole = np.cumsum(masses)
        left = whole[-1] - whole
        found = self.step * float(left.sum())
        if whole[-1] < mass * (1 - _CLOSE) or found <= 0:
            return masses
        left = np.minimum(left * (first / found), whole[-1])
        return np.diff(whole[-1] - left, prepend=0.0)

    def _slices(self, values: Numbers) -> Numbers:
        area = (values[:-1:2] + 4 * values[1::2] + values[2::2]) / 6
        return np.diff(area, prepend=0.0)

    def _stepped(self, curve: Curve, marks: Sequence[float]) -> Numbers:
        """The same for a curve that jumps: the jumps are put where they are."""
        jumps = []
        for mark in sorted(set(marks)):
            around = np.array([np.nextafter(mark, -1.0), mark])
            before, after = curve(around).tolist()
            if mark == 0:
                before = 0.0
            if after - before > _ROUNDED:
                jumps.append((mark, after - before))
        smooth = curve(self._halves)
        for mark, height in jumps:
            smooth = smooth - height * (self._halves >= mark)
        found: Numbers = self._slices(smooth) + self._points(jumps)
        return found

    def _points(self, values: Sequence[tuple[float, float]]) -> Numbers:
        """Put single times on the lattice."""
        masses = np.zeros(self.number)
        for time, weight in values:
            place = time / self.step
            below = math.floor(place + _CLOSE)
            part = max(place - below, 0.0)
            if part < _CLOSE:
                part = 0.0
            if below < self.number:
                masses[below] += weight * (1 - part)
            if part and below + 1 < self.number:
                masses[below + 1] += weight * part
        return masses
