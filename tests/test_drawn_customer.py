"""What is drawn around a customer whom the model draws itself."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import models
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modeller_bench import Job, model_ids, shown_ids
from test_modeller import kinds, our_elements

from cjbpmn.diagram import Bounds, Diagram, bounds_of, main_diagram, waypoints_of
from cjbpmn.document import Document, read_document
from cjbpmn.elements import Element
from cjbpmn.emotion_scale import SCALE
from cjbpmn.enrichment import Enriched, Show, enrich_document, extract_journeys
from cjbpmn.enrichment.band import Callout, Content, Heading, lay_out_band
from cjbpmn.enrichment.surroundings import Surroundings, look_around
from cjbpmn.errors import CjbpmnError
from cjbpmn.graph import build_graph
from cjbpmn.journey import (
    Duration,
    Emotion,
    Evidence,
    Journey,
    Observation,
    Persona,
    Phase,
    Step,
)
from cjbpmn.names import CJ, local_name, qualified
from cjbpmn.timespan import parse_timespan

if TYPE_CHECKING:
    from modeller_bench import Bench

SHRUNK = 0.01

JOURNEY = Journey(
    "Lunch",
    customer="Guest",
    phases=(Phase("choosing"), Phase("eating")),
    steps=(
        Step("I sit down", at=("come",), phase="choosing", feels=(Emotion(1),)),
        Step("I choose", at=("choose",), phase="choosing", sees=(Evidence("menu"),)),
        Step(
            "I wait",
            at=("wait",),
            phase="eating",
            feels=(Emotion(-2),),
            sees=(Evidence("buzzer"), Evidence("screen")),
        ),
    ),
    observations=(Observation("Nobody says how long it takes", at=("wait",)),),
)
WAITING = replace(JOURNEY, durations=(Duration(("cook0",), takes=parse_timespan("3 days")),))
POOL = Bounds(100, 100, 700, 200)


def model(
    guest: Bounds = POOL,
    *others: Bounds,
    colours: str = "",
    inner: str = "",
    upright: bool = False,
) -> bytes:
    """Draw a guest's pool with three nodes in its middle, and other pools with one task each."""

    def flip(bounds: Bounds) -> Bounds:
        return Bounds(bounds.y, bounds.x, bounds.height, bounds.width) if upright else bounds

    def shape(name: str, bounds: Bounds, more: str = "") -> str:
        where = flip(bounds)
        drawn = models.shape(name, where.x, where.y, where.width, where.height)
        return drawn.replace(">", f" {more}>", 1) if more else drawn

    run = f'isHorizontal="{str(not upright).lower()}"'
    pools = "".join(
        f'<participant id="org{number}" name="Kitchen {number}" processRef="q{number}"/>'
        for number, _ in enumerate(others)
    )
    processes = "".join(
        f"""<process id="q{number}"><startEvent id="asked{number}"><messageEventDefinition/>
        </startEvent><task id="cook{number}" name="Cook {number}"/>
        <sequenceFlow id="g{number}" sourceRef="asked{number}" targetRef="cook{number}"/>
        </process>"""
        for number, _ in enumerate(others)
    )
    flows = '<messageFlow id="m1" sourceRef="choose" targetRef="asked0"/>' if others else ""
    flows += '<messageFlow id="m2" sourceRef="cook0" targetRef="wait"/>' if others else ""
    middle = guest.y + guest.height / 2
    shapes = [
        shape("guest", guest, run),
        shape("come", Bounds(guest.x + 80, middle - 18, 36, 36)),
        shape("choose", Bounds(guest.x + 200, middle - 40, 100, 80)),
        shape("wait", Bounds(guest.x + 400, middle - 40, 100, 80), colours),
    ]
    for number, bounds in enumerate(others):
        cook = Bounds(bounds.x + 300, bounds.y + bounds.height / 2 - 40, 100, 80)
        shapes.append(shape(f"org{number}", bounds, run))
        shapes.append(shape(f"cook{number}", cook))
        shapes.append(shape(f"asked{number}", Bounds(cook.x - 120, cook.y + 22, 36, 36)))
    data = models.definitions(
        f"""<collaboration id="c"><participant id="guest" name="Guest" processRef="p"/>{pools}
        {flows}</collaboration>
        <process id="p"><startEvent id="come" name="Hungry"/><task id="choose" name="Choose a dish"/>
        <task id="wait" name="Wait">{inner}</task>
        <sequenceFlow id="f1" sourceRef="come" targetRef="choose"/>
        <sequenceFlow id="f2" sourceRef="choose" targetRef="wait"/></process>{processes}"""
        + models.diagram("c", *shapes)
    )
    names = (
        'xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" '
        'xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0" '
        'xmlns:signavio="http://www.signavio.com" id="defs"'
    )
    return data.replace(b'id="defs"', names.encode()) if colours or inner else data


def lanes(guest: int, *, pool: bool = True) -> bytes:
    """Draw a pool of three lanes, one of which is the guest's."""
    names = ["Desk", "Kitchen"]
    names.insert(guest, "Guest")
    tasks = {"Desk": ("order",), "Kitchen": ("cook",), "Guest": ("come", "choose", "wait")}
    lane_set = "".join(
        f'<lane id="lane_{name}" name="{name}">'
        + "".join(f"<flowNodeRef>{task}</flowNodeRef>" for task in tasks[name])
        + "</lane>"
        for name in names
    )
    shapes = [models.shape("pool", 100, 100, 800, 450)] if pool else []
    for number, name in enumerate(names):
        y = 100 + 150 * number
        shapes.append(models.shape(f"lane_{name}", 130, y, 770, 150))
        for place, task in enumerate(tasks[name]):
            shapes.append(models.shape(task, 200 + 220 * place, y + 35))
    nodes = "".join(f'<task id="{one}" name="{one}"/>' for some in tasks.values() for one in some)
    told = (
        '<collaboration id="c"><participant id="pool" name="Inn" processRef="p"/></collaboration>'
    )
    return models.definitions(
        (told if pool else "")
        + f'<process id="p"><laneSet id="ls">{lane_set}</laneSet>{nodes}</process>'
        + models.diagram("c" if pool else "p", *shapes)
    )


def draw(
    data: bytes, journey: Journey | list[Journey] = JOURNEY, **options: Any
) -> tuple[Document, Enriched]:
    """Enrich a model; twice is once, stripping gives the bytes, nothing lies on anything."""
    document = read_document(data)
    enriched = enrich_document(document, journey, **options)
    once = document.to_bytes()
    again = read_document(once)
    enrich_document(again, journey, **options)
    assert again.to_bytes() == once
    again.strip()
    assert again.to_bytes() == data
    assert list(clashes(read_document(data), document)) == []
    return document, enriched


def ours(document: Document) -> dict[str, Bounds]:
    """Return where our shapes are drawn."""
    diagram = main_diagram(document.root)
    drawn = {} if diagram is None else dict(diagram.drawn())
    return {identifier: box for identifier, box in drawn.items() if identifier.startswith("Cj")}


def shrunk(box: Bounds) -> Bounds:
    return Bounds(box.x + SHRUNK, box.y + SHRUNK, box.width - 2 * SHRUNK, box.height - 2 * SHRUNK)


def clashes(plain: Document, enriched: Document) -> Iterator[tuple[str, str]]:
    """Yield what of ours lies on something else."""
    diagram = main_diagram(plain.root)
    new = {identifier: shrunk(box) for identifier, box in ours(enriched).items()}
    for (one, box), (other, there) in combinations(new.items(), 2):
        if box.overlaps(there):
            yield one, other
    if diagram is not None:
        around = look_around(plain, build_graph(plain), diagram)
        for one, box in new.items():
            yield from ((one, str(there)) for there in around.solid if box.overlaps(there))


def texts(document: Document) -> dict[str, str]:
    notes = document.root.iter(qualified("bpmn:textAnnotation"))
    return {note.get("id", ""): "".join(note.itertext()).strip() for note in notes}


def line(document: Document, identifier: str) -> list[tuple[float, float]]:
    diagram = main_diagram(document.root)
    edge = None if diagram is None else diagram.edge(identifier)
    return [] if edge is None else waypoints_of(edge)


def whole(boxes: dict[str, Bounds]) -> Bounds:
    first, *rest = boxes.values()
    for box in rest:
        first = first.union(box)
    return first


class TestWhereItIsDrawn:
    def test_above_a_pool_on_top(self) -> None:
        document, enriched = draw(model(Bounds(100, 100, 700, 200), Bounds(100, 340, 700, 150)))
        assert not enriched.created
        assert not enriched.findings
        band = whole(ours(document))
        assert -100 < band.y < band.bottom < 100
        assert texts(document) == {
            "CjEmotion_1": "☺ +1 happy",
            "CjEvidence_2": "▤ menu",
            "CjEmotion_3": "☹☹ \N{MINUS SIGN}2 very unhappy",
            "CjEvidence_3": "▤ buzzer\n▤ screen",
        }

    def test_below_a_pool_at_the_bottom(self) -> None:
        document, _ = draw(model(Bounds(100, 340, 700, 200), Bounds(100, 100, 700, 200)))
        assert whole(ours(document)).y > 540

    def test_next_to_the_pool_where_there_is_room_between_pools(self) -> None:
        above, below = Bounds(100, -300, 700, 150), Bounds(100, 340, 700, 150)
        document, _ = draw(model(Bounds(100, 100, 700, 200), above, below))
        band = whole(ours(document))
        assert above.bottom < band.y < band.bottom < 100
        assert "CjTitle" not in texts(document)

    def test_beyond_other_pools_where_there_is_none_and_says_whose_it_is(self) -> None:
        above, below = Bounds(100, -100, 700, 150), Bounds(100, 340, 700, 600)
        document, _ = draw(model(Bounds(100, 100, 700, 200), above, below))
        band = whole(ours(document))
        assert band.bottom < above.y
        assert texts(document)["CjTitle"] == "Guest"

    def test_beside_what_stands_beside_the_pool(self) -> None:
        # A pool far to the right is no reason to go elsewhere.
        document, _ = draw(model(Bounds(100, 100, 700, 200), Bounds(900, -100, 600, 400)))
        assert 0 < 100 - whole(ours(document)).bottom < 60

    @pytest.mark.parametrize("shift", [0, -2000])
    def test_to_the_left_of_an_upright_pool_wherever_it_is(self, shift: int) -> None:
        guest = Bounds(100, 100 + shift, 700, 200)
        document, _ = draw(model(guest, Bounds(100, 340 + shift, 700, 200), upright=True))
        band = whole(ours(document))
        assert band.right < 100 + shift
        assert ours(document)["CjPhaseBox_1"].bottom <= ours(document)["CjPhaseBox_2"].y

    def test_to_the_right_of_the_last_upright_pool(self) -> None:
        guest, other = Bounds(100, 340, 700, 200), Bounds(100, 100, 700, 200)
        document, _ = draw(model(guest, other, upright=True))
        assert whole(ours(document)).x > 540

    def test_at_negative_coordinates(self) -> None:
        document, _ = draw(model(Bounds(-900, -800, 700, 200), Bounds(-900, -560, 700, 200)))
        assert -1000 < whole(ours(document)).y < whole(ours(document)).bottom < -800

    @pytest.mark.parametrize(("place", "is_above"), [(0, True), (1, True), (2, False)])
    @pytest.mark.parametrize("pool", [True, False])
    def test_around_the_pool_of_a_lane(self, place: int, is_above: bool, pool: bool) -> None:
        document, enriched = draw(lanes(place, pool=pool))
        assert enriched.customers == ("lane_Guest",)
        band = whole(ours(document))
        assert band.bottom < 100 if is_above else band.y > 550

    def test_each_of_two_customers_has_a_band_of_its_own(self) -> None:
        data = model(Bounds(100, 100, 700, 200), Bounds(100, 400, 700, 150))
        data = data.replace(b'name="Kitchen 0"', b'name="Cook"')
        cooking = Journey(
            "Work",
            customer="Cook",
            phases=(Phase("cooking"),),
            steps=(Step("I cook", at=("cook0",), phase="cooking", feels=(Emotion(0),)),),
        )
        document, enriched = draw(data, [JOURNEY, cooking])
        assert enriched.customers == ("guest", "org0")
        boxes = ours(document)
        assert boxes["CjPhaseBox_1"].bottom < 100
        assert boxes["CjPhaseBox_2_1"].y > 550
        # Each is alone beside its pool, so nobody has to say whose it is.
        assert texts(document)["CjEmotion_2_1"] == "● 0 neutral"
        assert "CjTitle" not in texts(document)

    def test_the_collaboration_holds_it_and_the_process_stays_as_it_is(self) -> None:
        data = model()
        document, _ = draw(data)
        shown = document.element("c")
        artifacts = {"textAnnotation", "association", "group"}
        found = [one for one in document.root.iter("{*}*") if local_name(one.tag) in artifacts]
        assert found
        assert all(one.getparent() is shown for one in found)
        assert outline(document.element("p")) == outline(read_document(data).element("p"))

    def test_without_a_collaboration_the_process_holds_it(self) -> None:
        document, _ = draw(lanes(0, pool=False))
        assert document.element("CjEmotion_1").getparent() is document.element("p")


def outline(element: Element) -> list[object]:
    """Return the elements without what extends them."""
    return [
        (child.tag, child.get("id"), outline(child))
        for child in element.iterchildren("{*}*")
        if local_name(child.tag) != "extensionElements"
    ]


class TestWhatIsDrawn:
    def test_notes_stand_over_their_nodes_with_a_line_straight_up(self) -> None:
        document, _ = draw(model())
        for link, note, node in (
            ("CjEmotionLink_1", "CjEmotion_1", "come"),
            ("CjEvidenceLink_2", "CjEvidence_2", "choose"),
            ("CjEmotionLink_3", "CjEmotion_3", "wait"),
        ):
            association = document.element(link)
            assert (association.get("sourceRef"), association.get("targetRef")) == (node, note)
            (x, y), (to_x, to_y) = line(document, link)
            diagram = main_diagram(document.root)
            assert diagram is not None
            place = diagram.bounds(node)
            assert place is not None
            assert (x, y) == (place.centre[0], place.y)
            assert (to_x, to_y) == (x, ours(document)[note].bottom)

    def test_a_line_goes_around_what_stands_above_its_node(self) -> None:
        data = model(Bounds(100, 100, 700, 400)).replace(
            b'<task id="choose"', b'<task id="above" name="Above"/><task id="choose"'
        )
        higher = models.shape("above", 290, 140).encode()
        document, _ = draw(data.replace(b"</bpmndi:BPMNPlane>", higher + b"</bpmndi:BPMNPlane>"))
        for (x, y), (to_x, to_y) in pairwise(line(document, "CjEvidenceLink_2")):
            part = Bounds(min(x, to_x), min(y, to_y), abs(x - to_x), abs(y - to_y))
            assert not part.overlaps(Bounds(290, 140, 100, 80))

    def test_headings_reach_as_far_as_the_nodes_of_their_phase(self) -> None:
        document, _ = draw(model())
        first, second = (ours(document)[f"CjPhaseBox_{number}"] for number in (1, 2))
        assert (first.x, first.right) == (172, 408)
        assert (second.x, second.right) == (492, 608)
        assert first.y == second.y
        values = document.root.iter(qualified("bpmn:categoryValue"))
        assert [value.get("value") for value in values] == ["choosing", "eating"]

    def test_a_phase_that_another_one_interrupts_has_two_headings(self) -> None:
        steps = [
            replace(step, phase=phase) for step, phase in zip(JOURNEY.steps, "aba", strict=True)
        ]
        journey = replace(JOURNEY, phases=(Phase("a"), Phase("b")), steps=tuple(steps))
        document, _ = draw(model(), journey)
        groups = list(document.root.iter(qualified("bpmn:group")))
        value = [group.get("categoryValueRef") for group in groups]
        assert value == ["CjCategoryValue_1", "CjCategoryValue_2", "CjCategoryValue_1"]

    def test_headings_that_would_lie_on_each_other_stand_in_rows(self) -> None:
        long = "a phase with a name that is far too long for the node that it stands over"
        steps = [
            replace(step, phase=phase)
            for step, phase in zip(JOURNEY.steps, ("a", long, "c"), strict=True)
        ]
        journey = replace(JOURNEY, phases=(Phase("a"), Phase(long), Phase("c")), steps=tuple(steps))
        boxes = ours(draw(model(), journey)[0])
        assert boxes["CjPhaseBox_1"].bottom < boxes["CjPhaseBox_2"].y
        assert boxes["CjPhaseBox_1"].y == boxes["CjPhaseBox_3"].y

    @pytest.mark.parametrize(
        ("word", "kinds"),
        [
            ("phases", {"CjPhaseBox"}),
            ("evidence", {"CjEvidence"}),
            ("emotion", {"CjEmotion"}),
            ("observations", {"CjObservation"}),
            ("waits", {"CjWait"}),
        ],
    )
    def test_only_what_is_asked_for_is_drawn(self, word: str, kinds: set[str]) -> None:
        data = model(Bounds(100, 100, 700, 200), Bounds(100, 340, 700, 150))
        document, _ = draw(data, WAITING, show=[word])
        assert {one.rpartition("_")[0] for one in ours(document)} == kinds
        assert (b"bioc:fill" in document.to_bytes()) == (word == "emotion")

    def test_nothing_is_drawn_where_nothing_is_asked_for(self) -> None:
        document, _ = draw(model(), show=[])
        assert not ours(document)
        assert b"category" not in document.to_bytes()

    def test_the_legend_stands_behind_the_rest(self) -> None:
        document, _ = draw(model(), legend=True)
        boxes = ours(document)
        legend = {one: box for one, box in boxes.items() if one.startswith("CjLegend")}
        rest = {one: box for one, box in boxes.items() if one not in legend}
        assert len(legend) == 5
        assert whole(legend).x > whole(rest).right
        assert legend["CjLegend_1"].y < legend["CjLegend_5"].y

    def test_below_an_upright_pool_the_legend_stands_line_below_line(self) -> None:
        guest, other = Bounds(100, 100, 700, 200), Bounds(100, 340, 700, 200)
        document, _ = draw(model(guest, other, upright=True), legend=True)
        boxes = ours(document)
        legend = [box for one, box in sorted(boxes.items()) if one.startswith("CjLegend")]
        rest = [box for one, box in boxes.items() if not one.startswith("CjLegend")]
        assert len({box.x for box in legend}) == 1
        assert all(one.bottom < other.y for one, other in pairwise(legend))
        assert legend[0].y > max(box.bottom for box in rest)

    def test_what_is_about_something_else_is_not_tied_to_the_node(self) -> None:
        data = model(
            Bounds(100, 100, 700, 200), Bounds(100, 340, 700, 150), Bounds(100, 500, 700, 99)
        )
        slow = Observation("The kitchen is slow", at=("cook1",))
        document, _ = draw(data, replace(JOURNEY, observations=(slow,)), show=["observations"])
        assert texts(document) == {"CjObservation_1": "Cook 1: The kitchen is slow"}
        assert next(document.root.iter(qualified("bpmn:association")), None) is None

    def test_two_steps_at_one_node_say_which_is_which(self) -> None:
        steps = (*JOURNEY.steps, Step("I go on waiting", at=("wait",), feels=(Emotion(-1),)))
        document, _ = draw(model(), replace(JOURNEY, steps=steps))
        found = texts(document)
        assert found["CjEmotion_3"] == "I wait:\n☹☹ \N{MINUS SIGN}2 very unhappy"
        assert found["CjEmotion_4"] == "I go on waiting:\n☹ \N{MINUS SIGN}1 unhappy"
        assert found["CjEmotion_1"] == "☺ +1 happy"

    def test_what_stands_in_a_closed_sub_process_is_told_of_that(self) -> None:
        data = model().replace(
            b'<task id="wait" name="Wait"></task>',
            b'<subProcess id="wait" name="Wait"><task id="hear" name="Hear"/></subProcess>',
        )
        journey = replace(
            JOURNEY,
            observations=(),
            steps=(Step("I hear it", at=("hear",), feels=(Emotion(2),)),),
        )
        document, enriched = draw(data, journey)
        assert enriched.activities == (("I hear it", "hear"),)
        assert document.element("CjEmotionLink_1").get("sourceRef") == "wait"
        assert texts(document)["CjEmotion_1"] == "I hear it:\n☺☺ +2 very happy"
        assert b"bioc" not in document.to_bytes()

    def test_several_journeys_say_whose_notes_and_phases_these_are(self) -> None:
        now = replace(JOURNEY, state="as-is", persona=Persona("Ben"))
        soon = replace(now, state="to-be", steps=(replace(now.steps[2], feels=(Emotion(2),)),))
        document, _ = draw(model(), [now, soon], show=list(Show))
        found = texts(document)
        assert found["CjEmotion_3"] == "Ben (as-is):\n☹☹ \N{MINUS SIGN}2 very unhappy"
        assert found["CjEmotion_2_1"] == "Ben (to-be):\n☺☺ +2 very happy"
        assert (found["CjTitle"], found["CjTitle_2"]) == ("Ben (as-is)", "Ben (to-be)")
        boxes = ours(document)
        assert boxes["CjPhaseBox_1"].bottom < boxes["CjPhaseBox_2_1"].y
        # One node has one colour: the first journey's.
        assert fill(document, "wait") == SCALE[-2].fill


def fill(document: Document, node: str) -> str | None:
    diagram = main_diagram(document.root)
    shape = None if diagram is None else diagram.shape(node)
    return None if shape is None else shape.get(qualified("bioc:fill"))


class TestColours:
    @pytest.mark.parametrize(
        "colours",
        [
            'bioc:stroke="#000000" bioc:fill="#ffffff"',
            'color:border-color="black" color:background-color="WHITE"',
            'bioc:fill="#FFFFFF"',
        ],
    )
    def test_black_on_white_is_no_colour(self, colours: str) -> None:
        document, _ = draw(model(colours=colours))
        assert fill(document, "wait") == SCALE[-2].fill

    @pytest.mark.parametrize(
        "colours",
        [
            'bioc:stroke="#831311" bioc:fill="#ffcdd2"',
            'bioc:fill="#000000"',
            'color:border-color="#205022"',
        ],
    )
    def test_a_colour_that_somebody_gave_stays(self, colours: str) -> None:
        data = model(colours=colours)
        document, _ = draw(data)
        before = read_document(data).element("wait_shape")
        assert dict(document.element("wait_shape").attrib) == dict(before.attrib)
        assert texts(document)["CjEmotion_3"] == "☹☹ \N{MINUS SIGN}2 very unhappy"
        assert fill(document, "come") == SCALE[1].fill

    def test_signavio_is_told_in_its_own_words(self) -> None:
        said = "<extensionElements>{}</extensionElements>".format(
            "".join(
                f'<signavio:signavioMetaData metaKey="{key}" metaValue="{value}"/>'
                for key, value in (("bgcolor", "#ffffcc"), ("x", "y"), ("bordercolor", "#000000"))
            )
        )
        document, _ = draw(model(inner=said))
        values = [
            one.get("metaValue") for one in document.element("wait").iter("{*}signavioMetaData")
        ]
        assert values == [SCALE[-2].fill, "y", SCALE[-2].stroke]
        document, _ = draw(model(inner=said.replace("#ffffcc", "#FF0000")))
        assert fill(document, "wait") is None


class TestWhatCannotBeDrawn:
    def test_a_pool_that_is_not_drawn(self) -> None:
        data = model()
        start, end = (
            data.index(b'<bpmndi:BPMNShape id="guest_shape"'),
            data.rindex(b"</bpmndi:BPMNPl"),
        )
        hidden = data[:start] + models.shape("c", 0, 0).encode() + data[end:]
        document, enriched = draw(hidden)
        assert not ours(document)
        [finding] = enriched.findings
        assert (finding.code, finding.elements) == ("not-drawn", ("come", "choose", "wait"))

    def test_a_part_that_is_not_drawn(self) -> None:
        data = model().replace(models.shape("wait", 500, 160.0).encode(), b"")
        document, enriched = draw(data)
        assert "CjEmotion_1" in ours(document)
        assert "CjEmotion_3" not in ours(document)
        assert [finding.elements for finding in enriched.findings] == [("wait",)]

    def test_a_model_without_a_diagram_gets_one_if_asked(self) -> None:
        data = model()
        bare = data[: data.index(b"<bpmndi:BPMNDiagram")] + b"</definitions>"
        document, enriched = draw(bare)
        assert [finding.code for finding in enriched.findings] == ["no-diagram"]
        assert not list(document.root.iter(qualified("bpmn:textAnnotation")))
        document = read_document(bare)
        enriched = enrich_document(document, JOURNEY, layout=True)
        assert not enriched.findings
        assert "CjEmotion_3" in ours(document)
        document.strip()
        assert document.to_bytes() == bare

    def test_a_black_box_is_still_opened(self) -> None:
        document = read_document(models.BLACK_BOX)
        journey = replace(JOURNEY, customer="Customer", steps=(), observations=())
        assert enrich_document(document, journey).created


def test_it_is_rebuilt_where_a_tool_has_dropped_our_elements() -> None:
    document, _ = draw(model(), show=[*Show])
    for element in list(document.root.iter(f"{{{CJ}}}*")):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    [journey] = extract_journeys(document, customer=["Guest"]).journeys
    assert [phase.name for phase in journey.phases] == ["choosing", "eating"]
    told = {step.do: step for step in journey.steps}
    assert told["Choose a dish"].phase == "choosing"
    assert [seen.text for seen in told["Choose a dish"].sees] == ["menu"]
    assert told["Wait"].phase == "eating"
    assert [feeling.value for feeling in told["Wait"].feels] == [-2]
    assert [seen.text for seen in told["Wait"].sees] == ["buzzer", "screen"]
    assert [one.see for one in journey.observations] == ["Nobody says how long it takes"]


BOXES = st.builds(
    Bounds, st.floats(-300, 1500), st.floats(-900, 900), st.floats(1, 400), st.floats(1, 300)
)
CALLOUTS = st.lists(
    st.builds(
        Callout,
        st.builds(
            Bounds, st.floats(0, 900), st.floats(0, 100), st.floats(30, 100), st.floats(30, 80)
        ),
        st.lists(st.tuples(st.floats(40, 170), st.floats(20, 80)), min_size=1, max_size=4).map(
            tuple
        ),
        st.booleans(),
    ),
    max_size=12,
)
HEADINGS = st.lists(
    st.builds(
        lambda low, length, tier: Heading(low, low + length, 30, tier),
        st.floats(-100, 900),
        st.floats(40, 500),
        st.integers(1, 3),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(CALLOUTS, HEADINGS, st.lists(BOXES, max_size=8), st.booleans())
def test_nothing_in_a_band_lies_on_anything(
    callouts: list[Callout], headings: list[Heading], boxes: list[Bounds], has_legend: bool
) -> None:
    frame = Bounds(0, 0, 1000, 200)
    around = Surroundings((frame, *boxes), tuple(boxes), ())
    legend = ((170.0, 24.0),) * 5 if has_legend else ()
    content = Content(tuple(callouts), tuple(headings), legend)
    band = lay_out_band(content, frame, around)
    own = [shrunk(box) for box in band.boxes]
    assert not any(one.overlaps(other) for one, other in combinations(own, 2))
    assert not any(one.overlaps(other) for one in own for other in around.solid)
    for callout, notes, lines in zip(callouts, band.notes, band.lines, strict=True):
        target = callout.target
        for note, points in zip(notes, lines, strict=True):
            assert abs(points[0][1] - note.bottom) < 0.01
            assert note.x - 0.01 <= points[0][0] <= note.right + 0.01
            x, y = points[-1]
            assert target.x - 0.01 <= x <= target.right + 0.01
            assert target.y - 0.01 <= y <= target.bottom + 0.01


def drawn_customers(corpus: Path, every: int) -> Iterator[tuple[Path, Document, Journey]]:
    """Yield models that draw their customer themselves, with a journey through it."""
    for path in sorted(corpus.rglob("*.bpmn"))[::every]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                document = read_document(path)
                journey = models.draft_drawn_journey(build_graph(document))
            except CjbpmnError:  # What cannot be read is for other tests.
                continue
        if journey.steps:
            yield path, document, journey


@pytest.mark.parametrize("options", [{}, {"show": list(Show), "legend": True}], ids=str)
def test_on_real_models_nothing_lies_on_anything_and_all_can_be_taken_off(
    corpus: Path, options: dict[str, Any]
) -> None:
    drawn = 0
    for path, document, journey in drawn_customers(corpus, 5):
        data = document.to_bytes()
        enrich_document(document, journey, **options)
        once = document.to_bytes()
        assert list(clashes(read_document(data), document)) == [], path
        enrich_document(document, journey, **options)
        assert document.to_bytes() == once, path
        drawn += bool(ours(document))
        document.strip()
        assert document.to_bytes() == data, path
    assert drawn > 15


@pytest.mark.parametrize("modeller", ["bpmn-js", "camunda-7", "camunda-8"])
def test_the_modellers_have_nothing_against_it_and_keep_it(
    bench: Bench, corpus: Path, tmp_path: Path, modeller: Any
) -> None:
    jobs: list[Job] = []
    for number, (path, document, journey) in enumerate(drawn_customers(corpus, 20)):
        enrich_document(document, [journey, journey], show=list(Show), legend=True)
        enriched = document.write(tmp_path / f"{number}.bpmn")
        saved = tmp_path / f"{number}-saved.bpmn"
        jobs.append(Job(path, lint="original", modeller=modeller))
        jobs.append(Job(enriched, save=saved, lint="original", modeller=modeller))
    results = bench(jobs)
    compared = 0
    for before, after, job in zip(results[::2], results[1::2], jobs[1::2], strict=True):
        assert after.ok == before.ok, before.file
        if not after.ok or job.save is None:
            continue
        compared += 1
        assert kinds(after.complaints) <= kinds(before.complaints), before.file
        assert kinds(after.lint) <= kinds(before.lint), before.file
        new = {one for one in shown_ids(job.file) if one.startswith("Cj")}
        assert new <= set(after.ids), before.file
        assert new <= model_ids(job.save) & shown_ids(job.save), before.file
        # When it saves, Camunda Modeler moves what was drawn, and with it the order of lines.
        assert Counter(our_elements(job.save)) == Counter(our_elements(job.file)), before.file
    assert compared > 3


def test_a_pool_that_is_moved_keeps_its_lines(bench: Bench, tmp_path: Path) -> None:
    document, _ = draw(model(Bounds(100, 100, 700, 200), Bounds(100, 340, 700, 150)))
    file, saved = document.write(tmp_path / "drawn.bpmn"), tmp_path / "saved.bpmn"
    edits = (
        {"do": "move", "id": "guest", "x": 40, "y": 30},
        {"do": "move", "id": "CjEmotion_3", "x": 0, "y": -20},
        {"do": "type", "id": "wait", "type": "bpmn:UserTask"},
    )
    [result] = bench([Job(file, save=saved, edits=edits)])
    assert not result.complaints
    kept = read_document(saved)
    diagram = Diagram(kept.element("plane"))
    for link in ("CjEmotionLink_1", "CjEvidenceLink_2", "CjEmotionLink_3"):
        assert kept.element(link).get("sourceRef") in {"come", "choose", "wait"}
        assert diagram.edge(link) is not None
    assert local_name(kept.element("wait").tag) == "userTask"
    shape = diagram.shape("wait")
    assert shape is not None
    assert bounds_of(shape) is not None
    assert fill(kept, "wait") == SCALE[-2].fill
