"""How a duration is spread over many cases: any percentile, and how often a limit is passed."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from cjbpmn.errors import InvalidValue

_NOTHING = 1e-9


@dataclass(frozen=True)
class Spread:
    """Durations in hours, each with its share of the cases.

    Parameters
    ----------
    values : tuple of float
        In order; ``math.inf`` where nothing bounds it.
    shares : tuple of float
        Of each value; together they are one.

    Examples
    --------
    >>> spread = Spread.of([(2.0, 0.6), (10.0, 0.4)])
    >>> spread.percentile(0.5), spread.percentile(0.9), spread.above(8)
    (2.0, 10.0, 0.4)
    """

    values: tuple[float, ...] = ()
    shares: tuple[float, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, weighted: Iterable[tuple[float, float]]) -> Spread:
        """Put weighted values together.

        Parameters
        ----------
        weighted : iterable of pairs of float
            Values with weights; these need not add up to one.

        Returns
        -------
        Spread
            Empty where there is nothing.
        """
        found: dict[float, float] = {}
        for value, weight in weighted:
            found[value] = found.get(value, 0.0) + weight
        whole = math.fsum(found.values())
        if whole <= 0:
            return cls()
        if len(found) == 1:
            return cls((*found,), (1.0,))
        ordered = sorted(found.items())
        return cls(
            tuple(value for value, _ in ordered), tuple(weight / whole for _, weight in ordered)
        )

    @classmethod
    def of_cases(cls, values: NDArray[np.float64]) -> Spread:
        """Put the values of many cases together, all of the same weight."""
        number = len(values)
        if not number:
            return cls()
        return cls(tuple(np.sort(values).tolist()), (1 / number,) * number)

    def __bool__(self) -> bool:
        return bool(self.values)

    @cached_property
    def _reached(self) -> array[float]:
        return array("d", accumulate(self.shares))

    def percentile(self, share: float) -> float | None:
        """Return the least value that is not exceeded with at least this probability.

        Parameters
        ----------
        share : float
            From zero to one: 0.9 is the value that 9 of 10 cases keep.

        Returns
        -------
        float or None
            None where there are no values.

        Raises
        ------
        InvalidValue
            If the share lies outside zero and one.
        """
        if not 0 <= share <= 1:
            raise InvalidValue(f"percentile {share}: expected 0 to 1")
        if len(self.values) <= 1:
            return self.values[0] if self.values else None
        place = bisect_left(self._reached, share - 1e-12)
        return self.values[min(place, len(self.values) - 1)]

    def above(self, hours: float) -> float | None:
        """Return how likely it takes longer than so many hours; None where nothing is known."""
        if not self.values:
            return None
        return math.fsum(
            share
            for value, share in zip(self.values, self.shares, strict=True)
            if value > hours + _NOTHING
        )

    def excess(self, hours: float) -> float | None:
        """Return by how many hours it is longer than so many, on average over all cases."""
        if not self.values:
            return None
        return math.fsum(
            share * (value - hours)
            for value, share in zip(self.values, self.shares, strict=True)
            if value > hours + _NOTHING
        )
