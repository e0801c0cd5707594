"""How likely ways are: what the caller, journeys, simulation data and vendors say, as one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from cjbpmn.declared_times import declared_shares
from cjbpmn.graph import ProcessGraph

_ROUNDING: Final = 1e-9
_PERCENT: Final = 100.0
_CHOICES: Final = frozenset({"exclusiveGateway", "eventBasedGateway"})
"""The gateways of which one way out is taken."""


def merge_probabilities(
    graph: ProcessGraph, given: Mapping[str, float], warnings: list[str]
) -> dict[str, float]:
    """Collect how likely sequence flows are taken and events happen.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    given : mapping of str to float
        What the caller says, by id; it wins over journeys, these over simulation data, and these
        over vendors.
    warnings : list of str
        Where to say, as ``code:id``, what was left out or scaled.

    Returns
    -------
    dict of str to float
        By id, from zero to one.

    Examples
    --------
    >>> from cjbpmn import build_graph, read_document
    >>> graph = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> merge_probabilities(graph, {"Flow_0d9wg4h": 0.97}, [])
    {'Flow_0d9wg4h': 0.97}
    """
    told = [graph.vendor.probabilities, declared_shares(graph)]
    if graph.simulation is not None:
        told.insert(1, graph.simulation.probabilities)
    layers = [dict(_as_shares(graph, one, warnings)) for one in told]
    return _one_over_the_other(graph, [*layers, given])


def _one_over_the_other(
    graph: ProcessGraph, layers: Iterable[Mapping[str, float]]
) -> dict[str, float]:
    """Merge what several say of how likely ways are; the last one wins.

    Where it tells some of the ways out of a choice, the others share what it leaves, in the
    proportion that the weaker ones told.
    """
    likely: dict[str, float] = {}
    for layer in layers:
        sources = {graph.flows[one].source for one in layer if one in graph.flows}
        for source in sources if likely else ():
            ways = [flow.id for flow in graph.outgoing(source)]
            others = [one for one in ways if one in likely and one not in layer]
            rest = 1 - math.fsum(layer[one] for one in ways if one in layer)
            known = math.fsum(likely[one] for one in others)
            is_told = all(one in likely or one in layer for one in ways)
            is_choice = graph.nodes[source].type in _CHOICES
            if is_choice and is_told and known > 0 and rest > -_ROUNDING:
                likely |= {one: likely[one] * max(rest, 0.0) / known for one in others}
        likely |= layer
    return likely


def _as_shares(
    graph: ProcessGraph, likely: Mapping[str, float], warnings: list[str]
) -> Iterator[tuple[str, float]]:
    """Yield probabilities from zero to one; where all ways of a choice are told, in proportion.

    Some editors write percentages where others write fractions.
    """
    wholes: dict[str, float] = {}
    for identifier, probability in likely.items():
        flow = graph.flows.get(identifier)
        if probability > 1 and flow is not None and flow.source not in wholes:
            wholes[flow.source] = _sum_of_ways(graph, flow.source, likely)
    for source, total in wholes.items():
        if total and abs(total - _PERCENT) > _ROUNDING * _PERCENT:
            warnings.append(f"normalised-probability:{source}")
    for identifier, probability in likely.items():
        flow = graph.flows.get(identifier)
        whole = None if flow is None else wholes.get(flow.source)
        share = probability / whole if whole else probability
        if 0 <= share <= 1:
            yield identifier, share
        else:
            warnings.append(f"absurd-probability:{identifier}")


def _sum_of_ways(graph: ProcessGraph, source: str, likely: Mapping[str, float]) -> float:
    """Return what the ways out of a choice add up to, if all of them are told."""
    ways = [likely.get(flow.id, -1.0) for flow in graph.outgoing(source)]
    if graph.nodes[source].type not in _CHOICES and ways != [_PERCENT]:
        return 0.0
    whole = math.fsum(ways)
    return whole if min(ways, default=-1.0) >= 0 and whole < math.inf else 0.0
