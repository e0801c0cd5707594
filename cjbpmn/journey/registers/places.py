"""Which step or element a row of a register means, by whatever it calls it.

Nothing is picked: a row that could mean several places means none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Any, Final, Protocol

from cjbpmn.journey import Journey
from cjbpmn.lexicon import fold, meanings

_NUMBERED: Final = re.compile(r"(?:(?P<word>[^\W\d]+) +)?#?(?P<number>\d{1,6})[.)]?")
_SHORTEST: Final = 4
"""Names of fewer letters are not looked for inside sentences."""


class Model(Protocol):
    """The names in a process model: what is used of a `ProcessGraph`."""

    @property
    def nodes(self) -> Mapping[str, Any]:
        """The flow nodes by id."""

    @property
    def flows(self) -> Mapping[str, Any]:
        """The flows by id."""

    @property
    def lanes(self) -> Mapping[str, Any]:
        """The lanes by id."""

    @property
    def participants(self) -> Mapping[str, Any]:
        """The pools by id."""


class Places:
    """The steps of a journey, and the elements that it or its model knows, by all their names.

    Parameters
    ----------
    journey : Journey
        Its steps, and the references in it.
    graph : ProcessGraph or None
        The model; with it, ids and names mean the same element.

    Examples
    --------
    >>> from cjbpmn.journey import Step
    >>> steps = (Step("I order", at=("Shop / Order",)), Step("I pay", at=("Pay",)))
    >>> places = Places(Journey("Boots", steps=steps))
    >>> places.steps("2"), places.steps("order"), places.elements("pay")
    ((1,), (0,), ('Pay',))
    """

    def __init__(self, journey: Journey, graph: Model | None = None) -> None:
        self.journey = journey
        self.sure: dict[str, set[str]] = {}
        self.loose: dict[str, set[str]] = {}
        self.at: dict[str, set[int]] = {}
        self.words: dict[str, set[int]] = {}
        for number, step in enumerate(journey.steps):
            self.words.setdefault(_key(step.do), set()).add(number)
            for name in (*step.at, *filter(None, [step.element])):
                self.at.setdefault(name, set()).add(number)
        for name in dict.fromkeys(_references(journey)):
            self.sure.setdefault(_key(name), set()).add(name)
            for part in _parts_of(name):
                self.loose.setdefault(_key(part), set()).add(name)
        if graph is not None:
            self._add(graph)

    def steps(self, text: str) -> tuple[int, ...]:
        """Find the steps that a text can mean.

        Parameters
        ----------
        text : str
            The words of a step, its number, or an element that it meets.

        Returns
        -------
        tuple of int
            Their places in the journey, from 0.
        """
        found = {*self.words.get(_key(text), ()), *self._numbered(text)}
        found |= self._at(self.sure.get(_key(text), set()))
        return tuple(sorted(found or self._at(self.loose.get(_key(text), set()))))

    def elements(self, text: str) -> tuple[str, ...]:
        """Find the elements that a text can mean.

        Parameters
        ----------
        text : str
            An id, a name, or a reference; or the words or the number of a step.

        Returns
        -------
        tuple of str
            References as the journey writes them; ids where it has none.
        """
        named = self.sure.get(_key(text)) or self.loose.get(_key(text))
        if named:
            return tuple(sorted(named))
        steps = {*self.words.get(_key(text), ()), *self._numbered(text)}
        return tuple(sorted({name for number in steps for name in self.journey.steps[number].at}))

    def mentioned(self, sentence: str) -> tuple[str, ...]:
        """Find the elements that a sentence names.

        Parameters
        ----------
        sentence : str
            Anything.

        Returns
        -------
        tuple of str
            References, as `elements` returns them.
        """
        spoken = f" {_spoken(sentence)} "
        names = [name for name in self._names if f" {name} " in spoken]
        # A name inside a longer one is not meant: "pay" is no part of "pay by card".
        whole = [
            name
            for name in names
            if not any(name != other and f" {name} " in f" {other} " for other in names)
        ]
        return tuple(sorted({place for name in whole for place in self._names[name]}))

    @cached_property
    def _names(self) -> Mapping[str, set[str]]:
        """The elements by what people call them in a sentence."""
        found: dict[str, set[str]] = {}
        for words, numbers in self.words.items():
            places = {name for number in numbers for name in self.journey.steps[number].at}
            found.setdefault(_spoken(words), set()).update(places)
        for names in (self.sure, self.loose):
            for name, meant in names.items():
                found.setdefault(_spoken(name), set()).update(meant)
        return {
            name: meant
            for name, meant in found.items()
            if len(name) >= _SHORTEST and not name.isdigit()
        }

    def _numbered(self, text: str) -> Iterator[int]:
        found = _NUMBERED.fullmatch(_key(text))
        if found and (found["word"] is None or found["word"] in _step_words()):
            number = int(found["number"]) - 1
            if 0 <= number < len(self.journey.steps):
                yield number

    def _at(self, names: set[str]) -> set[int]:
        return {number for name in names for number in self.at.get(name, ())}

    def _add(self, graph: Model) -> None:
        """Let all names of an element mean what the journey calls it."""
        nodes, flows = list(_nodes(graph)), list(_flows(graph))
        # The name of a flow node goes before the same name of a flow.
        of_nodes = Counter(_key(name) for _, names in nodes for name in names)
        of_all = of_nodes + Counter(_key(name) for _, names in flows for name in names)
        self._name(nodes, of_nodes)
        self._name(flows, of_all)

    def _name(self, elements: list[tuple[str, list[str]]], count: Mapping[str, int]) -> None:
        for identifier, names in elements:
            own = [_key(identifier), *map(_key, names)]
            sole = [name for name in own if count.get(name, 0) <= 1]
            meant = {place for name in sole for place in self.sure.get(name, ())}
            for name in own:
                index = self.sure if name in sole else self.loose
                index.setdefault(name, set()).update(meant or {identifier})


def _references(journey: Journey) -> Iterator[str]:
    for step in journey.steps:
        yield from step.at
        if step.element:
            yield step.element
    for norm in journey.norms:
        yield from filter(None, [norm.from_, norm.to])
    for facts in (
        journey.observations,
        journey.norms,
        journey.measurements,
        journey.statistics,
        journey.durations,
    ):
        for fact in facts:
            yield from fact.at


def _parts_of(name: str) -> Iterator[str]:
    """Yield the names in a path, and those at the ends of an arrow."""
    if "->" in name:
        for end in name.split("->"):
            yield from (end, *_parts_of(end))
    elif "/" in name:
        yield name.rpartition("/")[2]


def _nodes(graph: Model) -> Iterator[tuple[str, list[str]]]:
    for identifier, node in graph.nodes.items():
        if node.name:
            holders = [graph.participants.get(node.participant), graph.lanes.get(node.lane)]
            paths = {f"{holder.name} / {node.name}" for holder in holders if holder is not None}
            yield identifier, [*sorted(paths), node.name]
        else:
            yield identifier, []


def _flows(graph: Model) -> Iterator[tuple[str, list[str]]]:
    for identifier, flow in graph.flows.items():
        ends = [graph.nodes[end].name for end in (flow.source, flow.target) if end in graph.nodes]
        arrow = [" -> ".join(ends)] if len(ends) == 2 and all(ends) else []  # noqa: PLR2004
        yield identifier, [*arrow, *filter(None, [flow.name])]


@cache
def _step_words() -> frozenset[str]:
    known = meanings("headers").items()
    return frozenset(
        {"step", *(word for word, pairs in known if any(key == "step" for _, key in pairs))}
    )


def _key(text: str) -> str:
    """Return the form in which names are compared."""
    text = re.sub(r"\s*(->|/)\s*", r" \1 ", fold(text))
    return " ".join(text.split()).strip(" .!?")


def _spoken(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))
