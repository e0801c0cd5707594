"""What a model consists of: flow nodes and flows, pools and lanes, as values without XML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from cjbpmn import elements as bpmn

_KINDS: Final = {
    "participant": "pool",
    "subProcess": "sub-process",
    "adHocSubProcess": "ad-hoc sub-process",
    "intermediateCatchEvent": "intermediate event",
    "intermediateThrowEvent": "intermediate event",
    "eventBasedGateway": "event-based gateway",
}
"""What people call an element, where that is not only its BPMN name in several words."""

_NO_ATTRIBUTES: Final[Mapping[str, str]] = {}


class EventDefinition(NamedTuple):
    """What an event waits for or throws.

    Parameters
    ----------
    kind : str
        ``message``, ``timer``, ``signal``, ``error``, ``escalation``, ``compensate``,
        ``cancel``, ``conditional``, ``link`` or ``terminate``.
    reference : str or None
        The id that it refers to (a message, signal, error, escalation or activity), or the name
        of a link.
    timer : str or None
        ``timeDuration``, ``timeDate`` or ``timeCycle``.
    expression : str or None
        The text of the timer or condition.
    """

    kind: str
    reference: str | None = None
    timer: str | None = None
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """How often an activity repeats itself.

    Parameters
    ----------
    kind : str
        ``standard``, ``parallel`` or ``sequential`` (the last two: multi-instance).
    maximum : int or None
        ``loopMaximum``, or the cardinality where it is a number.
    """

    kind: str
    maximum: int | None = None


# A large model has hundreds of thousands of nodes and flows: tuples are made quickest.
class FlowNode(NamedTuple):
    """An activity, event or gateway; or the border of a pool at which message flows end.

    Parameters
    ----------
    id : str
        Its BPMN id.
    type : str
        The BPMN element, such as ``userTask``; ``participant`` for the border of a pool.
    name : str
        Its name, white space folded; the empty string where it has none.
    process, participant, lane, scope : str or None
        The ids of the process, the pool, the innermost lane and the sub-process it stands in.
    events : tuple of EventDefinition
        What an event waits for or throws; empty for a plain one.
    attributes : mapping of str to str
        The BPMN attributes as they stand in the file.
    loop : Loop or None
        How an activity repeats itself.
    line : int or None
        Where it stands in the file.
    activation : str or None
        The condition on which a complex gateway lets a token pass.
    """

    id: str
    type: str
    name: str = ""
    process: str | None = None
    participant: str | None = None
    lane: str | None = None
    scope: str | None = None
    events: tuple[EventDefinition, ...] = ()
    attributes: Mapping[str, str] = _NO_ATTRIBUTES
    loop: Loop | None = None
    line: int | None = None
    activation: str | None = None

    @property
    def kind(self) -> str:
        """What people call such an element: what an event waits for comes first.

        Examples
        --------
        >>> FlowNode("a", "intermediateCatchEvent", events=(EventDefinition("timer"),)).kind
        'timer event'
        >>> FlowNode("b", "businessRuleTask").kind
        'business rule task'
        """
        words = _KINDS.get(self.type) or re.sub("(?=[A-Z])", " ", self.type).lower()
        if not self.is_event or not self.events:
            return words
        first = "multiple" if len(self.events) > 1 else self.events[0].kind
        return f"{first} {words.removeprefix('intermediate ')}"

    @property
    def is_activity(self) -> bool:
        """Whether it is a task, a sub-process or a call activity."""
        return self.type in bpmn.ACTIVITIES

    @property
    def is_event(self) -> bool:
        """Whether it is an event."""
        return self.type in bpmn.EVENTS

    @property
    def is_gateway(self) -> bool:
        """Whether it is a gateway."""
        return self.type in bpmn.GATEWAYS

    @property
    def is_sub_process(self) -> bool:
        """Whether other flow nodes can stand inside it."""
        return self.type in bpmn.SUB_PROCESSES

    @property
    def attached_to(self) -> str | None:
        """The activity on whose border a boundary event sits."""
        return self.attributes.get("attachedToRef")

    @property
    def interrupting(self) -> bool:
        """Whether a boundary event, or an event sub-process's start, ends what it interrupts."""
        name = "cancelActivity" if self.type == "boundaryEvent" else "isInterrupting"
        return self.attributes.get(name, "true") not in {"false", "0"}

    @property
    def triggered_by_event(self) -> bool:
        """Whether it is an event sub-process."""
        return self.attributes.get("triggeredByEvent") in {"true", "1"}

    @property
    def called(self) -> str:
        """The id of what a call activity calls, without a prefix; the empty string for none."""
        return self.attributes.get("calledElement", "").rpartition(":")[2]

    def has_event(self, *kinds: str) -> bool:
        """Tell whether one of its event definitions is of one of these kinds."""
        for event in self.events:  # noqa: SIM110 - asked for at every turn, and quicker
            if event.kind in kinds:
                return True
        return False


class Flow(NamedTuple):
    """A sequence flow or a message flow with both ends in the file.

    Parameters
    ----------
    id : str
        Its BPMN id; for a contact that is declared on a flow node, the id of that node, and for
        further ones their number after it, as in ``Task_1:2``.
    kind : str
        ``sequence`` or ``message``.
    source, target : str
        The ids of the flow nodes, or of the participant whose border it meets. A message flow
        that stays docked to the customer's pool while a customer activity is declared for it
        ends at that activity.
    name : str
        Its name, white space folded.
    conditional : bool
        Whether a sequence flow carries a condition.
    channel : str or None
        The way by which the two sides meet, as declared.
    direction : str or None
        As declared: ``from customer``, ``to customer`` or ``both``.
    line : int or None
        Where it stands in the file.
    """

    id: str
    kind: str
    source: str
    target: str
    name: str = ""
    conditional: bool = False
    channel: str | None = None
    direction: str | None = None
    line: int | None = None


class Participant(NamedTuple):
    """A pool: who takes part; `process` is None for a black box.

    `elsewhere` is what the pool calls its process, if the file does not hold that.
    """

    id: str
    name: str = ""
    process: str | None = None
    line: int | None = None
    elsewhere: str | None = None


class Lane(NamedTuple):
    """A lane: who in a pool is responsible."""

    id: str
    name: str = ""
    process: str | None = None
    participant: str | None = None
    parent: str | None = None
    line: int | None = None
