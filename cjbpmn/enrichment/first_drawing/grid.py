"""A grid of columns and rows with channels between them, in which lines run beside each other.

Columns are numbered from the left; the channel before column `n` has the number `n` too. From the
top down there are bands: each row has one, and each channel above, below or between rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cjbpmn.diagram import Bounds, Point
from cjbpmn.enrichment.tracks import share_tracks

TRACK: Final = 10.0  # between two lines in a channel
_LONGEST: Final = 40  # cells that a line may cross outside the channels
_FAR: Final = 10_000.0  # pixels; nothing stands so far from the middle of its cell
_NEARBY: Final = 0.4


@dataclass(slots=True)
class Item:
    """What stands in a cell, and how far it reaches from the middle of that to each side.

    Attributes
    ----------
    id : str
        What it is.
    width, height : float
        Its size.
    left, right, up, down : float
        How much room it needs, with its name and all that stands close to it.
    column, band : int
        The cell.
    aside : (float, float)
        How far from the middle of the cell it stands, to the right and down.
    is_event, is_gateway, is_pool, is_guest : bool
        What it looks like; a guest is an event on the border of an activity.
    is_last : bool
        Whether it is the rightmost of those that stand above something.
    guests : int
        How many events are on its border.
    extras : int
        How many data objects and notes stand above it.
    host : Item or None
        In whose cell it stands, where it has none of its own.
    """

    id: str
    width: float
    height: float
    left: float = 0.0
    right: float = 0.0
    up: float = 0.0
    down: float = 0.0
    column: int = 0
    band: int = 0
    aside: tuple[float, float] = (0.0, 0.0)
    is_event: bool = False
    is_gateway: bool = False
    is_pool: bool = False
    is_guest: bool = False
    is_last: bool = False
    guests: int = 0
    extras: int = 0
    host: Item | None = None

    def __post_init__(self) -> None:
        self.left = max(self.left, self.width / 2)
        self.right = max(self.right, self.width / 2)
        self.up = max(self.up, self.height / 2)
        self.down = max(self.down, self.height / 2)


@dataclass(slots=True)
class Line:
    """A straight piece of a way: at a fixed place of an item, or in a channel.

    Attributes
    ----------
    upright : bool
        Whether it runs from the top down.
    item : Item or None
        The item next to whose middle it runs; None in a channel.
    aside : float
        How far from the middle of the item.
    channel : int
        The channel, or the band of it.
    bundle : str
        Lines of one bundle may share a track.
    track : int
        Which track of the channel it has.
    """

    upright: bool
    item: Item | None = None
    aside: float = 0.0
    channel: int = 0
    bundle: str = ""
    track: int = 0

    @property
    def place(self) -> float:
        """Its column, counted as channel, column, channel ...; or its band.

        What runs beside the middle of an item lies a little aside.
        """
        if self.item is None:
            return 2 * self.channel if self.upright else self.channel
        aside = (self.item.aside[0 if self.upright else 1] + self.aside) / _FAR
        aside = max(-_NEARBY, min(_NEARBY, aside))
        return aside + (2 * self.item.column + 1 if self.upright else self.item.band)


@dataclass(slots=True)
class Way:
    """A line from one item to another, in pieces that are upright and level in turn.

    An end that is None is the border of the whole grid, above or below.
    """

    id: str
    source: Item | None
    target: Item | None
    lines: list[Line]
    from_above: bool = True

    def ends_of(self, index: int, bands: int) -> list[tuple[float, bool]]:
        """Return where a piece ends: the place across it, and whether it goes on to the far side.

        Far is right of an upright piece, and below a level one.
        """
        line = self.lines[index]
        found = []
        for near, far, end in (
            (index - 1, index - 2, self.source),
            (index + 1, index + 2, self.target),
        ):
            inside = 0 <= near < len(self.lines)
            if inside:
                across = self.lines[near].place
            else:
                across = float(self._end(end, bands, upright=not line.upright))
            if 0 <= far < len(self.lines):
                beyond = self.lines[far].place
            else:
                beyond = self._end(end, bands, upright=line.upright) if inside else line.place
            found.append((across, beyond > line.place))
        return found

    def _end(self, item: Item | None, bands: int, *, upright: bool) -> int:
        if item is None:
            return -1 if self.from_above else bands
        return 2 * item.column + 1 if upright else item.band


@dataclass(slots=True)
class Grid:
    """The grid.

    Attributes
    ----------
    columns : int
        How many there are.
    is_row : list of bool
        For each band, whether it is a row; else it is a channel.
    cells : dict of (column, band) to Item
        What stands where.
    base : dict of int to float
        The least height of a band.
    wide : dict of int to float
        The least width of a channel between columns.
    ways : list of Way
        All lines.
    """

    columns: int = 0
    is_row: list[bool] = field(default_factory=list)
    cells: dict[tuple[int, int], Item] = field(default_factory=dict)
    base: dict[int, float] = field(default_factory=dict)
    wide: dict[int, float] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)
    axis: list[float] = field(default_factory=list)
    middle: list[float] = field(default_factory=list)
    top: list[float] = field(default_factory=list)
    size: tuple[float, float] = (0.0, 0.0)
    _passing: dict[tuple[bool, int, int], tuple[str, str]] = field(default_factory=dict)
    _x: dict[int, tuple[float, int]] = field(default_factory=dict)
    _y: dict[int, tuple[float, int]] = field(default_factory=dict)

    def put(self, item: Item, column: int, band: int) -> None:
        """Put an item into a cell."""
        item.column, item.band = column, band
        self.columns = max(self.columns, column + 1)
        self.cells[column, band] = item

    def is_free_row(self, band: int, between: tuple[int, int], ends: tuple[str, str]) -> bool:
        """Tell whether a line can run through the cells of a row between two columns."""
        low, high = sorted(between)
        cells = [(column, band) for column in range(low, min(high, low + _LONGEST) + 1)]
        return high - low <= _LONGEST and self._are_free(cells, ends, upright=False)

    def is_free_column(self, column: int, between: tuple[int, int], ends: tuple[str, str]) -> bool:
        """Tell whether a line can run through the cells of a column between two bands."""
        low, high = sorted(between)
        cells = [(column, band) for band in range(low, min(high, low + _LONGEST) + 1)]
        return high - low <= _LONGEST and self._are_free(cells, ends, upright=True)

    def _are_free(
        self, cells: Iterable[tuple[int, int]], ends: tuple[str, str], *, upright: bool
    ) -> bool:
        for cell in cells:
            if cell in self.cells:
                return False
            other = self._passing.get((upright, *cell))
            if other is not None and other[0] != ends[0] and other[1] != ends[1]:
                return False
        return True

    def is_empty_column(
        self, column: int, between: tuple[int, int], *, at_middle: bool = True
    ) -> bool:
        """Tell whether a line can run down past the cells of a column.

        Beside the middle, it does not meet the lines that run down at the middle.
        """
        low, high = between
        if high - low > _LONGEST:
            return False
        return not any(
            (column, band) in self.cells or (at_middle and (True, column, band) in self._passing)
            for band in range(low, high + 1)
        )

    def pass_through(
        self, cells: Iterable[tuple[int, int]], ends: tuple[str, str], *, upright: bool
    ) -> None:
        """Note that a line runs through empty cells."""
        for cell in cells:
            self._passing.setdefault((upright, *cell), ends)

    # From here on all lines are known.

    def measure(self, left: float, top: float) -> None:
        """Give each line in a channel its track, and each column and band its place."""
        across: dict[int, list[tuple[Way, int]]] = {}
        along: dict[int, list[tuple[Way, int]]] = {}
        for way in self.ways:
            for index, line in enumerate(way.lines):
                if line.item is None:
                    (across if line.upright else along).setdefault(line.channel, []).append(
                        (way, index)
                    )
        bands = len(self.is_row)
        tracks = {channel: _share(lines, bands) for channel, lines in across.items()}
        levels = {channel: _share(lines, bands) for channel, lines in along.items()}
        self._measure_columns(left, tracks)
        self._measure_bands(top, levels)

    def _measure_columns(self, left: float, tracks: dict[int, int]) -> None:
        before = [0.0] * self.columns
        after = [0.0] * self.columns
        for item in self.cells.values():
            before[item.column] = max(before[item.column], item.left)
            after[item.column] = max(after[item.column], item.right)
        x = left
        for channel in range(self.columns + 1):
            count = tracks.get(channel, 0)
            is_inner = 0 < channel < self.columns
            width = max(50.0 if is_inner else 30.0, self.wide.get(channel, 0.0), 24 + TRACK * count)
            self._x[channel] = (x + width / 2, count)
            x += width
            if channel < self.columns:
                self.axis.append(x + before[channel])
                x += before[channel] + after[channel]
        self.size = (x, 0.0)

    def _measure_bands(self, top: float, levels: dict[int, int]) -> None:
        up = [0.0] * len(self.is_row)
        down = [0.0] * len(self.is_row)
        for item in self.cells.values():
            up[item.band] = max(up[item.band], item.up)
            down[item.band] = max(down[item.band], item.down)
        y = top
        for band, is_row in enumerate(self.is_row):
            self.top.append(y)
            count = levels.get(band, 0)
            height = up[band] + down[band] if is_row else 16 + TRACK * count
            spare = max(0.0, self.base.get(band, 0.0) - height)
            self.middle.append(y + up[band] + spare / 2)
            self._y[band] = (y + (height + spare) / 2, count)
            y += height + spare
        self.top.append(y)
        self.size = (self.size[0], y)

    def place(self, item: Item) -> Bounds:
        """Return where an item stands."""
        if item.is_pool:
            top = self.top[item.band]
            return Bounds(0, top, self.size[0], self.top[item.band + 1] - top)
        x, y = self.axis[item.column] + item.aside[0], self.middle[item.band] + item.aside[1]
        return Bounds(x - item.width / 2, y - item.height / 2, item.width, item.height)

    def points(self, way: Way) -> list[Point]:
        """Return the points of a way; at a border of the grid it begins or ends there."""
        at = [self._at(line) for line in way.lines]
        points: list[Point] = []
        for index in range(1, len(at)):
            one, other = at[index - 1], at[index]
            points.append((one, other) if way.lines[index - 1].upright else (other, one))
        first = self._tip(way.source, way.lines[0], at[0], points, way, 0)
        last = self._tip(way.target, way.lines[-1], at[-1], points, way, -1)
        return [first, *points, last]

    def _at(self, line: Line) -> float:
        if line.item is not None:
            item = line.item
            middle = self.axis[item.column] if line.upright else self.middle[item.band]
            return middle + item.aside[0 if line.upright else 1] + line.aside
        centre, count = (self._x if line.upright else self._y)[line.channel]
        return centre + (line.track - (count - 1) / 2) * TRACK

    def _tip(  # noqa: PLR0913, PLR0917 - a way, and which end of it
        self, item: Item | None, line: Line, at: float, points: Sequence[Point], way: Way, end: int
    ) -> Point:
        if item is None:
            return at, self.top[0] if way.from_above else self.top[-1]
        box = self.place(item)
        if points:
            toward = points[end]
        else:
            other = way.target if end == 0 else way.source
            centre = None if other is None else self.place(other).centre
            toward = centre or (at, self.top[0] if way.from_above else self.top[-1])
        return tip(box, item, at, toward, upright=line.upright)


def tip(box: Bounds, item: Item, at: float, toward: Point, *, upright: bool) -> Point:
    """Return where a line that runs past the middle of a shape meets its border.

    Parameters
    ----------
    box : Bounds
        The shape.
    item : Item
        What it is.
    at : float
        The x of an upright line, the y of a level one.
    toward : (x, y)
        To which side it runs.
    upright : bool
        Which of both it is.

    Returns
    -------
    (x, y)
        On the border.
    """
    x, y = box.centre
    half = (box.height if upright else box.width) / 2
    other = (box.width if upright else box.height) / 2
    off = min(1.0, abs(at - (x if upright else y)) / (other or 1))
    if item.is_event:
        half *= (1 - off * off) ** 0.5
    elif item.is_gateway:
        half *= 1 - off
    if upright:
        return at, y + half if toward[1] > y else y - half
    return (x + half if toward[0] > x else x - half), at


def _share(lines: Sequence[tuple[Way, int]], bands: int) -> int:
    """Give each line of a channel a track; return how many there are."""
    if len(lines) == 1:
        return 1
    bundles: dict[str, list[tuple[Way, int]]] = {}
    for way, index in lines:
        bundles.setdefault(way.lines[index].bundle or way.id, []).append((way, index))
    ends = {
        name: [end for way, index in members for end in way.ends_of(index, bands)]
        for name, members in bundles.items()
    }
    tracks = share_tracks(ends)
    for name, members in bundles.items():
        for way, index in members:
            way.lines[index].track = tracks[name]
    return max(tracks.values()) + 1
