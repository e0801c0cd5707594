"""A register of complaints, counted at the elements that they are about."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cjbpmn.errors import CjbpmnWarning
from cjbpmn.journey import Journey, Pairs, Statistics
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
from cjbpmn.journey.tables.rows import Cell
from cjbpmn.journey.yaml import Note, invalid

if TYPE_CHECKING:
    import pandas as pd

FORM: Final = Form(
    {
        "date": "text",
        "category": "text",
        "element": "text",
        "step": "text",
        "text": "text",
        "count": "integer",
    },
    "text: nobody called me back",
)
"""The columns of a register of complaints."""

CATEGORY: Final = "category "
"""What the key of a category begins with where its complaints are counted."""

_PLACED_BY: Final = ("element", "step", "text")


@dataclass(frozen=True, slots=True)
class ComplaintsResult:
    """A journey with the complaints that there were, and where each of them went.

    Parameters
    ----------
    journey : Journey
        The journey, with the number of complaints at each element that has some.
    matched : tuple of RegisterRow
        The rows that are about one element.
    unmatched : tuple of RegisterRow
        The others, with the reason.
    """

    journey: Journey
    matched: tuple[RegisterRow, ...]
    unmatched: tuple[RegisterRow, ...]


@dataclass
class _Complaints:
    """The complaints about one element."""

    number: int = 0
    categories: Counter[str] = field(default_factory=Counter)
    dates: list[str] = field(default_factory=list)


def add_complaints(
    journey: Journey, table: str | Path | pd.DataFrame, *, graph: Model | None = None
) -> ComplaintsResult:
    """Count the complaints of a register at the elements that they are about.

    A row names its element, or a step that meets just one. Where it does not, its text is searched
    for names of elements and for the words of steps; it counts where there is exactly one.

    Parameters
    ----------
    journey : Journey
        What people declared.
    table : str, pathlib.Path or pandas.DataFrame
        The register: a column ``element``, ``step`` or ``text``, and if there are ``date``,
        ``category``, and ``count`` where a row stands for several complaints.
    graph : ProcessGraph or None
        The model; with it, elements may be named by their ids, and those that the journey does not
        name count too.

    Returns
    -------
    ComplaintsResult
        The journey, and the rows with their elements.

    Raises
    ------
    InvalidJourney
        If the register cannot be understood; all mistakes at once.

    Warns
    -----
    CjbpmnWarning
        If a date cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> from cjbpmn.journey import Step
    >>> register = pd.DataFrame(
    ...     {
    ...         "date": ["2025-03-05", "2025-04-01"],
    ...         "category": ["late", "late"],
    ...         "text": ["At Deliver parcel nobody rang.", "Too slow!"],
    ...     }
    ... )
    >>> journey = Journey("Boots", steps=(Step("I get my parcel", at=("Deliver parcel",)),))
    >>> result = add_complaints(journey, register)
    >>> counted = result.journey.statistics[0]
    >>> counted.at, counted.complaints, counted.period, counted.extra
    (('Deliver parcel',), 1, '2025-03-05', (('category late', '1'),))
    >>> result.unmatched[0].reason
    'its text names no element'
    """
    notes: list[Note] = []
    register = Register(table, FORM, notes)
    if not any(map(register.column, _PLACED_BY)):
        message = "there is no column 'element', 'step' or 'text'"
        register.reader.refuse(invalid(message, register.grid.path, register.header.line))
    places = Places(journey, graph)
    counted: dict[str, _Complaints] = {}
    matched, unmatched = [], []
    for number, row in enumerate(register.rows):
        element, reason = _element(row, places)
        count = _count(row, register)
        if reason is not None:
            unmatched.append(register.row(number, None, reason))
            continue
        about = counted.setdefault(element, _Complaints())
        about.number += count
        about.categories[text_under(row, "category")] += count
        about.dates += filter(None, [text_under(row, "date")])
        matched.append(register.row(number, element))
    register.reader.check()
    statistics = list(journey.statistics)
    for element, about in counted.items():
        doubt = _add(statistics, element, about)
        notes += [(0, str(invalid(doubt, register.grid.path, None)))] if doubt else []
    for note in dict.fromkeys(text for _, text in notes):
        warnings.warn(note, CjbpmnWarning, stacklevel=2)
    return ComplaintsResult(
        replace(journey, statistics=tuple(statistics)), tuple(matched), tuple(unmatched)
    )


def _element(row: Cell, places: Places) -> tuple[str, str | None]:
    """Return the one element that a row is about, or why there is none."""
    named = [text for key in ("element", "step") if (text := text_under(row, key))]
    if not named:
        return _one(places.mentioned(text_under(row, "text")))
    known = [found for text in named if (found := set(places.elements(text)))]
    meant = sorted(set.intersection(*known)) if known else []
    if known and not meant:
        return "", f"{named[0]!r} and {named[1]!r} are different elements"
    if not known and any(map(places.steps, named)):
        return "", f"the step {named[0]!r} meets no element"
    return (*meant, "")[0], why_not_one(meant, ", ".join(named), "element")


def _one(mentioned: Sequence[str]) -> tuple[str, str | None]:
    if len(mentioned) == 1:
        return mentioned[0], None
    if not mentioned:
        return "", "its text names no element"
    return "", f"its text names several elements: {', '.join(map(repr, mentioned))}"


def _count(row: Cell, register: Register) -> int:
    node = node_under(row, "count")
    found = register.reader.attempt(register.reader.integer, node) if node else 1
    return found or 0


def _add(statistics: list[Statistics], element: str, about: _Complaints) -> str | None:
    """Add what was counted at an element to what is known of it; return what is in doubt."""
    period = period_of(about.dates)
    categories = sorted(about.categories.items(), key=lambda item: (-item[1], item[0]))
    extra: Pairs = tuple((f"{CATEGORY}{name}", str(n)) for name, n in categories if name)
    for number, known in enumerate(statistics):
        is_other_time = known.period not in {None, period.text} and known.complaints is None
        if known.at == (element,) and not is_other_time:
            kept = tuple(pair for pair in known.extra if not pair[0].startswith(CATEGORY))
            statistics[number] = replace(
                known, complaints=about.number, period=period.text, extra=(*kept, *extra)
            )
            return period.doubt
    statistics.append(
        Statistics((element,), complaints=about.number, period=period.text, extra=extra)
    )
    return period.doubt
