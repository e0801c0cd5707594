"""Rows about the customer's steps: phases, activities, evidence."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from cjbpmn.emotion_scale import emotion_step
from cjbpmn.journey import Evidence, Step
from cjbpmn.journey.feelings import emotion_of
from cjbpmn.plot.frame import BOX, PITCH, TEXT, Frame, Row
from cjbpmn.plot.lettering import FAINT, GREY, NORMAL, SMALL, STRONG, Letters, fit, text_width, wrap
from cjbpmn.plot.sheet import LIGHT, PAPER, Sheet
from cjbpmn.plot.story import Story
from cjbpmn.plot.wording import Wording

_PHASE: Final = "#E4E4E4"
_TIP: Final = 0.12  # inches: how far the band of a phase points to the right
_PAGE: Final = (0.09, 0.115)  # inches: the icon of a thing that the customer sees
_MOST_EVIDENCE: Final = 4
_HEADING: Final = Letters(SMALL.size, bold=True)


def phase_row(story: Story, frame: Frame) -> Row | None:
    """Lay out the band of phases.

    Parameters
    ----------
    story : Story
        What is told.
    frame : Frame
        Where the columns stand.

    Returns
    -------
    Row or None
        None where no step has a phase.
    """
    runs: list[tuple[int, int, list[str]]] = []
    phases = [moment.step.phase if moment.step else None for moment in story.moments]
    for phase, members in groupby(enumerate(_filled(phases)), key=lambda item: item[1]):
        columns = [column for column, _ in members]
        if phase:
            width = len(columns) * PITCH - 0.5
            lines = wrap(phase, width, STRONG, most=2)
            runs.append((columns[0], columns[-1], lines))
    if not runs:
        return None
    height = max(len(lines) for *_, lines in runs) * NORMAL.height + 0.14

    def draw(sheet: Sheet, top: float) -> None:
        for first, last, lines in runs:
            left, right = frame.centre(first) - BOX / 2, frame.centre(last) + BOX / 2
            middle, bottom = top + height / 2, top + height
            corners = [(left, top), (right - _TIP, top), (right, middle), (right - _TIP, bottom)]
            corners += [(left, bottom), (left + _TIP, middle)]
            sheet.shape(corners, fill=_PHASE, edge=LIGHT)
            _write_middle(sheet, lines, (left + right) / 2, middle, STRONG)

    return Row(story.wording.say("phases"), height, draw)


def _filled(phases: list[str | None]) -> list[str | None]:
    """Carry a phase over the moments that no step tells of, when it goes on behind them."""
    filled = list(phases)
    for index in range(1, len(filled)):
        if filled[index] is None:
            after = next((phase for phase in phases[index:] if phase), None)
            if after == filled[index - 1]:
                filled[index] = after
    return filled


def activity_row(story: Story, frame: Frame) -> Row:
    """Lay out what the customer does.

    Parameters
    ----------
    story : Story
        What is told.
    frame : Frame
        Where the columns stand.

    Returns
    -------
    Row
        Boxes in order; what no step tells of has a dashed one.
    """
    untold = story.wording.say("untold_step")
    texts = [
        wrap(moment.text or untold, TEXT, NORMAL, most=6 if moment.step else 4)
        for moment in story.moments
    ]
    heading = SMALL.height + 0.03
    body = max((len(lines) for lines in texts), default=1) * NORMAL.height + 0.16

    def draw(sheet: Sheet, top: float) -> None:
        middle = top + heading + body / 2
        for column, (moment, lines) in enumerate(zip(story.moments, texts, strict=True)):
            left = frame.centre(column) - BOX / 2
            sheet.write([str(column + 1)], (left + 0.03, top), FAINT, align="left")
            if moment.step is not None and moment.step.moment_of_truth:
                _draw_truth(sheet, f"★ {story.wording.say('moment')}", left, top)
            fill, edge = _colours(moment.step)
            sheet.box(
                left,
                top + heading,
                BOX,
                body,
                fill=fill,
                edge=edge,
                rounded=True,
                dashed=moment.step is None,
            )
            _write_middle(
                sheet,
                lines,
                left + BOX / 2,
                middle,
                NORMAL if moment.step else Letters(NORMAL.size, GREY),
            )
            if column:
                sheet.arrow((left - (PITCH - BOX), middle), (left, middle), colour=GREY)

    label = "do" if any(moment.step for moment in story.moments) else "customer"
    return Row(story.wording.say(label), heading + body, draw)


def _draw_truth(sheet: Sheet, text: str, left: float, top: float) -> None:
    """Mark a moment of truth, right of the number; not every language has short words for it."""
    room, right = BOX - 0.22, left + BOX - 0.03
    if text_width(text, _HEADING) <= room:
        sheet.write([text], (right, top), _HEADING, align="right")
    else:
        # Between two boxes there is room that nothing else needs.
        beyond = PITCH - BOX - 0.05
        sheet.write([fit(text, room + beyond, SMALL)], (right + beyond, top), SMALL, align="right")


def _colours(step: Step | None) -> tuple[str, str]:
    value = emotion_of(step.feels) if step is not None else None
    if value is None:
        return PAPER, GREY
    felt = emotion_step(value)
    return felt.fill, felt.stroke


def _write_middle(
    sheet: Sheet, lines: list[str], x: float, middle: float, letters: Letters
) -> None:
    sheet.write(lines, (x, middle - len(lines) * letters.height / 2), letters)


def evidence_row(story: Story, frame: Frame) -> Row | None:
    """Lay out what the customer sees, hears and holds.

    Parameters
    ----------
    story : Story
        What is told.
    frame : Frame
        Where the columns stand.

    Returns
    -------
    Row or None
        None where no step has evidence.
    """
    seen = [_evidence(moment.step, story.wording) for moment in story.moments]
    if not any(seen):
        return None
    height = max(sum(map(len, items)) for items in seen) * NORMAL.height

    def draw(sheet: Sheet, top: float) -> None:
        for column, items in enumerate(seen):
            left, y = frame.centre(column) - BOX / 2 + 0.06, top
            for lines in items:
                _draw_page(sheet, left, y)
                y = sheet.write(lines, (left + 0.16, y), NORMAL, align="left")

    return Row(story.wording.say("see"), height, draw)


def _evidence(step: Step | None, wording: Wording) -> list[list[str]]:
    """Return the lines of each piece of evidence."""
    things = step.sees if step is not None else ()
    shown = [_evidence_text(thing, wording) for thing in things[:_MOST_EVIDENCE]]
    if len(things) > _MOST_EVIDENCE:
        shown[-1] = wording.say("more", n=len(things) - _MOST_EVIDENCE + 1)
    return [wrap(text, TEXT - 0.2, NORMAL, most=2) for text in shown]


def _evidence_text(thing: Evidence, wording: Wording) -> str:
    text = thing.text or thing.type or wording.say("something")
    if text == thing.type:
        text = text.replace("-", " ")
    if thing.impression is None:
        return text
    return f"{emotion_step(thing.impression).symbol} {text}"


def _draw_page(sheet: Sheet, left: float, top: float) -> None:
    width, height = _PAGE
    top += 0.015
    right, bottom, fold = left + width, top + height, 0.035
    corners = [(left, top), (right - fold, top), (right, top + fold), (right, bottom)]
    sheet.shape([*corners, (left, bottom)], fill=PAPER, edge=GREY)
