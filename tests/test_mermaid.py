"""A journey as a Mermaid diagram: nothing that a text holds breaks it or is lost from it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import modeller_bench
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cjbpmn as cj
from cjbpmn.journey import Emotion, Journey, Persona, Phase, Step
from cjbpmn.journey.mermaid import to_mermaid

ROOT = Path(__file__).parents[1]
EXAMPLES = [
    *sorted((ROOT / "docs" / "examples").glob("*.journey.yaml")),
    *sorted((ROOT / "tests" / "journeys").glob("*.yaml")),
]
NASTY = [
    "I ask: when?; and #wait, 100%",
    'they say "yes: 5: Me"',
    "it's <b>bold</b> & <script>alert(1)</script>",
    "#59; &amp; &#58; #quot;",
    "%% no comment %%{init: {}}%%",
    "first\nsecond\r\n\tthird\u2028fourth",
    "section of the form",
    "Title: the deed",
    "journey to the office",
    "accTitle: x",
    "accDescr { x }",
    "---",
    "style: x:#fff;",
    "classDef a:#b;",
    "$$x^2$$ `code` [a](b) {c} \\n",
    "Ik wacht … 😀 👨‍👩‍👧 ok — „so“",
    "a\x00b\x07c",
    ":::",
    ";",
    "<br/>",
    "end",
]


def plain(text: str) -> str:
    """Say what a reader is to see of a text: one line, and no control characters."""
    shown = "".join(one for one in " ".join(text.split()) if unicodedata.category(one) != "Cc")
    return shown.strip() or "-"


def decoded(text: str) -> str:
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)


def steps(*texts: str, phase: str | None = None) -> tuple[Step, ...]:
    return tuple(Step(text, phase=phase, feels=(Emotion(1),)) for text in texts)


def lines(journey: Journey, **options: Any) -> list[str]:
    return [line.strip() for line in to_mermaid(journey, **options).splitlines()]


# ------------------------------------------------------------------------------ what is written


@pytest.mark.parametrize(
    ("feels", "score"),
    [
        ((Emotion(-2),), "1"),
        ((Emotion(0),), "3"),
        ((Emotion(2),), "5"),
        ((Emotion(0.5),), "3.5"),
        ((Emotion(-0.333333),), "2.67"),
        ((Emotion(-1, source="customer"), Emotion(2, source="employee")), "2"),
        ((Emotion(1, source="employee"), Emotion(2, source="expert")), "4.5"),
        ((Emotion(-2, source="customer"), Emotion(1, source="customer")), "2.5"),
    ],
)
def test_feelings_become_scores(feels: tuple[Emotion, ...], score: str) -> None:
    assert lines(Journey("x", steps=(Step("I wait", feels=feels),)))[-1] == (
        f"I wait: {score}: Customer"
    )


def test_what_nobody_said_is_marked_and_explained() -> None:
    asked, not_asked = Step("I wait", feels=(Emotion(0),)), Step("I wait")
    assert lines(Journey("x", steps=(asked,))) == ["journey", "title x", "I wait: 3: Customer"]
    both = lines(Journey("x", steps=(asked, not_asked)))
    assert both[1].startswith("%% (?) ")
    assert both[-2:] == ["I wait: 3: Customer", "I wait (?): 3: Customer"]


def test_each_phase_is_a_section_as_often_as_the_steps_come_back() -> None:
    journey = Journey(
        "x",
        phases=(Phase("waiting"), Phase("paying"), Phase("never")),
        steps=(
            *steps("a", "b", phase="paying"),
            *steps("c", phase="waiting"),
            *steps("d"),
            *steps("e", phase="paying"),
        ),
    )
    shown = [line for line in lines(journey) if line.startswith("section")]
    assert shown == ["section paying", "section waiting", "section -", "section paying"]


def test_without_phases_there_are_no_sections() -> None:
    assert not any(line.startswith("section") for line in lines(Journey("x", steps=steps("a"))))


@pytest.mark.parametrize(
    ("journey", "options", "actor"),
    [
        (Journey("x"), {}, "Customer"),
        (Journey("x", customer="Guest"), {}, "Guest"),
        (Journey("x", customer="Guest", persona=Persona("Ann")), {}, "Ann"),
        (Journey("x", persona=Persona("Ann, Bob")), {}, "Ann#44; Bob"),
        (Journey("x", persona=Persona("Ann")), {"actor": "Me"}, "Me"),
        (Journey("x", persona=Persona(" ")), {}, "Customer"),
    ],
)
def test_who_the_actor_is(journey: Journey, options: dict[str, str], actor: str) -> None:
    with_step = Journey(
        journey.name, customer=journey.customer, persona=journey.persona, steps=steps("a")
    )
    assert lines(with_step, **options)[-1] == f"a: 4: {actor}"


def test_a_journey_without_a_name_or_steps() -> None:
    assert to_mermaid(Journey(" ")) == "journey\n"
    assert lines(Journey("x")) == ["journey", "title x"]


# -------------------------------------------------------------------------- any text at all

TASK = re.compile(r"([^#:\n;]+): ([0-9.]+): ([^#:,\n;]+)")
CODES = re.compile(r"#\d+;")
ANYTHING = st.text() | st.sampled_from(NASTY)


@given(
    name=ANYTHING,
    actor=ANYTHING,
    told=st.lists(st.tuples(ANYTHING, ANYTHING | st.none()), max_size=5),
)
def test_any_text_stays_in_its_place(
    name: str, actor: str, told: list[tuple[str, str | None]]
) -> None:
    found = tuple(Step(do, phase=phase, feels=(Emotion(1),)) for do, phase in told)
    first, *rest = lines(Journey(name, steps=found), actor=actor)
    assert first == "journey"
    tasks = [line for line in rest if not line.startswith(("title ", "section "))]
    assert len(tasks) == len(told)
    for line, (do, _) in zip(tasks, told, strict=True):
        # Mermaid takes each code for one harmless word before it looks for colons.
        task = TASK.fullmatch(CODES.sub("X", line))
        assert task, line
        assert not re.match(
            r"(title|section)\s|(journey|acctitle|accdescr)\b|---", line, re.IGNORECASE
        )
        assert decoded(line.rsplit(": ", 2)[0]) == plain(do)


# ------------------------------------------------------------------------- the real Mermaid


def draw(diagrams: list[str], folder: Path) -> list[dict[str, Any]]:
    order = folder / "diagrams.json"
    order.write_text(json.dumps(diagrams), encoding="utf-8")
    done = subprocess.run(  # noqa: S603  (our own script, our own diagrams)
        [shutil.which("node") or "node", str(modeller_bench.FOLDER / "mermaid.mjs"), str(order)],
        env={**os.environ, modeller_bench.CHROMIUM_VARIABLE: modeller_bench.chromium() or ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.usefixtures("bench", "packages")
def test_mermaid_draws_the_examples_whole(tmp_path: Path) -> None:
    journeys = [cj.read_journey(path) for path in EXAMPLES]
    for journey, drawn in zip(journeys, draw([*map(to_mermaid, journeys)], tmp_path), strict=True):
        assert "error" not in drawn, drawn
        assert len(drawn["tasks"]) == len(journey.steps)
        assert [task["score"] for task in drawn["tasks"]] == [
            float(line.rsplit(": ", 2)[1])
            for line in to_mermaid(journey).splitlines()
            if line.count(": ") == 2
        ]
        shown = {text.removesuffix(" (?)") for text in drawn["shown"]}
        assert {plain(step.do) for step in journey.steps} <= shown
        assert plain(journey.name) in shown


@pytest.mark.usefixtures("bench", "packages")
def test_mermaid_shows_nasty_texts_as_they_are(tmp_path: Path) -> None:
    journeys = [
        Journey(text, persona=Persona(text), steps=(*steps(text, phase=text), *steps("I eat")))
        for text in NASTY
    ]
    for text, drawn in zip(NASTY, draw([*map(to_mermaid, journeys)], tmp_path), strict=True):
        assert "error" not in drawn, (text, drawn)
        assert [task["score"] for task in drawn["tasks"]] == [4, 4]
        assert all(len(task["people"]) == 1 for task in drawn["tasks"])
        assert drawn["shown"].count(plain(text)) >= 4, (text, drawn["shown"])
        assert drawn["active"] == 0


@pytest.mark.usefixtures("bench", "packages")
def test_the_bench_notices_what_is_no_diagram(tmp_path: Path) -> None:
    (drawn,) = draw(["journey\n title x\n a: b: c\n ;;"], tmp_path)
    assert "Parse error" in drawn["error"]
