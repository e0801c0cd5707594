"""The rules of activities and events, for many cases at once: the same as one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from cjbpmn.distributions import Distribution, Fixed
from cjbpmn.waiting.crowd.order import Unit
from cjbpmn.waiting.crowd.rooms import Mailbox, Queue, first_of, pair
from cjbpmn.waiting.crowd.rows import NOBODY, Hours, Mask, Numbers, Rows
from cjbpmn.waiting.crowd.table import FIRED, START, WON, Table
from cjbpmn.waiting.execution import Step
from cjbpmn.waiting.playing.tokens import MAX_INSTANCES
from cjbpmn.waiting.structure import Moment

Arriving = Sequence[tuple[Step, str, Rows]]
Mails = Sequence[tuple[str, Rows]]
_SPECIAL: Final = frozenset({FIRED, WON})


class Activities(Table):
    """How activities and events wait for others, take their time, and end."""

    mailboxes: dict[Unit, Mailbox]
    meetings: dict[Unit, tuple[Queue, Queue]]

    def _mailbox(self, unit: Unit, flows: Sequence[str]) -> Mailbox:
        if unit not in self.mailboxes:
            self.mailboxes[unit] = Mailbox(unit, flows, self.crowd.number)
        return self.mailboxes[unit]

    def _coming(self, step: Step, tokens: Arriving) -> Rows | None:
        """Return those of the tokens that come to a step by a flow, or begin there."""
        parts = [rows for at, way, rows in tokens if at is step and way not in _SPECIAL]
        return self._arrive(step, Rows.join(parts)) if parts else None

    # Activities

    def _activity(self, unit: Unit, tokens: Arriving, mails: Mails) -> None:
        if len(unit.steps) > 1:
            self._meet(unit, tokens)
            return
        step = unit.step
        rows = self._coming(step, tokens)
        opens = step.key in self.game.scopes[step.scope].triggered
        if rows is not None and (opens or not step.awaits):
            self._work(step, rows)
            rows = None
        won = [rows for _, way, rows in tokens if way == WON]
        if won:
            self._work(step, Rows.join(won))
        if step.awaits and not opens:
            box = self._mailbox(unit, list(step.awaits))
            if rows is not None:
                box.waiting.add([(0, self._patient(step, rows))])
            box.put(mails)
            taken = box.take()
            if taken is not None:
                self._work_together([(step, self._received(*taken))])

    def _patient(self, step: Step, rows: Rows) -> Rows:
        """Note when somebody who declared to wait so long is ready."""
        clock = self.game.patience.get(step.key)
        ready = rows.time if clock is None else rows.time + self._sample(clock, len(rows))
        return rows.but(more=(ready,))

    def _received(self, rows: Rows, mails: Rows) -> Rows:
        """Put tokens and messages together; what came last decides where the time went."""
        since, last = self.crowd.later(rows, mails)
        late = mails.time > rows.time
        time, stay = np.maximum(rows.time, mails.time), np.where(late, mails.stay, rows.stay)
        return rows.but(time=time, since=since, last=last, stay=stay)

    def _meet(self, unit: Unit, tokens: Arriving) -> None:
        """Let two activities begin together, when both are ready."""
        if unit not in self.meetings:
            number = self.crowd.number
            self.meetings[unit] = (Queue(unit, number), Queue(unit, number))
        queues = self.meetings[unit]
        for step, queue in zip(unit.steps, queues, strict=True):
            rows = self._coming(step, tokens)
            if rows is not None:
                queue.add([(0, self._patient(step, rows))])
        mine, theirs = pair(*queues)
        if not len(mine):
            return
        one, other = queues[0].rows.take(mine), queues[1].rows.take(theirs)
        queues[0].leave(mine)
        queues[1].leave(theirs)
        met = self._received(one, other)
        same = {"time": met.time, "since": met.since, "last": met.last, "stay": met.stay}
        both = zip(unit.steps, (one.but(**same), other.but(**same)), strict=True)
        self._work_together(list(both))

    def _work_together(self, both: Sequence[tuple[Step, Rows]]) -> None:
        """Begin when everybody is ready; who declared to wait so long is not ready before."""
        ready = np.maximum.reduce([rows.time for _, rows in both] + [r.more[0] for _, r in both])
        for step, rows in both:
            late = ready > rows.time
            if late.any():
                stayed = self._stay(step, rows, ready)
                rows = rows.but(time=ready, stay=np.where(late, stayed.stay, rows.stay))  # noqa: PLW2901
            self._work(step, rows.but(more=()))

    def _work(self, step: Step, rows: Rows) -> None:
        rows = self._touch(step, rows, "in")
        if step.inner is not None:
            self._enter(step, rows)
            return
        touch = self.game.touches.get(Moment(step.key))
        involvement = None if touch is None else touch.contact.involvement
        timed = step.is_timed
        if involvement == "start":
            rows = self._touch(step, rows)
        if involvement == "end" or (involvement == "start" and timed):
            self.crowd.worked.append(rows.last)
        end, winner = self._race_with_boundaries(step, rows)
        after = self._spend(step, rows, end, winner)
        if involvement == "whole":
            met = self.crowd.meet(Moment(step.key), rows, end)
            after = after.but(since=met.since, last=met.last)
        elif timed:
            self.crowd.worked_on(rows, end)
        self._strike(step, rows, after, winner)
        if winner is not None:
            for key in step.boundaries:
                struck = winner == step.boundaries.index(key)
                if struck.any():
                    self._go(key, FIRED, after.take(struck))
            after = after.take(winner == NOBODY)
        if len(after):
            self._worked(step, after)

    def _enter(self, step: Step, rows: Rows) -> None:
        loop = step.node.loop
        if loop is not None and (loop.maximum is None or loop.kind == "standard"):
            code = "assumed-once" if loop.kind == "standard" else "assumed-instances"
            self.game.run.warnings[f"{code}:{step.node.id}"] = None
        self._open(self.game.scopes[step.key], rows)

    def _race_with_boundaries(self, step: Step, rows: Rows) -> tuple[Hours, Numbers | None]:
        """Return when work ends, and by which boundary event if not by itself."""
        clocks = self.game.clocks
        rivals = [
            index
            for index, key in enumerate(step.boundaries)
            if key in clocks and self.steps[key].node.interrupting
        ]
        if not rivals:
            return rows.time + self._hours(step, len(rows)), None
        number = len(rows)
        own = clocks.get(step.key)
        hours = [self._sample(own, number)]
        hours += [self._sample(clocks[step.boundaries[index]], number) for index in rivals]
        if own is None:
            # Nobody knows how long it takes; in time, is the least that can be assumed.
            return rows.time, np.full(number, NOBODY, np.intp)
        least, which, _ = first_of(hours)
        return rows.time + least, np.array([NOBODY, *rivals], np.intp)[which]

    def _spend(
        self,
        step: Step,
        rows: Rows,
        end: Hours,
        winner: Numbers | None,
    ) -> Rows:
        """Put the time down to the work, or to the clock that cut it off."""
        after = rows.but(time=end)
        if step.key in self.game.clocks:
            after = self._stay(step, rows, end)
        for index in [] if winner is None else np.unique(winner).tolist():
            if index != NOBODY:
                stayed = self._stay(self.steps[step.boundaries[index]], rows, end)
                after = after.but(stay=np.where(winner == index, stayed.stay, after.stay))
        return after

    def _strike(
        self,
        step: Step,
        rows: Rows,
        after: Rows,
        winner: Numbers | None,
    ) -> None:
        """Let the clocks ring that interrupt nothing."""
        for key in step.boundaries:
            boundary = self.steps[key]
            if key not in self.game.clocks or boundary.node.interrupting:
                continue
            time = rows.time + self._sample(self.game.clocks[key], len(rows))
            rings = time < after.time
            if winner is not None:
                rings |= (time == after.time) & (winner != NOBODY)
            if not rings.any():
                continue
            stayed = self._stay(boundary, rows, time)
            met = after.last != rows.last
            since = np.where(met, time, rows.since)
            spawned = stayed.but(since=since, last=after.last).take(rings)
            self._spawn(step, key, spawned)

    def _spawn(self, step: Step, boundary: str, rows: Rows) -> None:
        if step.scope in self.counted:
            np.add.at(self.instances.live, rows.inst, 1)
        self._go(boundary, FIRED, self._in_branch(rows))

    def _worked(self, step: Step, rows: Rows) -> None:
        """The own work is done: send, then wait for the reply if there is to be one."""
        rows = self._fire_at_completion(step, rows)
        if not len(rows):
            return
        touch = self.game.touches.get(Moment(step.key))
        if touch is not None and touch.contact.involvement == "end":
            rows = self._touch(step, rows)
        if step.replies:
            self._send(step, rows)
            self._bring(self.plan.at[step.key, "reply"], step, START, rows)
            return
        rows = self._touch(step, rows, "out")
        self._send(step, rows)
        self._depart(step, rows)

    def _fire_at_completion(self, step: Step, rows: Rows) -> Rows:
        """Let events on the border happen that do so when the work would be done."""
        ending, beside = self.game.at_completion(step)
        for boundary, chance in beside:
            fires = self.rng.random(len(rows)) < chance
            if fires.any():
                self._spawn(step, boundary.key, rows.take(fires))
        if not ending:
            return rows
        drawn = self.rng.random(len(rows))
        below = 0.0
        for boundary, chance in ending:
            fires = (drawn >= below) & (drawn < below + chance)
            below += chance
            if fires.any():
                self._go(boundary.key, FIRED, rows.take(fires))
        return rows.take(drawn >= below)

    def _reply(self, unit: Unit, tokens: Arriving, mails: Mails) -> None:
        step = unit.step
        box = self._mailbox(unit, list(step.replies))
        if tokens:
            box.waiting.add([(0, rows) for _, _, rows in tokens])
        box.put(mails)
        taken = box.take()
        if taken is not None:
            self._depart(step, self._touch(step, self._received(*taken), "reply"))

    # How long it takes

    def _hours(self, step: Step, number: int) -> Hours:
        """Return how long the own work of an activity takes, repetitions included."""
        clock, loop = self.game.clocks.get(step.key), step.node.loop
        hours = self._sample(clock, number)
        if loop is None:
            return hours
        if loop.kind == "standard":
            return hours + self._repeats(step, clock, loop.maximum, number)
        if loop.maximum is None:
            self.game.run.warnings[f"assumed-instances:{step.node.id}"] = None
            return hours
        if clock is None or isinstance(clock, Fixed):
            return hours if loop.kind == "parallel" else hours * max(loop.maximum, 1)
        more = [self._sample(clock, number) for _ in range(loop.maximum - 1)]
        if loop.kind == "parallel":
            return np.asarray(np.maximum.reduce([hours, *more]))
        return np.asarray(np.add.reduce([hours, *more]))

    def _repeats(
        self, step: Step, clock: Distribution | None, maximum: int | None, number: int
    ) -> Hours:
        repeat = self.game.timings.repeats.get(step.node.id)
        total = np.zeros(number)
        if repeat is None:
            self.game.run.warnings[f"assumed-once:{step.node.id}"] = None
            return total
        again = np.arange(number)
        for _ in range(min(maximum or MAX_INSTANCES, MAX_INSTANCES) - 1):
            again = again[self.rng.random(len(again)) < repeat]
            if not len(again):
                break
            total[again] += self._sample(clock, len(again))
        return total

    # Events

    def _catch(self, unit: Unit, tokens: Arriving, mails: Mails) -> None:
        step = unit.step
        begun = [rows for _, way, rows in tokens if way == START]
        opens = step.key in self.game.scopes[step.scope].triggered
        rows = self._coming(step, tokens)
        if rows is not None and (
            step.node.type == "startEvent" or not step.awaits or (opens and begun)
        ):
            self._let_pass(step, rows)
            rows = None
        if step.awaits and not opens:
            box = self._mailbox(unit, list(step.awaits))
            if rows is not None:
                box.waiting.add([(0, rows)])
            box.put(mails)
            taken = box.take()
            if taken is not None:
                self._caught(step, *taken)

    def _pass(self, step: Step, rows: Rows) -> None:
        """Go on at an event that has won a race."""
        if step.key not in self.game.structure.turn_of:
            self._visit(step, rows)
            rows = self._touch(step, rows)
        self._depart(step, rows)

    def _let_pass(self, step: Step, rows: Rows) -> None:
        """Catch what nobody in the drawing sends."""
        if step.node.type == "startEvent":
            self._depart(step, self._touch(step, rows))
            return
        after = rows
        if step.key in self.game.clocks:
            end = rows.time + self._sample(self.game.clocks[step.key], len(rows))
            after = self._stay(step, rows, end)
        if self._is_whole(step):
            met = self.crowd.meet(Moment(step.key), rows, after.time)
            after = after.but(since=met.since, last=met.last)
        else:
            after = self._touch(step, after)
        self._depart(step, after)

    def _is_whole(self, step: Step) -> bool:
        touch = self.game.touches.get(Moment(step.key))
        return touch is not None and touch.contact.involvement == "whole"

    def _caught(self, step: Step, rows: Rows, mails: Rows) -> None:
        if self._is_whole(step):
            after = self._waited(Moment(step.key), rows, mails)
        else:
            after = self._touch(step, self._received(rows, mails))
        self._depart(step, after)

    def _waited(self, moment: Moment, rows: Rows, mails: Rows) -> Rows:
        """A contact ends with a message; who sent it may have met the customer just then."""
        end = np.maximum(rows.time, mails.time)
        met = self.crowd.meet(moment, rows, end)
        just: Mask = mails.since >= end
        absorbed = np.where(just, met.last, mails.last)
        self.crowd.absorbed.append(absorbed)
        stay = np.where(mails.time > rows.time, mails.stay, rows.stay)
        return met.but(last=np.where(just, mails.last, met.last), stay=stay)

    def _throw(self, unit: Unit, tokens: Arriving, _: Mails) -> None:
        step = unit.step
        rows = self._coming(step, tokens)
        if rows is None:
            return
        rows = self._touch(step, rows)
        self._send(step, rows)
        if step.catcher is not None:
            self._throw_to(step, step.catcher, rows)
            return
        if step.node.has_event("terminate") and step.node.type == "endEvent":
            self._alone(step, rows)
            self._drop(step, rows)
            return
        self._depart(step, rows)

    def _throw_to(self, step: Step, catcher: str, rows: Rows) -> None:
        """Bring what was thrown to what catches it; nothing else may be going on."""
        scope = self.game.scopes[step.scope]
        while scope.holder is not None:
            holder = self.steps[scope.holder]
            self._alone(step, rows)
            self.instances.leave(rows)
            rows = self.instances.holder(rows.inst, self.crowd)
            if catcher in holder.boundaries:
                self._go(catcher, FIRED, rows)
                return
            scope = self.game.scopes[holder.scope]

    def _fire(self, unit: Unit, tokens: Arriving, _: Mails) -> None:
        """Go on at a boundary event."""
        step = unit.step
        rows = Rows.join([rows for _, _, rows in tokens])
        self._visit(step, rows)
        self._depart(step, self._touch(step, rows))
