"""The columns of a table: what each header means, by the keys of the journey file.

A column is a key of what a row stands for, such as ``channel``; or a key of a part of it, such as
``feels source``, the source of the feeling in the column ``feels``. Headers may be written in any
of the languages of ``words/*.toml``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from cjbpmn.journey import forms
from cjbpmn.journey.forms import Form
from cjbpmn.journey.yaml import key_of
from cjbpmn.lexicon import meanings

PARTS: Final[Mapping[str, Form]] = {
    "channels": forms.CHANNEL,
    "default_of_all": forms.DEFAULT,
    "emotions": forms.EMOTION,
    "evidence": forms.EVIDENCE,
    "fallbacks": forms.FALLBACK,
    "insights": forms.INSIGHT,
    "need": forms.NEED,
    "needs": forms.NEED,
    "persona": forms.PERSONA,
    "validation": forms.VALIDATION,
}
"""The kinds of values that have keys of their own, which are columns too."""

LISTS: Final = frozenset(
    {
        *("channel_names", "channels", "emotions", "evidence", "fallbacks", "insights", "needs"),
        *("closed_days", "phases_of_all", "shifts", "texts"),
    }
)
"""The kinds of values of which a cell may hold several."""

NO_CELLS: Final = frozenset(
    {
        *("branches", "contents", "durations", "measurements", "norms", "observations", "pairs"),
        *("calendars", "statistics", "steps"),
    }
)
"""The kinds of values that no cell can hold."""

_REMARK: Final = re.compile(r"(.*?)\s*[(\[]\s*(.*?)\s*[)\]]")
_TRIMMED: Final = " :*?"
_MUST_BE_THERE: Final = 1000


class Place(NamedTuple):
    """What a column says.

    Parameters
    ----------
    key : str
        A key of what a row stands for.
    part : str
        A key of the part of it that stands there; the empty string for the part itself.
    """

    key: str
    part: str = ""

    @property
    def written(self) -> str:
        """The header as we write it."""
        return " ".join(filter(None, self)).replace("_", " ")


class Column(NamedTuple):
    """A column of one table.

    Parameters
    ----------
    number : int
        Where it stands, from 0.
    written : str
        Its header.
    place : Place or None
        What it says; None where that is not known.
    remark : str
        What stands in brackets in the header: a unit, a scale.
    """

    number: int
    written: str
    place: Place | None
    remark: str = ""


def find_place(written: str, form: Form) -> Place | None:
    """Find what a header means.

    Parameters
    ----------
    written : str
        The header; a remark in brackets does not count.
    form : Form
        What a row stands for.

    Returns
    -------
    Place or None
        What the column says, if that is known.

    Examples
    --------
    >>> find_place("Kanaal", forms.STEP), find_place("Feels source", forms.STEP)
    (Place(key='channel', part=''), Place(key='feels', part='source'))
    """
    text = written.strip(_TRIMMED)
    remark = _REMARK.fullmatch(text)
    return _place(key_of(text), form) or (_place(key_of(remark[1]), form) if remark else None)


def find_column(number: int, written: str, form: Form) -> Column:
    """Find what a column says.

    Parameters
    ----------
    number : int
        Where it stands, from 0.
    written : str
        Its header.
    form : Form
        What a row stands for.

    Returns
    -------
    Column
        With the remark in its header.
    """
    remark = _REMARK.fullmatch(written.strip(_TRIMMED))
    return Column(number, written, find_place(written, form), remark[2] if remark else "")


def count_known(cells: Sequence[str], form: Form) -> int:
    """Count the cells of a row that are the names of columns.

    Parameters
    ----------
    cells : sequence of str
        A row.
    form : Form
        What a row below would stand for.

    Returns
    -------
    int
        How many; many more where the column that must be there is one of them.
    """
    found = [place for cell in cells if cell and (place := find_place(cell, form))]
    return len(found) + (_MUST_BE_THERE if Place(form.main) in found else 0)


def places(form: Form) -> Iterator[Place]:
    """List the columns that a table can have.

    Parameters
    ----------
    form : Form
        What a row stands for.

    Yields
    ------
    Place
        Each of them, what belongs together one after the other.
    """
    for key, kind in form.keys.items():
        if kind in NO_CELLS:
            continue
        yield Place(key)
        if part := PARTS.get(kind):
            yield from (Place(key, one) for one in _keys(part))


def did_you_mean(written: str, form: Form) -> str:
    """Return a question about a header that is not known.

    Parameters
    ----------
    written : str
        The header.
    form : Form
        What a row stands for.

    Returns
    -------
    str
        To be added to a message; the empty string where nothing is spelled alike.

    Examples
    --------
    >>> did_you_mean("Chanel", forms.STEP)
    "; did you mean 'channel'?"
    """
    like = difflib.get_close_matches(key_of(written), _spellings(form), n=1, cutoff=0.75)
    return f"; did you mean {like[0].replace('_', ' ')!r}?" if like else ""


def _place(key: str, form: Form) -> Place | None:
    if found := _known(key, form.keys):
        return None if form.keys[found] in NO_CELLS else Place(found)
    if "feels" in form.keys and (found := _known(key, _keys(forms.EMOTION))):
        return Place("feels", found)
    # The name of a part in front: "feels source", "bron gevoel" not.
    for cut in (found.start() for found in re.finditer("_", key)):
        head, tail = _known(key[:cut], form.keys), key[cut + 1 :]
        part = PARTS.get(form.keys[head]) if head else None
        if head and part and (found := _known(tail, _keys(part)) or (tail if part.is_open else "")):
            return Place(head, found)
    return None


def _keys(part: Form) -> Mapping[str, str]:
    """Return the keys of a part, but for that which its own column holds."""
    return {
        key: kind for key, kind in part.keys.items() if key != part.main and kind not in NO_CELLS
    }


def _known(key: str, keys: Mapping[str, str]) -> str | None:
    if key in keys:
        return key
    meant = _aliases().get(key, frozenset()) & keys.keys()
    return next(iter(meant)) if len(meant) == 1 else None


@cache
def _aliases() -> Mapping[str, frozenset[str]]:
    """Return what each word of the lists can mean."""
    found: dict[str, frozenset[str]] = {}
    for word, pairs in meanings("headers").items():
        found[key_of(word)] = found.get(key_of(word), frozenset()) | {key for _, key in pairs}
    return found


def _spellings(form: Form) -> list[str]:
    aliases = [word for word, meant in _aliases().items() if meant & form.keys.keys()]
    return [*form.keys, *("_".join(filter(None, place)) for place in places(form)), *aliases]
