"""The journey map: the customer's side above, what the customer meets below, on one figure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from matplotlib.figure import Figure

from cjbpmn.graph import ProcessGraph
from cjbpmn.interaction import InteractionPoint
from cjbpmn.journey import Journey
from cjbpmn.plot.emotion_curve import emotion_row
from cjbpmn.plot.frame import LABELS, MARGIN, Frame, Row
from cjbpmn.plot.legend import legend_row
from cjbpmn.plot.lettering import GREY, NORMAL, STRONG, Letters, clean, wrap
from cjbpmn.plot.picture import Picture, settled
from cjbpmn.plot.sheet import Sheet
from cjbpmn.plot.steps import activity_row, evidence_row, phase_row
from cjbpmn.plot.story import Story
from cjbpmn.plot.storyline import tell_story
from cjbpmn.plot.touchpoints import touchpoint_row
from cjbpmn.plot.waiting_bars import waiting_row
from cjbpmn.waiting import WaitingStretch

_TITLE: Final = Letters(15.0, bold=True)
_SUBTITLE: Final = Letters(9.5, GREY)
_GAP: Final = 0.14  # inches between two rows


def draw_journey_map(
    graph: ProcessGraph,
    points: Iterable[InteractionPoint],
    waits: Iterable[WaitingStretch],
    *,
    journey: Journey | None = None,
) -> Figure:
    """Draw the customer's journey over the process.

    From top to bottom: the phases, what the customer does, sees and feels, the waiting with what
    goes on behind it, and below the line of interaction the touchpoints and who stands there.
    Colour is never the only sign. Without a journey the picture shows what the model knows: where
    the customer meets somebody, and where the customer waits.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    points : iterable of InteractionPoint
        Where the customer meets the organisation, as `find_interaction_points` finds them.
    waits : iterable of WaitingStretch
        Where the customer waits, as `find_waiting_stretches` finds them.
    journey : Journey or None
        What people declared; by default what the model carries. The steps of a journey from
        elsewhere are drawn, but bind to no flow node and so to no point and no wait.

    Returns
    -------
    matplotlib.figure.Figure
        The picture; 1.6 inches for each step. It shows itself in a notebook. `save_figure` saves
        it, and so does its own ``savefig``.

    Notes
    -----
    Characters that DejaVu Sans and matplotlib's setting ``font.family`` do not hold are boxes in
    PNG and PDF; in SVG they stay what they are.

    Examples
    --------
    >>> from cjbpmn.document import read_document
    >>> from cjbpmn.graph import build_graph
    >>> graph = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> figure = draw_journey_map(graph, [], [])
    >>> float(figure.get_figwidth())
    7.0
    """
    story = tell_story(graph, points, waits, journey)
    frame = Frame(len(story.moments), lead=any(wait.first < 0 for wait in story.waits))
    rows = [row for row in _rows(story, frame) if row is not None]
    height = 2 * MARGIN + sum(row.height for row in rows) + _GAP * (len(rows) - 1)
    with settled():
        picture = Picture(frame.width, height, clean(story.title))
        sheet = Sheet(picture.add_axes((0.0, 0.0, 1.0, 1.0)), frame.width, height)
        top = MARGIN
        for row in rows:
            _draw_label(sheet, row, top)
            row.draw(sheet, top)
            top += row.height + _GAP
    return picture


def _rows(story: Story, frame: Frame) -> list[Row | None]:
    if not story.moments:
        return [_title_row(story, frame), _nothing_row(story, frame)]
    return [
        _title_row(story, frame),
        phase_row(story, frame),
        activity_row(story, frame),
        evidence_row(story, frame),
        emotion_row(story, frame),
        waiting_row(story, frame),
        touchpoint_row(story, frame),
        legend_row(story, frame),
    ]


def _draw_label(sheet: Sheet, row: Row, top: float) -> None:
    lines = wrap(row.label, LABELS - 0.55, STRONG)
    sheet.write(lines, (MARGIN, top), STRONG, align="left")


def _title_row(story: Story, frame: Frame) -> Row:
    room = frame.width - 2 * MARGIN
    title = wrap(story.title, room, _TITLE, most=2)
    rest = [line for text in story.subtitles for line in wrap(text, room, _SUBTITLE, most=2)]
    height = len(title) * _TITLE.height + len(rest) * _SUBTITLE.height

    def draw(sheet: Sheet, top: float) -> None:
        top = sheet.write(title, (MARGIN, top), _TITLE, align="left")
        sheet.write(rest, (MARGIN, top), _SUBTITLE, align="left")

    return Row("", height, draw)


def _nothing_row(story: Story, frame: Frame) -> Row:
    lines = [
        line
        for text in story.notes or (story.wording.say("nothing"),)
        for line in wrap(text, frame.width - 2 * MARGIN, NORMAL, most=4)
    ]

    def draw(sheet: Sheet, top: float) -> None:
        sheet.write(lines, (MARGIN, top), NORMAL, align="left")

    return Row("", len(lines) * NORMAL.height, draw)
