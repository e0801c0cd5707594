"""Opportunity: what could be made of a point."""

from __future__ import annotations

from cjbpmn.extensions.insight import Insight


class Opportunity(Insight):
    """What could be made better at a point, before anybody has decided to do so."""

    tag = "cj:opportunity"
