"""Many runs of one model: all of them where chance is countable, a sample where it is not."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

import numpy as np

from cjbpmn.dated import Dated
from cjbpmn.distributions import Distribution, Empirical, Fixed, Sum
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.tokens import Run

EXACT_REST: Final = 1e-12
"""Below this probability, what was not played does not matter."""
MAX_RUNS: Final = 3000
MAX_MOVES: Final = 50_000
"""How many moves of tokens may be spent on one model; the clock on the wall decides nothing."""
SAMPLES: Final = 10_000
FEWEST: Final = 500
SAMPLED_MOVES: Final = 100_000
"""Of large models fewer samples are played: so many moves of tokens, but at least `FEWEST` runs."""
MOST_MOVES: Final = 200_000
"""And where even so many runs take too long, fewer: no model may take more moves than these."""
_PILOT: Final = 20
SEED: Final = 20261
TOLERATED: Final = 1e-3
"""Figures are given although runs were broken off, if these are no likelier than this."""
_LAST_MOVES: Final = 10_000
"""Where there will be no figures, so many moves are left to find out what else is doubtful."""
ENDLESS: Final = 1e9
"""Hours that stand for no bound, such that sums and differences of them stay exact enough."""
_BLOCK: Final = 512
_HABIT: Final = 500
"""Beyond so many times, a choice is no less ready than before; numbers have an end."""


@dataclass(frozen=True, slots=True)
class Played:
    """Runs with their probabilities.

    Parameters
    ----------
    runs : list of pairs of float and Run
        Each with its weight.
    method : str
        ``exact``: all runs that matter; ``enumerated``: the likeliest ones, `rest` is what they
        leave; ``sampled``: a random sample.
    rest : float
        The probability of what was not played.
    """

    runs: list[tuple[float, Run]]
    method: str
    rest: float = 0.0

    @property
    def is_hopeless(self) -> bool:
        """Whether more runs would not help: too many would never end."""
        return _broken(self.runs) * (1 - self.rest) >= TOLERATED


def is_countable(distribution: Distribution) -> bool:
    """Tell whether a duration has only a few values.

    Parameters
    ----------
    distribution : Distribution
        A duration.

    Returns
    -------
    bool
        True for fixed and empirical ones with a greatest value, sums of these, and what is fixed
        once it begins.
    """
    if isinstance(distribution, Sum):
        return all(map(is_countable, distribution.parts))
    if isinstance(distribution, Empirical):
        return not distribution.endless
    return isinstance(distribution, Fixed | Dated)


class Script:
    """The choices of a run, up to one that is to go another way.

    Runs of large models make thousands of choices, and each could go another way; so what comes
    before is not copied.

    Parameters
    ----------
    taken : list of int
        The choices of the run.
    place : int
        Which of them is to be another.
    index : int
        Which one.

    Examples
    --------
    >>> Script([0, 1, 0], 1, 2).choices
    [0, 2]
    >>> Script([0, 1, 0], 1, 2) < Script([0, 1, 0], 2, 1)
    False
    """

    __slots__ = ("index", "place", "taken")

    def __init__(self, taken: list[int], place: int, index: int) -> None:
        self.taken = taken
        self.place = place
        self.index = index

    @property
    def choices(self) -> list[int]:
        """All of them, from the begin."""
        return [*self.taken[: self.place], self.index]

    def __lt__(self, other: Script) -> bool:
        """Tell which of equally likely ones comes first: as if written in full."""
        if self.taken is not other.taken:
            return self.choices < other.choices
        if self.place < other.place:
            return self.index < self.taken[self.place]
        if self.place > other.place:
            return self.taken[other.place] < other.index
        return self.index < other.index


class Scripted:
    """Answers as the script says; beyond it, the likeliest, and notes what else could be."""

    def __init__(self, script: Sequence[int], bound: str | None = None) -> None:
        self.script = script
        self.bound = bound
        self.taken: list[int] = []
        self.probability = 1.0
        self.alternatives: list[tuple[float, Script]] = []
        self.habit: dict[tuple[str, int], int] = {}

    def choose(self, weights: Sequence[float], owner: str = "") -> int:
        """Choose one of several, by weight."""
        total = math.fsum(weights)
        place = len(self.taken)
        if place < len(self.script):
            chosen = self.script[place]
        else:
            # What was chosen before in this run is chosen less readily again: loops are left.
            habit = self.habit
            readiness = [
                weight / 4.0 ** min(habit.get((owner, index), 0), _HABIT)
                for index, weight in enumerate(weights)
            ]
            chosen = readiness.index(max(readiness))
            habit[owner, chosen] = habit.get((owner, chosen), 0) + 1
            for index, weight in enumerate(weights):
                if index != chosen and weight > 0:
                    self.alternatives.append(
                        (self.probability * weight / total, Script(self.taken, place, index))
                    )
        self.probability *= weights[chosen] / total
        self.taken.append(chosen)
        return chosen

    def duration(self, key: str, distribution: Distribution) -> float:
        """Say how long it takes: a choice among its values, or its bound."""
        if self.bound is not None:
            return self._bounded(distribution)
        if isinstance(distribution, Fixed):
            return distribution.hours
        if isinstance(distribution, Empirical):
            return distribution.values[self.choose(distribution.shares)]
        if isinstance(distribution, Sum):
            return sum(self.duration(key, part) for part in distribution.parts)
        raise TypeError(distribution)

    def _bounded(self, distribution: Distribution) -> float:
        if self.bound == "least":
            return distribution.minimum
        return min(distribution.maximum, ENDLESS)

    def winner(self, clocks: Sequence[tuple[str, Distribution]]) -> tuple[int, float]:
        """Say which clock rings first; between bounds, everyone who can win may."""
        if self.bound is None:
            times = [self.duration(key, clock) for key, clock in clocks]
            index = times.index(min(times))
            return index, times[index]
        ends = [min(clock.maximum, ENDLESS) for _, clock in clocks]
        first = min(ends)
        able = [index for index, (_, clock) in enumerate(clocks) if clock.minimum <= first]
        chosen = able[self.choose([1.0] * len(able)) if len(able) > 1 else 0]
        least = clocks[chosen][1].minimum
        return chosen, least if self.bound == "least" else min(ends[chosen], first)


class Random:
    """Answers at random."""

    def __init__(self, seed: int) -> None:
        self.bound: str | None = None
        self.rng = np.random.default_rng(seed)
        self.uniforms: Iterator[float] = iter(())
        self.drawn: dict[str, Iterator[float]] = {}

    def choose(self, weights: Sequence[float], owner: str = "") -> int:  # noqa: ARG002
        """Choose one of several, by weight."""
        mark = self._uniform() * math.fsum(weights)
        for index, weight in enumerate(weights):
            mark -= weight
            if mark < 0:
                return index
        return max(range(len(weights)), key=weights.__getitem__)

    def _uniform(self) -> float:
        for value in self.uniforms:
            return value
        self.uniforms = iter(self.rng.random(_BLOCK * 8).tolist())
        return next(self.uniforms)

    def duration(self, key: str, distribution: Distribution) -> float:
        """Draw how long it takes."""
        if isinstance(distribution, Fixed):
            return distribution.hours
        for value in self.drawn.get(key, ()):
            return value
        self.drawn[key] = iter(distribution.sample(self.rng, _BLOCK).tolist())
        return next(self.drawn[key])

    def winner(self, clocks: Sequence[tuple[str, Distribution]]) -> tuple[int, float]:
        """Draw which clock rings first, and when."""
        times = [self.duration(key, clock) for key, clock in clocks]
        index = times.index(min(times))
        return index, times[index]


def _broken(runs: Iterable[tuple[float, Run]]) -> float:
    """Return how likely the runs are that were broken off, and not only to go on elsewhere."""
    return math.fsum(
        weight for weight, run in runs if run.stopped is not None and run.renewed is None
    )


def sample_runs(
    game: Game, *, samples: int | None = None, moves: int = SAMPLED_MOVES, seed: int = SEED
) -> Played:
    """Play random runs of a model.

    Parameters
    ----------
    game : Game
        The model.
    samples : int or None
        How many; by default, as the size allows.
    moves : int
        How many moves of tokens, if that is more than `FEWEST` runs.
    seed : int
        The same seed gives the same runs.

    Returns
    -------
    Played
        The runs, all of the same weight.
    """
    chooser = Random(seed)
    if samples is None:
        # A few runs of their own tell how long one is.
        lengths: list[int] = []
        while len(lengths) < _PILOT and sum(lengths) < MOST_MOVES // 4:
            lengths.append(game.play(chooser).moves)
        length = max(sum(lengths) / len(lengths), 1)
        samples = round(min(SAMPLES, max(FEWEST, moves / length), MOST_MOVES / length))
        samples = max(samples, 2)
    runs: list[Run] = []
    broken = 0
    while len(runs) < samples and broken < TOLERATED * samples:
        runs.append(game.play(chooser))
        broken += runs[-1].stopped is not None
    return Played([(1 / len(runs), run) for run in runs], "sampled")


def enumerate_runs(
    game: Game,
    *,
    bound: str | None = None,
    most: int = MAX_RUNS,
) -> Played:
    """Play the runs of a model, the likeliest first, each once.

    Parameters
    ----------
    game : Game
        The model; its durations are countable, or `bound` is given.
    bound : str or None
        ``least`` or ``most``: play every duration at its bound.
    most : int
        How many runs at most.

    Returns
    -------
    Played
        The runs; their weights add up to one even if some are left out.
    """
    # A model in which nothing takes time is only asked for its endings and counts.
    patient = any(clock.maximum > 0 for clock in game.clocks.values())
    ways, rest = unfold(
        lambda script: Scripted(script, bound),
        game.play,
        most=most,
        moves=MAX_MOVES if patient else MAX_MOVES // 5,
        enough=EXACT_REST if patient else 1e-6,
        hopeless=math.inf if bound else TOLERATED,
    )
    total = math.fsum(weight for weight, _ in ways)
    if not total:
        # With thousands of choices, each run is less likely than numbers can say.
        return Played([(1 / len(ways), run) for _, run in ways], "enumerated", 1.0)
    method = "exact" if rest <= 1e-9 else "enumerated"  # noqa: PLR2004 - the promised accuracy
    return Played([(weight / total, run) for weight, run in ways], method, rest)


def unfold(  # noqa: PLR0913 - the rest says when to stop
    make: Callable[[Sequence[int]], Scripted],
    play: Callable[[Scripted], Run],
    *,
    moves: int,
    most: int = MAX_RUNS,
    enough: float = EXACT_REST,
    hopeless: float = math.inf,
) -> tuple[list[tuple[float, Run]], float]:
    """Play every way that chance can go, the likeliest first, each once.

    Parameters
    ----------
    make : callable
        Makes a chooser out of a script.
    play : callable
        Plays with a chooser.
    moves : int
        How many moves of tokens at most.
    most : int
        How many runs at most.
    enough : float
        Which probability may be left out.
    hopeless : float
        With so much broken off, what is left does not matter much.

    Returns
    -------
    pair of list and float
        Each run with its probability; and what was left out.
    """
    heap: list[tuple[float, Script | None]] = [(-1.0, None)]
    ways: list[tuple[float, Run]] = []
    rest = 1.0
    broken = 0.0
    while heap and rest > enough and len(ways) < most:
        script = heappop(heap)[1]
        chooser = make(() if script is None else script.choices)
        run = play(chooser)
        ways.append((chooser.probability, run))
        rest -= chooser.probability
        if run.stopped is not None and run.renewed is None:
            broken += chooser.probability
        if broken >= hopeless:
            moves = min(moves, _LAST_MOVES)
            hopeless = math.inf
        for probability, alternative in chooser.alternatives:
            heappush(heap, (-probability, alternative))
        moves -= run.moves
        if moves < 0:
            break
    return ways, max(rest, 0.0) if heap else 0.0


def occupied(run: Run) -> float:
    """Measure how long work goes on inside while the customer is busy too.

    Parameters
    ----------
    run : Run
        A run.

    Returns
    -------
    float
        In hours.
    """
    if not run.work:
        return 0.0
    # What takes no time joins nothing that is apart, and overlaps with nothing.
    involved = [(one.start, one.end) for one in run.meetings if one.end > one.start]
    return overlap(union(involved), union(run.work)) if involved else 0.0


def union(intervals: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Join intervals that touch or overlap.

    Parameters
    ----------
    intervals : iterable of pairs of float
        Start and end.

    Returns
    -------
    list of pairs of float
        In order, with gaps between.

    Examples
    --------
    >>> union([(3, 4), (0, 1), (1, 2)])
    [(0, 2), (3, 4)]
    """
    joined: list[tuple[float, float]] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def overlap(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> float:
    """Measure how long two unions of intervals hold at once.

    Parameters
    ----------
    one, other : sequence of pairs of float
        In order, without overlaps.

    Returns
    -------
    float
        The length of their intersection.

    Examples
    --------
    >>> overlap([(0, 2)], [(1, 5)])
    1.0
    """
    total = 0.0
    first = second = 0
    while first < len(one) and second < len(other):
        shared = min(one[first][1], other[second][1]) - max(one[first][0], other[second][0])
        total += max(shared, 0)
        if one[first][1] < other[second][1]:
            first += 1
        else:
            second += 1
    return total
