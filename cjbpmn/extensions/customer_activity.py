"""Customer activity: a step of the journey, in the customer's own words."""

from __future__ import annotations

from cjbpmn.extensions.emotion import Emotion
from cjbpmn.extensions.evidence import Evidence
from cjbpmn.extensions.gain import Gain
from cjbpmn.extensions.need import Need
from cjbpmn.extensions.opportunity import Opportunity
from cjbpmn.extensions.pain import Pain
from cjbpmn.extensions.property import Property
from cjbpmn.extensions.touchpoint import Touchpoint
from cjbpmn.fields import (
    IDS,
    STRING,
    TIMESPAN,
    Attribute,
    Children,
    Extension,
    Text,
    choice,
    integer,
)
from cjbpmn.vocabulary import Source


class CustomerActivity(Extension):
    """A step of the journey, told in the first person.

    It stands on the flow node that the customer performs; a step that has none stands in the
    journey itself.
    """

    tag = "cj:customerActivity"
    allowed_on = ("bpmn:FlowNode",)

    order = Attribute(integer(1), "Its place among the steps of the journey.", required=True)
    journey = Attribute(STRING, "The id of its journey.")
    phase = Attribute(STRING, "The id of its phase.")
    refs = Attribute(IDS, "The ids of the elements that the step meets.")
    takes = Attribute(TIMESPAN, "How long the customer is busy.")
    waits = Attribute(TIMESPAN, "How long the customer waits here.")
    source = Attribute(choice(Source), "Who tells this step.")
    n = Attribute(integer(0), "How many people were asked.")
    text = Text("What the customer does, in the first person.")
    at = Text("What people wrote for the elements it meets, one on each line.")
    thinks = Text("What the customer thinks.")
    goal = Text("What the customer wants to reach here.")
    location = Text("Where the customer is.")
    needs = Children(Need, "What the customer needs.")
    touchpoint = Children(Touchpoint, "What people think of the meeting with the organisation.")
    sees = Children(Evidence, "What the customer sees, hears or holds.")
    feels = Children(Emotion, "How the customer feels.")
    pains = Children(Pain, "What hurts.")
    gains = Children(Gain, "What pleases.")
    opportunities = Children(Opportunity, "What could be made of it.")
    extra = Children(Property, "Whatever else was written down.")
