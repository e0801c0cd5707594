"""How large things are, and where their names go."""

from __future__ import annotations

from typing import Final

from cjbpmn.diagram import Bounds
from cjbpmn.enrichment.first_drawing.content import Extra
from cjbpmn.enrichment.first_drawing.grid import Item
from cjbpmn.enrichment.lettering import LINE_HEIGHT, OUTSIDE, folded_lines, text_width
from cjbpmn.graph import FlowNode

_TASK_TEXT, _TASK_LINE = 86.0, 14.4
_NAME_WIDTH: Final = 90.0
_NOTE_WIDTH: Final = 160.0
_ABOVE: Final = 26.0  # between a shape and what stands above it
_GUEST: Final = 46.0  # between two events on one border, at least
_GAP: Final = 12.0


def name_size(name: str, width: float = _NAME_WIDTH) -> tuple[float, float]:
    """Return the width and height of a name outside its shape.

    Parameters
    ----------
    name : str
        The name; may be empty.
    width : float
        Where it is folded.

    Returns
    -------
    (width, height)
        In pixels; zeros where there is no name.
    """
    if not name:
        return 0.0, 0.0
    longest = max(text_width(word, OUTSIDE) for word in name.split())
    widest = max(text_width(line.strip(), OUTSIDE) for line in name.split("\n"))
    used = min(widest + 1, max(width, longest + 1))
    return used + 4, folded_lines(name, used, OUTSIDE) * LINE_HEIGHT


def item_of(node: FlowNode) -> Item:
    """Return a flow node without content as an item of its usual size.

    Parameters
    ----------
    node : FlowNode
        The node.

    Returns
    -------
    Item
        Not yet in any cell.
    """
    if node.is_event:
        return Item(node.id, 36, 36, is_event=True)
    if node.is_gateway:
        return Item(node.id, 50, 50, is_gateway=True)
    lines = folded_lines(node.name, _TASK_TEXT)
    return Item(node.id, 100, min(240.0, max(80.0, lines * _TASK_LINE + 22)))


def item_of_extra(extra: Extra) -> Item:
    """Return a data object or note as an item; the name of a data object stands above it.

    Parameters
    ----------
    extra : Extra
        The data object or note.

    Returns
    -------
    Item
        Not yet in any cell.
    """
    if extra.kind == "textAnnotation":
        lines = extra.text.split("\n")
        widest = max(map(text_width, lines)) + 24
        width = min(_NOTE_WIDTH, max(70.0, widest))
        count = sum(folded_lines(line, width - 20) for line in lines)
        return Item(extra.id, width, max(30.0, count * LINE_HEIGHT + 12))
    side = 50.0 if extra.kind == "dataStoreReference" else 36.0
    wide, high = name_size(extra.text)
    return Item(extra.id, side, 50, wide / 2, wide / 2, 25 + (high + 4 if high else 0))


def put_extras(host: Item, extras: list[Item]) -> None:
    """Put data objects and notes side by side above what they belong to.

    Parameters
    ----------
    host : Item
        A flow node; it needs more room from now on.
    extras : list of Item
        What stands above it.
    """
    if not extras:
        return
    total = sum(one.left + one.right for one in extras) + _GAP * (len(extras) - 1)
    x, bottom = -total / 2, -host.up - _ABOVE
    for one in extras:
        one.aside = x + one.left, bottom - one.down
        x += one.left + one.right + _GAP
    extras[-1].is_last = True
    host.extras = len(extras)
    host.up += _ABOVE + max(one.up + one.down for one in extras)
    host.left, host.right = max(host.left, total / 2), max(host.right, total / 2)


def put_guests(host: Item, guests: list[tuple[Item, str]]) -> None:
    """Put boundary events on the lower border of an activity, with their names below them.

    Parameters
    ----------
    host : Item
        The activity; it grows where its border is too short.
    guests : list of (Item, name)
        The events.
    """
    if not guests:
        return
    widest = max(name_size(name, 80)[0] for _, name in guests)
    step = max(_GUEST, widest + 8)
    needed = step * (len(guests) - 1) + 76
    if host.width < needed:
        host.width = needed
        host.left, host.right = max(host.left, needed / 2), max(host.right, needed / 2)
    host.guests = len(guests)
    for number, (guest, name) in enumerate(guests):
        x = host.width / 2 - 30 - step * (len(guests) - 1 - number)
        guest.aside = x, host.height / 2
        wide, high = name_size(name, 80)
        host.down = max(host.down, host.height / 2 + 22 + high)
        host.right = max(host.right, x + 6 + wide)


def reserve_name(item: Item, name: str, used: set[str]) -> tuple[float, float] | None:
    """Choose where the name of an event or gateway goes, and reserve the room for it.

    Parameters
    ----------
    item : Item
        The event or gateway.
    name : str
        Its name.
    used : set of str
        ``above`` and ``below``, where lines meet it there.

    Returns
    -------
    (x, y) or None
        The upper left corner, from the middle of the item; None where there is no name.
    """
    wide, high = name_size(name)
    if not wide:
        return None
    half = item.height / 2
    if item.is_guest:
        return 4.0, half + 3
    sides = ("above", "below") if item.is_gateway else ("below", "above")
    free = [side for side in sides if side not in used and not (side == "above" and item.extras)]
    item.left, item.right = max(item.left, wide / 2), max(item.right, wide / 2)
    if not free:
        item.left = max(item.left, wide + 10)
        item.down = max(item.down, half + high)
        return -wide - 8, 0.72 * half
    if free[0] == "below":
        item.down = max(item.down, half + high + 5)
        return -wide / 2, half + 4
    item.up = max(item.up, half + high + 5)
    return -wide / 2, -half - 4 - high


def name_box(item: Item, box: Bounds, name: str, corner: tuple[float, float]) -> Bounds:
    """Return where a name is drawn.

    Parameters
    ----------
    item : Item
        What bears it.
    box : Bounds
        Where that stands.
    name : str
        The name.
    corner : (x, y)
        As `reserve_name` returns it.

    Returns
    -------
    Bounds
        On the page.
    """
    wide, high = name_size(name, 80 if item.is_guest else _NAME_WIDTH)
    x, y = box.centre
    return Bounds(x + corner[0], y + corner[1], wide, high)


def item_of_scope(node: FlowNode, size: tuple[float, float]) -> Item:
    """Return an open sub-process as an item.

    Parameters
    ----------
    node : FlowNode
        The sub-process.
    size : (width, height)
        What its content takes.

    Returns
    -------
    Item
        Not yet in any cell.
    """
    heading = min(text_width(node.name), 300.0) + 40
    return Item(node.id, max(size[0], heading, 100.0), max(size[1], 80.0))
