"""Which way a line takes through a grid: straight where it can, else through the channels."""

from __future__ import annotations

from collections.abc import Iterable

from cjbpmn.enrichment.first_drawing.grid import Grid, Item, Line, Way

_ASIDE = 20.0  # from the middle of a shape to where messages and data meet it
_UNDER_EDGE = 16.0  # below the upper edge of a shape: where lines come in beside a flow


class Ways:
    """Finds the ways of all lines in one grid.

    Parameters
    ----------
    grid : Grid
        With everything in its cells.

    Attributes
    ----------
    ports : dict of (id, side) to str
        Which upper and lower ends of shapes are used, and whether lines leave or enter there.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.ports: dict[tuple[str, str], str] = {}

    def add(self, way: Way) -> None:
        """Take a way into the grid, and note where it meets its ends from above or below."""
        self.grid.ways.append(way)
        for item, line, other, use in (
            (way.source, way.lines[0], way.lines[1:2], "out"),
            (way.target, way.lines[-1], way.lines[-2:-1], "in"),
        ):
            if item is not None and line.upright:
                end = way.target if use == "out" else way.source
                beyond = other[0].place if other else -1 if end is None else end.band
                self.ports.setdefault((item.id, "below" if beyond > item.band else "above"), use)

    def sequence(self, name: str, a: Item, b: Item) -> None:
        """Draw a sequence flow."""
        if a.is_guest:
            lines = self._from_border(a, b)
        elif b.column <= a.column or a is b:
            lines = self._back(a, b)
        elif a.band == b.band:
            lines = self._along(a, b)
        else:
            lines = self._across(a, b)
        self.add(Way(name, a, b, lines))

    def _can(self, item: Item, *, below: bool, use: str) -> bool:
        if item.guests if below else item.extras:
            return False
        return self.ports.get((item.id, "below" if below else "above"), use) == use

    def _row(self, item: Item, columns: tuple[int, int], ends: tuple[str, str]) -> bool:
        return columns[0] > columns[1] or self.grid.is_free_row(item.band, columns, ends)

    def _use(
        self, cells: Iterable[tuple[int, int]], ends: tuple[str, str], *, upright: bool
    ) -> None:
        self.grid.pass_through(cells, ends, upright=upright)

    def _along(self, a: Item, b: Item) -> list[Line]:
        """Run on in one row; below or above what stands between."""
        ends, between = (a.id, b.id), (a.column + 1, b.column - 1)
        if self._row(a, between, ends):
            self._use(((c, a.band) for c in range(between[0], b.column)), ends, upright=False)
            return [Line(upright=False, item=a)]
        for below in (True, False):
            if self._can(a, below=below, use="out") and self._can(b, below=below, use="in"):
                channel = a.band + (1 if below else -1)
                return [_upright(a), _level(channel, f"{a.id} {b.id}"), _upright(b)]
        return self._around(a, b, a.band + 1)

    def _across(self, a: Item, b: Item) -> list[Line]:
        """Run on in another row, with as few bends as can be."""
        ends, below = (a.id, b.id), b.band > a.band
        between = (a.column + 1, b.column - 1)
        step = 1 if below else -1
        if a.is_gateway and self._can(a, below=below, use="out"):
            column = range(a.band + step, b.band + step, step)
            if self.grid.is_free_column(a.column, (a.band + step, b.band), ends) and self._row(
                b, between, ends
            ):
                self._use(((a.column, band) for band in column), ends, upright=True)
                self._use(((c, b.band) for c in range(a.column, b.column)), ends, upright=False)
                return [_upright(a), Line(upright=False, item=b)]
        if b.is_gateway and self._can(b, below=not below, use="in"):
            column = range(a.band, b.band, step)
            if self.grid.is_free_column(b.column, (a.band, b.band - step), ends) and self._row(
                a, (a.column + 1, b.column), ends
            ):
                self._use(((b.column, band) for band in column), ends, upright=True)
                self._use(
                    ((c, a.band) for c in range(a.column + 1, b.column + 1)), ends, upright=False
                )
                return [Line(upright=False, item=a), _upright(b)]
        if self._row(a, between, ends):
            self._use(((c, a.band) for c in range(*between)), ends, upright=False)
            turn = _aisle(b.column, f"to {b.id}")
            return [Line(upright=False, item=a), turn, Line(upright=False, item=b)]
        if self._row(b, between, ends):
            self._use(((c, b.band) for c in range(*between)), ends, upright=False)
            turn = _aisle(a.column + 1, f"from {a.id}")
            return [Line(upright=False, item=a), turn, Line(upright=False, item=b)]
        return self._around(a, b, b.band - step)

    def _around(self, a: Item, b: Item, channel: int) -> list[Line]:
        """Leave to the right, and come from the left."""
        name = f"{a.id} {b.id}"
        return [
            Line(upright=False, item=a),
            _aisle(a.column + 1, f"from {a.id}"),
            _level(channel, name),
            _aisle(b.column, f"to {b.id}"),
            Line(upright=False, item=b),
        ]

    def _back(self, a: Item, b: Item) -> list[Line]:
        """Run back, below or above the row."""
        below = b.band >= a.band
        name = f"{a.id} {b.id}"
        if a is b:
            end = [_upright(b)] if self._can(b, below=True, use="in") else []
            last = end or [_aisle(b.column, f"to {b.id}"), Line(upright=False, item=b)]
            first = [Line(upright=False, item=a), _aisle(a.column + 1, f"from {a.id}")]
            return [*first, _level(a.band + 1, name), *last]
        for side in (below, not below) if a.band == b.band else (below,):
            if not self._can(a, below=side, use="out"):
                continue
            channel = _level(a.band + (1 if side else -1), name)
            if a.band == b.band and self._can(b, below=side, use="in"):
                return [_upright(a), channel, _upright(b)]
            turn = _aisle(b.column, f"to {b.id}")
            return [_upright(a), channel, turn, Line(upright=False, item=b)]
        return self._around(a, b, a.band + (1 if below else -1))

    def _from_border(self, a: Item, b: Item) -> list[Line]:
        """Leave an event on a border: downwards, and on to the right."""
        ends = (a.id, b.id)
        if b.band > a.band and b.column > a.column:
            between = (a.column, b.column - 1)
            if self.grid.is_free_column(a.column, (a.band + 1, b.band), ends) and self._row(
                b, between, ends
            ):
                cells = ((a.column, band) for band in range(a.band + 1, b.band + 1))
                self._use(cells, ends, upright=True)
                self._use(((c, b.band) for c in range(a.column, b.column)), ends, upright=False)
                return [_upright(a), Line(upright=False, item=b)]
        turn = _aisle(b.column, f"to {b.id}")
        level = _level(a.band + 1, f"{a.id} {b.id}")
        return [_upright(a), level, turn, Line(upright=False, item=b)]

    # Lines of data and notes.

    def belonging(self, name: str, extra: Item, other: Item, *, is_source: bool) -> None:
        """Draw the line from a data object or note to something that it does not stand above."""
        beside = other.column == extra.column + 1 and other.band == extra.band
        if beside and not other.extras and extra.is_last:
            down = _upright(other, -_ASIDE if not other.is_event else 0.0)
            lines = [Line(upright=False, item=extra), down]
        else:
            lines = [
                _upright(extra),
                _level(extra.band - 1, name),
                _aisle(other.column, name),
                _beside(other),
            ]
        if is_source:
            self.add(Way(name, extra, other, lines))
        else:
            self.add(Way(name, other, extra, lines[::-1]))

    # Message flows.

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
        lines = [_aisle(item.column, name), _beside(item)]
        if aside is not None:
            channel = item.band + (-1 if from_above else 1)
            lines = [lines[0], _level(channel, name), _upright(item, aside)]
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
        down = b.band > a.band
        is_round = a.is_event or b.is_event or a.is_gateway or b.is_gateway
        usual = 0.0 if is_round else -_ASIDE if down else _ASIDE
        first = usual if leaves is None else leaves
        last = usual if enters is None else enters
        ends = (name, name)
        if a.is_pool and b.is_pool:
            self.add(Way(name, a, b, [_aisle(len(self.grid.ways) % (self.grid.columns + 1), name)]))
            return
        column = b.column if a.is_pool else a.column
        is_straight = a.is_pool or b.is_pool or (a.column == b.column and first == last)
        blocked = (a.is_guest and not down) or (b.is_guest and down)
        blocked |= leaves is None and not _is_bare(a, below=down)
        blocked |= enters is None and not _is_bare(b, below=not down)
        if is_straight and not blocked and self._is_free(column, a.band, b.band, ends):
            self._fill(column, a.band, b.band, ends)
            self.add(
                Way(name, a, b, [_upright(b if a.is_pool else a, last if a.is_pool else first)])
            )
            return
        toward = a.column if b.is_pool else b.column
        right = toward > a.column
        out = self._half(name, a, leaves, a.column + 1 if right else a.column, gap, down=down)
        right = b.column > (b.column if a.is_pool else a.column)
        into = self._half(name, b, enters, b.column if right else b.column + 1, gap, down=not down)
        into.reverse()
        if a.is_pool:
            lines = into
        elif b.is_pool:
            lines = out
        elif len(out) > 1 and len(into) > 1 and out[-1].place == into[0].place:
            lines = [*out, *into[1:]]
        else:
            lines = [*out, _level(gap, name), *into]
        self.add(Way(name, a, b, lines))

    def _half(  # noqa: PLR0913 - an end, and which way it leads
        self, name: str, item: Item, inside: float | None, channel: int, gap: int, *, down: bool
    ) -> list[Line]:
        """Lead from an item to the gap between pools."""
        if item.is_pool:
            return []
        ends = (name, name)
        usual = 0.0 if item.is_event or item.is_gateway else -_ASIDE if down else _ASIDE
        aside = usual if inside is None else inside
        if item.is_guest:
            turn = [_upright(item, aside), _level(item.band + 1, name)]
            return (
                turn[:1]
                if down and self._is_free(item.column, item.band, gap, ends)
                else [
                    *turn,
                    _aisle(channel, name),
                ]
            )
        if inside is None and not _is_bare(item, below=down):
            return [_beside(item), _aisle(channel, name)]
        if self._is_free(item.column, item.band, gap, ends):
            self._fill(item.column, item.band, gap, ends)
            return [_upright(item, aside)]
        level = _level(item.band + (1 if down else -1), name)
        return [_upright(item, aside), level, _aisle(channel, name)]

    def _is_free(self, column: int, one: int, other: int, ends: tuple[str, str]) -> bool:
        low, high = sorted((one, other))
        between = (low + 1, high - 1)
        return between[0] > between[1] or self.grid.is_free_column(column, between, ends)

    def _fill(self, column: int, one: int, other: int, ends: tuple[str, str]) -> None:
        low, high = sorted((one, other))
        self._use(((column, band) for band in range(low + 1, high)), ends, upright=True)


def _is_bare(item: Item, *, below: bool) -> bool:
    """Tell whether nothing stands at the upper or lower border of an item."""
    return not (item.guests if below else item.extras)


def _upright(item: Item, aside: float = 0.0) -> Line:
    return Line(upright=True, item=item, aside=aside)


def _aisle(channel: int, bundle: str) -> Line:
    return Line(upright=True, channel=channel, bundle=bundle)


def _level(band: int, bundle: str) -> Line:
    return Line(upright=False, channel=band, bundle=bundle)


def _beside(item: Item) -> Line:
    """Meet a shape at its side, above the middle, where sequence flows are."""
    aside = -10.0 if item.is_event or item.is_gateway else _UNDER_EDGE - item.height / 2
    return Line(upright=False, item=item, aside=aside)
