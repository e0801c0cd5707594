"""Answers of a survey, gathered to feelings at the steps of a journey."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from cjbpmn.errors import CjbpmnWarning
from cjbpmn.journey import Emotion, Journey, Step
from cjbpmn.journey.forms import Form
from cjbpmn.journey.registers.dates import period_of
from cjbpmn.journey.registers.places import Model, Places
from cjbpmn.journey.registers.register import (
    Register,
    RegisterRow,
    node_under,
    text_under,
    why_not_one,
)
from cjbpmn.journey.tables.headers import Place, find_place
from cjbpmn.journey.tables.rows import Cell
from cjbpmn.journey.yaml import Entry, Node, Note, invalid
from cjbpmn.vocabulary import Method, Source

if TYPE_CHECKING:
    import pandas as pd

FORM: Final = Form(
    {
        "step": "text",
        "element": "text",
        "score": "text",
        "verbatim": "text",
        "source": "choice",
        "method": "choice",
        "date": "text",
        "persona": "text",
    },
    "score: 4",
    "score",
)
"""The columns of a table of answers."""

QUOTES: Final = 3
"""So many answers in the customer's own words are kept for a step."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_SCALE: Final = re.compile(r"[+-]?[0-9]+[^0-9]+[0-9]+")
_OURS: Final = (-2.0, 2.0)
_NONE: Final = -1
_SCALE_FORM: Final = Form({"scale": "scale"}, "scale: 1-5")


@dataclass(frozen=True, slots=True)
class SurveyResult:
    """A journey with the answers of a survey, and where each of them went.

    Parameters
    ----------
    journey : Journey
        The journey, with a feeling for each step and source that has answers.
    matched : tuple of RegisterRow
        The rows that belong to a step.
    unmatched : tuple of RegisterRow
        The rows that belong to none, with the reason.
    """

    journey: Journey
    matched: tuple[RegisterRow, ...]
    unmatched: tuple[RegisterRow, ...]


class _Who(NamedTuple):
    """Whose answers are taken together: those of one source are never mixed with others."""

    step: int
    source: str
    method: str
    persona: str | None


@dataclass
class _Answers:
    """The answers of one source about one step."""

    values: list[float] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)


def add_survey(
    journey: Journey,
    table: str | Path | pd.DataFrame,
    *,
    scale: str | tuple[float, float] | None = None,
    graph: Model | None = None,
) -> SurveyResult:
    """Gather the answers of a survey at the steps of a journey.

    A row names its step by the words of the step, its number, or an element that it meets. The
    answers of one source about one step become one feeling: the median, how many answers there
    were, how far they lie apart, up to three of them in the customer's own words, and from when
    until when they were given. What nobody says about its source is taken for a customer's.

    Parameters
    ----------
    journey : Journey
        What people declared.
    table : str, pathlib.Path or pandas.DataFrame
        The answers: a column ``step`` or ``element``, a column ``score``, and if there are
        ``verbatim``, ``source``, ``method``, ``date`` and ``persona``.
    scale : str, tuple of float, or None
        The lowest and the highest score, such as ``"1-5"``; None where the header says it, as in
        ``score (1-5)``, where a row ``scale`` above it does, or where scores are words.
    graph : ProcessGraph or None
        The model; with it, an element may be named by its id.

    Returns
    -------
    SurveyResult
        The journey, and the rows with their places.

    Raises
    ------
    InvalidJourney
        If a score is none, or nothing says on which scale the scores are; all mistakes at once.

    Warns
    -----
    CjbpmnWarning
        If a date cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"step": [1, 1, "eat"], "score": [4, 1, 5]})
    >>> result = add_survey(Journey("Lunch", steps=(Step("I order"),)), answers, scale="1-5")
    >>> result.journey.steps[0].feels[0].value, result.journey.steps[0].feels[0].n
    (-0.5, 2)
    >>> [(row.line, row.reason) for row in result.unmatched]
    [(3, "no step is called 'eat'")]
    """
    notes: list[Note] = []
    register = Register(table, FORM, notes)
    found = _scale(register, scale)
    places = Places(journey, graph)
    gathered: dict[_Who, _Answers] = {}
    matched, unmatched = [], []
    for number, row in enumerate(register.rows):
        step, reason = _step(row, places)
        who = _who(row, register, step)
        value = _value(row, register, found)
        if value is None and reason is None:
            reason = "there is no score"
        if reason is not None:
            unmatched.append(register.row(number, None, reason))
            continue
        answers = gathered.setdefault(who, _Answers())
        answers.values += [value] if value is not None else []
        answers.says += filter(None, [text_under(row, "verbatim")])
        answers.dates += filter(None, [text_under(row, "date")])
        matched.append(register.row(number, journey.steps[step].do))
    register.reader.check()
    steps = list(journey.steps)
    for who, answers in gathered.items():
        emotion, doubt = _emotion(who, answers, found)
        notes += [(0, str(invalid(doubt, register.grid.path, None)))] if doubt else []
        steps[who.step] = _with_feeling(steps[who.step], emotion)
    for note in dict.fromkeys(text for _, text in notes):
        warnings.warn(note, CjbpmnWarning, stacklevel=2)
    return SurveyResult(replace(journey, steps=tuple(steps)), tuple(matched), tuple(unmatched))


def _step(row: Cell, places: Places) -> tuple[int, str | None]:
    """Return the one step that a row belongs to, or why it belongs to none."""
    named = [text for key in ("step", "element") if (text := text_under(row, key))]
    known = [found for text in named if (found := set(places.steps(text)))]
    meant = sorted(set.intersection(*known)) if known else []
    if known and not meant:
        return _NONE, f"{named[0]!r} and {named[1]!r} are different steps"
    steps = [f"step {number + 1} ({places.journey.steps[number].do})" for number in meant]
    return (*meant, _NONE)[0], why_not_one(steps, ", ".join(named), "step")


def _who(row: Cell, register: Register, step: int) -> _Who:
    said = {}
    for key in ("source", "method"):
        node = node_under(row, key)
        said[key] = register.reader.attempt(register.reader.choice, node) if node else None
    return _Who(
        step,
        said["source"] or Source.CUSTOMER.value,
        said["method"] or Method.SURVEY.value,
        text_under(row, "persona") or None,
    )


def _scale(
    register: Register, scale: str | tuple[float, float] | None
) -> tuple[float, float] | None:
    """Find the scale: as it is given, or as the table says it; negative scores are on ours."""
    reader = register.reader
    if isinstance(scale, tuple):
        scale = f"{scale[0]:g} to {scale[1]:g}"
    header = register.column("score")
    if scale is None and header is not None and _SCALE.fullmatch(header.remark):
        scale = header.remark
    for row in register.above:
        if scale is None and find_place(row.cells[0], _SCALE_FORM) == Place("scale"):
            scale = " ".join(row.cells[1:]).strip()
    if scale is not None:
        return reader.scale(Node(scale, "scale"))
    scores = [text_under(row, "score") for row in register.rows] if header else []
    numbers = [float(text.replace(",", ".")) for text in scores if _NUMBER.fullmatch(text)]
    if not numbers or (min(numbers) < 0 and -min(numbers) <= _OURS[1] >= max(numbers)):
        return None
    message = (
        f"nothing says on which scale the scores are ({min(numbers):g} to {max(numbers):g} occur);"
        " say it, such as --scale 1-5, or write the header as 'score (1-5)'"
    )
    reader.refuse(invalid(message, register.grid.path, None))
    # So every score is on it, and nothing more is said of this.
    return min(numbers) - 1, max(numbers)


def _value(row: Cell, register: Register, scale: tuple[float, float] | None) -> float | None:
    node = node_under(row, "score")
    if node is None:
        return None
    register.reader.scale_of_feelings = scale
    entries = {"value": Entry("value", replace(node, key="value"))}
    emotions = register.reader.emotions(replace(node, value=entries, key="score"))
    return emotions[0].value if emotions else None


def _emotion(
    who: _Who, answers: _Answers, scale: tuple[float, float] | None
) -> tuple[Emotion, str | None]:
    value = round(median(answers.values), 6)
    label = None
    if scale is not None and scale != _OURS:
        low, high = scale
        label = f"{round(low + (value + 2) * (high - low) / 4, 6):g} on {low:g} to {high:g}"
    period = period_of(answers.dates)
    emotion = Emotion(
        value,
        label=label,
        says=_quotes(answers.says),
        source=who.source,
        method=who.method,
        n=len(answers.values),
        spread=round(max(answers.values) - min(answers.values), 6),
        date=period.text,
        persona=who.persona,
    )
    return emotion, period.doubt


def _quotes(says: Iterable[str]) -> str | None:
    first = list(dict.fromkeys(" ".join(text.split()) for text in says))[:QUOTES]
    return " / ".join(first) or None


def _with_feeling(step: Step, emotion: Emotion) -> Step:
    """Add a feeling; the same survey read before gives way to it."""
    kept = [one for one in step.feels if _origin(one) != _origin(emotion)]
    return replace(step, feels=(*kept, emotion))


def _origin(emotion: Emotion) -> tuple[str | None, ...]:
    return emotion.source, emotion.method, emotion.persona, emotion.date
