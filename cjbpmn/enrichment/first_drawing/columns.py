"""In which column and row everything stands: ids in, numbers out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush
from math import ceil, sqrt
from statistics import median_low
from typing import Final, TypeAlias

Pairs: TypeAlias = Iterable[tuple[str, str]]

_NEAR: Final = 3  # rows


def assign_columns(nodes: Sequence[str], follows: Pairs, meets: Pairs = ()) -> dict[str, int]:
    """Count for each node how many steps lead to it at most, not counting ways back.

    Parameters
    ----------
    nodes : sequence of str
        The nodes.
    follows : iterable of (str, str)
        Which node follows which.
    meets : iterable of (str, str)
        Which node sends something to which: it should not stand after it, where order allows.

    Returns
    -------
    dict of str to int
        By node; what nothing leads to stands right before what it leads to.

    Examples
    --------
    >>> assign_columns("abcx", [("a", "b"), ("b", "c"), ("c", "a")], [("c", "x")])
    {'a': 0, 'b': 1, 'c': 2, 'x': 2}
    """
    after = _lists(nodes, follows)
    entered = {target for targets in after.values() for target in targets}
    order = _depth_first([*(n for n in nodes if n not in entered), *nodes], after)
    place = {node: index for index, node in enumerate(order)}
    after = {
        node: [one for one in targets if place[one] > place[node]]
        for node, targets in after.items()
    }
    sent = _lists(nodes, meets)
    columns = _by_length(order, after, sent)
    for node in reversed(order):
        if node not in entered and after[node] and not any(node in told for told in sent.values()):
            columns[node] = min(columns[one] for one in after[node]) - 1
    return {node: columns[node] for node in nodes}


def _lists(nodes: Sequence[str], pairs: Pairs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in pairs:
        if source != target and source in found and target in found:
            found[source].append(target)
    return found


def _depth_first(roots: Iterable[str], after: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the nodes so that each stands before what follows it, but for ways back."""
    done: list[str] = []
    seen: set[str] = set()
    for root in roots:
        stack = [] if root in seen else [(root, iter(after[root]))]
        seen.add(root)
        while stack:
            node, rest = stack[-1]
            follower = next((one for one in rest if one not in seen), None)
            if follower is None:
                stack.pop()
                done.append(node)
            else:
                seen.add(follower)
                stack.append((follower, iter(after[follower])))
    return done[::-1]


def _by_length(
    order: Sequence[str], after: Mapping[str, Sequence[str]], sent: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Return the longest way to each node. Where messages run in circles, some do not count."""
    place = {node: index for index, node in enumerate(order)}
    columns = dict.fromkeys(order, 0)
    leading = dict.fromkeys(order, 0)
    awaited = dict.fromkeys(order, 0)
    for ends, counts in ((after, leading), (sent, awaited)):
        for targets in ends.values():
            for target in targets:
                counts[target] += 1
    ready = [(place[node], node) for node in order if not leading[node] and not awaited[node]]
    stuck = [(place[node], node) for node in order if not leading[node] and awaited[node]]
    done: set[str] = set()
    while ready or stuck:
        _, node = heappop(ready or stuck)
        if node in done:
            continue
        done.add(node)
        for targets, counts, step in ((after[node], leading, 1), (sent[node], awaited, 0)):
            for target in targets:
                counts[target] -= 1
                if target not in done:
                    columns[target] = max(columns[target], columns[node] + step)
                    if not leading[target]:
                        heappush(stuck if awaited[target] else ready, (place[target], target))
    return columns


def spread_loose(loose: Sequence[str], used: int) -> list[tuple[int, int]]:
    """Return columns and rows for things that nothing joins, so that they fill a block.

    Parameters
    ----------
    loose : sequence of str
        The things.
    used : int
        How many columns the rest takes.

    Returns
    -------
    list of (column, row)
        One a thing.

    Examples
    --------
    >>> spread_loose("abcde", 0)
    [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1)]
    """
    width = max(min(used, len(loose)), ceil(sqrt(len(loose) * 1.6)), 1)
    return [(number % width, number // width) for number, _ in enumerate(loose)]


def assign_rows(
    columns: Mapping[str, int], follows: Pairs, lanes: Mapping[str, str]
) -> dict[str, int]:
    """Choose a row in its lane for each node: a way goes on in its row as long as it is free.

    Parameters
    ----------
    columns : mapping of str to int
        In which column each node stands.
    follows : iterable of (str, str)
        Which node follows which.
    lanes : mapping of str to str
        In which lane each node stands.

    Returns
    -------
    dict of str to int
        By node; in each lane the rows begin with 0.

    Examples
    --------
    >>> columns = {"a": 0, "b": 1, "c": 1, "d": 2}
    >>> joined = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]
    >>> assign_rows(columns, joined, dict.fromkeys("abcd", ""))
    {'a': 0, 'b': 0, 'c': 1, 'd': 0}
    """
    before: dict[str, list[str]] = {node: [] for node in columns}
    for source, target in follows:
        if columns.get(source, 0) < columns.get(target, 0):
            before[target].append(source)
    rows: dict[str, int] = {}
    filled = _Filled()
    for node in sorted(columns, key=columns.__getitem__):
        lane, column = lanes[node], columns[node]
        known = [(rows[one], columns[one]) for one in before[node] if lanes[one] == lane]
        wish = median_low(row for row, _ in known) if known else 0
        # In its own row, it goes on from the nearest; in another, a line comes from the farthest.
        near = max((at for row, at in known if row == wish), default=column - 1)
        far = min((at for _, at in known), default=column - 1)
        rows[node] = filled.take(lane, column, wish, (near, far))
    least: dict[str, int] = {}
    for node, row in rows.items():
        least[lanes[node]] = min(row, least.get(lanes[node], row))
    dense = _dense(rows, lanes)
    return {node: dense[lanes[node], rows[node]] for node in columns}


class _Filled:
    """Which cells are taken, as the columns are filled from left to right."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, int], int] = {}
        self._block: dict[tuple[str, int], tuple[int, int]] = {}

    def take(self, lane: str, column: int, wish: int, since: tuple[int, int]) -> int:
        """Take the free cell of a column that is nearest to a row, and return its row."""
        low, high = self._block.get((lane, column), (wish, wish - 1))
        if not low <= wish <= high:
            low, high = wish, wish - 1
        row = self._search(lane, column, wish, (low, high), since)
        self._block[lane, column] = (min(low, row), max(high, row))
        self._last[lane, row] = column
        return row

    def _search(
        self, lane: str, column: int, wish: int, block: tuple[int, int], since: tuple[int, int]
    ) -> int:
        above, below = block[0] - 1, block[1] + 1
        tried = 0
        fallback: int | None = None
        while True:
            is_below = abs(below - wish) <= abs(above - wish)
            row = below if is_below else above
            last = self._last.get((lane, row), -1)
            if last <= since[row != wish]:
                return row
            if last < column and fallback is None:
                fallback = row
            tried += 1
            # A free cell near by with something on the way is better than one far away.
            if fallback is not None and tried > _NEAR:
                return fallback
            if is_below:
                below += 1
            else:
                above -= 1


def _dense(rows: Mapping[str, int], lanes: Mapping[str, str]) -> dict[tuple[str, int], int]:
    """Number the rows that are used, from 0 in each lane."""
    found: dict[tuple[str, int], int] = {}
    counts: dict[str, int] = {}
    for lane, row in sorted({(lanes[node], row) for node, row in rows.items()}):
        found[lane, row] = counts.get(lane, 0)
        counts[lane] = found[lane, row] + 1
    return found
