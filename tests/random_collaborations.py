"""Random collaborations: a customer and an organisation, both drawn, who talk in many ways."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from drawing import Drawing


@dataclass
class Pool:
    name: str
    nodes: list[str] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)
    last: str = ""


@dataclass
class Collaboration:
    """A drawing, and what it cannot say."""

    drawing: Drawing
    durations: dict[str, Any]
    probabilities: dict[str, float]
    told: list[str]


class Talk:
    """Makes a collaboration out of random numbers: one exchange after another."""

    EXCHANGES = (
        "ask",
        "tell",
        "meet",
        "request",
        "decide",
        "hurry",
        "repeat",
        "order",
        "inform",
        "both",
        "limit",
        "remind",
        "fork",
        "checked",
    )

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)  # noqa: S311 - repeatable
        self.client, self.org = Pool("Client"), Pool("Org")
        self.pools = [self.client, self.org]
        self.messages: list[str] = []
        self.durations: dict[str, Any] = {}
        self.shares: dict[str, float] = {}
        self.told: list[str] = []
        self.count = 0

    def make(self) -> Collaboration:
        begin = self.put(self.client, "startEvent", follow=False)
        del begin
        self.work(self.client)
        call = self.put(self.client, "intermediateThrowEvent", "message")
        start = self.put(self.org, "startEvent", "message", follow=False)
        self.messages.append(f"{call}>{start}")
        for _ in range(self.rng.randint(2, 4)):
            kind = self.rng.choice(self.EXCHANGES)
            self.told.append(kind)
            getattr(self, kind)()
            if self.rng.random() < 0.6:
                self.work(self.rng.choice((self.client, self.org, self.org)))
        if self.rng.random() < 0.2:
            self.told.append("silence")
            self.silence()
        for pool in (self.client, self.org):
            self.put(pool, "endEvent")
        drawing = Drawing()
        for pool in self.pools:
            drawing.pool(pool.name, *pool.nodes, flows=" ".join(pool.flows))
        drawing.message(*self.messages)
        return Collaboration(drawing, self.durations, self.shares, self.told)

    # Pieces

    def put(self, pool: Pool, kind: str, words: str = "", *, follow: bool = True) -> str:
        """Add a node, behind the last one."""
        self.count += 1
        name = f"{pool.name[0]}{self.count}"
        pool.nodes.append(f"{kind} {name} {words}".strip())
        if kind.endswith("ask"):
            self.durations[name] = round(self.rng.uniform(0.1, 9), 3)
        if follow:
            pool.flows.append(f"{pool.last}>{name}")
        pool.last = name
        return name

    def timer(self, pool: Pool, kind: str, words: str = "", *, follow: bool = True) -> str:
        name = self.put(pool, kind, f"timer PT1H {words}", follow=follow)
        self.durations[name] = round(self.rng.uniform(0.1, 9), 3)
        return name

    def flow(self, pool: Pool, source: str, target: str, share: float | None = None) -> None:
        pool.flows.append(f"{source}>{target}")
        if share is not None:
            self.shares[f"{source}-{target}"] = share

    def work(self, pool: Pool) -> None:
        kind = self.rng.choice(("task", "task", "choice", "parallel"))
        if kind == "task" or (pool is self.client and kind == "parallel"):
            self.put(pool, "task")
            return
        gateway = "exclusiveGateway" if kind == "choice" else "parallelGateway"
        split = self.put(pool, gateway)
        ends = []
        share = self.share() if kind == "choice" else None
        for part in (share, None if share is None else 1 - share):
            name = self.put(pool, "task", follow=False)
            self.flow(pool, split, name, part)
            ends.append(name)
        self.close(pool, gateway, ends)

    def close(self, pool: Pool, gateway: str, ends: list[str]) -> None:
        name = self.put(pool, gateway, follow=False)
        for end in ends:
            self.flow(pool, end, name)

    def share(self) -> float:
        return self.rng.choice((0.2, 0.35, 0.5, 0.7))

    def send(self, pool: Pool) -> str:
        kind = self.rng.choice(("intermediateThrowEvent", "sendTask", "task"))
        return self.put(pool, kind, "message" if kind == "intermediateThrowEvent" else "")

    def catch(self, pool: Pool) -> str:
        kind = self.rng.choice(("intermediateCatchEvent", "receiveTask", "task"))
        return self.put(pool, kind, "message" if kind == "intermediateCatchEvent" else "")

    def say(self, one: Pool, other: Pool) -> None:
        source, target = self.send(one), self.catch(other)
        self.messages.append(f"{source}>{target}")

    # Exchanges

    def ask(self) -> None:
        self.say(self.client, self.org)

    def tell(self) -> None:
        self.say(self.org, self.client)

    def both(self) -> None:
        """Each tells the other something, in whichever order they get there."""
        self.say(self.org, self.client)
        self.say(self.client, self.org)

    def meet(self) -> None:
        one, other = self.put(self.client, "task"), self.put(self.org, "userTask")
        self.messages += [f"{one}>{other}", f"{other}>{one}"]

    def request(self) -> None:
        asks = self.put(self.client, "task")
        heard = self.put(self.org, "intermediateCatchEvent", "message")
        self.work(self.org)
        answers = self.send(self.org)
        self.messages += [f"{asks}>{heard}", f"{answers}>{asks}"]

    def decide(self) -> None:
        """The organisation says one thing or another, and the customer goes on accordingly."""
        split, race = (
            self.put(self.org, "exclusiveGateway"),
            self.put(self.client, "eventBasedGateway"),
        )
        share = self.share()
        said, heard = [], []
        for part in (share, 1 - share):
            said.append(self.put(self.org, "intermediateThrowEvent", "message", follow=False))
            self.flow(self.org, split, said[-1], part)
            heard.append(self.put(self.client, "intermediateCatchEvent", "message", follow=False))
            self.flow(self.client, race, heard[-1])
            self.messages.append(f"{said[-1]}>{heard[-1]}")
            self.put(self.client, "task")
            heard[-1] = self.client.last
        self.close(self.org, "exclusiveGateway", said)
        self.close(self.client, "exclusiveGateway", heard)

    def hurry(self) -> None:
        """The customer does not wait for ever."""
        self.work(self.org)
        said = self.send(self.org)
        race = self.put(self.client, "eventBasedGateway")
        heard = self.put(self.client, "intermediateCatchEvent", "message", follow=False)
        late = self.timer(self.client, "intermediateCatchEvent", follow=False)
        self.flow(self.client, race, heard)
        self.flow(self.client, race, late)
        self.messages.append(f"{said}>{heard}")
        self.close(self.client, "exclusiveGateway", [heard, late])

    def repeat(self) -> None:
        """As long as the organisation is not content, the customer has to do it again."""
        again = self.put(self.org, "exclusiveGateway")
        self.put(self.org, "task")
        split = self.put(self.org, "exclusiveGateway")
        more = self.put(self.org, "intermediateThrowEvent", "message", follow=False)
        self.flow(self.org, split, more, 0.2)
        back = self.put(self.org, "intermediateCatchEvent", "message")
        self.flow(self.org, back, again)
        done = self.put(self.org, "intermediateThrowEvent", "message", follow=False)
        self.flow(self.org, split, done, 0.8)
        merge = self.put(self.client, "exclusiveGateway")
        race = self.put(self.client, "eventBasedGateway")
        asked = self.put(self.client, "intermediateCatchEvent", "message", follow=False)
        self.flow(self.client, race, asked)
        given = self.put(self.client, "sendTask")
        self.flow(self.client, given, merge)
        content = self.put(self.client, "intermediateCatchEvent", "message", follow=False)
        self.flow(self.client, race, content)
        self.messages += [f"{more}>{asked}", f"{given}>{back}", f"{done}>{content}"]

    def order(self) -> None:
        """Somebody else does it."""
        other = Pool(f"Supplier{len(self.pools)}")
        self.pools.append(other)
        begin = self.put(other, "startEvent", "message", follow=False)
        ordered = self.send(self.org)
        self.put(other, "task")
        done = self.put(other, "endEvent", "message")
        if self.rng.random() < 0.5:
            self.work(self.org)
        got = self.catch(self.org)
        self.messages += [f"{ordered}>{begin}", f"{done}>{got}"]

    def inform(self) -> None:
        """One message for several."""
        other = Pool(f"Auditor{len(self.pools)}")
        self.pools.append(other)
        begin = self.put(other, "startEvent", "message", follow=False)
        self.put(other, "task")
        self.put(other, "endEvent")
        said, heard = self.send(self.org), self.catch(self.client)
        self.messages += [f"{said}>{heard}", f"{said}>{begin}"]

    def limit(self) -> None:
        """Work that is broken off."""
        host = self.put(self.org, "task")
        self.work(self.org)
        usual = self.org.last
        late = self.timer(self.org, "boundaryEvent", f"on={host}", follow=False)
        told = self.put(self.org, "task")
        del late
        self.close(self.org, "exclusiveGateway", [usual, told])
        self.say(self.org, self.client)

    def remind(self) -> None:
        """Work that goes on although somebody is reminded."""
        host = self.put(self.org, "task")
        self.timer(self.org, "boundaryEvent", f"on={host} free", follow=False)
        self.put(self.org, "task")
        self.put(self.org, "endEvent")
        self.org.last = host
        self.say(self.org, self.client)

    def fork(self) -> None:
        """The customer is told something, while something else goes on."""
        split = self.put(self.org, "parallelGateway")
        said = self.put(self.org, "task", follow=False)
        self.flow(self.org, split, said)
        other = self.put(self.org, "task", follow=False)
        self.flow(self.org, split, other)
        self.messages.append(f"{said}>{self.catch(self.client)}")
        self.close(self.org, "parallelGateway", [said, other])

    def checked(self) -> None:
        """Something is done until it is right."""
        again = self.put(self.org, "exclusiveGateway")
        self.put(self.org, "task")
        split = self.put(self.org, "exclusiveGateway")
        more = self.put(self.org, "task", follow=False)
        self.flow(self.org, split, more, 0.25)
        self.flow(self.org, more, again)
        after = self.put(self.org, "task", follow=False)
        self.flow(self.org, split, after, 0.75)

    def silence(self) -> None:
        """The customer waits for something that is not always sent."""
        split = self.put(self.org, "exclusiveGateway")
        said = self.put(self.org, "sendTask", follow=False)
        quiet = self.put(self.org, "task", follow=False)
        self.flow(self.org, split, said, 0.6)
        self.flow(self.org, split, quiet, 0.4)
        self.messages.append(f"{said}>{self.catch(self.client)}")
        self.close(self.org, "exclusiveGateway", [said, quiet])


def make_collaboration(seed: int) -> Collaboration:
    """Make a random collaboration; always the same one of a seed."""
    return Talk(seed).make()
