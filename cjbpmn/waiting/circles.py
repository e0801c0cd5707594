"""Circles in a network of numbers: what can come after each other, both ways round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def number_circles(after: Sequence[Iterable[int]]) -> list[int]:
    """Number the circles of a network, the last one first.

    These are its strongly connected components, found in one walk (Tarjan 1972) that does not
    call itself, since models are deeper than functions can.

    Parameters
    ----------
    after : sequence of iterable of int
        By node, those that follow it.

    Returns
    -------
    list of int
        By node, the number of its circle; a node that is on none has one of its own. What follows
        has a lower number.

    Examples
    --------
    >>> number_circles([[1], [2], [1, 3], []])
    [2, 1, 1, 0]
    """
    count = len(after)
    circle = [-1] * count
    seen = [0] * count
    lowest = [0] * count
    path: list[int] = []
    clock = circles = 0
    for root in range(count):
        if seen[root]:
            continue
        clock += 1
        seen[root] = lowest[root] = clock
        path.append(root)
        walk: list[tuple[int, Iterator[int]]] = [(root, iter(after[root]))]
        while walk:
            node, rest = walk[-1]
            for other in rest:
                if not seen[other]:
                    clock += 1
                    seen[other] = lowest[other] = clock
                    path.append(other)
                    walk.append((other, iter(after[other])))
                    break
                if circle[other] < 0 and seen[other] < lowest[node]:
                    lowest[node] = seen[other]
            else:
                walk.pop()
                if walk and lowest[node] < lowest[walk[-1][0]]:
                    lowest[walk[-1][0]] = lowest[node]
                if lowest[node] == seen[node]:
                    while circle[node] < 0:
                        circle[path.pop()] = circles
                    circles += 1
    return circle
