"""What BPMN 2.0 says about its elements: kinds, and the order in which children stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from lxml import etree

from cjbpmn.names import BPMN, CJ, local_name, qualified

Element: TypeAlias = etree._Element  # noqa: SLF001  (lxml has no other name for its elements)

SUB_PROCESSES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
TASKS: Final = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
    }
)
ACTIVITIES: Final = SUB_PROCESSES | TASKS | {"callActivity"}
THROW_EVENTS: Final = frozenset({"endEvent", "intermediateThrowEvent", "implicitThrowEvent"})
CATCH_EVENTS: Final = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
EVENTS: Final = THROW_EVENTS | CATCH_EVENTS
GATEWAYS: Final = frozenset(
    {
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
    }
)
FLOW_NODES: Final = ACTIVITIES | EVENTS | GATEWAYS

# The sequences of Semantic.xsd, as far as something of ours can stand among them. What is not
# named here stands where `flowElement` stands: the XSD lets those follow in any order.
_HEAD: Final = ("documentation", "extensionElements")
_FLOW_NODE_HEAD: Final = (
    *_HEAD,
    "auditing",
    "monitoring",
    "categoryValueRef",
    "incoming",
    "outgoing",
)
_DATA_INPUTS: Final = (
    "ioSpecification",
    "property",
    "dataInputAssociation",
    "dataOutputAssociation",
)
_ORDERS: Final = {
    "definitions": ("import", "extension", "*", "BPMNDiagram", "relationship"),
    "process": (
        *_HEAD,
        "auditing",
        "monitoring",
        "ioSpecification",
        "ioBinding",
        "property",
        "laneSet",
        "*",
        "association",
        "resourceRole",
        "correlationSubscription",
        "supports",
    ),
    "collaboration": (
        *_HEAD,
        "participant",
        "messageFlow",
        "association",
        "*",
    ),
    "participant": (*_HEAD, "*"),
    "BPMNPlane": ("*",),
}
_ARTIFACTS: Final = frozenset({"association", "group", "textAnnotation"})


def _ranks(order: Sequence[str]) -> Mapping[str, int]:
    ranks = {name: rank for rank, name in enumerate(order)}
    # An artifact may stand among other artifacts in any order.
    return {**ranks, **dict.fromkeys(_ARTIFACTS, ranks.get("association", ranks["*"]))}


_RANKS: Final = {
    "": _ranks((*_FLOW_NODE_HEAD, *_DATA_INPUTS, "*")),
    **{kind: _ranks(order) for kind, order in _ORDERS.items()},
}
"""Where children of each name stand, by the name of the parent; the first is for all others."""


def children(parent: Element, *names: str) -> Iterator[Element]:
    """Look through the BPMN children of an element that bear one of the local names.

    Parameters
    ----------
    parent : lxml element
        Where to look.
    *names : str
        Local names; none means all.

    Returns
    -------
    iterator of lxml element
        In document order.
    """
    wanted = [qualified(f"bpmn:{name}") for name in names]
    return parent.iterchildren(*(wanted or [f"{{{BPMN}}}*"]))


def child(parent: Element, name: str) -> Element | None:
    """Return the first BPMN child of that local name.

    Parameters
    ----------
    parent : lxml element
        Where to look.
    name : str
        A local name.

    Returns
    -------
    lxml element or None
        The child.
    """
    return next(parent.iterchildren(f"{{{BPMN}}}{name}"), None)


def extension(host: Element, name: str) -> Element | None:
    """Return the first of our extension elements of that name on a host.

    Parameters
    ----------
    host : lxml element
        A BPMN element.
    name : str
        The local name in our namespace.

    Returns
    -------
    lxml element or None
        The extension element.
    """
    holder = child(host, "extensionElements")
    return None if holder is None else holder.find(f"{{{CJ}}}{name}")


def extensions(host: Element, name: str) -> list[Element]:
    """Return all of our extension elements of that name on a host.

    Parameters
    ----------
    host : lxml element
        A BPMN element.
    name : str
        The local name in our namespace.

    Returns
    -------
    list of lxml element
        In document order.
    """
    holder = child(host, "extensionElements")
    return [] if holder is None else holder.findall(f"{{{CJ}}}{name}")


def place_of(parent: Element, name: str) -> int:
    """Say at which index a new child belongs, by the sequences of the BPMN 2.0 schema.

    Parameters
    ----------
    parent : lxml element
        The parent to be.
    name : str
        The local name of the new child.

    Returns
    -------
    int
        The index among all children, comments included; after the last one of its kind.

    Examples
    --------
    >>> process = etree.fromstring(
    ...     '<process xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><task/></process>')
    >>> place_of(process, "laneSet"), place_of(process, "task")
    (0, 1)
    """
    ranks = _RANKS.get(local_name(parent.tag), _RANKS[""])
    other = ranks["*"]
    wanted = ranks.get(name, other)
    if wanted < other:
        before = [f"{{*}}{one}" for one, rank in ranks.items() if rank <= wanted]
        last = next(parent.iterchildren(*before, reversed=True), None)
        return 0 if last is None else parent.index(last) + 1
    for after, sibling in enumerate(reversed(parent)):
        tag = sibling.tag
        if isinstance(tag, str) and ranks.get(local_name(tag), other) <= wanted:
            return len(parent) - after
    return 0


def rank_of(parent: Element, name: str) -> int:
    """Say where children of a name stand among the children of a parent.

    Parameters
    ----------
    parent : lxml element
        The parent.
    name : str
        The local name of a child.

    Returns
    -------
    int
        Children of a lower rank come first; those of one rank may come in any order.
    """
    ranks = _RANKS.get(local_name(parent.tag), _RANKS[""])
    return ranks.get(name, ranks["*"])


def make(tag: str, /, **attributes: str) -> Element:
    """Make a new element, not yet in any tree.

    Parameters
    ----------
    name : str
        Such as ``bpmn:task``.
    **attributes : str
        Its attributes; a trailing underscore is left out of the name.

    Returns
    -------
    lxml element
        The element.
    """
    attrib = {key.rstrip("_"): value for key, value in attributes.items()}
    return etree.Element(qualified(tag), attrib)
