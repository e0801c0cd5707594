"""Cases that take too long to be played: what is expected of them is known all the same."""

from __future__ import annotations

import math

from cjbpmn.waiting.figures import Figures
from cjbpmn.waiting.playing.game import Game
from cjbpmn.waiting.playing.renewal import Expectations
from cjbpmn.waiting.playing.runs import Played


class LongCases(Figures):
    """Exact expectations and no runs, where something goes round for very long.

    Parameters
    ----------
    game : Game
        The model.
    exact : Expectations
        Of one case.
    """

    exact: Expectations

    def __init__(self, game: Game, exact: Expectations) -> None:
        # No case was played: that is all that is left out.
        super().__init__(game, Played([], "enumerated", 1.0))
        self.exact = exact
        self.waits = {moment: [] for moment in exact.executions}
        for way in exact.gone:
            self.warnings |= way.run.warnings
        again = max(exact.gone, key=lambda way: way.visits).state
        if again is not None:
            self.warnings[f"long-loop:{game.steps[again.key].node.id}"] = None
        self._end_exactly(exact)

    @property
    def method(self) -> str:
        """How the expected values were found."""
        return "exact"

    @property
    def wait_range(self) -> tuple[float, float]:
        """The least and the most that one case waits: nothing was tried."""
        return 0.0, math.inf

    def mean(self, name: str) -> float:
        """Return the expected value of one of the figures of a case."""
        if name != "longest":
            return super().mean(name)
        # Nobody counted how silences follow each other, unless there is but one.
        waited = [moment for moment, hours in self.exact.waits.items() if hours > 0]
        circular = {moment for circle in self.game.structure.circles for moment in circle}
        return super().mean("wait") if len(waited) == 1 and waited[0] not in circular else math.nan
