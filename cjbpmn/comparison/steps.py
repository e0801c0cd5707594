"""Which step of one journey is which step of another: by what they meet, then by their words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from cjbpmn.journey import Step
from cjbpmn.lexicon import fold, languages, words

Keys = frozenset[str]
"""All that one reference may be known by; two references are the same if they share a key."""

KeysOf = Callable[[str], Keys]

LIKENESS: Final = 0.5
"""Steps are the same if more than this share of their words is."""

_WORD: Final = re.compile(r"[\w']+")


@dataclass(frozen=True, slots=True)
class StepPair:
    """One step of each journey that tell of the same.

    Parameters
    ----------
    one, other : Step
        The two steps.
    by : str
        ``references`` where they meet the same elements, ``words`` where only their words agree.
    likeness : float
        How much of that agrees, from 0 to 1.
    """

    one: Step
    other: Step
    by: str
    likeness: float


class Match(NamedTuple):
    """The places of two steps that tell of the same, and what `StepPair` says of them.

    Parameters
    ----------
    one, other : int
        Their places, from 0.
    by : str
        ``references`` or ``words``.
    likeness : float
        How much of that agrees.
    """

    one: int
    other: int
    by: str
    likeness: float


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of a step: the references that it makes, and its words."""

    references: tuple[Keys, ...]
    words: Keys


def match_steps(
    one: Sequence[Step],
    other: Sequence[Step],
    one_keys: KeysOf,
    other_keys: KeysOf,
) -> tuple[Match, ...]:
    """Find the pairs of steps that tell of the same; no step is in two of them.

    The likeliest pair goes first; of pairs that are equally likely, the one whose steps stand at
    the most similar place. It makes no difference which journey is the first.

    Parameters
    ----------
    one, other : sequence of Step
        The steps of the two journeys.
    one_keys, other_keys : callable
        Give all keys of a reference, for each journey.

    Returns
    -------
    tuple of Match
        In the order of the first journey.

    Examples
    --------
    >>> def as_written(reference: str) -> Keys:
    ...     return frozenset({reference})
    >>> mine = [Step("I pay", at=("Pay",)), Step("I wait for my parcel")]
    >>> yours = [Step("I wait for the parcel"), Step("I use my card", at=("Pay",))]
    >>> found = match_steps(mine, yours, as_written, as_written)
    >>> [(match.one, match.other, match.by) for match in found]
    [(0, 1, 'references'), (1, 0, 'words')]
    """
    mine = [_told(step, one_keys) for step in one]
    theirs = [_told(step, other_keys) for step in other]
    found: dict[int, Match] = {}
    taken: set[int] = set()
    for by, likeness in (("references", _shared_references), ("words", _shared_words)):
        free = [number for number in range(len(mine)) if number not in found]
        left = [number for number in range(len(theirs)) if number not in taken]
        ranked = [
            (-alike, abs(i * len(other) - j * len(one)), i + j, i, j)
            for i, j in _candidates(mine, theirs, free, left, by)
            if (alike := likeness(mine[i], theirs[j])) > (LIKENESS if by == "words" else 0)
        ]
        for alike, _, _, i, j in sorted(ranked):
            if i not in found and j not in taken:
                found[i] = Match(i, j, by, round(-alike, 6))
                taken.add(j)
    return tuple(found[i] for i in sorted(found))


def _told(step: Step, keys: KeysOf) -> _Told:
    return _Told(tuple(map(keys, step.at)), frozenset(words_of(step.do)))


def words_of(text: str) -> Iterable[str]:
    """Return the words of a step, without those that every step in the first person has.

    Parameters
    ----------
    text : str
        What the customer does.

    Returns
    -------
    iterable of str
        All words where there are no others.
    """
    said = _WORD.findall(fold(text)) or [fold(text)]
    return [word for word in said if word not in _first_person()] or said


@cache
def _first_person() -> Keys:
    spoken = (words(language)["swimlane"]["first_person"] for language in languages())
    return frozenset(fold(word) for listed in spoken for word in listed)


def _candidates(
    mine: Sequence[_Told], theirs: Sequence[_Told], free: list[int], left: list[int], by: str
) -> Iterator[tuple[int, int]]:
    """Yield the pairs that have anything in common."""
    places: dict[str, list[int]] = {}
    for j in left:
        for key in _all_keys(theirs[j], by):
            places.setdefault(key, []).append(j)
    for i in free:
        near = {j for key in _all_keys(mine[i], by) for j in places.get(key, ())}
        yield from ((i, j) for j in sorted(near))


def _all_keys(told: _Told, by: str) -> Keys:
    return told.words if by == "words" else frozenset().union(*told.references)


def _shared_references(one: _Told, other: _Told) -> float:
    """Return how many of all their references both make, from 0 to 1."""
    if not one.references or not other.references:
        return 0.0
    shared = common(one.references, other.references) + common(other.references, one.references)
    return shared / (len(one.references) + len(other.references))


def common(these: Iterable[Keys], those: Sequence[Keys]) -> int:
    """Count the references that are also among others.

    Parameters
    ----------
    these, those : iterable of Keys
        The references.

    Returns
    -------
    int
        How many of the first.
    """
    known = frozenset().union(*those)
    return sum(not known.isdisjoint(keys) for keys in these)


def _shared_words(one: _Told, other: _Told) -> float:
    both = len(one.words) + len(other.words)
    return 2 * len(one.words & other.words) / both if both else 0.0
