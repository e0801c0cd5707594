"""The timed token game: one run of a model, from its start until nothing moves any more."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop
from typing import Final, TypeAlias

from cjbpmn import elements as bpmn
from cjbpmn.durations import Timings
from cjbpmn.waiting.execution import Step
from cjbpmn.waiting.playing.activities import Activities
from cjbpmn.waiting.playing.gateways import JOINS
from cjbpmn.waiting.playing.tokens import (
    Activity,
    Chooser,
    Instance,
    Last,
    Meeting,
    Run,
    State,
    Token,
)
from cjbpmn.waiting.structure import Moment, Structure

Deed: TypeAlias = "Callable[[Game, Step, Token, str | None], None]"
_DRAWS: Final = 8
"""To draw so many random numbers takes about as long as one move of a token."""


class Game(Activities):
    """All rules together, for one model; `play` is one run."""

    def __init__(self, structure: Structure, timings: Timings) -> None:
        super().__init__(structure, timings)
        kinds: dict[str, Deed] = {
            **dict.fromkeys(bpmn.GATEWAYS, Game._pass_gateway),
            **dict.fromkeys(bpmn.ACTIVITIES, Game._start_activity),
            **dict.fromkeys(("startEvent", "intermediateCatchEvent"), Game._catch),
        }
        # What is done with a token that arrives at a step. Were these the game's own methods, it
        # would hold on to itself, and with it the model, until Python looks for such circles.
        self.deeds = {
            key: kinds.get(step.node.type, Game._throw) for key, step in self.steps.items()
        }

    def play(self, chooser: Chooser, *, renewing: bool = False, start: State | None = None) -> Run:
        """Play one run.

        Parameters
        ----------
        chooser : Chooser
            Who answers the questions of chance.
        renewing : bool
            Break off where the rest does not depend on what was before: where paths of a process
            come together, and there is but one token.
        start : State or None
            Begin in the middle. The last contact before, if any, is then the first meeting, at
            time zero.

        Returns
        -------
        Run
            What happened.
        """
        self.chooser = chooser
        self.renewing = renewing
        try:
            if start is None:
                self._begin()
            else:
                self._resume(start)
            self._move()
            self._finish()
            return self.run
        finally:
            # Who answers, and what lies on the table, may hold on to the game: see above.
            del self.chooser
            self._clear()

    def _resume(self, start: State) -> None:
        step = self.steps[start.key]
        instance = Instance(self.scopes[step.scope], None)
        self.instances.append(instance)
        last: Last = None
        if start.last is not None:
            self.run.meetings.append(Meeting(start.last, 0.0, 0.0, None, 0.0))
            last = (0.0, 0)
            instance.latest = last
            if start.worked:
                self.run.worked.add(0)
        self.aged = start.aged
        self._put(step, Token(instance, last), None)

    def _is_renewal(self, step: Step, token: Token) -> bool:
        """Tell whether the rest of the run depends on nothing but the place of this token."""
        instance = token.instance
        if len(step.entries) < 2 or step.node.type in JOINS or self.moves == 0:  # noqa: PLR2004
            return False
        if self.execution.graph.handlers:
            return False  # what was done could still have to be undone
        if self.queue or self.heap or self.alive_tokens != 1 or any(self.mail.values()):
            return False
        if instance.activity is not None or instance.scope.event_scopes:
            return False
        ends = [meeting.end for meeting in self.run.meetings]
        return not ends or (token.last is not None and max(ends) <= token.last[0])

    def _renew(self, step: Step, token: Token) -> None:
        last = token.last
        is_old = last is None or last[1] == 0
        aged = (self.aged and is_old) or self.now > (0.0 if last is None else last[0])
        self.run.renewed = State(
            step.key,
            None if last is None else self.run.meetings[last[1]].moment,
            last is not None and last[1] in self.run.worked,
            aged,
        )
        self.run.stopped = step.key

    def _begin(self) -> None:
        processes = [self.scopes[key] for key in self.execution.processes]
        begun = [scope for scope in processes if not scope.triggered]
        if not begun:
            own = [scope for scope in processes if scope.starts or scope.choices] or processes
            for scope in own[:1]:
                self._open(scope, None, None, None, forced=True)
        for scope in begun:
            self._open(scope, None, None, None)

    def _move(self) -> None:
        while self.run.stopped is None:
            while (self.over or self.queue) and self.run.stopped is None:
                if self.over:
                    instance = self.over.popleft()
                    if instance.live == 0 and instance.alive:
                        self._complete(instance, instance.latest)
                    continue
                step, token, flow = self.queue.popleft()
                if token.instance.alive:
                    self._arrive(step, token, flow)
            if self.inclusive and self._release_inclusive(forced=False):
                continue
            if not self.heap:
                if (self.inclusive and self._release_inclusive(forced=True)) or self._skip():
                    continue
                return
            time, _, _, activity, action = heappop(self.heap)
            if activity.alive and activity.token.instance.alive:
                self.now = time
                action(activity)

    def _finish(self) -> None:
        run = self.run
        run.end = self.now
        run.moves = self.moves + self.drawn // _DRAWS
        for instance in self.instances:
            if not instance.alive or not instance.live:
                continue
            for key, count in instance.waiting.items():
                if count:
                    node = self.steps[key].node
                    run.stuck[node.id] = None
                    if not self.steps[key].inner:
                        run.warnings[f"no-message:{node.id}"] = None
            for key, joined in instance.joins.items():
                if any(joined.values()):
                    run.stuck[self.steps[key].node.id] = None
                    run.warnings[f"deadlock:{self.steps[key].node.id}"] = None

    def _skip(self) -> bool:
        """Let a step of the journey go by that nothing can reach any more."""
        waiting = [w.activity for waiters in self.waiters.values() for w in waiters if not w.served]
        meeting = [activity for held in self.meeting_places.values() for activity in held]
        for activity in [*waiting, *meeting]:
            if not (activity.alive and activity.token.instance.alive) or activity.begun is not None:
                continue
            if activity.step.node.id in self.skippable:
                self.run.warnings[f"step-skipped:{activity.step.node.id}"] = None
                self._stop_waiting(activity)
                self._depart(activity.step, self._release(activity))
                return True
        return False

    def _arrive(self, step: Step, token: Token, flow: str | None) -> None:
        if self.renewing and self._is_renewal(step, token):
            self._renew(step, token)
            return
        self.moves += 1
        if self.moves > self.limit:
            self.run.stopped = step.node.id
            self.run.warnings[f"livelock:{step.node.id}"] = None
            return
        if self.alive_tokens > self.flood:
            self.run.stopped = step.node.id
            self.run.warnings[f"token-flood:{step.node.id}"] = None
            return
        if token.lineage is not None and len(step.entries) > 1 and step.node.type not in JOINS:
            self._check_merge(step, token)
        if token.last is not None:
            self._visit(step, token)
        self.deeds[step.key](self, step, token, flow)

    def _race(self, step: Step, token: Token) -> None:
        """Let the first of several events win: by the clock, by mail, or by chance."""
        runners = [self.steps[target] for _, target in step.exits]
        if not runners:
            self._drop(token)
            return
        activity = self._hold(step, token)
        turn = self.structure.turn_of.get(step.key)
        if turn is not None:
            self._meet(activity, Moment(turn), whole=True)
        unknown = [r for r in runners if not r.awaits and r.key not in self.clocks]
        if unknown:
            known = [r for r in runners if r not in unknown]
            weights = self.odds(step, unknown)
            choice = self.chooser.choose(weights) if len(weights) > 1 else 0
            if choice < len(unknown):
                self._win(activity, unknown[choice], None)
                return
            runners = known
        clocks = [(r.key, self._clock(r.key)) for r in runners if not r.awaits]
        if clocks:
            index, hours = self.chooser.winner(clocks)
            winner = self.steps[clocks[index][0]]
            rank = 1 if winner.node.has_event("timer") else 0
            self._at(hours, rank, activity, lambda host: self._win(host, winner, None))
        for runner in runners:
            if runner.awaits and activity.alive:
                self._await(
                    activity,
                    runner.awaits,
                    lambda last, runner=runner: self._win(activity, runner, last),  # type: ignore[misc]
                )

    def _win(self, activity: Activity, winner: Step, last: Last) -> None:
        if activity.stay is None:
            activity.stay = self._stay(activity, winner)
        token = self._release(activity)
        token.last = self._later(token.last, last)
        if winner.key not in self.structure.turn_of:
            self._visit(winner, token)
        if winner.node.is_activity:
            # A receive task after the gateway: its message has come, only its work is left.
            self._start_activity(winner, token, None, received=True)
            return
        if winner.key not in self.structure.turn_of:
            self._touch(winner, token)
        self._depart(winner, token)

    def _catch(self, step: Step, token: Token, flow: str | None) -> None:
        if step.node.type == "startEvent":
            # Whatever begins a process or sub-process has happened when its token is there.
            self._touch(step, token)
            self._depart(step, token)
            return
        activity = self._hold(step, token)
        if self.involved.get(step.key) == "whole":
            self._meet(activity, self.met[step.key, "run"], whole=True)
        if step.awaits and flow is None and step.key in self.scopes[step.scope].triggered:
            self._caught(activity, None)
        elif step.awaits:
            self._await(activity, step.awaits, lambda last: self._caught(activity, last))
        elif step.key in self.clocks:
            hours = self.chooser.duration(step.key, self._clock(step.key))
            rank = 1 if step.node.has_event("timer") else 0
            self._at(hours, rank, activity, lambda event: self._caught(event, None))
        else:
            self._caught(activity, None)

    def _caught(self, activity: Activity, last: Last) -> None:
        token = self._release(activity)
        token.last = self._later(token.last, last)
        if activity.meeting is None:
            self._touch(activity.step, token)
        self._depart(activity.step, token)

    def _throw(self, step: Step, token: Token, _: str | None) -> None:
        node = step.node
        if step.handlers:
            self._compensate(step, token, list(reversed(step.handlers)))
            return
        self._touch(step, token)
        self._send(step, token)
        if step.catcher is not None and self._throw_to(step.catcher, token):
            return
        if node.has_event("terminate") and node.type == "endEvent":
            self._terminate(step, token)
            return
        self._depart(step, token)

    def _compensate(self, step: Step, token: Token, handlers: list[str]) -> None:
        """Run the handlers of what was done, the last one first, then go on."""
        done = {key: index for index, key in enumerate(token.instance.done)}
        hosts = {key: self._host_of_handler(key) for key in handlers}
        names = [key for key in handlers if hosts[key] in done]
        names.sort(key=lambda key: -done[hosts[key]])
        self._run_handlers(step, token, names)

    def _host_of_handler(self, handler: str) -> str:
        prefix = handler.removesuffix(self.steps[handler].node.id)
        for event, activity in self.execution.graph.handlers.items():
            if prefix + activity == handler:
                return prefix + (self.steps[prefix + event].node.attached_to or "")
        return ""

    def _run_handlers(self, step: Step, token: Token, names: list[str]) -> None:
        if not names:
            self._touch(step, token)
            self._send(step, token)
            if step.catcher is None or not self._throw_to(step.catcher, token):
                self._depart(step, token)
            return
        handler = self.steps[names[0]]
        self._visit(handler, token)
        activity = self._hold(handler, token)
        activity.begun = self.now

        def done(activity: Activity) -> None:
            self._release(activity)
            self._touch(handler, token)
            self._run_handlers(step, token, names[1:])

        self._at(self._hours(handler), 0, activity, done)

    def _terminate(self, step: Step, token: Token) -> None:
        instance = token.instance
        if instance.live > 1:
            self.run.warnings[f"terminate-race:{step.node.id}"] = None
        self._note(instance, token.last)
        self._kill(instance)
        instance.live = 0
        instance.stay = token.stay
        activity = instance.activity
        if activity is not None and activity.alive:
            instance.pending.clear()
            self._complete(instance, instance.latest)

    def _throw_to(self, catcher: str, token: Token) -> bool:
        """Bring what was thrown to what catches it; tell whether the thrower stops here."""
        step = self.steps[catcher]
        instance: Instance | None = token.instance
        while instance is not None:
            holder = instance.activity
            if holder is not None and catcher in holder.step.boundaries:
                self._note(token.instance, token.last)
                holder.stay = token.stay
                if step.node.interrupting:
                    self._interrupt(holder, step)
                    return True
                self._spawn(holder, step)
                return False
            if step.scope in self.scopes[instance.scope.key].event_scopes:
                self._note(token.instance, token.last)
                around = self.steps[step.scope]
                self._enter_event_scope(instance, around, step, token.last, token.stay)
                return step.node.interrupting
            instance = None if holder is None else holder.token.instance
        return False
