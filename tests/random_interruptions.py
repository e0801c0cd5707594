"""Random models in which things are interrupted, and a second way to say what happens in them.

A model is a block of blocks. Its runs are told block by block, by recursion: what a block does is
told as if nothing disturbed it, and what comes after a disturbance is struck out. There are no
tokens, no queue and no clock, so nothing of this is shared with what it is to judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Any, TypeAlias

from drawing import Drawing, asked

from cjbpmn.distributions import Gamma, Uniform, exponential

Tree: TypeAlias = tuple[Any, ...]
Times: TypeAlias = frozenset[float]


class Model:
    """A random model: its drawing, its durations and shares, and its tree of blocks."""

    def __init__(self, seed: int, depth: int = 4) -> None:
        self.rng = Random(seed)  # noqa: S311 - a model, no secret
        self.count = 0
        self.left = self.rng.randint(4, 12)
        self.hours: dict[str, Uniform | Gamma] = {}
        self.shares: dict[str, float] = {}
        self.messages: list[str] = []
        self.drawing = Drawing()
        first, last, self.tree = self._block(None, depth)
        asked(self.drawing, flows=f"S>{first} {last}>E").message(*self.messages)

    def _name(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def _draw(self, holder: str | None, *nodes: str, flows: str = "") -> None:
        self.drawing.pool("Org", *nodes, flows=flows, inside=holder)

    def _time(self, name: str) -> tuple[str, Uniform | Gamma]:
        least = self.rng.choice([0, 1, 2, 3])
        kinds = [Uniform(least, least + self.rng.choice([1, 3, 5])), exponential(least + 1)]
        self.hours[name] = self.rng.choice(kinds)
        return "task", self.hours[name]

    def _task(self, holder: str | None) -> tuple[str, str, Tree]:
        name = self._name("A")
        self._draw(holder, f"task {name}")
        return name, name, self._time(name)

    def _send(self, holder: str | None) -> tuple[str, str, Tree]:
        name = self._name("N")
        self._draw(holder, f"intermediateThrowEvent {name} message")
        self.messages.append(f"{name}>Client")
        return name, name, ("send", name)

    def _block(self, holder: str | None, depth: int) -> tuple[str, str, Tree]:
        self.left -= 1
        if depth <= 0 or self.left < 0:
            return self._task(holder) if self.rng.random() < 0.75 else self._send(holder)
        makers = [self._task, self._send]
        larger = [self._sequence, self._choice, self._parallel, self._loop, self._watched]
        larger += [self._content] * 4
        if self.rng.random() < 0.2:
            return self.rng.choice(makers)(holder)
        return self.rng.choice(larger)(holder, depth - 1)

    def _sequence(self, holder: str | None, depth: int) -> tuple[str, str, Tree]:
        one, other = self._block(holder, depth), self._block(holder, depth)
        self._draw(holder, flows=f"{one[1]}>{other[0]}")
        return one[0], other[1], ("then", one[2], other[2])

    def _two(self, kind: str, holder: str | None, depth: int) -> tuple[str, str, str, Tree, Tree]:
        split, join = self._name("G"), self._name("J")
        one, other = self._block(holder, depth), self._block(holder, depth)
        flows = f"{split}>{one[0]} {split}>{other[0]} {one[1]}>{join} {other[1]}>{join}"
        self._draw(holder, f"{kind} {split}", f"{kind} {join}", flows=flows)
        return split, join, one[0], one[2], other[2]

    def _choice(self, holder: str | None, depth: int) -> tuple[str, str, Tree]:
        split, join, first, one, other = self._two("exclusiveGateway", holder, depth)
        share = self.rng.choice([0.3, 0.5, 0.8])
        self.shares[f"{split}-{first}"] = share
        return split, join, ("either", share, one, other)

    def _parallel(self, holder: str | None, depth: int) -> tuple[str, str, Tree]:
        split, join, _, one, other = self._two("parallelGateway", holder, depth)
        return split, join, ("both", one, other)

    def _loop(self, holder: str | None, depth: int) -> tuple[str, str, Tree]:
        begin, gate, after = self._name("M"), self._name("X"), self._name("Y")
        first, last, tree = self._block(holder, depth)
        nodes = [f"exclusiveGateway {name}" for name in (begin, gate, after)]
        flows = f"{begin}>{first} {last}>{gate} {gate}>{begin} {gate}>{after}"
        self._draw(holder, *nodes, flows=flows)
        self.shares[f"{gate}-{begin}"] = 0.3
        return begin, after, ("again", 0.3, tree)

    def _watched(self, holder: str | None, depth: int) -> tuple[str, str, Tree]:
        """Draw a task with a timer on its border."""
        name, _, tree = self._task(holder)
        return self._border(holder, depth, name, tree)

    def _content(self, holder: str | None, depth: int) -> tuple[str, str, Tree]:
        """Draw a sub-process with something that disturbs it."""
        name, begin, end = self._name("P"), self._name("s"), self._name("e")
        kind = self.rng.choice(["border", "border", "error", "terminate", "event", "beside"])
        first, last, tree = self._block(name, depth)
        flows = f"{begin}>{first}"
        if kind == "error":
            gate, thrown = self._name("X"), self._name("x")
            self._draw(name, f"exclusiveGateway {gate}", f"endEvent {thrown} error")
            flows += f" {last}>{gate} {gate}>{thrown} {gate}>{end}"
            self.shares[f"{gate}-{thrown}"] = 0.4
            tree = ("then", tree, ("thrown", 0.4))
        elif kind == "terminate":
            split, thrown = self._name("G"), self._name("x")
            other = self._block(name, depth)
            self._draw(name, f"parallelGateway {split}", f"endEvent {thrown} terminate")
            flows = f"{begin}>{split} {split}>{first} {split}>{other[0]}"
            flows += f" {last}>{end} {other[1]}>{thrown}"
            tree = ("until", tree, other[2])
        else:
            flows += f" {last}>{end}"
        if kind in {"event", "beside"}:
            tree = self._event(name, depth, tree, beside=kind == "beside")
        self._draw(name, f"startEvent {begin}", f"endEvent {end}", flows=flows)
        self._draw(holder, f"subProcess {name}")
        if kind == "error":
            return self._caught(holder, depth, name, ("inside", tree))
        if kind == "border":
            return self._border(holder, depth, name, ("inside", tree))
        return name, name, ("inside", tree)

    def _clock(self) -> tuple[str, float]:
        minutes = self.rng.choice([90, 150, 250])
        return f"timer PT{minutes}M", minutes / 60

    def _event(self, name: str, depth: int, tree: Tree, *, beside: bool) -> Tree:
        inner, begin, end = self._name("V"), self._name("s"), self._name("e")
        clock, hours = self._clock()
        first, last, handler = self._block(inner, depth)
        begins = f"startEvent {begin} {clock}" + (" isInterrupting=false" if beside else "")
        self._draw(inner, begins, f"endEvent {end}", flows=f"{begin}>{first} {last}>{end}")
        self._draw(name, f"subProcess {inner} triggeredByEvent=true")
        return ("event", tree, hours, handler, beside)

    def _border(
        self, holder: str | None, depth: int, name: str, tree: Tree
    ) -> tuple[str, str, Tree]:
        border = self._name("B")
        clock, hours = self._clock()
        if self.rng.random() < 0.5:
            return self._handled(holder, depth, f"{border} {clock} on={name}", ("cut", tree, hours))
        end = self._name("e")
        first, last, handler = self._block(holder, depth)
        nodes = (f"boundaryEvent {border} {clock} on={name} free", f"endEvent {end}")
        self._draw(holder, *nodes, flows=f"{border}>{first} {last}>{end}")
        return name, name, ("beside", tree, hours, handler)

    def _caught(
        self, holder: str | None, depth: int, name: str, tree: Tree
    ) -> tuple[str, str, Tree]:
        return self._handled(
            holder, depth, f"{self._name('B')} error on={name}", ("cut", tree, None)
        )

    def _handled(
        self, holder: str | None, depth: int, border: str, tree: Tree
    ) -> tuple[str, str, Tree]:
        join, host, event = self._name("J"), border.rpartition("=")[2], border.partition(" ")[0]
        first, last, handler = self._block(holder, depth)
        flows = f"{event}>{first} {host}>{join} {last}>{join}"
        self._draw(holder, f"boundaryEvent {border}", f"exclusiveGateway {join}", flows=flows)
        return host, join, (*tree, handler)


@dataclass
class Told:
    """What a block does: when it is done, the contacts right before that, and all contacts.

    A contact is its name, when it was, and how long nothing was heard before it on its way.
    `others` are branches that end by themselves; `thrown` is when an error was.
    """

    end: float
    since: Times
    contacts: list[tuple[str, float, float]] = field(default_factory=list)
    others: list[tuple[float, Times]] = field(default_factory=list)
    thrown: float | None = None

    def until(self, time: float) -> list[tuple[str, float, float]]:
        return [contact for contact in self.contacts if contact[1] <= time]


def tell(model: Model, rng: Random) -> list[tuple[str, float, float]]:
    """Tell one run: its contacts, the last of them the answer at the end."""
    told = _tell(model.tree, 0.0, frozenset([0.0]), rng)
    return [*told.contacts, ("E", told.end, told.end - max(told.since))]


def _tell(tree: Tree, now: float, since: Times, rng: Random) -> Told:  # noqa: PLR0911 - of each kind
    match tree:
        case ("task", Uniform() as time):
            return Told(now + rng.uniform(time.low, time.high), since)
        case ("task", Gamma() as time):
            return Told(now + rng.expovariate(1 / time.scale), since)
        case ("send", name):
            return Told(now, frozenset([now]), [(name, now, now - max(since))])
        case ("thrown", share):
            return Told(now, since, thrown=now if rng.random() < share else None)
        case ("then", one, other):
            return _then(_tell(one, now, since, rng), other, rng)
        case ("either", share, one, other):
            return _tell(one if rng.random() < share else other, now, since, rng)
        case ("both", *ways):
            told = [_tell(way, now, since, rng) for way in ways]
            return _joined(max(one.end for one in told), told)
        case ("again", share, inner):
            told = _tell(inner, now, since, rng)
            while rng.random() < share:
                told = _then(told, inner, rng)
            return told
        case ("inside", inner):
            return _inside(inner, now, since, rng)
    return _disturbed(tree, now, since, rng)


def _then(before: Told, after: Tree, rng: Random) -> Told:
    told = _tell(after, before.end, before.since, rng)
    contacts = before.contacts + told.contacts
    return Told(told.end, told.since, contacts, before.others + told.others, told.thrown)


def _joined(end: float, told: list[Told]) -> Told:
    return Told(
        end,
        frozenset().union(*(one.since for one in told)),
        [contact for one in told for contact in one.contacts],
        [other for one in told for other in one.others],
    )


def _after(since: Times, contacts: list[tuple[str, float, float]]) -> Times:
    """Return what a disturbance follows on: the latest contact there was."""
    return frozenset([max([*since, *(time for _, time, _ in contacts)])])


def _inside(tree: Tree, now: float, since: Times, rng: Random) -> Told:
    """Tell of a sub-process: it is left when all in it is done, or at an end event before."""
    if tree[0] == "until":
        one, other = (_tell(way, now, since, rng) for way in tree[1:])
        kept = one.until(other.end) + other.until(other.end)
        return Told(other.end, _after(since, kept), kept)
    if tree[0] == "event":
        return _with_event(tree, now, since, rng)
    told = _tell(tree, now, since, rng)
    if told.thrown is not None:
        return Told(told.thrown, since, told.until(told.thrown), thrown=told.thrown)
    end = max([told.end, *(end for end, _ in told.others)])
    return Told(end, _after(since, told.contacts), told.contacts)


def _with_event(tree: Tree, now: float, since: Times, rng: Random) -> Told:
    _, inner, hours, handler, beside = tree
    told = _inside(inner, now, since, rng)
    ring = now + hours
    if told.end <= ring:
        return told
    kept = told.until(ring)
    handled = _inside(handler, ring, _after(since, kept), rng)
    contacts = (told.contacts if beside else kept) + handled.contacts
    end = max(told.end, handled.end) if beside else handled.end
    return Told(end, _after(since, contacts), contacts)


def _disturbed(tree: Tree, now: float, since: Times, rng: Random) -> Told:
    kind, inner, hours, handler = tree
    told = _tell(inner, now, since, rng)
    ring = told.thrown if hours is None else now + hours
    if ring is None or (hours is not None and told.end <= ring):
        return told
    kept = told.until(ring)
    handled = _tell(handler, ring, _after(since, kept), rng)
    if kind == "cut":
        return Told(handled.end, handled.since, kept + handled.contacts, handled.others)
    others = [*told.others, *handled.others, (handled.end, handled.since)]
    return Told(told.end, told.since, told.contacts + handled.contacts, others)


def silences(contacts: list[tuple[str, float, float]]) -> Iterator[float]:
    """Yield how long nothing was heard, from the question at zero on."""
    times = sorted([0.0, *(time for _, time, _ in contacts)])
    for before, after in pairwise(times):
        if after - before > 1e-9:
            yield after - before
