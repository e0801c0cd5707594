"""The shapes and edges of what is new, as BPMN DI."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from cjbpmn.diagram import Bounds, Point, number_text
from cjbpmn.elements import Element, make
from cjbpmn.markup import escape_text, escape_value
from cjbpmn.names import NAMESPACES, qualified

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
    """

    element: str
    bounds: Bounds
    label: Bounds | None = None
    colours: tuple[str, str] | None = None

    def write(self, identifier: str, lead: str, unit: str) -> str:
        """Write it as XML with the prefixes of this package, set out as `make_drawings` says."""
        colours = ""
        if self.colours is not None:
            fill, stroke = self.colours
            colours = (
                f' bioc:stroke="{stroke}" bioc:fill="{fill}"'
                f' color:background-color="{fill}" color:border-color="{stroke}"'
            )
        inner = lead + unit if lead else ""
        return (
            f'<bpmndi:BPMNShape id="{escape_value(identifier)}" '
            f'bpmnElement="{escape_value(self.element)}"{colours}>{inner}'
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


def make_shape(
    element: str,
    bounds: Bounds,
    *,
    horizontal: bool | None = None,
    label: Bounds | None = None,
    parent: Element | None = None,
) -> Element:
    """Make the shape of a new element.

    Parameters
    ----------
    element : str
        The id of the BPMN element.
    bounds : Bounds
        Where it is drawn.
    horizontal : bool or None
        Whether it is a pool or lane that runs from left to right, or one that runs from the top
        down; None for anything else.
    label : Bounds or None
        Where its name is drawn, if not where tools put it by themselves.
    parent : lxml element, optional
        A plane that is in no tree itself: to put a great many there one by one takes longer.

    Returns
    -------
    lxml element
        A ``bpmndi:BPMNShape``; without a parent, it stands in no tree yet.
    """
    shape = _make("bpmndi:BPMNShape", parent, id=f"{element}_di", bpmnElement=element)
    if horizontal is not None:
        shape.set("isHorizontal", "true" if horizontal else "false")
    _add_bounds(shape, bounds)
    if label is not None:
        _add_bounds(_make("bpmndi:BPMNLabel", shape), label)
    return shape


def make_edge(
    element: str,
    waypoints: Sequence[Point],
    label: Bounds | None = None,
    parent: Element | None = None,
) -> Element:
    """Make the edge of a new flow or association.

    Parameters
    ----------
    element : str
        The id of the BPMN element.
    waypoints : sequence of (x, y)
        From source to target, two at least.
    label : Bounds or None
        Where its name is drawn.

    parent : lxml element, optional
        A plane that is in no tree itself.

    Returns
    -------
    lxml element
        A ``bpmndi:BPMNEdge``; without a parent, it stands in no tree yet.
    """
    edge = _make("bpmndi:BPMNEdge", parent, id=f"{element}_di", bpmnElement=element)
    for x, y in waypoints:
        _make("di:waypoint", edge, x=number_text(x), y=number_text(y))
    if label is not None:
        _add_bounds(_make("bpmndi:BPMNLabel", edge), label)
    return edge


def _make(tag: str, parent: Element | None, **attributes: str) -> Element:
    if parent is None:
        return make(tag, **attributes)
    return etree.SubElement(parent, qualified(tag), attributes)


def _add_bounds(parent: Element, bounds: Bounds) -> None:
    _make(
        "dc:Bounds",
        parent,
        x=number_text(bounds.x),
        y=number_text(bounds.y),
        width=number_text(bounds.width),
        height=number_text(bounds.height),
    )
