"""The splits that tokens of many cases came through: the same as `lineage`, as columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cjbpmn.waiting.crowd.rows import NOBODY, Mask, Numbers, Rows
from cjbpmn.waiting.playing.lineage import Arrivals, Branch

_SOME = 200
"""So many executions are looked at before all are."""


class Lineages:
    """Branches, by number: the one before, which split, which way, and how deep."""

    def __init__(self) -> None:
        self.columns = np.zeros((5, 1024), np.int32)
        self.number = 0
        self.splits = 0
        self.known: dict[int, Branch] = {}

    def part(
        self, at: int, rows: Rows, ways: Sequence[Mask | None], several: Mask | None
    ) -> list[Numbers]:
        """Return, for each way out of a split, the branches of the tokens that take it.

        Parameters
        ----------
        at : int
            Which step they part at.
        rows : Rows
            The tokens that part.
        ways : sequence of array of bool or None
            Which of them take each way; None for all.
        several : array of bool or None
            Which of them take more than one way, and so come through a branch; None for all.

        Returns
        -------
        list of array of int
            By way.
        """
        before = rows.branches
        number = len(rows)
        splits = np.arange(self.splits, self.splits + number)
        self.splits += number
        found = []
        for way, taken in enumerate(ways):
            here = np.arange(number) if taken is None else np.flatnonzero(taken)
            numbers = before[here]
            parts = np.ones(len(here), np.bool_) if several is None else several[here]
            numbers = numbers.copy()
            numbers[parts] = self._add(before[here][parts], splits[here][parts], way, at)
            found.append(numbers)
        return found

    def _add(self, before: Numbers, splits: Numbers, way: int, at: int) -> Numbers:
        first, last = self.number, self.number + len(before)
        if last > self.columns.shape[1]:
            columns = np.zeros((5, 2 * last), np.int32)
            columns[:, :first] = self.columns[:, :first]
            self.columns = columns
        depth = np.ones(len(before), np.intp)
        deep = before != NOBODY
        depth[deep] += self.columns[3, before[deep]]
        self.columns[:2, first:last] = before, splits
        self.columns[2, first:last] = way
        self.columns[3, first:last] = depth
        self.columns[4, first:last] = at
        self.number = last
        return np.arange(first, last)

    def common(self, one: Rows, other: Rows) -> Numbers | None:
        """Return the last branch that tokens both came through, row by row."""
        if one.branch is None or other.branch is None:
            return None
        first, second = one.branch.copy(), other.branch.copy()
        before, _, _, depth, _ = self.columns
        while True:
            differ = first != second
            if not differ.any():
                return first
            nothing = differ & ((first == NOBODY) | (second == NOBODY))
            first[nothing] = second[nothing] = NOBODY
            differ &= ~nothing
            at = np.flatnonzero(differ)
            deeper = depth[first[at]] >= depth[second[at]]
            first[at[deeper]] = before[first[at[deeper]]]
            second[at[~deeper]] = before[second[at[~deeper]]]

    def open_splits(self, rows: Rows) -> set[tuple[int, int]]:
        """Return the splits, by step, of which tokens took one way while others took others."""
        found: set[tuple[int, int]] = set()
        numbers = np.unique(rows.branches)
        while len(numbers := numbers[numbers != NOBODY]):
            found.update(zip(*self.columns[[4, 2]][:, numbers].tolist(), strict=True))
            numbers = np.unique(self.columns[0, numbers])
        return found

    def is_unsafe(self, arrived: Rows) -> bool:
        """Tell whether two branches of one split came to the same place unsynchronised.

        Parameters
        ----------
        arrived : Rows
            All that ever come to a place.

        Returns
        -------
        bool
            True if they did in one of the cases.
        """
        through = arrived.take(arrived.branches != NOBODY)
        several = np.flatnonzero(np.bincount(through.inst) > 1)
        for instances in (several[:_SOME], several[_SOME:]):
            chosen = through.take(np.isin(through.inst, instances))
            if self.is_unsafe_now({}, chosen):
                return True
        return False

    def is_unsafe_now(self, before: dict[int, Arrivals], arriving: Rows) -> bool:
        """Note who comes to a place; tell whether that is unsynchronised in one of the cases.

        Parameters
        ----------
        before : dict of int to Arrivals
            By execution, who came before.
        arriving : Rows
            Who comes now.

        Returns
        -------
        bool
            True if another branch of the same split has come before.
        """
        pairs = zip(arriving.inst.tolist(), arriving.branches.tolist(), strict=True)
        return any(
            before.setdefault(inst, Arrivals()).add(self._branch(branch))
            for inst, branch in pairs
            if branch != NOBODY
        )

    def _branch(self, number: int) -> Branch:
        """Return a branch as the other engine has it."""
        missing = []
        while number != NOBODY and number not in self.known:
            missing.append(number)
            number = int(self.columns[0, number])
        for one in reversed(missing):
            before = self.known.get(number)
            self.known[one] = Branch(before, int(self.columns[1, one]), int(self.columns[2, one]))
            number = one
        return self.known[number]
