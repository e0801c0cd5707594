"""What can be worked out about each wait without playing: its bounds, and how it is spread."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Final, NamedTuple

from cjbpmn.waiting.figures import Figures
from cjbpmn.waiting.passages.blocks import put_together
from cjbpmn.waiting.passages.rules import find_passages
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.reduction.algebra import Refused
from cjbpmn.waiting.reduction.intervals import Bounds, Intervals
from cjbpmn.waiting.reduction.local import Reduced, Reductions
from cjbpmn.waiting.stretches import Leg
from cjbpmn.waiting.structure import Moment

_EQUAL: Final = 1e-9
_CLOSE: Final = 0.01
"""A sample that comes so near to a proven bound shows that it can be reached, or nearly so."""
_LEFT_OUT: Final = 1e-3
"""Where the runs that were played leave out more, percentiles are rather worked out."""


class Range(NamedTuple):
    """The least and the most of a wait.

    Parameters
    ----------
    minimum, maximum : float
        In hours.
    kind : str
        ``exact``; ``attained``, both were reached, and more may be possible; ``outer``, nothing
        lies outside, and they may never be reached.
    within : tuple of float or None
        What is proven: nothing lies outside.
    """

    minimum: float
    maximum: float
    kind: str
    within: tuple[float, float] | None = None


class Workings:
    """What can be worked out about the waits of a model.

    Parameters
    ----------
    game : Game
        The model.
    figures : Figures
        What playing it said.
    """

    def __init__(self, game: Game, figures: Figures) -> None:
        self.game = game
        self.figures = figures
        played = figures.played
        self.is_all_played = played.method == "exact" and not figures.samples
        self._is_partial = bool(figures.samples) or played.rest > _LEFT_OUT

    @cached_property
    def _reductions(self) -> Reductions:
        found = find_passages(self.game)
        put_together(found)
        return Reductions(found, Intervals(found))

    @property
    def _is_dated(self) -> bool:
        return self.game.timings.is_dated

    # Bounds

    def around(self, end: Moment, *, endless: bool) -> Range | None:
        """Say what a wait is at least and at most.

        Parameters
        ----------
        end : Moment
            The contact that ends it.
        endless : bool
            Whether time can pass in a circle before it.

        Returns
        -------
        Range or None
            None where the contact never happens.
        """
        if end not in self.figures.waits and not self.game.silent:
            return None
        if self.is_all_played:
            attained = self.figures.bounds(end, endless=endless)
            return None if attained is None else Range(*attained, "exact")
        bounds = [] if self._is_dated else list(self._legs(end).values())
        found = self._range((end, None), bounds, endless=endless)
        return self._with_guesses(found, end) if self.game.is_guessed else found

    def _with_guesses(self, found: Range | None, end: Moment) -> Range | None:
        """Count in the most what can happen although nobody says how often."""
        tried = self.figures.bounds(end, endless=False)
        if found is None or tried is None or tried[1] <= found.maximum:
            return found
        return Range(found.minimum, tried[1], "attained")

    def is_cut_off(self, end: Moment, *, is_closed: bool = False) -> bool:
        """Tell whether a circle before a contact cannot go on: a clock rings, or nobody enters it.

        Parameters
        ----------
        end : Moment
            The contact.
        is_closed : bool
            Whether the way into it may be one that is never taken.

        Returns
        -------
        bool
            True where a deadline bounds it, however often it goes round, or the way into it is
            never taken.
        """
        if self._is_dated or not (is_closed or self._reductions.intervals.found.deadlines):
            return False
        legs = self._legs(end).values()
        return bool(legs) and all(bounds.maximum < math.inf for bounds in legs)

    @property
    def whole(self) -> tuple[float, float]:
        """The least and the most that one case waits in all."""
        least, most = self._whole()
        return least, max(most, self.figures.wait_range[1]) if self.game.is_guessed else most

    def _whole(self) -> tuple[float, float]:
        if not (self.is_all_played or self._is_dated):
            proven = self._reductions.intervals.whole()
            if proven is not None:
                within = proven.minimum, proven.maximum
                return within if proven.exact else self._nearest(self.figures.wait_range, within)
        return self.figures.wait_range

    def _nearest(
        self, attained: tuple[float, float], within: tuple[float, float]
    ) -> tuple[float, float]:
        """Return what is proven where a sample comes near to it; else what was attained."""
        if not self.figures.samples:
            return attained
        low, high = (
            proven if abs(found - proven) <= _CLOSE * max(abs(proven), 1.0) else found
            for found, proven in zip(attained, within, strict=True)
        )
        return low, high

    def _legs(self, end: Moment) -> dict[str | None, Bounds]:
        """Return the proven bounds by the name of the contact before."""
        found: dict[str | None, Bounds] = {}
        for start, bounds in self._reductions.intervals.legs(end).items():
            name = None if start is None else start.name
            found[name] = bounds if name not in found else _around([found[name], bounds])
        return found

    def _range(
        self,
        where: tuple[Moment, str | None],
        bounds: list[Bounds],
        *,
        endless: bool,
        leg: bool = False,
    ) -> Range | None:
        """Hold what is proven against what happened when all durations were at their bounds."""
        within: tuple[float, float] | None = None
        if bounds:
            proven = _around(bounds)
            within = (proven.minimum, math.inf if endless else proven.maximum)
            if not proven.reason:
                return Range(*within, "exact", within)
        attained = self.figures.bounds(*where, endless=endless, leg=leg)
        if attained is None:
            return None if within is None else Range(*within, "outer", within)
        if within is None:
            return Range(*attained, "attained")
        if _same(attained, within):
            return Range(*within, "exact", within)
        attained = self._nearest(attained, within)
        if attained != within and (self.figures.is_bounded or not self.figures.samples):
            # All choices were tried, or the likeliest; that says more than a bound far away.
            return Range(*attained, "attained", within)
        return Range(*within, "outer", within)

    # How it is spread

    def reduce(self, end: Moment) -> Reduced | str:
        """Work out how a wait is spread.

        Parameters
        ----------
        end : Moment
            The contact that ends it.

        Returns
        -------
        Reduced or str
            The reason why that cannot be done; empty where there is no need to.
        """
        if not self._is_partial or not self.figures.waits:
            return ""
        if self._is_dated:
            return "a calendar or a date"
        if end not in self.figures.waits:
            return ""
        try:
            return self._reductions.reduce(end)
        except Refused as refused:
            return str(refused)

    def legs(self, end: Moment, reduced: Reduced | None, *, endless: bool) -> list[Leg]:
        """Return a wait by the contact before.

        Parameters
        ----------
        end : Moment
            The contact that ends it.
        reduced : Reduced or None
            How it is spread, where that was worked out.
        endless : bool
            Whether time can pass in a circle before it.

        Returns
        -------
        list of Leg
            In the order of their names.
        """
        if self.is_all_played:
            return self._legs_played(end, endless=endless)
        proven = {} if self._is_dated else self._legs(end)
        found = []
        for start, share, expected in self._shares(end, reduced):
            bounds = [proven[start]] if start in proven else []
            around = self._range((end, start), bounds, endless=endless, leg=True)
            if around is not None:
                found.append(Leg(start, share, around.minimum, expected, around.maximum))
        return found

    def _legs_played(self, end: Moment, *, endless: bool) -> list[Leg]:
        """Return them where all that can happen was played."""
        found = []
        for start, share, expected in self.figures.shares(end):
            around = self.figures.bounds(end, start, endless=endless, leg=True)
            if around is not None:
                found.append(Leg(start, share, around[0], expected, around[1]))
        return found

    def _shares(
        self, end: Moment, reduced: Reduced | None
    ) -> list[tuple[str | None, float, float]]:
        if reduced is None:
            return self.figures.shares(end)
        merged: dict[str | None, tuple[float, float]] = {}
        for leg in reduced.legs:
            name = None if leg.start is None else leg.start.name
            share, total = merged.get(name, (0.0, 0.0))
            merged[name] = (share + leg.share, total + leg.share * leg.expected)
        return [
            (name, merged[name][0], merged[name][1] / merged[name][0])
            for name in sorted(merged, key=lambda name: (name is not None, name or ""))
        ]


def _around(bounds: list[Bounds]) -> Bounds:
    return Bounds(
        min(one.minimum for one in bounds),
        max(one.maximum for one in bounds),
        next((one.reason for one in bounds if one.reason), ""),
    )


def _same(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(
        a == b or abs(a - b) <= _EQUAL * max(abs(a), 1.0) for a, b in zip(one, other, strict=True)
    )
