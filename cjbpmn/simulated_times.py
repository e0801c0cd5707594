"""Times that a file keeps for simulators, as distributions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

from cjbpmn.dialects.bpsim import SimulatedValue
from cjbpmn.distributions import (
    Distribution,
    Empirical,
    Fixed,
    Gamma,
    LogNormal,
    Scaled,
    Triangular,
    TruncatedNormal,
    Uniform,
    erlang,
    exponential,
)
from cjbpmn.errors import InvalidValue

_RARE: Final = -30.0
"""The logarithm of a share so small that it changes no figure."""
_LONGEST: Final = 1000 * 365.25 * 24
"""No work takes longer than a thousand years."""
_MANY: Final = 1000
"""Beyond so many, what is counted is as good as normal."""


def simulated_duration(
    value: SimulatedValue, identifier: str, warnings: list[str]
) -> Distribution | None:
    """Return the distribution of a simulated value.

    Parameters
    ----------
    value : SimulatedValue
        As the file states it.
    identifier : str
        The element that it is about.
    warnings : list of str
        Where to say, as ``code:id``, that it is not understood.

    Returns
    -------
    Distribution or None
        None where it is not understood, or says nothing.

    Examples
    --------
    >>> simulated_duration(SimulatedValue("Uniform", {"min": 1.0, "max": 3.0}), "pack", [])
    Uniform(low=1.0, high=3.0)
    """
    make = _BPSIM.get(value.kind)
    if value.numbers and value.kind != "Floating" and not any(value.numbers.values()):
        # Editors write a mean of 0, and a deviation of 0, where nobody entered anything.
        return None
    if make is None:
        is_unread = value.kind == "Unread"
        warnings.append(
            f"unread-duration:{identifier}" if is_unread else f"unknown-distribution:{identifier}"
        )
        return None
    try:
        made = make(value)
        if made.mean <= _LONGEST:
            return made
    except (KeyError, InvalidValue, ArithmeticError, ValueError):
        pass
    warnings.append(f"absurd-duration:{identifier}")
    return None


def _normal(value: SimulatedValue) -> Distribution:
    mean, deviation = value.numbers["mean"], value.numbers["standardDeviation"]
    if deviation == 0:
        return Fixed(mean)
    low = max(value.numbers.get("min", 0.0), 0.0)
    return TruncatedNormal(mean, deviation, low, value.numbers.get("max", math.inf))


def _lognormal(value: SimulatedValue) -> Distribution:
    mean, deviation = value.numbers["mean"], value.numbers["standardDeviation"]
    return LogNormal(mean, deviation) if deviation else Fixed(mean)


def _poisson(value: SimulatedValue) -> Distribution:
    mean = value.numbers["mean"]
    if mean > _MANY:
        return TruncatedNormal(mean * value.unit, math.sqrt(mean) * value.unit)
    most = math.ceil(mean + 10 * math.sqrt(mean)) + 20
    shares = [k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(most)]
    return _counted(value, shares, endless=True)


def _binomial(value: SimulatedValue) -> Distribution:
    trials, chance = int(value.numbers["trials"]), value.numbers["probability"]
    if chance == 1:
        return Fixed(trials * value.unit)
    if trials > _MANY:
        deviation = math.sqrt(trials * chance * (1 - chance))
        return TruncatedNormal(trials * chance * value.unit, deviation * value.unit)
    yes, no = math.log(chance), math.log(1 - chance)
    ways = [
        math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        for k in range(trials + 1)
    ]
    return _counted(value, [way + k * yes + (trials - k) * no for k, way in enumerate(ways)])


def _counted(
    value: SimulatedValue, logarithms: list[float], *, endless: bool = False
) -> Distribution:
    """Return zero, one, two and more units of time, by the logarithms of their shares."""
    kept = [(k, one) for k, one in enumerate(logarithms) if one > _RARE or k == 0]
    shares = [(k * value.unit, math.exp(one)) for k, one in kept]
    hours, likely = zip(*shares, strict=True)
    return Empirical(hours, likely, endless)


def _beta(value: SimulatedValue) -> Distribution:
    first, second = value.numbers["shape"], value.numbers["scale"]
    return Scaled("beta", first, second, value.unit)


def _user(value: SimulatedValue) -> Distribution:
    return Empirical(tuple(v for _, v in value.points), tuple(p for p, _ in value.points))


_BPSIM: Final[Mapping[str, Callable[[SimulatedValue], Distribution]]] = {
    "Floating": lambda value: Fixed(value.numbers["value"]),
    "Uniform": lambda value: Uniform(value.numbers["min"], value.numbers["max"]),
    "Triangular": lambda value: Triangular(
        value.numbers["min"], value.numbers["mode"], value.numbers["max"]
    ),
    "Normal": _normal,
    "TruncatedNormal": _normal,
    "LogNormal": _lognormal,
    "NegativeExponential": lambda value: exponential(value.numbers["mean"]),
    "Gamma": lambda value: Gamma(value.numbers["shape"], value.numbers["scale"]),
    "Erlang": lambda value: erlang(value.numbers["mean"], int(value.numbers["k"])),
    "Beta": _beta,
    "Binomial": _binomial,
    "Poisson": _poisson,
    "Weibull": lambda value: Scaled("weibull", value.numbers["shape"], value.numbers["scale"]),
    "User": _user,
}
