"""Where the names of message flows go, right below the swimlane: numbers in, numbers out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from cjbpmn.diagram import Bounds
from cjbpmn.enrichment.lettering import LINE_HEIGHT, OUTSIDE, fold, folded_lines, text_width
from cjbpmn.enrichment.message_detours import Taken

NAME_GAP: Final = 5.0  # between a flow and its name
NAME_WIDTH: Final = 90.0

_LONG_WORD: Final = 140.0
_CLEAR: Final = 2.0
_NEIGHBOURS: Final = 30  # names that may reach to where the next one goes


class FlowName(NamedTuple):
    """The name of a message flow, and where that leaves its step.

    Parameters
    ----------
    step : int
        The index of the step.
    leaves : float
        Where the flow runs down.
    width, height : float
        How much room the name takes.
    """

    step: int
    leaves: float
    width: float
    height: float


def name_size(name: str, widest: float = NAME_WIDTH) -> tuple[float, float]:
    """Say how much room the name of a message flow takes.

    Parameters
    ----------
    name : str
        The channel; may be empty.
    widest : float
        Where it is folded.

    Returns
    -------
    width, height : float
        Zeros where there is no name.

    Examples
    --------
    >>> name_size("e-mail"), name_size("counter in the branch office")
    ((34.0, 14.0), (71.0, 28.0))
    """
    if not name:
        return 0.0, 0.0
    # Better a wide name than a broken word.
    longest = max((text_width(word, OUTSIDE) for word in name.split()), default=0.0)
    widest = max(widest, min(longest, _LONG_WORD))
    lines = fold(name, widest, OUTSIDE)
    width = max(text_width(line.strip(), OUTSIDE) for line in lines) + 4
    # In less room the same words may take more lines.
    while folded_lines(name, width, OUTSIDE) > len(lines) and width < widest:
        width += 2
    return width, LINE_HEIGHT * len(lines)


def place_names(names: Sequence[FlowName], top: float, others: Sequence[float]) -> list[Bounds]:
    """Place the names beside their flows, where the customer's way runs from left to right.

    Each stands to the right of its flow; to the left, if only there is room. Of several flows at
    one step the first has its name to the left, and the others theirs to the right of the last.

    Parameters
    ----------
    names : sequence of FlowName
        In the order of the steps.
    top : float
        Where the first row of names begins.
    others : sequence of float
        Where other lines run down.

    Returns
    -------
    list of Bounds
        One a name.
    """
    lines = Taken()
    for line in (*others, *(name.leaves for name in names)):
        lines.add(line)
    placed: list[Bounds] = []
    found: dict[int, Bounds] = {}
    order = sorted(range(len(names)), key=lambda index: (names[index].step, names[index].leaves))
    groups = [list(group) for _, group in groupby(order, key=lambda index: names[index].step)]
    for group in sorted(groups, key=lambda group: names[group[0]].leaves):
        for index, box in _beside([names[one] for one in group], group, top, (lines, placed)):
            found[index] = box
            placed.append(box)
    return [found[index] for index in range(len(names))]


def _beside(
    names: Sequence[FlowName],
    group: Sequence[int],
    top: float,
    taken: tuple[Taken, Sequence[Bounds]],
) -> Iterator[tuple[int, Bounds]]:
    """Yield the places of the names at one step."""
    left, right = _left(names[0], top), _right(names[0], names[0], top)
    if len(names) == 1:
        yield group[0], left if not _is_free(right, *taken) and _is_free(left, *taken) else right
        return
    yield group[0], left
    for index, name in zip(reversed(group[1:]), reversed(names[1:]), strict=True):
        yield index, _right(names[-1], name, top)
        top += name.height


def _left(name: FlowName, top: float) -> Bounds:
    return Bounds(name.leaves - NAME_GAP - name.width, top, name.width, name.height)


def _right(last: FlowName, name: FlowName, top: float) -> Bounds:
    return Bounds(last.leaves + NAME_GAP, top, name.width, name.height)


def _is_free(box: Bounds, lines: Taken, placed: Sequence[Bounds]) -> bool:
    if lines.near(box.centre[0], box.width / 2 + _CLEAR):
        return False
    return not any(box.overlaps(other) for other in placed[-_NEIGHBOURS:])


def place_upright(names: Sequence[FlowName], top: float) -> list[Bounds]:
    """Place the names below their flows, where the customer's way runs from the top down.

    Parameters
    ----------
    names : sequence of FlowName
        In the order of the steps.
    top : float
        Where the names begin.

    Returns
    -------
    list of Bounds
        One a name, with x and y in each other's place; the first of several flows at one step has
        its name above it.
    """
    leaves: dict[int, list[float]] = {}
    for name in names:
        leaves.setdefault(name.step, []).append(name.leaves)
    found = []
    for name in names:
        together = leaves[name.step]
        is_first = len(together) > 1 and name.leaves == min(together)
        x = name.leaves - name.height - 3 if is_first else name.leaves + 3
        found.append(Bounds(x, top, name.height, name.width))
    return found
