"""Groups: drawn around their members, where these can be known and stand together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from cjbpmn.diagram import Bounds, union
from cjbpmn.enrichment.first_drawing.content import Content
from cjbpmn.enrichment.first_drawing.names import Index
from cjbpmn.findings import Finding, Severity
from cjbpmn.graph import ProcessGraph

_AROUND: Final = 12.0  # between a group and what is in it


def draw_groups(
    content: Content, places: Mapping[str, Bounds]
) -> tuple[dict[str, Bounds], list[Finding]]:
    """Find the places of groups.

    A frame around anything else would say that this belongs to the group too, and tools note
    that down as soon as somebody moves it. So such a group is left out.

    Parameters
    ----------
    content : Content
        What there is to draw.
    places : mapping of str to Bounds
        Where everything stands.

    Returns
    -------
    drawn : dict of str to Bounds
        The places of groups.
    findings : list of Finding
        Which are left out.
    """
    drawn: dict[str, Bounds] = {}
    findings: list[Finding] = []
    nodes, index = content.graph.nodes, Index()
    for one, box in places.items() if content.groups else ():
        if one in nodes and nodes[one].type != "participant":
            index.add(one, box)
    for group in content.groups:
        members = [one for one in group.members if one in places]
        inside = union(places[one] for one in members)
        if group.id in places or group.id in drawn:
            continue
        if inside is not None:
            x, y = inside.x - _AROUND, inside.y - _AROUND
            box = Bounds(x, y, inside.width + 2 * _AROUND, inside.height + 2 * _AROUND)
            if all(_belongs(one, members, content) for one, _ in index.near(box)):
                drawn[group.id] = box
                continue
        why = "nothing says what is in it"
        if inside is not None:
            why = "other things stand between what is in it"
        findings.append(
            Finding(
                "group-left-out",
                f'the group "{group.name or group.id}" is not drawn: {why}',
                (group.id,),
                severity=Severity.INFO,
            )
        )
    return drawn, findings


def _belongs(node: str, members: Sequence[str], content: Content) -> bool:
    """Tell whether a node is in a group, or in or around something that is."""
    graph = content.graph
    host = content.host(node)
    inside = {host, *_above(graph, host)}
    return bool(inside & set(members)) or any(host in _above(graph, one) for one in members)


def _above(graph: ProcessGraph, node: str) -> Iterator[str]:
    """Yield the sub-processes in which a node stands, from the innermost."""
    scope = graph.nodes[node].scope
    while scope is not None:
        yield scope
        scope = graph.nodes[scope].scope
