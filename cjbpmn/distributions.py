"""Distributions of durations, as plain values: what a duration is at least, on average, at most.

All numbers are hours. A duration is never negative: what lies below zero is cut off, and the
rest takes its place in proportion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from cjbpmn.errors import InvalidValue

Numbers: TypeAlias = NDArray[np.float64]
_NOTHING: Final = 1e-12
STEEPEST: Final = 1e12
"""With a larger shape, a distribution is as good as one value."""
_WILDEST: Final = 0.01
"""With a smaller shape, the mean of a Weibull is larger than any number."""
_WIDEST: Final = 1e9
"""So many times its mean, the deviation of a time means nothing any more."""


@runtime_checkable
class Distribution(Protocol):
    """What every distribution can tell, in hours."""

    @property
    def minimum(self) -> float:
        """The least that it can be."""
        ...

    @property
    def mean(self) -> float:
        """The expected value."""
        ...

    @property
    def maximum(self) -> float:
        """The most that it can be; infinite where there is no bound."""
        ...

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Draw `n` independent durations."""
        ...


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise InvalidValue(message)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same.

    Parameters
    ----------
    hours : float
        How long.
    """

    hours: float

    def __post_init__(self) -> None:
        _require(0 <= self.hours < math.inf, f"{self.hours} hours: expected zero or more")

    @property
    def minimum(self) -> float:
        """The value."""
        return self.hours

    mean = minimum
    maximum = minimum

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:  # noqa: ARG002
        """Repeat the value."""
        return np.full(n, self.hours)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Anything between two bounds, all equally likely.

    Parameters
    ----------
    low, high : float
        The bounds, in hours.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        _require(0 <= self.low <= self.high < math.inf, "uniform: expected 0 <= low <= high")

    @property
    def minimum(self) -> float:
        """The lower bound."""
        return self.low

    @property
    def mean(self) -> float:
        """The middle."""
        return (self.low + self.high) / 2

    @property
    def maximum(self) -> float:
        """The upper bound."""
        return self.high

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Draw `n` durations."""
        return rng.uniform(self.low, self.high, n)


@dataclass(frozen=True, slots=True)
class _ThreePoints:
    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _require(
            0 <= self.low <= self.mode <= self.high < math.inf, "expected 0 <= low <= mode <= high"
        )

    @property
    def minimum(self) -> float:
        """The lower bound."""
        return self.low

    @property
    def maximum(self) -> float:
        """The upper bound."""
        return self.high


@dataclass(frozen=True, slots=True)
class Triangular(_ThreePoints):
    """At least, most likely, at most; straight lines between.

    Parameters
    ----------
    low, mode, high : float
        In hours.
    """

    @property
    def mean(self) -> float:
        """The mean of the three."""
        return (self.low + self.mode + self.high) / 3

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Draw `n` durations."""
        if self.low == self.high:
            return np.full(n, self.low)
        return rng.triangular(self.low, self.mode, self.high, n)


@dataclass(frozen=True, slots=True)
class Pert(_ThreePoints):
    """At least, most likely, at most, with thin tails; as project planners use it.

    Parameters
    ----------
    low, mode, high : float
        In hours.

    Examples
    --------
    >>> Pert(1, 2, 9).mean
    3.0
    """

    @property
    def mean(self) -> float:
        """The mean, in which the mode counts four times."""
        return (self.low + 4 * self.mode + self.high) / 6

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Draw `n` durations from the beta distribution behind it."""
        width = self.high - self.low
        if width == 0:
            return np.full(n, self.low)
        left = 1 + 4 * (self.mode - self.low) / width
        right = 1 + 4 * (self.high - self.mode) / width
        return self.low + width * rng.beta(left, right, n)


@dataclass(frozen=True, slots=True)
class TruncatedNormal:
    """A normal distribution of which only a part, by default from zero up, is kept.

    Parameters
    ----------
    centre, deviation : float
        Mean and standard deviation of the whole, in hours.
    low, high : float
        What is kept, in hours.

    Examples
    --------
    >>> round(TruncatedNormal(50, 1).mean, 9)
    50.0
    """

    centre: float
    deviation: float
    low: float = 0.0
    high: float = math.inf

    def __post_init__(self) -> None:
        _require(math.isfinite(self.centre), "normal: expected a finite mean")
        _require(0 < self.deviation < math.inf, "normal: expected a standard deviation above zero")
        _require(0 <= self.low < self.high, "normal: expected 0 <= low < high")
        _require(self._mass > _NOTHING, "normal: nothing of it lies between its bounds")

    @property
    def minimum(self) -> float:
        """The lower bound."""
        return self.low

    @property
    def _ends(self) -> tuple[float, float]:
        return (
            (self.low - self.centre) / self.deviation,
            (self.high - self.centre) / self.deviation,
        )

    @property
    def _mass(self) -> float:
        left, right = self._ends
        root = math.sqrt(2)
        return (math.erf(right / root) - math.erf(left / root)) / 2

    @property
    def mean(self) -> float:
        """The mean of the part that is kept."""
        left, right = (math.exp(-end * end / 2) for end in self._ends)
        return self.centre + self.deviation * (left - right) / (math.sqrt(2 * math.pi) * self._mass)

    @property
    def maximum(self) -> float:
        """The upper bound."""
        return self.high

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Draw `n` durations: redraw what falls outside, then cut what still does."""
        drawn = rng.normal(self.centre, self.deviation, n)
        for _ in range(100):
            outside = (drawn < self.low) | (drawn > self.high)
            count = int(outside.sum())
            if not count:
                break
            drawn[outside] = rng.normal(self.centre, self.deviation, count)
        return np.clip(drawn, self.low, self.high)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Skewed to the right: mostly short, sometimes long.

    Parameters
    ----------
    average, deviation : float
        Its own mean and standard deviation (not those of the logarithm), in hours.
    """

    average: float
    deviation: float

    def __post_init__(self) -> None:
        _require(
            0 < self.average < math.inf and 0 <= self.deviation < _WIDEST * self.average,
            "lognormal: expected a mean above zero, and a deviation in proportion to it",
        )

    @property
    def minimum(self) -> float:
        """Zero."""
        return 0.0

    @property
    def mean(self) -> float:
        """The mean."""
        return self.average

    @property
    def maximum(self) -> float:
        """No bound."""
        return math.inf

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Draw `n` durations."""
        variance = math.log1p((self.deviation / self.average) ** 2)
        return rng.lognormal(math.log(self.average) - variance / 2, math.sqrt(variance), n)


@dataclass(frozen=True, slots=True)
class Gamma:
    """A gamma distribution; with a whole shape, the sum of so many exponentials (Erlang).

    Parameters
    ----------
    shape : float
        Without a unit.
    scale : float
        In hours.

    Examples
    --------
    >>> Gamma(2, 1.5).mean
    3.0
    """

    shape: float
    scale: float

    def __post_init__(self) -> None:
        _require(
            0 < self.shape <= STEEPEST and 0 < self.scale < math.inf,
            "gamma: expected shape and scale above zero",
        )

    @property
    def minimum(self) -> float:
        """Zero."""
        return 0.0

    @property
    def mean(self) -> float:
        """Shape times scale."""
        return self.shape * self.scale

    @property
    def maximum(self) -> float:
        """No bound."""
        return math.inf

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Draw `n` durations."""
        return rng.gamma(self.shape, self.scale, n)


def exponential(mean: float) -> Gamma:
    """Return the exponential distribution of a mean, in hours.

    Parameters
    ----------
    mean : float
        In hours.

    Returns
    -------
    Gamma
        With shape one.
    """
    return Gamma(1.0, mean)


def erlang(mean: float, k: int) -> Gamma:
    """Return the Erlang distribution of a mean: the sum of `k` equal exponentials.

    Parameters
    ----------
    mean : float
        Of the sum, in hours.
    k : int
        How many.

    Returns
    -------
    Gamma
        With shape `k`.
    """
    return Gamma(float(k), mean / k)


@dataclass(frozen=True, slots=True)
class Empirical:
    """A few values, each with its share: what a log says, or a table.

    Parameters
    ----------
    values : tuple of float
        In hours.
    shares : tuple of float
        How likely each is; equal where left out. They are normalised to one.
    endless : bool
        Whether greater values can occur, too seldom to change any other figure.

    Examples
    --------
    >>> Empirical((3, 7), (0.5, 0.5)).mean
    5.0
    """

    values: tuple[float, ...]
    shares: tuple[float, ...] = ()
    endless: bool = False

    def __post_init__(self) -> None:
        _require(bool(self.values), "empirical: expected at least one value")
        _require(all(0 <= value < math.inf for value in self.values), "empirical: negative value")
        shares = self.shares or (1.0,) * len(self.values)
        _require(
            len(shares) == len(self.values) and min(shares) >= 0 and 0 < sum(shares) < math.inf,
            "empirical: expected one share for each value",
        )
        total = sum(shares)
        object.__setattr__(self, "shares", tuple(share / total for share in shares))

    @property
    def minimum(self) -> float:
        """The least value that can occur."""
        return min(v for v, p in zip(self.values, self.shares, strict=True) if p > 0)

    @property
    def mean(self) -> float:
        """The weighted mean."""
        return math.fsum(v * p for v, p in zip(self.values, self.shares, strict=True))

    @property
    def maximum(self) -> float:
        """The greatest value that can occur."""
        if self.endless:
            return math.inf
        return max(v for v, p in zip(self.values, self.shares, strict=True) if p > 0)

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Draw `n` durations."""
        return rng.choice(np.asarray(self.values, dtype=np.float64), n, p=self.shares)


@dataclass(frozen=True, slots=True)
class Sum:
    """Several independent durations, one after another.

    Parameters
    ----------
    parts : tuple of Distribution
        The durations.
    """

    parts: tuple[Distribution, ...]

    @property
    def minimum(self) -> float:
        """The sum of the least."""
        return math.fsum(part.minimum for part in self.parts)

    @property
    def mean(self) -> float:
        """The sum of the means."""
        return math.fsum(part.mean for part in self.parts)

    @property
    def maximum(self) -> float:
        """The sum of the most."""
        return math.fsum(part.maximum for part in self.parts)

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Draw `n` durations."""
        total = np.zeros(n)
        for part in self.parts:
            total += part.sample(rng, n)
        return total


@dataclass(frozen=True, slots=True)
class Scaled:
    """A distribution without a unit of its own, such as a beta or a Weibull, made into hours.

    Parameters
    ----------
    kind : str
        ``beta`` or ``weibull``.
    first, second : float
        Its shapes (beta), or its shape and its scale in hours (Weibull).
    most : float
        Of a beta: what its one stands for, in hours.
    """

    kind: str
    first: float
    second: float
    most: float = 1.0

    def __post_init__(self) -> None:
        _require(self.kind in {"beta", "weibull"}, f"{self.kind}: not a distribution known here")
        numbers = (self.first, self.second)
        _require(
            all(0 < one <= STEEPEST for one in numbers), f"{self.kind}: expected numbers above zero"
        )
        is_wild = self.kind == "weibull" and self.first < _WILDEST
        _require(not is_wild, f"weibull: expected a shape of {_WILDEST} or more")

    @property
    def minimum(self) -> float:
        """Zero."""
        return 0.0

    @property
    def mean(self) -> float:
        """The mean."""
        if self.kind == "beta":
            return self.most * self.first / (self.first + self.second)
        return self.second * math.gamma(1 + 1 / self.first)

    @property
    def maximum(self) -> float:
        """Its one for a beta, no bound for a Weibull."""
        return self.most if self.kind == "beta" else math.inf

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:
        """Draw `n` durations."""
        if self.kind == "beta":
            return self.most * rng.beta(self.first, self.second, n)
        return self.second * rng.weibull(self.first, n)
