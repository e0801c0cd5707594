"""Gain: what pleases the customer at a point."""

from __future__ import annotations

from cjbpmn.extensions.insight import Insight


class Gain(Insight):
    """What pleases the customer at a point, and should stay."""

    tag = "cj:gain"
