"""The customer's steps as a Mermaid journey diagram, for pages that draw such.

Mermaid knows a title, sections, and tasks with a score from 1 to 5 and an actor. Everything else
of a journey stays behind.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import Final

from cjbpmn.journey import Journey, Step
from cjbpmn.journey.feelings import emotion_of

_MIDDLE: Final = 3
"""Mermaid has no score for what nobody said, so this one, and a mark behind the text."""
_NOT_ASKED: Final = " (?)"
_NOTE: Final = "%% (?) nobody said how that felt; it is drawn in the middle"
_NOTHING: Final = "-"
# Each of these means something to Mermaid, to the HTML in it, or to the formulas in that.
_SPECIAL: Final = re.compile(r"""[#;:,"'<>&%{}$`~\\]""")
# What a line cannot begin with, for Mermaid would take it for one of its own words.
_KEYWORD: Final = re.compile(r"title|section|journey|acctitle|accdescr|---", re.IGNORECASE)


def to_mermaid(journey: Journey, *, actor: str | None = None) -> str:
    """Write the steps of a journey as a Mermaid journey diagram.

    A section is drawn for each phase, as often as the steps come back to it. The score is the
    emotion, -2 to 2 as 1 to 5: what customers said; where they said nothing, what others estimate.
    A step of which nobody said anything is drawn in the middle and marked with ``(?)``.

    Parameters
    ----------
    journey : Journey
        What people declared.
    actor : str or None
        What the customer is called; by default as the persona, else as the customer of the
        journey.

    Returns
    -------
    str
        The text of the diagram; whatever the texts of the journey hold, it is well-formed.

    Examples
    --------
    >>> from cjbpmn.journey import Emotion
    >>> journey = Journey("Lunch", steps=(
    ...     Step("I pay: cash", phase="ordering", feels=(Emotion(-1),)),
    ...     Step("I eat", phase="eating"),
    ... ))
    >>> print(to_mermaid(journey), end="")
    journey
        %% (?) nobody said how that felt; it is drawn in the middle
        title Lunch
        section ordering
        I pay#58; cash: 2: Customer
        section eating
        I eat (?): 3: Customer
    """
    persona = journey.persona.name if journey.persona else ""
    name = _text(actor or persona or journey.customer or "") or "Customer"
    lines = ["journey"]
    if any(not step.feels for step in journey.steps):
        lines.append(_NOTE)
    if title := _text(journey.name):
        lines.append(f"title {title}")
    has_phases = any(step.phase for step in journey.steps)
    for phase, steps in groupby(journey.steps, key=lambda step: step.phase):
        if has_phases:
            lines.append(f"section {_text(phase or '') or _NOTHING}")
        lines += [f"{_task(step)}: {name}" for step in steps]
    return "\n    ".join(lines) + "\n"


def _task(step: Step) -> str:
    value = emotion_of(step.feels)
    text = _text(step.do) or _NOTHING
    if _KEYWORD.match(text):
        text = _coded(text[0]) + text[1:]
    if value is None:
        return f"{text}{_NOT_ASKED}: {_MIDDLE}"
    return f"{text}: {round(value + _MIDDLE, 2):g}"


def _text(text: str) -> str:
    """Write a text on one line, with what would be taken for markup as character codes."""
    line = " ".join(text.split())
    shown = "".join(one for one in line if unicodedata.category(one) not in {"Cc", "Cs"})
    return _SPECIAL.sub(lambda found: _coded(found[0]), shown).strip()


def _coded(character: str) -> str:
    return f"#{ord(character)};"
