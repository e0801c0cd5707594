"""Function: what can be done by a channel."""

from __future__ import annotations

from cjbpmn.extensions.content import Content


class Function(Content):
    """What can be done by a channel, by the customer or by the employee."""

    tag = "cj:function"
