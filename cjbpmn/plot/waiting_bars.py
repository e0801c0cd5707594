"""The waiting: bars between the moments, with how long it takes and what goes on behind them."""

from __future__ import annotations

from typing import Final

from cjbpmn.plot.frame import BOX, PITCH, Frame, Row
from cjbpmn.plot.lettering import NORMAL, SMALL, STRONG, wrap
from cjbpmn.plot.sheet import PAPER, Sheet
from cjbpmn.plot.story import Story, Wait
from cjbpmn.plot.wait_words import behind_words, told_words, wait_words
from cjbpmn.plot.wording import Wording

WAITING_FILL: Final = "#EFEAF4"
WAITING_INK: Final = "#7D6B91"

_APART: Final = 0.04  # inches: half of what stands between two bars
_PADDING: Final = 0.08
_MOST_LINES: Final = 2  # of each thing that is said


def wait_span(wait: Wait, frame: Frame) -> tuple[float, float]:
    """Say where a wait begins and ends.

    Parameters
    ----------
    wait : Wait
        The wait.
    frame : Frame
        Where the columns stand.

    Returns
    -------
    tuple of float
        Left and right, in inches: from the middle of one column to that of the other, and through
        the last one where the customer spends it waiting.
    """
    if wait.first == wait.last:
        middle = frame.centre(wait.last)
        return middle - BOX / 2, middle + BOX / 2
    right = frame.centre(wait.last) + (BOX / 2 if wait.through else -_APART)
    return frame.centre(wait.first) + _APART, right


def shaded_spans(story: Story, frame: Frame) -> list[tuple[float, float]]:
    """Unite the spans of all waits.

    Parameters
    ----------
    story : Story
        What is told.
    frame : Frame
        Where the columns stand.

    Returns
    -------
    list of tuple of float
        From left to right, in inches; they do not overlap.
    """
    united: list[tuple[float, float]] = []
    for left, right in sorted(wait_span(wait, frame) for wait in story.waits):
        if united and left <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], right))
        else:
            united.append((left, right))
    return united


def waiting_row(story: Story, frame: Frame) -> Row | None:
    """Lay out the waits.

    Parameters
    ----------
    story : Story
        What is told.
    frame : Frame
        Where the columns stand.

    Returns
    -------
    Row or None
        None where the customer waits for nothing.
    """
    if not story.waits:
        return None
    tracks: list[list[tuple[float, float, list[str], list[str]]]] = []
    for wait in story.waits:
        left, right = wait_span(wait, frame)
        room = max(right - left, PITCH / 2) - 2 * _PADDING
        bar = (left, right, *_words(wait, room, story.wording))
        free = next((track for track in tracks if track[-1][1] <= left), None)
        if free is None:
            tracks.append([bar])
        else:
            free.append(bar)
    heights = [max(_height(head, rest) for *_, head, rest in track) for track in tracks]

    def draw(sheet: Sheet, top: float) -> None:
        for track, height in zip(tracks, heights, strict=True):
            for left, right, head, rest in track:
                _draw_bar(sheet, (left, top, right, top + height), head, rest)
            top += height + _PADDING

    return Row(story.wording.say("waiting"), sum(heights) + _PADDING * (len(heights) - 1), draw)


def _words(wait: Wait, room: float, wording: Wording) -> tuple[list[str], list[str]]:
    head = wrap(wait_words(wait, wording), room, STRONG, most=_MOST_LINES)
    rest = [
        line
        for text in (*told_words(wait, wording), behind_words(wait, wording))
        for line in wrap(text, room, SMALL, most=_MOST_LINES)
    ]
    return head, rest


def _height(head: list[str], rest: list[str]) -> float:
    written = len(head) * NORMAL.height + len(rest) * SMALL.height
    return written + 2 * _PADDING


def _draw_bar(
    sheet: Sheet, place: tuple[float, float, float, float], head: list[str], rest: list[str]
) -> None:
    left, top, right, bottom = place
    sheet.box(
        left, top, right - left, bottom - top, fill=WAITING_FILL, edge=WAITING_INK, hatch="////"
    )
    middle, y = (left + right) / 2, (top + bottom - _height(head, rest)) / 2 + _PADDING
    y = sheet.write(head, (middle, y), STRONG, ground=PAPER)
    sheet.write(rest, (middle, y), SMALL, ground=PAPER)
