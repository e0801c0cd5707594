"""How the wait before one contact is spread, worked out on the model instead of sampled.

What lies between two contacts is put together until one wait is left for each contact before: its
chance, its mean and its masses on a lattice. That is deterministic, and takes milliseconds. It is
refused, with a reason, where more than the way between two contacts decides: where branches that
come from several contacts join, where messages decide who comes first, where something can be
interrupted from elsewhere, where parallel work is no block, where a calendar counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from cjbpmn.distributions import Distribution, Numbers, Sum
from cjbpmn.waiting.passages.delays import (
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
from cjbpmn.waiting.reduction.algebra import Masses, Moments, Refused
from cjbpmn.waiting.reduction.cumulative import atoms
from cjbpmn.waiting.reduction.intervals import Intervals
from cjbpmn.waiting.reduction.lattice import Lattice, Waited
from cjbpmn.waiting.spread import Spread
from cjbpmn.waiting.structure import Moment

STEPS: Final = 4096
"""Into so many steps a wait is divided."""
_FEWER: Final = (1024, 1000)
"""And into so many at first in models of more contacts than that: each keeps what was found."""
MOST_STEPS: Final = 65_536
_FINE: Final = (0.002, 0.005)
"""A step is no more than this part of the wait kept in 9 of 10 cases, and in 5 of 10."""
_WIDTH: Final = 10.0
"""By so many standard deviations the lattice reaches beyond the mean."""
_MOST_CONTACTS: Final = 500
_NOTHING: Final = 1e-12
_LOST: Final = 1e-9
_BEYOND: Final = 1e-4
"""No more may lie beyond the last step, if more steps can help."""


@dataclass(frozen=True, slots=True)
class ReducedLeg:
    """The part of a wait that begins with one contact.

    Parameters
    ----------
    start : Moment or None
        The contact; None for the begin of the case.
    share : float
        How many of the executions.
    expected : float
        The wait, in hours.
    """

    start: Moment | None
    share: float
    expected: float


@dataclass(frozen=True, slots=True)
class Reduced:
    """How the wait before one contact is spread.

    Parameters
    ----------
    expected : float
        The mean, in hours.
    error : float
        How far off that can be; zero where it is exact.
    spread : Spread
        The distribution; each time is off by no more than half a step.
    step : float
        The step, in hours; zero where only few values occur, and these are exact.
    legs : tuple of ReducedLeg
        By the contact before.
    executions : float or None
        How often a case comes to the contact; None where that was not needed.
    """

    expected: float
    error: float
    spread: Spread
    step: float
    legs: tuple[ReducedLeg, ...]
    executions: float | None


class Reductions:
    """The waits of one model that can be worked out.

    Parameters
    ----------
    found : Passages
        The model, after its blocks were put together.
    intervals : Intervals
        Its bounds.
    """

    def __init__(self, found: Passages, intervals: Intervals) -> None:
        self.found = found
        self.intervals = intervals
        self._masses: dict[Moment, dict[Moment, float] | str] = {}
        self._executions: dict[Moment, float] = {BEGIN: 1.0}
        self.steps = _FEWER[0] if len(found.contacts) > _FEWER[1] else STEPS

    def reduce(self, end: Moment) -> Reduced:
        """Work out the wait before a contact.

        Parameters
        ----------
        end : Moment
            The contact.

        Returns
        -------
        Reduced
            How it is spread.

        Raises
        ------
        Refused
            If more decides than the way between two contacts, or if it is never waited for.
        """
        passages, _ = self.found.before(end)
        reason = self.intervals.doubt(passages, end)
        if reason:
            raise Refused(reason)
        shares, executions = self._shares(end)
        bounds = list(self.intervals.legs(end).values())
        least = min(one.minimum for one in bounds)
        most = max(one.maximum for one in bounds)
        rough = Moments().reduce(passages, end)
        mean = sum(shares[start] * rough[start][1] / rough[start][0] for start in shares)
        square = sum(shares[start] * rough[start][2] / rough[start][0] for start in shares)
        width = mean + _WIDTH * math.sqrt(max(square - mean * mean, 0.0))
        if least == most or width <= 0:
            return self._still(least, shares, executions)
        unit, only = _unit(passages)
        number = self.steps
        while True:
            lattice = _lattice(min(width, most), most, number, unit if only else None)
            if not lattice.exact:
                lattice = _refined(lattice, min(width, most), most, unit)
            values = lattice.reduce(passages, end)
            result, beyond = _combined(lattice, shares, values, (least, most), executions)
            if number >= MOST_STEPS or (beyond < _BEYOND and _is_fine(result)):
                return result
            if beyond >= _BEYOND:
                width *= 2
            number *= 4 if not _is_fine(result) else 2

    def _still(
        self, hours: float, shares: dict[Moment, float], executions: float | None
    ) -> Reduced:
        """Return a wait that is always the same."""
        legs = tuple(ReducedLeg(_named(start), share, hours) for start, share in shares.items())
        return Reduced(hours, 0.0, Spread((hours,), (1.0,)), 0.0, legs, executions)

    # How often each contact comes before

    def _shares(self, end: Moment) -> tuple[dict[Moment, float], float | None]:
        """Return which part of the executions begins at each contact before."""
        masses = self._masses_to(end)
        if not masses:
            raise Refused(f"it never happens: {end.key}")
        if len(masses) == 1:
            return dict.fromkeys(masses, 1.0), self._known_executions(end)
        parts = {start: self.executions(start) * mass for start, mass in masses.items()}
        whole = math.fsum(parts.values())
        if whole <= 0:
            raise Refused(f"it never happens: {end.key}")
        return {start: part / whole for start, part in parts.items() if part > 0}, whole

    def _known_executions(self, end: Moment) -> float | None:
        try:
            return self.executions(end)
        except Refused:
            return None

    def executions(self, end: Moment) -> float:
        """Return how often a case comes to a contact.

        Parameters
        ----------
        end : Moment
            The contact.

        Returns
        -------
        float
            Exact.

        Raises
        ------
        Refused
            If that is not known of it, or of a contact before.
        """
        if end not in self._executions:
            self._solve(end)
        return self._executions[end]

    def _solve(self, end: Moment) -> None:
        """Count executions of a contact and all before it: a system of linear equations."""
        wanted = self._before(end)
        if len(wanted) > _MOST_CONTACTS:
            raise Refused(f"too many contacts before: {end.key}")
        index = {one: number for number, one in enumerate(wanted)}
        moves, begun = np.eye(len(index)), np.zeros(len(index))
        for one, number in index.items():
            for start, mass in self._masses_to(one).items():
                if start in index:
                    moves[number, index[start]] -= mass
                else:
                    begun[number] += mass * self._executions[start]
        try:
            solved = np.linalg.solve(moves, begun)
        except np.linalg.LinAlgError as error:
            raise Refused(f"something goes round for ever: {end.key}") from error
        for one, number in index.items():
            self._executions[one] = float(solved[number])

    def _before(self, end: Moment) -> dict[Moment, None]:
        """Return a contact, and all before it that were not counted yet."""
        wanted = {end: None}
        pending = [end]
        while pending:
            one = pending.pop()
            try:
                starts = self._masses_to(one)
            except Refused as refused:
                reason = f"unknown how often {one.key} happens ({refused})"
                raise Refused(reason) from refused
            for start in starts:
                if start not in wanted and start not in self._executions:
                    wanted[start] = None
                    pending.append(start)
        return wanted

    def _masses_to(self, end: Moment) -> dict[Moment, float]:
        """Return how often each contact before leads to this one."""
        if end not in self._masses:
            try:
                self._masses[end] = self._find_masses(end)
            except Refused as refused:
                # The words only: what was raised holds on to all that led there.
                self._masses[end] = str(refused)
        found = self._masses[end]
        if isinstance(found, str):
            raise Refused(found)
        return found

    def _find_masses(self, end: Moment) -> dict[Moment, float]:
        passages, _ = self.found.before(end)
        reason = self.intervals.doubt(passages, end)
        if reason:
            raise Refused(reason)
        masses = Masses().reduce(passages, end)
        reached = self.intervals.reached
        return {start: mass for start, mass in masses.items() if start in reached and mass > 0}


def _named(start: Moment) -> Moment | None:
    return None if start == BEGIN else start


def _is_fine(result: Reduced) -> bool:
    """Tell whether the steps are small against what is asked for most often."""
    most = result.spread.percentile(0.9) or 0.0
    half = result.spread.percentile(0.5) or 0.0
    if result.step > _FINE[0] * most:
        return False
    # What is over in one step in half of the cases is as good as nothing.
    return result.step <= _FINE[1] * half or half <= result.step


def _lattice(reach: float, most: float, number: int, unit: float | None) -> Lattice:
    """Choose the steps: such that all values lie on one, where there are only few."""
    if unit is not None:
        for far in (most, reach):
            needed = 2 ** math.ceil(math.log2(min(far / unit, MOST_STEPS) + 3))
            if needed <= MOST_STEPS:
                return Lattice(unit, needed, whole=far == most, exact=True)
    return Lattice(reach / (number - 3), number, whole=reach == most)


def _refined(lattice: Lattice, reach: float, most: float, unit: float | None) -> Lattice:
    """Let what is always the same lie on a step, where other things can be anything between."""
    if unit is None or unit < lattice.step:
        return lattice
    step = unit / math.floor(unit / lattice.step)
    return Lattice(step, lattice.number, whole=reach == most)


def _combined(
    lattice: Lattice,
    shares: dict[Moment, float],
    values: dict[Moment, Waited],
    bounds: tuple[float, float],
    executions: float | None,
) -> tuple[Reduced, float]:
    """Put the legs together; return also how much lies beyond the last step."""
    legs = tuple(
        ReducedLeg(_named(start), share, values[start].first / values[start].mass)
        for start, share in shares.items()
    )
    expected = math.fsum(leg.share * leg.expected for leg in legs)
    wave = sum(share / values[start].mass * values[start].wave for start, share in shares.items())
    error = sum(share / values[start].mass * values[start].error for start, share in shares.items())
    masses = lattice.masses_of(Waited(1.0, expected, np.asarray(wave)))
    spread = _spread(lattice.marks, masses, expected, bounds)
    step = 0.0 if lattice.exact else lattice.step
    reduced = Reduced(expected, error, spread, step, legs, executions)
    return reduced, max(1 - float(masses.sum()), 0.0)


def _spread(
    marks: Numbers, masses: Numbers, expected: float, bounds: tuple[float, float]
) -> Spread:
    """Make a spread of masses; what lies beyond the last step keeps the mean as it is."""
    beyond = 1 - float(masses.sum())
    kept = masses > _NOTHING
    times, place = np.unique(np.clip(np.round(marks[kept], 12), *bounds), return_inverse=True)
    weights = np.bincount(place, masses[kept])
    if beyond > _LOST:
        last = float(marks[-1])
        time = (expected - float(masses @ marks)) / beyond
        times = np.append(times, min(max(time, last), max(bounds[1], last)))
        weights = np.append(weights, beyond)
    return Spread.packed(times, weights / weights.sum())


def _unit(passages: Sequence[Passage]) -> tuple[float | None, bool]:
    """Return of what the durations with few values are multiples, and whether there are others."""
    parts: set[Fraction] = set()
    only = True
    for distribution in _drawn(passages):
        values = atoms(distribution)
        if values is None:
            only = False
            continue
        for value, _ in values:
            part = Fraction(value).limit_denominator(1000)
            if abs(float(part) - value) > _NOTHING * max(value, 1.0):
                return None, False
            parts.add(part)
    parts.discard(Fraction(0))
    if not parts:
        return None, False
    below = math.lcm(*(part.denominator for part in parts))
    return math.gcd(*(int(part * below) for part in parts)) / below, only


def _drawn(passages: Iterable[Passage]) -> Iterator[Distribution]:
    """Yield all durations in a part of a model, however deep."""
    pending: list[Delay | None] = [passage.delay for passage in passages]
    while pending:
        match pending.pop():
            case Drawn(distribution=Sum(parts=parts)):
                pending += [Drawn(part) for part in parts]
            case Drawn(distribution=distribution):
                yield distribution
            case Repeated(part=part) | Copies(part=part):
                pending.append(part)
            case Won(clocks=clocks):
                pending += clocks
            case Chance():
                pass
            case Course(passages=inner) | Net(passages=inner):
                pending += [passage.delay for passage in inner]
            case Block(ways=ways):
                pending += ways
