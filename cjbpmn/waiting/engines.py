"""Which way of playing suits a model: all runs, many cases at once, or token by token."""

from __future__ import annotations

from typing import Final

from cjbpmn.waiting.crowd.figures import CrowdFigures
from cjbpmn.waiting.crowd.order import refusal
from cjbpmn.waiting.crowd.rows import Refused
from cjbpmn.waiting.crowd.sample import sample_crowd
from cjbpmn.waiting.figures import Figures
from cjbpmn.waiting.long_cases import LongCases
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

_PATIENT: Final = 4_000
"""So many moves of tokens a case may take on average, in a model that is known to end."""
_FAR: Final = 40
"""So many times as long as on average a case may take before it is given up."""


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
    figures = _figure_out(game)
    if figures.method != "none":
        return figures
    # What takes long to come to an end may yet come to one, and be known exactly.
    exact = expect(game)
    if exact is None:
        return figures
    if exact.moves > _PATIENT:
        return LongCases(game, exact)
    game.limit = max(game.limit, round(_FAR * exact.moves))
    return _figure_out(game)


def _figure_out(game: Game) -> Figures:
    if not all(map(is_countable, game.clocks.values())):
        return _sample(game, None, expect(game))
    played = enumerate_runs(game)
    if played.method == "exact" or played.is_hopeless:
        return Figures(game, played)
    exact = expect(game)
    if played.rest > TOLERATED:
        # The likeliest runs are the short ones: too much is left out, and not at random.
        return _sample(game, played, exact)
    return Figures(game, played, exact)


def _sample(game: Game, played: Played | None, exact: Expectations | None) -> Figures:
    """Play a sample: many cases at once where the model allows it.

    What was played before tells of runs that can happen, for the least and the most.
    """
    bounds = None if played is None else played.runs
    reason = refusal(game)
    if reason is None:
        try:
            tally = sample_crowd(game)
        except Refused as refused:
            reason = str(refused)
        else:
            return CrowdFigures(game, tally, exact, bounds)
    moves = SAMPLED_MOVES if played is None else SAMPLED_MOVES // 2
    sample = sample_runs(game, moves=moves)
    return Figures(game, sample, None if sample.is_hopeless else exact, bounds, reason=reason)
