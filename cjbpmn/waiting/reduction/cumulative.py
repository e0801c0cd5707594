"""How likely a duration is over by a time: cumulative distributions, for many times at once.

The incomplete gamma and beta functions are summed as series and continued fractions, as in
Abramowitz and Stegun (6.5.29, 6.5.31, 26.5.8); in NumPy alone there is nothing for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Final, TypeAlias

import numpy as np

from cjbpmn.distributions import (
    Distribution,
    Empirical,
    Fixed,
    Gamma,
    LogNormal,
    Numbers,
    Pert,
    Scaled,
    Triangular,
    TruncatedNormal,
    Uniform,
)

Curve: TypeAlias = Callable[[Numbers], Numbers]
_TINY: Final = 1e-300
_ENOUGH: Final = 1e-15
_ROUNDS: Final = 2000
_ERF_MOST: Final = 6
"""Beyond, the error function is one for all that numbers can say."""
_ERF_STEPS: Final = 1024
_GAMMA_MOST: Final = 40
"""So far beyond its mean and deviation, nothing is left of a gamma distribution."""
_ERLANG: Final = 40
"""Sums of so many exponentials are added up one by one."""


class Unknown(Exception):
    """Nothing is known here of how a duration is spread."""


def atoms(distribution: Distribution) -> list[tuple[float, float]] | None:
    """Return the values of a duration that has only a few, each with its share.

    Parameters
    ----------
    distribution : Distribution
        A duration.

    Returns
    -------
    list of pairs of float or None
        None where it can be anything between.

    Examples
    --------
    >>> atoms(Empirical((3, 7), (0.5, 0.5)))
    [(3, 0.5), (7, 0.5)]
    """
    if isinstance(distribution, Empirical):
        pairs = zip(distribution.values, distribution.shares, strict=True)
        return [(value, share) for value, share in pairs if share > 0]
    if distribution.minimum == distribution.maximum:
        return [(distribution.minimum, 1.0)]
    return None


def cumulative(distribution: Distribution) -> Curve:  # noqa: PLR0911 - one for each kind
    """Return the function that says how likely a duration is over by a time.

    Parameters
    ----------
    distribution : Distribution
        One that can be anything between its bounds.

    Returns
    -------
    callable
        Of an array of times in hours, of any sign.

    Raises
    ------
    Unknown
        If nothing is known about it here.

    Examples
    --------
    >>> cumulative(Uniform(0, 4))(np.array([-1.0, 1.0, 9.0])).tolist()
    [0.0, 0.25, 1.0]
    """
    match distribution:
        case Fixed():
            return lambda times: (times >= distribution.hours).astype(np.float64)
        case Uniform():
            return lambda times: np.clip(_part(times, distribution.low, distribution.high), 0, 1)
        case Triangular():
            return lambda times: _triangular(distribution, times)
        case Pert():
            return lambda times: _pert(distribution, times)
        case TruncatedNormal():
            return lambda times: _normal(distribution, times)
        case LogNormal():
            return lambda times: _lognormal(distribution, times)
        case Gamma():
            shape, scale = distribution.shape, distribution.scale
            return lambda times: gamma(shape, np.maximum(times, 0) / scale)
        case Scaled(kind="beta"):
            first, second, most = distribution.first, distribution.second, distribution.most
            return lambda times: beta(first, second, times / most)
        case Scaled():
            return lambda times: (
                -np.expm1(-((np.maximum(times, 0) / distribution.second) ** distribution.first))
            )
    raise Unknown(type(distribution).__name__)


def knots(distribution: Distribution) -> list[float]:
    """Return the times at which the shape of a duration changes all at once."""
    found = [distribution.minimum, distribution.maximum]
    if isinstance(distribution, Triangular):
        found.append(distribution.mode)
    return [time for time in found if math.isfinite(time)]


def square(distribution: Distribution) -> float:
    """Return the mean of the square of a duration, or a little more."""
    mean = distribution.mean
    match distribution:
        case Empirical():
            pairs = zip(distribution.values, distribution.shares, strict=True)
            return math.fsum(value * value * share for value, share in pairs)
        case Gamma():
            return mean * mean + distribution.shape * distribution.scale**2
        case LogNormal():
            return mean * mean + distribution.deviation**2
        case TruncatedNormal():
            return mean * mean + distribution.deviation**2
        case Scaled(kind="weibull"):
            return distribution.second**2 * math.gamma(1 + 2 / distribution.first)
    # Between two bounds, none is spread wider than one that is always at one of them.
    low, high = distribution.minimum, distribution.maximum
    if math.isinf(high):
        raise Unknown(type(distribution).__name__)
    return mean * mean + (high - mean) * (mean - low)


def _part(times: Numbers, low: float, high: float) -> Numbers:
    return (times - low) / (high - low)


def _triangular(distribution: Triangular, times: Numbers) -> Numbers:
    low, mode, high = distribution.low, distribution.mode, distribution.high
    times = np.clip(times, low, high)
    left = (times - low) ** 2 / ((high - low) * max(mode - low, _TINY))
    right = 1 - (high - times) ** 2 / ((high - low) * max(high - mode, _TINY))
    return np.where(times < mode, left, right) if mode < high else left


def _pert(distribution: Pert, times: Numbers) -> Numbers:
    low, mode, high = distribution.low, distribution.mode, distribution.high
    left = 1 + 4 * (mode - low) / (high - low)
    right = 1 + 4 * (high - mode) / (high - low)
    return beta(left, right, _part(times, low, high))


@cache
def _erf_table() -> tuple[Numbers, Numbers]:
    """Return the error function at close steps, and how steep it is there, times the step."""
    steps = np.arange(_ERF_MOST * _ERF_STEPS + 2) / _ERF_STEPS
    values = np.fromiter(map(math.erf, steps.tolist()), np.float64, len(steps))
    slopes: Numbers = 2 / math.sqrt(math.pi) * np.exp(-steps * steps) / _ERF_STEPS
    return values, slopes


def _erf(values: Numbers) -> Numbers:
    """Return the error function, by cubics between close steps: to twelve digits."""
    table, slopes = _erf_table()
    size = np.minimum(np.abs(values), _ERF_MOST) * _ERF_STEPS
    place = size.astype(np.int64)
    part = size - place
    low, high = table[place], table[place + 1]
    left, right = slopes[place] - (high - low), (high - low) - slopes[place + 1]
    found = low + part * (high - low) + part * (1 - part) * ((1 - part) * left + part * right)
    signed: Numbers = np.copysign(found, values)
    return signed


def _normal(distribution: TruncatedNormal, times: Numbers) -> Numbers:
    times = np.clip(times, distribution.low, distribution.high)
    scale = distribution.deviation * math.sqrt(2)
    ends = np.array([distribution.low, distribution.high])
    first, last = _erf((ends - distribution.centre) / scale)
    found: Numbers = (_erf((times - distribution.centre) / scale) - first) / (last - first)
    return found


def _lognormal(distribution: LogNormal, times: Numbers) -> Numbers:
    variance = math.log1p((distribution.deviation / distribution.average) ** 2)
    variance = max(variance, _TINY)
    centre = math.log(distribution.average) - variance / 2
    logs = np.log(np.maximum(times, _TINY))
    return (1 + _erf((logs - centre) / math.sqrt(2 * variance))) / 2


def gamma(shape: float, values: Numbers) -> Numbers:
    """Return the regularised lower incomplete gamma function.

    Parameters
    ----------
    shape : float
        Above zero.
    values : array of float
        Zero or more.

    Returns
    -------
    array of float
        From zero to one.

    Examples
    --------
    >>> gamma(0.5, np.array([0.5, 2.0])).round(9).tolist()
    [0.682689492, 0.954499736]
    """
    if shape == 1:
        return -np.expm1(-values)
    if shape == int(shape) and shape <= _ERLANG:
        term = np.ones_like(values)
        total = np.ones_like(values)
        for number in range(1, int(shape)):
            term = term * values / number
            total += term
        found: Numbers = 1 - np.exp(-values) * total
        return np.maximum(found, 0)
    result = np.zeros_like(values)
    far = shape + 10 * math.sqrt(shape) + _GAMMA_MOST
    small = (values > 0) & (values < shape + 1)
    large = (values >= shape + 1) & (values < far)
    result[values >= far] = 1.0
    if small.any():
        result[small] = _gamma_series(shape, values[small])
    if large.any():
        result[large] = 1 - _gamma_fraction(shape, values[large])
    return result


def _gamma_factor(shape: float, values: Numbers) -> Numbers:
    found: Numbers = np.exp(shape * np.log(values) - values - math.lgamma(shape))
    return found


def _gamma_series(shape: float, values: Numbers) -> Numbers:
    term = np.full_like(values, 1 / shape)
    total = term.copy()
    for number in range(1, _ROUNDS):
        term *= values / (shape + number)
        total += term
        if (term < total * _ENOUGH).all():
            break
    return total * _gamma_factor(shape, values)


def _gamma_fraction(shape: float, values: Numbers) -> Numbers:
    below = values + 1 - shape
    above = np.full_like(values, 1 / _TINY)
    down = 1 / below
    total = down.copy()
    for number in range(1, _ROUNDS):
        part = -number * (number - shape)
        below = below + 2
        down = 1 / _not_zero(part * down + below)
        above = _not_zero(below + part / above)
        total *= down * above
        if (np.abs(down * above - 1) < _ENOUGH).all():
            break
    return total * _gamma_factor(shape, values)


def beta(first: float, second: float, values: Numbers) -> Numbers:
    """Return the regularised incomplete beta function.

    Parameters
    ----------
    first, second : float
        Its shapes, above zero.
    values : array of float
        What lies outside zero and one counts as these.

    Returns
    -------
    array of float
        From zero to one.

    Examples
    --------
    >>> beta(2, 3, np.array([0.25, 0.5])).round(8).tolist()
    [0.26171875, 0.6875]
    """
    values = np.clip(values, 0, 1)
    result = (values >= 1).astype(np.float64)
    turn = (first + 1) / (first + second + 2)
    left = (values > 0) & (values < turn)
    right = (values >= turn) & (values < 1)
    if left.any():
        result[left] = _beta_fraction(first, second, values[left])
    if right.any():
        result[right] = 1 - _beta_fraction(second, first, 1 - values[right])
    return result


def _beta_fraction(first: float, second: float, values: Numbers) -> Numbers:
    logs = math.lgamma(first + second) - math.lgamma(first) - math.lgamma(second)
    front = np.exp(logs + first * np.log(values) + second * np.log1p(-values)) / first
    above = np.ones_like(values)
    down = 1 / _not_zero(1 - (first + second) * values / (first + 1))
    total = down.copy()
    for number in range(1, _ROUNDS):
        double = 2 * number
        even = number * (second - number) / ((first + double - 1) * (first + double))
        odd = -(first + number) * (first + second + number)
        odd /= (first + double) * (first + double + 1)
        for part in (even * values, odd * values):
            down = 1 / _not_zero(1 + part * down)
            above = _not_zero(1 + part / above)
            total *= down * above
        if (np.abs(down * above - 1) < _ENOUGH).all():
            break
    found: Numbers = front * total
    return found


def _not_zero(values: Numbers) -> Numbers:
    return np.where(np.abs(values) < _TINY, _TINY, values)
