"""The table on which many cases are played at once: who is where, and how one gets on."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence
from heapq import heappush
from typing import Final

import numpy as np

from cjbpmn.distributions import Distribution, Fixed
from cjbpmn.waiting.crowd.lineage import Lineages
from cjbpmn.waiting.crowd.order import Plan, Unit
from cjbpmn.waiting.crowd.rows import NOBODY, Crowd, Hours, Mask, Numbers, Refused, Rows
from cjbpmn.waiting.execution import Scope, Step
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.gateways import JOINS
from cjbpmn.waiting.playing.lineage import Arrivals
from cjbpmn.waiting.structure import Moment

_LOOKED_AT: Final = 500
START: Final = ""
"""By which way a token comes that begins here."""
FIRED: Final = "fired"
WON: Final = "won"
"""It comes from a race, or from what it interrupts, and not along a flow."""


class Instances:
    """Executions of scopes: how many tokens are in each, and what the last one to leave knew."""

    def __init__(self) -> None:
        self.number = 0
        # Those that were begun together are numbered in a row, and held by rows of their own.
        self.firsts: list[int] = []
        self.holders: list[Rows] = []
        self.live = np.zeros(0, np.int32)
        self.left = np.zeros(0)
        self.stay = np.zeros(0, np.intp)
        self.since = np.zeros(0)
        self.last = np.zeros(0, np.intp)

    def __len__(self) -> int:
        return self.number

    def _make_room(self, number: int) -> None:
        room = len(self.live)
        if number <= room:
            return
        for name in ("live", "left", "stay", "since", "last"):
            column = getattr(self, name)
            larger = np.zeros(number + number // 2, column.dtype)
            larger[:room] = column
            setattr(self, name, larger)

    def open(self, rows: Rows, tokens: int) -> Numbers:
        """Begin executions with so many tokens, held by others; return their numbers."""
        first, last = self.number, self.number + len(rows)
        self._make_room(last)
        self.number = last
        self.firsts.append(first)
        self.holders.append(rows.but(more=()))
        self.live[first:last] = tokens
        self.left[first:last] = -np.inf
        self.stay[first:last] = rows.stay
        self.since[first:last] = rows.since
        self.last[first:last] = rows.last
        return np.arange(first, last)

    def leave(self, rows: Rows) -> Numbers:
        """Let tokens leave; return the executions in which there are no more."""
        inst = rows.inst
        alone = bool((inst[1:] > inst[:-1]).all())
        if not alone:
            rows = rows.take(np.lexsort((rows.last, rows.since, inst)))
        newer = (rows.since > self.since[rows.inst]) | (
            (rows.since == self.since[rows.inst]) & (rows.last > self.last[rows.inst])
        )
        self.since[rows.inst[newer]] = rows.since[newer]
        self.last[rows.inst[newer]] = rows.last[newer]
        if not alone:
            rows = rows.take(np.argsort(rows.time, kind="stable"))
        later = rows.time >= self.left[rows.inst]
        self.left[rows.inst[later]] = rows.time[later]
        self.stay[rows.inst[later]] = rows.stay[later]
        if alone:
            self.live[inst] -= 1
            over: Numbers = inst[self.live[inst] == 0]
            return over
        np.add.at(self.live, rows.inst, -1)
        return np.unique(rows.inst[self.live[rows.inst] == 0])

    def holder(self, numbers: Numbers, crowd: Crowd) -> Rows:
        """Return the tokens that hold some executions, as they are when these are over."""
        rows = self._held(numbers)
        inner = rows.but(since=self.since[numbers], last=self.last[numbers])
        since, last = crowd.later(rows, inner)
        time = np.maximum(self.left[numbers], rows.time)
        return rows.but(time=time, since=since, last=last, stay=self.stay[numbers])

    def _held(self, numbers: Numbers) -> Rows:
        """Return the tokens that hold some executions, as they came."""
        least, most = int(numbers.min()), int(numbers.max())
        block = bisect(self.firsts, least) - 1
        first, rows = self.firsts[block], self.holders[block]
        if most < first + len(rows):
            return rows.take(numbers - first)
        blocks = np.searchsorted(np.array(self.firsts), numbers, side="right") - 1
        order = np.argsort(blocks, kind="stable")
        found = [
            self.holders[block].take(numbers[blocks == block] - self.firsts[block])
            for block in np.unique(blocks).tolist()
        ]
        return Rows.join(found).take(np.argsort(order, kind="stable"))


class Table:
    """Tokens on their way, executions of scopes, and what is common to all rules.

    Parameters
    ----------
    game : Game
        The model.
    plan : Plan
        In which order it is played.
    crowd : Crowd
        Where it is noted what happens.
    rng : numpy.random.Generator
        Answers the questions of chance.
    """

    def __init__(self, game: Game, plan: Plan, crowd: Crowd, rng: np.random.Generator) -> None:
        self.game = game
        self.steps = game.steps
        self.plan = plan
        self.crowd = crowd
        self.rng = rng
        self.instances = Instances()
        self.lineages = Lineages()
        self.tokens: dict[int, list[tuple[Step, str, Rows]]] = {}
        self.number = 0
        """How many tokens are on their way, or wait for others."""
        self.mails: dict[int, list[tuple[str, Rows]]] = {}
        self.pending: list[int] = []
        self.arrived: dict[str, dict[int, Arrivals]] = {}
        self.reached: dict[str, set[str]] = {}
        # Where it matters how many tokens are left.
        self.counted = {key for key, scope in game.scopes.items() if scope.holder is not None}
        self.counted |= {
            step.scope for step in self.steps.values() if step.node.has_event("terminate")
        }

    # How tokens and messages get from one unit to another

    def _bring(self, unit: Unit, step: Step, way: str, rows: Rows) -> None:
        if len(rows):
            self._queue(unit)
            self.number += len(rows)
            self.tokens.setdefault(unit.index, []).append((step, way, rows))

    def _queue(self, unit: Unit) -> None:
        if unit.index not in self.tokens and unit.index not in self.mails:
            heappush(self.pending, unit.index)

    def _go(self, key: str, way: str, rows: Rows) -> None:
        self._bring(self.plan.at[key, "run"], self.steps[key], way, rows)

    def _send(self, step: Step, rows: Rows) -> None:
        for flow, target in step.sends:
            receiver = self.steps[target]
            scope = self.game.scopes[receiver.scope]
            room = self.plan.rooms.get((flow, target))
            if target in scope.triggered and scope.holder is None:
                self._open(scope, rows, only=target)
            elif room is not None and len(rows):
                self._queue(room)
                self.mails.setdefault(room.index, []).append((flow, rows.but(more=())))

    # How scopes are entered and left

    def _open(
        self, scope: Scope, rows: Rows, *, only: str | None = None, forced: bool = False
    ) -> None:
        """Enter a scope: at one step, or wherever it begins."""
        starts = list(scope.starts) if only is None else [only]
        choices = scope.choices if only is None else []
        if only is None and (scope.holder is not None or (forced and not (starts or choices))):
            starts += scope.triggered
        number = len(starts) + bool(choices)
        inside = rows.but(inst=self.instances.open(rows, number), more=())
        if not number:
            self.instances.left[inside.inst] = rows.time
            self._complete(scope, inside.inst)
        for key in starts:
            self._go(key, START, inside)
        if choices:
            likely = self.game.timings.probabilities
            given = [likely.get(self.steps[key].node.id) for key in choices]
            weights = [1.0]
            if len(given) > 1:
                weights = self.game.fill_weights(given, scope.key)
            for key, taken in zip(choices, self._one_of(weights, len(rows)), strict=True):
                self._go(key, START, inside.take(taken))

    def _drop(self, step: Step, rows: Rows) -> None:
        """Tokens are done; their scopes are, with the last one."""
        self.crowd.over(rows)
        if step.scope in self.counted:
            self._complete(self.game.scopes[step.scope], self.instances.leave(rows))

    def _complete(self, scope: Scope, numbers: Numbers) -> None:
        if scope.holder is not None and len(numbers):
            holders = self.instances.holder(numbers, self.crowd)
            unit = self.plan.at[scope.holder, "out"]
            self._bring(unit, unit.step, START, holders)

    def _alone(self, step: Step, rows: Rows) -> None:
        """Refuse to go on where something else would be cut off."""
        others = self.instances.live[rows.inst] != 1
        if (others | (self.instances.left[rows.inst] >= rows.time)).any():
            raise Refused(f"something is cut off: {step.node.id}")

    # What is noted

    def _arrive(self, step: Step, rows: Rows) -> Rows:
        if len(step.entries) > 1 and step.node.type not in JOINS and rows.branch is not None:
            self._check_merge(step, rows)
        self._visit(step, rows)
        return rows

    def _check_merge(self, step: Step, rows: Rows) -> None:
        """Warn where two branches of one split go on unsynchronised."""
        code = f"unsafe:{step.node.id}"
        if code in self.game.run.warnings:
            return
        if self.plan.at[step.key, "run"].circle:
            # What comes again and again is looked at in some of the cases.
            before = self.arrived.setdefault(step.key, {})
            unsafe = self.lineages.is_unsafe_now(before, rows.take(rows.case < _LOOKED_AT))
        else:
            unsafe = self.lineages.is_unsafe(rows)
        if unsafe:
            self.game.run.warnings[code] = None

    def _visit(self, step: Step, rows: Rows) -> None:
        if step.key in self.plan.noticed:
            self.crowd.trail.append((step.node.id, rows.last))
            if step.is_timed:
                self.crowd.worked.append(rows.last)

    def _touch(self, step: Step, rows: Rows, part: str = "run") -> Rows:
        """Make a momentary contact, if it is one."""
        moment = Moment(step.key, part)
        if moment not in self.game.touches:
            return rows
        return self.crowd.meet(moment, rows, rows.time)

    def _stay(self, step: Step, rows: Rows, end: Hours) -> Rows:
        """Let time pass at a step."""
        return rows.but(time=end, stay=self.crowd.stay(step.node.id, rows, end))

    def _sample(self, clock: Distribution | None, number: int) -> Hours:
        if clock is None:
            return np.zeros(number)
        if isinstance(clock, Fixed):
            return np.full(number, clock.hours)
        return clock.sample(self.rng, number)

    # Where tokens go

    def _depart(self, step: Step, rows: Rows) -> None:
        """Send tokens on their way, along all flows, or those whose condition holds."""
        if not len(rows):
            return
        exits = step.exits
        if step.key in self.game.sure or len(exits) < 2:  # noqa: PLR2004
            self._split(step, rows, [None] * len(exits))
        else:
            self._split(step, rows, self._some_of(step, len(rows)))

    def _split(self, step: Step, rows: Rows, ways: Sequence[Mask | None]) -> None:
        """Let tokens go by one or several ways."""
        if not ways:
            self._drop(step, rows)
            return
        if step.key in self.plan.heads:
            self._check_block(step, rows)
        exits = step.exits
        if len(ways) == 1:
            self._go(exits[0][1], exits[0][0], rows)
            return
        counts = sum(1 if way is None else way.astype(np.intp) for way in ways)
        several = None if all(way is None for way in ways) else np.asarray(counts) > 1
        if several is not None and not several.any():
            self._choose(step, rows, [way for way in ways if way is not None])
            return
        if step.scope in self.counted:
            np.add.at(self.instances.live, rows.inst, np.asarray(counts) - 1)
        at = self.plan.at[step.key, "run"].index
        branches = self.lineages.part(at, rows, ways, several)
        for (flow, target), way, branch in zip(exits, ways, branches, strict=True):
            going = rows if way is None else rows.take(way)
            self._go(target, flow, going.but(branch=branch))

    def _choose(self, step: Step, rows: Rows, ways: Iterable[Mask]) -> None:
        """Let each token go by one way."""
        for (flow, target), way in zip(step.exits, ways, strict=True):
            if way.any():
                self._go(target, flow, rows.take(way))

    def _one_of(self, weights: Sequence[float], number: int) -> list[Mask]:
        marks = np.cumsum(weights) / sum(weights)
        chosen = np.searchsorted(marks, self.rng.random(number), side="right")
        chosen = np.minimum(chosen, len(weights) - 1)
        return [chosen == index for index in range(len(weights))]

    def _some_of(self, step: Step, number: int) -> list[Mask | None]:
        """Choose among the exits of an activity or inclusive gateway, each for itself."""
        chances, fallback = self._chances(step)
        drawn = [chance for chance in chances if chance is not None]
        if not drawn:
            return [None] * len(chances)
        sure = len(chances) - len(drawn) > (fallback is not None)
        some = np.full(number, sure)
        taken: list[Mask | None] = []
        for index, chance in enumerate(chances):
            if chance is None:
                taken.append(None)
                continue
            rest = [other for other in chances[index:] if other is not None]
            fails = float(np.prod([1 - other for other in rest]))
            least = 1.0 if fails >= 1 or len(rest) == 1 else min(chance / (1 - fails), 1.0)
            given = np.where(some | (fallback is not None), chance, least)
            way = self.rng.random(number) < given
            taken.append(way)
            some |= way
        if fallback is not None:
            taken[fallback] = ~some
        return taken

    def _chances(self, step: Step) -> tuple[list[float | None], int | None]:
        """Return how likely each way out is, if that is in doubt; and which is the default."""
        if step.node.type in {"inclusiveGateway", "complexGateway"}:
            return self.game.chances(step)
        flows, likely = self.game.execution.graph.flows, self.game.timings.probabilities
        names = [flow.rpartition("/")[2] for flow, _ in step.exits]
        default = step.node.attributes.get("default")
        fallback = names.index(default) if default in names else None
        chances: list[float | None] = []
        for name in names:
            chance = likely.get(name)
            if name == default:
                chance = None
            elif chance is None and name in flows and flows[name].conditional:
                self.game.run.warnings[f"assumed-probability:{step.node.id}"] = None
                chance = 0.5
            chances.append(chance)
        sure = chances.count(None) - (fallback is not None)
        doubtful = [chance for chance in chances if chance is not None]
        if len(doubtful) > 1 and fallback is None and not sure and max(doubtful) < 1:
            self.game.run.warnings[f"conditioned-inclusive:{step.node.id}"] = None
        return chances, fallback

    def _in_branch(self, rows: Rows) -> Rows:
        """Return tokens that came out of others which go on."""
        return rows.but(branch=self.lineages.part(NOBODY, rows, [None, None], None)[1])

    def _check_block(self, step: Step, rows: Rows) -> None:
        """Refuse to go on where somebody from beside a block could still come into it."""
        for at, way in self.lineages.open_splits(rows):
            split = self.plan.units[at].step if at != NOBODY else None
            others = (
                [] if split is None else [t for n, (_, t) in enumerate(split.exits) if n != way]
            )
            if split is None or any(step.key in self._after(other) for other in others):
                raise Refused(f"others may come to an inclusive join: {step.node.id}")

    def _after(self, key: str) -> set[str]:
        """Return what can come after a step in its scope, and the step."""
        if key not in self.reached:
            seen = {key}
            pending = [key]
            while pending:
                step = self.steps[pending.pop()]
                for after in (*(target for _, target in step.exits), *step.boundaries):
                    if after not in seen:
                        seen.add(after)
                        pending.append(after)
            self.reached[key] = seen
        return self.reached[key]
