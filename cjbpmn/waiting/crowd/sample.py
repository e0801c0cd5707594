"""How many cases are enough: as many as it takes until the figures are as fine as promised."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from cjbpmn.waiting.crowd.game import play_crowd
from cjbpmn.waiting.crowd.order import make_plan
from cjbpmn.waiting.crowd.rows import Hours
from cjbpmn.waiting.crowd.tally import Tally, take_stock
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.runs import SEED

FINE: Final = 0.02
"""Half the width of an interval that holds a figure in 95 of 100 samples, as a part of it."""
_SURE: Final = 1.96
_FIRST: Final = 2_000
_MOST: Final = 100_000
_CELLS: Final = 1_500_000
"""So many numbers of one column are worked out, of large models for fewer cases."""
_HELD: Final = 90_000_000
"""So many numbers are held at once."""
_TRACED: Final = 5_000_000
"""For so many it is noted where time passed."""
_FEWEST: Final = 1_000
_SMALLEST: Final = 30
"""Of fewer values nothing is said about how fine they are."""
_NINE_OF_TEN: Final = 0.9


def sample_crowd(game: Game, seed: int = SEED, *, cases: int | None = None) -> Tally:
    """Play batches of cases until expected waits and their 90th percentiles are fine enough.

    Parameters
    ----------
    game : Game
        A model of which `refusal` says nothing.
    seed : int
        The same seed gives the same cases.
    cases : int or None
        How many; as many as it takes where left out.

    Returns
    -------
    Tally
        What they say.

    Raises
    ------
    Refused
        If the model cannot be played so.
    """
    plan = make_plan(game)
    size = max(len(plan.units), 1)
    most = cases or min(_MOST, max(_FEWEST, _CELLS // size))
    tally = Tally()
    wanted = cases or min(_FIRST, most)
    batch, each = 0, 1.0
    while tally.number < wanted:
        untraced = max(_TRACED // size, 1) - tally.number
        traces = untraced > 0
        largest = untraced if traces else max(int(_HELD / each), 1)
        number = min(wanted - tally.number, largest)
        crowd = play_crowd(game, number, [seed, batch], plan, keeps_stays=traces)
        each = max(each, crowd.held / number)
        tally.add(take_stock(game, crowd))
        batch += 1
        if tally.number >= wanted:
            wanted = cases or min(_needed(tally), most)
    return tally


def _needed(tally: Tally) -> int:
    """Return how many cases it takes, as far as one can tell from those there are."""
    return max((_cases(values, tally.number) for values in _figures(tally)), default=0)


def _figures(tally: Tally) -> Iterator[Hours]:
    if tally.figures:
        yield tally.figures["wait"]
    for moment in tally.moments:
        yield tally.waits(moment)


def _cases(values: Hours, number: int) -> int:
    """Return how many cases it takes until one of the figures is fine enough."""
    count = len(values)
    mean = float(values.mean()) if count else 0.0
    if count < _SMALLEST or mean <= 0:
        return number
    error = _SURE * float(values.std(ddof=1)) / math.sqrt(count) / mean
    # Between these two of the ordered values lies the 90th percentile.
    width = _SURE * math.sqrt(count * _NINE_OF_TEN * (1 - _NINE_OF_TEN))
    about = [_NINE_OF_TEN * count + shift for shift in (-width, 0.0, width)]
    places = [min(max(int(place), 0), count - 1) for place in about]
    low, middle, high = np.partition(values, places)[places].tolist()
    if middle > 0:
        error = max(error, (high - low) / 2 / middle)
    return math.ceil(number * (error / FINE) ** 2 * 1.1) if error > FINE else number
