"""What names and labels say about who the customer is: words for customers and their deeds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from cjbpmn import lexicon
from cjbpmn.customer_words import (
    DOUBTFUL,
    LONG,
    MISSPELT,
    PRIVATE,
    WORD,
    Hit,
    vocabulary,
)
from cjbpmn.graph import FlowNode

_VERY_LONG: Final = 10  # in words so long two slips are forgiven


class Cue(NamedTuple):
    """What speaks for a customer (above zero) or against one, in log-odds."""

    weight: float
    reason: str


# What a name says


@dataclass(frozen=True, slots=True)
class Reading:
    """What the name of a pool or lane says.

    `noun` is the word for a customer in it; `sure`: it says by itself who this is;
    `needs_company`: it can, if something else says so too; `office`: somebody else is meant;
    `unnamed`: it is empty, or what a tool gives.
    """

    noun: str = ""
    sure: bool = False
    needs_company: bool = False
    office: bool = False
    unnamed: bool = False
    cues: tuple[Cue, ...] = ()

    @property
    def is_person(self) -> bool:
        """Whether it is, or can be, a customer."""
        return self.sure or self.needs_company


def read_name(name: str, identifier: str = "") -> Reading:
    """Read what the name of a pool or lane says about who it is.

    Parameters
    ----------
    name : str
        As it stands in the model.
    identifier : str
        Its id, which counts where there is no name, and tells who it is.

    Returns
    -------
    Reading
        The cues in it, and the word for a customer that it holds, if any.

    Examples
    --------
    >>> read_name("Hungry guests").noun
    'guest'
    >>> read_name("", "Pool_Customer").cues[0].reason
    'its id is a word for a customer: "customer"'
    """
    reading = _read(name)
    if not reading.unnamed:
        return reading
    # Tools make ids of letters and digits; what people write into one has no digits in it.
    told = _read(" ".join(filter(str.isalpha, _JOINT.split(identifier))))
    if not told.sure:
        return reading
    cues = (cue._replace(reason=cue.reason.replace("its name", "its id")) for cue in told.cues)
    return replace(told, cues=tuple(cues))


_JOINT: Final = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def _read(name: str) -> Reading:
    segments = _segments(name)
    if not segments:
        return Reading(unnamed=True)
    best = max(filter(None, map(_find_role, segments)), default=None)
    own = vocabulary().own.search(" ".join(word for segment in segments for word in segment))
    cues = [Cue(1.5, "its name tells what customers do")] if own else []
    office = any(map(_is_office, segments))
    if best is None:
        return Reading(own[0] if own else "", office=office, cues=tuple(cues))
    cues.append(Cue(best.weight, best.manner.format(best.noun)))
    if office:
        cues.append(Cue(-4.0, "its name is that of a department, a system or somebody at work"))
    return Reading(
        best.noun,
        sure=best.weight >= MISSPELT.weight and not office,
        needs_company=DOUBTFUL.weight <= best.weight <= PRIVATE.weight and not office,
        office=office,
        cues=tuple(cues),
    )


def is_rival(noun: str, name: str) -> bool:
    """Tell whether a word for a customer means somebody else beside this name.

    Parameters
    ----------
    noun : str
        As a `Reading` has it.
    name : str
        The name of another pool or lane.

    Returns
    -------
    bool
        Whether it is so: a buyer beside a supplier is somebody at work.

    Examples
    --------
    >>> is_rival("client", "Web server"), is_rival("client", "Shop")
    (True, False)
    """
    rivals = vocabulary().rivals.get(noun, frozenset())
    return not rivals.isdisjoint(WORD.findall(lexicon.fold(name)))


def is_colleague(noun: str, name: str) -> bool:
    """Tell whether who asks for something works where the owner of this name does.

    Parameters
    ----------
    noun : str
        As a `Reading` has it.
    name : str
        The name of another lane of the same pool.

    Returns
    -------
    bool
        Whether it is so: an applicant beside the own superior is no customer.

    Examples
    --------
    >>> is_colleague("applicant", "HR department"), is_colleague("applicant", "Clerk")
    (True, False)
    """
    known = vocabulary()
    words = WORD.findall(lexicon.fold(name))
    return noun in known.applicants and not known.workplace.isdisjoint(words)


_GENDER: Final = re.compile(
    r"(?<=[^\W\d_])(?:\((?:in|innen|nen|n|en|e|r|s|ne|a|as|es|rice|ka|ki)\)"
    r"|[/:*·_]-?(?:in|innen|n|e|r|a|as|ne|rice|ka)(?![^\W\d_]))",
    re.IGNORECASE,
)
_HUMP: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ][a-zà-ÿ])")
_HYPHENATED: Final = re.compile(r"(?<=[^\W\d_])-\s+(?=[^\W\d_])")
_BETWEEN: Final = re.compile(
    r"[()\[\]{}/|:;,&+\N{EN DASH}\N{EM DASH}\u3001\u3008-\u3011\u30fb\uff06-\uff0f\uff1a\uff1b]"
    r"| - |\b(?:and|und|en|et|or|oder|ou|lub|oraz)\b",
    re.IGNORECASE,
)


def _segments(name: str) -> list[tuple[str, ...]]:
    """Split a name at brackets and strokes into parts of folded words."""
    text = _HUMP.sub(" ", _GENDER.sub("", _mend(name)))
    parts = (_trim(WORD.findall(lexicon.fold(part))) for part in _BETWEEN.split(text))
    return [tuple(part) for part in parts if part]


def _mend(text: str) -> str:
    """Repair words broken at the end of a line, and UTF-8 that was read as Windows-1252."""
    if "\N{LATIN CAPITAL LETTER A WITH TILDE}" in text:
        with suppress(UnicodeError):
            text = text.encode("cp1252").decode("utf-8")
    return _HYPHENATED.sub("", text)


def _trim(words: list[str]) -> list[str]:
    """Take single letters and the names that tools give off both ends."""
    unnamed = vocabulary().unnamed
    while words and (len(words[-1]) == 1 or words[-1] in unnamed):
        words.pop()
    while words and (len(words[0]) == 1 or words[0] in unnamed):
        words.pop(0)
    return words


def _find_role(segment: tuple[str, ...]) -> Hit | None:
    """Find the noun for a customer in a part of a name, and weigh how it stands there."""
    hits = [
        (language, hit)
        for language in vocabulary().languages
        if (hit := language.find_role(segment)) is not None
    ]
    if not hits:
        return _find_misspelt(segment)
    if len(segment) == 1:
        return min(hit for _, hit in hits)  # an "utente" is a patient here, a user there
    # "Client Service", "Patient record": nouns that several languages share are read as in those
    # that put the head last, unless small words tell the language.
    telling = [
        hit for language, hit in hits if language.head_last or language.is_spoken_in(segment)
    ]
    return max(telling or [hit for _, hit in hits])


def _is_office(segment: tuple[str, ...]) -> bool:
    languages = vocabulary().languages
    knowing = [language for language in languages if language.find_role(segment) is not None]
    return any(language.is_office(segment) for language in knowing or languages)


def _find_misspelt(segment: tuple[str, ...]) -> Hit | None:
    known = vocabulary()
    word = segment[0]
    if len(segment) > 1 or len(word) < LONG or word in known.ordinary:
        return None
    for noun in known.long_nouns.get(word[0] + word[-1], ()):
        allowed = 2 if len(noun) >= _VERY_LONG or sorted(noun) == sorted(word) else 1
        if abs(len(noun) - len(word)) <= allowed and _distance(noun, word) <= allowed:
            return MISSPELT._replace(noun=noun)
    return None


def _distance(one: str, other: str) -> int:
    """Count the letters to change, add or drop (Levenshtein)."""
    row = list(range(len(other) + 1))
    for above, letter in enumerate(one, 1):
        corner, row[0] = row[0], above
        for place, wanted in enumerate(other, 1):
            change = corner + (letter != wanted)
            corner = row[place]
            row[place] = min(change, corner + 1, row[place - 1] + 1)
    return row[-1]


# What a label says


class Deed(NamedTuple):
    """What somebody does at a flow node, by its label."""

    own: bool = False
    acts: bool = False
    serves: bool = False
    mentions_customer: bool = False
    turns_to_customer: bool = False


def read_deed(node: FlowNode) -> Deed:
    """Read what the label of a flow node says about who does it.

    Parameters
    ----------
    node : FlowNode
        An activity or event.

    Returns
    -------
    Deed
        Whether it is what customers do, or what is done for them.

    Examples
    --------
    >>> read_deed(FlowNode("t", "task", "Eat meal")).own
    True
    """
    return _read_label(node.name, node.is_activity or node.type == "intermediateThrowEvent")


@lru_cache(maxsize=16384)
def _read_label(label: str, is_done: bool) -> Deed:
    known = vocabulary()
    text = lexicon.fold(_mend(label))
    words = WORD.findall(text)
    mentioned = [place for place, word in enumerate(words) if word in known.mentions]
    own = known.own.search(text) is not None
    if not words or not is_done:
        return Deed(own=own, mentions_customer=bool(mentioned))
    acts, serves = known.acts.begin_or_end(words), known.desk.begin_or_end(words)
    # "Customer collects food" is the customer's deed; "Kunden informieren" is not.
    is_object = bool(mentioned) and (mentioned[0] > 0 or serves)
    return Deed(
        own or known.own_verbs.begin_or_end(words) or _is_first_person(words),
        acts and not serves,
        serves and not acts,
        bool(mentioned),
        is_object,
    )


def _is_first_person(words: Sequence[str]) -> bool:
    return len(words) > 1 and words[0] in vocabulary().persons
