"""What values of the vocabulary are called in drawings: as the journey speaks, and back."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Final

from cjbpmn import lexicon
from cjbpmn.vocabulary import Channel, Source

_SECTIONS: Final[Mapping[type[StrEnum], str]] = {Channel: "channel", Source: "source"}
"""Where their words stand in ``words/*.toml``."""


def value_name(kind: type[StrEnum], value: str, language: str) -> str:
    """Return what a value is called in a drawing.

    Parameters
    ----------
    kind : type of Channel or Source
        Of what it is one.
    value : str
        One of these, or whatever people call it.
    language : str
        One of `cjbpmn.lexicon.languages`.

    Returns
    -------
    str
        The first of the words that the language has for it; in English, and where there is none,
        the value as it is.

    Examples
    --------
    >>> value_name(Channel, "phone", "nl"), value_name(Channel, "phone", "en")
    ('telefoon', 'phone')
    >>> value_name(Channel, "pigeon", "nl")
    'pigeon'
    """
    if language == "en":
        return value
    words: tuple[str, ...] = lexicon.words(language)[_SECTIONS[kind]].get(value, (value,))
    return words[0]


def value_called(kind: type[StrEnum], name: str) -> str | None:
    """Return the value that a drawing calls by a name.

    Parameters
    ----------
    kind : type of Channel or Source
        Of what it may be one.
    name : str
        As `value_name` writes it, in any language.

    Returns
    -------
    str or None
        The value; None where no drawing of ours says so.

    Examples
    --------
    >>> value_called(Channel, "Telefon"), value_called(Source, "Kunde"), value_called(Source, "?")
    ('phone', 'customer', None)
    """
    return _values(kind).get(name)


@cache
def _values(kind: type[StrEnum]) -> dict[str, str]:
    """Return the values by what drawings call them; the English words win."""
    found = {
        value_name(kind, value, language): value.value
        for language in lexicon.languages()
        for value in kind
    }
    return found | {value: value.value for value in kind}
