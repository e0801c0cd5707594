"""Where a token comes from: the splits it came through, and where its time went."""

from __future__ import annotations

from typing import TypeAlias

Lineage: TypeAlias = "Branch | None"
"""The splits that a token came through, and by which branch: the last of them, or none."""


class Branch:
    """One of the branches of a split, and the branch in which that split stands.

    Tokens share what lies behind them, so that nothing is copied, however long a loop goes on.
    """

    __slots__ = ("before", "depth", "number", "split")

    def __init__(self, before: Lineage, split: int, number: int) -> None:
        self.before = before
        self.split = split
        self.number = number
        self.depth: int = 1 if before is None else before.depth + 1


def common(one: Lineage, other: Lineage) -> Lineage:
    """Return the last branch that two tokens both came through.

    Parameters
    ----------
    one, other : Branch or None
        Where the two come from.

    Returns
    -------
    Branch or None
        None where they have nothing in common.
    """
    while one is not other:
        if one is None or other is None:
            return None
        if one.depth >= other.depth:
            one = one.before
        else:
            other = other.before
    return one


class Stay:
    """How long a token was somewhere, and where it was before: the chain of what took the time.

    Where paths meet, the chain is that of the token that came last, since all had to wait for it.
    """

    __slots__ = ("before", "begin", "end", "key")

    def __init__(self, before: Stay | None, key: str, begin: float, end: float) -> None:
        self.before = before
        self.key = key
        self.begin = begin
        self.end = end


class Arrivals:
    """The branches by which tokens came to a step at which paths meet without a join."""

    __slots__ = ("first", "seen")

    def __init__(self) -> None:
        self.first: Lineage = None
        self.seen: dict[int, int] = {}

    def add(self, lineage: Branch) -> bool:
        """Note a token; tell whether another one came by another branch of the same split."""
        if self.first is None:
            # Most steps see one token only: what it came through is looked at with the second.
            self.first = lineage
            return False
        if not self.seen:
            self._note(self.first)
        return self._note(lineage)

    def _note(self, lineage: Lineage) -> bool:
        """Go back to what is known already, so that no branch is looked at twice."""
        while lineage is not None:
            if lineage.split in self.seen:
                return self.seen[lineage.split] != lineage.number
            self.seen[lineage.split] = lineage.number
            lineage = lineage.before
        return False
