"""What is told of a point of the journey: needs, channels, evidence, feelings, and the rest."""

from __future__ import annotations

from dataclasses import dataclass

from cjbpmn.journey.ranges import Checked

Pairs = tuple[tuple[str, str], ...]
"""What else was written: keys and their texts, in order."""


@dataclass(frozen=True, slots=True)
class Evidence(Checked):
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
class Emotion(Checked):
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
    spread : float or None
        How far their values lie apart: the highest less the lowest.
    arousal : float or None
        How strongly it is felt, from 1 (calm) to 5 (stirred).
    date : str or None
        When it was found out.
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
    spread: float | None = None
    arousal: float | None = None
    date: str | None = None
    persona: str | None = None
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Insight(Checked):
    """A pain, a gain or an opportunity: what hurts, what pleases, or what could be made of it.

    Parameters
    ----------
    text : str
        What it is.
    severity : int or None
        How much it weighs, from 1 to 5.
    extra : tuple of (str, str)
        What else was written.
    """

    text: str
    severity: int | None = None
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Need(Checked):
    """What the customer needs at a point.

    Parameters
    ----------
    text : str
        What it is.
    level : int or None
        Its level of the service pyramid: 1 the basics are right, 2 complaints are handled, 3 it
        is tailored, 4 it delights.
    met : float or None
        How far it is met, in percent.
    extra : tuple of (str, str)
        What else was written.
    """

    text: str
    level: int | None = None
    met: float | None = None
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Content(Checked):
    """What a channel holds for somebody: a text to read, or something it can do.

    Parameters
    ----------
    text : str
        What it is.
    for_ : str or None
        For whom: a word of `Audience`; the customer, where it is not said.
    system : str or None
        The system that it comes from.
    extra : tuple of (str, str)
        What else was written.
    """

    text: str
    for_: str | None = None
    system: str | None = None
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class ChannelUse:
    """A channel at one touchpoint, and what it holds there.

    Parameters
    ----------
    name : str
        A word of `Channel`, or what was written where it is none.
    device : str or None
        On what, such as ``smartphone``.
    content : tuple of Content
        What can be read, seen or heard.
    functions : tuple of Content
        What can be done.
    extra : tuple of (str, str)
        What else was written.
    """

    name: str
    device: str | None = None
    content: tuple[Content, ...] = ()
    functions: tuple[Content, ...] = ()
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """What catches the customer when it goes wrong.

    Parameters
    ----------
    to : str
        An element of the model, or words.
    channel : str or None
        By which channel the customer gets there.
    extra : tuple of (str, str)
        What else was written.
    """

    to: str
    channel: str | None = None
    extra: Pairs = ()
