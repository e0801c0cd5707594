from __future__ import annotations

from dataclasses import replace
from difflib import unified_diff
from pathlib import Path
from typing import Any

import models
import pytest

from cjbpmn import elements as bpmn
from cjbpmn.diagram import main_diagram, waypoints_of
from cjbpmn.document import Document, read_document
from cjbpmn.enrichment import Enriched, enrich_document
from cjbpmn.errors import (
    AmbiguousReference,
    CjbpmnWarning,
    ElementNotFound,
    InvalidDocument,
)
from cjbpmn.extensions.customer_activity import CustomerActivity
from cjbpmn.extensions.touchpoint import Touchpoint
from cjbpmn.graph import build_graph
from cjbpmn.journey import (
    Branch,
    ChannelUse,
    Content,
    Emotion,
    Evidence,
    Fallback,
    Insight,
    Journey,
    Need,
    Observation,
    Persona,
    Phase,
    Statistics,
    Step,
)
from cjbpmn.journey.file import read_journey
from cjbpmn.names import qualified
from cjbpmn.timespan import parse_timespan

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
JOURNEY = Journey(
    "Deciding",
    customer="Customer",
    phases=(Phase("asking"), Phase("hearing")),
    steps=(
        Step("I ask", at=("Check claim",), phase="asking", channel="phone"),
        Step(
            "I hear",
            at=("Send decision",),
            phase="hearing",
            channel="letter",
            sees=(Evidence("letter", "letter"),),
            feels=(Emotion(-2, because="No & why?", source="customer", n=2),),
        ),
    ),
)


WHITE_BOX = models.definitions(
    """  <collaboration id="c">
    <participant id="guest" name="Guest" processRef="p1"/>
    <participant id="shop" name="Shop" processRef="p2"/>
    <messageFlow id="m1" sourceRef="order" targetRef="take"/>
  </collaboration>
  <process id="p1"><task id="order" name="Order"/><task id="eat" name="Eat"></task></process>
  <process id="p2"><task id="take" name="Take order"/></process>"""
)


def enrich(data: bytes, journey: Journey = JOURNEY, **options: Any) -> tuple[Document, Enriched]:
    document = read_document(data)
    enriched = enrich_document(document, journey, **options)
    return read_document(document.to_bytes()), enriched


def stripped(document: Document) -> bytes:
    document.strip()
    return document.to_bytes()


class TestPlainProcess:
    def test_it_gets_a_collaboration_with_the_customer_on_top(self) -> None:
        document, enriched = enrich(models.PLAIN)
        graph = build_graph(document)
        assert enriched.created
        assert [pool.name for pool in graph.participants.values()] == ["Customer", "Claims"]
        assert graph.customers == enriched.customers
        plane = document.element("plane")
        assert plane.get("bpmnElement") == "CjCollaboration"
        assert stripped(document) == models.PLAIN

    def test_steps_become_tasks_in_order_with_message_flows(self) -> None:
        document, _ = enrich(models.PLAIN)
        graph = build_graph(document)
        path, node = [], "CjStart"
        while graph.outgoing(node):
            node = graph.outgoing(node)[0].target
            path.append(graph.nodes[node].name)
        assert path == ["I ask", "I hear", "I am done"]
        flows = [flow for flow in graph.flows.values() if flow.kind == "message"]
        assert [(flow.source, flow.target, flow.name, flow.channel) for flow in flows] == [
            ("CjActivity_1", "check", "phone", "phone"),
            ("tell", "CjActivity_2", "letter", "letter"),
        ]

    def test_the_customer_never_runs_on_an_engine(self) -> None:
        document, _ = enrich(models.PLAIN)
        assert document.element("CjProcess").get("isExecutable") == "false"


class TestBlackBox:
    def test_it_is_opened_and_keeps_its_message_flows(self) -> None:
        journey = Journey(
            "Buying",
            customer="Customer",
            steps=(
                Step("I order", at=("Order received",), channel="website"),
                Step("I wait"),
                Step("I unpack", at=("Send parcel",), channel="parcel"),
            ),
        )
        document, enriched = enrich(models.BLACK_BOX, journey)
        graph = build_graph(document)
        assert enriched.customers == ("customer",)
        assert document.element("m1").get("sourceRef") == "customer"
        assert (graph.flows["m1"].source, graph.flows["m1"].channel) == ("CjActivity_1", "website")
        assert (graph.flows["m2"].target, graph.flows["m2"].channel) == ("CjActivity_3", "parcel")
        assert sum(flow.kind == "message" for flow in graph.flows.values()) == 2
        bounds = document.element("customer_shape")[0]
        assert float(bounds.get("y", "")) + float(bounds.get("height", "")) == 80
        assert float(bounds.get("height", "")) > 60
        assert stripped(document) == models.BLACK_BOX

    def test_below_others_it_comes_on_top_and_its_flows_stay_docked(self) -> None:
        data = models.BLACK_BOX.replace(b'y="20.0"', b'y="400"').replace(b'y="20"', b'y="400"')
        data = data.replace(b'x="168" y="80"', b'x="168" y="400"')
        data = data.replace(b'x="168" y="200"', b'x="168" y="236"')
        # A gateway stands in the way of the other, straight over the middle of its task.
        data = data.replace(b'x="550" y="80"', b'x="550" y="400"')
        data = data.replace(b'x="550" y="180"', b'x="550" y="260"')
        above = models.shape("over", 532, 144, 36, 30)
        data = data.replace(
            b'<bpmndi:BPMNEdge id="m1_di"', above.encode() + b'<bpmndi:BPMNEdge id="m1_di"'
        )
        document, _ = enrich(data, Journey("J", customer="Customer", steps=(Step("I wait"),)))
        bounds = document.element("customer_shape")[0]
        bottom = float(bounds.get("y", "")) + float(bounds.get("height", ""))
        assert bottom < 140
        docked, arrives = document.element("m1_di")
        assert float(docked.get("y", "")) == bottom
        # It came from below, and would run through what it leads to if it still arrived there.
        diagram = main_diagram(document.root)
        assert diagram is not None
        take = diagram.bounds("take")
        assert take is not None
        assert float(arrives.get("y", "")) == take.y
        leaves, docks = waypoints_of(document.element("m2_di"))
        assert (leaves[1], docks[1]) == (180, bottom)
        assert leaves[0] == docks[0]
        assert not 530 < leaves[0] < 570
        assert stripped(document) == data

    def test_an_empty_process_that_would_run_becomes_one_that_does_not(self) -> None:
        data = models.BLACK_BOX.replace(
            b'name="Customer"/>', b'name="Customer" processRef="own"/>'
        ).replace(
            b'<process id="proc">', b'<process id="own" isExecutable="true"/><process id="proc">'
        )
        document, enriched = enrich(data, Journey("J", customer="Customer", steps=(Step("I"),)))
        assert enriched.created
        assert document.element("own").get("isExecutable") == "false"
        assert stripped(document) == data

    def test_one_whose_process_is_in_another_file_stays_as_it_is(self) -> None:
        data = models.BLACK_BOX.replace(
            b'<participant id="customer" name="Customer"/>',
            b'<participant id="customer" name="Customer" processRef="far:life"/>',
        )
        told = Journey("Buying", customer="Customer", steps=(Step("I order", at=("take",)),))
        document = read_document(data)
        enriched = enrich_document(document, told)
        assert enriched.customers == ("CjParticipant",)
        assert [one.code for one in enriched.findings][:1] == ["process-elsewhere"]
        assert document.element("customer").get("processRef") == "far:life"
        once = document.to_bytes()
        enrich_document(document, told)
        assert document.to_bytes() == once
        assert stripped(document) == data


class TestEmptyLane:
    """A lane in which nothing stands shows nobody's way: the journey gets a pool."""

    DATA = models.PLAIN.replace(
        b'<startEvent id="start">',
        b'<laneSet id="lanes"><lane id="guest" name="Guest"/><lane id="house" name="House">'
        b"<flowNodeRef>start</flowNodeRef><flowNodeRef>check</flowNodeRef>"
        b'<flowNodeRef>tell</flowNodeRef></lane></laneSet><startEvent id="start">',
    )

    def test_the_journey_gets_a_pool(self) -> None:
        told = replace(JOURNEY, customer="Guest")
        document, enriched = enrich(self.DATA, told)
        assert enriched.created
        assert [one.code for one in enriched.findings] == ["empty-lane"]
        assert "Guest" in enriched.findings[0].message
        assert document.element("CjParticipant").get("name") == "Guest"
        assert len(enriched.touchpoints) == 2
        once = document.to_bytes()
        enrich_document(document, told)
        assert document.to_bytes() == once
        assert stripped(document) == self.DATA


class TestWhiteBox:
    def test_steps_are_attached_to_what_is_there(self) -> None:
        journey = Journey(
            "Lunch",
            customer="Guest",
            persona=Persona("Office worker"),
            steps=(
                Step("I order", at=("Take order",), channel="desk", feels=(Emotion(1),)),
                Step("I eat", at=("Eat",)),
                Step("I go back to work"),
            ),
            observations=(Observation("Slow", at=("Order -> Take order",), impact=3),),
        )
        document, enriched = enrich(WHITE_BOX, journey)
        assert not enriched.created
        assert enriched.activities == (
            ("I order", "order"),
            ("I eat", "eat"),
            ("I go back to work", None),
        )
        assert [finding.code for finding in enriched.findings] == ["unlinked-step", "no-diagram"]
        flow = bpmn.extension(document.element("m1"), "touchpoint")
        assert flow is not None
        assert Touchpoint(flow).channel == "desk"
        assert document.element("order").get(qualified("cj:emotion")) == "1"
        read = build_graph(document).journey
        assert read is not None
        assert [(step.do, step.element) for step in read.steps] == list(enriched.activities)
        assert read.observations[0].at == ("m1",)
        assert stripped(document) == WHITE_BOX

    def test_a_lane_can_be_the_customer(self) -> None:
        data = models.definitions(
            """<process id="p"><laneSet id="ls"><lane id="l1" name="Kunde"><flowNodeRef>a</flowNodeRef>
            </lane><lane id="l2" name="Shop"><flowNodeRef>b</flowNodeRef></lane></laneSet>
            <task id="a" name="Ask"/><task id="b" name="Answer"/>
            <sequenceFlow id="f" sourceRef="a" targetRef="b"/></process>"""
        )
        journey = Journey(
            "J", customer="Kunde", steps=(Step("I ask", at=("Answer",), channel="phone"),)
        )
        document, enriched = enrich(data, journey)
        assert enriched.customers == ("l1",)
        assert enriched.activities == (("I ask", "a"),)
        assert enriched.touchpoints == ("f",)
        assert stripped(document) == data


@pytest.mark.parametrize("name", ["webshop", "claim"])
class TestExamples:
    def test_twice_is_once_and_strip_returns_the_bytes(self, name: str) -> None:
        data = (EXAMPLES / f"{name}.bpmn").read_bytes()
        journey = read_journey(EXAMPLES / f"{name}.journey.yaml")
        document, _ = enrich(data, journey)
        once = document.to_bytes()
        enrich_document(document, journey)
        assert document.to_bytes() == once
        assert stripped(document) == data

    def test_the_customer_may_be_called_as_the_first_enrichment_called_it(self, name: str) -> None:
        journey = read_journey(EXAMPLES / f"{name}.journey.yaml")
        document, enriched = enrich((EXAMPLES / f"{name}.bpmn").read_bytes(), journey)
        once = document.to_bytes()
        drawn = enriched.customers[0]
        for called in (drawn, document.element(drawn).get("name")):
            enrich_document(document, journey, customer=called or "")
            assert document.to_bytes() == once
        with pytest.raises(ElementNotFound):
            enrich_document(document, journey, customer="Nobody")

    def test_nothing_that_was_there_is_lost(self, name: str) -> None:
        data = (EXAMPLES / f"{name}.bpmn").read_bytes()
        document, _ = enrich(data, read_journey(EXAMPLES / f"{name}.journey.yaml"))
        before, after = data.decode().splitlines(), document.to_bytes().decode().splitlines()
        removed = [line for line in unified_diff(before, after, n=0) if line.startswith("-")]
        # Only the root, which declares our namespace, is another line (after the heading).
        assert [line for line in removed[1:] if "definitions" not in line] == []

    def test_the_journey_is_read_back(self, name: str) -> None:
        journey = read_journey(EXAMPLES / f"{name}.journey.yaml")
        document, _ = enrich((EXAMPLES / f"{name}.bpmn").read_bytes(), journey)
        read = build_graph(document).journey
        assert read is not None
        for told, kept in zip(journey.steps, read.steps, strict=True):
            assert (told.do, told.phase, told.channel, told.sees) == (
                kept.do,
                kept.phase,
                kept.channel,
                kept.sees,
            )
            assert (told.feels, told.waits, told.promise, told.told) == (
                kept.feels,
                kept.waits,
                kept.promise,
                kept.told,
            )
        assert [phase.name for phase in read.phases] == [phase.name for phase in journey.phases]


class TestAnotherJourney:
    def test_it_replaces_the_first_as_if_that_had_never_been(self) -> None:
        other = Journey("Other", customer="Client", steps=(Step("I call", at=("Check claim",)),))
        document, _ = enrich(models.PLAIN)
        enrich_document(document, other)
        fresh, _ = enrich(models.PLAIN, other)
        assert document.to_bytes() == fresh.to_bytes()

    def test_our_own_tasks_are_no_targets_for_it(self) -> None:
        document, _ = enrich(models.PLAIN)
        before = document.to_bytes()
        with pytest.raises(ElementNotFound):
            enrich_document(document, Journey("J", steps=(Step("I", at=("I ask",)),)))
        assert document.to_bytes() == before


class TestBadInput:
    def test_a_reference_to_nothing_names_file_and_line_and_changes_nothing(self) -> None:
        document = read_document(models.PLAIN)
        journey = Journey("J", steps=(Step("I", at=("Chek claim",), line=9),), path="j.yaml")
        with pytest.raises(ElementNotFound, match=r'^j.yaml:9: .*Did you mean "Check claim"'):
            enrich_document(document, journey)
        assert document.to_bytes() == models.PLAIN

    def test_an_ambiguous_reference_lists_the_candidates(self) -> None:
        data = models.PLAIN.replace(b"Send decision", b"Check claim")
        with pytest.raises(AmbiguousReference, match=r"id check.*id tell"):
            enrich(data)

    def test_no_process(self) -> None:
        with pytest.raises(InvalidDocument, match="no process"):
            enrich(models.definitions(""))

    def test_no_diagram(self) -> None:
        data = models.definitions('<process id="p"><task id="check" name="Check claim"/></process>')
        journey = Journey("J", steps=(Step("I ask", at=("check",)),))
        document, enriched = enrich(data, journey)
        assert [finding.code for finding in enriched.findings] == ["no-diagram"]
        assert b"BPMNShape" not in document.to_bytes()
        assert stripped(document) == data

    def test_what_is_not_drawn_carries_the_contact_itself(self) -> None:
        data = models.PLAIN.replace(b'bpmnElement="check"', b'bpmnElement="elsewhere"')
        document, enriched = enrich(data)
        assert "check" in enriched.touchpoints
        graph = build_graph(document)
        assert (graph.flows["check"].source, graph.flows["check"].target) == (
            "CjActivity_1",
            "check",
        )
        assert stripped(document) == data

    @pytest.mark.parametrize("number", ["NaN", "", "1e400", "left"])
    def test_coordinates_that_make_no_sense(self, number: str) -> None:
        data = models.PLAIN.replace(b'x="200"', f'x="{number}"'.encode())
        document, _ = enrich(data)
        assert stripped(document) == data

    def test_ids_that_are_taken(self) -> None:
        data = models.PLAIN.replace(b'id="check"', b'id="CjActivity_1"').replace(
            b'"check"', b'"CjActivity_1"'
        )
        document, _ = enrich(data)
        assert document.element("CjActivity_1").get("name") == "Check claim"
        assert document.element("CjActivity_1_2").get("name") == "I ask"
        assert stripped(document) == data

    def test_prefixes_that_are_taken(self) -> None:
        data = models.PLAIN.replace(b' id="defs"', b' xmlns:cj="urn:mine" id="defs"')
        document, _ = enrich(data)
        assert b'xmlns:cj2="http://cjbpmn.org/schema/1.0"' in document.to_bytes()
        assert b"<cj2:journey" in document.to_bytes()
        assert stripped(document) == data

    def test_a_gateway_gets_no_message_flow(self) -> None:
        data = models.PLAIN.replace(b"<task id", b"<exclusiveGateway id").replace(
            b"</task>", b"</exclusiveGateway>"
        )
        _, enriched = enrich(data)
        assert [finding.code for finding in enriched.findings] == ["no-contact"]


def test_the_order_of_the_steps_follows_after() -> None:
    journey = read_journey(
        "journey: J\ncustomer: C\nsteps:\n- do: I pay\n- do: I eat\n- {do: I tip, after: I pay}\n"
    )
    _, enriched = enrich(models.PLAIN, journey)
    assert [do for do, _ in enriched.activities] == ["I pay", "I tip", "I eat"]


def test_who_the_customer_is_can_be_said() -> None:
    data = models.BLACK_BOX.replace(b'"Customer"', b'"Jones"')
    journey = Journey("J", steps=(Step("I wait"),))
    _, enriched = enrich(data, journey, customer="Jones")
    assert enriched.customers == ("customer",)
    with pytest.raises(ElementNotFound, match="Smith"):
        enrich(data, journey, customer="Smith")


def test_every_field_of_a_step_is_written() -> None:
    step = Step(
        "I ask",
        at=("Check claim",),
        importance=5,
        met=40,
        moment_of_truth=True,
        moment_reason="first",
        thinks="hm",
        needs=(Need("help", level=1, met=20),),
        takes=parse_timespan("5 minutes"),
        waits=parse_timespan("2 days"),
        logical="yes",
        pains=(Insight("slow", 4),),
        channels=(ChannelUse("phone", content=(Content("a menu", "customer"),)),),
        expects="speed",
        promise="soon",
        told="no",
        fallback=(Fallback("Send decision", "letter"), Fallback("I call my sister")),
        source="customer",
        n=3,
        extra=(("weather", "rain"),),
    )
    document, _ = enrich(models.PLAIN, Journey("J", steps=(step,), customer="C"))
    read = build_graph(document).journey
    assert read is not None
    [kept] = read.steps
    names = (
        "importance met moment_of_truth moment_reason thinks needs expects promise told source n "
        "takes waits logical pains channels extra"
    )
    for name in names.split():
        assert getattr(kept, name) == getattr(step, name), name
    assert kept.fallback == (Fallback("tell", "letter"), Fallback("I call my sister"))
    [activity] = map(CustomerActivity, document.root.iter(qualified(CustomerActivity.tag)))
    assert activity.refs == ("check",)


class TestUnknownContent:
    """What a later version wrote in our namespace survives this one."""

    @staticmethod
    def from_the_future() -> bytes:
        document, _ = enrich(models.PLAIN)
        data = document.to_bytes()
        data = data.replace(b"<cj:emotion ", b'<cj:emotion texture="4" ', 1)
        data = data.replace(b"<cj:touchpoint ", b'<cj:weather sky="grey"/><cj:touchpoint ', 1)
        return data.replace(
            b"</cj:customerActivity>", b"<cj:mood><cj:deep/></cj:mood></cj:customerActivity>", 1
        ).replace(b'id="CjActivity_1"', b'id="CjActivity_1" cj:mood="x"', 1)

    @pytest.mark.parametrize("journey", [JOURNEY, Journey("K", customer="C", steps=JOURNEY.steps)])
    def test_it_survives_a_new_enrichment(self, journey: Journey) -> None:
        document = read_document(self.from_the_future())
        enrich_document(document, journey)
        once = document.to_bytes()
        for kept in (b'texture="4"', b'<cj:weather sky="grey"/>', b"<cj:deep/>", b'cj:mood="x"'):
            assert kept in once
        enrich_document(document, journey)
        assert document.to_bytes() == once

    def test_stripping_takes_it_too(self) -> None:
        assert stripped(read_document(self.from_the_future())) == models.PLAIN

    def test_what_cannot_be_kept_is_told(self) -> None:
        document = read_document(self.from_the_future())
        with pytest.warns(CjbpmnWarning, match="could not be kept"):
            enrich_document(document, Journey("J", customer="C", steps=(Step("I wait"),)))


def test_what_was_counted_stands_on_the_elements_that_it_is_about() -> None:
    journey = replace(
        JOURNEY,
        statistics=(Statistics(at=("Check claim",), count=12, complaints=3),),
        branches=(Branch(at=("Check claim -> Send decision",), share=40),),
    )
    document, _ = enrich(models.PLAIN, journey)
    counted = bpmn.extension(document.element("check"), "statistics")
    assert counted is not None
    assert counted.get("complaints") == "3"
    assert bpmn.extension(document.element("f2"), "branch") is not None
    assert stripped(document) == models.PLAIN
