"""Which way a line takes through a grid: straight where it can, else through the channels."""

from __future__ import annotations

from collections.abc import Iterable

from cjbpmn.enrichment.first_drawing.docks import ASIDE, Docks, Side
from cjbpmn.enrichment.first_drawing.grid import Grid, Item, Line, Way


class Ways:
    """Finds the ways of lines in one grid, but for message flows.

    Parameters
    ----------
    grid : Grid
        With everything in its cells.

    Attributes
    ----------
    ports : dict of (id, side) to str
        Which upper and lower ends of shapes are used, and whether lines leave or enter there.
    docks : Docks
        Where the other lines meet shapes.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.ports: dict[tuple[str, str], str] = {}
        self.docks = Docks()

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
                side: Side = "below" if beyond > item.band else "above"
                self.ports.setdefault((item.id, side), use)
                self.docks.take(item, side, line.aside)

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
                return [upright_line(a), level_line(channel, f"{a.id} {b.id}"), upright_line(b)]
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
                return [upright_line(a), Line(upright=False, item=b)]
        if b.is_gateway and self._can(b, below=not below, use="in"):
            column = range(a.band, b.band, step)
            if self.grid.is_free_column(b.column, (a.band, b.band - step), ends) and self._row(
                a, (a.column + 1, b.column), ends
            ):
                self._use(((b.column, band) for band in column), ends, upright=True)
                self._use(
                    ((c, a.band) for c in range(a.column + 1, b.column + 1)), ends, upright=False
                )
                return [Line(upright=False, item=a), upright_line(b)]
        if self._row(a, between, ends):
            self._use(((c, a.band) for c in range(*between)), ends, upright=False)
            turn = aisle_line(b.column, f"to {b.id}")
            return [Line(upright=False, item=a), turn, Line(upright=False, item=b)]
        if self._row(b, between, ends):
            self._use(((c, b.band) for c in range(*between)), ends, upright=False)
            turn = aisle_line(a.column + 1, f"from {a.id}")
            return [Line(upright=False, item=a), turn, Line(upright=False, item=b)]
        return self._around(a, b, b.band - step)

    def _around(self, a: Item, b: Item, channel: int) -> list[Line]:
        """Leave to the right, and come from the left."""
        name = f"{a.id} {b.id}"
        return [
            Line(upright=False, item=a),
            aisle_line(a.column + 1, f"from {a.id}"),
            level_line(channel, name),
            aisle_line(b.column, f"to {b.id}"),
            Line(upright=False, item=b),
        ]

    def _back(self, a: Item, b: Item) -> list[Line]:
        """Run back, below or above the row."""
        below = b.band >= a.band
        name = f"{a.id} {b.id}"
        if a is b:
            end = [upright_line(b)] if self._can(b, below=True, use="in") else []
            last = end or [aisle_line(b.column, f"to {b.id}"), Line(upright=False, item=b)]
            first = [Line(upright=False, item=a), aisle_line(a.column + 1, f"from {a.id}")]
            return [*first, level_line(a.band + 1, name), *last]
        for side in (below, not below) if a.band == b.band else (below,):
            if not self._can(a, below=side, use="out"):
                continue
            channel = level_line(a.band + (1 if side else -1), name)
            if a.band == b.band and self._can(b, below=side, use="in"):
                return [upright_line(a), channel, upright_line(b)]
            turn = aisle_line(b.column, f"to {b.id}")
            return [upright_line(a), channel, turn, Line(upright=False, item=b)]
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
                return [upright_line(a), Line(upright=False, item=b)]
        turn = aisle_line(b.column, f"to {b.id}")
        level = level_line(a.band + 1, f"{a.id} {b.id}")
        return [upright_line(a), level, turn, Line(upright=False, item=b)]

    # Lines of data and notes.

    def belonging(self, name: str, extra: Item, other: Item, *, is_source: bool) -> None:
        """Draw the line from a data object or note to something that it does not stand above."""
        beside = other.column == extra.column + 1 and other.band == extra.band
        if beside and not other.extras and extra.is_last:
            aside = -ASIDE if not other.is_event else 0.0
            lines = [Line(upright=False, item=extra), upright_line(other, aside)]
        else:
            lines = [
                upright_line(extra),
                level_line(extra.band - 1, name),
                aisle_line(other.column, name),
                Line(upright=False, item=other, aside=self.docks.take_beside(other, "left")),
            ]
        if is_source:
            self.add(Way(name, extra, other, lines))
        else:
            self.add(Way(name, other, extra, lines[::-1]))


def upright_line(item: Item, aside: float = 0.0) -> Line:
    """Return a piece that runs down at a place of a shape."""
    return Line(upright=True, item=item, aside=aside)


def aisle_line(channel: int, bundle: str) -> Line:
    """Return a piece that runs down between two columns."""
    return Line(upright=True, channel=channel, bundle=bundle)


def level_line(band: int, bundle: str) -> Line:
    """Return a piece that runs to the side between two rows."""
    return Line(upright=False, channel=band, bundle=bundle)
