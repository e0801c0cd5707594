"""Times and shares that people declared with a journey, as distributions and probabilities."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from cjbpmn.distributions import (
    STEEPEST,
    Distribution,
    Fixed,
    Gamma,
    LogNormal,
    Pert,
    Triangular,
    TruncatedNormal,
    Uniform,
    erlang,
    exponential,
)
from cjbpmn.graph import ProcessGraph
from cjbpmn.journey import Duration
from cjbpmn.timespan import TimeSpan
from cjbpmn.vocabulary import DistributionKind as Kind

_TIMES: Final = ("takes", "least", "likely", "most", "deviation")


def declared_durations(graph: ProcessGraph) -> dict[str, Duration]:
    """Return what people declared of how long elements of the model take.

    Parameters
    ----------
    graph : ProcessGraph
        An enriched model.

    Returns
    -------
    dict of str to Duration
        By element; of several journeys, the first that says so counts. How long the customer is
        busy with a step counts too.
    """
    found: dict[str, Duration] = {}
    for journey in graph.declarations:
        for duration in journey.durations:
            for identifier in duration.at:
                found.setdefault(identifier, duration)
        for step in journey.steps:
            if step.takes is not None and step.element is not None:
                found.setdefault(step.element, Duration((step.element,), step.takes))
    return found


def declared_shares(graph: ProcessGraph) -> dict[str, float]:
    """Return what people declared of how often each way out of a gateway is taken.

    Parameters
    ----------
    graph : ProcessGraph
        An enriched model.

    Returns
    -------
    dict of str to float
        By sequence flow, from 0 to 1; of several journeys, the first that says so counts.
    """
    found: dict[str, float] = {}
    for journey in graph.declarations:
        for branch in journey.branches:
            for identifier in branch.at:
                found.setdefault(identifier, branch.share / 100)
    return found


def distribution_of(
    duration: Duration, hours_of: Callable[[TimeSpan], float] | None = None
) -> Distribution:
    """Return the distribution of a declared duration, in hours.

    Parameters
    ----------
    duration : Duration
        What people declared; where they named no distribution, it follows from what they gave.
    hours_of : callable, optional
        How many hours one of its times is, where that is not how long it is on the clock.

    Returns
    -------
    Distribution
        Such as `Triangular` where the shortest, the likely and the longest time are given.

    Examples
    --------
    >>> from cjbpmn.timespan import parse_timespan
    >>> distribution_of(Duration(("A",), takes=parse_timespan("90 min")))
    Fixed(hours=1.5)
    """
    spread = (duration.takes, duration.likely, duration.most, duration.deviation)
    if all(span is None or span.hours == 0 for span in spread):
        return Fixed(0.0)
    kind = duration.distribution or duration.implied_distribution
    if hours_of is not None:
        duration = _converted(duration, hours_of)
    return _MAKERS[kind](duration)


def _converted(duration: Duration, hours_of: Callable[[TimeSpan], float]) -> Duration:
    """Return the same duration with its times in other hours."""
    times: dict[str, Any] = {}
    for name in _TIMES:
        span: TimeSpan | None = getattr(duration, name)
        if span is not None:
            times[name] = TimeSpan(span.text, hours_of(span), span.working)
    return replace(duration, **times)


def _hours(span: TimeSpan | None, default: float = 0.0) -> float:
    return default if span is None else span.hours


def _mean(duration: Duration) -> float:
    return _hours(duration.takes or duration.likely)


def _three_points(duration: Duration) -> tuple[float, float, float]:
    low, high = _hours(duration.least), _hours(duration.most)
    return low, _hours(duration.likely, (low + high) / 2), high


def _spread(make: Callable[[float, float], Distribution]) -> Callable[[Duration], Distribution]:
    """Make a distribution of a mean and a deviation; without a spread, it is always the mean."""

    def of(duration: Duration) -> Distribution:
        mean, deviation = _mean(duration), _hours(duration.deviation)
        return make(mean, deviation) if mean and deviation else Fixed(mean)

    return of


def _normal(duration: Duration) -> Distribution:
    mean, deviation = _mean(duration), _hours(duration.deviation)
    bounds = _hours(duration.least), _hours(duration.most, math.inf)
    if not deviation or bounds[0] >= bounds[1]:
        return Fixed(mean)
    return TruncatedNormal(mean, deviation, *bounds)


def _gamma(mean: float, deviation: float) -> Distribution:
    shape = (mean / deviation) ** 2
    return Gamma(shape, deviation**2 / mean) if shape <= STEEPEST else Fixed(mean)


_MAKERS: Final[Mapping[str, Callable[[Duration], Distribution]]] = {
    Kind.FIXED: lambda one: Fixed(_mean(one)),
    Kind.UNIFORM: lambda one: Uniform(_hours(one.least), _hours(one.most)),
    Kind.TRIANGULAR: lambda one: Triangular(*_three_points(one)),
    Kind.PERT: lambda one: Pert(*_three_points(one)),
    Kind.NORMAL: _normal,
    Kind.LOGNORMAL: _spread(LogNormal),
    Kind.EXPONENTIAL: lambda one: exponential(_mean(one)) if _mean(one) else Fixed(0.0),
    Kind.GAMMA: _spread(_gamma),
    Kind.ERLANG: lambda one: erlang(_mean(one), one.stages or 1) if _mean(one) else Fixed(0.0),
}
