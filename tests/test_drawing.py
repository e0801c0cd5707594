"""How a journey is drawn beyond the usual: legend, origin, first drawing, Signavio's colours."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import models
import pytest

from cjbpmn.diagram import Bounds, Diagram, bounds_of, main_diagram, waypoints_of
from cjbpmn.document import Document, read_document
from cjbpmn.emotion_scale import SCALE
from cjbpmn.enrichment import enrich_document
from cjbpmn.errors import InvalidValue
from cjbpmn.graph import build_graph
from cjbpmn.journey import Emotion, Journey, Step
from cjbpmn.journey.file import read_journey
from cjbpmn.names import qualified

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
JOURNEY = Journey(
    "Deciding",
    customer="Customer",
    steps=(
        Step("I ask", at=("Check claim",), channel="phone", feels=(Emotion(-2),)),
        Step("I hear", at=("Send decision",), channel="letter", feels=(Emotion(1),)),
    ),
)


def enrich(data: bytes, journey: Journey = JOURNEY, **options: Any) -> Document:
    """Enrich, and see that twice is once and that strip returns the bytes."""
    document = read_document(data)
    enrich_document(document, journey, **options)
    once = document.to_bytes()
    again = read_document(once)
    enrich_document(again, journey, **options)
    assert again.to_bytes() == once
    again.strip()
    assert again.to_bytes() == data
    return read_document(once)


def drawn(document: Document) -> Diagram:
    found = main_diagram(document.root)
    assert found is not None
    return found


def bounds(document: Document, identifier: str) -> Bounds:
    found = drawn(document).bounds(identifier)
    assert found is not None
    return found


class TestLegend:
    def test_it_says_each_step_of_the_scale_in_its_colours(self) -> None:
        document = enrich(models.PLAIN, legend=True)
        texts = [
            "".join(document.element(f"CjLegend_{number}").itertext()).strip()
            for number in range(1, 6)
        ]
        assert texts[0] == f"☹☹ {SCALE[-2].number} very unhappy"
        assert [text.split()[1] for text in texts] == [step.number for step in SCALE.values()]
        strokes = [
            document.element(f"CjLegend_{number}_di").get(qualified("bioc:stroke"))
            for number in range(1, 6)
        ]
        assert strokes == [step.stroke for step in SCALE.values()]

    @pytest.mark.parametrize("upright", [False, True])
    def test_it_stands_in_the_lane_beside_all_else(self, upright: bool) -> None:
        data = models.BLACK_BOX
        if upright:
            data = data.replace(b'id="shop_shape"', b'isHorizontal="false" id="shop_shape"')
        journey = Journey("J", customer="Customer", steps=(Step("I order", at=("take",)),))
        document = enrich(data, journey, legend=True)
        lane = bounds(document, "CjLane")
        places = [bounds(document, f"CjLegend_{number}") for number in range(1, 6)]
        assert all(place.union(lane) == lane for place in places)
        others = [bounds(document, one) for one in ("CjStart", "CjActivity_1", "CjEnd")]
        assert not any(a.overlaps(b) for a, b in combinations(places + others, 2))

    def test_it_takes_the_room_that_there_is(self) -> None:
        wide = models.PLAIN.replace(b'x="400" y="100"', b'x="2400" y="100"')
        journey = Journey("J", steps=(Step("I claim", at=("check",)),))
        with_it, without = enrich(wide, journey, legend=True), enrich(wide, journey)
        assert bounds(with_it, "CjParticipant").width == bounds(without, "CjParticipant").width
        assert bounds(with_it, "CjLegend_1").x > bounds(with_it, "CjEnd").right

    def test_without_colours_there_is_none(self) -> None:
        assert b"CjLegend" not in enrich(models.PLAIN, legend=True, show=["phases"]).to_bytes()


class TestOrigin:
    def test_the_whole_drawing_moves_to_where_camunda_modeler_puts_it(self) -> None:
        document = enrich(models.BLACK_BOX, self.journey(), origin="normalize")
        extent = drawn(document).extent()
        assert extent is not None
        assert (extent.x, extent.y) == (150, 75)
        edge = drawn(document).edge("m1")
        assert edge is not None
        take, pool = bounds(document, "take"), bounds(document, "customer")
        assert waypoints_of(edge) == [(take.centre[0], pool.bottom), (take.centre[0], take.y)]

    def test_numbers_that_make_no_sense_stay(self) -> None:
        data = models.BLACK_BOX.replace(b'x="300"', b'x="NaN"')
        document = enrich(data, self.journey(), origin="normalize")
        assert document.element("pick_shape")[0].get("x") == "NaN"

    def test_numbers_come_back_as_they_were_written_also_at_once(self) -> None:
        """A file may be written as tools write it that write files anew, and be none of theirs."""
        data = models.BLACK_BOX.replace(b"/>", b" />").replace(b'x="300"', b'x="300.0"')
        document = read_document(data)
        enrich_document(document, self.journey(), origin="normalize")
        document.strip()
        assert document.to_bytes() == data

    def test_a_word_that_is_none_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="origin: 'zero' is none of keep, normalize"):
            enrich(models.PLAIN, origin="zero")

    @staticmethod
    def journey() -> Journey:
        return Journey("J", customer="Customer", steps=(Step("I order", at=("take",)),))


class TestSignavio:
    DATA = models.PLAIN.replace(
        b' id="defs"', b' xmlns:signavio="http://www.signavio.com" id="defs"'
    )

    def test_it_gets_the_colours_in_its_own_way(self) -> None:
        document = enrich(self.DATA)
        metadata = document.element("CjActivity_1").iter("{http://www.signavio.com}*")
        assert {one.get("metaKey"): one.get("metaValue") for one in metadata} == {
            "bgcolor": SCALE[-2].fill,
            "bordercolor": SCALE[-2].stroke,
        }
        assert b'<signavio:signavioMetaData metaKey="bgcolor"' in document.to_bytes()

    def test_others_do_not(self) -> None:
        assert b"signavio" not in enrich(models.PLAIN).to_bytes()

    def test_nor_does_it_where_no_colours_are_shown(self) -> None:
        assert b"bgcolor" not in enrich(self.DATA, show=["phases"]).to_bytes()


def bare(name: str) -> bytes:
    data = (EXAMPLES / f"{name}.bpmn").read_bytes()
    return re.sub(rb"<(\w+:)BPMNDiagram.*</(\w+:)BPMNDiagram>\s*", b"", data, flags=re.DOTALL)


class TestFirstDrawing:
    @pytest.mark.parametrize("name", ["webshop", "claim"])
    def test_a_model_without_one_gets_one_where_nothing_lies_on_anything(self, name: str) -> None:
        journey = read_journey(EXAMPLES / f"{name}.journey.yaml")
        document = enrich(bare(name), journey, layout=True)
        graph = build_graph(document)
        diagram = drawn(document)
        frames = {*graph.participants, *graph.lanes}
        nodes = {one.id for one in graph.nodes.values() if one.scope is None} - frames
        assert nodes <= {one for one, _ in diagram.drawn()}
        attached = {one.id for one in graph.nodes.values() if one.type == "boundaryEvent"}
        places = [place for one, place in diagram.drawn() if one in nodes - attached]
        assert not any(a.overlaps(b) for a, b in combinations(places, 2))
        for node in nodes:
            pool = bounds(document, graph.nodes[node].participant or "")
            place = bounds(document, node)
            assert place.union(pool) == pool
        for flow in graph.flows.values():
            ends = {flow.source, flow.target}
            if ends <= nodes:
                assert diagram.edge(flow.id) is not None

    def test_only_if_asked_for(self) -> None:
        journey = read_journey(EXAMPLES / "webshop.journey.yaml")
        assert main_diagram(enrich(bare("webshop"), journey).root) is None

    def test_what_is_drawn_stays_as_it_is(self) -> None:
        assert enrich(models.PLAIN, layout=True).to_bytes() == enrich(models.PLAIN).to_bytes()

    def test_ways_back_and_closed_pools(self) -> None:
        data = models.definitions(
            """<collaboration id="c"><participant id="partner" name="Partner"/>
            <participant id="shop" processRef="p"/>
            <messageFlow id="m" sourceRef="a" targetRef="partner"/></collaboration>
            <process id="p"><task id="a" name="Check claim"/><task id="b" name="Send decision"/>
            <sequenceFlow id="f" sourceRef="a" targetRef="b"/>
            <sequenceFlow id="g" sourceRef="b" targetRef="a"/></process>"""
        )
        document = enrich(data, layout=True)
        assert bounds(document, "a").right < bounds(document, "b").x
        edges = [drawn(document).edge(one) for one in ("f", "g", "m")]
        assert all(edge is not None and len(waypoints_of(edge)) >= 2 for edge in edges)
        assert bounds_of(document.element("partner_di")) is not None


class TestCommandLine:
    """What Python takes as keywords, the command line takes as options."""

    @staticmethod
    def enrich(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
        model = EXAMPLES / "webshop.bpmn"
        call = [sys.executable, "-m", "cjbpmn", "enrich", str(model)]
        call += ["-j", str(model.with_suffix(".journey.yaml")), "-o", str(tmp_path / "x.bpmn")]
        return subprocess.run(  # noqa: S603 - our own program
            [*call, *options], capture_output=True, text=True, check=False
        )

    def test_all_of_it_is_handed_on(self, tmp_path: Path) -> None:
        options = ["--show", "emotion", "--show", "waits", "--legend", "--origin", "normalize"]
        done = self.enrich(tmp_path, *options, "--placement", "lane", "--force", "--layout")
        assert done.returncode == 0, done.stderr
        document = read_document(EXAMPLES / "webshop.bpmn")
        enrich_document(
            document,
            read_journey(EXAMPLES / "webshop.journey.yaml"),
            show=["emotion", "waits"],
            legend=True,
            origin="normalize",
            placement="lane",
            force=True,
            layout=True,
        )
        assert (tmp_path / "x.bpmn").read_bytes() == document.to_bytes()

    def test_a_process_that_runs_is_refused_with_a_reason(self, tmp_path: Path) -> None:
        done = self.enrich(tmp_path, "--placement", "lane")
        assert done.returncode == 3
        assert "runs on an engine" in done.stderr
        assert not (tmp_path / "x.bpmn").exists()
