"""Experience phase: a stretch of the journey that the customer would call by one verb."""

from __future__ import annotations

from cjbpmn.fields import STRING, Attribute, Extension


class Phase(Extension):
    """A stretch of the journey as the customer experiences it, such as ordering or waiting."""

    tag = "cj:phase"

    id = Attribute(STRING, "Its id in the file.", required=True)
    name = Attribute(STRING, "One verb.", required=True)
    need = Attribute(STRING, "What the customer needs in this phase.")
