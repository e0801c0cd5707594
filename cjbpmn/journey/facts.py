"""What was promised, measured and counted; how long things take, and when people work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cjbpmn.errors import InvalidValue
from cjbpmn.journey.details import Pairs
from cjbpmn.journey.ranges import Checked
from cjbpmn.vocabulary import DistributionKind
from cjbpmn.working_hours import WorkingHours, parse_hours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cjbpmn.timespan import TimeSpan


@dataclass(frozen=True, slots=True)
class Norm(Checked):
    """A promise to the customer that can be kept or broken.

    Parameters
    ----------
    text : str
        The promise in words.
    from_, to : str or None
        The elements between which the clock runs.
    at_most : TimeSpan or None
        The longest time promised.
    at : tuple of str
        The elements that it applies to, where there is no clock.
    metric : str or None
        What it is measured by: a word of `Metric`.
    comparison : str or None
        How the measured value has to stand to the target: a word of `Comparison`.
    target : float or None
        The value to reach, where it is no time.
    unit : str or None
        What the target is counted in.
    percentile : float or None
        In how many cases of a hundred the promise is to be kept; in all, where it is not said.
    line : int or None
        Where it stands in the file.
    extra : tuple of (str, str)
        What else was written.
    """

    text: str
    from_: str | None = None
    to: str | None = None
    at_most: TimeSpan | None = None
    at: tuple[str, ...] = ()
    metric: str | None = None
    comparison: str | None = None
    target: float | None = None
    unit: str | None = None
    percentile: float | None = None
    line: int | None = field(default=None, compare=False)
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Measurement(Checked):
    """What was measured, to be held against a norm.

    Parameters
    ----------
    measured : float
        The value.
    norm : str or None
        The text of the norm that it belongs to.
    at : tuple of str
        The elements that it is about.
    unit, period : str or None
        What it is counted in, and when it was measured.
    n : int or None
        How many cases or people.
    source : str or None
        Who says so: a word of `Source`.
    line : int or None
        Where it stands in the file.
    extra : tuple of (str, str)
        What else was written.
    """

    measured: float
    norm: str | None = None
    at: tuple[str, ...] = ()
    unit: str | None = None
    period: str | None = None
    n: int | None = None
    source: str | None = None
    line: int | None = field(default=None, compare=False)
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Statistics(Checked):
    """What was counted at an element of the model.

    Parameters
    ----------
    at : tuple of str
        The element.
    count : int or None
        How many cases came by.
    share : float or None
        How many of all cases that is, in percent.
    p50, p90 : TimeSpan or None
        The time that half of the cases, and nine of ten, stay within.
    complaints : int or None
        How many complaints there were about it.
    period : str or None
        When it was counted.
    line : int or None
        Where it stands in the file.
    extra : tuple of (str, str)
        What else was written.
    """

    at: tuple[str, ...]
    count: int | None = None
    share: float | None = None
    p50: TimeSpan | None = None
    p90: TimeSpan | None = None
    complaints: int | None = None
    period: str | None = None
    line: int | None = field(default=None, compare=False)
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Duration(Checked):
    """How long an element of the model takes.

    Parameters
    ----------
    at : tuple of str
        The elements.
    takes : TimeSpan or None
        How long, or how long on average.
    least, likely, most : TimeSpan or None
        The shortest, the most likely and the longest time.
    deviation : TimeSpan or None
        The standard deviation.
    stages : int or None
        How many equal stages an Erlang distribution has.
    distribution : str or None
        A word of `DistributionKind`; where there is none, it follows from what is given.
    source : str or None
        Who says so: a word of `Source`.
    line : int or None
        Where it stands in the file.
    extra : tuple of (str, str)
        What else was written.
    """

    at: tuple[str, ...]
    takes: TimeSpan | None = None
    least: TimeSpan | None = None
    likely: TimeSpan | None = None
    most: TimeSpan | None = None
    deviation: TimeSpan | None = None
    stages: int | None = None
    distribution: str | None = None
    source: str | None = None
    line: int | None = field(default=None, compare=False)
    extra: Pairs = ()

    def __post_init__(self) -> None:
        """Check that the times make a distribution."""
        Checked.__post_init__(self)
        kind = self.distribution or self.implied_distribution
        for names in NEEDED_TIMES[kind]:
            given = [getattr(self, name) for name in names]
            if not any(given):
                wanted = " or ".join(f"'{name}'" for name in names)
                raise InvalidValue(f"a duration that is {kind} needs {wanted}")
        spans = [span for span in (self.least, self.likely, self.most) if span is not None]
        if spans != sorted(spans, key=lambda span: span.hours):
            raise InvalidValue("least, likely and most: expected them in the order of their length")

    @property
    def implied_distribution(self) -> str:
        """The distribution that follows from which times are given."""
        if self.most is not None:
            return DistributionKind.UNIFORM if self.likely is None else DistributionKind.TRIANGULAR
        return DistributionKind.FIXED if self.deviation is None else DistributionKind.NORMAL

    @property
    def working(self) -> bool:
        """Whether only working time counts."""
        spans = (self.takes, self.least, self.likely, self.most)
        return any(span.working for span in spans if span is not None)


_MEAN: Final = ("takes", "likely")
NEEDED_TIMES: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    DistributionKind.FIXED: (_MEAN,),
    DistributionKind.UNIFORM: (("most",),),
    DistributionKind.TRIANGULAR: (("most",),),
    DistributionKind.PERT: (("most",),),
    DistributionKind.NORMAL: (_MEAN, ("deviation",)),
    DistributionKind.LOGNORMAL: (_MEAN, ("deviation",)),
    DistributionKind.EXPONENTIAL: (_MEAN,),
    DistributionKind.GAMMA: (_MEAN, ("deviation",)),
    DistributionKind.ERLANG: (_MEAN, ("stages",)),
}
"""Which times each distribution cannot do without."""


@dataclass(frozen=True, slots=True)
class Branch(Checked):
    """How often a way out of a gateway is taken.

    Parameters
    ----------
    at : tuple of str
        The sequence flow, as ``Payment ok? -> Pack``.
    share : float
        In how many cases of a hundred.
    source : str or None
        Who says so: a word of `Source`.
    line : int or None
        Where it stands in the file.
    extra : tuple of (str, str)
        What else was written.
    """

    at: tuple[str, ...]
    share: float
    source: str | None = None
    line: int | None = field(default=None, compare=False)
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Calendar(Checked):
    """When people work at an element, in a lane or in a pool.

    Parameters
    ----------
    at : tuple of str
        The elements, lanes or pools.
    works : tuple of str
        Days and hours, as ``Mon-Fri 9:00-17:00``; they are kept in one spelling.
    closed : tuple of str
        Days without work: ``2026-12-24``, ``2026-12-24 to 2026-12-31``; ``12-25`` for each year.
    source : str or None
        Who says so: a word of `Source`.
    line : int or None
        Where it stands in the file.
    extra : tuple of (str, str)
        What else was written.

    Examples
    --------
    >>> Calendar(("Back office",), ("ma-vr 9-17 u",)).works
    ('Mon-Fri 09:00-17:00',)
    """

    at: tuple[str, ...]
    works: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    source: str | None = None
    line: int | None = field(default=None, compare=False)
    extra: Pairs = ()

    def __post_init__(self) -> None:
        """Read the words, and keep them in one spelling."""
        Checked.__post_init__(self)
        hours = self.hours
        object.__setattr__(self, "works", hours.words())
        object.__setattr__(self, "closed", hours.closed_words())

    @property
    def hours(self) -> WorkingHours:
        """The same as a value that can be calculated with."""
        return parse_hours(self.works, self.closed)
