"""Journey: what the whole story is about, and what belongs to no single step."""

from __future__ import annotations

from cjbpmn.alarms import parse_moment
from cjbpmn.extensions.customer_activity import CustomerActivity
from cjbpmn.extensions.measurement import Measurement
from cjbpmn.extensions.need import Need
from cjbpmn.extensions.norm import Norm
from cjbpmn.extensions.observation import Observation
from cjbpmn.extensions.phase import Phase
from cjbpmn.extensions.property import Property
from cjbpmn.extensions.validation import Validation
from cjbpmn.fields import IDS, STRING, Attribute, Children, Extension, Kind, Text, choice
from cjbpmn.vocabulary import JourneyKind, State, View

MOMENT: Kind[str] = Kind(
    "a date and a time such as '2026-03-02T09:00:00'",
    lambda text: parse_moment(text).isoformat(),
    str,
    "xs:dateTime",
)


class Journey(Extension):
    """The story as a whole; it stands on the process that holds the customer's swimlane."""

    tag = "cj:journey"
    allowed_on = ("bpmn:Process",)

    id = Attribute(STRING, "Its id in the file.", required=True)
    name = Attribute(STRING, "What the journey is called.", required=True)
    customers = Attribute(IDS, "The ids of the pools or lanes that are the customer.")
    customer = Attribute(STRING, "What the journey calls the customer.")
    kind = Attribute(choice(JourneyKind), "Which part of the relation it covers.")
    state = Attribute(choice(State), "How it is, or how it is to be.")
    view = Attribute(choice(View), "From whose side it is told.")
    language = Attribute(STRING, "The language it is told in.")
    begins = Attribute(MOMENT, "When the case begins whose times are worked out.")
    goal = Text("What the organisation wants to reach.")
    trigger = Text("What sets the journey off.")
    outcome = Text("What the customer has in the end.")
    need = Children(Need, "What the customer needs at the outset.")
    validated = Children(Validation, "Who has looked at it and found it true.")
    phases = Children(Phase, "The experience phases, in order.")
    steps = Children(CustomerActivity, "Steps that no flow node stands for.")
    observations = Children(Observation, "What was seen, and what would be better.")
    norms = Children(Norm, "What the customer was promised.")
    measurements = Children(Measurement, "What was measured.")
    extra = Children(Property, "Whatever else was written down.")
