"""The rules of gateways, and of choosing a way."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from cjbpmn.durations import Timings
from cjbpmn.waiting.execution import Step
from cjbpmn.waiting.structure import Structure
from cjbpmn.waiting.tokens import MANY, Instance, Table, Token

JOINS: Final = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})


class Gateways(Table):
    """How tokens split, choose and join."""

    def __init__(self, structure: Structure, timings: Timings) -> None:
        super().__init__(structure, timings)
        self._upstream: dict[str, dict[str, frozenset[str]]] = {}

    def _race(self, step: Step, token: Token) -> None:
        """Let the first of several events win."""
        raise NotImplementedError

    def _check_merge(self, step: Step, token: Token) -> None:
        """Warn where two branches of one split go on unsynchronised."""
        seen = token.instance.arrivals.setdefault(step.key, [])
        for lineage in seen:
            for one, other in zip(lineage, token.lineage, strict=False):
                if one != other:
                    if one[0] == other[0]:
                        self.run.warnings[f"unsafe:{step.node.id}"] = None
                    break
        if len(seen) < MANY and token.lineage:
            seen.append(token.lineage)

    def _depart(self, step: Step, token: Token) -> None:
        """Send a token on its way, along all flows, or those whose condition holds."""
        exits = step.exits
        if len(exits) > 1 or (exits and self._is_conditional(exits[0][0])):
            exits = self._choose_exits(step)
        self._split(token, exits)

    def _is_conditional(self, key: str) -> bool:
        flow = self.execution.graph.flows.get(key.rpartition("/")[2])
        return flow is not None and flow.conditional

    def _pick(self, given: Sequence[float | None], owner: str) -> int:
        """Choose one; what has no probability shares what the others leave."""
        if len(given) == 1:
            return 0
        return self.chooser.choose(self._weights(given, owner), owner)

    def _weights(self, given: Sequence[float | None], owner: str) -> list[float]:
        known = sum(weight for weight in given if weight is not None)
        missing = sum(weight is None for weight in given)
        if missing:
            self.run.warnings[f"assumed-probability:{owner}"] = None
            share = max(1.0 - known, 0.0) / missing
            if known == 0:
                share = 1.0
            weights = [share if weight is None else weight for weight in given]
        else:
            weights = [weight or 0.0 for weight in given]
            if abs(known - 1) > 1e-6:  # noqa: PLR2004 - as finely as percentages are written
                self.run.warnings[f"normalised-probability:{owner}"] = None
        return weights if sum(weights) > 0 else [1.0] * len(weights)

    def _given(self, step: Step) -> list[float | None]:
        likely = self.timings.probabilities
        return [likely.get(flow.rpartition("/")[2]) for flow, _ in step.exits]

    def _choose_exits(self, step: Step) -> list[tuple[str, str]]:
        """Choose among the exits of an activity or inclusive gateway, each for itself."""
        default = step.node.attributes.get("default")
        always = step.node.type not in {"inclusiveGateway", "complexGateway"}
        taken, doubtful = [], []
        for exit_, given in zip(step.exits, self._given(step), strict=True):
            if exit_[0].rpartition("/")[2] == default:
                continue
            if always and given is None and not self._is_conditional(exit_[0]):
                taken.append(exit_)
            else:
                doubtful.append((exit_, given))
        if not doubtful:
            return taken or list(step.exits)
        if any(given is None for _, given in doubtful):
            self.run.warnings[f"assumed-probability:{step.node.id}"] = None
        chances = [0.5 if given is None else given for _, given in doubtful]
        fallback = [e for e in step.exits if e[0].rpartition("/")[2] == default]
        if not (fallback or taken):
            if len(doubtful) > 1:
                self.run.warnings[f"conditioned-inclusive:{step.node.id}"] = None
            return [doubtful[index][0] for index in self._at_least_one(chances)]
        for (exit_, _), chance in zip(doubtful, chances, strict=True):
            if self.chooser.choose((1 - chance, chance), step.key):
                taken.append(exit_)
        return taken or fallback

    def _at_least_one(self, chances: Sequence[float]) -> list[int]:
        """Choose independently, given that not all fail."""
        chosen: list[int] = []
        for index, chance in enumerate(chances):
            fails = 1.0
            for other in chances[index:]:
                fails *= 1 - other
            given = chance if chosen or fails >= 1 else chance / (1 - fails)
            if not chosen and (index == len(chances) - 1 or fails >= 1):
                given = 1.0
            if self.chooser.choose((1 - min(given, 1.0), min(given, 1.0))):
                chosen.append(index)
        return chosen

    def _pass_gateway(self, step: Step, token: Token, flow: str | None) -> None:
        kind = step.node.type
        if kind == "exclusiveGateway":
            exits = step.exits
            if len(exits) > 1:
                exits = [exits[self._pick(self._given(step), step.node.id)]]
            self._split(token, exits)
        elif kind == "eventBasedGateway":
            self._race(step, token)
        elif len(step.entries) <= 1 or flow is None:
            self._leave_gateway(step, token)
        elif kind == "parallelGateway":
            self._join(step, token, flow, len(step.entries))
        elif kind == "complexGateway" and (needed := self._activation(step)) is not None:
            self._join_some(step, token, flow, needed)
        else:
            joins = token.instance.joins.setdefault(step.key, {})
            joins.setdefault(flow, deque()).append(token)
            self.inclusive[(token.instance, step.key)] = None

    def _leave_gateway(self, step: Step, token: Token) -> None:
        if step.node.type == "parallelGateway" or len(step.exits) <= 1:
            self._split(token, step.exits)
        else:
            if step.node.type == "complexGateway":
                self.run.warnings[f"complex-assumed:{step.node.id}"] = None
            self._split(token, self._choose_exits(step))

    def _activation(self, step: Step) -> int | None:
        try:
            needed = int(step.node.activation or "")
        except ValueError:
            self.run.warnings[f"complex-assumed:{step.node.id}"] = None
            return None
        return needed if 1 <= needed <= len(step.entries) else None

    def _join(self, step: Step, token: Token, flow: str, needed: int) -> None:
        joins = token.instance.joins.setdefault(step.key, {})
        joins.setdefault(flow, deque()).append(token)
        ready = [tokens for tokens in joins.values() if tokens]
        if len(ready) >= needed:
            self._leave_gateway(step, self._merge([tokens.popleft() for tokens in ready]))

    def _join_some(self, step: Step, token: Token, flow: str, needed: int) -> None:
        """Let the n-th token pass, and absorb the rest until all have come."""
        instance = token.instance
        seen = instance.arrivals.setdefault(step.key, [])
        seen.append(token.lineage)
        joins = instance.joins.setdefault(step.key, {})
        joins.setdefault(flow, deque()).append(token)
        arrived = len(seen)
        if arrived == len(step.entries):
            seen.clear()
        held = [t for tokens in joins.values() for t in tokens]
        if arrived < needed:
            return
        joins.clear()
        if arrived == needed:
            self._leave_gateway(step, self._merge(held))
        else:
            for one in held:
                self._drop(one)

    def _merge(self, tokens: Sequence[Token]) -> Token:
        first = tokens[0]
        lineage = first.lineage
        last = first.last
        for token in tokens[1:]:
            last = self._later(last, token.last)
            common = 0
            for one, other in zip(lineage, token.lineage, strict=False):
                if one != other:
                    break
                common += 1
            lineage = lineage[:common]
        first.instance.live -= len(tokens) - 1
        self.alive_tokens -= len(tokens) - 1
        return Token(first.instance, last, lineage)

    def _release_inclusive(self, *, forced: bool) -> bool:
        """Fire the inclusive joins that nothing more can reach; one of them at least if forced."""
        for instance, key in list(self.inclusive):
            held = instance.joins.get(key, {})
            if not instance.alive or not any(held.values()):
                del self.inclusive[(instance, key)]
                continue
            if forced or not self._more_can_come(instance, key, held):
                tokens = [queue.popleft() for queue in held.values() if queue]
                if not any(held.values()):
                    del self.inclusive[(instance, key)]
                self._leave_gateway(self.steps[key], self._merge(tokens))
                return True
        return False

    def _more_can_come(self, instance: Instance, key: str, held: dict[str, deque[Token]]) -> bool:
        upstream = self._upstream_of(key)
        missing = [flow for flow in self.steps[key].entries if not held.get(flow)]
        places = {activity.step.key for activity in instance.running}
        places |= {at for at, count in instance.waiting.items() if count}
        places |= {
            at for at, joined in instance.joins.items() if at != key and any(joined.values())
        }
        return any(not places.isdisjoint(upstream[flow]) for flow in missing)

    def _upstream_of(self, key: str) -> dict[str, frozenset[str]]:
        """Return, for each flow into a join, the steps of the scope from which it is reached."""
        if key not in self._upstream:
            found = {}
            before: dict[str, list[str]] = {}
            source: dict[str, str] = {}
            for member in self.scopes[self.steps[key].scope].members:
                for flow, target in self.steps[member].exits:
                    before.setdefault(target, []).append(member)
                    source[flow] = member
                for boundary in self.steps[member].boundaries:
                    before.setdefault(boundary, []).append(member)
            for flow in self.steps[key].entries:
                seen = {source[flow]} - {key}
                pending = list(seen)
                while pending:
                    for member in before.get(pending.pop(), ()):
                        if member not in seen and member != key:
                            seen.add(member)
                            pending.append(member)
                found[flow] = frozenset(seen)
            self._upstream[key] = found
        return self._upstream[key]
