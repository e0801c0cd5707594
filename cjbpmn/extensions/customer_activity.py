"""Customer activity: a step of the journey, in the customer's own words."""

from __future__ import annotations

from cjbpmn.extensions.emotion import Emotion
from cjbpmn.extensions.evidence import Evidence
from cjbpmn.extensions.property import Property
from cjbpmn.fields import (
    BOOLEAN,
    IDS,
    STRING,
    Attribute,
    Children,
    Extension,
    Text,
    choice,
    decimal,
    integer,
)
from cjbpmn.vocabulary import Direction, Source


class CustomerActivity(Extension):
    """A step of the journey, told in the first person.

    It stands on the flow node that the customer performs; a step that has none stands in the
    journey itself.
    """

    tag = "cj:customerActivity"
    allowed_on = ("bpmn:FlowNode",)

    order = Attribute(integer(1), "Its place among the steps of the journey.", required=True)
    phase = Attribute(STRING, "The id of its phase.")
    refs = Attribute(IDS, "The ids of the elements that the step meets.")
    channel = Attribute(STRING, "The way by which customer and organisation meet here.")
    direction = Attribute(choice(Direction), "Who addresses whom.")
    met = Attribute(decimal(0, 100), "How far the expectation is met, in percent.")
    moment_of_truth = Attribute(BOOLEAN, "Whether this moment makes or breaks the experience.")
    importance = Attribute(integer(1, 5), "How much it matters to the customer.")
    waits = Attribute(
        STRING, "How long the customer waits here: ISO 8601, or working days in words."
    )
    told = Attribute(STRING, "Whether the customer was told how long, or what was told.")
    fallback = Attribute(IDS, "The ids of the elements that catch the customer when it goes wrong.")
    source = Attribute(choice(Source), "Who tells this step.")
    n = Attribute(integer(0), "How many people were asked.")
    text = Text("What the customer does, in the first person.")
    thinks = Text("What the customer thinks.")
    needs = Text("What the customer needs.")
    expects = Text("What the customer expects.")
    promise = Text("What the organisation promised.")
    moment_reason = Text("Why this moment makes or breaks the experience.")
    evidence = Children(Evidence, "What the customer sees, hears or holds.")
    emotions = Children(Emotion, "How the customer feels.")
    properties = Children(Property, "Whatever else was written down.")
