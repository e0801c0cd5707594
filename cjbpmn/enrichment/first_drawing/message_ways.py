"""Which way a message flow takes through a grid, from one pool to another."""

from __future__ import annotations

from typing import Final

from cjbpmn.enrichment.first_drawing.docks import Docks, Side
from cjbpmn.enrichment.first_drawing.grid import Grid, Item, Line, Way
from cjbpmn.enrichment.first_drawing.ways import Ways, aisle_line, level_line, upright_line

_APART: Final = 9.0  # between two lines that run down in one column
_MOST: Final = 60


class MessageWays:
    """Finds the ways of message flows in one grid, where all sequence flows have theirs.

    Parameters
    ----------
    ways : Ways
        The ways of everything else.
    """

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.grid: Grid = ways.grid
        self.docks: Docks = ways.docks
        self._uprights: dict[int, list[tuple[int, int, float]]] = {}

    def enter(self, name: str, item: Item, aside: float | None, *, from_above: bool) -> None:
        """Draw the part of a message flow that lies in a sub-process: from its border to a node.

        Parameters
        ----------
        name : str
            The id of the flow.
        item : Item
            The node, or the inner sub-process in which it stands.
        aside : float or None
            Where the flow enters that sub-process, from its middle.
        from_above : bool
            From which side it comes.
        """
        if aside is not None:
            channel = item.band + (-1 if from_above else 1)
            lines = [
                aisle_line(item.column, name),
                level_line(channel, name),
                upright_line(item, aside),
            ]
        else:
            lines = [aisle_line(item.column, name), self._beside(item, "left")]
        self.grid.ways.append(Way(name, None, item, lines, from_above))

    def message(  # noqa: PLR0913 - two ends, each with a place
        self,
        name: str,
        a: Item,
        b: Item,
        gap: int,
        *,
        leaves: float | None = None,
        enters: float | None = None,
    ) -> None:
        """Draw a message flow from one pool to another.

        Parameters
        ----------
        name : str
            Its id.
        a, b : Item
            Its ends.
        gap : int
            The channel between the pool of the target and the next one on the way.
        leaves, enters : float, optional
            Where it goes on inside of a sub-process, from the middle of that.
        """
        if a.is_pool and b.is_pool:
            channel = len(self.grid.ways) % (self.grid.columns + 1)
            self.ways.add(Way(name, a, b, [aisle_line(channel, name)]))
            return
        straight = self._straight(a, b, leaves, enters)
        if straight is not None:
            self.ways.add(Way(name, a, b, [straight]))
            return
        down = b.band > a.band
        column, other = (b if a.is_pool else a).column, (a if b.is_pool else b).column
        # In one column a request goes round to the left, and its answer to the right.
        leads, comes = other - column, column - other
        if leads == 0:
            leads = comes = -1 if down else 1
        # Where there is only one half, it leads all the way.
        end, start = (b.band if b.is_pool else gap), (a.band if a.is_pool else gap)
        out = self._half(name, a, leaves, end, down=down, toward=leads)
        into = self._half(name, b, enters, start, down=not down, toward=comes)
        into.reverse()
        if a.is_pool:
            lines = into
        elif b.is_pool:
            lines = out
        elif len(out) > 1 and len(into) > 1 and out[-1].place == into[0].place:
            lines = [*out, *into[1:]]
        else:
            lines = [*out, level_line(gap, name), *into]
        self.ways.add(Way(name, a, b, lines))

    def _straight(
        self, a: Item, b: Item, leaves: float | None, enters: float | None
    ) -> Line | None:
        """Return the one piece of a flow that can run straight, if it can."""
        down = b.band > a.band
        if not (a.is_pool or b.is_pool or a.column == b.column):
            return None
        # A request and its answer run side by side.
        toward = -1.0 if down else 1.0
        ends: list[tuple[Item, Side, float | None]] = []
        for item, below, inside in ((a, down, leaves), (b, not down, enters)):
            if not item.is_pool:
                if not _is_bare(item, inside, below=below):
                    return None
                ends.append((item, "below" if below else "above", inside))
        first, side, inside = ends[0]
        wishes = [inside] if inside is not None else self.docks.wishes(first, side, toward)
        for wish in wishes:
            x = first.aside[0] + wish
            meets = all(
                abs(x - item.aside[0] - aside) < 1
                if aside is not None
                else self.docks.is_free(item, other, x - item.aside[0])
                for item, other, aside in ends
            )
            if meets and self._can_run(first.column, a.band, b.band, x):
                for item, other, _ in ends[1:]:
                    self.docks.take(item, other, x - item.aside[0])
                return upright_line(first, wish)
        return None

    def _half(  # noqa: PLR0913 - an end, and which way it leads
        self, name: str, item: Item, inside: float | None, gap: int, *, down: bool, toward: int
    ) -> list[Line]:
        """Lead from an item to the gap between pools."""
        if item.is_pool:
            return []
        side: Side
        channel = item.column + 1 if toward > 0 else item.column
        if not _is_bare(item, inside, below=down) and not item.is_guest:
            side = "right" if toward > 0 else "left"
            return [self._beside(item, side), aisle_line(channel, name)]
        side = "below" if down or item.is_guest else "above"
        aside = self.docks.take_best(item, side, toward) if inside is None else inside
        up = item.is_guest and not down
        if not up and self._can_run(item.column, item.band, gap, item.aside[0] + aside):
            return [upright_line(item, aside)]
        level = level_line(item.band + (1 if down or item.is_guest else -1), name)
        return [upright_line(item, aside), level, aisle_line(channel, name)]

    def _beside(self, item: Item, side: Side) -> Line:
        return Line(upright=False, item=item, aside=self.docks.take_beside(item, side))

    def _can_run(self, column: int, one: int, other: int, x: float) -> bool:
        """Tell whether a flow can run down beside the middle of a column; if so, it will."""
        low, high = sorted((one, other))
        if not self.grid.is_empty_column(column, (low + 1, high - 1), at_middle=abs(x) < _APART):
            return False
        uprights = self._uprights.setdefault(column, [])
        for first, last, beside in uprights:
            if first < high and low < last and abs(beside - x) < _APART:
                return False
        if len(uprights) < _MOST:
            uprights.append((low, high, x))
        return True


def _is_bare(item: Item, inside: float | None, *, below: bool) -> bool:
    """Tell whether nothing stands at the upper or lower border of an item, where a line meets it.

    From inside of a sub-process a line comes where it comes. An event on a border has only its
    lower side.
    """
    if item.is_guest:
        return below
    return inside is not None or not (item.guests if below else item.extras)
