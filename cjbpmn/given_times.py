"""What a caller says of how long things take, brought to the ids of a model."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from cjbpmn.distributions import Distribution
from cjbpmn.errors import AmbiguousReference, CjbpmnError, CjbpmnWarning, ElementNotFound
from cjbpmn.graph import ProcessGraph
from cjbpmn.journey import Duration
from cjbpmn.references import References
from cjbpmn.times_table import TimesTable, read_times_table
from cjbpmn.timespan import TimeSpan

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

Given: TypeAlias = Distribution | Duration | TimeSpan | timedelta | float | str
"""A duration as a caller may give it: a distribution, a time span, hours, words, or declared."""

GivenTimes: TypeAlias = "Mapping[str, Given] | TimesTable | pd.DataFrame | str | Path"
"""Durations by id or name; or a table of durations and shares, its frame or its file."""


def resolve_times(
    graph: ProcessGraph, times: GivenTimes | None
) -> tuple[Mapping[str, Given], Mapping[str, float]]:
    """Bring durations, and shares if there are any, to the ids of a model.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    times : mapping, TimesTable, pandas.DataFrame, str or pathlib.Path, or None
        What the caller gives; the rows are those of `cjbpmn.read_times_table`.

    Returns
    -------
    durations : mapping of str to duration
        By id.
    probabilities : mapping of str to float
        By id of the flow; only a table has some.

    Raises
    ------
    InvalidJourney
        If a table cannot be understood.

    Warns
    -----
    CjbpmnWarning
        For each key or row that means nothing in this model, or several things: it is left out, for
        it may be about another model.

    Examples
    --------
    >>> from cjbpmn import build_graph, read_document
    >>> graph = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> resolve_times(graph, {"Check payment": "2 h"})
    ({'Activity_0r2kx7c': '2 h'}, {})
    """
    if times is None:
        return {}, {}
    if isinstance(times, Mapping):
        return resolve_keys(graph, times), {}
    table = times if isinstance(times, TimesTable) else read_times_table(times)
    found = table.meant_in(graph)
    _warn_of(found.left_out)
    return found.durations, found.probabilities


def resolve_keys(graph: ProcessGraph, values: Mapping[str, T]) -> Mapping[str, T]:
    """Replace names by ids.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    values : mapping
        By id, by name, by ``Pool / name``, or by ``A -> B``.

    Returns
    -------
    mapping
        The same, by id.

    Warns
    -----
    CjbpmnWarning
        For each key that means nothing in the model, or several things; it is left out.
    """
    if all(key in graph.nodes or key in graph.flows for key in values):
        return values
    references = References(graph)
    found: dict[str, T] = {}
    left_out: list[CjbpmnError] = []
    for key, value in values.items():
        try:
            found |= dict.fromkeys(references.resolve(key), value)
        except (ElementNotFound, AmbiguousReference) as error:
            left_out.append(error)
    _warn_of(left_out)
    return found


def _warn_of(left_out: Iterable[CjbpmnError]) -> None:
    for error in left_out:
        warnings.warn(f"left out: {error}", CjbpmnWarning, stacklevel=4)
