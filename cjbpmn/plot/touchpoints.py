"""Below the line of interaction: how the two sides meet, and who stands there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cjbpmn.plot.frame import BOX, LABELS, MARGIN, TEXT, Frame, Row
from cjbpmn.plot.lettering import FAINT_ITALIC, GREY, NORMAL, STRONG, Letters, fit, wrap
from cjbpmn.plot.sheet import PAPER, Sheet
from cjbpmn.plot.story import Meeting, Moment, Story
from cjbpmn.plot.wording import Wording

_ARROW: Final = 0.3  # inches
_BESIDE: Final = 0.22  # from the side of a box to its arrow
_ABOVE: Final = 0.09  # how far the first arrow stands above the line
_GAP: Final = 0.07
_UNMET: Final = Letters(8.0, GREY, italic=True)
_MOST: Final = 4  # meetings in one column


@dataclass(frozen=True, slots=True)
class _Entry:
    """One meeting, broken into lines; without an activity where the model does not know it."""

    direction: str
    channel: str
    activity: list[str]
    lane: list[str]

    @property
    def box(self) -> float:
        if not self.activity:
            return 0.0
        lines = len(self.activity) * NORMAL.height + len(self.lane) * FAINT_ITALIC.height
        return lines + 0.12

    @property
    def height(self) -> float:
        return _ARROW + self.box + _GAP


def touchpoint_row(story: Story, frame: Frame) -> Row | None:
    """Lay out the line of interaction, the touchpoints, and the front stage below them.

    Parameters
    ----------
    story : Story
        What is told.
    frame : Frame
        Where the columns stand.

    Returns
    -------
    Row or None
        None where nobody meets anybody.
    """
    columns = [_entries(moment, story.wording) for moment in story.moments]
    if not any(columns):
        return None
    said = story.wording
    stage = wrap(said.say("stage"), LABELS - 0.1, STRONG)
    labels = 0.08 + FAINT_ITALIC.height + len(stage) * STRONG.height
    height = _ABOVE + max(
        [labels, *(sum(entry.height for entry in entries) for entries in columns)]
    )

    def draw(sheet: Sheet, top: float) -> None:
        line = top + _ABOVE
        sheet.line(
            [MARGIN, frame.end],
            [line, line],
            color=GREY,
            linewidth=1.1,
            linestyle=(0, (6, 3)),
            order=1,
        )
        at = (MARGIN, line + 0.02)
        sheet.write([said.say("interaction")], at, FAINT_ITALIC, align="left")
        at = (MARGIN, line + 0.08 + FAINT_ITALIC.height)
        sheet.write(stage, at, STRONG, align="left")
        for column, entries in enumerate(columns):
            y = line
            for index, entry in enumerate(entries):
                _draw_entry(sheet, entry, frame.centre(column) - BOX / 2, y, first=index == 0)
                y += entry.height

    return Row("", height, draw)


def _entries(moment: Moment, wording: Wording) -> list[_Entry]:
    found = [_entry(meeting, wording) for meeting in moment.meetings[:_MOST]]
    if len(moment.meetings) > _MOST:
        more = len(moment.meetings) - _MOST + 1
        found[-1] = _Entry("", wording.say("more", n=more), [], [])
    elif not found and moment.step is not None and moment.step.channel:
        found = [_Entry("", _beside(wording.channel(moment.step.channel)), [], [])]
    return found


def _entry(meeting: Meeting, wording: Wording) -> _Entry:
    who = wording.say("partner", who=meeting.lane) if meeting.partner else meeting.lane
    return _Entry(
        meeting.direction,
        _beside(wording.channel(meeting.channel)),
        wrap(meeting.activity or wording.say("no_name"), TEXT, NORMAL, most=3),
        wrap(who, TEXT, FAINT_ITALIC, most=2),
    )


def _beside(channel: str) -> str:
    return fit(channel, BOX - _BESIDE - 0.1, STRONG)


def _draw_entry(sheet: Sheet, entry: _Entry, left: float, top: float, *, first: bool) -> None:
    x, foot = left + _BESIDE - 0.08, top + _ARROW
    start = (x, top - _ABOVE if first else top + 0.03)
    if entry.direction:
        ends = (start, (x, foot)) if entry.direction != "o2c" else ((x, foot), start)
        sheet.arrow(*ends, both=entry.direction == "both")
    y = top + (_ARROW - NORMAL.height) / 2
    letters = STRONG if entry.direction else _UNMET
    sheet.write([entry.channel], (left + _BESIDE, y), letters, align="left")
    if entry.activity:
        sheet.box(left, foot, BOX, entry.box, fill=PAPER, edge=GREY)
        y = sheet.write(entry.activity, (left + BOX / 2, foot + 0.06), NORMAL)
        sheet.write(entry.lane, (left + BOX / 2, y), FAINT_ITALIC)
