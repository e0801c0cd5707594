"""Random models: blocks in blocks, free choices with ways back, and nets of parallel work."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from xml.sax.saxutils import quoteattr

KINDS = {
    "task": "task",
    "told": "sendTask",  # the organisation tells the customer something, when it is done
    "asked": "userTask",  # the customer gives it something, before it begins
    "talk": "manualTask",  # both, all the time
    "own": "task",  # the customer does it
    "turn": "intermediateCatchEvent",  # the organisation waits for the customer
    "notice": "intermediateThrowEvent",
    "timer": "intermediateCatchEvent",
    "and": "parallelGateway",
    "xor": "exclusiveGateway",
    "or": "inclusiveGateway",
    "begin": "startEvent",
    "end": "endEvent",
    "sub": "subProcess",
}
INVOLVED = {
    "told": "end",
    "asked": "start",
    "talk": "whole",
    "own": "whole",
    "turn": "whole",
    "notice": "end",
}
TO_CUSTOMER = ("told", "talk", "notice")
FROM_CUSTOMER = ("asked", "talk", "turn")
DESKS = ("Sales", "Stock", "Billing")


@dataclass
class Node:
    name: str
    kind: str
    hours: float = 0.0
    desk: str = ""
    holder: str | None = None

    @property
    def takes_time(self) -> bool:
        return self.kind in {"task", "told", "asked", "talk", "own", "timer"}

    @property
    def is_work(self) -> bool:
        return self.kind in {"task", "told", "asked", "talk", "own"}


@dataclass
class Model:
    """Nodes and flows; a flow has a probability where it leaves a choice."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[tuple[str, str, float | None]] = field(default_factory=list)
    in_lane: bool = False
    loops: bool = False
    parallel: bool = False
    ends: dict[str, str] = field(default_factory=dict)
    """By sub-process, the end event inside."""

    @property
    def first(self) -> str:
        return next(name for name, node in self.nodes.items() if node.kind == "begin")

    def timings(self) -> tuple[dict[str, float], dict[str, float]]:
        hours = {name: node.hours for name, node in self.nodes.items() if node.hours}
        likely = {f"{a}-{b}": share for a, b, share in self.flows if share is not None}
        return hours, likely

    def data(self) -> bytes:
        """Return the model as BPMN."""
        messages = [
            f'<messageFlow id="m_{name}_{number}" sourceRef="{ends[0]}" targetRef="{ends[1]}"/>'
            for name, node in self.nodes.items()
            for number, ends in enumerate(self._messages(name, node))
        ]
        lanes = "".join(
            f'<lane id="lane{number}" name={quoteattr(desk)}>'
            + "".join(
                f"<flowNodeRef>{name}</flowNodeRef>"
                for name, node in self.nodes.items()
                if node.holder is None and self._lane(node) == desk
            )
            + "</lane>"
            for number, desk in enumerate((*DESKS, "Client") if self.in_lane else DESKS)
        )
        client = "" if self.in_lane else '<participant id="client" name="Client"/>'
        return (
            '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" '
            f'targetNamespace="x"><collaboration id="c">{client}'
            f'<participant id="org" name="Org" processRef="p"/>{"".join(messages)}'
            f'</collaboration><process id="p"><laneSet id="lanes">{lanes}</laneSet>'
            f"{self._content(None)}</process></definitions>"
        ).encode()

    def _lane(self, node: Node) -> str:
        return "Client" if node.kind == "own" else node.desk

    def _messages(self, name: str, node: Node) -> list[tuple[str, str]]:
        found = []
        if node.kind in FROM_CUSTOMER:
            found.append(("client", name))
        if node.kind in TO_CUSTOMER:
            found.append((name, "client"))
        return found

    def _content(self, holder: str | None) -> str:
        lines = []
        for name, node in self.nodes.items():
            if node.holder != holder:
                continue
            inner = self._content(name) if node.kind == "sub" else ""
            if node.kind in {"turn", "notice"}:
                inner = "<messageEventDefinition/>"
            elif node.kind == "timer":
                inner = "<timerEventDefinition/>"
            lines.append(
                f'<{KINDS[node.kind]} id="{name}" name="{name}">{inner}</{KINDS[node.kind]}>'
            )
        for source, target, _ in self.flows:
            if self.nodes[source].holder == self.nodes[target].holder == holder:
                ends = f'sourceRef="{source}" targetRef="{target}"'
                lines.append(f'<sequenceFlow id="{source}-{target}" {ends}/>')
        return "".join(lines)


class Maker:
    """Makes a model out of random numbers."""

    def __init__(self, rng: Random, *, loops: bool, in_lane: bool) -> None:
        self.rng = rng
        self.model = Model(in_lane=in_lane)
        self.loops = loops
        self.holder: str | None = None
        self.budget = 1000
        """The product of the numbers of ways; a loop counts as several."""

    def node(self, kind: str) -> str:
        name = f"{kind}{len(self.model.nodes)}"
        node = Node(name, kind, desk=self.rng.choice(DESKS), holder=self.holder)
        if node.takes_time or kind == "turn":
            node.hours = round(self.rng.uniform(0.1, 9), 3)
        self.model.nodes[name] = node
        return name

    def flow(self, source: str, target: str, share: float | None = None) -> None:
        self.model.flows.append((source, target, share))

    def step(self) -> str:
        # What is in a sub-process is in no lane of its own.
        if self.rng.random() < 0.6 or (self.model.in_lane and self.holder is not None):
            return self.node(self.rng.choice(("task", "task", "timer")))
        kinds = ("own",) if self.model.in_lane else tuple(k for k in INVOLVED if k != "own")
        return self.node(self.rng.choice(kinds))

    def shares(self, number: int) -> list[float]:
        cuts = sorted(self.rng.sample(range(1, 20), number - 1))
        return [(b - a) / 20 for a, b in zip([0, *cuts], [*cuts, 20], strict=True)]

    def block(self, depth: int) -> tuple[str, str]:
        """Make a block; return where it is entered and left."""
        if not depth:
            name = self.step()
            return name, name
        kinds = ["line", "line", "choice", "parallel", "inclusive", "sub", "net", "free"]
        if self.loops:
            kinds += ["loop", "loop"]
        made: tuple[str, str] = getattr(self, self.rng.choice(kinds))(depth - 1)
        return made

    def line(self, depth: int) -> tuple[str, str]:
        parts = [self.block(depth) for _ in range(self.rng.randint(2, 3))]
        for one, other in pairwise(parts):
            self.flow(one[1], other[0])
        return parts[0][0], parts[-1][1]

    def choice(self, depth: int) -> tuple[str, str]:
        number = self.rng.randint(2, 3)
        if not self.afford(number):
            return self.line(depth)
        split, join = self.node("xor"), self.node("xor")
        for share in self.shares(number):
            self.between(split, join, depth, share)
        return split, join

    def parallel(self, depth: int) -> tuple[str, str]:
        self.model.parallel = True
        split, join = self.node("and"), self.node("and")
        for _ in range(self.rng.randint(2, 3)):
            self.between(split, join, depth)
        return split, join

    def inclusive(self, depth: int) -> tuple[str, str]:
        if not self.afford(3):
            return self.line(depth)
        self.model.parallel = True
        split, join = self.node("or"), self.node("or")
        for _ in range(2):
            self.between(split, join, depth, self.rng.randint(1, 9) / 10)
        return split, join

    def between(self, split: str, join: str, depth: int, share: float | None = None) -> None:
        first, last = self.block(depth)
        self.flow(split, first, share)
        self.flow(last, join)

    def loop(self, depth: int) -> tuple[str, str]:
        if not self.afford(50):
            return self.line(depth)
        self.model.loops = True
        join, split = self.node("xor"), self.node("xor")
        first, last = self.block(min(depth, 1))
        self.flow(join, first)
        self.flow(last, split)
        again = self.step()
        self.flow(split, again, 0.15)
        self.flow(again, join)
        out = self.node("xor")
        self.flow(split, out, 0.85)
        return join, out

    def sub(self, depth: int) -> tuple[str, str]:
        around = self.holder
        name = self.node("sub")
        self.holder = name
        begin, end = self.node("begin"), self.node("end")
        first, last = self.block(depth)
        self.flow(begin, first)
        self.flow(last, end)
        self.holder = around
        self.model.ends[name] = end
        return name, name

    def free(self, depth: int) -> tuple[str, str]:
        """Choices from which the ways lead forward to anywhere, and now and then back."""
        number = self.rng.randint(3, 4)
        goes_back = self.loops and self.afford(400)
        if not self.afford(2 ** (number - 1)):
            return self.line(depth)
        parts = []
        for _ in range(number):
            join, split = self.node("xor"), self.node("xor")
            self.between(join, split, 0)
            parts.append((join, split))
        out = self.node("xor")
        joins = [join for join, _ in parts] + [out]
        for index, (_, split) in enumerate(parts):
            targets = [joins[index + 1]]
            if index + 2 < len(joins) and self.rng.random() < 0.7:
                targets.append(self.rng.choice(joins[index + 2 :]))
            shares = self.shares(len(targets))
            if goes_back and index and not self.model.loops:
                self.model.loops = True
                targets.append(self.rng.choice(joins[:index]))
                shares = [share * 0.875 for share in shares] + [0.125]
            for target, share in zip(targets, shares, strict=True):
                self.flow(split, target, share)
        return parts[0][0], out

    def net(self, _: int) -> tuple[str, str]:
        """Parallel work of which each piece needs some of the pieces before: no blocks."""
        self.model.parallel = True
        number = self.rng.randint(3, 5)
        pieces = [self.block(0) for _ in range(number)]
        needs: dict[int, list[int]] = {
            index: sorted(self.rng.sample(range(index), self.rng.randint(0, min(2, index))))
            for index in range(number)
        }
        split, join = self.node("and"), self.node("and")
        entries, exits = {}, {}
        for index, (first, last) in enumerate(pieces):
            needed = sum(index in needs[other] for other in needs)
            entries[index], exits[index] = first, last
            if len(needs[index]) > 1:
                entries[index] = self.node("and")
                self.flow(entries[index], first)
            if needed > 1:
                exits[index] = self.node("and")
                self.flow(last, exits[index])
        for index in range(number):
            for before in needs[index]:
                self.flow(exits[before], entries[index])
            if not needs[index]:
                self.flow(split, entries[index])
            if not any(index in needs[other] for other in needs):
                self.flow(exits[index], join)
        return split, join

    def afford(self, ways: int) -> bool:
        if self.budget < ways:
            return False
        self.budget //= ways
        return True


def make_model(seed: int) -> Model:
    """Make a random model; always the same one of a seed."""
    rng = Random(seed)  # noqa: S311 - repeatable
    maker = Maker(rng, loops=seed % 3 == 0, in_lane=seed % 4 == 1)
    begin = maker.node("begin")
    greeted = maker.node("own" if maker.model.in_lane else "turn")
    maker.flow(begin, greeted)
    last = greeted
    for _ in range(rng.randint(1, 2)):
        first, end = maker.block(rng.choice((1, 2, 2, 3)))
        maker.flow(last, first)
        last = end
    if rng.random() < 0.7:
        told = maker.node("own" if maker.model.in_lane else "told")
        maker.flow(last, told)
        last = told
    maker.flow(last, maker.node("end"))
    return maker.model
