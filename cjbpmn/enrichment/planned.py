"""What is planned, as values: contacts, steps, journeys, and the plan that holds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypedDict

from cjbpmn import lexicon
from cjbpmn.findings import Finding
from cjbpmn.graph import ProcessGraph
from cjbpmn.journey import Evidence, Journey, Step
from cjbpmn.journey.feelings import emotion_of


class Show(StrEnum):
    """What of a journey is drawn in the swimlane; the data is written in any case."""

    PHASES = "phases"
    EVIDENCE = "evidence"
    EMOTION = "emotion"
    OBSERVATIONS = "observations"
    WAITS = "waits"


class Placement(StrEnum):
    """Where a customer whom the model does not show is put."""

    POOL = "pool"
    LANE = "lane"


class Origin(StrEnum):
    """Where the drawing begins."""

    KEEP = "keep"
    NORMALIZE = "normalize"


SHOWN: Final = frozenset({Show.PHASES, Show.EVIDENCE, Show.EMOTION})
"""What is drawn where nobody says otherwise."""


class Drawing(TypedDict, total=False):
    """How a journey is drawn: what `enrich_document` takes beside the journey and the customer."""

    show: frozenset[Show]
    placement: Placement
    force: bool
    origin: Origin
    legend: bool
    layout: bool


@dataclass(frozen=True, slots=True)
class Note:
    """A text that is drawn below a step.

    Parameters
    ----------
    kind : str
        What its id begins with.
    number : int
        What its id ends with.
    text : str
        What it says.
    width : float or None
        Where it is folded; None keeps its lines as they are.
    is_linked : bool
        Whether it is about the step, or about something near to it.
    """

    kind: str
    number: int
    text: str
    width: float | None = None
    is_linked: bool = True


@dataclass(frozen=True, slots=True)
class PlannedContact:
    """A touchpoint: what a step meets, who addresses whom, and the flow if there is one."""

    other: str
    direction: str
    flow: str | None = None


@dataclass(slots=True)
class PlannedStep:
    """A step with what its references mean, the flow node that carries it, and its contacts.

    What is drawn of it stands here too: its phase, what its channel is called, its evidence, its
    notes and its colour.
    """

    step: Step
    order: int
    refs: tuple[str, ...] = ()
    host: str | None = None
    contacts: list[PlannedContact] = field(default_factory=list)
    phase: str | None = None
    channel: str = ""
    sees: tuple[Evidence, ...] = ()
    notes: list[Note] = field(default_factory=list)
    is_coloured: bool = False

    @property
    def emotion(self) -> float | None:
        """The one value for the feelings at this step."""
        return emotion_of(self.step.feels)


@dataclass(slots=True)
class PlannedJourney:
    """One of the journeys: its steps, what its references mean, and the lane that it gets.

    Parameters
    ----------
    journey : Journey
        What people declared.
    number : int
        Its place among the journeys, from 1.
    lane_name : str
        What its lane is called.
    customers : frozenset of str
        The pools and lanes of the model that are its customer.
    lane : str or None
        The lane that was made for it.
    draws_phases : bool
        Whether its phases are shown.
    """

    journey: Journey
    number: int
    lane_name: str
    customers: frozenset[str] = frozenset()
    steps: list[PlannedStep] = field(default_factory=list)
    references: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lane: str | None = None
    draws_phases: bool = True
    _language: str = ""

    @property
    def id(self) -> str:
        """The id of the journey in the file."""
        return f"CjJourney_{self.number}"

    def new_contacts(self) -> Iterator[tuple[PlannedStep, int, PlannedContact]]:
        """Yield each contact without a flow: the step, the place among its contacts, itself."""
        for step in self.steps:
            for place, contact in enumerate(list(step.contacts)):
                if contact.flow is None:
                    yield step, place, contact

    @property
    def phase_ids(self) -> dict[str, str]:
        """The id of each phase, by name, in order; the same from run to run."""
        return {
            phase.name: self.name("CjPhase", number)
            for number, phase in enumerate(self.journey.phases, start=1)
        }

    @property
    def language(self) -> str:
        """The language of the journey, as far as there are words for it; else English."""
        if not self._language:
            spoken = (step.do for step in self.journey.steps)
            self._language = lexicon.language_of(self.journey.language, spoken)
        return self._language

    def name(self, kind: str, *numbers: int) -> str:
        """Return an id for a thing of this journey; those of the first need no number for that.

        Parameters
        ----------
        kind : str
            Such as ``CjActivity``.
        *numbers : int
            Which of that kind.

        Returns
        -------
        str
            Such as ``CjActivity_3``, or ``CjActivity_2_3`` for the second journey.
        """
        own = (self.number,) if self.number > 1 else ()
        return "_".join((kind, *map(str, (*own, *numbers))))


@dataclass(slots=True)
class Plan:
    """Everything that enrichment will do, decided before anything is touched.

    Parameters
    ----------
    graph : ProcessGraph
        The model without any enrichment.
    name : str
        What the customer is called.
    customers : frozenset of str
        The pools and lanes that are the customer already.
    black_box : str or None
        The pool among them that has no flow nodes yet.
    journeys : list of PlannedJourney
        What people declared, one at least.
    findings : list of Finding
        What cannot be done, and what is assumed.
    show : frozenset of Show
        What is drawn.
    lane_in : str or None
        The process that gets a lane for the customer; None where the customer has a pool.
    is_executable : bool
        Whether that process runs on an engine.
    has_legend : bool
        Whether the meaning of the colours is said in the drawing.
    origin : Origin
        Where the drawing begins.
    has_first_drawing : bool
        Whether a model without a drawing gets one.
    """

    graph: ProcessGraph
    name: str
    customers: frozenset[str]
    black_box: str | None
    journeys: list[PlannedJourney] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    show: frozenset[Show] = SHOWN
    lane_in: str | None = None
    is_executable: bool = False
    has_legend: bool = False
    origin: Origin = Origin.KEEP
    has_first_drawing: bool = False

    @property
    def language(self) -> str:
        """The language of the first journey."""
        return self.journeys[0].language

    @property
    def has_collaboration(self) -> bool:
        """Whether the model has pools already."""
        return bool(self.graph.participants)

    @property
    def builds(self) -> bool:
        """Whether a swimlane has to be drawn."""
        return not self.customers or self.black_box is not None

    def steps(self) -> Iterator[tuple[PlannedJourney, PlannedStep]]:
        """Yield the steps of all journeys, each with its journey."""
        for planned in self.journeys:
            for step in planned.steps:
                yield planned, step
