"""Durations that depend on the moment at which they begin: working time, and timers with a date.

A case begins at a moment that somebody has to say. Everything here counts hours since then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np

from cjbpmn.alarms import Alarm
from cjbpmn.cron import Cron
from cjbpmn.distributions import Fixed, Numbers
from cjbpmn.working_hours import WorkingHours


@dataclass(frozen=True)
class WorkingClock:
    """Working hours in a case that begins at a moment.

    Parameters
    ----------
    hours : WorkingHours
        When people work.
    begins : datetime
        When the case begins.

    Examples
    --------
    >>> office = WorkingHours.weekly(range(5), 9, 17)
    >>> WorkingClock(office, datetime(2026, 1, 9, 15)).finish(0.0, 4.0)
    68.0
    """

    hours: WorkingHours
    begins: datetime

    def finish(self, start: float, work: float) -> float:
        """Say when work is done.

        Parameters
        ----------
        start : float
            When it begins, in hours since the case began.
        work : float
            Hours of work.

        Returns
        -------
        float
            Hours since the case began.
        """
        return start + self.hours.elapsed(self.begins, work, start)


@dataclass(frozen=True)
class UntilAlarm:
    """The time until a timer rings that waits for a moment.

    Parameters
    ----------
    alarm : Alarm or Cron
        When it rings.
    begins : datetime
        When the case begins.

    Examples
    --------
    >>> from cjbpmn.alarms import parse_alarm
    >>> clock = UntilAlarm(parse_alarm("2026-03-04"), datetime(2026, 3, 2, 9))
    >>> clock.since(0.0), clock.since(50.0)
    (Fixed(hours=39.0), Fixed(hours=0.0))
    """

    alarm: Alarm | Cron
    begins: datetime

    def since(self, start: float) -> Fixed:
        """Return how long it takes from a moment on, in hours since the case began."""
        return Fixed(self.alarm.hours_until(self.begins, start))

    @property
    def minimum(self) -> float:
        """Nothing: a token may come right when it rings, or after the last time."""
        return 0.0

    @property
    def mean(self) -> float:
        """How long a token waits that is there when the case begins."""
        return self.since(0.0).hours

    @property
    def maximum(self) -> float:
        """The longest that a token can wait."""
        return self.alarm.most_hours(self.begins)

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:  # noqa: ARG002
        """Return the mean `n` times; what a token waits depends on when it comes."""
        return np.full(n, self.mean)


@dataclass(frozen=True)
class WorkingTimer:
    """The time that a timer takes which counts working hours.

    Parameters
    ----------
    hours : float
        Of work.
    clock : WorkingClock
        When people work.

    Examples
    --------
    >>> office = WorkingClock(WorkingHours.weekly(range(5), 9, 17), datetime(2026, 1, 9, 15))
    >>> WorkingTimer(16.0, office).since(0.0)
    Fixed(hours=96.0)
    """

    hours: float
    clock: WorkingClock

    def since(self, start: float) -> Fixed:
        """Return how long it takes from a moment on, in hours since the case began."""
        return Fixed(self.clock.finish(start, self.hours) - start)

    @property
    def minimum(self) -> float:
        """The hours of work, if nothing comes between."""
        return self.hours

    @property
    def mean(self) -> float:
        """How long it takes for a token that is there when the case begins."""
        return self.since(0.0).hours

    @property
    def maximum(self) -> float:
        """No bound, for nobody knows how many days without work come between."""
        return np.inf

    def sample(self, rng: np.random.Generator, n: int) -> Numbers:  # noqa: ARG002
        """Return the mean `n` times; what a token waits depends on when it comes."""
        return np.full(n, self.mean)


Dated: TypeAlias = UntilAlarm | WorkingTimer
"""Clocks that are read when a token comes."""
