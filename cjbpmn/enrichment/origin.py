"""The drawing moved to where modelling tools would put it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cjbpmn.diagram import Diagram, number_of, number_text
from cjbpmn.elements import Element
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.names import qualified

LEFT: Final = 150.0
TOP: Final = 75.0
_PLACES: Final = qualified("dc:Bounds"), qualified("di:waypoint")


def move_to_origin(diagram: Diagram, old: Iterable[Element], record: EnrichmentRecord) -> None:
    """Move all that is drawn, so that its upper left corner is where Camunda Modeler puts it.

    Parameters
    ----------
    diagram : Diagram
        The diagram with the swimlane.
    old : iterable of lxml element
        The shapes and edges that were there before; only their changes are noted down.
    record : EnrichmentRecord
        Through which they are changed.
    """
    extent = diagram.extent()
    if extent is None:
        return
    by_x, by_y = round(LEFT - extent.x), round(TOP - extent.y)
    before = set(old)
    for drawn in diagram.plane:
        for place in drawn.iter(*_PLACES) if isinstance(drawn.tag, str) else ():
            for name, by in (("x", by_x), ("y", by_y)):
                was = number_of(place.get(name))
                if was is None or not by:
                    continue
                moved = number_text(was + by)
                if drawn in before:
                    record.change(place, name, moved)
                else:
                    place.set(name, moved)
