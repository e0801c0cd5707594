"""The rules of activities: waiting for others, working, repeating, being interrupted."""

from __future__ import annotations

from typing import Final

from cjbpmn.distributions import Distribution, Fixed
from cjbpmn.flow_nodes import Loop
from cjbpmn.waiting.execution import Step
from cjbpmn.waiting.playing.lineage import Branch, Stay
from cjbpmn.waiting.playing.scopes import Chances, Scopes
from cjbpmn.waiting.playing.tokens import MANY, MAX_INSTANCES, Activity, Instance, Last, Token

_SELDOM: Final = 1e-6
"""A share of cases so small that nobody is told of it."""


class Activities(Scopes):
    """How activities begin, take their time, and end."""

    def _start_activity(
        self, step: Step, token: Token, _: str | None, *, received: bool = False
    ) -> None:
        activity = self._hold(step, token)
        if step.boundaries:
            self._arm_boundaries(activity)
            if not activity.alive:
                return
        if step.key in self.patience:
            activity.ready = self.now + self.chooser.duration(step.key, self.patience[step.key])
        if step.partners:
            self._wait_for_partner(activity)
        elif step.awaits and not received and not self._opens_its_process(step):
            self._await(activity, step.awaits, lambda last: self._received(activity, last))
        else:
            self._work(activity)

    def _opens_its_process(self, step: Step) -> bool:
        """Tell whether a token is only here because the message has come."""
        return step.key in self.scopes[step.scope].triggered

    def _received(self, activity: Activity, last: Last) -> None:
        activity.token.last = self._later(activity.token.last, last)
        self._take_over(activity)
        self._work_together(activity)

    def _take_over(self, activity: Activity) -> None:
        """What came last decides: go on with its chain, if it came while the activity waited."""
        activity.token.stay = activity.stay or self._stay(activity, activity.step)
        activity.stay = None

    def _wait_for_partner(self, activity: Activity) -> None:
        step = activity.step
        for partner in step.partners:
            for other in self.meeting_places.get(partner, []):
                if other.alive and other.token.instance.alive:
                    self.meeting_places[partner].remove(other)
                    last = self._later(activity.token.last, other.token.last)
                    activity.token.last = other.token.last = last
                    other.token.stay = activity.token.stay
                    self._work_together(other, activity)
                    return
        self.meeting_places.setdefault(step.key, []).append(activity)

    def _work_together(self, *activities: Activity) -> None:
        """Begin when everybody is ready; who declared to wait so long is not ready before."""
        ready = max(activity.ready for activity in activities)
        for activity in activities:
            if ready <= self.now:
                self._work(activity)
            else:
                token = activity.token
                token.stay = Stay(token.stay, activity.step.key, self.now, ready)
                self._at(ready - self.now, 0, activity, self._work)

    def _work(self, activity: Activity) -> None:
        step = activity.step
        if step.key in self.touched:
            self._involve(activity)
        activity.begun = activity.since = self.now
        if step.inner is not None:
            self._count_instances(activity)
            return
        if not (step.boundaries and self._race_with_boundary(activity)):
            hours = 0.0 if step.key in self.at_once else self._hours(step)
            if self.chooser.bound is not None:
                hours = self._in_time(activity, hours)
            self._at(hours, 0, activity, self._worked)

    def _involve(self, activity: Activity) -> None:
        """Let the customer take part in what begins now."""
        step, token = activity.step, activity.token
        involvement = self.involved.get(step.key)
        if involvement is None:  # It is met on its border, if that.
            self._touch(step, token, "in")
        elif involvement == "whole":
            self._meet(activity, self.met[step.key, "run"], whole=True)
        elif involvement == "start":
            self._touch(step, token)
            if step.is_timed and token.last is not None:
                self.run.worked.add(token.last[1])
        elif involvement == "end" and token.last is not None:
            self.run.worked.add(token.last[1])

    def _in_time(self, activity: Activity, hours: float) -> float:
        """Between bounds, cut work so that its scope ends before the timer that ends it."""
        instance: Instance | None = activity.token.instance
        deadlines: list[float] = []
        while instance is not None:
            holder = instance.activity
            around = (instance.deadline, None if holder is None else holder.deadline)
            deadlines += [deadline for deadline in around if deadline is not None]
            instance = None if holder is None else holder.token.instance
        if not deadlines or self.now + hours <= min(deadlines):
            return hours
        clock = self.clocks.get(activity.step.key)
        rest = min(deadlines) - self.now
        if clock is not None and clock.minimum > rest:
            self.run.stopped = activity.step.key
        return max(rest, 0.0)

    def _hours(self, step: Step) -> float:
        """Return how long the own work of an activity takes this time, repetitions included."""
        clock = self.clocks.get(step.key)
        loop = step.node.loop
        hours = self._stint(step, clock)
        if loop is None:
            pass
        elif loop.kind == "standard":
            hours += self._repeats(step, clock, loop.maximum)
        elif loop.maximum is None:
            self.run.warnings[f"assumed-instances:{step.node.id}"] = None
        elif loop.maximum > 1:
            hours = self._instances(step, clock, loop.kind, loop.maximum, hours)
        calendar = self.timings.calendar(step.node)
        return hours if calendar is None else calendar.finish(self.now, hours) - self.now

    def _instances(
        self, step: Step, clock: Distribution | None, kind: str, number: int, first: float
    ) -> float:
        """Return how long several instances take, of which the first takes so long."""
        if clock is None or isinstance(clock, Fixed):
            return first if kind == "parallel" else first * number
        if number > MAX_INSTANCES:
            self.run.warnings[f"too-many-instances:{step.node.id}"] = None
        number = min(number, MAX_INSTANCES)
        self.drawn += number
        more = [self._stint(step, clock) for _ in range(number - 1)]
        return max([first, *more]) if kind == "parallel" else first + sum(more)

    def _stint(self, step: Step, clock: Distribution | None) -> float:
        return 0.0 if clock is None else self.chooser.duration(step.key, clock)

    def _repeats(self, step: Step, clock: Distribution | None, maximum: int | None) -> float:
        if self.chooser.bound == "most" and step.node.id not in self.timings.repeats and clock:
            return clock.maximum * max((maximum or 1) - 1, 0)
        count = self._times(step, maximum)
        self.drawn += count
        return sum(self._stint(step, clock) for _ in range(count - 1))

    def _times(self, step: Step, maximum: int | None) -> int:
        """Return how many times a standard loop goes round."""
        repeat = self.timings.repeats.get(step.node.id)
        if repeat is None:
            self.run.warnings[f"assumed-once:{step.node.id}"] = None
            return min(maximum or 1, MAX_INSTANCES) if self.chooser.bound == "most" else 1
        if maximum is None and repeat**MAX_INSTANCES > _SELDOM:
            self.run.warnings[f"too-many-instances:{step.node.id}"] = None
        count, most = 1, min(maximum or MAX_INSTANCES, MAX_INSTANCES)
        while count < most and self.chooser.choose((1 - repeat, repeat), step.key):
            count += 1
        return count

    def _count_instances(self, activity: Activity) -> None:
        loop = activity.step.node.loop
        times = 1 if loop is None else self._how_many(activity.step, loop)
        together = times if loop is not None and loop.kind == "parallel" else 1
        activity.todo = times - together
        for _ in range(together):
            scope, token = self.scopes[activity.step.key], activity.token
            self._open(scope, activity, token.last, token.lineage, stay=token.stay)

    def _how_many(self, step: Step, loop: Loop) -> int:
        """Return how often the content of a sub-process is gone through."""
        if loop.kind == "standard":
            return self._times(step, loop.maximum)
        if loop.maximum is None:
            self.run.warnings[f"assumed-instances:{step.node.id}"] = None
            return 1
        most = MANY if loop.kind == "parallel" else MAX_INSTANCES
        if loop.maximum > most:
            self.run.warnings[f"too-many-instances:{step.node.id}"] = None
        return max(1, min(loop.maximum, most))

    def _worked(self, activity: Activity) -> None:
        """The own work is done: send, then wait for the reply if there is to be one."""
        if activity.step.boundaries and self._fires_at_completion(activity):
            return
        step, token = activity.step, activity.token
        if step.replies:
            self._close(activity)
            self._take_over(activity)
            self._touch_end(step, token)
            activity.begun = None
            activity.since = self.now
            self._send(step, token)
            self._await(activity, step.replies, lambda last: self._replied(activity, last))
            return
        token = self._release(activity)
        if step.key in self.involved:
            self._touch_end(step, token)
        elif step.key in self.touched:
            self._touch(step, token, "out")
        token.instance.done.append(step.key)
        if step.sends:
            self._send(step, token)
        self._depart(step, token)

    def _touch_end(self, step: Step, token: Token) -> None:
        if self.involved.get(step.key) == "end":
            self._touch(step, token)

    def _replied(self, activity: Activity, last: Last) -> None:
        token = self._release(activity)
        token.last = self._later(token.last, last)
        self._touch(activity.step, token, "reply")
        token.instance.done.append(activity.step.key)
        self._depart(activity.step, token)

    def _arm_boundaries(self, activity: Activity) -> None:
        for key in activity.step.boundaries:
            boundary = self.steps[key]
            if boundary.awaits:
                self._await(
                    activity,
                    boundary.awaits,
                    lambda last, boundary=boundary: self._strike(activity, boundary, last),  # type: ignore[misc]
                )
            elif key in self.clocks:
                if self._races(activity.step, boundary):
                    continue
                hours = self.chooser.duration(key, self._clock(key))
                if activity.step.inner and boundary.node.interrupting and self._survives():
                    activity.deadline = self.now + hours
                    continue
                self._at(
                    hours,
                    1 + self.heights.get(activity.step.inner or "", 0),
                    activity,
                    lambda host, boundary=boundary: self._strike(host, boundary, None),  # type: ignore[misc]
                )
            if not activity.alive:
                return

    def _races(self, host: Step, boundary: Step) -> bool:
        """Tell whether a clock and the work run against each other, from the same moment on."""
        return (
            host.inner is None
            and boundary.node.interrupting
            and not (host.awaits or host.partners or host.replies or host.node.loop)
            and self.timings.calendar(host.node) is None
        )

    def _race_with_boundary(self, activity: Activity) -> bool:
        """Race the work of an activity against the clocks on its border, if there are any."""
        step = activity.step
        if not step.boundaries:
            return False
        rivals = [
            self.steps[key]
            for key in step.boundaries
            if key in self.clocks and not self.steps[key].awaits
            if self._races(step, self.steps[key])
        ]
        if not rivals:
            return False
        own = self.clocks.get(step.key)
        clocks = [(rival.key, self._clock(rival.key)) for rival in rivals]
        if own is None:
            # Nobody knows how long it takes; in time, is the least that can be assumed.
            self._at(0.0, 0, activity, self._worked)
            return True
        index, hours = self.chooser.winner([(step.key, own), *clocks])
        if index == 0:
            self._at(hours, 0, activity, self._worked)
        else:
            rival = rivals[index - 1]
            self._at(hours, 1, activity, lambda host: self._strike(host, rival, None))
        return True

    def _strike(self, activity: Activity, boundary: Step, last: Last) -> None:
        if activity.stay is None:
            activity.stay = self._stay(activity, boundary)
        if boundary.node.interrupting:
            activity.token.last = self._later(activity.token.last, last)
            self._interrupt(activity, boundary)
        else:
            self._spawn(activity, boundary, last)
            if boundary.awaits and activity.alive:
                self._await(
                    activity,
                    boundary.awaits,
                    lambda last: self._strike(activity, boundary, last),
                )

    def _interrupt(self, activity: Activity, boundary: Step) -> None:
        token = self._release(activity)
        for inner in activity.inner:
            token.last = self._later(token.last, inner.latest)
            self._kill(inner)
            token.last = self._later(token.last, inner.latest)
        self._fire(boundary, token)

    def _spawn(self, activity: Activity, boundary: Step, mail: Last = None) -> None:
        token = activity.token
        self.count += 1
        last = token.last if mail is None else self._later(token.last, mail)
        if activity.meeting is not None and activity.whole:
            last = (self.now, activity.meeting)
        for inner in activity.inner:
            last = self._later(last, inner.latest)
        token.instance.live += 1
        self.alive_tokens += 1
        stay = activity.stay or self._stay(activity, activity.step)
        activity.stay = None
        lineage = Branch(token.lineage, self.count, 1)
        self._fire(boundary, Token(token.instance, last, lineage, stay))

    def _fire(self, boundary: Step, token: Token) -> None:
        self._visit(boundary, token)
        self._touch(boundary, token)
        self._depart(boundary, token)

    def _fires_at_completion(self, activity: Activity) -> bool:
        """Let events on the border happen that do so when the work would be done."""
        ending, beside = self.at_completion(activity.step)
        if self.chooser.bound is not None:
            ending = self._with_silent(activity.step.boundaries, ending)
        for boundary, chance in beside:
            if self.chooser.choose((1 - chance, chance)):
                self._spawn(activity, boundary)
        struck = self._one_of(ending)
        if struck is not None:
            self._interrupt(activity, struck)
        return struck is not None

    @property
    def is_guessed(self) -> bool:
        """Whether something is taken not to happen, or once, because nobody says how often."""
        if not any(clock.maximum > 0 for clock in self.clocks.values()):
            return False
        return bool(self.silent) or any(
            node.loop is not None
            and node.loop.kind == "standard"
            and (node.loop.maximum or 1) > 1
            and node.id not in self.timings.repeats
            for node in (step.node for step in self.steps.values())
        )

    def at_completion(self, step: Step) -> tuple[Chances, Chances]:
        """Return the events on a border of which only a chance is known, with that.

        They happen when the work would be done: one at most of those that end it, and of the
        others each for itself. In which order they stand in the file decides nothing.

        Parameters
        ----------
        step : Step
            An activity.

        Returns
        -------
        pair of lists of pairs of Step and float
            Those that end it, of which the chances make no more than one; and the others.
        """
        return self._chances(step.boundaries, step.node.id)
