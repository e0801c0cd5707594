"""Ten more real models, each another drawing, read by hand from the file to the last hour.

For each: who meets whom and in which direction, what lies between, how often, and for how long at
least, on average and at most. Every activity takes an hour, unless `hours` says something else; what
nobody can know takes no time. `why` is the calculation. Names stand for flow nodes; where several
bear one, ``#2`` is the second in the file, and what has no name is called by its type.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cjbpmn.distributions import Triangular, Uniform
from cjbpmn.document import read_document
from cjbpmn.durations import read_timings
from cjbpmn.graph import ProcessGraph, build_graph
from cjbpmn.interaction import find_interaction_points
from cjbpmn.waiting import WaitingReport, find_waiting_stretches


@dataclass(frozen=True)
class Wait:
    """A stretch: its end, its starts, its body, how often; the least, mean and greatest time."""

    end: str
    starts: str
    body: str
    often: float
    hours: tuple[float, float, float]


@dataclass(frozen=True)
class Drawn:
    """What somebody finds who reads the drawing."""

    path: str
    why: str
    points: str
    waits: tuple[Wait, ...]
    wait: float
    journey: float
    ending: dict[str, float]
    customer: str = ""
    hours: dict[str, Any] = field(default_factory=dict)


CR = "camunda-research"
RECOURSE = f"{CR}/German/02-Regressnahme/02-Ergebnisse"
RESTAURANT = f"{CR}/German/04-Selbstbedienungsrestaurant/02-Ergebnisse"

TABLE = [
    Drawn(
        "miwg/Yaoqiang BPMN Editor 4.0/A.4.0-export.bpmn",
        "The customer is a pool with two tasks. Task 1 is done at 1 and starts task 3; that, task 4 in "
        "the first sub-process (3 h on average) and task 5 take 1 + 3 + 1 h, then task 2 gets its "
        "answer. The second sub-process leads nowhere near the customer. So: 1 + 5 + 1 = 7 h.",
        "Task 1 > Task 3; Task 2 < Task 5",
        (
            Wait(
                "Task 5",
                "Task 3",
                "Expanded Sub-Process 1; Start Event 3; Task 4; End Event 3",
                1,
                (3, 5, 8),
            ),
        ),
        5,
        7,
        {"closed": 1},
        "Pool",
        {"Task 4": Triangular(1, 2, 6)},
    ),
    Drawn(
        "miwg/ADONIS 17.0/A.4.1-export.bpmn",
        "The customer is a lane that holds a sub-process: what is in it counts, not its border. The "
        "first contact comes after task 1, in the pool of a third party, and task 3: 2 h in which "
        "nobody waits yet. Then the customer acts for an hour, and it is over.",
        "Expanded Sub-Process 2 < Task 3",
        (
            Wait(
                "Start Event 4",
                "",
                "Start Event 1; Task 1; Start Event 2; Task 3; Expanded Sub-Process 2",
                1,
                (2, 2, 2),
            ),
        ),
        0,
        1,
        {"closed": 1},
        "Lane 3",
    ),
    Drawn(
        "miwg/iGrafx FlowCharter 2013 15.1.1.1580/B.1.0-export.bpmn",
        "Task 1 ends at 1 and starts the other pool, which works on two branches. The upper one sends "
        "the answer after 1 h (the global task) or 2 h (the call and the task in the sub-process); "
        "the lower one terminates all of it after 1.5 h (user task 5 takes 0.5, service task 7 one) or "
        "2.5 h. Only if 2 h meet 1.5 h, in a quarter of the cases, no answer comes and service task 3 "
        "is stuck. Of the others two thirds take 1 h. The customer is busy with user task 2 until 2; "
        "an answer at 3 makes 1 h of silence in a quarter of the cases. Journeys: 3 h, 4 h, and "
        "2 h where nothing comes: 1.5 + 1 + 0.5.",
        "Abstract Task 1 > Start Event Message; Service Task 3 < End Event Message",
        (
            Wait(
                "End Event Message",
                "Start Event Message",
                "Parallel Gateway Divergence; Exclusive Gateway Divergence 1; "
                "Call Activity Calling a Global Task; Call Activity - Collapsed; "
                "Call Activity - Expanded; Start Event None 1; Abstract Task 4; End Event None 2; "
                "Exclusive Gateway Convergence 1",
                0.75,
                (1, 4 / 3, 2),
            ),
        ),
        0.25,
        3,
        {"closed": 0.75, "stuck": 0.25},
        "Paticipant",
        {"User Task 5": 0.5},
    ),
    Drawn(
        "miwg/Modelio 3.5/C.1.0-export.bpmn",
        "'Assign Approver' asks at 2 and gets its answer at 3, when the assistant has assigned one; "
        "then 'Approve Invoice' takes an hour. In half of the cases that is all, and the assistant "
        "waits at the race until the 7 days are over. Else the assistant reviews (5 to 6). Half of "
        "these reviews fail; the others lead to a second approval, of which half lead to 'Invoice' "
        "again, whose answer never comes, for the assistant has gone: 1/8 is stuck. Where the second "
        "approval is a yes, 1/8, nobody tells the assistant, though another path would. 'Invoice' "
        "is done 1/2 + 1/8 times. Waits: 168 h; 1 h; 1 h; 2 h, journeys 171, 6, 6 and 8 h.",
        "Scan Invoice > Invoice Receive #2; Approver to be assigned < Assign Approver; "
        "Assign approver > Assign Approver; Review and document result > Invoice; "
        "Invoice Review Needed < Invoice",
        (
            Wait("endEvent", "Assign approver", "eventBasedGateway; 7 days", 0.5, (168, 168, 168)),
            Wait(
                "Invoice",
                "Assign Approver#reply; Invoice#reply",
                "Approve Invoice; Invoice Approved ?; Review Successful ?",
                0.625,
                (1, 1, 1),
            ),
        ),
        168 / 2 + 1 / 4 + 1 / 8 + 2 / 8,
        171 / 2 + 6 / 4 + 6 / 8 + 8 / 8,
        {"closed": 0.75, "dead_end": 0.125, "stuck": 0.125},
        "Team-Assistant",
    ),
    Drawn(
        "miwg/Cardanit (prev. BeePMN) 4.9.1/C.7.0-export.bpmn",
        "The customer is the lane of the manager. To complete the advertisement takes an hour each "
        "time; it comes back as often as it is refused, in half of the cases: 2 times on average. "
        "When it is approved, it is published, and the manager hears nothing: a dead end, for the "
        "other answer would have brought it back. Journey: 1 + 2 x (1 + 1).",
        "Write description > Complete advertisement; Approve advertisement < Complete advertisement; "
        "Advertisement approved? > Complete advertisement; "
        "Advertisement approved? > Parallel Gateway_81",
        (
            Wait(
                "Approve advertisement",
                "Write description; Approve advertisement",
                "Complete advertisement; Advertisement approved?",
                2,
                (1, 1, 1),
            ),
        ),
        2,
        5,
        {"dead_end": 1},
        "Hiring Manager",
    ),
    Drawn(
        f"{CR}/English/03-Credit-scoring/03-Solution/credit-scoring-asynchronous.bpmn",
        "The bank asks the scoring service; the front end of the bank is the customer of its back "
        "end. Requested by 1, computed by 2. If the score is there, it is sent by 3 and handed on by 4. "
        "If not, the delay is reported by 3 and handed on by 4; level 2 is computed by 4 and sent by 5, "
        "handed on by 6: 2 h after the notice. Half and half: 3 h for the score, 5 h for the case.",
        "credit scoring frontend (bank) > scoring request received; "
        "credit scoring frontend (bank) < report delay; "
        "credit scoring frontend (bank) < send credit score",
        (
            Wait(
                "report delay",
                "scoring request received",
                "request credit score; eventBasedGateway; delay information received; "
                "scoring request received #2; compute credit score (level 1); score available?; "
                "report delay #2",
                0.5,
                (4, 4, 4),
            ),
            Wait(
                "send credit score",
                "scoring request received; report delay",
                "request credit score; eventBasedGateway; credit score received; "
                "credit score received #2; exclusiveGateway; scoring request received #2; "
                "compute credit score (level 1); score available?; report delay #2; "
                "compute credit score (level 2); send credit score #2; send credit score #3",
                1,
                (2, 3, 4),
            ),
        ),
        5,
        5,
        {"closed": 1},
        "credit scoring frontend (bank)",
    ),
    Drawn(
        f"{RECOURSE}/Regressnahme_a9ed6b64ab74427a989b089d4c0b1bc0.bpmn",
        "The insured is a black box, the debt collector a partner whom nobody reaches: three flows "
        "end in nothing. Half of the cases are closed at once. In the others the case is checked and "
        "the demand sent (2 h before the first contact); to set the reminder takes 1 to 3 h, then it "
        "is the customer's turn: money, disagreement or the reminder, all unknown, a third each. The "
        "booking of the money and the check of the disagreement the customer never hears of.",
        "Versicherungsnehmer < Zahlungsauf-forderung senden; "
        "Versicherungsnehmer > Geld trifft ein; Versicherungsnehmer > Kunde widerspricht",
        (
            Wait(
                "Zahlungsauf-forderung senden",
                "",
                "Möglichkeit der Regressnahme entdeckt; Fall prüfen; exclusiveGateway",
                0.5,
                (2, 2, 2),
            ),
            Wait(
                "Geld trifft ein",
                "Zahlungsauf-forderung senden",
                "Wiedervorlage setzen",
                0.5,
                (1, 2, 3),
            ),
        ),
        2,
        2,
        {"no_contact": 1 / 2, "no_reply": 1 / 3, "closed": 1 / 6},
        "sid-50D6F954-6F6B-4790-9A07-1CC6582C09FA",
        {"Wiedervorlage setzen": Uniform(1, 3)},
    ),
    Drawn(
        f"{RECOURSE}/Regressnahme_468e54adf176493984d83b126aab53c1.bpmn",
        "The insured is a lane with an event that waits for a letter, a choice and a task. Half of the "
        "cases never get there. The letter comes after the check of the case, and it is the first "
        "contact. Who disagrees, half of the rest, takes the token away from the join that the "
        "reminder waits at: stuck. The others are closed; they heard of it last. One hour of "
        "disagreeing in every second case with a contact.",
        "intermediateCatchEvent < parallelGateway; VN widerspricht > Widerspruch prüfen; "
        "exclusiveGateway > parallelGateway #2",
        (
            Wait(
                "intermediateCatchEvent",
                "",
                "startEvent; Fall prüfen; exclusiveGateway #2; parallelGateway",
                0.5,
                (1, 1, 1),
            ),
        ),
        0,
        0.5,
        {"no_contact": 1 / 2, "stuck": 1 / 4, "closed": 1 / 4},
    ),
    Drawn(
        f"{RESTAURANT}/restaurant_ffc7b73e879346bd83c7434a7b0c0791.bpmn",
        "The guest is a black box. Order to buzzer: four tasks of the waiter. Then the cook is told, "
        "cooks, puts it in the hatch, tells the waiter, and the buzzer goes: 5 h. Now it is the guest's "
        "turn, against the 5 minutes; nobody says how quick guests are, so half and half. Each time "
        "the minutes are over, the buzzer goes again, 1 h: two turns on average, of 5, 1, 1 ... h. "
        "The turns last 5 minutes for each time that they are over, once on average.",
        "Gast > Bestellung entgegen nehmen #2; Gast < Pieper uebergeben; Gast > Essen wird abgeholt",
        (
            Wait(
                "Pieper uebergeben",
                "Bestellung entgegen nehmen #2",
                "Bestellung erfassen; Geld kassieren; Pieper einstellen",
                1,
                (4, 4, 4),
            ),
            Wait(
                "Essen wird abgeholt",
                "Pieper uebergeben; Essen wird abgeholt",
                "Koch informieren; Bestellung entgegen nehmen; Essen kochen; "
                "Essen in Durchreiche stellen; Servierkraft informieren; auf Essen warten; "
                "Gast per Pieper informieren",
                2,
                (1, 3, 5),
            ),
        ),
        4 + 5 + 1,
        4 + 5 + 1 + 5 / 60,
        {"closed": 1},
    ),
    Drawn(
        f"{RESTAURANT}/sb_res_335d4ca079d64f93ba880a754cdaf7a0.bpmn",
        "Guest, waiter and cook have pools. The guest chooses (1 h) and waits for the turn: nobody "
        "knows how long. Ordering until 2; the order is typed in until 3; paying and collecting are "
        "one meeting, until 4; the buzzer is set and handed over by 5, and taken until 6. The buzzer "
        "goes later, and no message says that the guest hears it.",
        "Bestellung aufgeben > startEvent; Gericht bezahlen = Geld kassieren; "
        "Pieper entgegennehmen < Pieper einstellen und übergeben",
        (
            Wait("Gast ist an der Reihe", "Gericht auswählen", "", 1, (0, 0, 0)),
            Wait(
                "Gericht bezahlen",
                "Bestellung aufgeben; startEvent",
                "Bestellung eingeben",
                1,
                (1, 1, 1),
            ),
            Wait(
                "Geld kassieren",
                "Bestellung aufgeben; startEvent",
                "Bestellung eingeben",
                1,
                (1, 1, 1),
            ),
            Wait("Pieper einstellen und übergeben", "Geld kassieren", "", 1, (1, 1, 1)),
        ),
        2,
        6,
        {"closed": 1},
    ),
]
SIGNS = {"c2o": ">", "o2c": "<", "both": "="}


def names_of(graph: ProcessGraph) -> dict[str, str]:
    seen: Counter[str] = Counter()
    found = {}
    for node in graph.nodes.values():
        name = node.name or node.type
        seen[name] += 1
        found[node.id] = f"{name} #{seen[name]}" if seen[name] > 1 else name
    return found


def listed(text: str) -> set[str]:
    return {part.strip() for part in text.split(";") if part.strip()}


@pytest.fixture(params=TABLE, ids=lambda drawn: drawn.path)
def drawn(request: pytest.FixtureRequest) -> Drawn:
    found: Drawn = request.param
    return found


@pytest.fixture
def graph(drawn: Drawn, corpus: Path) -> ProcessGraph:
    return build_graph(read_document(corpus / drawn.path))


@pytest.fixture
def report(drawn: Drawn, graph: ProcessGraph) -> WaitingReport:
    hours = {
        node.id: drawn.hours.get(node.name, 1.0)
        for node in graph.nodes.values()
        if node.is_activity
    }
    return find_waiting_stretches(graph, read_timings(graph, hours), customers(drawn))


def customers(drawn: Drawn) -> list[str]:
    return [drawn.customer] if drawn.customer else []


def test_the_ten_are_different_drawings_of_different_tools() -> None:
    assert len({drawn.path for drawn in TABLE}) == 10
    assert len({drawn.path.split("/")[1] for drawn in TABLE if "miwg" in drawn.path}) == 5


def test_who_meets_whom(drawn: Drawn, graph: ProcessGraph) -> None:
    names = names_of(graph)
    found = {
        f"{names[point.customer_node]} {SIGNS[point.direction]} {names[point.other_node]}"
        for point in find_interaction_points(graph, customers(drawn))
    }
    assert found == listed(drawn.points), drawn.why


def test_where_the_customer_waits(drawn: Drawn, graph: ProcessGraph, report: WaitingReport) -> None:
    names = names_of(graph)

    def name(contact: str) -> str:
        node, mark, part = contact.partition("#")
        return names[node] + mark + part

    found = {name(stretch.end): stretch for stretch in report}
    assert found.keys() == {wait.end for wait in drawn.waits}, drawn.why
    for wait in drawn.waits:
        stretch = found[wait.end]
        assert set(map(name, stretch.starts)) == listed(wait.starts), drawn.why
        assert set(map(name, stretch.body)) == listed(wait.body), drawn.why
        assert (stretch.kind == "before_first") == (not wait.starts)
        assert stretch.executions == pytest.approx(wait.often, abs=1e-6), drawn.why


def test_how_long_the_customer_waits(
    drawn: Drawn, graph: ProcessGraph, report: WaitingReport
) -> None:
    names = names_of(graph)
    found = {names[stretch.end]: stretch for stretch in report}
    for wait in drawn.waits:
        stretch = found[wait.end]
        least, mean, most = wait.hours
        assert stretch.minimum == pytest.approx(least, abs=1e-9), drawn.why
        assert stretch.maximum == pytest.approx(most, abs=1e-9), drawn.why
        error = max(3 * stretch.standard_error, 1e-6)
        assert stretch.expected == pytest.approx(mean, abs=error), drawn.why
    error = max(3 * report.standard_error, 1e-6)
    assert report.case.wait == pytest.approx(drawn.wait, abs=error), drawn.why
    assert report.case.journey == pytest.approx(drawn.journey, abs=error), drawn.why


def test_how_it_ends(drawn: Drawn, report: WaitingReport) -> None:
    # Of a sample, shares are only nearly so.
    error = 4 * math.sqrt(0.25 / report.samples) if report.samples else 1e-6
    assert report.ending == pytest.approx(drawn.ending, abs=error), drawn.why
