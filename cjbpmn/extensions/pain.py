"""Pain point: what hurts the customer at a point."""

from __future__ import annotations

from cjbpmn.extensions.insight import Insight


class Pain(Insight):
    """What hurts, annoys or costs the customer trouble at a point."""

    tag = "cj:pain"
