"""Several journeys on one model: a lane each, or a step each on one node."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import models
import pytest
from test_enrichment import JOURNEY, WHITE_BOX, enrich, stripped

from cjbpmn.document import Document, read_document
from cjbpmn.enrichment import Enriched, enrich_document
from cjbpmn.errors import (
    ElementNotFound,
    InvalidJourney,
)
from cjbpmn.graph import build_graph
from cjbpmn.interaction import find_interaction_points
from cjbpmn.journey import (
    Emotion,
    Journey,
    Persona,
    Step,
)
from cjbpmn.journey.declared import journeys_of
from cjbpmn.names import qualified


class TestSeveralJourneys:
    """Several journeys on one model have a lane each."""

    TO_BE = replace(JOURNEY, name="Deciding soon", state="to-be", steps=JOURNEY.steps[1:])

    def enrich(self, data: bytes, *journeys: Journey) -> tuple[Document, Enriched]:
        document = read_document(data)
        enriched = enrich_document(document, journeys)
        return read_document(document.to_bytes()), enriched

    def test_one_in_a_list_is_the_same_as_one(self) -> None:
        assert (
            self.enrich(models.PLAIN, JOURNEY)[0].to_bytes() == enrich(models.PLAIN)[0].to_bytes()
        )

    def test_each_has_a_lane_with_its_own_way_through(self) -> None:
        document, enriched = self.enrich(models.PLAIN, JOURNEY, self.TO_BE)
        graph = build_graph(document)
        assert enriched.lanes == (("CjJourney_1", "CjLane"), ("CjJourney_2", "CjLane_2"))
        assert [node for _, node in enriched.activities] == [
            "CjActivity_1",
            "CjActivity_2",
            "CjActivity_2_1",
        ]
        paths = []
        for start in ("CjStart", "CjStart_2"):
            path, node = [], start
            while graph.outgoing(node):
                node = graph.outgoing(node)[0].target
                path.append(graph.nodes[node].lane)
            paths.append(path)
        assert paths == [["CjLane"] * 3, ["CjLane_2"] * 2]
        flows = [flow for flow in graph.flows.values() if flow.kind == "message"]
        assert [(flow.source, flow.target) for flow in flows] == [
            ("CjActivity_1", "check"),
            ("tell", "CjActivity_2"),
            ("tell", "CjActivity_2_1"),
        ]

    def test_they_are_read_back(self) -> None:
        anna = replace(JOURNEY, name="A", persona=Persona("Anna", prefers=("phone",)))
        bart = replace(self.TO_BE, name="B", persona=Persona("Bart"))
        document, _ = self.enrich(models.PLAIN, anna, bart)
        read, customers = journeys_of(document)
        assert customers == ("CjParticipant",)
        for told, kept in zip((anna, bart), read, strict=True):
            assert (kept.name, kept.state, kept.persona) == (told.name, told.state, told.persona)
            assert [step.do for step in kept.steps] == [step.do for step in told.steps]
            assert [phase.name for phase in kept.phases] == [phase.name for phase in told.phases]
            assert [step.phase for step in kept.steps] == [step.phase for step in told.steps]
            assert [step.feels for step in kept.steps] == [step.feels for step in told.steps]

    def test_twice_is_once_and_strip_returns_the_bytes(self) -> None:
        document, _ = self.enrich(models.PLAIN, JOURNEY, self.TO_BE, JOURNEY)
        once = document.to_bytes()
        enrich_document(document, [JOURNEY, self.TO_BE, JOURNEY])
        assert document.to_bytes() == once
        ids = [element.get("id") for element in document.root.iter() if element.get("id")]
        assert len(set(ids)) == len(ids)
        enrich_document(document, JOURNEY)
        assert document.to_bytes() == enrich(models.PLAIN)[0].to_bytes()
        assert stripped(document) == models.PLAIN

    def test_a_black_box_keeps_its_flows_for_the_first_and_gets_new_ones_for_the_others(
        self,
    ) -> None:
        buying = Journey("Buying", customer="Customer", steps=(Step("I order", at=("take",)),))
        document, _ = self.enrich(models.BLACK_BOX, buying, replace(buying, name="Again"))
        graph = build_graph(document)
        assert [flow.source for flow in graph.incoming("take", "message")] == [
            "CjActivity_1",
            "CjActivity_2_1",
        ]
        assert document.element("m1").get("sourceRef") == "customer"
        assert stripped(document) == models.BLACK_BOX

    def test_each_step_that_meets_one_node_has_a_flow_with_the_black_box_of_its_own(self) -> None:
        steps = (Step("I order", at=("take",)), Step("I order more", at=("take",), channel="email"))
        told = Journey("Buying", customer="Customer", steps=steps)
        document, _ = self.enrich(models.BLACK_BOX, told)
        graph = build_graph(document)
        assert [flow.source for flow in graph.incoming("take", "message")] == [
            "CjActivity_1",
            "CjActivity_2",
        ]
        own = [one for one in find_interaction_points(graph) if one.customer_node != "customer"]
        assert [point.channel for point in own] == [None, "email"]
        assert journeys_of(document)[0][0].steps == steps
        once = document.to_bytes()
        enrich_document(document, told)
        assert document.to_bytes() == once
        assert stripped(document) == models.BLACK_BOX

    def test_the_direction_that_a_step_tells_says_which_flow_of_the_black_box_is_its_own(
        self,
    ) -> None:
        there = b'<messageFlow id="m2" '
        asking = b'<messageFlow id="m9" sourceRef="customer" targetRef="send"/>'
        data = models.BLACK_BOX.replace(there, asking + there)
        steps = (
            Step("I ask for it", at=("send",), direction="from customer"),
            Step("I get it", at=("send",), direction="to customer"),
        )
        document, _ = self.enrich(data, Journey("Buying", customer="Customer", steps=steps))
        points = find_interaction_points(build_graph(document))
        assert [(point.customer_node, point.flows) for point in points] == [
            ("customer", ("m1",)),
            ("CjActivity_1", ("m9",)),
            ("CjActivity_2", ("m2",)),
        ]
        assert journeys_of(document)[0][0].steps == steps
        assert stripped(document) == data

    def test_a_node_that_is_there_carries_a_step_of_each(self) -> None:
        lunch = Journey(
            "Lunch",
            customer="Guest",
            persona=Persona("Office worker"),
            steps=(Step("I order", at=("Order",), feels=(Emotion(1),)),),
        )
        tourist = replace(
            lunch,
            name="Tour",
            persona=Persona("Tourist"),
            steps=(Step("I point at a picture", at=("Order",), feels=(Emotion(-2),)),),
        )
        document, enriched = self.enrich(WHITE_BOX, lunch, tourist)
        assert enriched.activities == (("I order", "order"), ("I point at a picture", "order"))
        assert enriched.lanes == (("CjJourney_1", None), ("CjJourney_2", None))
        assert document.element("order").get(qualified("cj:emotion")) == "1"
        read, _ = journeys_of(document)
        assert [[step.do for step in one.steps] for one in read] == [
            ["I order"],
            ["I point at a picture"],
        ]
        assert [one.persona.name for one in read if one.persona] == ["Office worker", "Tourist"]
        assert stripped(document) == WHITE_BOX

    @pytest.mark.parametrize(
        ("differences", "names"),
        [
            ([{"state": "as-is"}, {"state": "to-be"}], ["Anna (as-is)", "Anna (to-be)"]),
            ([{"view": "customer"}, {"view": "internal"}], ["Anna (customer)", "Anna (internal)"]),
            ([{}, {"state": "to-be"}], ["Anna", "Anna (to-be)"]),
            ([{"name": "A"}, {"name": "B"}], ["Anna (A)", "Anna (B)"]),
            ([{}, {}, {}], ["Anna (1)", "Anna (2)", "Anna (3)"]),
            ([{}, {"persona": Persona("Bart")}], ["Anna", "Bart"]),
        ],
    )
    def test_lanes_are_named_after_what_tells_them_apart(
        self, differences: list[dict[str, Any]], names: list[str]
    ) -> None:
        anna = replace(JOURNEY, persona=Persona("Anna"))
        document, _ = self.enrich(models.PLAIN, *(replace(anna, **one) for one in differences))
        graph = build_graph(document)
        assert [lane.name for lane in graph.lanes.values()] == names

    def test_none_is_refused(self) -> None:
        with pytest.raises(InvalidJourney, match="there is no journey"):
            self.enrich(models.PLAIN)

    def test_a_wrong_reference_in_any_of_them_changes_nothing(self) -> None:
        document = read_document(models.PLAIN)
        wrong = Journey("J", steps=(Step("I", at=("Chek claim",)),))
        with pytest.raises(ElementNotFound):
            enrich_document(document, [JOURNEY, wrong])
        assert document.to_bytes() == models.PLAIN
