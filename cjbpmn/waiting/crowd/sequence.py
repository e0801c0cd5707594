"""An order in which whatever leads to others comes first, in a network that may have circles."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from cjbpmn.waiting.circles import number_circles


def put_in_order(
    after: Sequence[Sequence[int]], waits: Sequence[bool]
) -> tuple[list[int], list[bool]]:
    """Put nodes in an order: what leads to others first, circles as if cut open once.

    A circle is cut where it is entered, and where nobody waits for anybody.

    Parameters
    ----------
    after : sequence of sequence of int
        By node, those that follow it, each once.
    waits : sequence of bool
        By node, whether somebody waits there for somebody else.

    Returns
    -------
    order : list of int
        The nodes; those that nothing orders, as a queue of tokens would come to them.
    circular : list of bool
        By node, whether it is on a circle.

    Examples
    --------
    >>> put_in_order([[1], [2], [1, 3], []], [False] * 4)
    ([0, 1, 2, 3], [False, True, True, False])
    """
    return _Orderer(after, waits).order()


class _Orderer:
    """Takes a network apart: into circles in a row, and each into where it is cut and the rest."""

    def __init__(self, after: Sequence[Sequence[int]], waits: Sequence[bool]) -> None:
        self.after = after
        self.waits = waits
        # Nodes of the same part are looked at together, as if there were no others.
        self.part = [0] * len(after)
        self.parts = 0
        self.circular = [node in following for node, following in enumerate(after)]

    def order(self) -> tuple[list[int], list[bool]]:
        found: list[int] = []
        pending: list[Iterator[list[int]]] = [iter([list(range(len(self.after)))])]
        while pending:
            members = next(pending[-1], None)
            if members is None:
                pending.pop()
            elif len(members) == 1:
                found.append(members[0])
            else:
                ordered = self._in_a_row(members)
                if len(ordered) == len(members):
                    found += ordered
                else:
                    pending.append(iter(self._take_apart(members)))
        return found, self.circular

    def _in_a_row(self, members: list[int]) -> list[int]:
        """Order members of a part; in a circle, and behind it, some are left over."""
        after, part = self.after, self.part
        here = part[members[0]]
        missing = dict.fromkeys(members, 0)
        for node in members:
            for other in after[node]:
                if part[other] == here:
                    missing[other] += 1
        queue = deque(node for node in members if not missing[node])
        found = []
        while queue:
            node = queue.popleft()
            found.append(node)
            for other in after[node]:
                if part[other] == here:
                    missing[other] -= 1
                    if not missing[other]:
                        queue.append(other)
        return found

    def _take_apart(self, members: list[int]) -> list[list[int]]:
        """Return the circles of a part, in order; each as where it is cut, and the rest."""
        after, part = self.after, self.part
        here = part[members[0]]
        place = {node: index for index, node in enumerate(members)}
        within = [
            [place[other] for other in after[node] if part[other] == here] for node in members
        ]
        circles = number_circles(within)
        groups: dict[int, list[int]] = {}
        for node, circle in zip(members, circles, strict=True):
            groups.setdefault(circle, []).append(node)
        number = {circle: index for index, circle in enumerate(groups)}
        between: list[dict[int, None]] = [{} for _ in groups]
        entered = set()
        for circle, following in zip(circles, within, strict=True):
            for other in following:
                if circles[other] != circle:
                    between[number[circle]][number[circles[other]]] = None
                    entered.add(members[other])
        found: list[list[int]] = []
        listed = list(groups.values())
        for index in _Orderer([list(one) for one in between], ()).order()[0]:
            group = listed[index]
            if len(group) > 1:
                first = min(group, key=lambda node: (node not in entered, self.waits[node]))
                found += [[first], self._set_apart(group, first)]
            else:
                found.append(group)
        return found

    def _set_apart(self, group: list[int], first: int) -> list[int]:
        """Make a part of its own of a circle, as it is when it is cut."""
        self.parts += 1
        for node in group:
            self.circular[node] = True
            self.part[node] = self.parts
        self.part[first] = -1
        return [node for node in group if node != first]
