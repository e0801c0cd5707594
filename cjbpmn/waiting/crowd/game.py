"""Many cases played at once: each flow node for all cases that come to it, in a few steps.

Flow nodes are played in an order in which each comes after all that leads to it. Where something
goes round, it is played again for the cases that come round, until none does. What is decided by
who comes first is decided by comparing times. Where the order in which things were played turns
out to be another than that in which they happen, and it matters, the model is refused with a
reason, and played token by token instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop
from typing import Final

import numpy as np

from cjbpmn.distributions import Distribution
from cjbpmn.waiting.crowd.activities import Arriving, Mails
from cjbpmn.waiting.crowd.order import Plan, Unit, make_plan
from cjbpmn.waiting.crowd.rooms import Join, Mailbox, Queue, first_of
from cjbpmn.waiting.crowd.rounds import MOST_ROUNDS, Rounds
from cjbpmn.waiting.crowd.rows import NOBODY, Crowd, Hours, Numbers, Refused, Rows
from cjbpmn.waiting.crowd.table import START, WON
from cjbpmn.waiting.execution import Step
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.runs import SEED
from cjbpmn.waiting.playing.tokens import MANY, Run
from cjbpmn.waiting.structure import Moment

_MOST: Final = 10_000

_SOON: Final = 50
_LATE: Final = 150
_STILL: Final = 0.7
"""Where of those who go round after so many rounds so many still do so many rounds later, too many
would go on for longer than any case may."""


def play_crowd(
    game: Game,
    number: int = _MOST,
    seed: int | list[int] = SEED,
    plan: Plan | None = None,
    *,
    keeps_stays: bool = True,
) -> Crowd:
    """Play many cases at once.

    Parameters
    ----------
    game : Game
        A model of which `refusal` says nothing.
    number : int
        How many cases.
    seed : int or list of int
        The same seed gives the same cases.
    plan : Plan or None
        In which order; made where left out.
    keeps_stays : bool
        Whether it is noted where time passed.

    Returns
    -------
    Crowd
        What happened in them.

    Raises
    ------
    Refused
        If something depends on who comes first, in a way that this cannot tell.
    """
    crowd = Crowd(number, keeps_stays, keeps_work=_is_ever_busy(game))
    return _Player(game, plan or make_plan(game), crowd, np.random.default_rng(seed)).play()


def _is_ever_busy(game: Game) -> bool:
    """Tell whether the customer is involved in anything for longer than a moment."""
    for moment, touch in game.touches.items():
        step = game.steps.get(moment.key)
        if touch.contact.involvement == "whole" and step is not None:
            node = step.node
            is_catch = node.type in {"startEvent", "intermediateCatchEvent"}
            if node.is_activity or (is_catch and (node.type != "startEvent" or step.awaits)):
                return True
    return False


class _Player(Rounds):
    def __init__(self, game: Game, plan: Plan, crowd: Crowd, rng: np.random.Generator) -> None:
        super().__init__(game, plan, crowd, rng)
        self.mailboxes: dict[Unit, Mailbox] = {}
        self.meetings: dict[Unit, tuple[Queue, Queue]] = {}
        self.joins: dict[Unit, Join] = {}
        self.rounds: dict[int, int] = {}
        self.soon: dict[int, int] = {}
        self.moves = np.zeros(crowd.number, np.intp)
        self.loose = False
        """Whether an inclusive join has let somebody go."""

    def play(self) -> Crowd:
        self.game.run = Run()
        self._begin()
        while self.pending:
            unit = self.plan.units[heappop(self.pending)]
            tokens = self.tokens.pop(unit.index, [])
            mails = self.mails.pop(unit.index, [])
            if unit.circle:
                self._count(unit, tokens)
            self._play(unit, tokens, mails)
            self.crowd.most = max(self.crowd.most, self.number)
            self.number -= sum(len(rows) for _, _, rows in tokens)
        self.crowd.scopes = len(self.instances)
        self._finish()
        self.crowd.warnings |= self.game.run.warnings
        return self.crowd

    def _begin(self) -> None:
        everybody = np.arange(self.crowd.number)
        rows = Rows.new(everybody, everybody)
        processes = [self.game.scopes[key] for key in self.game.execution.processes]
        begun = [scope for scope in processes if not scope.triggered]
        if not begun:
            own = [scope for scope in processes if scope.starts or scope.choices] or processes
            for scope in own[:1]:
                self._open(scope, rows, forced=True)
        for scope in begun:
            self._open(scope, rows)

    def _count(self, unit: Unit, tokens: Arriving) -> None:
        """Give up what does not come to an end; the other engine says what is wrong with it."""
        rounds = self.rounds[unit.index] = self.rounds.get(unit.index, 0) + 1
        for _, _, rows in tokens:
            np.add.at(self.moves, rows.case, 1)
        most = self.game.limit - len(self.plan.units)
        number = sum(len(rows) for _, _, rows in tokens)
        if rounds == _SOON:
            self.soon[unit.index] = number
        lasts = rounds == _LATE and number > max(_STILL * self.soon[unit.index], MANY)
        if (
            lasts
            or rounds > MOST_ROUNDS
            or number > MANY * self.crowd.number
            or self.moves.max() > most
        ):
            raise Refused(f"it goes round for long: {unit.step.node.id}")

    def _play(self, unit: Unit, tokens: Arriving, mails: Mails) -> None:
        node = unit.step.node
        if unit.part == "run" and unit.step.key in self.plan.rings:
            self._go_round(unit, self.plan.rings[unit.step.key], tokens)
        elif unit.part == "out":
            self._worked(unit.step, Rows.join([rows for _, _, rows in tokens]))
        elif unit.part == "reply":
            self._reply(unit, tokens, mails)
        elif node.type == "eventBasedGateway":
            self._race(unit, tokens, mails)
        elif node.is_gateway:
            self._gateway(unit, tokens)
        elif node.is_activity:
            self._activity(unit, tokens, mails)
        elif node.type in {"startEvent", "intermediateCatchEvent"}:
            self._catch(unit, tokens, mails)
        elif node.type == "boundaryEvent":
            self._fire(unit, tokens, mails)
        else:
            self._throw(unit, tokens, mails)

    # Gateways

    def _gateway(self, unit: Unit, tokens: Arriving) -> None:
        step, kind = unit.step, unit.step.node.type
        if kind != "exclusiveGateway" and len(step.entries) > 1:
            self._gather(unit, tokens)
            return
        rows = self._coming(step, tokens)
        if rows is None:
            return
        if kind == "exclusiveGateway":
            if len(step.exits) > 1:
                weights = self.game.weights(step)
                self._choose(step, rows, self._one_of(weights, len(rows)))
            else:
                self._split(step, rows, [None] * len(step.exits))
            return
        self._leave_gateway(step, rows)

    def _gather(self, unit: Unit, tokens: Arriving) -> None:
        """Let tokens wait for each other at a join; those that begin there need not."""
        for _, _, rows in tokens:
            self._visit(unit.step, rows)
        begun = [rows for _, way, rows in tokens if way == START]
        joined = self._join(unit, [(way, rows) for _, way, rows in tokens if way != START])
        if begun or joined:
            self._leave_gateway(unit.step, Rows.join([*begun, *joined]))

    def _leave_gateway(self, step: Step, rows: Rows) -> None:
        if step.node.type == "parallelGateway" or len(step.exits) <= 1:
            self._split(step, rows, [None] * len(step.exits))
            return
        if step.node.type == "complexGateway":
            self.game.run.warnings[f"complex-assumed:{step.node.id}"] = None
        self._split(step, rows, self._some_of(step, len(rows)))

    def _join(self, unit: Unit, arriving: list[tuple[str, Rows]]) -> list[Rows]:
        if unit not in self.joins:
            self.joins[unit] = Join(unit, self.crowd)
        join = self.joins[unit]
        join.add(arriving)
        self.number += sum(len(rows) for _, rows in arriving)
        if unit.step.node.type == "parallelGateway":
            parts = join.take_all(len(self.instances))
            self.number -= sum(map(len, parts))
            return [self._merge(unit.step, parts)] if parts else []
        self.loose = True
        met: Rows | None = None
        for other in join.take_some(len(self.instances)):
            self.number -= len(other)
            met = other if met is None else self._meet_some(unit.step, met, other)
        return [] if met is None else [met]

    def _merge(self, step: Step, parts: Sequence[Rows]) -> Rows:
        """Let one token go on for several, row by row; all are in executions of their own."""
        if len(parts) == 1:
            return parts[0]
        if step.scope in self.counted:
            self.instances.live[parts[0].inst] -= len(parts) - 1
        return self.crowd.merge(parts).but(branch=self.lineages.common(parts))

    def _meet_some(self, step: Step, some: Rows, others: Rows) -> Rows:
        """Merge the tokens of which both came, and let the others go on alone."""
        place = np.full(len(self.instances), NOBODY, np.intp)
        place[some.inst] = np.arange(len(some))
        found = place[others.inst]
        both = found != NOBODY
        alone = np.ones(len(some), np.bool_)
        alone[found[both]] = False
        merged = self._merge(step, [some.take(found[both]), others.take(both)])
        return Rows.join([some.take(alone), merged, others.take(~both)])

    # Races

    def _race(self, unit: Unit, tokens: Arriving, mails: Mails) -> None:
        """Let the first of several events win: by the clock, by mail, or by chance."""
        step = unit.step
        runners = [self.steps[target] for _, target in step.exits]
        flows = [(flow, runner) for runner in runners for flow in runner.awaits]
        box = self._mailbox(unit, [flow for flow, _ in flows])
        rows = self._coming(step, tokens)
        if rows is not None and not runners:
            self._drop(step, rows)
            return
        if rows is not None:
            rows = self._by_chance(step, rows, runners)
            clocks = [r for r in runners if not r.awaits and r.key in self.game.clocks]
            if len(rows):
                box.waiting.add([(0, self._wind_up(rows, clocks))])
        box.put(mails)
        if len(box.waiting.rows):
            self._decide(step, box, [runner for _, runner in flows], runners)

    def _by_chance(self, step: Step, rows: Rows, runners: list[Step]) -> Rows:
        """Let those win of which nothing says when they happen; return who is still waiting."""
        unknown = [r for r in runners if not r.awaits and r.key not in self.game.clocks]
        if not unknown:
            return rows
        ways = self._one_of(self.game.odds(step, unknown), len(rows))
        for runner, taken in zip(unknown, ways, strict=False):
            if taken.any():
                won = rows.take(taken)
                self._win(step, runner, won, won.time, None)
        return rows.take(ways[-1]) if len(ways) > len(unknown) else rows.take(np.zeros(0, np.intp))

    def _wind_up(self, rows: Rows, clocks: list[Step]) -> Rows:
        """Note when the first of the clocks will ring, and which."""
        never = np.full(len(rows), np.inf)
        if not clocks:
            return rows.but(more=(never, never))
        hours = [self._sample(self._clock(one), len(rows)) for one in clocks]
        least, which, _ = first_of(hours)
        numbers = np.array([self.plan.at[one.key, "run"].index for one in clocks], np.float64)
        return rows.but(more=(rows.time + least, numbers[which]))

    def _clock(self, step: Step) -> Distribution:
        return self.game.clocks[step.key]

    def _decide(self, step: Step, box: Mailbox, senders: list[Step], runners: list[Step]) -> None:
        """Compare when the clock rings, and when each message comes or came."""
        rows = box.waiting.rows
        if not box.waiting.alone:
            raise Refused(f"two at one race: {step.node.id}")
        mails, places = self._first_mails(box, rows)
        number = len(senders)
        early = np.zeros(len(rows), np.intp) + number
        for index in reversed(range(number)):
            early = np.where(mails[index] < rows.time, index, early)
        least, which, doubtful = first_of([*mails, rows.more[0]])
        doubtful &= early == number
        for index in range(number):
            doubtful |= (mails[index] == rows.time) & (early != number) & (index < early)
        which = np.where(early < number, early, which)
        time = np.where(early < number, rows.time, least)
        if doubtful.any():
            raise Refused(f"two come at the same time: {step.node.id}")
        self._let_win(step, box, (time, which), (senders, runners), places)

    def _first_mails(self, box: Mailbox, rows: Rows) -> tuple[list[Hours], list[Numbers]]:
        """Return, for each flow, when the first message that waits came, and its place."""
        times, places = [], []
        for index in range(len(box.flows)):
            place = np.full(self.crowd.number, NOBODY, np.intp)
            when = np.full(len(rows), np.inf)
            if len(box.mail.rows):
                at = np.flatnonzero(box.mail.kinds == index)[::-1]
                place[box.mail.rows.case[at]] = at
                found = place[rows.case]
                when = np.where(found == NOBODY, np.inf, box.mail.rows.time[found])
            times.append(when)
            places.append(place[rows.case])
        return times, places

    def _let_win(
        self,
        step: Step,
        box: Mailbox,
        decided: tuple[Hours, Numbers],
        others: tuple[list[Step], list[Step]],
        places: list[Numbers],
    ) -> None:
        rows, mails = box.waiting.rows, box.mail.rows
        time, which = decided
        senders, runners = others
        over = np.isfinite(time)
        box.mail.mark(rows.case[over], time[over])
        gone = []
        for index, runner in enumerate(senders):
            at = np.flatnonzero(over & (which == index))
            if len(at):
                taken = places[index][at]
                gone.append(taken)
                self._win(step, runner, rows.take(at), time[at], mails.take(taken))
        rung = over & (which == len(senders))
        for runner in runners:
            number = self.plan.at[runner.key, "run"].index
            at = np.flatnonzero(rung & (rows.more[1] == number))
            if len(at):
                self._win(step, runner, rows.take(at), time[at], None)
        box.waiting.leave(np.flatnonzero(over))
        if gone:
            box.mail.leave(np.concatenate(gone))

    def _win(self, step: Step, runner: Step, rows: Rows, time: Hours, mails: Rows | None) -> None:
        turn = self.game.structure.turn_of.get(step.key)
        rows = rows.but(more=())
        if mails is not None and turn is not None:
            after = self._waited(Moment(turn), rows, mails)
        elif mails is not None:
            after = self._received(rows, mails)
        else:
            after = rows if time is rows.time else self._stay(runner, rows, time)
            if turn is not None:
                met = self.crowd.meet(Moment(turn), rows, time)
                after = after.but(since=met.since, last=met.last)
        if not runner.node.is_activity:
            self._pass(runner, after)
            return
        # A receive task after the gateway: its message has come, only its work is left.
        if runner.key not in self.game.structure.turn_of:
            self._visit(runner, after)
        self._go(runner.key, WON, after)

    # How it ends

    def _finish(self) -> None:
        for unit, box in self.mailboxes.items():
            whole = self._whole(unit)
            if len(box.waiting.rows):
                rows = box.waiting.rows
                self._leave_waiting(unit.step, rows)
                if whole is not None:
                    self.crowd.meet(whole, rows, rows.time)
        for unit, queues in self.meetings.items():
            for step, queue in zip(unit.steps, queues, strict=True):
                if len(queue.rows):
                    self._leave_waiting(step, queue.rows)
        for unit, join in self.joins.items():
            for rows in join.left:
                self.crowd.over(rows)
                self.crowd.stuck[rows.case] = True
                self.crowd.warnings[f"deadlock:{unit.step.node.id}"] = None
        if self.loose and self.crowd.stuck.any():
            raise Refused("an inclusive join, and something that never comes")

    def _whole(self, unit: Unit) -> Moment | None:
        """Return the contact in which the customer is, as long as somebody waits here."""
        if unit.step.node.type == "eventBasedGateway":
            turn = self.game.structure.turn_of.get(unit.step.key)
            return None if turn is None else Moment(turn)
        is_catch = unit.part == "run" and unit.step.node.is_event
        return Moment(unit.step.key) if is_catch and self._is_whole(unit.step) else None

    def _leave_waiting(self, step: Step, rows: Rows) -> None:
        if step.node.id in self.game.skippable:
            raise Refused(f"a step that can be skipped: {step.node.id}")
        self.crowd.over(rows)
        self.crowd.stuck[rows.case] = True
        if step.inner is None:
            self.crowd.warnings[f"no-message:{step.node.id}"] = None
