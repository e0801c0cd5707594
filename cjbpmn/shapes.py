"""The shapes and edges of what is new, as BPMN DI."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from cjbpmn.diagram import Bounds, Point, number_text
from cjbpmn.elements import Element
from cjbpmn.names import NAMESPACES
from cjbpmn.patching.markup import escape_text, escape_value

_DECLARATIONS: Final = " ".join(
    f'xmlns:{name}="{NAMESPACES[name]}"' for name in ("bpmndi", "dc", "di", "bioc", "color")
)


@dataclass(frozen=True, slots=True)
class NewShape:
    """A shape to be drawn.

    Parameters
    ----------
    element : str
        The id of the BPMN element.
    bounds : Bounds
        Where it is drawn.
    label : Bounds or None
        Where its name is drawn, if not where tools put it by themselves.
    colours : (fill, stroke) or None
        As ``#RRGGBB``; written the way bpmn.io and the BPMN in Color specification do.
    flag : (name, bool) or None
        What else is said of it: ``isHorizontal`` of a pool or lane that runs from left to right,
        ``isExpanded`` of a sub-process, ``isMarkerVisible`` of a gateway.
    """

    element: str
    bounds: Bounds
    label: Bounds | None = None
    colours: tuple[str, str] | None = None
    flag: tuple[str, bool] | None = None

    def write(self, identifier: str, lead: str, unit: str) -> str:
        """Write it as XML with the prefixes of this package, set out as `make_drawings` says."""
        colours = ""
        if self.colours is not None:
            fill, stroke = self.colours
            colours = (
                f' bioc:stroke="{stroke}" bioc:fill="{fill}"'
                f' color:background-color="{fill}" color:border-color="{stroke}"'
            )
        flag = "" if self.flag is None else f' {self.flag[0]}="{str(self.flag[1]).lower()}"'
        inner = lead + unit if lead else ""
        return (
            f'<bpmndi:BPMNShape id="{escape_value(identifier)}" '
            f'bpmnElement="{escape_value(self.element)}"{flag}{colours}>{inner}'
            f"{_bounds_text(self.bounds)}{_label_text(self.label, inner, unit)}{lead}"
            "</bpmndi:BPMNShape>"
        )


@dataclass(frozen=True, slots=True)
class NewEdge:
    """A line to be drawn.

    Parameters
    ----------
    element : str
        The id of the BPMN element.
    waypoints : sequence of (x, y)
        From source to target, two at least.
    label : Bounds or None
        Where its name is drawn.
    """

    element: str
    waypoints: Sequence[Point]
    label: Bounds | None = None

    def write(self, identifier: str, lead: str, unit: str) -> str:
        """Write it as XML with the prefixes of this package, set out as `make_drawings` says."""
        inner = lead + unit if lead else ""
        points = inner.join(
            f'<di:waypoint x="{number_text(x)}" y="{number_text(y)}"/>' for x, y in self.waypoints
        )
        return (
            f'<bpmndi:BPMNEdge id="{escape_value(identifier)}" '
            f'bpmnElement="{escape_value(self.element)}">{inner}{points}'
            f"{_label_text(self.label, inner, unit)}{lead}</bpmndi:BPMNEdge>"
        )


def make_drawings(
    new: Iterable[tuple[str, NewShape | NewEdge]], lead: str, unit: str
) -> list[Element]:
    """Make the elements of many new shapes and edges at once.

    To parse what they look like is several times as fast as to make one element after the other.

    Parameters
    ----------
    new : iterable of (id, NewShape or NewEdge)
        What is to be drawn, and the id of the shape or edge itself.
    lead : str
        The line break and blanks that lead up to each of them.
    unit : str
        By what each level inside is indented further; with an empty lead, nothing is.

    Returns
    -------
    list of lxml element
        In the same order, each followed by the lead.

    Examples
    --------
    >>> [edge] = make_drawings([("a", NewEdge("b", [(0, 0), (1, 0)]))], "", "")
    >>> edge.get("id"), [point.get("x") for point in edge]
    ('a', ['0', '1'])
    """
    lead, unit = escape_text(lead), escape_text(unit)
    text = "".join([one.write(identifier, lead, unit) + lead for identifier, one in new])
    return list(etree.fromstring(f"<plane {_DECLARATIONS}>{text}</plane>"))


def make_shape(shape: NewShape) -> Element:
    """Make the element of one new shape, called after what it shows.

    Parameters
    ----------
    shape : NewShape
        What is to be drawn.

    Returns
    -------
    lxml element
        A ``bpmndi:BPMNShape`` that stands in no tree of a file yet.
    """
    [made] = make_drawings([(f"{shape.element}_di", shape)], "", "")
    return made


def _bounds_text(bounds: Bounds) -> str:
    return (
        f'<dc:Bounds x="{number_text(bounds.x)}" y="{number_text(bounds.y)}" '
        f'width="{number_text(bounds.width)}" height="{number_text(bounds.height)}"/>'
    )


def _label_text(label: Bounds | None, lead: str, unit: str) -> str:
    if label is None:
        return ""
    inner = lead + unit if lead else ""
    return f"{lead}<bpmndi:BPMNLabel>{inner}{_bounds_text(label)}{lead}</bpmndi:BPMNLabel>"
