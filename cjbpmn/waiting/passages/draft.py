"""Places and passages while they are written down, one after another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

from cjbpmn.waiting.execution import Step
from cjbpmn.waiting.passages.delays import Between, Delay, Passage
from cjbpmn.waiting.passages.passages import Deadline, Passages
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.tokens import Run
from cjbpmn.waiting.structure import Moment

AT_ONCE: Final = Between(0.0, 0.0)
"""What goes on after the last contact, however long ago the rest of it began."""


class Draft:
    """What is known of the passages of a model so far.

    Parameters
    ----------
    game : Game
        The model.
    """

    def __init__(self, game: Game) -> None:
        self.game = game
        self.steps = game.steps
        self.touches = game.touches
        self.found = Passages(frozenset(game.touches))
        races = [s for s in self.steps.values() if s.node.type == "eventBasedGateway"]
        self.raced = {target for race in races for _, target in race.exits}
        # Nothing that is doubtful here is news: the runs have told of it.
        game.run = Run()

    def _place(self, step: Step, part: str) -> Moment:
        place = Moment(step.key, part)
        self.found.scope_of[place] = step.scope
        return place

    def _link(
        self, source: Moment, target: Moment, weight: float = 1.0, delay: Delay | None = None
    ) -> Passage:
        passage = Passage(source, target, weight, delay)
        if weight > 0:
            self.found.add(passage)
        return passage

    def _doubt(self, place: Moment, reason: str) -> None:
        self.found.doubts.setdefault(place, reason)

    def _by(
        self, place: Moment, since: Moment, clocks: Iterable[Step], unless: Moment | None = None
    ) -> None:
        """Note that a place is reached before any of some clocks rings, or not at all."""
        hours = min((self.game.clocks[one.key].maximum for one in clocks), default=math.inf)
        if hours < math.inf or unless is not None:
            self.found.deadlines.setdefault(place, Deadline(since, hours, unless))

    def _through(self, step: Step, place: Moment, *parts: str) -> Moment:
        """Go on through those moments of a step that are contacts."""
        for part in parts:
            if Moment(step.key, part) in self.touches:
                self._link(place, self._place(step, part))
                place = Moment(step.key, part)
        return place

    def _beside(self, scope: str, step: Step, place: Moment) -> None:
        """Note that something can begin beside what goes on already."""
        self.found.spawns.setdefault(scope, f"several at once: {step.node.id}")
        self.found.spawning.add(place)

    def _gate(self, step: Step, place: Moment, part: str, delay: Delay | None = None) -> Moment:
        """Wait for a message: what comes later decides."""
        gate = self._place(step, part)
        self._link(place, gate, 1.0, delay)
        self.found.joins[gate] = "all"
        if step.node.id in self.game.skippable:
            self._doubt(gate, f"what does not come is passed by: {step.node.id}")
            self.found.endless.add(gate)
        return gate

    def _is_only_raced(self, step: Step) -> bool:
        """Tell whether a race is the only way to something that waits for a message."""
        if step.key not in self.raced:
            return False
        if len(step.entries) > 1:
            self._doubt(self._place(step, "gate"), f"comes by several ways: {step.node.id}")
            return False
        return True

    def _after_content(self, scope: str, target: Moment) -> None:
        """What is interrupted goes on after the last contact that there was inside."""
        for contact in self._contacts_in(scope):
            self._link(contact, target, delay=AT_ONCE)

    def _contacts_in(self, scope: str) -> Iterator[Moment]:
        for step in self.game.execution.content(scope):
            for part in ("run", "in", "out", "reply"):
                if Moment(step.key, part) in self.touches:
                    yield Moment(step.key, part)

    def _is_conditional(self, name: str) -> bool:
        flow = self.game.execution.graph.flows.get(name)
        return flow is not None and flow.conditional
