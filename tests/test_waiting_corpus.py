"""Ten real models of seven tools, read by hand: who meets whom, and what lies between.

Each line says why. Names stand for flow nodes; ``#n`` counts those without a name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import pytest

from cjbpmn.document import read_document
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.waiting import find_waiting_stretches


@dataclass(frozen=True)
class Read:
    """What somebody finds who reads the model: contacts elsewhere than at the customer's, waits."""

    path: str
    why: str
    others: frozenset[str]
    stretches: dict[str, tuple[frozenset[str], frozenset[str], float]]
    ending: dict[str, float]
    own: int


def read(
    path: str, why: str, others: str, own: int, ending: dict[str, float], *stretches: str
) -> Read:
    found = {}
    for stretch in stretches:
        end, starts, body, times = (part.strip() for part in stretch.split("|"))
        found[end] = (_names(starts), _names(body), float(times))
    return Read(path, why, _names(others), found, ending, own)


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip().casefold() for name in text.split(",") if name.strip())


AMAZON = "Receive Credit Card Information, Send Result, Receive Order, Deliver Items"
PAID = "Send Result | Receive Credit Card Information | Take Payment | 1.3333333"
PACKED = "Pick items, Place in bin, Receive and Package items, Send to carrier dock, Load Truck"
SENT = f"Deliver Items | Receive Order | {PACKED} | 0.6666667"
SHOP = (
    "The card company and the shop begin when the customer's message comes, so these starts end no "
    "wait. Until the result only 'Take Payment' passes: once for each try, and as payment is "
    "accepted and given up equally often, there are 4/3 tries. From the order on all is silent, "
    "through two lanes and the carrier, until the goods are there; 2/3 of the cases get so far."
)
RECOURSE = "camunda-research/German/02-Regressnahme/02-Ergebnisse"
RESTAURANT = "camunda-research/English/04-Self-service-restaurant/03-Solution"

TABLE = [
    *(
        read(f"miwg/{tool}", SHOP, AMAZON, 12, {"closed": 1}, PAID, SENT)
        for tool in (
            "Reference/C.2.0.bpmn",
            "SAP Signavio Process Manager 19.9.0/C.2.0-export.bpmn",
            "Trisotech Workflow Modeler 12.6.3/C.2.0-export.bpmn",
            "bpmn.io (Camunda Modeler) 18.6.1/C.2.0-export.bpmn",
            "ADONIS 17.0/C.2.0-export.bpmn",
            "MID Innovator 15.1.1.11026/C.2.0-roundtrip.bpmn",  # Its events share definitions.
        )
    ),
    read(
        "miwg/ModelFoundry 1.1.1/C.2.0-roundtrip.bpmn",
        "The tool lost 'Send Order', the event and its flows. So payment is never accepted: two "
        "tries on average. And the order comes from nobody: it is an internal begin by now, with no "
        "contact before the goods.",
        "Receive Credit Card Information, Send Result, Deliver Items",
        11,
        {"closed": 1},
        "Send Result | Receive Credit Card Information | Take Payment | 2",
        f"Deliver Items | | Receive Order, {PACKED} | 1",
    ),
    read(
        f"{RESTAURANT}/self-service-restaurant.bpmn",
        "Guest, employee and chef have pools. The guest waits for the turn, an event that nobody "
        "sends; for the employee to enter the order, before both deal with the money; for the "
        "buzzer; for the meal, while the chef is at work in a third pool; and while the meal is "
        "handed over, whose work comes after the guest has appeared. The guest comes at once when "
        "the buzzer goes, so nobody has to call after 5 minutes.",
        "Order received, Collect money, Hand over buzzer, Set off buzzer, Guest appears, "
        "Hand over meal, Call guest",
        11,
        {"closed": 1},
        "wait for turn | Choose dish | | 1",
        "Pay money | Place order, Order received | Enter order | 1",
        "Collect money | Place order, Order received | Enter order | 1",
        "Hand over buzzer | Collect money | Set up buzzer | 1",
        "Set off buzzer | Hand over buzzer | Inform chef, Meal needed, Prepare meal, "
        "Place meal in hatch, Inform employee, Meal ready | 1",
        "Hand over meal | Guest appears | | 1",
        "Call guest | Set off buzzer, Call guest | eventBasedGateway, 5 minutes | 0",
    ),
    read(
        f"{RECOURSE}/Regressnahme_2dec3e771a144275b491899c34ef9bed.bpmn",
        "The customer is a lane with one task, behind a race that nothing decides: a quarter of "
        "the cases get there. It is the first contact, so all before it is no waiting.",
        "",
        1,
        {"no_contact": 0.75, "closed": 0.25},
        "Der Kunde wiederspricht | | startEvent, den Regress Fall prüfen, "
        "Möglichkeit besteht, dass VN in Regress genommen wird?, Auf Wiederruf setzen, "
        "eventBasedGateway | 0.25",
    ),
    read(
        f"{RECOURSE}/Regress_VN_16eb3a4d926d419097d75b73356e8788.bpmn",
        "The customer is a lane: an event gets the demand, a task pays. What the clerk does with "
        "the money the customer never hears of: no reply. One of three ways of a race leads there.",
        "",
        2,
        {"no_contact": 2 / 3, "no_reply": 1 / 3},
        "Zahlungsauforderung erhalten | | startEvent, Regressfall prüfen, eventBasedGateway, "
        "Zahlungsauforderung senden | 0.3333333",
    ),
]


def name_of(graph: ProcessGraph, identifier: str) -> str:
    node = graph.nodes[identifier.partition("#")[0]]
    return (node.name or node.type).casefold()


@pytest.mark.parametrize("wanted", TABLE, ids=lambda wanted: wanted.path)
def test_a_model_read_by_hand(wanted: Read, corpus: Path) -> None:
    graph = build_graph(read_document(corpus / wanted.path))
    report = find_waiting_stretches(graph)
    names = {name_of(graph, identifier) for identifier in report.touchpoints}
    assert wanted.others <= names, wanted.why
    assert len(report.touchpoints) == wanted.own + len(wanted.others), wanted.why
    found = {
        name_of(graph, stretch.end): (
            frozenset(name_of(graph, start) for start in stretch.starts),
            frozenset(name_of(graph, node) for node in stretch.body),
            stretch.executions,
        )
        for stretch in report
    }
    assert found.keys() == {end.casefold() for end in wanted.stretches}, wanted.why
    for end, (starts, body, times) in wanted.stretches.items():
        assert found[end.casefold()][0] == starts, wanted.why
        assert _without_commas(found[end.casefold()][1]) == _without_commas(body), wanted.why
        assert found[end.casefold()][2] == pytest.approx(times, abs=2e-3), wanted.why
    assert report.ending == pytest.approx(wanted.ending, abs=1e-6), wanted.why
    assert math.fsum(report.ending.values()) == pytest.approx(1)


def _without_commas(names: frozenset[str]) -> set[str]:
    """Names with a comma were cut at it when the table was read."""
    return {part.strip() for name in names for part in name.split(",")}
