"""The rules of gateways, and of choosing a way."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from cjbpmn.durations import Timings
from cjbpmn.waiting.execution import Step
from cjbpmn.waiting.playing.lineage import Arrivals, common
from cjbpmn.waiting.playing.tokens import Instance, Table, Token
from cjbpmn.waiting.structure import Structure

JOINS: Final = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})


class Gateways(Table):
    """How tokens split, choose and join."""

    def __init__(self, structure: Structure, timings: Timings) -> None:
        super().__init__(structure, timings)
        self._reached: dict[tuple[str, str], frozenset[str]] = {}
        flows = self.execution.graph.flows.values()
        self.conditional = {flow.id for flow in flows if flow.conditional}
        # Where a token goes from a step that is no gateway, if nothing is left to chance.
        self.sure = {
            key: step.exits
            for key, step in self.steps.items()
            if (len(step.exits) <= 1 and not self.conditional) or self._is_sure(step)
        }

    def _race(self, step: Step, token: Token) -> None:
        """Let the first of several events win."""
        raise NotImplementedError

    def _check_merge(self, step: Step, token: Token) -> None:
        """Warn where two branches of one split go on unsynchronised."""
        arrivals = token.instance.arrivals.get(step.key)
        if arrivals is None:
            arrivals = token.instance.arrivals[step.key] = Arrivals()
        if token.lineage is not None and arrivals.add(token.lineage):
            self.run.warnings[f"unsafe:{step.node.id}"] = None

    def _depart(self, step: Step, token: Token) -> None:
        """Send a token on its way, along all flows, or those whose condition holds."""
        exits = self.sure.get(step.key)
        if exits is None:
            exits = self._choose_exits(step)
        if len(exits) == 1:
            flow, target = exits[0]
            self.queue.append((self.steps[target], token, flow))
        else:
            self._split(token, exits)

    def _is_sure(self, step: Step) -> bool:
        """Tell whether a token takes all exits of a step that is no gateway."""
        if any(self._is_conditional(flow) for flow, _ in step.exits):
            return False
        return len(step.exits) <= 1 or not (
            step.node.attributes.get("default")
            or any(given is not None for given in self._given(step))
        )

    def _is_conditional(self, key: str) -> bool:
        return key.rpartition("/")[2] in self.conditional

    def _pick(self, given: Sequence[float | None], owner: str) -> int:
        """Choose one; what has no probability shares what the others leave."""
        if len(given) == 1:
            return 0
        return self.chooser.choose(self.fill_weights(given, owner), owner)

    def fill_weights(self, given: Sequence[float | None], owner: str) -> list[float]:
        """Return how likely each of several is; the unknown share what the others leave."""
        missing = given.count(None)
        if missing and missing == len(given):
            self.run.warnings[f"assumed-probability:{owner}"] = None
            return [1.0] * missing
        known = sum(weight for weight in given if weight is not None)
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

    def odds(self, step: Step, unknown: Sequence[Step]) -> list[float]:
        """Return how likely those win a race of which nobody knows when they happen.

        Parameters
        ----------
        step : Step
            An event-based gateway.
        unknown : sequence of Step
            Some of the events that follow it.

        Returns
        -------
        list of float
            One for each, and one for all others together, if there are any. Where nothing says
            it, each event is as likely as the others.
        """
        likely = self.timings.probabilities
        given = [
            likely.get(flow.rpartition("/")[2], likely.get(self.steps[target].node.id))
            for flow, target in step.exits
        ]
        weights = self.fill_weights(given, step.node.id)
        keys = {one.key for one in unknown}
        odds = [
            (target, weight / sum(weights))
            for (_, target), weight in zip(step.exits, weights, strict=True)
        ]
        others = [chance for target, chance in odds if target not in keys]
        found = [chance for target, chance in odds if target in keys]
        return [*found, sum(others)] if others else found

    def weights(self, step: Step) -> list[float]:
        """Return how likely each way out of an exclusive gateway is, whatever they add up to."""
        return self.fill_weights(self._given(step), step.node.id)

    def chances(self, step: Step) -> tuple[list[float | None], int | None]:
        """Return how likely each way out of an inclusive gateway is, and which is the default."""
        default = step.node.attributes.get("default")
        names = [flow.rpartition("/")[2] for flow, _ in step.exits]
        place = names.index(default) if default in names else None
        given = self._given(step)
        doubtful = [chance for index, chance in enumerate(given) if index != place]
        if any(chance is None for chance in doubtful):
            self.run.warnings[f"assumed-probability:{step.node.id}"] = None
        if place is None and len(doubtful) > 1 and 1.0 not in doubtful:
            self.run.warnings[f"conditioned-inclusive:{step.node.id}"] = None
        return [
            None if index == place else 0.5 if chance is None else chance
            for index, chance in enumerate(given)
        ], place

    def _given(self, step: Step) -> list[float | None]:
        likely = self.timings.probabilities
        if not likely:
            return [None] * len(step.exits)
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
            if len(doubtful) > 1 and max(chances) < 1:
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
        if len(joins) < needed:
            return
        ready = [tokens for tokens in joins.values() if tokens]
        if len(ready) >= needed:
            merged = [tokens.popleft() for tokens in ready]
            if not any(joins.values()):
                del token.instance.joins[step.key]
            self._leave_gateway(step, self._merge(merged))

    def _join_some(self, step: Step, token: Token, flow: str, needed: int) -> None:
        """Let the n-th token pass, and absorb the rest until all have come."""
        instance = token.instance
        arrived = instance.arrived.get(step.key, 0) + 1
        instance.arrived[step.key] = arrived % len(step.entries)
        joins = instance.joins.setdefault(step.key, {})
        joins.setdefault(flow, deque()).append(token)
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
            lineage = common(lineage, token.lineage)
        first.instance.live -= len(tokens) - 1
        self.alive_tokens -= len(tokens) - 1
        stay = max((t.stay for t in tokens if t.stay), key=lambda stay: stay.end, default=None)
        return Token(first.instance, last, lineage, stay)

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
                    del instance.joins[key]
                self._leave_gateway(self.steps[key], self._merge(tokens))
                return True
        return False

    def _more_can_come(self, instance: Instance, key: str, held: dict[str, deque[Token]]) -> bool:
        missing = {flow for flow in self.steps[key].entries if not held.get(flow)}
        places = {activity.step.key for activity in instance.running}
        places |= {at for at, count in instance.waiting.items() if count}
        places |= {
            at for at, joined in instance.joins.items() if at != key and any(joined.values())
        }
        return any(not missing.isdisjoint(self._entries_after(at, key)) for at in places)

    def _entries_after(self, place: str, join: str) -> frozenset[str]:
        """Return the flows into a join that are reached from a step of its scope, but not by it."""
        known = self._reached.get((place, join))
        if known is not None:
            return known
        entries = set(self.steps[join].entries)
        found: set[str] = set()
        seen = {place, join}
        pending = [] if place == join else [place]
        while pending and found != entries:
            step = self.steps[pending.pop()]
            found.update(flow for flow, _ in step.exits if flow in entries)
            for after in (*(target for _, target in step.exits), *step.boundaries):
                if after not in seen:
                    seen.add(after)
                    pending.append(after)
        self._reached[place, join] = frozenset(found)
        return self._reached[place, join]
