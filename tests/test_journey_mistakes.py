"""What goes wrong in journey files that people write by hand, and what they are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import models
import pytest
from test_journey import read_step

from cjbpmn.errors import CjbpmnWarning, InvalidJourney
from cjbpmn.journey.file import read_journey
from cjbpmn.journey.yaml import MAX_BYTES

ORDER = Path(__file__).parent / "journeys" / "order.yaml"


def refusal(text: str) -> InvalidJourney:
    with pytest.raises(InvalidJourney) as caught:
        read_journey(text)
    return caught.value


# ------------------------------------------------------------------- what hands do to a file


def write(folder: Path, data: bytes) -> Path:
    path = folder / "j.yaml"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8"),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
        lambda text: text.replace("\n", "\r\n").encode("utf-8"),
        lambda text: text.replace("\n", "\r").encode("utf-8"),
        lambda text: text.replace(": ", ":\t").replace("\n", "\t\n").encode("utf-8"),
    ],
)
def test_marks_line_ends_and_tabs_do_not_matter(encode: Any, tmp_path: Path) -> None:
    text = ORDER.read_text("utf-8").replace("\n\n", "\n") + "outcome: café €5\n"
    journey = read_journey(write(tmp_path, encode(text)))
    assert journey.steps == read_journey(ORDER).steps
    assert [step.line for step in journey.steps] == [s.line for s in read_journey(ORDER).steps]
    assert journey.outcome == "café €5"


def test_windows_1252_is_read_with_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path, "journey: x\noutcome: “café” for €5…\n".encode("cp1252"))
    with pytest.warns(CjbpmnWarning, match=r"j\.yaml:2: not UTF-8"):
        assert read_journey(path).outcome == "“café” for €5…"


def test_other_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidJourney, match=r"j\.yaml:2: neither UTF-8 nor Windows-1252"):
        read_journey(write(tmp_path, b"journey: x\nneed: \x81\n"))
    with pytest.raises(InvalidJourney, match=r"j\.yaml:2: there is a control character here"):
        read_journey(write(tmp_path, b"journey: x\nneed: a\x07b\n"))


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"PK\x03\x04\x14\x00", "j.yaml: this is a packed file, as Word"),
        (b"%PDF-1.4\n1 0 obj\n", "j.yaml: this is a PDF"),
        (b"\x89PNG\r\n\x1a\n", "j.yaml: this is a picture"),
        (b"<svg/>", "j.yaml:1: this is XML, and no journey file"),
        (models.PLAIN, "j.yaml:1: this is a BPMN model, and no journey file; 'cjbpmn extract'"),
        (b"I go there\n---\nI come", "j.yaml:1: expected keys and values|one journey a file"),
        (b"'I go' there\nI come", "j.yaml:1: the text goes on after its closing quote"),
        (b"%x 1 0 obj\nI come\n", "j.yaml:2: expected a key, a colon and a blank: I come"),
    ],
)
def test_another_kind_of_file_is_told_for_what_it_is(
    data: bytes, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidJourney, match=complaint):
        read_journey(write(tmp_path, data))


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidJourney, match="larger than 5 MB"):
        read_journey(write(tmp_path, b"#" * (MAX_BYTES + 1)))


@pytest.mark.parametrize(
    "text",
    [
        "journey: x\na0: &a0 [l, l]\n"
        + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)),
        "journey: x\na: &a [*a]\n",
        "journey: x\na: " + "[" * 50_000 + "\n",
        "journey: x\na:\n" + "- " * 5_000 + "\n",
        "journey: x\na: " + "{a: " * 50 + "1" + "}" * 50 + "\n",
    ],
)
def test_bombs_are_refused(text: str) -> None:
    assert len(str(refusal(text))) < 1000


def test_anchors_may_be_used() -> None:
    journey = read_journey(
        "journey: x\nsteps:\n- {do: a, sees: &desk [counter, uniform]}\n- {do: b, sees: *desk}\n"
    )
    assert journey.steps[0].sees == journey.steps[1].sees != ()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("do: I ask: when?", "a text with ': ' in it needs quotes; write do: \"I ask: when\\?\""),
        ("do: I ask:", "a text with ': ' in it needs quotes"),
        ('do: I say "a: b" now', "write do: 'I say \"a: b\" now'"),
        ('do: "Hello" I say', "closing quote, .* write do: '\"Hello\" I say'"),
        ("do: 'It's fine'", "the text goes on after its closing quote"),
        ("do: *important* I pay", r"a text cannot begin with \*; write do: "),
        ("do: & I pay", "a text cannot begin with &"),
        ("do: %5 off", "a text cannot begin with %"),
        ("do: @home I sit", "a text cannot begin with @"),
        ("do: `code`", "a text cannot begin with `"),
        ("do: !important I pay", "a value cannot begin with !important"),
        ("do: > I pay", "a text cannot begin with >"),
        ("do: | I pay", r"a text cannot begin with \|"),
        ("do: - I pay", "a text cannot begin with -"),
        ("do: ? I pay", r"a text cannot begin with \?"),
        ("do: [x] I pay", "close each bracket"),
        ("do: {x} I pay", "close each bracket"),
        ("do: “I ask: when?”", 'curly quotes do not quote; write do: "I ask: when\\?"'),
        ("do: “Hello: x” I say", "curly quotes do not quote"),
        ('do: "C:\\docs"', "a backslash means something in double quotes"),
        ("do:I pay", "a space is missing after the colon: - do:I pay"),
        ("do: I pay\n    feels: {value: 1, because: I ask: when?}", "close each bracket"),
        ("do: I pay\n    feels: {value: 1, because: a, really}", "a comma ends a text.*'really'"),
        ("do: I pay\n    feels: {value: 1, because: “a, really”}", "'really”' in straight quotes"),
        ("do: I pay\n    sees: [sign: closed]", 'needs quotes: "sign: closed"'),
        ("do: I pay\n    at: [Shop: pay]", "at: a text with ': ' in it needs quotes"),
        ("do: I pay\n    at:\n      Shop: pay", 'needs quotes: "Shop: pay"'),
        ("do: I pay\n      at: x", "this is indented deeper"),
        ("do: I pay\n   at: x", "the indentation does not fit"),
        ("do: I pay\n    at x\n    met: 1", "expected a key, a colon and a blank|deeper"),
        ("do: I pay\n\t  at: x", "begins with a tab; indent with spaces"),
        ("do: I pay\n    at: [x", "close each bracket"),
        ('do: "I pay', "a quote is opened here and never closed"),
        ("I ask: when?", 'needs quotes: "I ask: when\\?"'),
        ("do: I pay\n    <<: {at: x}", "'<<' is not part of YAML 1.2"),
        ("do: I pay\n    ? [x]\n    : y", "a key must be a word or two"),
        ("do: I pay\n    do: I eat", "the key 'do' stands twice"),
        ("do: I pay\n    moment of truth: no\n    moment_of_truth: no", "stands twice"),
    ],
)
def test_every_trap_of_yaml_is_explained_in_its_line(line: str, complaint: str) -> None:
    with pytest.raises(InvalidJourney, match=complaint) as caught:
        read_journey(f"journey: x\nsteps:\n  - do: I walk in\n  - {line}\n    told: no\n")
    # The fault stands in the first line of the step, or in the last that was broken.
    assert caught.value.line in range(4, 5 + line.count("\n"))


@pytest.mark.parametrize(
    ("line", "text", "warning"),
    [
        ("do: I take ticket #5", "I take ticket", "the text ends before '#5'"),
        ("do: &tea and coffee", "and coffee", "&tea is read as a name"),
    ],
)
def test_what_yaml_swallows_is_told(line: str, text: str, warning: str) -> None:
    with pytest.warns(CjbpmnWarning, match=f"^line 3: {warning}.*quotes"):
        assert read_journey(f"journey: x\nsteps:\n  - {line}\n").steps[0].do == text


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("do: I take ticket#5", "I take ticket#5"),
        ('do: "I take ticket #5: please"  # said twice', "I take ticket #5: please"),
        ("do: I pay # in cash", "I pay"),
        ("do: “I pay now”", "I pay now"),
        ("do: „Ich zahle“", "Ich zahle"),
        ("do: I say “please” and pay", "I say “please” and pay"),
        ("do: I say 'no' and \"yes\"", "I say 'no' and \"yes\""),
        ("do: I'm in", "I'm in"),
        ("do: I pay at 12:30 for 5:1", "I pay at 12:30 for 5:1"),
        ("do: I pay\n      in two lines", "I pay in two lines"),
        ("do: >\n      I pay\n      folded", "I pay folded"),
        ("do: 5%", "5%"),
        ("do: see http://example.org/#top", "see http://example.org/#top"),
    ],
)
def test_what_is_no_trap_is_read(line: str, text: str) -> None:
    assert read_journey(f"journey: x\nsteps:\n  - {line}\n").steps[0].do == text


# ---------------------------------------------------------------------- what is out of range


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("feels: 3", "feels: 3 lies outside -2 to 2; for other numbers say 'scale: 1-5'"),
        ("feels: nan", "feels: 'nan' is no number, smiley or word"),
        ("feels: meh", "feels: 'meh' is no number, smiley or word"),
        ("feels: {because: x}", "feels: value is missing"),
        ("feels: {value: 6, scale: 1-5}", "feels: 6 lies outside 1 to 5"),
        ("feels: {value: 1, scale: five}", "scale: 'five' is no scale"),
        ("feels: {value: 1, scale: 5-1}", "scale: '5-1' is no scale"),
        ("feels: {value: 1, source: custmer}", "source: .*did you mean 'customer'"),
        ("feels: {value: 1, method: guessing}", "method: 'guessing' is none of interview, "),
        ("feels: {value: 1, n: -1}", "n: -1 lies outside 0"),
        ("feels: {value: 1, n: 1.5}", "n: 1.5 is no whole number"),
        ("feels: {value: 1, n: many}", "n: 'many' is no number"),
        ("met: 101", "met: 101 lies outside 0 to 100"),
        ("met: 1e400", "met: '1e400' is no number"),
        ("importance: 0", "importance: 0 lies outside 1 to 5"),
        ("direction: sideways", "direction: 'sideways' is none of from customer, "),
        ("waits: 10", "waits: '10' names no time"),
        ("waits: 30-45 min", "waits: .*range"),
        ("waits: -5 min", "waits: .*negative"),
        ("waits: [1 h, 2 h]", "waits: expected one text"),
        ("told: maybe", "told: 'maybe' is neither yes nor no nor a time"),
        ("moment of truth: perhaps", "moment of truth: 'perhaps' is neither yes nor no"),
        ("sees: {type: spaceship}", "type: 'spaceship' is none of"),
        ("sees: {text: x, impression: 3}", "impression: 3 lies outside -2 to 2"),
        ("thinks: [a, b]", "thinks: expected one text"),
        ("after: x", "after: 'x' is no other step"),
        ("after: I wait", "after: 'I wait' is no other step"),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_line_and_key(line: str, complaint: str) -> None:
    with pytest.raises(InvalidJourney, match=f"^line [45]: {complaint}"):
        read_step(line)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("\n", "there is nothing in it"),
        ("# nothing\n", "there is nothing in it"),
        ("just text\n", "1: expected keys and values, such as 'journey: "),
        ("- a\n- b\n", "1: expected keys and values"),
        ("need: a\n", "1: journey is missing; write 'journey: Buying a house'"),
        ("journey:\n", "1: journey is missing"),
        ("jurney: x\n", r"1: journey is missing \(found 'jurney'\)"),
        ("journey: x\nsteps:\n- at: y\n", "3: steps: do is missing"),
        ("journey: x\nsteps:\n- do: ''\n", "3: steps: do is missing"),
        ("journey: x\nsteps:\n- [a, b]\n", "3: steps: expected keys and values"),
        ("journey: x\nobservations:\n- impact: 1\n", "3: observations: see is missing"),
        ("journey: x\nobservations: [{see: a, impact: 9}]\n", "2: impact: 9 lies outside"),
        ("journey: x\nobservations: [{see: a, horizon: never}]\n", "2: horizon: 'never'"),
        ("journey: x\nnorms: [{at most: 2 days}]\n", "2: norms: text is missing"),
        ("journey: x\nnorms: [{text: a, at most: soon}]\n", "2: at most: 'soon' names no time"),
        ("journey: x\ndurations: [{at: [], takes: 1 h}]\n", "2: durations: at is missing"),
        ("journey: x\npersona: {prefers: phone}\n", "2: persona: name is missing"),
        ("journey: x\npersona: [a, b]\n", "2: persona: one persona a journey"),
        ("journey: x\nkind: seller\n", "2: kind: 'seller' is none of buyer, customer, both"),
        ("journey: x\nview: intern\n", "2: view: .*did you mean 'internal'"),
        ("journey: x\ncjbpmn: 2\n", "2: cjbpmn: '2' is a form that is not known here"),
        ("journey: x\nscale: 5\n", "2: scale: '5' is no scale"),
        ("journey: x\ndefault: {sorce: data}\n", "2: default: .*did you mean 'source'"),
        ("journey: x\n---\njourney: y\n", "2: a second document begins here"),
        (
            "journey: x\nphases: [ordering, paying]\nsteps: [{do: a, phase: ordring}]\n",
            "3: phase: 'ordring' is not in the list of phases; did you mean 'ordering'",
        ),
        (
            "journey: x\nphases: [ordering, paying]\nsteps: [{do: a, phase: z}]\n",
            "3: phase: 'z' is not in the list of phases; there are ordering, paying",
        ),
        ("!!python/object/apply:os.system [ls]\n", "1: expected keys and values"),
    ],
)
def test_a_file_that_is_no_journey_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(InvalidJourney, match=f"^(line )?{complaint}"):
        read_journey(text)


def test_an_error_names_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, b"journey: x\nsteps:\n- do: a\n  feels: 3\n")
    with pytest.raises(InvalidJourney, match=r"j\.yaml:4: feels: 3 lies outside") as caught:
        read_journey(path)
    assert (caught.value.path, caught.value.line) == (str(path), 4)


def test_where_there_are_no_lines_the_step_is_named() -> None:
    steps = [{"do": "a"}, {"do": "b", "feels": 3}]
    with pytest.raises(InvalidJourney, match=r"^step 2: feels: 3 lies outside"):
        read_journey({"journey": "x", "steps": steps})
    with pytest.raises(InvalidJourney, match="stands twice"):
        read_journey({"journey": "x", "Journey": "y"})


def test_a_file_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(InvalidJourney, match="no such file"):
        read_journey(tmp_path / "none.yaml")
