"""The rules of processes, sub-processes and event sub-processes, and of messages between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeAlias

from cjbpmn.waiting.execution import Scope, Step
from cjbpmn.waiting.playing.gateways import Gateways
from cjbpmn.waiting.playing.lineage import Lineage, Stay
from cjbpmn.waiting.playing.tokens import MANY, Activity, Instance, Last, Token, Waiter

Chances: TypeAlias = list[tuple[Step, float]]
"""Events, and how likely each is."""


class Scopes(Gateways):
    """How scopes are entered and left, and how messages get from one to another."""

    def _worked(self, activity: Activity) -> None:
        """The own work of an activity is done."""
        raise NotImplementedError

    def _open(  # noqa: PLR0913 - who, where, and from where
        self,
        scope: Scope,
        activity: Activity | None,
        last: Last,
        lineage: Lineage,
        *,
        only: str | None = None,
        forced: bool = False,
        stay: Stay | None = None,
    ) -> None:
        """Enter a scope: at one step, or wherever it begins."""
        instance = Instance(scope, activity)
        self.instances.append(instance)
        if activity is not None:
            # Its holder has to know it before anything happens in it.
            activity.inner.append(instance)
        starts = [only] if only is not None else self._starts(scope, activity, forced=forced)
        if scope.sequential:
            instance.pending = starts[1:]
            starts = starts[:1]
        if only is None or activity is None:
            for event_scope in scope.event_scopes:
                token = Token(instance, last, lineage, stay)
                watch = Activity(self.steps[event_scope], token, 0.0)
                self._arm_event_scope(instance, watch)
        for key in starts:
            self._put(self.steps[key], Token(instance, last, lineage, stay), None)
        if not starts:
            self._complete(instance, last)

    def _starts(self, scope: Scope, activity: Activity | None, *, forced: bool) -> list[str]:
        starts = list(scope.starts)
        if scope.choices:
            starts.append(self._choose_start(scope))
        if activity is not None or (forced and not starts):
            starts += scope.triggered
        return starts

    def _choose_start(self, scope: Scope) -> str:
        given = [self.timings.probabilities.get(self.steps[k].node.id) for k in scope.choices]
        return scope.choices[self._pick(given, scope.key)]

    def _complete(self, instance: Instance, last: Last) -> None:
        """Leave a scope in which nothing is going on any more."""
        if instance.pending:
            # An ad-hoc sub-process that does one thing after another.
            key = instance.pending.pop(0)
            self._put(self.steps[key], Token(instance, last, stay=instance.stay), None)
            return
        if instance.scope.event_scopes and self._begins_at_the_end(instance):
            return
        instance.alive = False
        activity = instance.activity
        if activity is None or not activity.alive or activity.step.inner is None:
            return
        activity.inner.remove(instance)
        activity.stay = instance.stay
        activity.token.last = self._later(activity.token.last, self._later(last, instance.latest))
        if activity.todo:
            activity.todo -= 1
            token, stay = activity.token, instance.stay
            self._open(instance.scope, activity, token.last, token.lineage, stay=stay)
        elif not activity.inner:
            self._worked(activity)

    def _arm_event_scope(self, instance: Instance, watch: Activity) -> None:
        holder, last = watch.step, watch.token.last
        if holder.inner is None:
            return
        watch.since = self.now
        for key in self.scopes[holder.inner].members:
            start = self.steps[key]
            if start.node.type != "startEvent":
                continue
            if start.awaits:
                self._await(
                    watch,
                    start.awaits,
                    lambda mail, start=start: self._enter_event_scope(  # type: ignore[misc]
                        instance, holder, start, mail, watch.stay
                    ),
                )
            elif key in self.clocks:
                hours = self.chooser.duration(key, self._clock(key))
                if start.node.interrupting and self._survives():
                    instance.deadline = self.now + hours
                    continue
                self._at(
                    hours,
                    1 + self.heights[instance.scope.key],
                    watch,
                    lambda watch, start=start: self._enter_event_scope(  # type: ignore[misc]
                        instance, holder, start, last, self._stay(watch, start)
                    ),
                )

    def _survives(self) -> bool:
        """Between bounds, a scope may end before its timer, however long it can take, or not."""
        return self.chooser.bound is not None and self.chooser.choose((1.0, 1.0)) == 0

    def _enter_event_scope(
        self, instance: Instance, holder: Step, start: Step, last: Last, stay: Stay | None
    ) -> None:
        if not instance.alive or holder.inner is None:
            return
        token = Token(instance, last, stay=stay)
        if start.node.interrupting:
            self._kill(instance)
            instance.alive = True
            instance.joins.clear()
            instance.waiting.clear()
            instance.live = 1
            self.alive_tokens += 1
            # The old tokens must not be found again: what was queued for them is dropped.
            self.queue = deque(item for item in self.queue if item[1].instance is not instance)
        else:
            instance.live += 1
            self.alive_tokens += 1
        # It follows on whatever went on around it until now.
        token.last = self._later(last, instance.latest)
        self._visit(holder, token)
        activity = self._hold(holder, token)
        activity.begun = self.now
        scope = self.scopes[holder.inner]
        self._open(scope, activity, token.last, None, only=start.key, stay=token.stay)

    def _begins_at_the_end(self, instance: Instance) -> bool:
        """Let event sub-processes begin of which only a chance is known; tell whether one does."""
        if instance.asked:
            return False
        instance.asked = True
        ending, beside = self.at_the_end(instance.scope)
        if self.chooser.bound is not None:
            ending = self._with_silent(self._event_starts(instance.scope), ending)
        begun = [start for start, chance in beside if self.chooser.choose((1 - chance, chance))]
        interrupting = self._one_of(ending)
        begun += [] if interrupting is None else [interrupting]
        for start in begun:
            self._enter_event_scope(
                instance, self.steps[start.scope], start, instance.latest, instance.stay
            )
        return bool(begun)

    def at_the_end(self, scope: Scope) -> tuple[Chances, Chances]:
        """Return the starts of event sub-processes of which only a chance is known, with that.

        They begin when nothing else goes on any more in the scope around them.

        Parameters
        ----------
        scope : Scope
            The scope around them.

        Returns
        -------
        pair of lists of pairs of Step and float
            Those that interrupt, of which the chances make no more than one; and the others.
        """
        return self._chances(self._event_starts(scope), scope.holder or scope.key)

    def _chances(self, keys: Iterable[str], owner: str) -> tuple[Chances, Chances]:
        """Return the events of which only a chance is known: those that interrupt, the others."""
        found: tuple[Chances, Chances] = ([], [])
        for event in map(self.steps.__getitem__, keys):
            chance = self.timings.probabilities.get(event.node.id)
            if chance is None or event.awaits or event.key in self.clocks:
                continue
            self.run.warnings[f"boundary-at-completion:{event.node.id}"] = None
            found[0 if event.node.interrupting else 1].append((event, chance))
        ending, beside = found
        whole = sum(chance for _, chance in ending)
        if whole > 1:
            self.run.warnings[f"normalised-probability:{owner}"] = None
            ending = [(event, chance / whole) for event, chance in ending]
        return ending, beside

    def _with_silent(self, keys: Iterable[str], ending: Chances) -> Chances:
        """Add, between bounds, the events of which nothing is known but that they can happen."""
        silent = [self.steps[key] for key in keys if key in self.silent]
        silent = [event for event in silent if event.node.interrupting]
        left = 1 - sum(chance for _, chance in ending)
        if not silent or left <= 0:
            return ending
        share = left / (len(silent) + 1)
        return [*ending, *((event, share) for event in silent)]

    def _one_of(self, ending: Chances) -> Step | None:
        """Choose which event ends what goes on; None where it ends by itself."""
        if not ending:
            return None
        chances = [chance for _, chance in ending]
        chosen = self.chooser.choose((*chances, max(1 - sum(chances), 0.0)))
        if chosen == len(ending):
            return None
        self.run.is_guessed |= ending[chosen][0].key in self.silent
        return ending[chosen][0]

    def _send(self, step: Step, token: Token) -> None:
        for flow, target in step.sends:
            self._deliver(flow, self.steps[target], token)

    def _deliver(self, flow: str, target: Step, token: Token) -> None:
        waiters = self.waiters.get(flow, [])
        while waiters:
            waiter = waiters.pop(0)
            activity = waiter.activity
            if not waiter.served and activity.alive and activity.token.instance.alive:
                waiter.served = True
                activity.stay = token.stay
                waiter.take(token.last)
                return
        scope = self.scopes[target.scope]
        if target.key in scope.triggered and scope.holder is None:
            if len(self.instances) > 20 * MANY:
                self.run.stopped = target.node.id
                self.run.warnings[f"token-flood:{target.node.id}"] = None
                return
            only, stay = target.key, token.stay
            self._open(scope, None, token.last, token.lineage, only=only, stay=stay)
        elif target.node.type != "boundaryEvent" and not flow.startswith("signal "):
            self.mail.setdefault(flow, deque()).append(token.last)

    def _await(
        self, activity: Activity, flows: Iterable[str], take: Callable[[Last], None]
    ) -> None:
        for flow in flows:
            if self.mail.get(flow):
                take(self.mail[flow].popleft())
                return
        waiter = Waiter(activity, take)
        for flow in flows:
            self.waiters.setdefault(flow, []).append(waiter)

    def _stop_waiting(self, activity: Activity) -> None:
        for waiters in self.waiters.values():
            waiters[:] = [waiter for waiter in waiters if waiter.activity is not activity]
