"""How tokens go round a ring: all rounds of all of them in one go."""

from __future__ import annotations

from typing import Final

import numpy as np

from cjbpmn.waiting.crowd.activities import Activities, Arriving
from cjbpmn.waiting.crowd.order import Unit
from cjbpmn.waiting.crowd.rings import Ring
from cjbpmn.waiting.crowd.rows import Hours, Numbers, Refused, Rows
from cjbpmn.waiting.execution import Step

MOST_ROUNDS: Final = 2_000
"""What goes round more often than this is left to the other way of playing."""


class Rounds(Activities):
    """How often each token comes by each gate of a ring is drawn before the first one moves."""

    moves: Numbers

    def _go_round(self, unit: Unit, ring: Ring, tokens: Arriving) -> None:
        rows = self._coming(unit.step, tokens)
        if rows is None:
            return
        passed = self._passed_gates(ring, len(rows))
        self._count_rounds(ring, rows, passed // len(ring.gates))
        # Those who stay longest come first: whoever is still there is always at the beginning.
        order = np.argsort(-passed, kind="stable")
        walk = _Walk(rows, order, passed[order])
        while walk.number:
            for step in ring.steps:
                if walk.gates < len(ring.gates):
                    self._visit(step, walk.now())
                if step.key in ring.gates:
                    walk.leave()
                    if not walk.number:
                        break
                elif step.node.type != "exclusiveGateway":
                    self._take_time(step, walk)
        self._let_out(ring, walk.left(), passed)

    def _passed_gates(self, ring: Ring, number: int) -> Numbers:
        """Draw how many gates each token passes before it leaves by one."""
        leaves, stays = [], 1.0
        for gate in ring.gates.values():
            weights = self.game.weights(gate.step)
            on = weights[gate.inside] / sum(weights)
            leaves.append(stays * (1 - on))
            stays *= on
        rounds = self.rng.geometric(1 - stays, number) - 1
        if len(leaves) == 1:
            return np.asarray(rounds, np.intp)
        marks = np.cumsum(leaves) / (1 - stays)
        last = np.searchsorted(marks, self.rng.random(number), side="right")
        return np.asarray(rounds * len(leaves) + np.minimum(last, len(leaves) - 1), np.intp)

    def _count_rounds(self, ring: Ring, rows: Rows, rounds: Numbers) -> None:
        np.add.at(self.moves, rows.case, rounds * len(ring.steps))
        most = self.game.limit - len(self.plan.units)
        if rounds.max() > MOST_ROUNDS or self.moves.max() > most:
            raise Refused(f"it goes round for long: {ring.steps[0].node.id}")

    def _take_time(self, step: Step, walk: _Walk) -> None:
        clock = self.game.clocks.get(step.key)
        if step.node.is_activity:
            hours = self._hours(step, walk.number)
        else:
            hours = self._sample(clock, walk.number)
        rows = walk.now()
        end = rows.time + hours
        if step.node.is_activity and step.is_timed:
            self.crowd.worked_on(rows, end)
        if clock is not None:
            walk.stay = self.crowd.stay(step.node.id, rows, end)
            walk.time = end

    def _let_out(self, ring: Ring, rows: Rows, passed: Numbers) -> None:
        """Send the tokens on by those exits of their gates that lead out."""
        at = passed % len(ring.gates)
        for index, gate in enumerate(ring.gates.values()):
            leaving = rows.take(at == index)
            weights = self.game.weights(gate.step)
            weights[gate.inside] = 0.0
            if len(leaving):
                self._choose(gate.step, leaving, self._one_of(weights, len(leaving)))


class _Walk:
    """Tokens on a ring: those who are still there, and where and when the others left."""

    def __init__(self, rows: Rows, order: Numbers, passed: Numbers) -> None:
        self.rows = rows
        self.order = order
        self.gone = -passed
        self.gates = 0
        self.number = len(rows)
        self.ordered = rows.take(order)
        self.time: Hours = self.ordered.time
        self.stay: Numbers = self.ordered.stay
        self.times = np.empty(self.number)
        self.stays = np.empty(self.number, np.intp)

    def now(self) -> Rows:
        """Return those who are still there."""
        ordered, number = self.ordered, self.number
        return Rows(
            ordered.case[:number],
            ordered.inst[:number],
            self.time,
            ordered.since[:number],
            ordered.last[:number],
            self.stay,
        )

    def leave(self) -> None:
        """Let those go who pass no more than so many gates."""
        stay = int(np.searchsorted(self.gone, -self.gates))
        here = self.order[stay : self.number]
        self.times[here] = self.time[stay:]
        self.stays[here] = self.stay[stay:]
        self.time, self.stay = self.time[:stay], self.stay[:stay]
        self.number = stay
        self.gates += 1

    def left(self) -> Rows:
        """Return all of them as they left."""
        return self.rows.but(time=self.times, stay=self.stays)
