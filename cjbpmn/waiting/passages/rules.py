"""Which passages a model has, by the rules of the token game; node by node."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cjbpmn.waiting.execution import Step
from cjbpmn.waiting.passages.activities import ActivityPassages, hours
from cjbpmn.waiting.passages.delays import Chance, Delay, Drawn, Passage, Won
from cjbpmn.waiting.passages.draft import AT_ONCE
from cjbpmn.waiting.passages.passages import Killer, Passages
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.gateways import JOINS
from cjbpmn.waiting.structure import Moment


def find_passages(game: Game) -> Passages:
    """Find all places of a model, and what leads from one to the next.

    Parameters
    ----------
    game : Game
        The model.

    Returns
    -------
    Passages
        Without those that lead to no contact: nobody waits for what comes after the last one.
    """
    return _Rules(game).build()


class _Rules(ActivityPassages):
    def build(self) -> Passages:
        for scope in self.game.scopes.values():
            if scope.holder is not None:
                self.found.around[scope.key] = self.steps[scope.holder].scope
        self._begin()
        for step in self.steps.values():
            self._add(step)
        for scope in self.game.scopes.values():
            self._add_scope(scope)
        self._prune()
        return self.found

    def _add(self, step: Step) -> None:
        node = step.node
        if node.is_gateway:
            self._add_gateway(step)
        elif node.is_activity:
            self._add_activity(step)
        elif node.type in {"startEvent", "intermediateCatchEvent"}:
            self._add_catch(step)
        elif node.type == "boundaryEvent":
            fired = self._place(step, "fire")
            self._link(self._through(step, fired, "run"), self._place(step, "leave"))
        else:
            self._add_throw(step)
        self._add_exits(step)

    def _add_exits(self, step: Step) -> None:
        if step.node.type == "eventBasedGateway":
            return
        place = self._place(step, "leave")
        sent = self._place(step, "sent") if step.replies else place
        exits = step.exits
        if step.catcher is not None:
            self._throw(step, place)
            exits = [] if self._is_thrown(step) else exits
        elif step.node.type == "endEvent" and step.node.has_event("terminate"):
            exits = []
            reason = f"something else is ended: {step.node.id}"
            self.found.killers.append(Killer(step.scope, reason))
            self.found.killing.add(place)
        ways = self._take_exits(step, place, exits)
        messages = [self._send(sent, flow, self.steps[target]) for flow, target in step.sends]
        count = sum(message is not None for message in messages)
        if sent == place and ways is not None:
            if count and any(chance != 1 for chance in ways):
                self._beside(step.scope, step, place)
                return
            ways += [1.0] * count
        if ways is not None and len(ways) > 1:
            self.found.forks[place] = tuple(ways)

    def _take_exits(
        self, step: Step, place: Moment, exits: Sequence[tuple[str, str]]
    ) -> list[float | None] | None:
        """Lead on by the exits; return the chance of each, or None where only one is taken."""
        targets = [Moment(target, "arrive") for _, target in exits]
        chances = self._chances(step) if targets else ()
        if chances is None:
            weights = self.game.weights(step)
            for target, weight in zip(targets, weights, strict=True):
                self._link(place, target, weight / sum(weights))
            return None
        taken = zip(targets, chances, _expected(chances), strict=True)
        ways: list[float | None] = []
        for target, chance, weight in taken:
            if weight > 0:
                self._link(place, target, weight)
                ways.append(chance)
        return ways

    def _chances(self, step: Step) -> tuple[float | None, ...] | None:
        """Return the chance of each way out, each for itself; None where it is one of them."""
        if len(step.exits) == 1:
            return (1.0,)
        kind = step.node.type
        if kind == "exclusiveGateway":
            return None
        if kind == "parallelGateway" or (not step.node.is_gateway and step.key in self.game.sure):
            return (1.0,) * len(step.exits)
        default = step.node.attributes.get("default")
        probabilities = self.game.timings.probabilities
        found: list[float | None] = []
        for flow, _ in step.exits:
            name = flow.rpartition("/")[2]
            given = probabilities.get(name)
            always = not step.node.is_gateway and given is None and not self._is_conditional(name)
            if name == default:
                found.append(None)
            else:
                found.append(1.0 if always else 0.5 if given is None else given)
        return tuple(found) if any(chance != 0 for chance in found) else (1.0,) * len(found)

    def _send(self, place: Moment, flow: str, target: Step) -> Passage | None:
        """Lead from what sends a message to what takes it."""
        scope = self.game.scopes[target.scope]
        if flow in target.replies:
            end = self._mailbox(target, Moment(target.key, "reply-gate"), target.replies)
        elif flow not in target.awaits:
            return None
        elif target.key in scope.triggered and scope.holder is None:
            caught = target.node.type == "intermediateCatchEvent"
            end = Moment(target.key, "caught" if caught else "arrive")
        else:
            end = self._mailbox(target, Moment(target.key, "gate"), target.awaits)
        passage = self._link(place, end)
        self.found.messages.add(passage)
        return passage

    def _mailbox(self, step: Step, gate: Moment, flows: Collection[str]) -> Moment:
        """Return where a message goes that is waited for; of several, any will do."""
        if len(flows) == 1:
            return gate
        box = self._place(step, f"{gate.part} mail")
        if box not in self.found.out:
            self._doubt(box, f"one of several messages: {step.node.id}")
            self._link(box, gate)
        return box

    def _throw(self, step: Step, place: Moment) -> None:
        catcher = self.steps[step.catcher or ""]
        boundary = catcher.node.type == "boundaryEvent"
        target = self._place(catcher, "fire" if boundary else "arrive")
        self._link(place, target)
        reason = f"something is interrupted: {catcher.node.id}"
        if not boundary:
            self._doubt(target, reason)
        if not catcher.node.interrupting:
            self._beside(step.scope, catcher, place)
            return
        scope: str | None = step.scope
        around = catcher.scope
        while scope is not None and scope != around:
            self.found.killers.append(Killer(scope, reason))
            scope = self.found.around.get(scope)
        if not boundary:
            self.found.killers.append(Killer(step.scope, reason, beside=False))
        self._after_content(step.scope, target)

    def _add_gateway(self, step: Step) -> None:
        kind = step.node.type
        arrive, leave = self._place(step, "arrive"), self._place(step, "leave")
        if kind == "eventBasedGateway":
            self._add_race(step, arrive)
            return
        self._link(arrive, leave)
        if kind in JOINS and len(step.entries) > 1:
            self.found.joins[arrive] = "all" if kind == "parallelGateway" else "open"
            if kind == "complexGateway":
                self._doubt(arrive, f"some of several are enough: {step.node.id}")

    def _add_race(self, step: Step, arrive: Moment) -> None:
        runners = [self.steps[target] for _, target in step.exits]
        turn = self.game.structure.turn_of.get(step.key)
        whole = False
        if turn is not None:
            contact = self._place(self.steps[turn], "run")
            self._link(arrive, contact)
            arrive, whole = contact, True
        unknown = [r for r in runners if not r.awaits and r.key not in self.game.clocks]
        known = [r for r in runners if r not in unknown]
        odds = self.game.odds(step, unknown) if unknown else [1.0]
        for runner, chance in zip(unknown, odds, strict=False):
            self._link(arrive, self._won(runner, turned=whole), chance)
        share = odds[-1] if known else 0.0
        clocks = [r for r in known if not r.awaits]
        delays = tuple(Drawn(self.game.clocks[r.key]) for r in clocks)
        for place, runner in enumerate(clocks):
            won: Delay = Won(delays, place) if len(delays) > 1 else delays[0]
            target = self._won(runner, turned=whole)
            self._link(arrive, target, share, Chance(won) if whole else won)
        for runner in known:
            if runner.awaits:
                gate = self._place(runner, "gate")
                self._link(arrive, gate, share)
                self.found.joins[gate] = "all"
                self._link(gate, self._won(runner, turned=whole))
                self._by(self._won(runner, turned=whole), arrive, clocks)
                if len(known) > 1 or unknown:
                    reason = f"who comes first decides: {step.node.id}"
                    for other in known:
                        self._doubt(self._won(other, turned=whole), reason)

    def _won(self, runner: Step, *, turned: bool) -> Moment:
        if runner.node.is_activity:
            # Who has to begin together with somebody is only ready now.
            return self._place(runner, "arrive" if runner.partners else "begin")
        if turned or runner.node.is_gateway:
            return self._place(runner, "leave")
        if runner.node.type == "intermediateCatchEvent":
            return self._place(runner, "caught")
        # No symbol that can stand there; the game takes it as one that has happened.
        won = self._place(runner, "won")
        if won not in self.found.out:
            self._link(self._through(runner, won, "run"), Moment(runner.key, "leave"))
        return won

    def _add_catch(self, step: Step) -> None:
        arrive, leave = self._place(step, "arrive"), self._place(step, "leave")
        if step.node.type == "startEvent":
            self._link(self._through(step, arrive, "run"), leave)
            return
        caught = self._place(step, "caught")
        touch = self.touches.get(Moment(step.key))
        whole = touch is not None and touch.contact.involvement == "whole"
        if step.key in self.game.structure.turn_of:
            # A part of the customer's turn: only the race leads on.
            return
        place = self._through(step, arrive, "run") if whole else arrive
        if step.awaits:
            if not self._is_only_raced(step):
                gate = self._gate(step, place, "gate")
                self._link(gate, caught)
        else:
            clock = self.game.clocks.get(step.key)
            self._link(place, caught, 1.0, None if clock is None or whole else Drawn(clock))
        self._link(caught if whole else self._through(step, caught, "run"), leave)

    def _add_throw(self, step: Step) -> None:
        arrive = self._place(step, "arrive")
        place = arrive
        for key in reversed(step.handlers):
            # Only what was done is undone: each handler can be left out.
            handler = self.steps[key]
            done = Moment(key, f"undone by {step.key}")
            self.found.scope_of[done] = step.scope
            self._doubt(done, f"something is undone: {step.node.id}")
            self._link(place, done, 1.0, hours(self.game, handler))
            self._link(place, done)
            if Moment(key) in self.touches:
                self._link(done, Moment(key))
                self._link(Moment(key), done, 1.0, AT_ONCE)
            place = done
        self._link(self._through(step, place, "run"), self._place(step, "leave"))

    def _prune(self) -> None:
        """Leave out what leads to no contact."""
        found = self.found
        kept: set[Moment] = set(found.contacts)
        pending = list(kept)
        while pending:
            for passage in found.into.get(pending.pop(), ()):
                if passage.source not in kept:
                    kept.add(passage.source)
                    pending.append(passage.source)
        for place, chances in list(found.forks.items()):
            passages = found.out.get(place, [])
            left = [one for one in passages if one.target in kept]
            lost = [one for one in passages if one.target not in kept]
            if any(one not in found.messages for one in lost):
                reason = f"several at once: {place.key}"
                found.spawns.setdefault(found.scope_of[place], reason)
            if len(left) == len(chances):
                continue
            if len(left) > 1 and len(passages) == len(chances) and set(chances) == {1.0}:
                found.forks[place] = (1.0,) * len(left)
            else:
                del found.forks[place]
        found.leaky = {
            place
            for place, passages in found.out.items()
            if place not in found.forks and any(one.target not in kept for one in passages)
        }
        found.out = {
            place: [one for one in passages if one.target in kept]
            for place, passages in found.out.items()
            if place in kept
        }
        found.into = {
            place: [one for one in passages if one.source in kept]
            for place, passages in found.into.items()
            if place in kept
        }


def _expected(chances: Sequence[float | None]) -> list[float]:
    """Return how often each way is taken, where each is taken for itself."""
    none = 1.0
    for chance in chances:
        none *= 1.0 if chance is None else 1 - chance
    if None in chances:
        return [none if chance is None else chance for chance in chances]
    return [0.0 if chance is None else chance / (1 - none) for chance in chances]
