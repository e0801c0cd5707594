"""Channel: the way by which two sides meet, and what it holds there."""

from __future__ import annotations

from cjbpmn.extensions.content import Content
from cjbpmn.extensions.function import Function
from cjbpmn.extensions.property import Property
from cjbpmn.fields import STRING, Attribute, Children, Extension


class Channel(Extension):
    """A channel at one touchpoint, with what it holds there for customer and employee."""

    tag = "cj:channel"

    name = Attribute(STRING, "A word from the list of channels, or another.", required=True)
    device = Attribute(STRING, "On what, such as smartphone.")
    content = Children(Content, "What can be read, seen or heard.")
    functions = Children(Function, "What can be done.")
    extra = Children(Property, "Whatever else was written down.")
