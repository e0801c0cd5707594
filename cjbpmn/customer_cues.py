"""What names and labels say about who the customer is: words for customers and their deeds.

The words stand in ``words/*.toml``; each language says where its nouns and verbs come.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from cjbpmn import lexicon
from cjbpmn.graph import FlowNode


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


class _Hit(NamedTuple):
    """A noun for a customer in a name: how much it weighs there, and in which words."""

    weight: float
    manner: str
    noun: str = ""


_WHOLE: Final = _Hit(6.0, 'its name is a word for a customer: "{}"')
_HEAD: Final = _Hit(5.2, 'its name is that of a kind of customer: "{}"')
_MISSPELT: Final = _Hit(5.0, 'its name looks like a misspelt word for a customer: "{}"')
_PRIVATE: Final = _Hit(4.0, 'its name is that of a private person: "{}"')
_DOUBTFUL: Final = _Hit(2.2, 'its name can mean a customer, and something else: "{}"')
_PART: Final = _Hit(2.0, 'its name speaks of a customer: "{}"')
_FRIEND: Final = _Hit(-1.0, 'its name only sounds like a customer: "{}"')


@lru_cache(maxsize=4096)
def read_name(name: str) -> Reading:
    """Read what the name of a pool or lane says about who it is.

    Parameters
    ----------
    name : str
        As it stands in the model.

    Returns
    -------
    Reading
        The cues in it, and the word for a customer that it holds, if any.

    Examples
    --------
    >>> read_name("Hungry guests").noun
    'guest'
    """
    segments = _segments(name)
    if not segments:
        return Reading(unnamed=True)
    best = max(filter(None, map(_find_role, segments)), default=None)
    own = _vocabulary().own.search(" ".join(word for segment in segments for word in segment))
    cues = [Cue(1.5, "its name tells what customers do")] if own else []
    office = any(map(_is_office, segments))
    if best is None:
        return Reading(own[0] if own else "", office=office, cues=tuple(cues))
    cues.append(Cue(best.weight, best.manner.format(best.noun)))
    if office:
        cues.append(Cue(-4.0, "its name is that of a department, a system or somebody at work"))
    return Reading(
        best.noun,
        sure=best.weight >= _MISSPELT.weight and not office,
        needs_company=_DOUBTFUL.weight <= best.weight <= _PRIVATE.weight and not office,
        office=office,
        cues=tuple(cues),
    )


_GENDER: Final = re.compile(
    r"(?<=[^\W\d_])(?:\((?:in|innen|nen|n|en|e|r|s|ne|a|as|es|rice|ka|ki)\)"
    r"|[/:*·_]-?(?:in|innen|n|e|r|a|as|ne|rice|ka)(?![^\W\d_]))",
    re.IGNORECASE,
)
_HUMP: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ][a-zà-ÿ])")
_HYPHENATED: Final = re.compile(r"(?<=[^\W\d_])-\s+(?=[^\W\d_])")
_BETWEEN: Final = re.compile(
    r"[()\[\]{}/|:;,&+\N{EN DASH}\N{EM DASH}]| - |\b(?:and|und|en|et|or|oder|ou|lub|oraz)\b",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W\d_]+")


def _segments(name: str) -> list[tuple[str, ...]]:
    """Split a name at brackets and strokes into parts of folded words."""
    text = _HUMP.sub(" ", _GENDER.sub("", _mend(name)))
    parts = (_trim(_WORD.findall(lexicon.fold(part))) for part in _BETWEEN.split(text))
    return [tuple(part) for part in parts if part]


def _mend(text: str) -> str:
    """Repair words broken at the end of a line, and UTF-8 that was read as Windows-1252."""
    if "\N{LATIN CAPITAL LETTER A WITH TILDE}" in text:
        with suppress(UnicodeError):
            text = text.encode("cp1252").decode("utf-8")
    return _HYPHENATED.sub("", text)


def _trim(words: list[str]) -> list[str]:
    """Take single letters and the names that tools give off both ends."""
    unnamed = _vocabulary().unnamed
    while words and (len(words[-1]) == 1 or words[-1] in unnamed):
        words.pop()
    while words and (len(words[0]) == 1 or words[0] in unnamed):
        words.pop(0)
    return words


def _find_role(segment: tuple[str, ...]) -> _Hit | None:
    """Find the noun for a customer in a part of a name, and weigh how it stands there."""
    hits = [
        (language, hit)
        for language in _vocabulary().languages
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
    languages = _vocabulary().languages
    knowing = [language for language in languages if language.find_role(segment) is not None]
    return any(language.is_office(segment) for language in knowing or languages)


def _find_misspelt(segment: tuple[str, ...]) -> _Hit | None:
    vocabulary = _vocabulary()
    word = segment[0]
    if len(segment) > 1 or len(word) < _LONG or word in vocabulary.known:
        return None
    for noun in vocabulary.long_nouns.get(word[0] + word[-1], ()):
        allowed = 2 if len(noun) >= _VERY_LONG or sorted(noun) == sorted(word) else 1
        if abs(len(noun) - len(word)) <= allowed and _distance(noun, word) <= allowed:
            return _MISSPELT._replace(noun=noun)
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
    vocabulary = _vocabulary()
    text = lexicon.fold(_mend(label))
    words = _WORD.findall(text)
    mentioned = [place for place, word in enumerate(words) if word in vocabulary.mentions]
    own = vocabulary.own.search(text) is not None
    if not words or not is_done:
        return Deed(own=own, mentions_customer=bool(mentioned))
    acts, serves = vocabulary.acts.begin_or_end(words), vocabulary.desk.begin_or_end(words)
    # "Customer collects food" is the customer's deed; "Kunden informieren" is not.
    is_object = bool(mentioned) and (mentioned[0] > 0 or serves)
    return Deed(
        own or vocabulary.own_verbs.begin_or_end(words) or _is_first_person(words),
        acts and not serves,
        serves and not acts,
        bool(mentioned),
        is_object,
    )


def _is_first_person(words: Sequence[str]) -> bool:
    return len(words) > 1 and words[0] in _vocabulary().persons


# The words, made ready

_LONG: Final = 7  # shorter words are too near to others to be taken for a slip
_VERY_LONG: Final = 10  # in these two slips are forgiven


@dataclass(frozen=True)
class _Language:
    """What one language knows of customers, folded; nouns of several words are joined by ``_``."""

    head_last: bool
    compounds: bool
    phrases: tuple[tuple[str, str], ...]
    nouns: Mapping[str, str]  # by form: the noun as it is listed
    cases: frozenset[str]
    private: frozenset[str]
    doubtful: frozenset[str]
    doubtful_beside: frozenset[str]
    small: frozenset[str]
    links: frozenset[str]
    telling: frozenset[str]
    titles: frozenset[str]
    offices: frozenset[str]
    lookalikes: frozenset[str]
    friends: tuple[str, ...]
    title_verbs: _Verbs

    def is_spoken_in(self, words: Sequence[str]) -> bool:
        """Tell whether articles, prepositions or adjectives give the language away."""
        return len(words) > 1 and not self.telling.isdisjoint(words)

    def find_role(self, words: Sequence[str]) -> _Hit | None:
        """Find a noun for a customer among the words, and weigh how it stands there."""
        words = self._join(words)
        core = self._core(words)
        head = self._noun(core[-1 if self.head_last else 0]) if core else None
        inside = [noun for word in words if (noun := self._mentioned(word))]
        if head is None and not inside:
            return None
        if head is None or self._is_title(words, core):
            hit = _PART._replace(noun=inside[0] if inside else head or "")
        elif head in self.doubtful or (len(core) > 1 and head in self.doubtful_beside):
            hit = _DOUBTFUL._replace(noun=head)
        elif head in self.private:
            hit = (_PRIVATE if len(core) == 1 else _DOUBTFUL)._replace(noun=head)
        else:
            hit = (_WHOLE if len(core) == 1 else _HEAD)._replace(noun=head)
        return _FRIEND._replace(noun=hit.noun) if self._has_friend(words, core) else hit

    def is_office(self, words: Sequence[str]) -> bool:
        """Tell whether the head of a name is a department, a system or somebody at work."""
        core = self._core(self._join(words))
        head = core[-1 if self.head_last else 0] if core else ""
        return head in self.offices or (self.compounds and any(_endings(head, self.offices)))

    def _join(self, words: Sequence[str]) -> list[str]:
        text = " ".join(words)
        for phrase, noun in self.phrases:
            text = text.replace(phrase, noun)
        return text.split()

    def _core(self, words: Sequence[str]) -> list[str]:
        """Leave out what follows the first preposition, and small words."""
        words = list(words)
        while len(words) > 1 and words[0] in self.small:
            words.pop(0)
        end = next(
            (place for place, word in enumerate(words) if place and word in self.links), None
        )
        return [word for word in words[:end] if word not in self.small] or words[:1]

    def _noun(self, word: str) -> str | None:
        found = self.nouns.get(word)
        if found is None and self.compounds and word not in self.lookalikes:
            found = next((self.nouns[ending] for ending in _endings(word, self.nouns)), None)
        return found

    def _mentioned(self, word: str) -> str | None:
        return self._noun(word) or (word if word in self.cases else None)

    def _is_title(self, words: Sequence[str], core: Sequence[str]) -> bool:
        """Tell whether it is the name of a process: what is done with the customer."""
        beside = core[:-1] if self.head_last else core[1:]
        endings = tuple(title[1:] for title in self.titles if title[0] == "*")
        if any(word in self.titles or word.endswith(endings or ("\0",)) for word in beside):
            return True
        if self.compounds and len(core) < len(words) and words[-1].endswith(("en", "ern", "eln")):
            return True  # "VN in Regress nehmen"
        return len(words) > 1 and self.title_verbs.begin_or_end(words)

    def _has_friend(self, words: Sequence[str], core: Sequence[str]) -> bool:
        text = f" {' '.join(words)} "
        heads = core[-1:] if self.head_last else core[:1]
        return any(
            f" {friend} " in text
            and any(word in heads or self._mentioned(word) for word in friend.split())
            for friend in self.friends
        )


def _endings(word: str, known: Container[str]) -> Iterator[str]:
    """Yield the known words of which a word is a compound, the longest first."""
    for place in range(3, len(word) - 3):
        if word[place:] in known:
            yield word[place:]


class _Verbs(NamedTuple):
    """Verbs, by where their languages put them in a label."""

    first: frozenset[str]
    last: frozenset[str]

    def begin_or_end(self, words: Sequence[str]) -> bool:
        """Tell whether one of them, of up to three words, begins or ends a label."""
        return any(
            " ".join(words[:count]) in self.first or " ".join(words[-count:]) in self.last
            for count in (1, 2, 3)
        )


@dataclass(frozen=True)
class _Vocabulary:
    """The words of all languages."""

    languages: tuple[_Language, ...]
    unnamed: frozenset[str]
    mentions: frozenset[str]
    known: frozenset[str]
    long_nouns: Mapping[str, tuple[str, ...]]  # by first and last letter
    own: re.Pattern[str]
    own_verbs: _Verbs
    acts: _Verbs
    desk: _Verbs
    persons: frozenset[str]


@cache
def _vocabulary() -> _Vocabulary:
    parts = [lexicon.words(code) for code in lexicon.languages()]
    acts = _verbs(parts, ("verbs", "to_organisation"), ("customer", "acts"))
    desk = _verbs(parts, ("verbs", "to_customer"), ("customer", "desk"))
    titles = _Verbs(acts.first | desk.first, acts.last | desk.last)
    lookalikes = _all_folded(parts, "lookalikes")
    nearby: dict[str, list[str]] = {}
    for noun in (noun for part in parts for noun in _customers(part)):
        if len(noun) >= _LONG and noun.isalpha():
            nearby.setdefault(noun[0] + noun[-1], []).append(noun)
    return _Vocabulary(
        tuple(_language(part, titles, lookalikes) for part in parts),
        _all_folded(parts, "unnamed"),
        frozenset(form for part in parts for form in _all_forms(part)),
        lookalikes | _all_folded(parts, "offices"),
        {ends: tuple(found) for ends, found in nearby.items()},
        _pattern(_all_folded(parts, "own")),
        _verbs(parts, ("customer", "own_verbs")),
        acts,
        desk,
        _all_folded(parts, "person"),
    )


def _language(
    part: Mapping[str, Any], title_verbs: _Verbs, lookalikes: frozenset[str]
) -> _Language:
    section = part["customer"]
    doubtful, private = _folded(part, "roles", "ambiguous"), _folded(part, "customer", "household")
    nouns = _inflect((*_customers(part), *doubtful, *private), section["endings"])
    articles, adjectives, links, offices = (
        frozenset(_folded(part, "customer", key))
        for key in ("articles", "adjectives", "links", "offices")
    )
    return _Language(
        section["head"] == "last",
        section["compounds"],
        tuple((form.replace("_", " "), form) for form in nouns if "_" in form),
        nouns,
        frozenset(_inflect(_customers(part), section["cases"])),
        frozenset(private),
        frozenset(doubtful),
        frozenset(_folded(part, "customer", "doubtful")),
        articles | adjectives,
        links,
        articles | adjectives | links | (_inflect(offices, section["cases"]).keys() - offices),
        frozenset(_folded(part, "customer", "titles")),
        offices,
        lookalikes,
        tuple(map(_words_of, part["roles"]["false_friends"])),
        title_verbs,
    )


def _customers(part: Mapping[str, Any]) -> tuple[str, ...]:
    return (*_folded(part, "roles", "customer"), *_folded(part, "customer", "forms"))


def _all_forms(part: Mapping[str, Any]) -> Iterator[str]:
    section = part["customer"]
    yield from _inflect(_customers(part), (*section["endings"], *section["cases"]))


def _all_folded(parts: Iterable[Mapping[str, Any]], key: str) -> frozenset[str]:
    return frozenset(word for part in parts for word in _folded(part, "customer", key))


def _folded(part: Mapping[str, Any], section: str, key: str) -> tuple[str, ...]:
    return tuple(map(lexicon.fold, part[section][key]))


def _words_of(text: str) -> str:
    return " ".join(_WORD.findall(lexicon.fold(text)))


def _inflect(nouns: Iterable[str], endings: Iterable[str]) -> dict[str, str]:
    """Make the forms of nouns; ``"o>a"`` replaces an ending, ``"s"`` adds one."""
    nouns = sorted(nouns)
    rules = [lexicon.fold(ending).rpartition(">") for ending in endings]
    forms = {
        noun.removesuffix(old).replace(" ", "_") + new: noun
        for noun in nouns
        for old, _, new in rules
        if noun.endswith(old)
    }
    return forms | {noun.replace(" ", "_"): noun for noun in nouns}


def _verbs(parts: Iterable[Mapping[str, Any]], *keys: tuple[str, str]) -> _Verbs:
    found: dict[str, set[str]] = {"first": set(), "last": set()}
    for part in parts:
        section = part["customer"]
        listed = (_words_of(verb) for key in keys for verb in part[key[0]][key[1]])
        for verb in listed:
            word, space, rest = verb.partition(" ")
            forms = _inflect(
                [word if section["verb"] == "first" else verb], section["verb_endings"]
            )
            after = space + rest if section["verb"] == "first" else ""
            found[section["verb"]].update(form.replace("_", " ") + after for form in forms)
    return _Verbs(frozenset(found["first"]), frozenset(found["last"]))


def _pattern(cues: Iterable[str]) -> re.Pattern[str]:
    choices = "|".join(sorted({re.escape(cue).replace(r"\*", r"\w*") for cue in cues}))
    return re.compile(rf"\b(?:{choices})\b")
