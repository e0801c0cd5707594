"""Draws the pictures of docs/waiting.md: ``python docs/pictures/waiting.py``.

Each is a small model or a line of time. What the pictures claim is checked by
tests/test_waiting_pictures.py, with the same models.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from matplotlib.patches import Circle

from cjbpmn.plot.lettering import GREY, INK, NORMAL, SMALL, STRONG, Letters
from cjbpmn.plot.picture import Picture, save_figure
from cjbpmn.plot.sheet import LIGHT, PAPER, Sheet
from cjbpmn.plot.waiting_bars import WAITING_FILL, WAITING_INK

HERE: Final = Path(__file__).parent
CUSTOMER: Final = "#DCEAF8"
BUSY: Final = "#C9DFF3"
HATCH: Final = "////"
NOTE: Final = Letters(7.0, GREY, italic=True)
MARK: Final = Letters(7.0, bold=True)
DPI: Final = 120.0
ROOM: Final = 1.05  # the width of an activity, in inches
TALL: Final = 0.46
EVENT: Final = 0.15

Place = tuple[float, float]


class Board:
    """A sheet on which small models and lines of time are drawn, in inches."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self.figure = Picture(width, height, title)
        self.sheet = Sheet(self.figure.add_axes((0, 0, 1, 1)), width, height)
        self.width = width

    # Models

    def lane(self, name: str, top: float, height: float, *, customer: bool = False) -> None:
        """Draw a lane with its name on the left."""
        fill = "#F4F9FD" if customer else "#FAFAFA"
        self.sheet.box(0.1, top, self.width - 0.2, height, fill=fill, edge=LIGHT, order=1)
        self.sheet.write([name], (0.18, top + 0.05), STRONG, align="left")

    def task(self, at: Place, *lines: str, customer: bool = False, contact: bool = False) -> Place:
        """Draw an activity; a contact has a bold frame."""
        x, y = at
        fill = CUSTOMER if customer else PAPER
        sides = (x - ROOM / 2, y - TALL / 2, ROOM, TALL)
        self.sheet.box(*sides, fill=fill, rounded=True)
        if contact:
            self._bold(lambda: self.sheet.box(*sides, fill="none", rounded=True, order=3.1))
        middle = y - len(lines) * NORMAL.height / 2
        self.sheet.write(lines, (x, middle), NORMAL)
        return at

    def event(  # noqa: PLR0913 - its place, its name and its signs
        self,
        at: Place,
        *lines: str,
        sign: str = "message",
        catch: bool = True,
        above: bool = False,
        dashed: bool = False,
        contact: bool = False,
    ) -> Place:
        """Draw an event with its name above or below."""
        axes, style = self.sheet.axes, (0, (2, 1.5)) if dashed else "-"
        for radius in (EVENT, EVENT - 0.03)[: 2 if catch else 1]:
            width = 2.2 if contact and radius == EVENT else 0.9
            ring = Circle(
                at, radius, fill=radius == EVENT, facecolor=PAPER, edgecolor=INK, zorder=4
            )
            ring.set_linewidth(width)
            ring.set_linestyle(style)
            axes.add_patch(ring)
        if sign == "message":
            self._envelope(at)
        elif sign == "timer":
            x, y = at
            self.sheet.line([x, x, x + 0.05], [y - 0.08, y, y + 0.02], order=5)
        top = at[1] - EVENT - 0.03 - len(lines) * SMALL.height if above else at[1] + EVENT + 0.03
        self.sheet.write(lines, (at[0], top), SMALL)
        return at

    def _envelope(self, at: Place) -> None:
        x, y = at
        self.sheet.box(x - 0.075, y - 0.05, 0.15, 0.1, order=5)
        self.sheet.line([x - 0.075, x, x + 0.075], [y - 0.05, y + 0.01, y - 0.05], order=5)

    def _bold(self, draw: Callable[[], None]) -> None:
        draw()
        self.sheet.axes.patches[-1].set_linewidth(2.2)

    def choice(self, at: Place) -> Place:
        """Draw an exclusive gateway."""
        x, y = at
        self.sheet.shape(
            [(x, y - 0.2), (x + 0.2, y), (x, y + 0.2), (x - 0.2, y)], fill=PAPER, edge=INK
        )
        for side in (1, -1):
            self.sheet.line([x - 0.06, x + 0.06], [y - 0.06 * side, y + 0.06 * side], order=5)
        return at

    def flow(self, *points: Place) -> None:
        """Draw a sequence flow."""
        for start, end in pairwise(points[:-1]):
            self.sheet.line([start[0], end[0]], [start[1], end[1]])
        self.sheet.arrow(points[-2], points[-1])

    def message(self, start: Place, end: Place) -> None:
        """Draw a message flow: dashed, from a small ring to an open head."""
        x, way = start[0], 1 if end[1] > start[1] else -1
        self.sheet.line([x, x], [start[1] + 0.04 * way, end[1]], linestyle=(0, (3, 2)), order=2.5)
        self.sheet.axes.add_patch(
            Circle((x, start[1] + 0.04 * way), 0.04, facecolor=PAPER, edgecolor=INK, zorder=5)
        )
        head = [(x, end[1]), (x - 0.05, end[1] - 0.1 * way), (x + 0.05, end[1] - 0.1 * way)]
        self.sheet.shape(head, fill=PAPER, edge=INK)

    def around(self, left: float, top: float, width: float, height: float) -> None:
        """Hatch what lies in a stretch."""
        self.sheet.box(
            left,
            top,
            width,
            height,
            fill=WAITING_FILL,
            edge=WAITING_INK,
            hatch=HATCH,
            dashed=True,
            order=1.5,
        )

    # Words

    def say(
        self,
        at: Place,
        *lines: str,
        letters: Letters = NOTE,
        align: str = "center",
        ground: str | None = None,
    ) -> None:
        """Write a note; its top is at the given place."""
        self.sheet.write(lines, at, letters, align=align, ground=ground)

    # Time

    def bar(
        self, name: str, top: float, spans: Sequence[tuple[float, float, str]], *, kind: str
    ) -> None:
        """Draw a row of time: spans from left to right, each with words in it."""
        self.sheet.write([name], (0.15, top + 0.06), SMALL, align="left")
        for left, right, text in spans:
            fill, hatch, edge = {
                "wait": (WAITING_FILL, HATCH, WAITING_INK),
                "busy": (BUSY, None, INK),
                "work": (PAPER, None, INK),
                "turn": ("#FFF3D6", "..", "#9A7B2D"),
            }[kind]
            self.sheet.box(left, top, right - left, 0.27, fill=fill, edge=edge, hatch=hatch)
            self.sheet.write(
                [text], ((left + right) / 2, top + 0.06), SMALL, ground=PAPER if hatch else None
            )

    def axis(self, top: float, marks: Sequence[tuple[float, str]], *, down: float) -> None:
        """Draw a line of time with marks, and thin lines from them upwards."""
        self.sheet.arrow((marks[0][0], down), (self.width - 0.12, down))
        for x, text in marks:
            self.sheet.line([x, x], [top, down + 0.04], color=LIGHT, linewidth=0.7, order=1)
            self.sheet.write([text], (x, down + 0.06), SMALL)

    def together(self, left: float, top: float, width: float, height: float) -> None:
        """Put a dashed frame around things that are one."""
        self.sheet.box(left, top, width, height, fill="none", dashed=True, order=6)


def right(at: Place) -> Place:
    """Return the right side of an activity."""
    return at[0] + ROOM / 2, at[1]


def left(at: Place) -> Place:
    """Return its left side."""
    return at[0] - ROOM / 2, at[1]


def upper(at: Place, half: float = TALL / 2) -> Place:
    """Return its upper side."""
    return at[0], at[1] - half


def lower(at: Place, half: float = TALL / 2) -> Place:
    """Return its lower side."""
    return at[0], at[1] + half


def draw_contacts() -> Board:
    """Contacts: who acts, and when the customer is involved."""
    board = Board(7.2, 2.95, "Contacts and their direction")
    board.lane("Customer", 0.1, 1.1, customer=True)
    board.lane("Organisation", 1.45, 1.4)
    order = board.task((1.35, 0.72), "Order", customer=True, contact=True)
    comes = board.event((4.35, 0.72), contact=True)
    pay = board.task((6.25, 0.72), "Pay", customer=True, contact=True)
    board.flow(right(order), (comes[0] - EVENT, comes[1]))
    board.flow((comes[0] + EVENT, comes[1]), left(pay))
    received = board.event((1.35, 2.05), catch=False, contact=True)
    check = board.task((2.8, 2.05), "Check stock")
    write = board.task((4.35, 2.05), "Write invoice", contact=True)
    book = board.task((6.25, 2.05), "Book payment", contact=True)
    board.flow((received[0] + EVENT, received[1]), left(check))
    board.flow(right(check), left(write))
    board.flow(right(write), left(book))
    board.message(lower(order), upper(received, EVENT))
    board.message(upper(write), lower(comes, EVENT))
    board.message(lower(pay), upper(book))
    board.say((order[0], 0.3), "for all of its time")
    board.say((comes[0], 0.3), "at its end: before it, a wait")
    board.say((pay[0], 0.3), "for all of its time")
    board.say((received[0], 2.33), "at its end")
    board.say((check[0], 2.33), "no contact")
    board.say((write[0], 2.33), "at its end")
    board.say((book[0], 2.33), "at its start")
    board.say((order[0] + 0.12, 1.23), "c2o: the customer acts", letters=MARK, align="left")
    board.say((comes[0] + 0.12, 1.23), "o2c", letters=MARK, align="left")
    board.say((pay[0] + 0.12, 1.23), "c2o", letters=MARK, align="left")
    board.say(
        (0.2, 2.62), "Bold: a contact. Each message flow is an interaction point.", align="left"
    )
    return board


def draw_stretch() -> Board:
    """A stretch with two starts."""
    board = Board(7.2, 3.15, "A waiting stretch: its starts, its body, its end")
    board.lane("Desk", 0.1, 1.65)
    board.lane("Store", 1.75, 1.3)
    board.around(2.0, 0.45, 3.55, 2.35)
    order = board.event((0.95, 1.3), "order", "comes", catch=False, contact=True)
    question = board.event((0.95, 0.62), "question comes", catch=False, contact=True)
    answer = board.task((2.9, 0.78), "Look it up")
    check = board.task((2.75, 1.42), "Check")
    pick = board.task((3.75, 2.3), "Pick and pack")
    merge = board.choice((5.05, 1.42))
    send = board.task((6.35, 1.42), "Send parcel", contact=True)
    board.flow((order[0] + EVENT, order[1]), (1.6, order[1]), (1.6, check[1]), left(check))
    board.flow(
        (question[0] + EVENT, question[1]), (1.6, question[1]), (1.6, answer[1]), left(answer)
    )
    board.flow(right(answer), (merge[0], answer[1]), (merge[0], merge[1] - 0.2))
    board.flow(lower(check), (check[0], pick[1]), left(pick))
    board.flow(right(pick), (merge[0], pick[1]), (merge[0], merge[1] + 0.2))
    board.flow((merge[0] + 0.2, merge[1]), left(send))
    board.say((0.95, 0.25), "two starts", letters=MARK)
    board.say((3.75, 0.24), "the body", letters=MARK, ground="#FAFAFA")
    board.say((6.35, 0.95), "the end", letters=MARK)
    board.say((2.82, 1.84), "hand-off", ground=PAPER, align="left")
    board.say((4.97, 1.84), "hand-off", ground=PAPER, align="right")
    board.say(
        (0.2, 2.83),
        "Sending belongs to the stretch: the customer is involved at its end.",
        align="left",
    )
    return board


def draw_twins() -> Board:
    """Two stretches that end in one meeting."""
    board = Board(7.2, 2.75, "Twins: two stretches, one meeting")
    board.lane("Customer", 0.1, 1.1, customer=True)
    board.lane("Organisation", 1.3, 1.35)
    order = board.task((1.3, 0.72), "Order", customer=True, contact=True)
    pay = board.task((5.5, 0.72), "Pay", customer=True, contact=True)
    received = board.event((1.3, 1.95), catch=False, contact=True)
    enter = board.task((3.2, 1.95), "Enter order")
    collect = board.task((5.5, 1.95), "Collect money", contact=True)
    board.flow(right(order), left(pay))
    board.flow((received[0] + EVENT, received[1]), left(enter))
    board.flow(right(enter), left(collect))
    board.message(lower(order), upper(received, EVENT))
    board.message(lower((pay[0] - 0.2, pay[1])), upper((collect[0] - 0.2, collect[1])))
    board.message(upper((collect[0] + 0.2, collect[1])), lower((pay[0] + 0.2, pay[1])))
    board.around(2.0, 1.6, 2.4, 0.7)
    board.say((3.2, 2.36), "the body of both stretches", letters=MARK)
    board.say((5.5, 0.2), "the end of one", letters=MARK)
    board.say((5.5, 2.34), "the end of the other", letters=MARK)
    board.together(4.8, 0.4, 1.4, 1.88)
    board.say((6.28, 0.95), "one", "meeting", letters=MARK, align="left")
    return board


def draw_clocks() -> Board:
    """Two stretches that overlap, and what the customer perceives of them."""
    board = Board(7.2, 2.6, "Two clocks: overlapping stretches count once")
    x = [1.55 + 0.75 * hour for hour in range(8)]
    busy = [(x[0], x[1], "orders"), (x[1], x[2], "measures")]
    board.bar("the customer", 0.15, busy, kind="busy")
    board.bar("stretch to the e-mail", 0.55, [(x[1], x[4], "3 h")], kind="wait")
    board.bar("stretch to the parcel", 0.95, [(x[1], x[7], "6 h")], kind="wait")
    board.bar("the case clock", 1.4, [(x[2], x[4], "2 h"), (x[4], x[7], "3 h")], kind="wait")
    board.axis(0.1, [(at, f"{hour} h") for hour, at in enumerate(x)], down=1.85)
    board.say((x[4] + 0.06, 0.6), "the e-mail comes", align="left")
    board.say(
        (0.15, 2.2),
        "The stretches add up to 9 h. The customer has waited 5 h of a journey of 7 h,",
        "with a longest silence of 3 h.",
        align="left",
    )
    return board


def draw_turn() -> Board:
    """Whose turn it is."""
    board = Board(7.2, 2.75, "Whose turn it is")
    board.lane("Customer (nothing is drawn inside)", 0.1, 0.42, customer=True)
    board.lane("Organisation", 0.75, 1.05)
    begin = board.event((1.25, 1.32), catch=False, contact=True)
    check = board.task((2.2, 1.32), "Check")
    ask = board.task((3.5, 1.32), "Ask for papers", contact=True)
    papers = board.event((4.55, 1.32), contact=True)
    decide = board.task((5.55, 1.32), "Decide", contact=True)
    end = board.event((6.65, 1.32), sign="", catch=False)
    board.flow((begin[0] + EVENT, begin[1]), left(check))
    board.flow(right(check), left(ask))
    board.flow(right(ask), (papers[0] - EVENT, papers[1]))
    board.flow((papers[0] + EVENT, papers[1]), left(decide))
    board.flow(right(decide), (end[0] - EVENT, end[1]))
    board.message((begin[0], 0.52), upper(begin, EVENT))
    board.message(upper(ask), (ask[0], 0.52))
    board.message((papers[0], 0.52), upper(papers, EVENT))
    board.message(upper(decide), (decide[0], 0.52))
    board.bar("", 1.95, [(1.25, 4.03, "waits")], kind="wait")
    board.bar("", 1.95, [(4.03, 4.7, "own turn")], kind="turn")
    board.bar("", 1.95, [(4.7, 6.08, "waits")], kind="wait")
    board.say(
        (0.2, 2.4),
        "Until the papers come, the organisation waits for the customer: no wait of the customer.",
        align="left",
    )
    return board


def draw_notice() -> Board:
    """A notice in between."""
    board = Board(7.2, 3.05, "A notice cuts the silence, not the wait")
    board.lane("Workshop", 0.1, 1.45)
    begin = board.event((0.75, 0.62), "phone", "comes in", catch=False, contact=True)
    repair = board.task((2.6, 0.62), "Repair")
    give = board.task((6.2, 0.62), "Return phone", contact=True)
    clock = board.event((2.85, 0.62 + TALL / 2), sign="timer", dashed=True)
    tell = board.task((4.4, 1.22), "Tell of delay", contact=True)
    board.flow((begin[0] + EVENT, begin[1]), left(repair))
    board.flow(right(repair), left(give))
    board.flow((clock[0], clock[1] + EVENT), (clock[0], tell[1]), left(tell))
    board.say((2.6, 0.22), "takes 5 days")
    board.say((2.7, 1.03), "after", "2 days", align="right")
    x = [1.9 + 0.95 * day for day in range(6)]
    board.bar("stretch to the return", 1.7, [(x[0], x[5], "5 d")], kind="wait")
    board.bar("silences of the case", 2.1, [(x[0], x[2], "2 d"), (x[2], x[5], "3 d")], kind="wait")
    board.axis(1.65, [(at, f"{day} d") for day, at in enumerate(x)], down=2.5)
    board.say((0.2, 2.8), "The dashed timer does not interrupt: the repair goes on.", align="left")
    return board


def draw_hours() -> Board:
    """The same work, begun on two days."""
    board = Board(7.2, 1.95, "Four hours of work, begun on Friday and on Monday")
    hour = 5.3 / 96
    start = 1.6  # Friday at midnight

    def at(day: int, clock: float) -> float:
        return start + (day * 24 + clock) * hour

    for day, name in enumerate(("Friday", "Saturday", "Sunday", "Monday")):
        board.say((at(day, 12), 0.1), name, letters=MARK)
        board.sheet.line([at(day, 0), at(day, 0)], [0.1, 1.5], color=LIGHT, linewidth=0.7, order=1)
    board.sheet.line([at(4, 0), at(4, 0)], [0.1, 1.5], color=LIGHT, linewidth=0.7, order=1)
    for day in (0, 3):
        board.sheet.box(at(day, 9), 0.35, 8 * hour, 0.2)
    board.say((0.15, 0.38), "people work", letters=SMALL, align="left")
    board.bar("begun on Friday at 3", 0.7, [(at(0, 15), at(3, 11), "68 h")], kind="wait")
    board.bar("begun on Monday at 9", 1.1, [(at(3, 9), at(3, 13), "")], kind="wait")
    board.say((at(3, 14), 1.16), "4 h", letters=SMALL, align="left")
    board.say(
        (0.15, 1.65),
        "Four hours of work each. What the customer feels is the time that passes.",
        align="left",
    )
    return board


DRAWN: Final[dict[str, Callable[[], Board]]] = {
    "waiting-contacts": draw_contacts,
    "waiting-stretch": draw_stretch,
    "waiting-twins": draw_twins,
    "waiting-clocks": draw_clocks,
    "waiting-turn": draw_turn,
    "waiting-notice": draw_notice,
    "waiting-hours": draw_hours,
}
"""The pictures by the names of their files."""


def main(folder: Path = HERE) -> None:
    """Draw all pictures."""
    for name, draw in DRAWN.items():
        save_figure(draw().figure, folder / f"{name}.png", dpi=DPI)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
