"""Touchpoint: a moment at which the customer meets the organisation."""

from __future__ import annotations

from cjbpmn.extensions.channel import Channel
from cjbpmn.extensions.fallback import Fallback
from cjbpmn.fields import (
    BOOLEAN,
    STRING,
    Attribute,
    Children,
    Extension,
    Text,
    choice,
    decimal,
    integer,
)
from cjbpmn.vocabulary import Answer, Direction


class Touchpoint(Extension):
    """A moment at which the customer meets the organisation, seen from the customer.

    On a flow, or on what is met where there is none, it says that here the two meet, and how.
    What several steps meet carries one for each, which names the activity.
    Inside a customer activity it says what people think of the meeting: once, however many flows
    belong to it.
    """

    tag = "cj:touchpoint"
    allowed_on = ("bpmn:MessageFlow", "bpmn:SequenceFlow", "bpmn:FlowNode")

    channel = Attribute(STRING, "The way by which the two sides meet.")
    direction = Attribute(choice(Direction), "Who addresses whom.")
    activity = Attribute(
        STRING, "The id of the customer activity that meets it, where the flow does not end there."
    )
    importance = Attribute(integer(1, 5), "How much it matters to the customer.")
    moment_of_truth = Attribute(BOOLEAN, "Whether this moment makes or breaks the experience.")
    met = Attribute(decimal(0, 100), "How far the expectation is met, in percent.")
    told = Attribute(STRING, "Whether the customer was told how long to wait, or what was told.")
    next_step_told = Attribute(choice(Answer), "Whether the customer was told what comes next.")
    logical = Attribute(choice(Answer), "Whether it comes at the right place.")
    efficient = Attribute(choice(Answer), "Whether it comes without detours.")
    effective = Attribute(choice(Answer), "Whether it gets the customer further.")
    appropriate = Attribute(choice(Answer), "Whether it suits this customer.")
    expects = Text("What the customer expects.")
    promise = Text("What the organisation promised.")
    moment_reason = Text("Why this moment makes or breaks the experience.")
    judgement_reason = Text("Why it is judged so.")
    channels = Children(Channel, "All channels in detail, where there is more to say than one.")
    fallback = Children(Fallback, "What catches the customer when it goes wrong.")
