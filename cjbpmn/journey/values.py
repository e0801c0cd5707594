"""The customer's journey as people declared it: values without a file and without a model.

A value refuses what lies outside its range, wherever it comes from: a file, a table, or code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from cjbpmn.alarms import parse_moment
from cjbpmn.journey.details import (
    ChannelUse,
    Emotion,
    Evidence,
    Fallback,
    Insight,
    Need,
    Pairs,
)
from cjbpmn.journey.facts import Branch, Calendar, Duration, Measurement, Norm, Statistics
from cjbpmn.journey.ranges import Checked

if TYPE_CHECKING:
    import pandas as pd

    from cjbpmn.timespan import TimeSpan


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
    picture : str or None
        Where a picture is kept.
    facts : tuple of (str, str)
        Whatever else is known.
    """

    name: str
    prefers: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    description: str | None = None
    picture: str | None = None
    facts: Pairs = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the journey as the customer sees it.

    Parameters
    ----------
    name : str
        One verb, as in *ordering*.
    need : Need or None
        What the customer needs there.
    feels : tuple of Emotion
        How the customer feels in it as a whole.
    pains, gains, opportunities : tuple of Insight
        What hurts, what pleases, and what could be made of it.
    id : str or None
        A short name, or its id in an enriched document.
    extra : tuple of (str, str)
        What else was written.
    """

    name: str
    need: Need | None = None
    feels: tuple[Emotion, ...] = ()
    pains: tuple[Insight, ...] = ()
    gains: tuple[Insight, ...] = ()
    opportunities: tuple[Insight, ...] = ()
    id: str | None = field(default=None, compare=False)
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Step(Checked):
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
    channels : tuple of ChannelUse
        All channels in detail, where there are several, or where it is known what each holds.
    direction : str or None
        Who addresses whom: a word of `Direction`.
    sees : tuple of Evidence
        What the customer sees, hears or holds.
    feels : tuple of Emotion
        How the customer feels, one for each source.
    thinks, goal, location : str or None
        What the customer thinks, wants to reach, and where that is.
    needs : tuple of Need
        What the customer needs.
    takes : TimeSpan or None
        How long the customer is busy.
    expects : str or None
        What the customer expects.
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
    next_step_told : str or None
        Whether the customer was told what comes next: a word of `Answer`.
    logical, efficient, effective, appropriate : str or None
        Whether the touchpoint comes at the right place, without detours, gets the customer
        further, and suits the customer: words of `Answer`.
    judgement_reason : str or None
        Why it is judged so.
    pains, gains, opportunities : tuple of Insight
        What hurts, what pleases, and what could be made of it.
    fallback : tuple of Fallback
        What catches the customer when it goes wrong.
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
    channels: tuple[ChannelUse, ...] = ()
    direction: str | None = None
    sees: tuple[Evidence, ...] = ()
    feels: tuple[Emotion, ...] = ()
    thinks: str | None = None
    goal: str | None = None
    location: str | None = None
    needs: tuple[Need, ...] = ()
    takes: TimeSpan | None = None
    expects: str | None = None
    met: float | None = None
    moment_of_truth: bool | None = None
    moment_reason: str | None = None
    importance: int | None = None
    waits: TimeSpan | None = None
    promise: str | None = None
    told: str | None = None
    next_step_told: str | None = None
    logical: str | None = None
    efficient: str | None = None
    effective: str | None = None
    appropriate: str | None = None
    judgement_reason: str | None = None
    pains: tuple[Insight, ...] = ()
    gains: tuple[Insight, ...] = ()
    opportunities: tuple[Insight, ...] = ()
    fallback: tuple[Fallback, ...] = ()
    source: str | None = None
    n: int | None = None
    line: int | None = field(default=None, compare=False)
    extra: Pairs = ()
    element: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Observation(Checked):
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
    better_at : str or None
        Where that is drawn: another model, or an element of it.
    preventable : str or None
        Whether it could have been prevented: a word of `Answer`.
    level : int or None
        Its level of the service pyramid, from 1 to 4, as in `Need`.
    horizon : str or None
        How soon that can be had: a word of `Horizon`.
    owner, due, status : str or None
        Who changes it, until when, and how far that is.
    author, date : str or None
        Who saw it, and when.
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
    better_at: str | None = None
    preventable: str | None = None
    level: int | None = None
    horizon: str | None = None
    owner: str | None = None
    due: str | None = None
    status: str | None = None
    author: str | None = None
    date: str | None = None
    line: int | None = field(default=None, compare=False)
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Validation(Checked):
    """Who has looked at the journey and found it true.

    Parameters
    ----------
    by : str
        Who.
    n : int or None
        How many people.
    date : str or None
        When.
    extra : tuple of (str, str)
        What else was written.
    """

    by: str
    n: int | None = None
    date: str | None = None
    extra: Pairs = ()


@dataclass(frozen=True, slots=True)
class Journey(Checked):
    """A customer's journey: its phases, its steps, and what was observed on the way.

    Parameters
    ----------
    name : str
        What the journey is called.
    customer : str or None
        The pool or lane in the model that is the customer.
    kind, state, view : str or None
        Words of `JourneyKind`, `State` and `View`.
    need : Need or None
        What the customer needs at the outset.
    goal, trigger, outcome : str or None
        What the organisation wants, what starts and what ends it.
    validated : Validation or None
        Who has looked at it and found it true.
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
    measurements : tuple of Measurement
        What was measured.
    statistics : tuple of Statistics
        What was counted at elements of the model.
    durations : tuple of Duration
        How long elements of the model take.
    branches : tuple of Branch
        How often each way out of a gateway is taken.
    calendars : tuple of Calendar
        When people work.
    begins : str or None
        When the case begins whose times are worked out, as ``2026-03-02T09:00:00``.
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
    need: Need | None = None
    goal: str | None = None
    trigger: str | None = None
    outcome: str | None = None
    validated: Validation | None = None
    persona: Persona | None = None
    phases: tuple[Phase, ...] = ()
    steps: tuple[Step, ...] = ()
    observations: tuple[Observation, ...] = ()
    norms: tuple[Norm, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    statistics: tuple[Statistics, ...] = ()
    durations: tuple[Duration, ...] = ()
    branches: tuple[Branch, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    begins: str | None = None
    language: str | None = None
    path: str | None = field(default=None, compare=False)
    extra: Pairs = ()

    def __post_init__(self) -> None:
        """Keep the moment in one spelling."""
        Checked.__post_init__(self)
        if self.begins is not None:
            object.__setattr__(self, "begins", parse_moment(self.begins).isoformat())

    def to_frame(self) -> pd.DataFrame:
        """Put the steps into a pandas frame, one a row, with what most people ask first.

        Returns
        -------
        DataFrame
            With the columns ``phase``, ``do``, ``at``, ``channel``, ``sees``, ``feels`` and
            ``waits``; in ``feels``, the figure of each source.

        Examples
        --------
        >>> step = Step("I eat", feels=(Emotion(2, source="customer"),))
        >>> Journey("Lunch", steps=(step,)).to_frame().loc[0, "feels"]
        'customer +2'
        """
        import pandas as pd  # noqa: PLC0415 - heavy, and needed only here

        rows = [
            {
                "phase": step.phase,
                "do": step.do,
                "at": ", ".join(step.at),
                "channel": step.channel,
                "sees": ", ".join(filter(None, (one.text or one.type for one in step.sees))),
                "feels": ", ".join(f"{one.source or '?'} {one.value:+g}" for one in step.feels),
                "waits": step.waits.text if step.waits else None,
            }
            for step in self.steps
        ]
        columns = ["phase", "do", "at", "channel", "sees", "feels", "waits"]
        return pd.DataFrame(rows, columns=columns)

    def _repr_html_(self) -> str:
        """Show a notebook the steps; all that is written of them would fill it."""
        return f"<p>{escape(self.name)}</p>{self.to_frame().to_html(na_rep='')}"
