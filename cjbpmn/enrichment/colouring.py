"""The colour of a feeling, on a node that the model draws itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cjbpmn import elements as bpmn
from cjbpmn.elements import Element
from cjbpmn.emotion_scale import EmotionStep
from cjbpmn.enrichment.customer_lane import SIGNAVIO
from cjbpmn.enrichment.record import EnrichmentRecord
from cjbpmn.names import NAMESPACES, qualified

_FILLS: Final = ("bioc:fill", "color:background-color")
_STROKES: Final = ("bioc:stroke", "color:border-color")
# What tools write for a shape that nobody gave a colour; the yellowish one is Signavio's.
_PLAIN: Final = {
    "fill": {"", "#ffffff", "#fff", "white", "#ffffcc"},
    "stroke": {"", "#000000", "#000", "black", "#22242a"},
}
_SIGNAVIO_KEYS: Final = {"bgcolor": "fill", "bordercolor": "stroke"}


def colour_node(record: EnrichmentRecord, node: Element, shape: Element, felt: EmotionStep) -> bool:
    """Give a node the colour of a feeling, unless somebody gave it another colour.

    Parameters
    ----------
    record : EnrichmentRecord
        Through which it is written.
    node : lxml element
        The flow node.
    shape : lxml element
        Its shape.
    felt : EmotionStep
        The feeling.

    Returns
    -------
    bool
        Whether it has the colour now.
    """
    said = list(_signavio(node))
    colours = [("fill", shape.get(qualified(name), "")) for name in _FILLS]
    colours += [("stroke", shape.get(qualified(name), "")) for name in _STROKES]
    colours += [(kind, element.get("metaValue", "")) for kind, element in said]
    if any(colour.strip().lower() not in _PLAIN[kind] for kind, colour in colours):
        return False
    wanted = {"fill": felt.fill, "stroke": felt.stroke}
    for kind, names in (("fill", _FILLS), ("stroke", _STROKES)):
        for name in names:
            prefix = name.partition(":")[0]
            record.declare(prefix)
            if _means_the_same(record, shape, prefix):
                record.change(shape, name, wanted[kind])
    for kind, element in said:
        record.change(element, "metaValue", wanted[kind])
    return True


def _signavio(node: Element) -> Iterator[tuple[str, Element]]:
    """Yield the elements in which Signavio keeps the colours of a node, where there are any."""
    holder = bpmn.child(node, "extensionElements")
    for element in () if holder is None else holder.iterfind(f"{{{SIGNAVIO}}}signavioMetaData"):
        kind = _SIGNAVIO_KEYS.get(element.get("metaKey", ""))
        if kind is not None:
            yield kind, element


def _means_the_same(record: EnrichmentRecord, shape: Element, prefix: str) -> bool:
    """Tell whether a prefix of the root stands for the same on a shape: some declare anew."""
    declared, uri = record.document.source.namespaces, NAMESPACES[prefix]
    ours = [name for name, said in declared.items() if name and said == uri]
    return any(shape.nsmap.get(name, uri) == uri for name in ours)
