"""Where message flows and lines of data meet the sides of shapes: no two at one place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from cjbpmn.enrichment.first_drawing.grid import Item

Side: TypeAlias = Literal["above", "below", "left", "right"]

ASIDE: Final = 20.0  # from the middle of a shape to where messages and data usually meet it
_NEXT: Final = 15.0  # between two docks, at least where there is room
_APART: Final = 9.0
_FROM_CORNER: Final = 10.0
_UNDER_EDGE: Final = 16.0  # below the upper edge of a shape: where lines come in beside a flow
_DOWN: Final = 12.0
_MOST: Final = 24  # docks of one side


@dataclass(slots=True)
class Docks:
    """Gives lines their places at the sides of shapes, from the middle of each side."""

    _taken: dict[tuple[str, Side], list[float]] = field(default_factory=dict)

    def wishes(self, item: Item, side: Side, toward: float = -1.0) -> Iterator[float]:
        """Yield the places that are free at an upper or lower side, the best first.

        Parameters
        ----------
        item : Item
            The shape.
        side : str
            ``above`` or ``below``.
        toward : float
            Where the line goes to: left where it is below zero, else right.
        """
        sign = -1.0 if toward < 0 else 1.0
        for place in _places(item, sign):
            if self.is_free(item, side, place):
                yield place

    def is_free(self, item: Item, side: Side, place: float) -> bool:
        """Tell whether a line can meet an upper or lower side here."""
        if abs(place) > max(0.0, _reach(item)):
            return False
        return all(abs(place - other) >= _APART for other in self._taken.get((item.id, side), ()))

    def take(self, item: Item, side: Side, place: float) -> None:
        """Note that a line meets a side here."""
        taken = self._taken.setdefault((item.id, side), [])
        if len(taken) < _MOST:
            taken.append(place)

    def take_best(self, item: Item, side: Side, toward: float = -1.0) -> float:
        """Choose the best free place of an upper or lower side; the usual one where none is."""
        usual = 0.0 if _is_round(item) else ASIDE if toward >= 0 else -ASIDE
        place = next(self.wishes(item, side, toward), usual)
        self.take(item, side, place)
        return place

    def take_beside(self, item: Item, side: Side) -> float:
        """Choose a place to the left or right: above the middle, where sequence flows are."""
        half = item.height / 2
        usual = -10.0 if _is_round(item) else _UNDER_EDGE - half
        places = [usual]
        if _is_round(item):
            places.append(-usual)
        else:
            more = int((half - _FROM_CORNER - usual) / _DOWN)
            places += [usual + _DOWN * number for number in range(1, min(more, _MOST) + 1)]
        taken = self._taken.get((item.id, side), ())
        place = next(
            (
                one
                for one in places
                if abs(one) >= _APART and all(abs(one - other) >= _APART for other in taken)
            ),
            usual,
        )
        self.take(item, side, place)
        return place


def _is_round(item: Item) -> bool:
    return item.is_event or item.is_gateway


def _reach(item: Item) -> float:
    """Return how far from the middle of its upper or lower side a line may meet a shape."""
    return 10.0 if _is_round(item) else max(item.width / 2 - _FROM_CORNER, 0.0)


def _places(item: Item, sign: float) -> Iterator[float]:
    """Yield the places of an upper or lower side."""
    if _is_round(item):
        yield from (0.0, sign * 10.0, sign * -10.0)
        return
    for number in range(_MOST):
        place = ASIDE + number * _NEXT
        if place > _reach(item):
            break
        yield from (sign * place, sign * -place)
    yield from (sign * (ASIDE - _NEXT), sign * (_NEXT - ASIDE))
