"""How scopes are entered and left: processes, sub-processes, event sub-processes."""

from __future__ import annotations

from itertools import pairwise

from cjbpmn.waiting.execution import Scope, Step
from cjbpmn.waiting.passages.delays import Drawn
from cjbpmn.waiting.passages.draft import Draft
from cjbpmn.waiting.passages.passages import BEGIN, Killer, Rounds
from cjbpmn.waiting.structure import Moment


class ScopePassages(Draft):
    """Where a case begins, and what leads into scopes and out of them."""

    def _begin(self) -> None:
        scopes = self.game.scopes
        processes = [scopes[key] for key in self.game.execution.processes]
        begun = [scope for scope in processes if not scope.triggered]
        if not begun:
            own = [scope for scope in processes if scope.starts or scope.choices] or processes
            for scope in own[:1]:
                self._open(BEGIN, scope, forced=not (scope.starts or scope.choices))
        for scope in begun:
            self._open(BEGIN, scope)

    def _open(self, place: Moment, scope: Scope, *, forced: bool = False) -> None:
        """Lead from a place to wherever a scope begins."""
        entry = Moment(scope.key, "enter")
        self.found.scope_of[entry] = scope.key
        self._link(place, entry)
        starts = [self.steps[key] for key in scope.starts]
        if forced or scope.holder is not None:
            starts += [self.steps[key] for key in scope.triggered]
        if scope.sequential:
            starts = starts[:1]
        ways = [self._place(step, "arrive") for step in starts]
        if scope.choices:
            choice = Moment(scope.key, "choice")
            self.found.scope_of[choice] = scope.key
            ways.append(choice)
            given = [
                self.game.timings.probabilities.get(self.steps[key].node.id)
                for key in scope.choices
            ]
            weights = self.game.fill_weights(given, scope.key)
            for key, weight in zip(scope.choices, weights, strict=True):
                target = self._place(self.steps[key], "arrive")
                self._link(choice, target, weight / sum(weights))
        for way in ways:
            self._link(entry, way)
        if len(ways) > 1:
            self.found.forks[entry] = (1.0,) * len(ways)

    def _add_scope(self, scope: Scope) -> None:
        if scope.holder is None:
            entry = Moment(scope.key, "enter")
        else:
            entry = Moment(scope.holder, "work")
            if not self.steps[scope.holder].node.triggered_by_event:
                self._open(entry, scope)
            self._add_exit(scope)
        for key in scope.event_scopes:
            self._add_event_scope(scope, self.steps[key], Moment(scope.key, "enter"))

    def _add_exit(self, scope: Scope) -> None:
        """A scope is left when nothing goes on in it any more."""
        holder = self.steps[scope.holder or ""]
        leave = self._place(holder, "exit")
        self.found.scope_of[leave] = scope.key
        self.found.joins[leave] = "done"
        starts = [*scope.starts, *scope.choices, *scope.triggered]
        for key in scope.members:
            step = self.steps[key]
            if step.exits or self._is_thrown(step):
                continue
            if not (scope.sequential and key in starts[:-1]):
                self._link(Moment(key, "leave"), leave)
        if scope.sequential:
            for one, other in pairwise(starts):
                self._link(Moment(one, "leave"), Moment(other, "arrive"))
                if self.steps[one].exits or self.steps[other].entries:
                    self._doubt(leave, f"one thing after another: {holder.node.id}")
                    self.found.endless.add(leave)
        self._link(leave, self._place(holder, "worked"))
        self._doubt_content(holder, leave)

    def _doubt_content(self, holder: Step, leave: Moment) -> None:
        loop = holder.node.loop
        again = self.game.timings.repeats.get(holder.node.id)
        if loop is not None and (again if loop.kind == "standard" else (loop.maximum or 1) > 1):
            self._doubt(leave, f"done several times: {holder.node.id}")
            if loop.kind == "parallel":
                pass
            elif loop.maximum is None:
                self.found.endless.add(leave)
            else:
                first, most = Moment(holder.key, "work"), loop.maximum
                is_sure = loop.kind == "sequential" or again == 1
                self.found.rounds[leave] = Rounds(first, most if is_sure else 1, most)
        if Moment(holder.key) in self.touches:
            self._doubt(leave, f"a contact with content: {holder.node.id}")
            self._doubt(Moment(holder.key), f"a contact with content: {holder.node.id}")

    def _is_thrown(self, step: Step) -> bool:
        """Tell whether a token stops here because what it throws is caught."""
        if step.catcher is None:
            return False
        return self.steps[step.catcher].node.interrupting

    def _add_event_scope(self, scope: Scope, inner: Step, entry: Moment) -> None:
        if inner.inner is None:
            return
        reason = f"an event sub-process: {inner.node.id}"
        likely = {one.key for chances in self.game.at_the_end(scope) for one, _ in chances}
        for key in self.game.scopes[inner.inner].members:
            start = self.steps[key]
            if start.node.type != "startEvent":
                continue
            arrive = self._place(start, "arrive")
            self._doubt(arrive, reason)
            if start.awaits:
                self._link(entry, self._place(start, "gate"))
                self.found.joins[Moment(key, "gate")] = "all"
                self._link(Moment(key, "gate"), arrive)
            elif key in self.game.clocks:
                self._link(entry, arrive, delay=Drawn(self.game.clocks[key]))
            elif key in likely:
                for last in (one for one in scope.members if one not in scope.event_scopes):
                    if not self.steps[last].exits and not self._is_thrown(self.steps[last]):
                        self._link(Moment(last, "leave"), arrive)
            if start.node.interrupting:
                self.found.killers.append(Killer(scope.key, reason, beside=False))
            self._after_content(scope.key, arrive)
        self.found.spawns.setdefault(scope.key, reason)
        self.found.spawning.add(entry)
