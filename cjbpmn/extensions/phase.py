"""Experience phase: a stretch of the journey that the customer would call by one verb."""

from __future__ import annotations

from cjbpmn.extensions.emotion import Emotion
from cjbpmn.extensions.gain import Gain
from cjbpmn.extensions.need import Need
from cjbpmn.extensions.opportunity import Opportunity
from cjbpmn.extensions.pain import Pain
from cjbpmn.extensions.property import Property
from cjbpmn.fields import STRING, Attribute, Children, Extension


class Phase(Extension):
    """A stretch of the journey as the customer experiences it, such as ordering or waiting."""

    tag = "cj:phase"

    id = Attribute(STRING, "Its id in the file.", required=True)
    name = Attribute(STRING, "One verb.", required=True)
    need = Children(Need, "What the customer needs in this phase.")
    feels = Children(Emotion, "How the customer feels in it as a whole.")
    pains = Children(Pain, "What hurts.")
    gains = Children(Gain, "What pleases.")
    opportunities = Children(Opportunity, "What could be made of it.")
    extra = Children(Property, "Whatever else was written down.")
