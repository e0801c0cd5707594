"""The pictures of docs/waiting.md: nothing overlaps or is cut, and what they claim is so."""

from __future__ import annotations

import importlib.util
import re
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from drawing import Drawing, only
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Circle, FancyBboxPatch
from matplotlib.transforms import Bbox

from cjbpmn.waiting import WaitingReport

DOCS = Path(__file__).parents[1] / "docs"


def script() -> ModuleType:
    path = DOCS / "pictures" / "waiting.py"
    spec = importlib.util.spec_from_file_location("waiting_pictures", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = script()
each_picture = pytest.mark.parametrize("name", SCRIPT.DRAWN)


def test_the_manual_shows_every_picture_and_says_in_words_what_it_shows() -> None:
    text = (DOCS / "waiting.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"!\[(.*)\]\(pictures/(.*)\.png\)", text))
    assert sorted(shown.values()) == sorted(SCRIPT.DRAWN)
    assert all(len(words) > 20 for words in shown)


def test_the_script_draws_the_pictures_that_are_there(tmp_path: Path) -> None:
    SCRIPT.main(tmp_path)
    names = {f"{name}.png" for name in SCRIPT.DRAWN}
    assert {path.name for path in tmp_path.iterdir()} == names
    for name in names:
        assert (DOCS / "pictures" / name).stat().st_size < 60_000


@pytest.fixture
def parts(name: str) -> tuple[list[tuple[str, Bbox]], list[Bbox], Bbox]:
    """Return the texts, the boxes of activities and the whole, in pixels."""
    figure = SCRIPT.DRAWN[name]().figure
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    (axes,) = figure.axes
    texts = [
        (text.get_text(), text.get_window_extent(canvas.get_renderer()))
        for text in axes.texts
        if text.get_text()
    ]
    boxes = [
        patch.get_window_extent() for patch in axes.patches if isinstance(patch, FancyBboxPatch)
    ]
    rings = [patch.get_window_extent() for patch in axes.patches if isinstance(patch, Circle)]
    return texts, [*boxes, *rings], figure.bbox


@each_picture
@pytest.mark.usefixtures("name")
def test_nothing_is_cut_and_no_words_lie_on_others(parts: Any) -> None:
    texts, _, whole = parts
    assert len(texts) > 3
    for text, box in texts:
        assert box.x0 > whole.x0 + 5, text
        assert box.x1 < whole.x1 - 5, text
        assert box.y0 > whole.y0 + 2, text
        assert box.y1 < whole.y1 - 2, text
    for (one, first), (other, second) in combinations(texts, 2):
        assert Bbox.intersection(first.padded(-0.5), second.padded(-0.5)) is None, (one, other)


@each_picture
@pytest.mark.usefixtures("name")
def test_words_are_in_a_box_or_outside_but_not_across_its_edge(parts: Any) -> None:
    texts, boxes, _ = parts
    for text, words in texts:
        for box in boxes:
            inside = box.x0 <= words.x0 and words.x1 <= box.x1
            apart = Bbox.intersection(box, words.padded(-1)) is None
            assert apart or inside, text


# What they claim


def report(drawing: Drawing, hours: dict[str, float]) -> WaitingReport:
    return drawing.report(hours)


def test_contacts() -> None:
    drawing = Drawing()
    drawing.pool(
        "Client", "task Order", "intermediateCatchEvent Comes message", "task Pay",
        flows="Order>Comes Comes>Pay",
    )  # fmt: skip
    drawing.pool(
        "Org", "startEvent Received message", "task Check", "task Write", "task Book",
        flows="Received>Check Check>Write Write>Book",
    )  # fmt: skip
    drawing.message("Order>Received", "Write>Comes", "Pay>Book")
    found = report(drawing, {})
    assert found.touchpoints == {
        "Order": "whole", "Comes": "end", "Pay": "whole",
        "Received": "end", "Write": "end", "Book": "start",
    }  # fmt: skip


def test_a_stretch_with_two_starts() -> None:
    drawing = Drawing()
    drawing.pool(
        "Org", "startEvent Order message", "startEvent Question message", "task Look",
        "task Check", "task Pick", "exclusiveGateway Merge", "task Send",
        flows="Order>Check Question>Look Check>Pick Pick>Merge Look>Merge Merge>Send",
    )  # fmt: skip
    drawing.pool("Client").message("Client>Order", "Client>Question", "Send>Client")
    (stretch,) = report(drawing, {})
    assert set(stretch.starts) == {"Order", "Question"}
    assert set(stretch.body) == {"Look", "Check", "Pick", "Merge"}
    assert stretch.includes_end_work


def test_twins() -> None:
    drawing = Drawing()
    drawing.pool("Client", "task Order", "task Pay", flows="Order>Pay")
    drawing.pool(
        "Org", "startEvent Received message", "task Enter", "task Collect",
        flows="Received>Enter Enter>Collect",
    )  # fmt: skip
    drawing.message("Order>Received", "Pay>Collect", "Collect>Pay")
    found = report(drawing, {"Enter": 2, "Pay": 1, "Collect": 1})
    assert {(one.end, one.twin, one.body, one.expected) for one in found} == {
        ("Pay", "Collect", ("Enter",), 2),
        ("Collect", "Pay", ("Enter",), 2),
    }
    assert (found.case.gaps, found.case.wait) == (1, 2)


def test_the_two_clocks() -> None:
    drawing = Drawing()
    drawing.pool(
        "Client",
        "task Order", "parallelGateway Fork", "task Measure",
        "intermediateCatchEvent Mail message", "intermediateCatchEvent Parcel message",
        flows="Order>Fork Fork>Mail Fork>Measure Fork>Parcel",
    )  # fmt: skip
    drawing.pool(
        "Org", "startEvent Received message", "parallelGateway Split", "task Confirm", "task Pack",
        flows="Received>Split Split>Confirm Split>Pack",
    )  # fmt: skip
    drawing.message("Order>Received", "Confirm>Mail", "Pack>Parcel")
    found = report(drawing, {"Order": 1, "Confirm": 3, "Pack": 6, "Measure": 1})
    assert {(one.end, one.expected) for one in found} == {("Confirm", 3), ("Pack", 6)}
    assert (found.case.wait, found.case.journey, found.case.longest) == (5, 7, 3)


def test_whose_turn_it_is() -> None:
    drawing = Drawing()
    drawing.pool(
        "Org", "startEvent Begin message", "task Check", "task Ask",
        "intermediateCatchEvent Papers message", "task Decide", "endEvent Done",
        flows="Begin>Check Check>Ask Ask>Papers Papers>Decide Decide>Done",
    )  # fmt: skip
    drawing.pool("Client")
    drawing.message("Client>Begin", "Ask>Client", "Client>Papers", "Decide>Client")
    found = report(drawing, {"Check": 3, "Ask": 1, "Papers": 24, "Decide": 2})
    assert {(one.end, one.starts, one.expected) for one in found} == {
        ("Ask", ("Begin",), 4),
        ("Decide", ("Papers",), 2),
    }
    assert (found.case.wait, found.case.journey) == (6, 30)


def test_a_notice() -> None:
    drawing = Drawing()
    drawing.pool(
        "Org", "startEvent In message", "task Repair", "boundaryEvent Late timer PT48H on=Repair free",
        "task Tell", "task Return",
        flows="In>Repair Repair>Return Late>Tell",
    )  # fmt: skip
    drawing.pool("Client").message("Client>In", "Return>Client", "Tell>Client")
    found = report(drawing, {"Repair": 120, "Tell": 0, "Return": 0})
    assert only(found, "Return").expected == 120
    assert only(found, "Tell").expected == 48
    assert (found.case.wait, found.case.longest, found.case.gaps) == (120, 72, 2)
