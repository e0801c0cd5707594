"""The picture tells what is known, all of it can be read, and nothing in a name breaks it."""
# ruff: noqa: RUF001 - minus signs and dashes are what is to be read

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from matplotlib.backends.backend_agg import FigureCanvasAgg

from cjbpmn import build_graph, enrich_document, read_document, read_journey
from cjbpmn.errors import CjbpmnWarning, NotWritten
from cjbpmn.graph import Flow, FlowNode, Lane, Participant, ProcessGraph
from cjbpmn.interaction import InteractionPoint, find_interaction_points
from cjbpmn.journey import Emotion, Evidence, Journey, Need, Persona, Step
from cjbpmn.lexicon import languages
from cjbpmn.plot import draw_journey_map, save_figure
from cjbpmn.plot.emotion_curve import SERIES, felt_points
from cjbpmn.plot.lettering import Letters, clean, text_width, wrap
from cjbpmn.plot.storyline import tell_story
from cjbpmn.plot.wording import ENGLISH, Wording
from cjbpmn.reading_order import rank_nodes
from cjbpmn.timespan import parse_timespan
from cjbpmn.vocabulary import Source
from cjbpmn.waiting import WaitingStretch, find_waiting_stretches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from matplotlib.figure import Figure

    from cjbpmn.plot.story import Story

    Case = tuple[ProcessGraph, list[InteractionPoint], Iterable[WaitingStretch]]
    Make = Callable[[], Case]

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
SVG = "{http://www.w3.org/2000/svg}"
LONG = "I call them and ask how long it is going to take until somebody has a look at my case"
HOSTILE = [
    r"$\frac{1}$",
    "Price $5 and $10",
    "_^{}$$$ %s %d {x} \\n \\",
    "<script>alert('1')</script> & co",
    "two\nlines\there",
    "顧客が注文を確認する。お客様の声をきちんと聞く",
    "😀👩‍👩‍👧‍👦 I am happy 🎉🎉🎉",
    "x" * 20_000,
    "a b " * 5_000,
    "",
    " \t ",
    "\x00\x1b[31mred\u202eevil\ud800\ufffe",
    "שלום עולם مرحبا بالعالم",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
    "https://example.org/a/very/long/path?with=query&and=more#fragment",
    "e\u0301" * 300,
]


def make_case(count: int, texts: list[str], **features: bool) -> Case:
    """Make a customer of so many steps, an organisation, and what happens between them."""
    on = {"emotions": True, "phases": True, "waits": True, "evidence": True, "points": True}
    on |= features
    said = iter(texts * (40 * count))
    sources = list(SERIES)
    nodes: dict[str, FlowNode] = {}
    flows: dict[str, Flow] = {}
    steps, points, stretches = [], [], []
    for index in range(count):
        mine, theirs = f"c{index}", f"o{index}"
        nodes[mine] = FlowNode(mine, "task", next(said), participant="C")
        nodes[theirs] = FlowNode(theirs, "task", next(said), participant="O", lane="L")
        if index:
            flows[f"s{index}"] = Flow(f"s{index}", "sequence", f"c{index - 1}", mine)
        feelings = tuple(
            Emotion((index * 7 + shift * 3) % 9 / 2 - 2, because=next(said), source=source, n=shift)
            for shift, source in enumerate(sources[: 1 + index % len(sources)])
        )
        steps.append(
            Step(
                next(said),
                phase=texts[index // 3 % len(texts)] if on["phases"] else None,
                channel=next(said),
                sees=tuple(Evidence(next(said), impression=-2) for _ in range(index % 7))
                if on["evidence"]
                else (),
                feels=feelings if on["emotions"] else (),
                moment_of_truth=index % 4 == 0,
                waits=parse_timespan("2 days") if on["waits"] and index % 5 == 3 else None,
                promise=next(said),
                told=next(said),
                element=mine,
            )
        )
        for part in range((0, 1, 2, 6)[index % 4] if on["points"] else 0):
            direction = ("c2o", "o2c", "both")[part % 3]
            who = next(said)
            points.append(
                InteractionPoint(
                    f"m{index}{part}", mine, theirs, direction, None, who, who, partner=part == 1
                )
            )
        if on["waits"] and index % 3 != 1:
            starts = (f"c{(index * 5) % count}",) if index else ()
            stretches.append(
                WaitingStretch(
                    mine, starts, "between", (theirs,), 1.0, 24.0 * (index % 2), 30.0, 48.0
                )
            )
    graph = ProcessGraph(
        nodes,
        flows,
        {"C": Participant("C", texts[0]), "O": Participant("O", texts[-1])},
        {"L": Lane("L", texts[0], participant="O")},
        customers=("C",),
        journeys=(
            Journey(
                texts[0],
                customer=texts[-1],
                need=Need(texts[0]),
                persona=Persona(texts[0]),
                steps=tuple(steps),
            ),
        ),
    )
    return graph, points, stretches


def example(name: str) -> Case:
    """Read, enrich and analyse one of the examples."""
    document = read_document(EXAMPLES / f"{name}.bpmn")
    enrich_document(document, read_journey(EXAMPLES / f"{name}.journey.yaml"))
    graph = build_graph(read_document(document.to_bytes()))
    return graph, find_interaction_points(graph), find_waiting_stretches(graph)


CASES = {
    "one step": lambda: make_case(1, ["I wait"]),
    "forty steps": lambda: make_case(40, ["I wait", LONG, "I pay the bill"]),
    "all sources": lambda: make_case(12, [LONG]),
    "no emotions": lambda: make_case(6, ["I wait", LONG], emotions=False),
    "no phases": lambda: make_case(6, ["I wait", LONG], phases=False),
    "no waits": lambda: make_case(6, [LONG], waits=False),
    "only steps": lambda: make_case(
        5, [LONG], waits=False, points=False, evidence=False, emotions=False, phases=False
    ),
    "no journey": lambda: without_journey(make_case(6, ["I wait", LONG])),
    "nothing": lambda: (ProcessGraph({}, {}, {}, {}), [], []),
    "hostile": lambda: make_case(len(HOSTILE), HOSTILE),
    "webshop": lambda: example("webshop"),
    "claim": lambda: example("claim"),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))


def without_journey(case: Case) -> Case:
    graph, points, waits = case
    return replace(graph, journeys=()), points, waits


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def extents(figure: Figure) -> list[tuple[str, float, float, float, float]]:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    found = []
    for axes in figure.axes:
        for text in axes.texts:
            box = text.get_window_extent(canvas.get_renderer())
            found.append((text.get_text(), *box.extents))
    return found


def story_of(case: Case) -> Story:
    return tell_story(*case)


# Everything can be read


def assert_readable(figure: Figure) -> None:
    """Check that no text touches another or leaves the figure."""
    boxes = extents(figure)
    assert boxes
    for text, left, bottom, right, top in boxes:
        assert min(left, bottom) >= 0, text
        assert (right <= figure.bbox.width, top <= figure.bbox.height) == (True, True), text
    for (one, x0, y0, x1, y1), (other, u0, v0, u1, v1) in combinations(boxes, 2):
        wide, high = min(x1, u1) - max(x0, u0), min(y1, v1) - max(y0, v0)
        assert min(wide, high) <= 0.5, (one, other)


@each_case
def test_no_text_touches_another_or_leaves_the_figure(case: Make) -> None:
    assert_readable(draw_journey_map(*case()))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", ["claim", "webshop"])
def test_the_picture_speaks_the_language_of_its_journey(name: str, language: str) -> None:
    graph, points, waits = example(name)
    journey = replace(graph.journeys[0], language=language)
    figure = draw_journey_map(graph, points, waits, journey=journey)
    assert_readable(figure)
    drawn = " ".join(texts(figure))
    said = ("phases", "do", "see", "feel", "waiting", "moment", "interaction", "customers", "o2c")
    for key in said:
        assert Wording(language).say(key) in drawn
    english = {ENGLISH.say(key) for key in ("do", "see", "feel", "o2c", "interaction", "unknown")}
    assert language == "en" or not [words for words in english if words in drawn]


@each_case
def test_letters_are_no_smaller_than_seven_points(case: Make) -> None:
    figure = draw_journey_map(*case())
    assert min(text.get_fontsize() for axes in figure.axes for text in axes.texts) >= 7


def test_the_figure_grows_with_the_steps() -> None:
    one, forty = (draw_journey_map(*make_case(n, ["I wait"])) for n in (1, 40))
    assert forty.get_figwidth() - one.get_figwidth() > 36 * 1.5


@pytest.mark.parametrize("letters", [Letters(7), Letters(15, bold=True), Letters(7, italic=True)])
@pytest.mark.parametrize("text", [LONG, "iiiiillll", "WWWMMM@@", "☹☹ −2 ★ ● ☺", "ÄÖÜ éèê łđø"])
def test_lines_are_no_wider_than_measured(text: str, letters: Letters) -> None:
    figure = draw_journey_map(*CASES["nothing"]())
    written = figure.text(0, 0, text, fontproperties=letters.font(["DejaVu Sans"]))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    drawn = written.get_window_extent(canvas.get_renderer()).width / figure.dpi
    assert drawn <= text_width(text, letters) <= drawn * 1.06


@given(text=st.text(max_size=300), width=st.floats(0.4, 3), most=st.integers(1, 5))
@settings(deadline=None)
def test_wrapped_lines_fit(text: str, width: float, most: int) -> None:
    lines = wrap(text, width, Letters(8), most=most)
    assert len(lines) <= most
    assert all(text_width(line, Letters(8)) <= width or len(line) <= 3 for line in lines)
    assert bool(lines) == bool(clean(text))


@given(st.text(alphabet="ab c-d", max_size=80))
@settings(deadline=None)
def test_wrapping_loses_nothing_but_white_space(text: str) -> None:
    lines = wrap(text, 0.6, Letters(8), most=1000)
    assert "".join(lines).replace(" ", "").replace("-", "") == "".join(
        text.replace("-", "").split()
    )


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    assert wrap(LONG, 1, Letters(8), most=2)[-1].endswith("…")


# No name breaks it


@pytest.mark.filterwarnings("ignore:.*no font here has")
@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_drawn_and_give_well_formed_svg(name: str, tmp_path: Path) -> None:
    figure = draw_journey_map(*make_case(4, [name]))
    for ending in ("svg", "png", "pdf"):
        save_figure(figure, tmp_path / f"map.{ending}")
    root = etree.parse(tmp_path / "map.svg").getroot()
    assert not root.findall(f".//{SVG}script")
    assert not root.xpath("//@*[contains(., 'javascript:')]")


def test_characters_that_no_font_has_are_told_once_where_they_become_boxes(tmp_path: Path) -> None:
    # Nobody's font has those that are for private use.
    figure = draw_journey_map(*make_case(4, ["I wait \ue123\ue124"]))
    save_figure(figure, tmp_path / "map.svg")
    figure._repr_png_()  # type: ignore[attr-defined]
    for ending in ("png", "pdf"):
        with pytest.warns(CjbpmnWarning, match=r"no font here has .+ \(2 in all\)") as told:
            save_figure(figure, tmp_path / f"map.{ending}")
        assert len(told) == 1


def test_no_id_is_drawn_where_somebody_has_no_name() -> None:
    graph, points, waits = make_case(2, [""])
    figure = draw_journey_map(graph, points, waits)
    drawn = " ".join(texts(figure))
    assert "(task)" in drawn
    assert not [node for node in graph.nodes if node in drawn.split()]


def test_dollars_are_money() -> None:
    figure = draw_journey_map(*make_case(1, ["Price $5 and $10"]))
    assert "Price $5 and $10" in texts(figure)
    assert not any(text.get_parse_math() for axes in figure.axes for text in axes.texts)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [("a\n\tb", "a b"), ("\x1b[0m", "[0m"), ("a\u202eb", "ab"), ("\ud800", ""), (" ", "")],
)
def test_cleaning_keeps_only_what_can_be_drawn(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


# What it tells


def test_the_examples_show_every_step_point_and_wait() -> None:
    for name in ("webshop", "claim"):
        case = graph, points, waits = example(name)
        story = story_of(case)
        assert [moment.step for moment in story.moments] == list(graph.journey.steps)
        assert sum(len(moment.meetings) for moment in story.moments) == len(points)
        assert len({wait.last for wait in story.waits}) > 2
        assert len(story.waits) <= len(waits) + len(graph.journey.steps)
        assert not story.notes
        said = " ".join(texts(draw_journey_map(*case)))
        assert graph.journey.name in said
        assert graph.journey.persona.name in said
        assert all(phase.name in said for phase in graph.journey.phases)
        for step in graph.journey.steps:
            assert step.do.split()[0] in said
        assert said.count("★") == sum(bool(step.moment_of_truth) for step in graph.journey.steps)


def test_sources_are_series_of_their_own() -> None:
    steps = (
        Step("I wait", feels=(Emotion(-1, source="customer"), Emotion(1, source="employee"))),
        Step("I get it", feels=(Emotion(2, source="customer"),)),
    )
    points = felt_points(
        tell_story(ProcessGraph({}, {}, {}, {}), [], [], Journey("J", steps=steps))
    )
    assert [(point.source, point.value) for point in points] == [
        ("customer", -1),
        ("customer", 2),
        ("employee", 1),
    ]
    assert [point.above for point in points] == [False, True, True]
    assert set(SERIES) == {*Source, None}
    for one, other in combinations(SERIES.values(), 2):
        assert one[0] != other[0]
        assert one[1] != other[1]


def test_symbols_and_numbers_say_what_colours_say() -> None:
    steps = tuple(Step("I", feels=(Emotion(value),)) for value in (-2, -1, 0, 1, 2, -0.5))
    graph = ProcessGraph({}, {}, {}, {})
    said = texts(draw_journey_map(graph, [], [], journey=Journey("J", steps=steps)))
    for label in ("☹☹ −2", "☹ −1", "● 0", "☺ +1", "☺☺ +2"):
        assert said.count(label) == 2  # at the scale and at the mark
    assert "☹ −0.5" in said


def test_quotes_stand_at_peaks_and_valleys_only() -> None:
    feels = [Emotion(value, says=f"word{value}") for value in (-2, -1, 1, 0)]
    steps = tuple(Step("I", feels=(emotion,)) for emotion in feels)
    graph = ProcessGraph({}, {}, {}, {})
    said = " ".join(texts(draw_journey_map(graph, [], [], journey=Journey("J", steps=steps))))
    assert [f"word{value}" in said for value in (-2, -1, 1, 0)] == [True, False, True, True]


# Without a journey


def test_without_a_journey_the_model_is_drawn() -> None:
    case = without_journey(make_case(4, ["Wait"]))
    story = story_of(case)
    assert story.subtitles == (ENGLISH.say("no_journey"),)
    assert [moment.step for moment in story.moments] == [None] * len(story.moments)
    assert ENGLISH.say("no_journey") in texts(draw_journey_map(*case))


def test_of_a_black_box_the_messages_are_known() -> None:
    graph = ProcessGraph(
        {"C": FlowNode("C", "participant", "Customer"), "o": FlowNode("o", "task", "Ship")},
        {"m": Flow("m", "message", "o", "C", "parcel")},
        {"C": Participant("C", "Customer")},
        {},
        customers=("C",),
    )
    story = tell_story(graph, [InteractionPoint("m", "C", "o", "o2c", flows=("m",))], [])
    assert [moment.text for moment in story.moments] == ["parcel"]
    assert story.title.endswith("Customer")


def test_where_nothing_is_known_the_figure_says_so() -> None:
    said = " ".join(texts(draw_journey_map(*CASES["nothing"]())))
    assert "There is nothing to draw" in said


def test_a_journey_from_elsewhere_is_drawn_with_the_points_behind_it() -> None:
    graph, points, _ = make_case(4, ["Meet"])
    story = tell_story(graph, points, [], Journey("Lunch", steps=(Step("I eat"),)))
    assert [moment.text for moment in story.moments][:2] == ["I eat", "Meet"]
    assert story.title == "Lunch"


def test_the_order_of_reading_follows_the_flows() -> None:
    nodes = {
        "end": FlowNode("end", "endEvent"),
        "late": FlowNode("late", "boundaryEvent", attributes={"attachedToRef": "do"}),
        "inner": FlowNode("inner", "task", scope="do"),
        "again": FlowNode("again", "task"),
        "do": FlowNode("do", "subProcess"),
        "start": FlowNode("start", "startEvent"),
    }
    edges = [("start", "do"), ("do", "again"), ("again", "do"), ("do", "end")]
    flows = {f"f{i}": Flow(f"f{i}", "sequence", *edge) for i, edge in enumerate(edges)}
    ranks = rank_nodes(ProcessGraph(nodes, flows, {}, {}))
    assert ranks["start"] < ranks["do"] < min(ranks["again"], ranks["inner"], ranks["late"])
    assert sorted(ranks.values()) == list(range(6))
    assert ranks["end"] > ranks["inner"]


# The figure and its files


@pytest.mark.parametrize(
    ("ending", "magic"),
    [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("SVG", b"<?xml")],
)
def test_the_ending_says_the_format_and_the_bytes_are_always_the_same(
    ending: str, magic: bytes, tmp_path: Path
) -> None:
    one, other = tmp_path / f"one.{ending}", tmp_path / f"other.{ending}"
    assert save_figure(draw_journey_map(*CASES["claim"]()), one) == one
    save_figure(draw_journey_map(*CASES["claim"]()), other)
    assert one.read_bytes().startswith(magic)
    assert one.read_bytes() == other.read_bytes()


def test_settings_of_matplotlib_change_nothing_and_are_left_alone(tmp_path: Path) -> None:
    case = make_case(3, ["I wait"])
    save_figure(draw_journey_map(*case), tmp_path / "one.svg")
    loud = {"text.usetex": True, "hatch.linewidth": 9, "savefig.facecolor": "red", "font.size": 40}
    with mpl.rc_context(loud):
        before = dict(mpl.rcParams)
        save_figure(draw_journey_map(*case), tmp_path / "other.svg")
        assert dict(mpl.rcParams) == before
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_its_own_savefig_is_as_good(tmp_path: Path) -> None:
    figure = draw_journey_map(*make_case(3, ["I wait", "顧客"]))
    save_figure(figure, tmp_path / "one.svg")
    figure.savefig(tmp_path / "other.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_the_text_of_an_svg_can_be_selected(tmp_path: Path) -> None:
    save_figure(draw_journey_map(*make_case(2, ["I wait 顧客"])), tmp_path / "map.svg")
    root = etree.parse(tmp_path / "map.svg").getroot()
    assert "I wait 顧客" in {text.text for text in root.iter(f"{SVG}text")}
    assert root.find(f"{SVG}title").text == "I wait 顧客"


@pytest.mark.parametrize("name", ["map.jpg", "map", "map.svg.gz", ".svg"])
def test_other_endings_are_refused_with_the_list(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.svg, \.png, \.pdf"):
        save_figure(draw_journey_map(*CASES["nothing"]()), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotWritten):
        save_figure(draw_journey_map(*CASES["nothing"]()), tmp_path / "missing" / "map.svg")


def test_a_very_wide_figure_still_becomes_a_png(tmp_path: Path) -> None:
    steps = tuple(Step("I wait") for _ in range(450))
    graph = ProcessGraph({}, {}, {}, {})
    figure = draw_journey_map(graph, [], [], journey=Journey("J", steps=steps))
    save_figure(figure, tmp_path / "map.png")
    figure.savefig(tmp_path / "other.png")


def test_a_notebook_shows_it() -> None:
    formatters = pytest.importorskip("IPython.core.formatters")
    shown, _ = formatters.DisplayFormatter().format(draw_journey_map(*make_case(2, ["顧客"])))
    assert shown["image/png"].startswith(b"\x89PNG")


def test_it_travels_between_processes(tmp_path: Path) -> None:
    figure = pickle.loads(pickle.dumps(draw_journey_map(*make_case(2, ["I wait"]))))  # noqa: S301
    save_figure(figure, tmp_path / "map.svg")


def test_drawing_and_saving_load_no_pyplot_and_the_package_no_matplotlib(tmp_path: Path) -> None:
    code = f"""
import sys
import cjbpmn
assert "matplotlib" not in sys.modules
from cjbpmn.graph import ProcessGraph
from cjbpmn.plot import draw_journey_map, save_figure
figure = draw_journey_map(ProcessGraph({{}}, {{}}, {{}}, {{}}), [], [])
for ending in ("svg", "png", "pdf"):
    save_figure(figure, {str(tmp_path / "map.")!r} + ending)
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=EXAMPLES.parents[1])  # noqa: S603
