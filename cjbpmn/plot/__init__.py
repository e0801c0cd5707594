"""Pictures with matplotlib: the customer's journey over the process."""

from __future__ import annotations

from cjbpmn.plot.journey_map import draw_journey_map
from cjbpmn.plot.picture import save_figure

__all__ = ["draw_journey_map", "save_figure"]
