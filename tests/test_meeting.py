"""Which message flows a step gets."""

from __future__ import annotations

import models
import pytest

from cjbpmn.document import read_document
from cjbpmn.enrichment import enrich_document
from cjbpmn.graph import build_graph
from cjbpmn.journey import Journey, Step

UNDOING = models.PLAIN.replace(b'id="check"', b'id="check" isForCompensation="true"')


@pytest.mark.parametrize("direction", [None, "to customer", "both"])
def test_what_only_undoes_work_tells_the_customer_and_is_told_nothing(
    direction: str | None,
) -> None:
    """Modelling tools allow no message flow into it."""
    document = read_document(UNDOING)
    step = Step("I hear of it", at=("check",), direction=direction)
    enriched = enrich_document(document, Journey("J", customer="C", steps=(step,)))
    assert enriched.findings == ()
    [flow] = [one for one in build_graph(document).flows.values() if one.kind == "message"]
    assert (flow.source, flow.target) == ("check", "CjActivity_1")


def test_what_only_undoes_work_cannot_be_addressed_and_that_is_said() -> None:
    document = read_document(UNDOING)
    step = Step("I ask for it", at=("check",), direction="from customer")
    enriched = enrich_document(document, Journey("J", customer="C", steps=(step,)))
    [finding] = enriched.findings
    assert finding.code == "no-contact"
    assert "(task that only undoes work)" in finding.message
    assert not [one for one in build_graph(document).flows.values() if one.kind == "message"]
    document.strip()
    assert document.to_bytes() == UNDOING


@pytest.mark.parametrize(("at", "kind"), [("which", "exclusive gateway"), ("desk", "lane")])
def test_what_exchanges_no_messages_is_told_in_plain_words(at: str, kind: str) -> None:
    model = models.definitions(
        '<process id="p"><laneSet id="lanes"><lane id="desk" name="Desk">'
        "<flowNodeRef>which</flowNodeRef></lane></laneSet>"
        '<exclusiveGateway id="which"/></process>'
    )
    journey = Journey("J", customer="C", steps=(Step("I choose", at=(at,)),))
    finding, *_ = enrich_document(read_document(model), journey).findings
    assert finding.message == (
        '"I choose" gets no message flow, for no messages are exchanged with what it is linked to '
        f"({kind})"
    )
