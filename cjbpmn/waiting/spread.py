"""How a duration is spread over many cases: any percentile, and how often a limit is passed."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from cjbpmn.errors import InvalidValue

_NOTHING = 1e-9
_ROUNDED = 1e-12


@dataclass(frozen=True, init=False, repr=False, slots=True)
class Spread:
    """Durations in hours, each with its share of the cases.

    Parameters
    ----------
    values : iterable of float
        In order; ``math.inf`` where nothing bounds it.
    shares : iterable of float
        Of each value; together they are one.

    Examples
    --------
    >>> spread = Spread.of([(2.0, 0.6), (10.0, 0.4)])
    >>> spread.percentile(0.5), spread.percentile(0.9), spread.above(8)
    (2.0, 10.0, 0.4)
    """

    # The stretches of a large model have many millions of them: as floats they take much room.
    _values: array[float]
    _shares: array[float]

    def __init__(self, values: Iterable[float] = (), shares: Iterable[float] = ()) -> None:
        object.__setattr__(self, "_values", array("d", values))
        object.__setattr__(self, "_shares", array("d", shares))

    def __repr__(self) -> str:
        return f"Spread(values={self.values})"

    @property
    def values(self) -> tuple[float, ...]:
        """The durations, in order."""
        return tuple(self._values)

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of each of them."""
        return tuple(self._shares)

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
            return cls(found, (1.0,))
        ordered = sorted(found.items())
        return cls([value for value, _ in ordered], [weight / whole for _, weight in ordered])

    @classmethod
    def of_cases(cls, values: NDArray[np.float64]) -> Spread:
        """Put the values of many cases together, all of the same weight."""
        number = len(values)
        return cls.packed(np.sort(values), np.full(number, 1 / number)) if number else cls()

    @classmethod
    def packed(cls, values: NDArray[np.float64], shares: NDArray[np.float64]) -> Spread:
        """Take over columns of ordered values and of their shares."""
        return cls(array("d", values.tobytes()), array("d", shares.tobytes()))

    def __bool__(self) -> bool:
        return bool(self._values)

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
        values = self._values
        if len(values) <= 1:
            return values[0] if values else None
        reached = zip(values, accumulate(self._shares), strict=True)
        return next((value for value, so_far in reached if so_far >= share - _ROUNDED), values[-1])

    def above(self, hours: float) -> float | None:
        """Return how likely it takes longer than so many hours; None where nothing is known."""
        if not self:
            return None
        return math.fsum(
            share
            for value, share in zip(self._values, self._shares, strict=True)
            if value > hours + _NOTHING
        )

    def excess(self, hours: float) -> float | None:
        """Return by how many hours it is longer than so many, on average over all cases."""
        if not self:
            return None
        return math.fsum(
            share * (value - hours)
            for value, share in zip(self._values, self._shares, strict=True)
            if value > hours + _NOTHING
        )
