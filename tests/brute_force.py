"""A slow and literal token game, to judge the fast one: nothing of it is shared.

Every run is a graph of happenings, each with those that led to it. What the customer waits
before a contact is found by going back through that graph, as the definition says it, and not by
what a token carries. Tokens move in a random order, which must not matter.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise, product
from random import Random

from random_models import INVOLVED, Model, Node


@dataclass
class Happening:
    node: Node
    start: float
    end: float
    before: tuple[int, ...]

    @property
    def involvement(self) -> tuple[float, float] | None:
        kind = INVOLVED.get(self.node.kind)
        if kind is None:
            return None
        return {
            "whole": (self.start, self.end),
            "start": (self.start, self.start),
            "end": (self.end, self.end),
        }[kind]


Run = list[Happening]


@dataclass
class Token:
    at: str
    flow: tuple[str, str] | None
    time: float
    cause: tuple[int, ...]


class Play:
    """One run, in which `choose` decides."""

    def __init__(
        self,
        model: Model,
        ways: set[tuple[str, str]],
        choose: Callable[[Sequence[float]], int],
        rng: Random,
    ) -> None:
        self.model = model
        self.ways = ways
        self.choose = choose
        self.rng = rng
        self.run: Run = []
        self.held: dict[str, list[Token]] = defaultdict(list)
        self.into = Counter(target for _, target, _ in model.flows)
        self.out: dict[str, list[tuple[str, str, float | None]]] = defaultdict(list)
        for flow in model.flows:
            self.out[flow[0]].append(flow)

    def go(self) -> Run:
        tokens = [Token(self.model.first, None, 0.0, ())]
        while tokens or any(self.held.values()):
            if not tokens:
                tokens = self._let_an_inclusive_join_go()
                continue
            token = tokens.pop(self.rng.randrange(len(tokens)))
            tokens += self._move(token)
        return self.run

    def _move(self, token: Token) -> list[Token]:
        node = self.model.nodes[token.at]
        if node.kind in {"and", "or"} and self.into[node.name] > 1:
            held = self.held[node.name]
            held.append(token)
            if node.kind == "or" or len(held) < self.into[node.name]:
                return []
            self.held[node.name] = []
            return self._happen(node, held)
        return self._happen(node, [token])

    def _happen(self, node: Node, tokens: Sequence[Token]) -> list[Token]:
        start = max(token.time for token in tokens)
        cause = tuple(number for token in tokens for number in token.cause)
        happening = Happening(node, start, start + node.hours, cause)
        self.run.append(happening)
        number = len(self.run) - 1
        return [
            Token(target, (source, target), happening.end, (number,))
            for source, target in self._ways(node)
        ]

    def _ways(self, node: Node) -> list[tuple[str, str]]:
        name = node.name
        if node.kind == "sub":
            return [
                (name, inner.name)
                for inner in self.model.nodes.values()
                if inner.holder == name and inner.kind == "begin"
            ]
        if node.kind == "end" and node.holder is not None:
            name = node.holder
        out = self.out[name]
        shares = [share or 0.0 for _, _, share in out]
        ways = [(source, target) for source, target, _ in out]
        if node.kind == "xor" and len(out) > 1:
            return [ways[self.choose(shares)]]
        if node.kind == "or" and len(out) > 1:
            return self._some(ways, shares)
        return ways

    def _some(
        self, ways: Sequence[tuple[str, str]], shares: Sequence[float]
    ) -> list[tuple[str, str]]:
        """Take any of them, but not none."""
        sets, weights = [], []
        for taken in product((True, False), repeat=len(ways)):
            if any(taken):
                weight = 1.0
                for one, share in zip(taken, shares, strict=True):
                    weight *= share if one else 1 - share
                sets.append([way for way, one in zip(ways, taken, strict=True) if one])
                weights.append(weight)
        return sets[self.choose(weights)]

    def _let_an_inclusive_join_go(self) -> list[Token]:
        waiting = [name for name, held in self.held.items() if held]
        for name in waiting:
            node = self.model.nodes[name]
            others = [other for other in waiting if other != name]
            if node.kind == "or" and not any((other, name) in self.ways for other in others):
                held, self.held[name] = self.held[name], []
                return self._happen(node, held)
        raise AssertionError("a deadlock in a model that was made sound")


def edges(model: Model) -> Iterator[tuple[str, str]]:
    """Yield what can follow what; a sub-process is entered as itself, and left as ``#exit``."""
    for source, target, _ in model.flows:
        yield f"{source}#exit" if source in model.ends else source, target
    for name, end in model.ends.items():
        yield end, f"{name}#exit"
    for node in model.nodes.values():
        if node.kind == "begin" and node.holder is not None:
            yield node.holder, node.name


def all_ways(model: Model) -> set[tuple[str, str]]:
    """Return which node can come after which, at once or later."""
    found = set(edges(model))
    while more := {(a, d) for a, b in found for c, d in edges(model) if b == c} - found:
        found |= more
    return found


def all_runs(model: Model, seed: int, enough: float, most: int = 5000) -> list[tuple[float, Run]]:
    """Return every run with its probability, until what is left is as good as nothing."""
    found: list[tuple[float, Run]] = []
    ways = all_ways(model) if any(node.kind == "or" for node in model.nodes.values()) else set()
    open_: list[tuple[float, tuple[int, ...]]] = [(-1.0, ())]
    left = 1.0
    while open_ and left > enough and len(found) < most:
        _, script = heappop(open_)
        taken: list[int] = []
        chance = [1.0]

        def choose(
            weights: Sequence[float],
            script: tuple[int, ...] = script,
            taken: list[int] = taken,
            chance: list[float] = chance,
        ) -> int:
            whole = sum(weights)
            if len(taken) < len(script):
                chosen = script[len(taken)]
            else:
                chosen = weights.index(max(weights))
                for other, weight in enumerate(weights):
                    if other != chosen:
                        heappush(open_, (-chance[0] * weight / whole, (*taken, other)))
            taken.append(chosen)
            chance[0] *= weights[chosen] / whole
            return chosen

        # The script names choices in their order, so tokens must move in the same order again.
        run = Play(model, ways, choose, Random(seed)).go()  # noqa: S311 - repeatable
        found.append((chance[0], run))
        left -= chance[0]
    return found


@dataclass
class Stretch:
    starts: set[str] = field(default_factory=set)
    body: set[str] = field(default_factory=set)
    handoffs: set[tuple[str, str]] = field(default_factory=set)
    timed: bool = False
    endless: bool = False
    tied: bool = False
    """Whether two contacts that do not follow each other end at the same moment."""
    waits: list[tuple[float, float]] = field(default_factory=list)
    legs: dict[str | None, list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    desks: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Hours by desk, times the weight of the run."""


def structure(model: Model) -> dict[str, Stretch]:
    """Find what lies before each contact: all that reaches it without another contact between."""
    pairs = set(edges(model))
    found = {}
    for end in [node for node in model.nodes.values() if node.kind in INVOLVED]:
        stretch = Stretch()
        pending = [end.name]
        while pending:
            here = pending.pop()
            for one, other in pairs:
                if other != here:
                    continue
                if _kind(model, one) in INVOLVED:
                    stretch.starts.add(one)
                elif one not in stretch.body:
                    stretch.body.add(one)
                    pending.append(one)
        inner = {name for name in stretch.body & set(model.nodes) if model.nodes[name].takes_time}
        stretch.timed = (
            bool(inner)
            or end.kind == "told"
            or any(model.nodes[start].kind == "asked" for start in stretch.starts)
        )
        stretch.endless = any(_reaches_within(pairs, stretch.body, name, name) for name in inner)
        stretch.handoffs = _handoffs(model, pairs, stretch, end.name)
        stretch.body = {name.removesuffix("#exit") for name in stretch.body}
        found[end.name] = stretch
    return found


def _kind(model: Model, name: str) -> str:
    return "" if name.endswith("#exit") else model.nodes[name].kind


def _reaches_within(
    pairs: set[tuple[str, str]], allowed: set[str], source: str, target: str
) -> bool:
    seen: set[str] = set()
    pending = [source]
    while pending:
        here = pending.pop()
        for one, other in pairs:
            if one == here and other in allowed | {target} and other not in seen:
                if other == target:
                    return True
                seen.add(other)
                pending.append(other)
    return False


def _handoffs(
    model: Model, pairs: set[tuple[str, str]], stretch: Stretch, end: str
) -> set[tuple[str, str]]:
    def works(name: str) -> bool:
        return _kind(model, name) not in {"", "own"} and model.nodes[name].is_work

    firsts = [name for name in stretch.body | stretch.starts if works(name)]
    lasts = [name for name in stretch.body | {end} if works(name)]
    through = {name for name in stretch.body if not works(name)}
    return {
        (one, other)
        for one in firsts
        for other in lasts
        if _desk(model, one) != _desk(model, other) and _reaches_within(pairs, through, one, other)
    }


def _desk(model: Model, name: str) -> str:
    node = model.nodes[name]
    while node.holder is not None:
        node = model.nodes[node.holder]
    return node.desk


def before(run: Run, number: int) -> list[int]:
    """Return the contacts from which a happening follows without another contact between."""
    found, seen = set(), set()
    pending = list(run[number].before)
    while pending:
        one = pending.pop()
        if one in seen:
            continue
        seen.add(one)
        if run[one].involvement is not None:
            found.add(one)
        else:
            pending += run[one].before
    return sorted(found)


def follows(run: Run, later: int, earlier: int) -> bool:
    pending = [later]
    while pending:
        one = pending.pop()
        if one == earlier:
            return True
        pending += [number for number in run[one].before if number >= earlier]
    return False


def add_waits(model: Model, runs: Sequence[tuple[float, Run]]) -> dict[str, Stretch]:
    """Find out, run by run, what the customer waits before each contact."""
    found = structure(model)
    for weight, run in runs:
        for number, happening in enumerate(run):
            involved = happening.involvement
            if involved is None:
                continue
            stretch = found[happening.node.name]
            latest: int | None = None
            for one in before(run, number):
                if latest is None or _ended(run, one) > _ended(run, latest):
                    latest = one
                elif _ended(run, one) == _ended(run, latest):
                    stretch.tied |= not (follows(run, one, latest) or follows(run, latest, one))
                    latest = one if follows(run, one, latest) else latest
            since = 0.0 if latest is None else _ended(run, latest)
            wait = involved[0] - since
            for desk, hours in blamed(model, run, number, since, involved[0]):
                stretch.desks[desk] += weight * hours
            stretch.waits.append((wait, weight))
            stretch.legs[None if latest is None else run[latest].node.name].append((wait, weight))
    return found


def blamed(
    model: Model, run: Run, number: int, begin: float, end: float
) -> Iterator[tuple[str, float]]:
    """Go back from a contact, always to what ended last, and say who had it in hands."""
    one: int | None = number
    while one is not None and end > begin:
        happening = run[one]
        overlap = min(end, happening.end) - max(begin, happening.start)
        if overlap > 0 and happening.node.takes_time:
            yield _desk_or_client(model, happening.node.name), overlap
            end = max(begin, happening.start)
        one = max(happening.before, key=lambda before: run[before].end, default=None)


def _desk_or_client(model: Model, name: str) -> str:
    return "Client" if model.nodes[name].kind == "own" else _desk(model, name)


def _ended(run: Run, number: int) -> float:
    involved = run[number].involvement
    assert involved is not None
    return involved[1]


@dataclass
class Case:
    journey: float
    wait: float
    longest: float
    occupied: float
    gaps: int


def case_of(run: Run) -> Case:
    """Look at each moment between two marks of the clock: who is busy?"""
    involved = [one.involvement for one in run if one.involvement is not None]
    work = [
        (one.start, one.end)
        for one in run
        if one.node.is_work and INVOLVED.get(one.node.kind) != "whole"
    ]
    marks = sorted({mark for span in (*involved, *work) for mark in span})
    first, last = min(start for start, _ in involved), max(end for _, end in involved)
    wait = occupied = longest = silence = 0.0
    gaps = 0
    for begin, end in pairwise(marks):
        if begin < first or end > last:
            continue
        middle, length = (begin + end) / 2, end - begin
        busy = any(start < middle < stop for start, stop in involved)
        if busy:
            silence = 0.0
            if any(start < middle < stop for start, stop in work):
                occupied += length
            continue
        touched = any(start <= begin <= stop for start, stop in involved)
        gaps += touched and length > 1e-9
        silence = length if touched else silence + length
        wait += length
        longest = max(longest, silence)
    return Case(last - first, wait, longest, occupied, gaps)


def waited_within(run: Run, hours: float) -> float:
    """Return how much of the time up to so many hours after the first contact is waiting."""
    involved = [one.involvement for one in run if one.involvement is not None]
    first, last = min(start for start, _ in involved), max(end for _, end in involved)
    until = min(first + hours, last)
    marks = sorted({first, until, *(mark for span in involved for mark in span if mark < until)})
    return sum(
        end - begin
        for begin, end in pairwise(marks)
        if not any(start < (begin + end) / 2 < stop for start, stop in involved)
    )
