"""A first drawing of a model that has none: plain, but nothing lies on anything else.

Activities stand in columns by how many steps lead to them, in the row of their lane. Sub-processes
are drawn closed. Data objects and notes are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from cjbpmn import elements as bpmn
from cjbpmn.diagram import Bounds, Point, make_edge, make_shape
from cjbpmn.document import Document
from cjbpmn.elements import Element, make
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.graph import Flow, FlowNode, ProcessGraph

_COLUMN, _ROW = 160.0, 120.0
_BAND: Final = 30.0
_POOL_GAP: Final = 80.0
_CLOSED: Final = 60.0  # the height of a pool without content
_MARGIN: Final = 40.0
_TURN: Final = _COLUMN / 2 - 15  # from the middle of a column to where lines turn
_ASIDE: Final = _ROW / 2 - 8  # from the middle of a row to where lines pass by


def draw_model(document: Document, graph: ProcessGraph, record: EnrichmentRecord) -> None:
    """Draw a model that has no diagram.

    Parameters
    ----------
    document : Document
        The model.
    graph : ProcessGraph
        Its flow nodes and flows.
    record : EnrichmentRecord
        Through which the diagram is written.
    """
    shown = next(bpmn.children(document.root, "collaboration", "process"), None)
    if shown is None:
        return
    for prefix in ("bpmndi", "dc", "di"):
        record.declare(prefix)
    diagram = make("bpmndi:BPMNDiagram", id=record.free_id("CjDiagram"))
    plane = make("bpmndi:BPMNPlane", id=record.free_id("CjPlane"), bpmnElement=shown.get("id", ""))
    plane.extend(_FirstDrawing(graph).draw())
    diagram.append(plane)
    record.add(document.root, diagram)


class _FirstDrawing:
    """Places everything, and collects the shapes and edges."""

    def __init__(self, graph: ProcessGraph) -> None:
        self.graph = graph
        self.places: dict[str, Bounds] = {}
        self.frames: list[Element] = []
        self.columns: dict[str, int] = {}
        self.floors: dict[str | None, float] = {}

    def draw(self) -> list[Element]:
        processes = dict.fromkeys(
            node.process for node in self.graph.nodes.values() if node.type != "participant"
        )
        top = 0.0
        pools = list(self.graph.participants.values())
        inside = [(pool.id, pool.process) for pool in pools] or [("", one) for one in processes]
        heights: list[tuple[str, float, float]] = []
        for pool, process in inside:
            bottom = self._place_process(process, top)
            heights.append((pool, top, bottom))
            top = bottom + _POOL_GAP
        width = max((place.right for place in self.places.values()), default=560) + _MARGIN
        self._frame(heights, width)
        nodes = [
            _shape(self.graph.nodes[node], place)
            for node, place in self.places.items()
            if node in self.graph.nodes and self.graph.nodes[node].type != "participant"
        ]
        return [*self.frames, *nodes, *self._edges()]

    def _place_process(self, process: str | None, top: float) -> float:
        """Place the nodes of a process; return where its pool ends."""
        nodes = [
            node
            for node in self.graph.nodes.values()
            if node.process == process and node.scope is None and node.type != "participant"
        ]
        if not nodes:
            self.floors[process] = top + _CLOSED
            return top + _CLOSED
        self._rank(nodes)
        y = top
        lanes = [lane for lane in self.graph.lanes.values() if lane.process == process]
        leaves = [lane.id for lane in lanes if all(one.parent != lane.id for one in lanes)]
        rows: list[str | None] = [*leaves] if leaves else [None]
        depth = 1 + max((self._depth(lane) for lane in leaves), default=0)
        for lane in rows:
            members = [
                node for node in nodes if (node.lane if node.lane in leaves else rows[0]) == lane
            ]
            height = self._place_row(members, y, _BAND * depth)
            if lane is not None:
                left = _BAND * self._depth(lane)
                self.places[lane] = Bounds(left, y, 0, height)
            y += height
        self.floors[process] = y
        return y

    def _place_row(self, nodes: Sequence[FlowNode], top: float, left: float) -> float:
        """Place the nodes of one lane; return how high it is."""
        used: dict[int, int] = {}
        for node in nodes:
            if node.type == "boundaryEvent" and node.attached_to in self.columns:
                continue
            column = self.columns[node.id]
            row = used.get(column, 0)
            used[column] = row + 1
            width, height = _size(node)
            middle = left + _MARGIN + 50 + column * _COLUMN, top + _MARGIN + 40 + row * _ROW
            self.places[node.id] = Bounds(
                middle[0] - width / 2, middle[1] - height / 2, width, height
            )
        for host in [node for node in nodes if node.id in self.places]:
            for number, event in enumerate(self.graph.attached(host.id)):
                place = self.places[host.id]
                x = place.right - 30 - 40 * number
                self.places[event.id] = Bounds(x, place.bottom - 18, 36, 36)
        return 2 * _MARGIN + 80 + _ROW * (max(used.values(), default=1) - 1)

    def _rank(self, nodes: Sequence[FlowNode]) -> None:
        """Count for each node how many steps lead to it at most, not counting ways back."""
        known = {node.id for node in nodes}
        after = {node.id: self._followers(node, known) for node in nodes}
        order: list[str] = []
        state: dict[str, int] = {}
        for root in self._starts_first(nodes):
            stack = [(root, iter(after[root]))] if root not in state else []
            state.setdefault(root, 1)
            while stack:
                node, rest = stack[-1]
                follower = next(rest, None)
                if follower is None:
                    stack.pop()
                    state[node] = 2
                    order.append(node)
                elif follower not in state:
                    state[follower] = 1
                    stack.append((follower, iter(after[follower])))
        place = {node: index for index, node in enumerate(reversed(order))}
        for node in reversed(order):
            column = self.columns.setdefault(node, 0)
            for follower in after[node]:
                if place[follower] > place[node]:
                    self.columns[follower] = max(self.columns.get(follower, 0), column + 1)

    def _followers(self, node: FlowNode, known: set[str]) -> list[str]:
        flows = self.graph.outgoing(node.id)
        found = [flow.target for flow in flows if flow.target in known]
        return found + [event.id for event in self.graph.attached(node.id) if event.id in known]

    def _starts_first(self, nodes: Sequence[FlowNode]) -> list[str]:
        return [
            node.id for node in sorted(nodes, key=lambda node: bool(self.graph.incoming(node.id)))
        ]

    def _depth(self, lane: str) -> int:
        depth, parent = 1, self.graph.lanes[lane].parent
        while parent is not None:
            depth, parent = depth + 1, self.graph.lanes[parent].parent
        return depth

    def _frame(self, heights: Iterable[tuple[str, float, float]], width: float) -> None:
        """Draw the pools and lanes around what stands in them."""
        for pool, top, bottom in heights:
            if pool:
                self.places[pool] = Bounds(0, top, width, bottom - top)
                self.frames.append(make_shape(pool, self.places[pool], horizontal=True))
        for lane in self.graph.lanes:
            inner = [self.places[one] for one in self._leaves(lane) if one in self.places]
            if inner:
                left = _BAND * self._depth(lane)
                top, bottom = min(b.y for b in inner), max(b.bottom for b in inner)
                place = Bounds(left, top, width - left, bottom - top)
                self.frames.append(make_shape(lane, place, horizontal=True))

    def _leaves(self, lane: str) -> list[str]:
        below = [one.id for one in self.graph.lanes.values() if one.parent == lane]
        return [leaf for one in below for leaf in self._leaves(one)] if below else [lane]

    def _edges(self) -> list[Element]:
        drawn = [
            flow
            for flow in self.graph.flows.values()
            if flow.source in self.places and flow.target in self.places and flow.id != flow.source
        ]
        return [
            make_edge(flow.id, self._message(flow) if flow.kind == "message" else self._way(flow))
            for flow in drawn
        ]

    def _way(self, flow: Flow) -> list[Point]:
        """Draw a sequence flow on that of a few ways that runs through least."""
        source, target = self.places[flow.source], self.places[flow.target]
        (from_x, from_y), (to_x, to_y) = source.centre, target.centre
        starts: list[Point] = [(source.right, from_y)]
        if self.graph.nodes[flow.source].type == "boundaryEvent":
            starts = [(from_x, source.bottom), (from_x, source.bottom + 14)]
            from_y = source.bottom + 14
        if target.x <= source.right:
            below = max(from_y, to_y) + _ASIDE
            back = [(from_x, source.bottom), (from_x, below), (to_x, below), (to_x, target.bottom)]
            return _clean(back)
        end = target.x, to_y
        # Between two columns there is room to turn.
        first, last = from_x + _TURN, to_x - _TURN
        ways = [
            _clean([*starts, (turn, from_y), (turn, to_y), end])
            for turn in (last, max(first, starts[-1][0]))
        ]
        for lane in (from_y - _ASIDE, from_y + _ASIDE, to_y - _ASIDE, to_y + _ASIDE):
            corners = [(first, from_y), (first, lane), (last, lane), (last, to_y)]
            ways.append(_clean([*starts, *corners, end]))
        ends = {flow.source, flow.target}
        return min(ways, key=lambda way: self._runs_through(way, ends))

    def _runs_through(self, way: Sequence[Point], ends: set[str]) -> int:
        parts = [
            Bounds(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1]))
            for a, b in pairwise(way)
        ]
        frames = self.graph.lanes.keys() | self.graph.participants.keys() | ends
        return sum(
            place.overlaps(part)
            for node, place in self.places.items()
            if node not in frames
            for part in parts
        )

    def _message(self, flow: Flow) -> list[Point]:
        source, target = self.places[flow.source], self.places[flow.target]
        down = source.y < target.y
        start = source.bottom if down else source.y
        end = target.y if down else target.bottom
        node = self.graph.nodes[flow.source]
        floor = self.floors.get(node.process, source.bottom)
        other = self.floors.get(self.graph.nodes[flow.target].process, target.bottom)
        turn = floor + _POOL_GAP / 2 if down else other + _POOL_GAP / 2
        x = source.centre[0] if node.type != "participant" else target.centre[0]
        to = target.centre[0] if self.graph.nodes[flow.target].type != "participant" else x
        return _clean([(x, start), (x, turn), (to, turn), (to, end)])


def _clean(points: Sequence[Point]) -> list[Point]:
    """Leave out points at which a line does not turn."""
    kept = [points[0]]
    for before, point in pairwise(points):
        if point != before:
            kept.append(point)
    return [
        point
        for index, point in enumerate(kept)
        if index in {0, len(kept) - 1}
        or not (
            kept[index - 1][0] == point[0] == kept[index + 1][0]
            or kept[index - 1][1] == point[1] == kept[index + 1][1]
        )
    ]


def _shape(node: FlowNode, place: Bounds) -> Element:
    shape = make_shape(node.id, place)
    if node.is_sub_process:
        shape.set("isExpanded", "false")
    elif node.type == "exclusiveGateway":
        shape.set("isMarkerVisible", "true")
    return shape


def _size(node: FlowNode) -> tuple[float, float]:
    if node.is_event:
        return 36, 36
    return (50, 50) if node.is_gateway else (100, 80)
