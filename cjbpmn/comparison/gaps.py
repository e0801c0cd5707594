"""Where customers and employees judge the same step differently."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cjbpmn.journey import Journey, Step
from cjbpmn.journey.feelings import emotion_by_source
from cjbpmn.vocabulary import Source

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = ("step", "phase", "customer", "employee", "difference")
"""The columns of `gaps_to_frame`."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One step, as customers say it feels and as employees think it does.

    Parameters
    ----------
    step : Step
        The step.
    customer, employee : float
        The median of what each say, from -2 to 2; the two are never put together.
    """

    step: Step
    customer: float
    employee: float

    @property
    def difference(self) -> float:
        """By how much employees think too well of it; negative where they think too badly."""
        return self.employee - self.customer


def find_gaps(journey: Journey, *, at_least: float = 0.0) -> tuple[Gap, ...]:
    """Find the steps that customers and employees have both judged.

    Parameters
    ----------
    journey : Journey
        What people declared.
    at_least : float
        How far the two have to be apart, either way.

    Returns
    -------
    tuple of Gap
        The widest first; steps that are equally far apart in the order of the journey.

    Notes
    -----
    In SERVQUAL this is the first gap: between what customers expect and what management thinks
    that they do (Parasuraman, Zeithaml and Berry 1985).

    Examples
    --------
    >>> from cjbpmn.journey import Emotion
    >>> told = (Emotion(-1, source="customer"), Emotion(1, source="employee"))
    >>> [gap.difference for gap in find_gaps(Journey("Order", steps=(Step("I wait", feels=told),)))]
    [2]
    """
    gaps = []
    for step in journey.steps:
        told = emotion_by_source(step.feels)
        if Source.CUSTOMER in told and Source.EMPLOYEE in told:
            gap = Gap(step, told[Source.CUSTOMER], told[Source.EMPLOYEE])
            gaps += [gap] if abs(gap.difference) >= at_least else []
    return tuple(sorted(gaps, key=lambda gap: -abs(gap.difference)))


def gaps_to_frame(gaps: Iterable[Gap]) -> pd.DataFrame:
    """Put gaps into a pandas frame, one a row.

    Parameters
    ----------
    gaps : iterable of Gap
        The gaps.

    Returns
    -------
    DataFrame
        With the columns of `COLUMNS`.

    Examples
    --------
    >>> gaps_to_frame([Gap(Step("I wait"), -1, 1)]).loc[0, "difference"]
    np.int64(2)
    """
    import pandas as pd  # noqa: PLC0415 - heavy, and needed only here

    rows = [
        (gap.step.do, gap.step.phase, gap.customer, gap.employee, gap.difference) for gap in gaps
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
