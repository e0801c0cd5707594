"""What of a journey is drawn, and how the customer's lane fits other pools."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import models
import pytest
from test_enrichment import JOURNEY, enrich, stripped

from cjbpmn.contacts import find_contacts
from cjbpmn.diagram import Bounds, Diagram, waypoints_of
from cjbpmn.document import Document, read_document
from cjbpmn.enrichment import enrich_document
from cjbpmn.enrichment.extraction import extract_journeys
from cjbpmn.errors import (
    ElementNotFound,
    InvalidValue,
)
from cjbpmn.extensions.computed import Computed
from cjbpmn.graph import build_graph
from cjbpmn.interaction import find_interaction_points
from cjbpmn.journey import (
    Journey,
    Observation,
    Step,
)
from cjbpmn.journey.declared import journeys_of
from cjbpmn.names import qualified
from cjbpmn.timespan import parse_timespan


class TestWhatIsShown:
    """The data is written in any case; the drawing shows what people ask for."""

    JOURNEY = replace(
        JOURNEY,
        observations=(
            Observation("Nobody answers", at=("Check claim",), better="Call back"),
            Observation("The form is long", at=("start",)),
        ),
        steps=(
            JOURNEY.steps[0],
            Step("I wait", waits=parse_timespan("3 days")),
            JOURNEY.steps[1],
        ),
    )
    DRAWN = ("group", "categoryValue", "dataObjectReference", "textAnnotation", "association")

    def show(self, *words: str) -> Document:
        document = read_document(models.PLAIN)
        enrich_document(document, self.JOURNEY, show=words)
        return document

    @staticmethod
    def notes(document: Document) -> dict[str, str]:
        texts = document.root.iter(qualified("bpmn:textAnnotation"))
        return {note.get("id", ""): "".join(note.itertext()).strip() for note in texts}

    @pytest.mark.parametrize(
        ("word", "kinds"),
        [
            ("phases", {"group", "categoryValue"}),
            ("evidence", {"dataObjectReference"}),
            ("emotion", {"textAnnotation", "association"}),
            ("observations", {"textAnnotation", "association"}),
            ("waits", {"textAnnotation", "association"}),
        ],
    )
    def test_only_what_is_asked_for_is_drawn(self, word: str, kinds: set[str]) -> None:
        document = self.show(word)
        names = {element.tag.rpartition("}")[2] for element in document.root.iter("{*}*")}
        assert names & {*self.DRAWN} == kinds
        coloured = b"bioc:fill" in document.to_bytes()
        assert coloured == (word == "emotion")
        read, _ = journeys_of(document)
        assert [step.sees for step in read[0].steps] == [step.sees for step in self.JOURNEY.steps]
        assert stripped(document) == models.PLAIN

    def test_nothing_is_drawn_but_the_steps(self) -> None:
        names = {element.tag.rpartition("}")[2] for element in self.show().root.iter("{*}*")}
        assert not names & {*self.DRAWN, "dataObject", "category"}
        assert "task" in names

    def test_observations_stand_below_the_step_that_feels_them(self) -> None:
        document = self.show("observations")
        assert self.notes(document) == {
            "CjObservation_1": "Nobody answers\n→ Call back",
            "CjObservation_2": "start event start: The form is long",
        }
        link = document.element("CjObservationLink_1")
        assert link.get("sourceRef") == "CjActivity_1"
        # What is about something nearby is not tied to the step.
        with pytest.raises(ElementNotFound):
            document.element("CjObservationLink_2")

    def test_long_waits_are_marked_where_they_end_and_kept_in_one_place(self) -> None:
        document = self.show("waits")
        assert self.notes(document) == {"CjWait_2": "◷ 3 d"}
        [computed] = map(Computed, document.root.iter(qualified(Computed.tag)))
        [wait] = computed.waits
        assert (wait.start, wait.end, wait.expected) == (("CjActivity_1",), "CjActivity_2", 72)
        once = document.to_bytes()
        enrich_document(document, self.JOURNEY, show=["waits"])
        assert document.to_bytes() == once
        enrich_document(document, self.JOURNEY)
        assert next(document.root.iter(qualified(Computed.tag)), None) is None
        assert stripped(document) == models.PLAIN

    def test_a_word_that_is_none_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match=r"'feelings'.* phases, evidence, emotion"):
            self.show("feelings")


class TestLaneOfTheOrganisation:
    """The customer as a lane on top in the organisation's own pool."""

    POOL = models.definitions(
        """  <collaboration id="c"><participant id="shop" name="Shop" processRef="proc"/></collaboration>
  <process id="proc" name="Selling" isExecutable="false">
    <laneSet id="ls"><lane id="desk" name="Desk"><flowNodeRef>check</flowNodeRef>
      <flowNodeRef>tell</flowNodeRef></lane></laneSet>
    <startEvent id="begin"/>
    <task id="check" name="Check claim"/><sendTask id="tell" name="Send decision"/>
    <sequenceFlow id="f0" sourceRef="begin" targetRef="check"/>
    <sequenceFlow id="f1" sourceRef="check" targetRef="tell"/>
  </process>
"""
        + models.diagram(
            "c",
            models.shape("shop", 100, 100, 500, 200),
            models.shape("desk", 130, 100, 470, 200),
            models.shape("check", 200, 150),
            models.shape("tell", 400, 150),
        )
    )

    def enrich(self, data: bytes, journey: Journey = JOURNEY, **options: Any) -> Document:
        document = read_document(data)
        self.enriched = enrich_document(document, journey, placement="lane", **options)
        once = document.to_bytes()
        again = read_document(once)
        enrich_document(again, journey, placement="lane", **options)
        assert again.to_bytes() == once
        assert stripped(again) == data
        return read_document(once)

    @staticmethod
    def bounds(document: Document, identifier: str) -> Bounds:
        found = Diagram(document.element("plane")).bounds(identifier)
        assert found is not None
        return found

    def test_the_pool_grows_upwards_and_has_one_more_lane_on_top(self) -> None:
        document = self.enrich(self.POOL)
        graph = build_graph(document)
        assert self.enriched.customers == ("CjLane",)
        assert list(graph.participants) == ["shop"]
        assert list(graph.lanes) == ["CjLane", "desk"]
        pool, lane, desk = (self.bounds(document, one) for one in ("shop", "CjLane", "desk"))
        assert (pool.bottom, lane.bottom, pool.y) == (300, 100, lane.y)
        assert pool.right == lane.right == desk.right
        assert lane.x == desk.x

    def test_a_node_that_several_steps_meet_carries_a_touchpoint_for_each(self) -> None:
        steps = (
            Step("I ask", at=("Check claim",), channel="phone"),
            Step("I ask again", at=("Check claim",), channel="email", direction="both"),
            Step("I hear", at=("Send decision",), channel="letter"),
        )
        asking = replace(JOURNEY, steps=steps)
        other = Journey("J", customer="Customer", steps=(Step("I call", at=("Check claim",)),))
        document = read_document(self.POOL)
        enrich_document(document, [asking, other], placement="lane")
        once = document.to_bytes()
        graph = build_graph(document)
        assert {
            (one.customer_node, one.other_node, one.direction, one.channel, one.flows)
            for one in find_interaction_points(graph)
        } == {
            ("CjActivity_1", "check", "c2o", "phone", ("check",)),
            ("CjActivity_2", "check", "both", "email", ("check:2", "check:3")),
            ("CjActivity_3", "tell", "o2c", "letter", ("tell",)),
            ("CjActivity_2_1", "check", "c2o", None, ("check:4",)),
        }
        involved = find_contacts(graph, graph.customers)
        assert involved["check"].direction == "both"
        assert involved["CjActivity_2_1"].direction == "in"
        # An attribute has room for one.
        assert document.element("check").get(qualified("cj:channel")) == "phone"
        assert extract_journeys(document).journeys == (asking, other)
        enrich_document(document, [asking, other], placement="lane")
        assert document.to_bytes() == once
        assert stripped(document) == self.POOL

    def test_the_two_are_linked_by_associations_and_never_by_message_flows(self) -> None:
        document = self.enrich(self.POOL)
        assert next(document.root.iter(qualified("bpmn:messageFlow")), None) is None
        links = [document.element(f"CjTouchpoint_{number}") for number in (1, 2)]
        assert [(one.get("sourceRef"), one.get("targetRef")) for one in links] == [
            ("CjActivity_1", "check"),
            ("tell", "CjActivity_2"),
        ]
        assert {one.get("associationDirection") for one in links} == {"One"}
        points = find_interaction_points(build_graph(document))
        assert [(point.customer_node, point.other_node) for point in points] == [
            ("CjActivity_1", "check"),
            ("CjActivity_2", "tell"),
        ]

    def test_a_plain_process_gets_a_pool_with_two_lanes(self) -> None:
        document = self.enrich(models.PLAIN)
        graph = build_graph(document)
        assert [lane.name for lane in graph.lanes.values()] == ["Customer", "Claims"]
        assert {graph.nodes[one].lane for one in ("start", "check", "tell")} == {
            "CjOrganisationLane"
        }

    def test_what_runs_on_an_engine_is_left_alone_unless_forced(self) -> None:
        data = self.POOL.replace(b'isExecutable="false"', b'isExecutable="true"')
        document = read_document(data)
        with pytest.raises(InvalidValue, match=r'"Selling" runs on an engine.*force it'):
            enrich_document(document, JOURNEY, placement="lane")
        assert document.to_bytes() == data
        document = self.enrich(data, force=True)
        events = document.root.iter(qualified("bpmn:startEvent"), qualified("bpmn:endEvent"))
        assert [event.get("id") for event in events] == ["begin"]

    def test_where_there_is_no_room_the_customer_gets_a_pool(self) -> None:
        data = self.POOL.replace(
            b"</bpmndi:BPMNPlane>", models.shape("note", 200, 20).encode() + b"</bpmndi:BPMNPlane>"
        ).replace(b"  </process>", b'<textAnnotation id="note"/>  </process>')
        document = self.enrich(data)
        assert "no-room" in [finding.code for finding in self.enriched.findings]
        assert list(build_graph(document).participants) == ["CjParticipant", "shop"]

    def test_it_goes_without_a_diagram_too(self) -> None:
        data = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", self.POOL)
        document = self.enrich(data)
        assert list(build_graph(document).lanes) == ["CjLane", "desk"]

    def test_a_word_that_is_none_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="placement: 'floor' is none of pool, lane"):
            enrich_document(read_document(self.POOL), JOURNEY, placement="floor")


class TestUprightPools:
    """Where pools stand upright, the customer is a column at their left."""

    DATA = re.sub(
        rb'(BPMNShape id="(?:shop|desk)_shape")',
        rb'\1 isHorizontal="false"',
        TestLaneOfTheOrganisation.POOL,
    )

    def test_the_way_of_the_customer_runs_from_the_top_down(self) -> None:
        document, _ = enrich(self.DATA)
        diagram = Diagram(document.element("plane"))
        pool = diagram.shape("CjParticipant")
        assert pool is not None
        assert pool.get("isHorizontal") == "false"
        first, second = (diagram.bounds(f"CjActivity_{number}") for number in (1, 2))
        assert first is not None
        assert second is not None
        assert first.bottom < second.y
        assert first.x == second.x
        bounds = diagram.bounds("CjParticipant")
        assert bounds is not None
        assert bounds.right < 100
        edge = diagram.edge("CjTouchpoint_1")
        assert edge is not None
        points = waypoints_of(edge)
        assert points[0][0] == first.right
        assert points[-1][0] == 200
        assert stripped(document) == self.DATA

    def test_as_a_lane_it_is_the_leftmost(self) -> None:
        document, _ = enrich(self.DATA, placement="lane")
        diagram = Diagram(document.element("plane"))
        pool, lane = diagram.bounds("shop"), diagram.bounds("CjLane")
        assert pool is not None
        assert lane is not None
        assert (pool.right, lane.right, pool.x) == pytest.approx((600, 100, lane.x))
        assert stripped(document) == self.DATA
