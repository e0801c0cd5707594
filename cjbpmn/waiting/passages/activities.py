"""What leads through an activity: waiting for others, working, being interrupted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cjbpmn.waiting.execution import Step
from cjbpmn.waiting.passages.delays import Chance, Copies, Delay, Drawn, Repeated, Won
from cjbpmn.waiting.passages.draft import AT_ONCE
from cjbpmn.waiting.passages.passages import Killer
from cjbpmn.waiting.passages.scopes import ScopePassages
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.tokens import MAX_INSTANCES
from cjbpmn.waiting.structure import Moment, meeting


class ActivityPassages(ScopePassages):
    """From the place at which a token arrives at an activity to where it leaves."""

    def _add_activity(self, step: Step) -> None:
        if self._is_plain(step):
            arrive, leave = self._place(step, "arrive"), self._place(step, "leave")
            self._link(arrive, leave, 1.0, hours(self.game, step))
            return
        begin, work = self._place(step, "begin"), self._place(step, "work")
        worked, finished = self._place(step, "worked"), self._place(step, "finished")
        self._add_arrival(step, begin)
        touch = self.touches.get(Moment(step.key))
        involvement = None if touch is None else touch.contact.involvement
        place = self._through(step, begin, "in")
        if involvement in {"whole", "start"}:
            place = self._through(step, place, "run")
        self._link(place, work)
        if step.inner is None:
            self._work(step, work, worked, whole=involvement == "whole")
        else:
            self._hold(step, work)
            if involvement == "whole":
                self._link(Moment(step.key), worked, 1.0, AT_ONCE)
        self._complete(step, worked, finished)
        if involvement == "end":
            finished = self._through(step, finished, "run")
        leave = self._place(step, "leave")
        if not step.replies:
            self._link(self._through(step, finished, "out"), leave)
            return
        sent = self._place(step, "sent")
        self._link(finished, sent)
        gate = self._gate(step, sent, "reply-gate")
        self._link(self._through(step, gate, "reply"), leave)

    def _is_plain(self, step: Step) -> bool:
        """Tell whether nothing can happen at an activity but that it takes its time."""
        return not (
            step.boundaries
            or step.inner is not None
            or self._waits(step)
            or step.key in self.raced
            or step.key in self.game.touched
            or self.game.timings.calendar(step.node) is not None
        )

    def _add_arrival(self, step: Step, begin: Moment) -> None:
        """Lead from where a token arrives to where the activity begins."""
        arrive = self._place(step, "arrive")
        patience = self.game.patience.get(step.key)
        ready = None if patience is None else Drawn(patience)
        for partner in step.partners:
            met = meeting(step.key, partner)
            self.found.joins[met] = "all"
            self._doubt(met, f"two begin together: {step.node.id}")
            if step.node.id in self.game.skippable:
                self.found.endless.add(met)
            self._link(arrive, met, 1.0, ready)
            self._link(met, begin)
        if step.partners:
            return
        if not step.awaits or self._opens(step):
            self._link(arrive, begin)
        elif not self._is_only_raced(step):
            gate = self._gate(step, arrive, "gate", ready)
            if ready is not None:
                self._doubt(gate, f"at least so long is waited for: {step.node.id}")
            self._link(gate, begin)

    def _opens(self, step: Step) -> bool:
        return step.key in self.game.scopes[step.scope].triggered

    def _work(self, step: Step, work: Moment, worked: Moment, *, whole: bool) -> None:
        """Let the work run against the clocks on its border."""
        own = self._own(step, whole=whole)
        calendar = self.game.timings.calendar(step.node) is not None
        if calendar and own is not None and not whole:
            self._doubt(worked, f"a calendar: {step.node.id}")
            self.found.endless.add(worked)
        clocks, losers = self._clocks(step)
        if calendar or self._waits(step):
            self._time_out(step, worked, [*clocks, *losers])
            clocks = losers = []
        if own is None:
            # In time, is the least that can be assumed: no clock rings before.
            self._link(work, worked)
            clocks = losers = []
        rivals = (
            (own, *(Drawn(self.game.clocks[one.key]) for one in clocks)) if own is not None else ()
        )
        for place, target in enumerate([worked, *(self._place(one, "fire") for one in clocks)]):
            if own is not None:
                self._pass(work, target, Won(rivals, place) if clocks else own, whole=whole)
        for boundary in losers:
            clock = Drawn(self.game.clocks[boundary.key])
            won = Won((*rivals, clock), len(rivals))
            self._pass(work, self._place(boundary, "fire"), won, whole=whole)
            self._beside(step.scope, boundary, work)
        for boundary in self._called(step):
            gate = self._gate(boundary, Moment(step.key, "arrive"), "gate")
            self._doubt(gate, f"who comes first decides: {step.node.id}")
            self._doubt(worked, f"who comes first decides: {step.node.id}")
            self._link(gate, self._place(boundary, "fire"))
            if whole:
                self._link(Moment(step.key), Moment(boundary.key, "fire"), 1.0, AT_ONCE)
            if not boundary.node.interrupting:
                self._beside(step.scope, boundary, work)

    def _own(self, step: Step, *, whole: bool) -> Delay | None:
        """Return how long the work takes, and note where it is the customer's time."""
        own = hours(self.game, step)
        if whole and own is not None and not step.boundaries:
            self.found.involved[Moment(step.key)] = own
        return own

    def _time_out(self, step: Step, worked: Moment, clocks: Sequence[Step]) -> None:
        """Let clocks run that may ring before the work begins, or after it is done."""
        ending = [one for one in clocks if one.node.interrupting]
        if ending:
            self._by(worked, self._place(step, "arrive"), ending)
        for boundary in clocks:
            fire = self._place(boundary, "fire")
            for place in (worked, fire):
                self._doubt(place, f"a clock of its own: {boundary.node.id}")
            clock = Drawn(self.game.clocks[boundary.key])
            self._link(Moment(step.key, "arrive"), fire, 1.0, clock)
            for part in ("in", "run"):
                if Moment(step.key, part) in self.touches:
                    self._link(Moment(step.key, part), fire, 1.0, AT_ONCE)
            if not boundary.node.interrupting:
                self._beside(step.scope, boundary, fire)

    def _pass(self, work: Moment, target: Moment, delay: Delay, *, whole: bool) -> None:
        if not whole:
            self._link(work, target, 1.0, delay)
        else:
            self._link(work, target, 1.0, Chance(delay) if isinstance(delay, Won) else None)

    def _waits(self, step: Step) -> bool:
        return bool(step.awaits or step.partners or step.replies)

    def _clocks(self, step: Step) -> tuple[list[Step], list[Step]]:
        """Return the clocks on the border of an activity that end it, and those that do not."""
        clocks = [
            self.steps[key]
            for key in step.boundaries
            if key in self.game.clocks and not self.steps[key].awaits
        ]
        return (
            [one for one in clocks if one.node.interrupting],
            [one for one in clocks if not one.node.interrupting],
        )

    def _called(self, step: Step) -> Iterator[Step]:
        """Yield the boundary events that wait for a message."""
        yield from (self.steps[key] for key in step.boundaries if self.steps[key].awaits)

    def _hold(self, step: Step, work: Moment) -> None:
        """Add what can happen on the border of a sub-process while its content goes on."""
        ending, other = self._clocks(step)
        arrive, worked = self._place(step, "arrive"), self._place(step, "worked")
        if ending:
            for place in (worked, *self._contacts_in(step.key)):
                self._by(place, arrive, ending)
        for boundary in [*ending, *other, *self._called(step)]:
            reason = f"something is interrupted: {boundary.node.id}"
            fire = self._place(boundary, "fire")
            self._doubt(fire, reason)
            self._by(fire, arrive, () if boundary.awaits else (boundary,), worked)
            if boundary.awaits:
                gate = self._gate(boundary, Moment(step.key, "arrive"), "gate")
                self._link(gate, fire)
            else:
                self._link(
                    Moment(step.key, "arrive"), fire, 1.0, Drawn(self.game.clocks[boundary.key])
                )
            self._after_content(step.key, fire)
            if boundary.node.interrupting:
                self.found.killers.append(Killer(step.key, reason, beside=False))
            else:
                self._beside(step.scope, boundary, work)
        if self.game.timings.calendar(step.node) is not None:
            self._doubt(work, f"a calendar: {step.node.id}")

    def _complete(self, step: Step, worked: Moment, finished: Moment) -> None:
        """Lead on when the work is done, or to the events that happen instead."""
        ending, beside = self.game.at_completion(step)
        for boundary, chance in (*ending, *beside):
            self._link(worked, self._place(boundary, "fire"), chance)
            if chance > 0 and not boundary.node.interrupting:
                self._beside(step.scope, boundary, worked)
        self._link(worked, finished, max(1 - sum(chance for _, chance in ending), 0.0))


def hours(game: Game, step: Step) -> Delay | None:
    """Say how long the own work of an activity takes, with all that it repeats.

    Parameters
    ----------
    game : Game
        The model.
    step : Step
        An activity without content.

    Returns
    -------
    Delay or None
        None where no time passes, as far as is known.
    """
    clock = game.clocks.get(step.key)
    return None if clock is None else _repeated(game, step, Drawn(clock))


def _repeated(game: Game, step: Step, once: Delay) -> Delay:
    loop = step.node.loop
    if loop is None:
        return once
    if loop.kind == "standard":
        again = game.timings.repeats.get(step.node.id)
        if not again:
            return once
        most = min(loop.maximum or MAX_INSTANCES, MAX_INSTANCES)
        return Repeated(once, again, most, bounded=loop.maximum is not None)
    if loop.maximum is None or loop.maximum <= 1:
        return once
    return Copies(once, loop.maximum, together=loop.kind == "parallel")
