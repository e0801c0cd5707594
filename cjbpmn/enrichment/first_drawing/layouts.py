"""The grids of a model: one for all pools, and one for the inside of each sub-process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from cjbpmn.enrichment.first_drawing.content import Content, Link
from cjbpmn.enrichment.first_drawing.grid import Item
from cjbpmn.enrichment.first_drawing.scopes import Part, ScopeLayout
from cjbpmn.enrichment.first_drawing.sizes import (
    item_of,
    item_of_extra,
    item_of_scope,
)

BAND: Final = 30.0
_HEADING: Final = 16.0  # for the name of a sub-process
_AROUND: Final = 12.0  # between a group and what is in it
_NOWHERE: Final = "-"
_DATA_KINDS: Final = ("dataObjectReference", "dataStoreReference", "dataInput", "dataOutput")


@dataclass(slots=True)
class Layouts:
    """Lays out a model, from the inside to the outside.

    Parameters
    ----------
    content : Content
        What there is to draw.

    Attributes
    ----------
    grids : dict of str to ScopeLayout
        By the id of the sub-process; the empty string for what is outside of all.
    parts : dict of str to Part
        The lanes, and pools without lanes.
    """

    content: Content
    grids: dict[str, ScopeLayout] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    _links: dict[str, list[Link]] = field(default_factory=dict)
    _hosts: dict[str, str] = field(default_factory=dict)
    _extras: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)
    _entries: dict[str, list[tuple[str, str, bool]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, (pool, process) in enumerate(self.content.pools):
            self._numbers |= {pool: number, process or "": number}
        self._sort_links()
        self._find_hosts()
        for scope in reversed(self.inner):
            self._lay_out_inside(scope)
        self._lay_out_pools()

    @property
    def inner(self) -> list[str]:
        """The sub-processes with content; what is outside comes before what is inside."""
        return [one for one in self.content.scopes if one in self.content.graph.nodes]

    # What stands in what.

    def _grid_of(self, identifier: str) -> str:
        """Return the sub-process in which something stands; the empty string outside of all."""
        scope = self.content.scope_of(identifier)
        return scope if scope in self.content.graph.nodes else ""

    def chain(self, identifier: str) -> dict[str, str]:
        """Return the item that stands for something in each grid, from the innermost."""
        grid = self._grid_of(identifier)
        found = {grid: identifier}
        while grid:
            outer = self._grid_of(grid)
            found[outer] = grid
            grid = outer
        return found

    def _pool_number(self, node: str) -> int:
        """Return the place of the pool in which a node stands, from above."""
        found = self.content.graph.nodes[node]
        return self._numbers.get(node, self._numbers.get(found.process or "", 0))

    def _sort_links(self) -> None:
        """Sort the lines by the grid in which both ends stand, and find those that enter one."""
        for link in self.content.links:
            one, other = self._grid_of(link.source), self._grid_of(link.target)
            if link.kind != "message":
                self._links.setdefault(one if one == other else _NOWHERE, []).append(link)
                continue
            down = self._pool_number(link.target) - self._pool_number(link.source)
            if not down:
                self._links.setdefault(one if one == other else _NOWHERE, []).append(link)
                continue
            self._links.setdefault("", []).append(link)
            for end, from_above in ((link.source, down < 0), (link.target, down > 0)):
                for grid, item in self.chain(end).items():
                    if grid:
                        self._entries.setdefault(grid, []).append((link.id, item, from_above))

    def _find_hosts(self) -> None:
        """Say above which flow node each data object and note stands."""
        content = self.content
        lines = {link.id: link for link in content.links}
        near: dict[str, list[str]] = {}
        for link in content.links:
            if link.kind not in {"sequence", "message"}:
                # What is made somewhere stands there.
                near.setdefault(link.target, []).insert(0, link.source)
                near.setdefault(link.source, []).append(link.target)
        for _ in range(2):
            for extra in content.extras:
                if extra not in self._hosts:
                    ends = (
                        lines[one].source if one in lines else one for one in near.get(extra, ())
                    )
                    host = self._host_among(self._grid_of(extra), ends)
                    if host is not None:
                        self._hosts[extra] = host
        for extra in content.extras:
            self._extras.setdefault((self._grid_of(extra), self._hosts.get(extra, "")), []).append(
                extra
            )

    def _host_among(self, grid: str, ends: Iterator[str]) -> str | None:
        content = self.content
        for end in ends:
            node = content.graph.nodes.get(self._hosts.get(end, end))
            if node is not None and node.type != "participant":
                found = self.chain(node.id).get(grid)
                if found is not None:
                    return content.host(found)
        return None

    # Laying out.

    def _items(self, scope: str) -> list[Item]:
        """Return the flow nodes of a scope, and what stands in it without belonging to one."""
        made = []
        for node in self.content.scopes[scope].nodes:
            inner = self.grids.get(node.id)
            made.append(item_of(node) if inner is None else item_of_scope(node, inner.grid.size))
        extras = self.content.scopes[scope].extras
        return made + [item_of_extra(one) for one in extras if one.id not in self._hosts]

    def _lay_out_inside(self, scope: str) -> None:
        layout = self._fill(scope, [Part(scope, self._items(scope))])
        for link, end, from_above in self._entries.get(scope, ()):
            item = layout.items.get(end)
            if item is not None:
                aside = self._aside(end, link, item)
                layout.messages.enter(link, item, aside, from_above=from_above)
        layout.measure(0.0, _HEADING)

    def _aside(self, end: str, link: str, item: Item) -> float | None:
        """Return where a message flow enters a sub-process, from the middle of that."""
        inner = self.grids.get(end)
        way = None if inner is None else next((w for w in inner.grid.ways if w.id == link), None)
        if inner is None or way is None:
            return None
        return inner.grid.points(way)[0][0] - item.width / 2

    def _lay_out_pools(self) -> None:
        content = self.content
        parts: list[Part] = []
        for number, (pool, process) in enumerate(content.pools):
            scope = content.scopes.get(process or "")
            if scope is None or not (scope.nodes or scope.extras or self._lanes_of(process)):
                parts.append(Part(pool, pool=number, is_closed=True))
                continue
            lanes = self._lanes_of(process) or [f"process {process}"]
            made = {lane: Part(lane, pool=number) for lane in lanes}
            for item in self._items(scope.id):
                made[self._lane_of(self._hosts.get(item.id, item.id), made)].items.append(item)
            parts += made.values()
        rest = [
            one for one in content.extras.values() if not one.scope and one.id not in self._hosts
        ]
        if rest:
            parts.append(Part("", [item_of_extra(one) for one in rest], pool=len(content.pools)))
        self.parts = {part.key: part for part in parts}
        meets = [
            (content.host(self.chain(link.source)[""]), content.host(self.chain(link.target)[""]))
            for link in self._links.get("", ())
            if link.kind == "message"
        ]
        layout = self._fill("", parts, meets)
        for link in self._links.get("", ()):
            if link.kind == "message" and self._crosses(link):
                self._draw_message(layout, link)
        depth = max((self.depth(lane) for lane in content.lanes), default=0)
        has_pools = any(pool for pool, _ in content.pools)
        layout.measure(BAND * max(depth, 1 if has_pools else 0), 0.0)

    def _lanes_of(self, process: str | None) -> list[str]:
        lanes = self.content.graph.lanes
        parents = {lanes[one].parent for one in self.content.lanes}
        return [
            one
            for one in self.content.lanes
            if lanes[one].process == process and one not in parents
        ]

    def _lane_of(self, node: str, parts: dict[str, Part]) -> str:
        """Return the lane in which a node is drawn: that of the node, or the first one in it."""
        first = next(iter(parts))
        found = self.content.graph.nodes.get(node)
        if found is None or found.lane is None or found.lane in parts:
            return first if found is None or found.lane is None else found.lane
        return next((one for one in parts if found.lane in self.above(one)), first)

    def above(self, lane: str) -> list[str]:
        """Return the lanes in which a lane lies, from the innermost."""
        lanes, found = self.content.graph.lanes, []
        parent = lanes[lane].parent if lane in lanes else None
        while parent is not None and parent not in found:
            found.append(parent)
            parent = lanes[parent].parent
        return found

    def depth(self, lane: str) -> int:
        """Return how many bands with names there are up to the content of a lane."""
        return 1 + len(self.above(lane)) + 1

    def _fill(
        self, grid: str, parts: list[Part], meets: Sequence[tuple[str, str]] = ()
    ) -> ScopeLayout:
        """Put everything into a grid, and find the ways in it."""
        content, graph = self.content, self.content.graph
        layout = ScopeLayout(parts, graph)
        self.grids[grid] = layout
        for host in [one for one in layout.items if one in graph.nodes]:
            events = [event for event in graph.attached(host) if content.host(event.id) == host]
            layout.add_guests(host, [(item_of(event), event.name) for event in events])
            extras = self._extras.get((grid, host), ())
            layout.add_extras(host, [item_of_extra(content.extras[one]) for one in extras])
        links = [
            link
            for link in self._links.get(grid, ())
            if link.source in layout.items and link.target in layout.items
        ]
        flows = [link for link in links if self._is_flow(link)]
        follows = [(content.host(link.source), content.host(link.target)) for link in flows]
        layout.arrange(follows, meets)
        layout.draw_sequences(flows)
        for link in links:
            self._draw_extra(layout, link)
        return layout

    def _crosses(self, link: Link) -> bool:
        ends = (self.chain(link.source)[""], self.chain(link.target)[""])
        return self._pool_number(ends[0]) != self._pool_number(ends[1])

    def _is_flow(self, link: Link) -> bool:
        """Tell whether a line is drawn as a sequence flow is; so are those to what undoes work."""
        nodes = self.content.graph.nodes
        if link.kind == "message":
            return not self._crosses(link)
        return link.kind == "sequence" or (link.source in nodes and link.target in nodes)

    def _draw_extra(self, layout: ScopeLayout, link: Link) -> None:
        extras = self.content.extras
        if (link.source in extras) == (link.target in extras):
            return
        is_source = link.source in extras
        extra, other = (link.source, link.target) if is_source else (link.target, link.source)
        if self._hosts.get(extra) not in {None, self.content.host(other)}:
            items = layout.items
            layout.ways.belonging(link.id, items[extra], items[other], is_source=is_source)

    def _draw_message(self, layout: ScopeLayout, link: Link) -> None:
        ends = [self.chain(end)[""] for end in (link.source, link.target)]
        numbers = [self._pool_number(end) for end in ends]
        down = numbers[0] < numbers[1]
        a, b = self._end(layout, ends[0], below=down), self._end(layout, ends[1], below=not down)
        if a is None or b is None:
            return
        gap = layout.gaps[numbers[1] if down else numbers[1] + 1]
        leaves, enters = self._aside(ends[0], link.id, a), self._aside(ends[1], link.id, b)
        layout.messages.message(link.id, a, b, gap, leaves=leaves, enters=enters)

    def _end(self, layout: ScopeLayout, end: str, *, below: bool) -> Item | None:
        """Return what a message flow ends at: an item, or the upper or lower border of a pool."""
        found = layout.items.get(end)
        if found is not None or end not in self.content.graph.participants:
            return found
        number = self._pool_number(end)
        bands = [
            one
            for part in self.parts.values()
            if part.pool == number
            for one in (part.first, part.last)
        ]
        return Item(end, 0, 0, band=max(bands) if below else min(bands), is_pool=True)
