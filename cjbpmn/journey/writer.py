"""A journey as a text that people go on writing by hand: YAML, or JSON."""

from __future__ import annotations

import json
import re
from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, PlainScalarString

from cjbpmn.journey import Journey
from cjbpmn.journey.plain import plain_journey

_SHORT: Final = 110  # characters that a mapping may take on one line
_NEEDS_QUOTES: Final = re.compile(
    r"[\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb]"
    r"|^[^\w(]|\s$|^$|^(?:null|Null|NULL)$|: |:$| #|[{}\[\]]"
)


def journey_to_yaml(journey: Journey) -> str:
    """Return a journey as the text of a journey file.

    Parameters
    ----------
    journey : Journey
        Any journey.

    Returns
    -------
    str
        YAML 1.2; `read_journey` makes the same journey of it.

    Examples
    --------
    >>> from cjbpmn.journey import Emotion, Journey, Step
    >>> step = Step("I wait", told="no", feels=(Emotion(-1, because="I hear nothing"),))
    >>> print(journey_to_yaml(Journey("Lunch", steps=(step,))), end="")
    cjbpmn: 1
    journey: Lunch
    steps:
      - do: I wait
        feels: {value: -1, because: I hear nothing}
        told: no
    """
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 10**6  # a text that goes on in the next line is hard to edit
    yaml.allow_unicode = True
    stream = StringIO()
    yaml.dump(_dressed(plain_journey(journey), top=True), stream)
    return stream.getvalue()


def journey_to_json(journey: Journey) -> str:
    """Return a journey as JSON, with the same keys as a journey file in YAML.

    Parameters
    ----------
    journey : Journey
        Any journey.

    Returns
    -------
    str
        A JSON document.
    """
    return json.dumps(plain_journey(journey), indent=2, ensure_ascii=False) + "\n"


def text_as_yaml(text: str) -> str:
    """Return a text as it stands behind a key, in quotes where YAML needs them.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> print(text_as_yaml("I ask"), text_as_yaml("I ask: when?"))
    I ask "I ask: when?"
    """
    return json.dumps(text, ensure_ascii=False) if _NEEDS_QUOTES.search(text) else text


def _dressed(value: Any, *, top: bool = False) -> Any:
    """Give plain values the look of a file written by hand."""
    if isinstance(value, dict):
        made = CommentedMap({_text(key): _dressed(part) for key, part in value.items()})
        if not top and "do" not in value and "see" not in value and _is_short(value):
            made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        items = CommentedSeq(_dressed(part) for part in value)
        if not any(isinstance(part, dict) for part in value) and _is_short(value):
            items.fa.set_flow_style()
        return items
    return _text(value) if isinstance(value, str) else value


def _is_short(value: Any) -> bool:
    return len(json.dumps(value, ensure_ascii=False)) <= _SHORT


def _text(text: str) -> str:
    kind = DoubleQuotedScalarString if _NEEDS_QUOTES.search(text) else PlainScalarString
    made: str = kind(text)
    return made
