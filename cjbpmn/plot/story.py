"""What the picture tells, from left to right: values, before anything is drawn.

A *moment* is one column of the picture: a step of the journey, or, where no step tells of it, a
flow node at which the customer meets somebody or waits.
"""

from __future__ import annotations

from dataclasses import dataclass

from cjbpmn.journey import Step
from cjbpmn.plot.wording import ENGLISH, Wording
from cjbpmn.waiting import WaitingStretch


@dataclass(frozen=True, slots=True)
class Meeting:
    """An interaction point as it is drawn.

    Parameters
    ----------
    direction : str
        ``c2o``, ``o2c`` or ``both``.
    channel : str or None
        The way by which they meet.
    activity : str
        What is done on the other side.
    lane : str
        Who does it.
    partner : bool
        Whether that is a third party.
    """

    direction: str
    channel: str | None
    activity: str
    lane: str
    partner: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """One column.

    Parameters
    ----------
    text : str
        What the customer does.
    step : Step or None
        The step of the journey that it is.
    meetings : tuple of Meeting
        Whom the customer meets there.
    """

    text: str
    step: Step | None = None
    meetings: tuple[Meeting, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait between two columns, or within one.

    Parameters
    ----------
    first, last : int
        The columns, counted from 0; `first` is -1 where nothing comes before.
    stretch : WaitingStretch or None
        What was computed.
    step : Step or None
        What was declared.
    through : bool
        Whether the customer spends the last column waiting.
    activities, handoffs, desks : int
        How much is done behind the scenes, as far as the model tells.
    """

    first: int
    last: int
    stretch: WaitingStretch | None = None
    step: Step | None = None
    through: bool = False
    activities: int = 0
    handoffs: int = 0
    desks: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """All of it.

    Parameters
    ----------
    title : str
        What it is about.
    subtitles : tuple of str
        Who the customer is, and what is needed.
    moments : tuple of Moment
        From left to right.
    waits : tuple of Wait
        By where they begin and end.
    notes : tuple of str
        What could not be shown.
    wording : Wording
        The language in which it is told.
    """

    title: str
    subtitles: tuple[str, ...] = ()
    moments: tuple[Moment, ...] = ()
    waits: tuple[Wait, ...] = ()
    notes: tuple[str, ...] = ()
    wording: Wording = ENGLISH
