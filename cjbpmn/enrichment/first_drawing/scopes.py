"""A process, or all pools together, or the inside of a sub-process, laid out on one grid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cjbpmn.enrichment.first_drawing.columns import assign_columns, assign_rows, spread_loose
from cjbpmn.enrichment.first_drawing.content import Link
from cjbpmn.enrichment.first_drawing.grid import Grid, Item
from cjbpmn.enrichment.first_drawing.message_ways import MessageWays
from cjbpmn.enrichment.first_drawing.sizes import name_size, put_extras, put_guests, reserve_name
from cjbpmn.enrichment.first_drawing.ways import Ways
from cjbpmn.graph import ProcessGraph

_EDGE = 30.0  # between a border and the first row
_BETWEEN = 36.0  # between two rows
_POOL_GAP = 70.0
_CLOSED = 60.0  # the height of a pool without content


@dataclass(slots=True)
class Part:
    """A lane, or all that stands in a pool or sub-process without lanes.

    Attributes
    ----------
    key : str
        The id of the lane, or of what is around.
    items : list of Item
        The flow nodes in it, and what belongs to none of them.
    pool : int
        The number of the pool.
    is_closed : bool
        Whether it is a pool without content.
    first, last : int
        Its bands.
    """

    key: str
    items: list[Item] = field(default_factory=list)
    pool: int = 0
    is_closed: bool = False
    first: int = 0
    last: int = 0


@dataclass(slots=True)
class ScopeLayout:
    """Lays out one grid, step by step.

    Parameters
    ----------
    parts : list of Part
        From above.
    graph : ProcessGraph
        The model.
    """

    parts: list[Part]
    graph: ProcessGraph
    grid: Grid = field(default_factory=Grid)
    items: dict[str, Item] = field(default_factory=dict)
    corners: dict[str, tuple[float, float]] = field(default_factory=dict)
    gaps: list[int] = field(default_factory=list)
    ways: Ways = field(init=False)
    messages: MessageWays = field(init=False)

    def __post_init__(self) -> None:
        self.ways = Ways(self.grid)
        self.messages = MessageWays(self.ways)
        self.items |= {item.id: item for part in self.parts for item in part.items}

    def arrange(self, follows: Sequence[tuple[str, str]], meets: Iterable[tuple[str, str]]) -> None:
        """Put every item into a cell."""
        lanes = {item.id: part.key for part in self.parts for item in part.items}
        known = [pair for pair in follows if pair[0] in lanes and pair[1] in lanes]
        sent = [pair for pair in meets if pair[0] in lanes and pair[1] in lanes]
        joined = {one for pair in (*known, *sent) for one in pair}
        nodes = [one for one in lanes if one in joined]
        columns = assign_columns(nodes, known, sent)
        rows = assign_rows(columns, known, lanes)
        used = max(columns.values(), default=-1) + 1
        self._make_bands(columns, rows, joined, used)
        for item in self.items.values():
            if item.host is not None:
                item.column, item.band = item.host.column, item.host.band

    def _make_bands(
        self, columns: Mapping[str, int], rows: Mapping[str, int], joined: set[str], used: int
    ) -> None:
        grid, pool = self.grid, -1
        for part in self.parts:
            if part.pool != pool:
                pool = part.pool
                self._add_gap(_POOL_GAP if pool else 0.0)
            if part.is_closed:
                part.first = part.last = len(grid.is_row)
                grid.base[part.first] = _CLOSED
                grid.is_row.append(True)
                self.items[part.key] = Item(part.key, 0, 0, band=part.first, is_pool=True)
                continue
            placed = [
                (item, columns[item.id], rows[item.id]) for item in part.items if item.id in joined
            ]
            count = max((row for _, _, row in placed), default=-1) + 1
            loose = [item for item in part.items if item.id not in joined]
            cells = spread_loose([item.id for item in loose], used)
            placed += [
                (item, column, count + row)
                for item, (column, row) in zip(loose, cells, strict=True)
            ]
            count = max((row for _, _, row in placed), default=0) + 1
            part.first = len(grid.is_row)
            for item, column, row in placed:
                grid.put(item, column, part.first + 1 + 2 * row)
            grid.is_row += [False, *(True, False) * count]
            part.last = len(grid.is_row) - 1
            for band in range(part.first, part.last + 1, 2):
                grid.base[band] = _EDGE if band in {part.first, part.last} else _BETWEEN
            if not placed:
                grid.base[part.first + 1] = 80
        self._add_gap(0.0)

    def _add_gap(self, height: float) -> None:
        self.gaps.append(len(self.grid.is_row))
        self.grid.base[len(self.grid.is_row)] = height
        self.grid.is_row.append(False)

    def add_extras(self, host: str, extras: list[Item]) -> None:
        """Put data objects and notes above an item."""
        item = self.items[host]
        put_extras(item, extras)
        for one in extras:
            one.host = item
            self.items[one.id] = one

    def add_guests(self, host: str, guests: list[tuple[Item, str]]) -> None:
        """Put events on the border of an item."""
        item = self.items[host]
        put_guests(item, guests)
        for one, _ in guests:
            one.host, one.is_guest = item, True
            self.items[one.id] = one

    def draw_sequences(self, links: Iterable[Link]) -> None:
        """Find the ways of sequence flows, the short ones first."""
        items = self.items

        def length(link: Link) -> tuple[bool, int]:
            a, b = items[link.source], items[link.target]
            return a.band != b.band, abs(a.column - b.column) + abs(a.band - b.band)

        for link in sorted(links, key=length):
            a = items[link.source]
            self.ways.sequence(link.id, a, items[link.target])
            wide, _ = name_size(link.name, 100)
            if wide:
                channel = a.column + 1
                self.grid.wide[channel] = max(self.grid.wide.get(channel, 0.0), wide + 24)

    def measure(self, left: float, top: float) -> None:
        """Reserve room for names, and give everything its place."""
        for one, item in self.items.items():
            if item.is_event or item.is_gateway:
                used = {side for side in ("above", "below") if (one, side) in self.ways.ports}
                corner = reserve_name(item, self.graph.nodes[one].name, used)
                if corner is not None:
                    self.corners[one] = corner
        self.grid.measure(left, top)
