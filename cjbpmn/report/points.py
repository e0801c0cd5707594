"""The interaction points of one model, for people and for other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from cjbpmn.graph import ProcessGraph
from cjbpmn.interaction import InteractionPoint, InteractionPoints, find_interaction_points
from cjbpmn.report.tables import Column, make_table, plural

if TYPE_CHECKING:
    import pandas as pd

_ARROWS: Final = {"c2o": "->", "o2c": "<-", "both": "<->"}
_WIDE: Final = 110
"""From so many columns on there is room for the ids."""


@dataclass(frozen=True, slots=True)
class ModelPoints:
    """The interaction points of one model, with the words to show them in.

    Parameters
    ----------
    path : str
        The file.
    points : InteractionPoints
        In document order.
    labels : mapping of str to str
        What to call the flow nodes, by id.

    Examples
    --------
    >>> ModelPoints("a.bpmn", (InteractionPoint("m1", "pay", "collect", "c2o"),)).as_entry()["path"]
    'a.bpmn'
    """

    path: str
    points: InteractionPoints = field(default_factory=InteractionPoints)
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: ProcessGraph, path: str, customer: Sequence[str] = ()) -> ModelPoints:
        """Find them in a graph.

        Parameters
        ----------
        graph : ProcessGraph
            The model.
        path : str
            The file.
        customer : sequence of str
            Names or ids of the customer, where the file does not say.

        Returns
        -------
        ModelPoints
            The points.
        """
        points = find_interaction_points(graph, customer)
        ends = [end for point in points for end in (point.customer_node, point.other_node)]
        return cls(path, points, {end: graph.label(end) for end in ends})

    @property
    def summary(self) -> str:
        """What was found, in a few words."""
        return plural(len(self.points), "interaction point")

    def as_values(self) -> list[dict[str, Any]]:
        """Return them as plain values for JSON, with the names of the two ends."""
        return [
            point.as_dict()
            | {
                "customer_name": self._label(point.customer_node),
                "other_name": self._label(point.other_node),
            }
            for point in self.points
        ]

    def as_entry(self) -> dict[str, Any]:
        """Return the same with the path, as one of many."""
        return {"path": self.path, "points": self.as_values()}

    def as_frame(self) -> pd.DataFrame:
        """Return them as a pandas frame, one a row, with the names of the two ends."""
        return self.points.to_frame(self._label)

    def as_table(self, width: int) -> RenderableType:
        """Return them for people, in so many columns."""
        if not self.points:
            return Text(end="")
        wide = width >= _WIDE
        columns = [
            Column("the customer", folds=True),
            Column(""),
            Column("meets", folds=True),
            Column("of", folds=True),
            Column("by", folds=True),
            Column("id", folds=True),
        ]
        return Group(make_table(columns, [self._row(one, wide) for one in self.points]), Text())

    def _row(self, point: InteractionPoint, wide: bool) -> tuple[str, ...]:
        place = point.lane
        if wide and point.counterpart not in {"", place}:
            place = f"{point.counterpart} / {place}"
        return (
            self._label(point.customer_node),
            _ARROWS.get(point.direction, point.direction),
            self._label(point.other_node),
            f"{place} (partner)" if point.partner else place,
            point.channel or "",
            point.id if wide else "",
        )

    def _label(self, node: str) -> str:
        return self.labels.get(node, node)
