"""What the signs mean: only those that were used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from cjbpmn.plot.emotion_curve import SERIES
from cjbpmn.plot.frame import MARGIN, Frame, Row
from cjbpmn.plot.lettering import FAINT, GREY, INK, fit, text_width
from cjbpmn.plot.sheet import PAPER, Sheet
from cjbpmn.plot.story import Story
from cjbpmn.plot.waiting_bars import WAITING_FILL, WAITING_INK
from cjbpmn.plot.wording import TO

_SIGN: Final = 0.34  # inches
_GAP: Final = 0.22
_LINE: Final = FAINT.height + 0.06
_DIRECTIONS: Final = ("c2o", "o2c", "both")
_SAYS: Final = {
    "customer": "customers",
    "employee": "employees",
    "expert": "experts",
    "data": "data",
    "assumed": "assumed",
    None: "no_source",
}
"""What is said of the sources of feelings: a phrase each."""

_Sign = Callable[[Sheet, float, float], None]


def legend_row(story: Story, frame: Frame) -> Row | None:
    """Lay out the legend.

    Parameters
    ----------
    story : Story
        What is told.
    frame : Frame
        Where the columns stand.

    Returns
    -------
    Row or None
        None where nothing needs to be explained.
    """
    placed: list[tuple[float, int, _Sign, str]] = []
    x, line = MARGIN, 0
    for sign, text in _items(story):
        width = _SIGN + text_width(text, FAINT)
        if x > MARGIN and x + width > frame.width - MARGIN:
            x, line = MARGIN, line + 1
        placed.append((x, line, sign, text))
        x += width + _GAP
    notes = [fit(note, frame.width - 2 * MARGIN, FAINT) for note in story.notes]
    if not placed and not notes:
        return None
    lines = line + 1 if placed else 0

    def draw(sheet: Sheet, top: float) -> None:
        for left, index, sign, text in placed:
            y = top + index * _LINE
            sign(sheet, left, y + FAINT.height / 2)
            sheet.write([text], (left + _SIGN, y), FAINT, align="left")
        sheet.write(notes, (MARGIN, top + lines * _LINE), FAINT, align="left")

    return Row("", lines * _LINE + len(notes) * FAINT.height, draw)


def _items(story: Story) -> Iterator[tuple[_Sign, str]]:
    say = story.wording.say
    for source in SERIES:
        told = [
            emotion
            for moment in story.moments
            if moment.step is not None
            for emotion in moment.step.feels
            if emotion.source == source
        ]
        if told:
            asked = sorted({emotion.n for emotion in told if emotion.n})
            count = f", n = {asked[0]}" + (f"{TO}{asked[-1]}" if asked[1:] else "") if asked else ""
            yield _series_sign(source), say("feeling", who=say(_SAYS[source])) + count
    if story.waits:
        yield _waiting_sign, say("waiting").lower()
    if any(moment.step is None for moment in story.moments):
        yield _dashed_sign, say("elsewhere")
    used = {meeting.direction for moment in story.moments for meeting in moment.meetings}
    for direction in _DIRECTIONS:
        if direction in used:
            yield _arrow_sign(direction), say(direction)


def _series_sign(source: str | None) -> _Sign:
    mark, line, colour = SERIES[source]

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.line([x, x + 0.28], [y, y], color=colour, linewidth=1.4, linestyle=line)
        sheet.line(
            [x + 0.14],
            [y],
            marker=mark,
            markersize=6,
            markerfacecolor=PAPER,
            markeredgecolor=colour,
            linestyle="none",
            order=5,
        )

    return draw


def _waiting_sign(sheet: Sheet, x: float, y: float) -> None:
    sheet.box(x, y - 0.05, 0.28, 0.1, fill=WAITING_FILL, edge=WAITING_INK, hatch="////")


def _dashed_sign(sheet: Sheet, x: float, y: float) -> None:
    sheet.box(x, y - 0.05, 0.28, 0.1, edge=GREY, dashed=True)


def _arrow_sign(direction: str) -> _Sign:
    def draw(sheet: Sheet, x: float, y: float) -> None:
        ends = ((x + 0.2, y - 0.07), (x + 0.2, y + 0.07))
        start, end = ends if direction != "o2c" else ends[::-1]
        sheet.arrow(start, end, both=direction == "both", colour=INK)

    return draw
