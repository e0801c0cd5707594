"""Times of many cases as columns of numbers: put in order, joined where they overlap, measured."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Hours: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.signedinteger[Any]]

_SWAPS: Final = 3
"""Contacts stand nearly in order; so often neighbours are swapped before all is sorted anew."""


def rank(groups: Numbers) -> Numbers:
    """Count, for each of ordered numbers, how many of the same come before.

    Parameters
    ----------
    groups : array of int
        In order.

    Returns
    -------
    array of int
        The first of a group is 0.

    Examples
    --------
    >>> rank(np.array([4, 4, 7, 7, 7])).tolist()
    [0, 1, 0, 1, 2]
    """
    places = np.arange(len(groups))
    if not len(groups):
        return places
    first = np.concatenate([[True], groups[1:] != groups[:-1]])
    return places - np.maximum.accumulate(np.where(first, places, 0))


def by_number(numbers: Numbers, most: int) -> Numbers:
    """Order numbers below a limit; what is equal stays as it is.

    Parameters
    ----------
    numbers : array of int
        None is negative.
    most : int
        None is larger.

    Returns
    -------
    array of int
        Their places, in order.

    Examples
    --------
    >>> by_number(np.array([3, 1, 3, 0]), 4).tolist()
    [3, 1, 0, 2]
    """
    # Small numbers are sorted much faster than large ones.
    return np.argsort(numbers.astype(np.uint16) if most <= 1 << 16 else numbers, kind="stable")


def in_order(case: Numbers, start: Hours, number: int) -> Numbers:
    """Order by case, and by start in each; what starts together stays as it is.

    Parameters
    ----------
    case : array of int
        In which case each is.
    start : array of float
        When each starts.
    number : int
        How many cases there are.

    Returns
    -------
    array of int
        Their places, in order.

    Examples
    --------
    >>> in_order(np.array([1, 0, 0]), np.array([0.0, 4.0, 3.0]), 2).tolist()
    [2, 1, 0]
    """
    order = by_number(case, number)
    case = case[order]
    for _ in range(_SWAPS):
        times = start[order]
        at = np.flatnonzero((times[1:] < times[:-1]) & (case[1:] == case[:-1]))
        if not len(at):
            return order
        # Of neighbours that overlap, only one pair at a time can be put right.
        at = at[np.concatenate([[True], np.diff(at) > 1])]
        order[at], order[at + 1] = order[at + 1], order[at]
    times = start[order]
    wrong = np.zeros(number, np.bool_)
    wrong[case[1:][(times[1:] < times[:-1]) & (case[1:] == case[:-1])]] = True
    at = np.flatnonzero(wrong[case])
    order[at] = order[at[np.lexsort((times[at], case[at]))]]
    return order


def running_most(values: Hours, place: Numbers) -> Hours:
    """Return, for each value, the most of those of its group up to it.

    Parameters
    ----------
    values : array of float
        In groups.
    place : array of int
        The place of each in its group.

    Returns
    -------
    array of float
        As long.

    Examples
    --------
    >>> running_most(np.array([3.0, 1.0, 5.0, 2.0, 4.0]), np.array([0, 1, 2, 0, 1])).tolist()
    [3.0, 3.0, 5.0, 2.0, 4.0]
    """
    most = values.copy()
    step, longest = 1, int(place.max(initial=0))
    while step <= longest:
        reached = place[step:] >= step
        most[step:] = np.where(reached, np.maximum(most[step:], most[:-step]), most[step:])
        step *= 2
    return most


class Spans(NamedTuple):
    """Times of many cases: of each the case, the start and the end.

    Examples
    --------
    >>> case, start, end = np.array([0, 0, 1]), np.array([1.0, 2.0, 0.0]), np.array([3.0, 5.0, 1.0])
    >>> pieces = Spans(case, start, end).in_order(2).pieces()
    >>> pieces.start.tolist(), pieces.end.tolist()
    ([1.0, 3.0, 0.0], [3.0, 5.0, 1.0])
    >>> pieces.until(np.array([0, 1]), np.array([4.0, 4.0])).tolist()
    [3.0, 5.0]
    >>> Spans(case, start, end).in_order(2).union().start.tolist()
    [1.0, 0.0]
    """

    case: Numbers
    start: Hours
    end: Hours

    def take(self, chosen: Mask | Numbers) -> Spans:
        """Return some of them."""
        return Spans(self.case[chosen], self.start[chosen], self.end[chosen])

    def in_order(self, number: int) -> Spans:
        """Order those of so many cases by case and start."""
        return self.take(in_order(self.case, self.start, number))

    def pieces(self) -> Spans:
        """Return what each of ordered ones adds to those before it."""
        place = rank(self.case)
        most = running_most(self.end, place)
        before = np.concatenate([[0.0], most[:-1]])
        start = np.where(place > 0, np.maximum(self.start, before), self.start)
        return Spans(self.case, start, np.maximum(self.end, start))

    def union(self) -> Spans:
        """Return ordered ones with those joined that overlap or touch."""
        place = rank(self.case)
        most = running_most(self.end, place)
        begins = np.flatnonzero((place == 0) | (self.start > np.concatenate([[0.0], most[:-1]])))
        last = np.concatenate([begins[1:], [len(self.case)]]) - 1
        return Spans(self.case[begins], self.start[begins], most[last])

    def until(self, case: Numbers, time: Hours) -> Hours:
        """Measure how much of ordered pieces lies before moments, with all of the cases before."""
        width = max(float(self.end.max()), float(time.max())) + 1
        keys = self.case * width + self.start
        lengths = self.end - self.start
        reached = np.concatenate([[0.0], np.cumsum(lengths)])
        at = np.searchsorted(keys, case * width + time, side="right") - 1
        here = (at >= 0) & (self.case[at] == case)
        part = np.where(here, np.minimum(time - self.start[at], lengths[at]), lengths[at])
        return np.where(at >= 0, reached[at] + np.maximum(part, 0.0), 0.0)
