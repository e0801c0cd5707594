"""Journey files: read what people wrote by hand, and write what they go on writing.

YAML is only the notation: its types are not used, since the key tells what its value means
(``told: no`` and ``at: 12:30`` mean what they say). First the text becomes a tree of texts with
their lines; then the tree becomes a `Journey`. Every complaint names the line and the remedy. JSON
is read as the YAML that it is; tables have modules of their own.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from cjbpmn.atomic import write_bytes
from cjbpmn.errors import CjbpmnWarning, InvalidJourney, InvalidValue
from cjbpmn.journey import Journey
from cjbpmn.journey.mermaid import to_mermaid
from cjbpmn.journey.reader import Reader
from cjbpmn.journey.tables.spreadsheet import journey_of_spreadsheet, write_spreadsheet
from cjbpmn.journey.tables.table import ENDINGS as TABLES
from cjbpmn.journey.tables.table import journey_of_tables, write_table
from cjbpmn.journey.tables.workbook import ENDINGS as SPREADSHEETS
from cjbpmn.journey.writer import journey_to_json, journey_to_yaml
from cjbpmn.journey.yaml import Note, Planter, invalid, read_text, tree_of

_OTHER_SPREADSHEETS: Final = (".xls", ".xlsb", ".ods", ".numbers")
_PAIR: Final = re.compile(
    r"(?P<stroke>\\\\)|\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
)


def read_journey(source: str | Path | Mapping[str, Any]) -> Journey:
    """Read a journey.

    Parameters
    ----------
    source : str, pathlib.Path or Mapping
        The path of a file: a table where its name ends in ``.csv``, ``.tsv`` or ``.xlsx``, JSON
        where it ends in ``.json``, else YAML; or the YAML itself, where a text has a line break
        in it; or what such a file holds.

    Returns
    -------
    Journey
        What people declared. References to a model are texts still.

    Raises
    ------
    InvalidJourney
        If the file cannot be understood; the error names the line and what to write instead.

    Warns
    -----
    CjbpmnWarning
        If a key or a channel is unknown, or a text seems to be cut off; everything is kept.

    Examples
    --------
    >>> journey = read_journey('''
    ... journey: Lunch
    ... steps:
    ...   - do: I stand in the queue
    ...     waits: 8 min
    ...     told: no
    ...     feels: {value: -1, because: I cannot see how fast it moves}
    ... ''')
    >>> journey.steps[0].waits, journey.steps[0].told
    (TimeSpan(text='8 min', hours=0.13333333333333333, working=False), 'no')
    """
    notes: list[Note] = []
    if isinstance(source, Mapping):
        journey = Reader(None, notes).journey(tree_of(source))
    elif isinstance(source, str) and "\n" in source:
        journey = Reader(None, notes).journey(Planter(source, None, notes).plant())
    else:
        journey = _read_file(str(source), notes)
    for _, note in sorted(dict.fromkeys(notes), key=itemgetter(0)):
        warnings.warn(note, CjbpmnWarning, stacklevel=2)
    return journey


def write_journey(journey: Journey, path: str | Path) -> None:
    """Write a journey file, in the notation that its name says.

    Parameters
    ----------
    journey : Journey
        Any journey.
    path : str or pathlib.Path
        The file: a table where its name ends in ``.csv``, ``.tsv`` or ``.xlsx``, JSON where it ends
        in ``.json``, a Mermaid diagram where it ends in ``.mmd`` or ``.mermaid``, YAML where it
        ends in ``.yaml`` or ``.yml``, or in nothing. What stood there is replaced as a whole.

    Raises
    ------
    InvalidValue
        If the name ends in another way, as if the file were something else.
    NotWritten
        If it cannot be written; what stood there is whole.

    Warns
    -----
    CjbpmnWarning
        If a table cannot hold a part of the journey.
    """
    ending = Path(path).suffix.lower()
    if ending not in {"", *ENDINGS}:
        raise InvalidValue(f"a journey file ends in one of {', '.join(ENDINGS)}", path=str(path))
    if ending in TABLES:
        write_table(journey, path)
    elif ending in SPREADSHEETS:
        write_spreadsheet(journey, path)
    else:
        write = _NOTATIONS.get(ending, journey_to_yaml)
        write_bytes(path, write(journey).encode())


_NOTATIONS: Final = {
    ".json": journey_to_json,
    ".mmd": to_mermaid,
    ".mermaid": to_mermaid,
}


YAML_ENDINGS: Final = (".yaml", ".yml")
"""How the names of YAML files end."""

ENDINGS: Final = (*YAML_ENDINGS, *_NOTATIONS, *TABLES, *SPREADSHEETS)
"""How the names of journey files end that can be written."""


def _read_file(path: str, notes: list[Note]) -> Journey:
    ending = Path(path).suffix.lower()
    if ending in TABLES:
        return journey_of_tables(path, None, notes)
    if ending in SPREADSHEETS:
        return journey_of_spreadsheet(path, notes)
    if ending in _OTHER_SPREADSHEETS:
        raise InvalidJourney("save the spreadsheet as .xlsx or as CSV", path=path)
    text = read_text(path, notes)
    if ending == ".json":
        text = _json_as_yaml(text, path)
    return Reader(path, notes).journey(Planter(text, path, notes).plant())


def _json_as_yaml(text: str, path: str) -> str:
    """Return the same lines as YAML, which knows neither tabs nor characters in two halves."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        problem = error.msg[:1].lower() + error.msg[1:]
        raise invalid(f"this is no JSON: {problem}", path, error.lineno) from None
    except RecursionError:
        raise InvalidJourney("nested too deeply", path=path) from None
    return _PAIR.sub(_joined, text.replace("\t", " "))


def _joined(found: re.Match[str]) -> str:
    if found["stroke"]:
        return found["stroke"]
    high, low = int(found["high"], 16), int(found["low"], 16)
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
