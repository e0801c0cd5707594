"""Cue words from ``words/*.toml``, one data file a language.

The folder is the list of languages: a new language is a new file.
"""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

# Barred letters have no decomposition, and a text processor writes apostrophes and dashes at will.
_PLAIN: Final = str.maketrans(
    "\u0142\u0111\u00f8\u2018\u2019\u02bc\u2010\u2011\u2013\u2014\u2212",
    "ldo'''-----",
)


def languages() -> tuple[str, ...]:
    """List the languages that have a file of words.

    Returns
    -------
    tuple of str
        Their codes (ISO 639-1), sorted.

    Examples
    --------
    >>> "en" in languages()
    True
    """
    return tuple(sorted(_files()))


def words(language: str) -> Mapping[str, Any]:
    """Return everything that the file of a language says.

    Parameters
    ----------
    language : str
        A language tag; of ``"nl-BE"`` only the language ``nl`` counts.

    Returns
    -------
    Mapping
        Sections by name; it cannot be changed, since everybody shares it.

    Raises
    ------
    KeyError
        If there is no file for this language.

    Examples
    --------
    >>> words("nl")["wait"]["cues"]
    ('wachten', 'wachtrij', 'aan de beurt')
    """
    code = fold(language).replace("_", "-").partition("-")[0]
    if code not in _files():
        raise KeyError(f"no words for {language!r}; there are words for {', '.join(languages())}")
    return _read(code)


def fold(text: str) -> str:
    """Make a text comparable: lower case, no accents, one kind of space, dash and apostrophe.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        A text of the same length as the NFC form of `text`, so that places stay places.

    Examples
    --------
    >>> fold("Día\N{NO-BREAK SPACE}hábil \N{EN DASH} Łódź")
    'dia habil - lodz'
    """
    return "".join(map(_fold_character, unicodedata.normalize("NFC", text))).translate(_PLAIN)


@cache
def meanings(*section: str) -> Mapping[str, frozenset[tuple[str, str]]]:
    """Turn a section of all languages around: what can a word mean, and in which language.

    Parameters
    ----------
    *section : str
        The name of a section that maps a meaning to its words; then of the part in it.

    Returns
    -------
    Mapping of str to frozenset of (str, str)
        By folded word, the pairs of language and meaning.

    Examples
    --------
    >>> sorted(meanings("channel")["mail"])
    [('en', 'letter'), ('nl', 'email')]
    """
    found: dict[str, set[tuple[str, str]]] = {}
    for language in languages():
        for meaning, word in _pairs(language, section):
            found.setdefault(fold(word), set()).add((language, meaning))
    return MappingProxyType({word: frozenset(pairs) for word, pairs in found.items()})


def _pairs(language: str, section: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    part = words(language)
    for name in section:
        part = part[name]
    for meaning, listed in part.items():
        for word in (listed,) if isinstance(listed, str) else listed:
            yield meaning, word


@cache
def _files() -> Mapping[str, Traversable]:
    folder = files("cjbpmn") / "words"
    return {
        file.name.removesuffix(".toml"): file
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }


@cache
def _read(code: str) -> Mapping[str, Any]:
    frozen: Mapping[str, Any] = _freeze(tomllib.loads(_files()[code].read_text("utf-8")))
    return frozen


def _freeze(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _freeze(part) for key, part in value.items()})
    return tuple(map(_freeze, value)) if isinstance(value, list) else value


@cache
def _fold_character(character: str) -> str:
    if character.isspace():
        return " "
    letters = unicodedata.normalize("NFD", character)
    # Accents are left off; what makes a kana or a Hangul syllable another one is no accent.
    return (letters if all(map(_is_accent, letters[1:])) else character).lower()[0]


def _is_accent(mark: str) -> bool:
    return "\u0300" <= mark <= "\u036f"


def guess_language(sentences: Iterable[str]) -> str:
    """Guess in which language somebody speaks of himself.

    Parameters
    ----------
    sentences : iterable of str
        In the first person.

    Returns
    -------
    str
        The language whose words for *I* and *my* occur most; English where none does.

    Examples
    --------
    >>> guess_language(["Ik bel de verzekeraar", "Ik wacht"])
    'nl'
    """
    spoken = [fold(word) for sentence in sentences for word in sentence.split()]
    counts = {
        language: sum(
            spoken.count(fold(word)) for word in words(language)["swimlane"]["first_person"]
        )
        for language in languages()
    }
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else "en"


def language_of(told: str | None, sentences: Iterable[str]) -> str:
    """Say in which language somebody speaks of himself: as told, if there are words for it.

    Parameters
    ----------
    told : str or None
        A language tag; of ``"nl-BE"`` only the language ``nl`` counts.
    sentences : iterable of str
        In the first person; the language is guessed from them where it is not told.

    Returns
    -------
    str
        One of `languages`.

    Examples
    --------
    >>> language_of("de-AT", []), language_of("fi", ["I call them"])
    ('de', 'en')
    """
    code = (told or "").partition("-")[0].lower()
    return code if code in _files() else guess_language(sentences)


def guess_language_of_labels(labels: Iterable[str]) -> str:
    """Guess in which language the labels of a model are written.

    Parameters
    ----------
    labels : iterable of str
        Names of activities and events.

    Returns
    -------
    str
        The language of whose verbs most occur; English where none does.

    Examples
    --------
    >>> guess_language_of_labels(["Factuur versturen", "Klant bellen"])
    'nl'
    """
    spoken = [word for label in labels for word in fold(label).split()]
    counts = {language: sum(map(_verbs(language).__contains__, spoken)) for language in languages()}
    best = max(counts, key=lambda language: (counts[language], language == "en"))
    return best if counts[best] else "en"


def addresses_customer(label: str) -> bool:
    """Tell whether an activity's verb is one of addressing somebody outside.

    Parameters
    ----------
    label : str
        Its name.

    Returns
    -------
    bool
        Whether its first word, or its last as in Dutch and German, is such a verb.

    Examples
    --------
    >>> addresses_customer("Send invoice"), addresses_customer("Factuur versturen")
    (True, True)
    """
    spoken = fold(label).split()
    return any(
        word in _verbs(language, "to_customer")
        for language in languages()
        for word in {*spoken[:1], *spoken[-1:]}
    )


@cache
def _verbs(language: str, *sides: str) -> frozenset[str]:
    verbs = words(language)["verbs"]
    return frozenset(fold(verb) for side in sides or verbs for verb in verbs[side])
