"""A name and a value that this version has no field for."""

from __future__ import annotations

from cjbpmn.fields import STRING, Attribute, Content, Extension


class Property(Extension):
    """Something people wrote down that this version of the schema has no field for.

    Tools that know an older schema drop elements they do not know, but keep this one: what a
    later version adds can travel in it.
    """

    tag = "cj:property"

    key = Attribute(STRING, "What it is called.", required=True)
    value = Content("What it says.")
