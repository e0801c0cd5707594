"""Rings: circles that every token goes round by the same way, until it leaves.

How often a token goes round is drawn beforehand, and all rounds of all tokens are played in one go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cjbpmn.waiting.circles import number_circles
from cjbpmn.waiting.execution import Step
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.tokens import Run
from cjbpmn.waiting.structure import Moment

_MOST_LIKELY: Final = 0.99
"""Where it is likelier than that to go round again, rounds are played one by one, and counted."""
_PARTS: Final = ("run", "in", "out", "reply")


@dataclass(frozen=True, slots=True)
class Gate:
    """An exclusive gateway by which tokens leave a ring.

    Parameters
    ----------
    step : Step
        The gateway.
    inside : int
        Which of its exits leads on along the ring.
    """

    step: Step
    inside: int


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle without forks inside.

    Parameters
    ----------
    steps : list of Step
        In the order in which they are come by; the first is the only one that is entered from
        outside.
    gates : dict of str to Gate
        By key, where tokens leave.
    """

    steps: list[Step]
    gates: dict[str, Gate]


def find_rings(game: Game) -> dict[str, Ring]:
    """Find the rings of a model.

    Parameters
    ----------
    game : Game
        The model.

    Returns
    -------
    dict of str to Ring
        By the step that is entered from outside.
    """
    # What is asked of the game here is no part of any run.
    game.run = Run()
    keys = list(game.steps)
    number = {key: index for index, key in enumerate(keys)}
    steps = list(game.steps.values())
    after = [[number[target] for _, target in step.exits] for step in steps]
    members: dict[int, list[Step]] = {}
    for step, circle in zip(steps, number_circles(after), strict=True):
        members.setdefault(circle, []).append(step)
    rings = (_ring(game, found) for found in members.values() if len(found) > 1)
    return {ring.steps[0].key: ring for ring in rings if ring is not None}


def _ring(game: Game, members: list[Step]) -> Ring | None:
    entered = [step for step in members if len(step.entries) > 1]
    inside = {step.key for step in members}
    if len(entered) != 1 or not all(_is_plain(game, step) for step in members):
        return None
    scope = game.scopes[entered[0].scope]
    begins = {*scope.starts, *scope.choices, *scope.triggered}
    if begins & (inside - {entered[0].key}):
        return None
    steps: list[Step] = []
    gates: dict[str, Gate] = {}
    step = entered[0]
    while not steps or step is not entered[0]:
        steps.append(step)
        onward = [index for index, (_, target) in enumerate(step.exits) if target in inside]
        if len(onward) != 1:
            return None
        if len(step.exits) > 1:
            gates[step.key] = Gate(step, onward[0])
        step = game.steps[step.exits[onward[0]][1]]
    return Ring(steps, gates) if gates and _stays(game, gates) <= _MOST_LIKELY else None


def _stays(game: Game, gates: dict[str, Gate]) -> float:
    """Return how likely it is to go round again."""
    stays = 1.0
    for gate in gates.values():
        weights = game.weights(gate.step)
        stays *= weights[gate.inside] / sum(weights)
    return stays


def _is_plain(game: Game, step: Step) -> bool:
    """Tell whether nothing happens at a step but that time passes, or one way is chosen."""
    if step.node.type == "exclusiveGateway":
        return not (step.sends or step.awaits)
    if len(step.exits) != 1 or any(Moment(step.key, part) in game.touches for part in _PARTS):
        return False
    special = step.inner, step.boundaries, step.partners, step.replies, step.catcher, step.handlers
    if any(special) or step.sends or step.awaits or step.node.loop or step.key in game.patience:
        return False
    return step.node.is_activity or step.node.type == "intermediateCatchEvent"
