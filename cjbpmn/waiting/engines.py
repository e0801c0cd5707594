"""Which way of playing suits a model: all runs, many cases at once, or token by token."""

from __future__ import annotations

from cjbpmn.waiting.crowd.figures import CrowdFigures
from cjbpmn.waiting.crowd.order import refusal
from cjbpmn.waiting.crowd.rows import Refused
from cjbpmn.waiting.crowd.sample import sample_crowd
from cjbpmn.waiting.figures import Figures
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.renewal import Expectations, expect
from cjbpmn.waiting.playing.runs import (
    SAMPLED_MOVES,
    TOLERATED,
    Played,
    enumerate_runs,
    is_countable,
    sample_runs,
)


def figure_out(game: Game) -> Figures:
    """Play a model, and find out what is exact and what is sampled.

    Parameters
    ----------
    game : Game
        The model.

    Returns
    -------
    Figures
        Exact expectations where all runs can be played, or a model be cut where it forgets; else
        those of a sample.
    """
    if not all(map(is_countable, game.clocks.values())):
        return _sample(game, None)
    played = enumerate_runs(game)
    if played.method == "exact" or played.is_hopeless:
        return Figures(game, played)
    exact = expect(game)
    if exact is None and played.rest > TOLERATED:
        # The likeliest runs are the short ones: too much is left out, and not at random.
        return _sample(game, played)
    return Figures(game, played, exact)


def _sample(game: Game, played: Played | None) -> Figures:
    """Play a sample: many cases at once where the model allows it.

    What was played before tells of runs that can happen, for the least and the most; then it is
    known already that there is no exact expectation.
    """
    bounds = None if played is None else played.runs
    reason = refusal(game)
    if reason is None:
        try:
            tally = sample_crowd(game)
        except Refused as refused:
            reason = str(refused)
        else:
            return CrowdFigures(game, tally, _expect(game, played), bounds)
    moves = SAMPLED_MOVES if played is None else SAMPLED_MOVES // 2
    sample = sample_runs(game, moves=moves)
    exact = None if sample.is_hopeless else _expect(game, played)
    return Figures(game, sample, exact, bounds, reason=reason)


def _expect(game: Game, played: Played | None) -> Expectations | None:
    return expect(game) if played is None else None
