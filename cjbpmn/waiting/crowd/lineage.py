"""The splits that tokens of many cases came through: the same as `lineage`, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from cjbpmn.waiting.crowd.rows import NOBODY, Mask, Numbers, Rows
from cjbpmn.waiting.playing.lineage import Arrivals, Branch

_SOME: Final = 200
"""So many executions are looked at before all are."""
_WAYS: Final = 24
"""So many bits of the number of a branch say which way was taken."""
_WAY: Final = (1 << _WAYS) - 1


class Lineages:
    """The splits that tokens came through; a branch is a split of one token, and which way it took.

    The number of a branch holds both, so that the branches of one split need no room of their own,
    however many there are.
    """

    def __init__(self) -> None:
        # Of each split of a token: the branch before, how deep it is, and at which step.
        self.before = np.zeros(1024, np.intp)
        self.depth = np.zeros(1024, np.int32)
        self.at = np.zeros(1024, np.int32)
        self.number = 0
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
        if several is None:
            first = self._split(at, before) << _WAYS
            branches = [first | way for way in range(len(ways))]
        else:
            first = np.full(len(rows), NOBODY, np.intp)
            first[several] = self._split(at, before[several]) << _WAYS
            branches = [np.where(several, first | way, before) for way in range(len(ways))]
        return [
            branch if taken is None else branch[taken]
            for branch, taken in zip(branches, ways, strict=True)
        ]

    def _split(self, at: int, before: Numbers) -> Numbers:
        """Note that tokens split; return the numbers of the splits."""
        first, last = self.number, self.number + len(before)
        if last > len(self.before):
            self.before = np.concatenate([self.before, np.zeros(2 * last, np.intp)])
            self.depth = np.concatenate([self.depth, np.zeros(2 * last, np.int32)])
            self.at = np.concatenate([self.at, np.zeros(2 * last, np.int32)])
        self.before[first:last] = before
        self.depth[first:last] = np.where(before == NOBODY, 0, self.depth[before >> _WAYS]) + 1
        self.at[first:last] = at
        self.number = last
        return np.arange(first, last)

    def common(self, parts: Sequence[Rows]) -> Numbers | None:
        """Return the last branch that tokens all came through, row by row; None for nowhere.

        Parameters
        ----------
        parts : sequence of Rows
            Tokens that meet, side by side.
        """
        branches = [rows.branch for rows in parts if rows.branch is not None]
        if len(branches) < len(parts):
            return None
        first, *others = branches
        split = first >> _WAYS
        if all(np.array_equal(other >> _WAYS, split) for other in others):
            # Branches of the same splits: where the ways differ, it is what was before.
            same = np.ones(len(first), np.bool_)
            for other in others:
                same &= other == first
            found = np.where(same, first, self.before[split])
        else:
            found = first.copy()
            for other in others:
                self._reduce(found, other.copy())
        return None if (found == NOBODY).all() else found

    def _reduce(self, first: Numbers, second: Numbers) -> None:
        """Go back from branches to what they have in common with others, row by row."""
        while True:
            differ = first != second
            if not differ.any():
                return
            nothing = differ & ((first == NOBODY) | (second == NOBODY))
            first[nothing] = second[nothing] = NOBODY
            at = np.flatnonzero(differ & ~nothing)
            one, other = first[at] >> _WAYS, second[at] >> _WAYS
            deeper = self.depth[one] >= self.depth[other]
            first[at[deeper]] = self.before[one[deeper]]
            second[at[~deeper]] = self.before[other[~deeper]]

    def open_splits(self, rows: Rows) -> set[tuple[int, int]]:
        """Return the splits, by step, of which tokens took one way while others took others."""
        found: set[tuple[int, int]] = set()
        numbers = np.unique(rows.branches)
        while len(numbers := numbers[numbers != NOBODY]):
            splits, ways = numbers >> _WAYS, numbers & _WAY
            found.update(zip(self.at[splits].tolist(), ways.tolist(), strict=True))
            numbers = np.unique(self.before[splits])
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
            number = int(self.before[number >> _WAYS])
        for one in reversed(missing):
            self.known[one] = Branch(self.known.get(number), one >> _WAYS, one & _WAY)
            number = one
        return self.known[number]
