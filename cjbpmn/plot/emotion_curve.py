"""The emotion curve: one series for each source, never mixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Final

from cjbpmn.emotion_scale import SCALE, emotion_step
from cjbpmn.journey import Emotion
from cjbpmn.plot.frame import LABELS, MARGIN, TEXT, Frame, Row
from cjbpmn.plot.lettering import GREY, INK, NORMAL, SMALL, Letters, clean, wrap
from cjbpmn.plot.sheet import LIGHT, PAPER, Sheet
from cjbpmn.plot.story import Story
from cjbpmn.plot.waiting_bars import WAITING_FILL, WAITING_INK, shaded_spans
from cjbpmn.vocabulary import Source

SERIES: Final[Mapping[str | None, tuple[str, Any, str]]] = {
    Source.CUSTOMER: ("o", "-", INK),
    Source.EMPLOYEE: ("s", (0, (5, 2)), "#6A3D9A"),
    Source.EXPERT: ("D", (0, (6, 2, 1, 2)), "#33691E"),
    Source.DATA: ("^", (0, (1, 1)), "#00695C"),
    Source.ASSUMED: ("v", (0, (2, 2)), GREY),
    None: ("h", (0, (8, 3)), GREY),
}
"""By source: the mark, the line and its colour."""

_UNIT: Final = 0.4  # inches: one step of the scale
_CLEAR: Final = 0.1  # between a mark and its words
_DODGE: Final = 0.09
_QUOTE: Final = Letters(7.0, italic=True)
_LEAST_ROOM: Final = 0.15
_STRONG: Final = 2


@dataclass(frozen=True, slots=True)
class FeltPoint:
    """One mark of the curve.

    Parameters
    ----------
    column : int
        Where it stands.
    value : float
        From -2 to 2.
    source : str or None
        Who says so.
    quote : str
        What was said, or why; may be empty.
    shift : float
        How far it stands beside the middle of its column, in inches.
    above : bool or None
        Whether its words stand above it, or below; None where there is no room for any.
    lines : tuple of str
        Its words, broken.
    """

    column: int
    value: float
    source: str | None
    quote: str = ""
    shift: float = 0.0
    above: bool | None = None
    lines: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The symbol and the number."""
        number = f"{self.value:+.3g}".replace("-", "\N{MINUS SIGN}") if self.value else "0"
        return f"{emotion_step(self.value).symbol} {number}"

    @property
    def reach(self) -> float:
        """How much room its words need, in inches."""
        return _CLEAR + NORMAL.height + len(self.lines) * SMALL.height


def felt_points(story: Story) -> list[FeltPoint]:
    """Find the marks of the curve, and where their words stand.

    Parameters
    ----------
    story : Story
        What is told.

    Returns
    -------
    list of FeltPoint
        Series by series in the order of `SERIES`, each from left to right.
    """
    series = {source: _series(story, source) for source in SERIES}
    extremes = {
        (point.source, point.column): _extreme(points, index)
        for points in series.values()
        for index, point in enumerate(points)
    }
    found: list[FeltPoint] = []
    columns: dict[int, list[FeltPoint]] = {}
    for points in series.values():
        for point in points:
            columns.setdefault(point.column, []).append(point)
    for column in columns.values():
        found += _arrange(column, extremes)
    order = list(SERIES)
    return sorted(found, key=lambda point: (order.index(point.source), point.column))


def _series(story: Story, source: str | None) -> list[FeltPoint]:
    points = []
    for column, moment in enumerate(story.moments):
        told = [
            emotion
            for emotion in (moment.step.feels if moment.step is not None else ())
            if emotion.source == source
        ]
        if told:
            value = median(emotion.value for emotion in told)
            points.append(
                FeltPoint(column, value, source, next(filter(None, map(_quote, told)), ""))
            )
    return points


def _quote(emotion: Emotion) -> str:
    if emotion.says:
        return f"“{clean(emotion.says)}”"
    return clean(emotion.because or "")


def _extreme(points: Sequence[FeltPoint], index: int) -> int:
    """Return 1 at a peak, -1 in a valley, 0 on the way between."""
    value = points[index].value
    beside = [
        point.value
        for point in (*points[max(index - 1, 0) : index], *points[index + 1 : index + 2])
    ]
    if abs(value) >= _STRONG or not beside:
        return 1 if value >= 0 else -1
    if all(value >= other for other in beside):
        return 1
    return -1 if all(value <= other for other in beside) else 0


def _arrange(
    column: list[FeltPoint], extremes: Mapping[tuple[str | None, int], int]
) -> Iterable[FeltPoint]:
    """Give the highest mark of a column the room above it, and the lowest the room below."""
    column = sorted(column, key=lambda point: -point.value)
    for index, point in enumerate(column):
        extreme = extremes[point.source, point.column]
        if len(column) == 1:
            above: bool | None = extreme > 0 or (extreme == 0 and point.value >= 0)
        else:
            above = True if index == 0 else False if index == len(column) - 1 else None
        twins = [other for other in column if abs(other.value - point.value) * _UNIT < 2 * _DODGE]
        shift = (twins.index(point) - (len(twins) - 1) / 2) * 2 * _DODGE
        quote = wrap(point.quote, TEXT, _QUOTE, most=3) if extreme and above is not None else []
        yield replace(point, above=above, shift=shift, lines=tuple(quote))


def emotion_row(story: Story, frame: Frame) -> Row | None:
    """Lay out the emotion curve.

    Parameters
    ----------
    story : Story
        What is told.
    frame : Frame
        Where the columns stand.

    Returns
    -------
    Row or None
        None where nobody says how the customer feels.
    """
    points = felt_points(story)
    if not points:
        return None
    head = _room(points, above=True)
    foot = _room(points, above=False)
    height = head + 4 * _UNIT + foot

    def draw(sheet: Sheet, top: float) -> None:
        zero = top + head + 2 * _UNIT
        for left, right in shaded_spans(story, frame):
            sheet.box(
                left,
                top,
                right - left,
                height,
                fill=WAITING_FILL,
                edge=WAITING_INK,
                hatch="//",
                alpha=0.35,
                order=0.5,
            )
        _draw_scale(sheet, frame, zero)
        for source in SERIES:
            _draw_series(sheet, frame, zero, [p for p in points if p.source == source])

    return Row(story.wording.say("feel"), height, draw)


def _room(points: Sequence[FeltPoint], *, above: bool) -> float:
    """Return how much room the words need beyond the strongest step of the scale, in inches."""
    sign = 1 if above else -1
    needed = (
        point.reach - (_STRONG - sign * point.value) * _UNIT
        for point in points
        if point.above is above
    )
    return max([_LEAST_ROOM, *needed])


def _draw_scale(sheet: Sheet, frame: Frame, zero: float) -> None:
    edge = MARGIN + LABELS - 0.08
    for value, step in SCALE.items():
        y = zero - value * _UNIT
        style = "-" if value == 0 else (0, (1, 3))
        sheet.line([edge, frame.end], [y, y], color=LIGHT, linewidth=0.7, linestyle=style, order=1)
        label = f"{step.symbol} {step.number}"
        letters = Letters(NORMAL.size, step.stroke)
        sheet.write([label], (edge - 0.05, y - NORMAL.height / 2), letters, align="right")


def _draw_series(sheet: Sheet, frame: Frame, zero: float, points: Sequence[FeltPoint]) -> None:
    if not points:
        return
    mark, line, colour = SERIES[points[0].source]
    places = [(frame.centre(p.column) + p.shift, zero - p.value * _UNIT) for p in points]
    xs, ys = zip(*places, strict=True)
    sheet.line(xs, ys, color=colour, linewidth=1.4, linestyle=line)
    for point, (x, y) in zip(points, places, strict=True):
        step = emotion_step(point.value)
        sheet.line(
            [x],
            [y],
            marker=mark,
            markersize=8,
            markerfacecolor=step.fill,
            markeredgecolor=step.stroke,
            markeredgewidth=1.4,
            linestyle="none",
            order=5,
        )
        if point.above is not None:
            _draw_words(sheet, point, frame.centre(point.column), y)


def _draw_words(sheet: Sheet, point: FeltPoint, x: float, y: float) -> None:
    """Write symbol and number next to the mark, and the quote on the far side of them."""
    number = Letters(NORMAL.size, emotion_step(point.value).stroke, bold=True)
    quote = _QUOTE
    if point.above:
        top = y - point.reach
        top = sheet.write(point.lines, (x, top), quote, ground=PAPER)
        sheet.write([point.label], (x, top), number, ground=PAPER)
    else:
        top = sheet.write([point.label], (x, y + _CLEAR), number, ground=PAPER)
        sheet.write(point.lines, (x, top), quote, ground=PAPER)
