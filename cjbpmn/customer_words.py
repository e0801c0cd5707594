"""The words for customers and their deeds, made ready: how a noun stands in a name.

Of eight languages everything stands in ``words/*.toml``. Of those in ``customer_words.toml`` only
nouns are known, and only names are read with them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from cjbpmn import lexicon

WORD: Final = re.compile(r"[^\W\d_]+")


class Hit(NamedTuple):
    """A noun for a customer in a name: how much it weighs there, and in which words."""

    weight: float
    manner: str
    noun: str = ""


WHOLE: Final = Hit(6.0, 'its name is a word for a customer: "{}"')
HEAD: Final = Hit(5.2, 'its name is that of a kind of customer: "{}"')
MISSPELT: Final = Hit(5.0, 'its name looks like a misspelt word for a customer: "{}"')
PRIVATE: Final = Hit(4.0, 'its name is that of a private person: "{}"')
DOUBTFUL: Final = Hit(2.2, 'its name can mean a customer, and something else: "{}"')
PART: Final = Hit(2.0, 'its name speaks of a customer: "{}"')
FRIEND: Final = Hit(-1.0, 'its name only sounds like a customer: "{}"')

LONG: Final = 7  # shorter words are too near to others to be taken for a slip


class Verbs(NamedTuple):
    """Verbs, by where their languages put them in a label."""

    first: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()

    def begin_or_end(self, words: Sequence[str]) -> bool:
        """Tell whether one of them, of up to three words, begins or ends a label."""
        return any(
            " ".join(words[:count]) in self.first or " ".join(words[-count:]) in self.last
            for count in (1, 2, 3)
        )


_NO_VERBS: Final = Verbs()


@dataclass(frozen=True)
class Language:
    """What one language knows of customers, folded; nouns of several words are joined by ``_``."""

    head_last: bool
    compounds: bool
    phrases: tuple[tuple[str, str], ...]
    nouns: Mapping[str, str]  # by form: the noun as it is listed
    doubtful: frozenset[str]
    unspaced: bool = False  # words are written without blanks between them
    cases: frozenset[str] = frozenset()
    private: frozenset[str] = frozenset()
    doubtful_beside: frozenset[str] = frozenset()
    small: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    telling: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    lookalikes: frozenset[str] = frozenset()
    friends: tuple[str, ...] = ()
    title_verbs: Verbs = _NO_VERBS

    def is_spoken_in(self, words: Sequence[str]) -> bool:
        """Tell whether articles, prepositions or adjectives give the language away."""
        return len(words) > 1 and not self.telling.isdisjoint(words)

    def find_role(self, words: Sequence[str]) -> Hit | None:
        """Find a noun for a customer among the words, and weigh how it stands there."""
        words = self._join(words)
        core = self._core(words)
        head = self._noun(core[-1 if self.head_last else 0]) if core else None
        inside = [noun for word in words if (noun := self._mentioned(word))]
        if head is None and not inside:
            return None
        if head is None or self._is_title(words, core):
            hit = PART._replace(noun=inside[0] if inside else head or "")
        elif head in self.doubtful or (len(core) > 1 and head in self.doubtful_beside):
            hit = DOUBTFUL._replace(noun=head)
        elif head in self.private:
            # "Insured person": it says which person is meant.
            kind = next((noun for noun in inside if self._is_sure(noun)), None)
            alone = PRIVATE if len(core) == 1 else DOUBTFUL
            hit = HEAD._replace(noun=kind) if kind else alone._replace(noun=head)
        else:
            hit = (WHOLE if len(core) == 1 else HEAD)._replace(noun=head)
        return FRIEND._replace(noun=hit.noun) if self._has_friend(words, core) else hit

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
        if found is None and self.unspaced:
            return next((noun for noun in self.nouns if word.endswith(noun)), None)
        if found is None and self.compounds and word not in self.lookalikes:
            found = next((self.nouns[ending] for ending in _endings(word, self.nouns)), None)
        return found

    def _is_sure(self, noun: str) -> bool:
        return not (noun in self.private or noun in self.doubtful or noun in self.doubtful_beside)

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


@dataclass(frozen=True)
class Vocabulary:
    """The words of all languages."""

    languages: tuple[Language, ...]
    unnamed: frozenset[str]
    mentions: frozenset[str]
    ordinary: frozenset[str]  # words that are no slips of others
    long_nouns: Mapping[str, tuple[str, ...]]  # by first and last letter
    own: re.Pattern[str]
    own_verbs: Verbs
    acts: Verbs
    desk: Verbs
    persons: frozenset[str]
    rivals: Mapping[str, frozenset[str]]  # by noun
    applicants: frozenset[str]
    workplace: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """Make the words of all languages ready.

    Returns
    -------
    Vocabulary
        Everybody shares it.

    Examples
    --------
    >>> sorted(vocabulary().rivals["acheteur"])
    ['fournisseur']
    """
    parts = [lexicon.words(code) for code in lexicon.languages()]
    acts = _verbs(parts, ("verbs", "to_organisation"), ("customer", "acts"))
    desk = _verbs(parts, ("verbs", "to_customer"), ("customer", "desk"))
    titles = Verbs(acts.first | desk.first, acts.last | desk.last)
    lookalikes = _all_folded(parts, "lookalikes")
    nearby: dict[str, list[str]] = {}
    for noun in (noun for part in parts for noun in _customers(part)):
        if len(noun) >= LONG and noun.isalpha():
            nearby.setdefault(noun[0] + noun[-1], []).append(noun)
    return Vocabulary(
        (*(_language(part, titles, lookalikes) for part in parts), *_languages_elsewhere()),
        _all_folded(parts, "unnamed"),
        frozenset(form for part in parts for form in _all_forms(part)),
        lookalikes | _all_folded(parts, "offices"),
        {ends: tuple(found) for ends, found in nearby.items()},
        _pattern(_all_folded(parts, "own")),
        _verbs(parts, ("customer", "own_verbs")),
        acts,
        desk,
        _all_folded(parts, "person"),
        _pairs(_all_folded(parts, "rivals")),
        _all_folded(parts, "applicants"),
        _all_folded(parts, "workplace"),
    )


def _language(part: Mapping[str, Any], title_verbs: Verbs, lookalikes: frozenset[str]) -> Language:
    section = part["customer"]
    doubtful, private = _folded(part, "roles", "ambiguous"), _folded(part, "customer", "household")
    nouns = _inflect((*_customers(part), *doubtful, *private), section["endings"])
    articles, adjectives, links, offices = (
        frozenset(_folded(part, "customer", key))
        for key in ("articles", "adjectives", "links", "offices")
    )
    return Language(
        section["head"] == "last",
        section["compounds"],
        _phrases(nouns),
        nouns,
        frozenset(doubtful),
        cases=frozenset(_inflect(_customers(part), section["cases"])),
        private=frozenset(private),
        doubtful_beside=frozenset(_folded(part, "customer", "doubtful")),
        small=articles | adjectives,
        links=links,
        telling=articles
        | adjectives
        | links
        | (_inflect(offices, section["cases"]).keys() - offices),
        titles=frozenset(_folded(part, "customer", "titles")),
        offices=offices,
        lookalikes=lookalikes,
        friends=tuple(map(_words_of, part["roles"]["false_friends"])),
        title_verbs=title_verbs,
    )


def _languages_elsewhere() -> Iterator[Language]:
    """Read the languages of which no more is known than their words for customers."""
    text = (files("cjbpmn") / "customer_words.toml").read_text("utf-8")
    for part in tomllib.loads(text).values():
        doubtful = [lexicon.fold(noun) for noun in part["ambiguous"]]
        small = frozenset(map(lexicon.fold, part["adjectives"]))
        nouns = _inflect([*map(lexicon.fold, part["customer"]), *doubtful], ())
        yield Language(
            part["head"] != "first",
            False,
            _phrases(nouns),
            nouns,
            frozenset(doubtful),
            small=small,
            telling=small,
            unspaced=part["head"] == "end",
        )


def _phrases(nouns: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((form.replace("_", " "), form) for form in nouns if "_" in form)


def _customers(part: Mapping[str, Any]) -> tuple[str, ...]:
    return (*_folded(part, "roles", "customer"), *_folded(part, "customer", "forms"))


def _all_forms(part: Mapping[str, Any]) -> Iterator[str]:
    section = part["customer"]
    yield from _inflect(_customers(part), (*section["endings"], *section["cases"]))


def _all_folded(parts: Iterable[Mapping[str, Any]], key: str) -> frozenset[str]:
    return frozenset(word for part in parts for word in _folded(part, "customer", key))


def _pairs(listed: Iterable[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for noun, _, rival in (pair.partition("/") for pair in listed):
        found.setdefault(noun, set()).add(rival)
    return {noun: frozenset(rivals) for noun, rivals in found.items()}


def _folded(part: Mapping[str, Any], section: str, key: str) -> tuple[str, ...]:
    return tuple(map(lexicon.fold, part[section][key]))


def _words_of(text: str) -> str:
    return " ".join(WORD.findall(lexicon.fold(text)))


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


def _verbs(parts: Iterable[Mapping[str, Any]], *keys: tuple[str, str]) -> Verbs:
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
    return Verbs(frozenset(found["first"]), frozenset(found["last"]))


def _pattern(cues: Iterable[str]) -> re.Pattern[str]:
    choices = "|".join(sorted({re.escape(cue).replace(r"\*", r"\w*") for cue in cues}))
    return re.compile(rf"\b(?:{choices})\b")
