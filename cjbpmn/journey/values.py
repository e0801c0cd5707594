"""The customer's journey as people declared it: values without a file and without a model.

A value refuses what lies outside its range, wherever it comes from: a file, a table, or code.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

from cjbpmn.errors import InvalidValue
from cjbpmn.vocabulary import (
    Direction,
    EvidenceType,
    Horizon,
    JourneyKind,
    Method,
    Source,
    State,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from cjbpmn.timespan import TimeSpan

Pairs = tuple[tuple[str, str], ...]
"""What else was written: keys and their texts, in order."""

RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "value": (-2, 2),
    "impression": (-2, 2),
    "met": (0, 100),
    "importance": (1, 5),
    "impact": (1, 5),
    "effort": (1, 5),
    "n": (0, 10**9),
}
"""The lowest and the highest number of each field that holds one."""

CHOICES: Final[Mapping[str, type[StrEnum]]] = {
    "type": EvidenceType,
    "source": Source,
    "method": Method,
    "direction": Direction,
    "kind": JourneyKind,
    "state": State,
    "view": View,
    "horizon": Horizon,
}
"""The words of each field that takes its value from a closed list."""


def check_value(name: str, value: object) -> None:
    """Refuse a value outside the range, or the list of words, of a field of this name.

    Parameters
    ----------
    name : str
        The name of a field, such as ``met`` or ``source``.
    value : object
        Its value; None is always allowed.

    Raises
    ------
    InvalidValue
        If the value does not belong there.

    Examples
    --------
    >>> check_value("importance", 3)
    >>> check_value("importance", 7)
    Traceback (most recent call last):
    cjbpmn.errors.InvalidValue: importance: 7 lies outside 1 to 5
    """
    if value is None:
        return
    if name in RANGES and isinstance(value, int | float):
        low, high = RANGES[name]
        if not low <= value <= high:
            raise InvalidValue(f"{name}: {value:g} lies outside {low:g} to {high:g}")
    if name in CHOICES and value not in {word.value for word in CHOICES[name]}:
        listed = ", ".join(CHOICES[name])
        raise InvalidValue(f"{name}: {value!r} is none of {listed}")


class _Checked:
    """A value that looks at its own fields once they are set."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for item in fields(self):  # type: ignore[arg-type]
            check_value(item.name, getattr(self, item.name))


@dataclass(frozen=True, slots=True)
class Persona:
    """The kind of customer whose journey it is.

    Parameters
    ----------
    name : str
        What the persona is called.
    prefers, accepts, refuses : tuple of str
        Channels.
    description : str or None
        Who this is.
    facts : tuple of (str, str)
        Whatever else is known.
    """

    name: str
    prefers: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    description: str | None = None
    facts: Pairs = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the journey as the customer sees it.

    Parameters
    ----------
    name : str
        One verb, as in *ordering*.
    need : str or None
        What the customer needs there.
    id : str or None
        Its id in an enriched document.
    extra : tuple of (str, str)
        What else was written.
    """

    name: str
    need: str | None = None
    id: str | None = None
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Evidence(_Checked):
    """Something the customer can see, hear, smell or hold.

    Parameters
    ----------
    text : str
        What it is.
    type : str or None
        A word of `EvidenceType`.
    uri : str or None
        Where a picture or a copy is kept.
    impression : float or None
        How it comes across, from -2 to 2.
    extra : tuple of (str, str)
        What else was written.
    """

    text: str
    type: str | None = None
    uri: str | None = None
    impression: float | None = None
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Emotion(_Checked):
    """How the customer feels, as one source tells it.

    Parameters
    ----------
    value : float
        From -2 (very negative) to 2 (very positive).
    label : str or None
        The smiley, word or number that people used, where it was not this value.
    because : str or None
        Why.
    says : str or None
        The customer's own words.
    source : str or None
        Who says so: a word of `Source`.
    method : str or None
        How it was found out: a word of `Method`.
    n : int or None
        How many people were asked.
    persona : str or None
        Whose feeling it is.
    extra : tuple of (str, str)
        What else was written.

    Examples
    --------
    >>> Emotion(-1, because="nobody tells me anything", source="customer").value
    -1
    """

    value: float
    label: str | None = None
    because: str | None = None
    says: str | None = None
    source: str | None = None
    method: str | None = None
    n: int | None = None
    persona: str | None = None
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Step(_Checked):
    """What the customer does, in the first person, and how that is.

    Parameters
    ----------
    do : str
        What the customer does.
    at : tuple of str
        The elements of the model that it meets: ids, names, paths or ``A -> B``.
    phase : str or None
        The name of its phase.
    channel : str or None
        A word of `Channel`, or what was written where it is none.
    direction : str or None
        Who addresses whom: a word of `Direction`.
    sees : tuple of Evidence
        What the customer sees, hears or holds.
    feels : tuple of Emotion
        How the customer feels, one for each source.
    thinks, needs, expects : str or None
        What the customer thinks, needs and expects.
    met : float or None
        How far the expectation is met, in percent.
    moment_of_truth : bool or None
        Whether this moment makes or breaks the experience.
    moment_reason : str or None
        Why it does.
    importance : int or None
        How much it matters to the customer, from 1 to 5.
    waits : TimeSpan or None
        How long the customer waits.
    promise : str or None
        What the organisation promised.
    told : str or None
        Whether the customer was told how long: ``yes``, ``no``, or the time that was told.
    fallback : tuple of str
        What catches the customer when it goes wrong: elements, or words.
    after : str or None
        The step that it follows, where that is not the one before it.
    source : str or None
        Who tells this step.
    n : int or None
        How many people were asked.
    line : int or None
        Where it stands in the file.
    extra : tuple of (str, str)
        What else was written.
    element : str or None
        The id of the flow node that stands for it.
    """

    do: str
    at: tuple[str, ...] = ()
    phase: str | None = None
    channel: str | None = None
    direction: str | None = None
    sees: tuple[Evidence, ...] = ()
    feels: tuple[Emotion, ...] = ()
    thinks: str | None = None
    needs: str | None = None
    expects: str | None = None
    met: float | None = None
    moment_of_truth: bool | None = None
    moment_reason: str | None = None
    importance: int | None = None
    waits: TimeSpan | None = None
    promise: str | None = None
    told: str | None = None
    fallback: tuple[str, ...] = ()
    after: str | None = None
    source: str | None = None
    n: int | None = None
    line: int | None = field(default=None, compare=False)
    extra: Pairs = ()
    element: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Observation(_Checked):
    """Something that was seen, what it does to the customer, and what would be better.

    Parameters
    ----------
    see : str
        What was seen.
    at : tuple of str
        The elements that it is about.
    hurts : str or None
        What it does to the customer.
    impact, effort : int or None
        How much it matters, and how much it takes to change, from 1 to 5.
    better : str or None
        How it should be.
    horizon : str or None
        How soon that can be had: a word of `Horizon`.
    owner, due, status : str or None
        Who changes it, until when, and how far that is.
    line : int or None
        Where it stands in the file.
    extra : tuple of (str, str)
        What else was written.
    """

    see: str
    at: tuple[str, ...] = ()
    hurts: str | None = None
    impact: int | None = None
    effort: int | None = None
    better: str | None = None
    horizon: str | None = None
    owner: str | None = None
    due: str | None = None
    status: str | None = None
    line: int | None = field(default=None, compare=False)
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Norm:
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
    extra : tuple of (str, str)
        What else was written.
    """

    text: str
    from_: str | None = None
    to: str | None = None
    at_most: TimeSpan | None = None
    at: tuple[str, ...] = ()
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Journey(_Checked):
    """A customer's journey: its phases, its steps, and what was observed on the way.

    Parameters
    ----------
    name : str
        What the journey is called.
    customer : str or None
        The pool or lane in the model that is the customer.
    kind, state, view : str or None
        Words of `JourneyKind`, `State` and `View`.
    need, goal, trigger, outcome : str or None
        What the customer needs, what the organisation wants, what starts and what ends it.
    persona : Persona or None
        The kind of customer.
    phases : tuple of Phase
        In order.
    steps : tuple of Step
        In order.
    observations : tuple of Observation
        What was seen on the way.
    norms : tuple of Norm
        What is promised to the customer.
    language : str or None
        The language of the texts, such as ``nl``.
    path : str or None
        The file it was read from.
    extra : tuple of (str, str)
        What else was written.

    Examples
    --------
    >>> journey = Journey("Lunch", steps=(Step("I walk in"), Step("I eat", at=("Eat meal",))))
    >>> [step.do for step in journey.steps]
    ['I walk in', 'I eat']
    """

    name: str
    customer: str | None = None
    kind: str | None = None
    state: str | None = None
    view: str | None = None
    need: str | None = None
    goal: str | None = None
    trigger: str | None = None
    outcome: str | None = None
    persona: Persona | None = None
    phases: tuple[Phase, ...] = ()
    steps: tuple[Step, ...] = ()
    observations: tuple[Observation, ...] = ()
    norms: tuple[Norm, ...] = ()
    language: str | None = None
    path: str | None = field(default=None, compare=False)
    extra: Pairs = ()
