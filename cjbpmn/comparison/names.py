"""By what a reference is known in one model, so that it can be found again in another."""

from __future__ import annotations

from functools import cache

from cjbpmn.comparison.steps import Keys, KeysOf
from cjbpmn.customer import resolve_customer
from cjbpmn.errors import CjbpmnError
from cjbpmn.graph import ProcessGraph
from cjbpmn.journey import Journey
from cjbpmn.lexicon import fold
from cjbpmn.references import References


def customer_of(graph: ProcessGraph, journey: Journey) -> tuple[str, ...]:
    """Return the customer's name if it means somebody in the model; else nothing.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    journey : Journey
        What people declared.

    Returns
    -------
    tuple of str
        For the functions that take names of the customer.
    """
    names = (journey.customer,) if journey.customer else ()
    try:
        resolve_customer(graph, names)
    except CjbpmnError:
        return ()
    return names


def keys_as_written(reference: str) -> Keys:
    """Return the one key of a reference where there is no model: its words.

    Parameters
    ----------
    reference : str
        As people wrote it.

    Returns
    -------
    frozenset of str
        One key; case, accents and blanks make no difference.

    Examples
    --------
    >>> keys_as_written("Send  Order->Receive order")
    frozenset({'send order -> receive order'})
    """
    parts = (" ".join(fold(part).split()) for part in reference.split("->"))
    return frozenset({" -> ".join(parts)})


def keys_in_model(graph: ProcessGraph, journey: Journey, *, with_names: bool) -> KeysOf:
    """Return a function that gives the keys of a reference in a model.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    journey : Journey
        What people declared; it says who is the customer.
    with_names : bool
        Whether elements are known by their names and places too: where the other journey is about
        another model.

    Returns
    -------
    callable
        From a reference to its keys; what the model does not have is known by its words.
    """
    try:
        customers = resolve_customer(graph, customer_of(graph, journey))
    except CjbpmnError:
        customers = frozenset()
    references = References(graph, customers)

    @cache
    def keys(reference: str) -> Keys:
        try:
            found = references.resolve(reference)
        except CjbpmnError:
            return keys_as_written(reference)
        named = {f"name:{place_of(graph, one)}" for one in found} if with_names else set()
        return frozenset({f"id:{one}" for one in found} | named)

    return keys


def place_of(graph: ProcessGraph, identifier: str) -> str:
    """Return the name of an element with that of its pool, for comparing two models.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    identifier : str
        The id of a flow node, a flow, a pool or a lane.

    Returns
    -------
    str
        Folded; two elements that are called the same in the same pool have the same.
    """
    if identifier in graph.nodes:
        node = graph.nodes[identifier]
        pool = graph.participants[node.participant].name if node.participant else ""
        return " / ".join(fold(part) for part in (pool, graph.label(identifier)))
    if identifier in graph.flows:
        flow = graph.flows[identifier]
        return f"{place_of(graph, flow.source)} -> {place_of(graph, flow.target)}"
    return fold(graph.lanes[identifier].name if identifier in graph.lanes else identifier)
