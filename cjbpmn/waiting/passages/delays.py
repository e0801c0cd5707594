"""How long it takes from one place to the next: plain values, which others bound or add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from cjbpmn.distributions import Distribution
from cjbpmn.waiting.structure import Moment


@dataclass(frozen=True, slots=True)
class Drawn:
    """As long as a duration takes.

    Parameters
    ----------
    distribution : Distribution
        In hours.
    """

    distribution: Distribution


@dataclass(frozen=True, slots=True)
class Repeated:
    """One time after another, as long as chance wants it once more.

    Parameters
    ----------
    part : Delay
        One time.
    again : float
        How likely another one follows.
    most : int
        How many there are at most.
    bounded : bool
        Whether the model says how many; else that number only ends what could go on.
    """

    part: Delay
    again: float
    most: int
    bounded: bool = True


@dataclass(frozen=True, slots=True)
class Copies:
    """The same several times: one after another, or all at once until the last is done.

    Parameters
    ----------
    part : Delay
        One of them.
    number : int
        How many.
    together : bool
        Whether all at once.
    """

    part: Delay
    number: int
    together: bool


@dataclass(frozen=True, slots=True)
class Won:
    """Until one of several clocks rings, if it is the first; of equals, the first one named wins.

    Parameters
    ----------
    clocks : tuple of Delay
        All that run.
    place : int
        Which of them wins.
    """

    clocks: tuple[Delay, ...]
    place: int


@dataclass(frozen=True, slots=True)
class Chance:
    """No time, but as likely as something that takes its time.

    Parameters
    ----------
    of : Delay
        What may not happen.
    """

    of: Delay


@dataclass(frozen=True, slots=True)
class Between:
    """Some time between two bounds, of which nothing else is known.

    Parameters
    ----------
    least, most : float
        In hours.
    """

    least: float
    most: float


@dataclass(frozen=True, eq=False, slots=True)
class Course:
    """The way through a part of the model that is entered and left at one place.

    Parameters
    ----------
    passages : tuple of Passage
        All between.
    first, last : Moment
        Where it is entered, and left.
    """

    passages: tuple[Passage, ...]
    first: Moment
    last: Moment


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """Several ways at once, until the last one that was taken is done.

    Parameters
    ----------
    chances : tuple of float or None
        How likely each way is taken, each for itself; None for the one that is taken where no
        other is. Where there is none such, one at least is taken.
    ways : tuple of Course
        What lies on each.
    depth : int
        How many blocks stand in each other here.
    """

    chances: tuple[float | None, ...]
    ways: tuple[Course, ...]
    depth: int = 1


@dataclass(frozen=True, eq=False, slots=True)
class Net:
    """Parallel work that is no block: pieces that wait for several others.

    Parameters
    ----------
    passages : tuple of Passage
        All between.
    first, last : Moment
        Where it splits first, and where all is together again.
    waits : frozenset of Moment
        The places at which all that lead there must be done.
    chosen : bool
        Whether there are choices in it.
    depth : int
        How many blocks stand in each other here.
    """

    passages: tuple[Passage, ...]
    first: Moment
    last: Moment
    waits: frozenset[Moment]
    chosen: bool
    depth: int = 1


Delay: TypeAlias = "Drawn | Repeated | Copies | Won | Chance | Between | Course | Block | Net"


@dataclass(eq=False, slots=True)
class Passage:
    """What leads from one place to the next.

    Parameters
    ----------
    source, target : Moment
        The places.
    weight : float
        How often it is gone, each time that something comes to its source.
    delay : Delay or None
        How long it takes; None where no time passes.
    """

    source: Moment
    target: Moment
    weight: float = 1.0
    delay: Delay | None = None
