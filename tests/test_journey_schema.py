"""The JSON Schema of the journey file says what the reader says, as far as a schema can."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
import subprocess
import warnings
from pathlib import Path
from typing import Any

import journeys_at_random
import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

import cjbpmn as cj
from cjbpmn.errors import InvalidJourney
from cjbpmn.journey import CHOICES, RANGES
from cjbpmn.journey.forms import FORMS
from cjbpmn.journey.patterns import number_between, one_of_words, spelling_of_key
from cjbpmn.journey.plain import plain_journey
from cjbpmn.journey.reader import SMILEYS, Reader
from cjbpmn.journey.schema import PATH, description_of, make_schema, write_schema
from cjbpmn.journey.yaml import key_of
from cjbpmn.lexicon import languages, words

ROOT = Path(__file__).parents[1]
FILES = [
    *sorted((ROOT / "tests" / "journeys").glob("*.yaml")),
    *sorted((ROOT / "docs" / "examples").glob("*.journey.yaml")),
]
SCHEMA = make_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def as_an_editor_reads(text: str) -> Any:
    """Read YAML as editors do: version 1.2, and what looks like a date is a text."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): plain(part) for key, part in value.items()}
        if isinstance(value, list):
            return [plain(part) for part in value]
        if isinstance(value, dt.date):
            return value.isoformat()
        return value

    return plain(YAML(typ="safe", pure=True).load(text))


def accepts(value: Any) -> bool:
    return VALIDATOR.is_valid(value)


def step(**keys: Any) -> dict[str, Any]:
    return {"journey": "x", "steps": [{"do": "I wait", **keys}]}


def reads(value: Any) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            cj.read_journey(value)
        except InvalidJourney:
            return False
        return True


# -------------------------------------------------------------------------------- the file itself


def test_the_file_is_the_one_that_is_made() -> None:
    assert json.loads(PATH.read_text(encoding="utf-8")) == SCHEMA, (
        "run python -m cjbpmn.journey.schema"
    )


def test_it_can_be_written_elsewhere(tmp_path: Path) -> None:
    path = write_schema(tmp_path / "mine.json")
    assert path.read_bytes() == PATH.read_bytes()


def test_it_is_a_schema_of_2020_12() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    references = set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(SCHEMA)))
    for reference in references:
        place: Any = SCHEMA
        for name in reference.split("/"):
            place = place[name]
        assert isinstance(place, dict)


def test_every_key_is_there_and_explained() -> None:
    for name, form in FORMS.items():
        told = SCHEMA["$defs"][name]
        assert list(told["properties"]) == list(form.keys)
        for key, part in told["properties"].items():
            assert part["description"] == description_of(name, key)
            assert re.fullmatch(r"[A-Z][^\n]*\.", part["description"]), (name, key)


def test_every_kind_is_one_of_the_reader() -> None:
    for form in FORMS.values():
        assert all(hasattr(Reader, kind) for kind in form.keys.values())


def all_patterns(part: Any) -> set[str]:
    if isinstance(part, list):
        return {found for one in part for found in all_patterns(one)}
    if not isinstance(part, dict):
        return set()
    found = {text for name, text in part.items() if name == "pattern" and isinstance(text, str)}
    found |= {text for text in part.get("patternProperties", {}) if isinstance(text, str)}
    return found | {text for one in part.values() for text in all_patterns(one)}


def test_editors_can_read_all_regular_expressions(node: str, tmp_path: Path) -> None:
    patterns = sorted(all_patterns(SCHEMA))
    assert len(patterns) > 100
    script = "JSON.parse(require('fs').readFileSync(process.argv[1])).map(p => new RegExp(p, 'u'))"
    order = tmp_path / "patterns.json"
    order.write_text(json.dumps(patterns), encoding="utf-8")
    done = subprocess.run(  # noqa: S603  (our own script)
        [node, "-e", script, str(order)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# ----------------------------------------------------------------------------- what it lets pass


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_real_journeys_pass(path: Path) -> None:
    VALIDATOR.validate(as_an_editor_reads(path.read_text(encoding="utf-8")))


VALID = {
    "spelled with blanks": step(**{"moment of truth": True, "next step told": "no"}),
    "spelled with hyphens": step(**{"Moment-Of-Truth": "yes"}),
    "do in capitals": {"Journey": "x", "STEPS": [{"Do": "I wait"}]},
    "a text for a step": {"journey": "x", "steps": ["I walk in", "I eat"]},
    "one step": {"journey": "x", "steps": {"do": "I eat"}},
    "one text for one step": {"journey": "x", "steps": "I eat"},
    "a number as a text": {"journey": 2024, "steps": [{"do": 5, "at": [1, 2]}]},
    "yes as a word or not": {
        "journey": "x",
        "steps": [
            {"do": "a", "told": False, "moment_of_truth": "ja", "logical": True},
            {"do": "b", "told": "10 min", "moment_of_truth": True, "logical": "?"},
            {"do": "c", "told": "Yes", "logical": "Unknown"},
        ],
    },
    "feelings": step(feels=[1, -0.5, "+1", "\u22121", ":)", ":-(", "very happy", "Heel Blij"]),
    "feelings in detail": step(
        feels=[{"value": 1, "n": "6"}, {"label": "happy"}, {"value": "☹️", "label": "whatever"}]
    ),
    "another scale": {"journey": "x", "scale": "1-5", "steps": [{"do": "a", "feels": 5}]},
    "another scale as a list": {"journey": "x", "scale": [0, 10], "steps": [{"do": "a", "feels": 9}]},
    "another scale for one": step(feels={"value": 9, "scale": "0..10"}),
    "a scale in capitals": {"journey": "x", "Scale": "1-5", "steps": [{"do": "a", "feels": 5}]},
    "percent": step(met="80%", expects="x"),
    "words with blanks": step(sees={"type": "Waiting Area"}, direction="from_customer"),
    "any channel": step(channel="balie", channels=["pigeon", {"name": "app", "content": "a text"}]),
    "evidence": step(sees=["menu board", {"type": "letter"}, {"text": "a smell"}, 7]),
    "empty keys": step(at=None, waits=None, feels=None, needs=None),
    "empty items": step(at=[None, "A"], feels=[None, 1]),
    "blank texts": step(at=["", "A"], waits=" ", feels="", source="", thinks=""),
    "unknown keys": step(brand="good", depth={"of": ["all", {"kinds": 1}]}),
    "persona of one": {"journey": "x", "persona": ["Ann"]},
    "no persona": {"journey": "x", "persona": []},
    "small and large numbers": {"journey": "x", "measurements": [1e-05, 10**14, 1e14]},
    "persona with facts": {"journey": "x", "persona": {"name": "Ann", "age": 42, "facts": {"a": 1}}},
    "times": step(waits="2 werkdagen", takes="PT8M"),
    "branches": {"journey": "x", "branches": {"at": "A -> B", "share": "80 %"}},
    "calendars": {
        "journey": "x",
        "begins": "2026-03-02 9:00",
        "calendars": [
            {"at": "A", "works": "Mon-Fri 9:00-17:00"},
            {"at": ["A", "B"], "Works": ["ma-do 9-17", "vr 9-12"], "closed": "12-25"},
        ],
    },
    "durations": {
        "journey": "x",
        "durations": [
            {"at": "A", "takes": "1 h"},
            {"at": "A", "Most": "1 h"},
            {"at": "A", "likely": "1 h", "distribution": "Exponential"},
            {"at": "A", "takes": "1 h", "deviation": "1 h", "distribution": "lognormal"},
            {"at": "A", "takes": "1 h", "stages": 3, "distribution": "erlang"},
        ],
    },
    "statistics": {"journey": "x", "statistics": [{"at": ["A"], "count": 10**12, "p90": "2 h"}, "B"]},
    "measurements": {"journey": "x", "measurements": [83, {"measured": "-1,5"}]},
    "norms": {"journey": "x", "norms": [{"text": "x", "from": "A", "to": "B", "at most": "2 days"}]},
    "validated": {"journey": "x", "validated": "a panel", "default": {"source": "Data", "n": 0}},
    "needs": {"journey": "x", "need": {"text": "a", "level": 4}, "phases": {"name": "a", "need": "b"}},
    "version": {"journey": "x", "cjbpmn": 1, "lang": "nl"},
}  # fmt: skip


@pytest.mark.parametrize("name", VALID)
def test_it_accepts_what_the_reader_accepts(name: str) -> None:
    assert reads(VALID[name])
    VALIDATOR.validate(VALID[name])


INVALID = {
    "no name": {"steps": []},
    "no name behind it": {"journey": None},
    "a blank name": {"journey": " "},
    "no mapping": [],
    "a missing do": {"journey": "x", "steps": [{"at": "A"}]},
    "an empty do": {"journey": "x", "steps": [{"do": None}]},
    "feels out of range": step(feels=3),
    "feels out of range as text": step(feels=["-3"]),
    "feels out of range in detail": step(feels=[{"value": 2.5, "n": 1}]),
    "feels out of range in capitals": step(Feels={"Value": 7}),
    "label out of range": step(feels={"label": 7}),
    "feels nothing known": step(feels="hapy"),
    "feels without a value": step(feels={"because": "x"}),
    "feels of a phase": {"journey": "x", "phases": [{"name": "a", "feels": -4}]},
    "met": step(met=101),
    "met as text": step(met="250%"),
    "importance": step(importance=0),
    "a half importance": step(importance=2.5),
    "a word": step(source="nobody"),
    "an evidence type": step(sees={"type": "ghost"}),
    "evidence of nothing": step(sees={"impression": 1}),
    "evidence of nothing at all": step(sees={"text": None, "impression": 1}),
    "told": step(told=["yes"]),
    "a moment": step(moment_of_truth="maybe"),
    "an answer": step(logical=3),
    "a time without a unit": step(waits=8),
    "a time without a unit as text": step(waits="8"),
    "a negative time": step(waits="-8 min"),
    "text of a mapping": step(thinks={"a": "b"}),
    "at of a mapping": step(at={"a": "b"}),
    "version": {"journey": "x", "cjbpmn": 2},
    "scale": {"journey": "x", "scale": "five"},
    "a default for something else": {"journey": "x", "default": {"channel": "app"}},
    "two personas": {"journey": "x", "persona": ["Ann", "Bob"]},
    "a calendar without hours": {"journey": "x", "calendars": [{"at": "A"}]},
    "a begin that is none": {"journey": "x", "begins": "soon"},
    "a branch without a share": {"journey": "x", "branches": ["A -> B"]},
    "a duration of nothing": {"journey": "x", "durations": [{"takes": "1 h"}]},
    "stages": {"journey": "x", "durations": [{"at": "A", "takes": "1 h", "stages": 0}]},
    "a duration without a time": {"journey": "x", "durations": [{"at": "A", "least": "1 h"}]},
    "a duration of text only": {"journey": "x", "durations": ["A"]},
    "an Erlang without stages": {
        "journey": "x",
        "durations": {"at": "A", "takes": "1 h", "distribution": "Erlang"},
    },
    "facts": {"journey": "x", "persona": {"name": "Ann", "facts": ["a"]}},
    "a measurement in words": {"journey": "x", "measurements": ["many"]},
    "a list in a list": step(at=[["A"]]),
}


@pytest.mark.parametrize("name", INVALID)
def test_it_refuses_what_the_reader_refuses(name: str) -> None:
    assert not reads(INVALID[name])
    assert not accepts(INVALID[name])


@pytest.mark.parametrize("bound", RANGES)
def test_ranges_hold_for_numbers_and_for_texts(bound: str) -> None:
    low, high = RANGES[bound]
    places = [(name, key) for name, form in FORMS.items() for key in form.keys if key == bound]
    assert places
    for name, key in places:
        # A feeling may be on another scale; the tests above are about that.
        if (name, key) == ("feeling", "value"):
            continue
        part = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{name}/properties/{key}"}
        holds = jsonschema.Draft202012Validator(part).is_valid
        for good in (low, high, f"{low:.0f}", f"{high:.0f}", f"+{high:.0f}", f"{high:.0f}%"):
            assert holds(good), (name, good)
        for bad in (low - 1, high + 1, f"{low - 1:.0f}", f"{high + 1:.0f}", f"{high:.0f}.5"):
            assert not holds(bad), (name, bad)


@pytest.mark.parametrize("name", CHOICES)
def test_words_are_offered_in_their_order(name: str) -> None:
    offered = [
        part["enum"]
        for form, told in SCHEMA["$defs"].items()
        for key, about in told.get("properties", {}).items()
        if key == name and form in FORMS and FORMS[form].keys[key] == "choice"
        for part in about["anyOf"]
        if "enum" in part
    ]
    if name in {
        "next_step_told",
        "logical",
        "efficient",
        "effective",
        "appropriate",
        "preventable",
    }:
        offered = [["yes", "no", "unknown"]]
    assert offered
    assert all(words == [word.value for word in CHOICES[name]] for words in offered)


def test_all_smileys_and_words_for_feelings_pass() -> None:
    spoken = [
        word
        for language in languages()
        for section in ("emotion", "feeling")
        for part in words(language)[section].values()
        for word in ((part,) if isinstance(part, str) else part)
    ]
    for text in [*SMILEYS, *spoken, *map(str.upper, spoken), *map(str.title, spoken)]:
        assert accepts(step(feels=text)) == reads(step(feels=text)), text


# ------------------------------------------------------------------------------- the little parts


@given(st.integers(-30, 30) | st.decimals(-30, 30, places=2), st.sampled_from([*RANGES.values()]))
def test_numbers_as_texts_are_within_their_bounds(number: Any, bounds: tuple[float, float]) -> None:
    low, high = bounds
    text = str(number)
    assume(float(text) != 0 or not text.startswith("-"))
    found = re.search(number_between(low, high), text) is not None
    assert found == (low <= float(text) <= high)
    is_whole = float(text) == int(float(text))
    assert (re.search(number_between(low, high, whole=True), text) is not None) == (
        found and is_whole
    )


@given(st.sampled_from([key for form in FORMS.values() for key in form.keys]), st.data())
def test_a_key_is_known_in_every_spelling_of_the_reader(key: str, data: st.DataObject) -> None:
    blank = st.sampled_from([" ", "_", "-", "  ", " - "])
    parts = [
        data.draw(blank) if one == "_" else data.draw(st.sampled_from([one, one.upper()]))
        for one in key
    ]
    written = "".join(parts)
    assert key_of(written) == key
    assert (re.search(spelling_of_key(key), written) is not None) == (written != key)


@given(st.text(alphabet="atmos _-", max_size=9))
def test_no_other_key_is_taken_for_it(written: str) -> None:
    if re.search(spelling_of_key("at_most"), written):
        assert key_of(written) == "at_most"


def test_words_are_not_found_inside_others() -> None:
    pattern = one_of_words(["no", "focus-group"])
    assert [bool(re.search(pattern, text)) for text in ("no", " NO ", "nope", "Focus group")] == [
        True,
        True,
        False,
        True,
    ]


# ------------------------------------------------- what the schema accepts, the reader accepts

TIMES = st.sampled_from(["8 min", "2 days", "PT8M", "half an hour", "1 h 30 min", "2 werkdagen"])
TEXTS = st.sampled_from(["A", "A -> B", "x: y", "no", "12:30", "é", "7"]) | st.text(max_size=5)
NO_TEXT = (
    st.none()
    | st.booleans()
    | st.integers(-10, 200)
    | st.floats(-10, 200, allow_nan=False)
    | st.integers()
    | st.just([])
    | st.just({})
    | st.lists(TEXTS, max_size=2)
    | st.dictionaries(TEXTS, TEXTS, max_size=2)
)
ODD = NO_TEXT | TEXTS
LISTED = {
    "steps": "step", "phases_of_all": "phase", "emotions": "feeling", "evidence": "evidence",
    "needs": "need", "insights": "insight", "channels": "channel", "contents": "content",
    "fallbacks": "fallback", "observations": "observation", "norms": "norm",
    "measurements": "measurement", "statistics": "statistics", "durations": "duration",
    "branches": "branch", "calendars": "calendar",
}  # fmt: skip
ALONE = {
    "need": "need",
    "persona": "persona",
    "validation": "validation",
    "default_of_all": "default",
}
ANSWERS = st.sampled_from(["yes", "nee", "OUI", True, False])
FELT = st.sampled_from([-2, 0.5, "1", "0,5", ":(", ":-)", "happy", "Zeer Tevreden", "hapy", 3])
HOURS = st.sampled_from(["Mon-Fri 9:00-17:00", "za 9-12, 13-16 u", "9-17"])
# Only the reader knows whether words name a time or a day, so all such texts here do.
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "timespan": TIMES,
    "told": TIMES | ANSWERS,
    "shifts": HOURS | st.lists(HOURS, max_size=2),
    "closed_days": st.lists(st.sampled_from(["12-25", "2026-05-01 to 2026-05-05"]), max_size=2),
    "moment": st.sampled_from(["2026-03-02", "2026-03-02 9:00", "2026-03-02T09:00Z", "soon"]),
    "answer": ANSWERS | st.sampled_from(["unknown", "?"]),
    "boolean": ANSWERS,
    "texts": TEXTS | st.lists(TEXTS, max_size=2),
    "channel": st.sampled_from(["app", "balie", "pigeon"]),
    "channel_names": st.lists(st.sampled_from(["app", "balie"]), max_size=2),
    "pairs": st.dictionaries(st.text(max_size=3), TEXTS, max_size=2),
    "version": st.sampled_from([1, "1", "1.0", 1.0]),
}


def spelled(key: str) -> st.SearchStrategy[str]:
    return st.sampled_from([key, key, key, key.replace("_", " "), key.replace("_", "-").title()])


def values(name: str, key: str, depth: int) -> st.SearchStrategy[Any]:
    """Draw something that belongs behind a key, more or less."""
    kind = FORMS[name].keys[key]
    if (name, key) in {("feeling", "value"), ("feeling", "label")}:
        return FELT
    if kind in {"number", "integer"}:
        low, high = RANGES.get(key, (-(10**6), 10**6))
        whole = st.integers(int(low) - 1, int(high) + 1)
        return whole | whole.map(str) | whole.map("{}%".format) | st.floats(low, high)
    if kind == "choice":
        return st.sampled_from([form(word) for word in CHOICES[key] for form in (str, str.upper)])
    form = LISTED.get(kind) or ALONE.get(kind)
    if form is None or depth > 3:
        return GOOD.get(kind, TEXTS)
    one = mappings(form, depth + 1) | (FELT if form == "feeling" else TEXTS)
    return one if kind in ALONE else one | st.lists(one, max_size=3)


@st.composite
def mappings(draw: st.DrawFn, name: str, depth: int = 0) -> dict[str, Any]:
    """Draw a mapping with keys of a form; now and then, something else stands behind one."""
    form = FORMS[name]
    # A schema cannot know which steps there are, nor which numbers are on a scale of the file's,
    # nor whether a phase is in the list, nor which of two times is the longer one.
    unknowable = {"after", "scale", "phases", "least", "likely"}
    known = [key for key in form.keys if key not in unknowable]
    keys = draw(st.lists(st.sampled_from(known), max_size=4, unique=True))
    needed = [*form.required, *(["takes"] if name == "duration" else [])]
    keys = {*keys, *(key for key in needed if draw(st.integers(0, 19)))}
    found = {}
    for key in sorted(keys):
        odd = NO_TEXT if form.keys[key] in {"timespan", "told", "shifts", "closed_days"} else ODD
        drawn = values(name, key, depth) if draw(st.integers(0, 14)) else odd
        found[draw(spelled(key))] = draw(drawn)
    if not draw(st.integers(0, 5)):
        found["something else"] = draw(ODD)
    return found


@settings(max_examples=400, deadline=None)
@given(mappings("journey"))
def test_what_the_schema_accepts_the_reader_accepts(value: dict[str, Any]) -> None:
    assume(accepts(value))
    before = copy.deepcopy(value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cj.read_journey(value)
    assert value == before


@settings(max_examples=60, deadline=None)
@given(journeys_at_random.journeys(st.just("A"), st.just("A -> B")))
def test_what_the_writer_writes_is_accepted(journey: cj.Journey) -> None:
    VALIDATOR.validate(json.loads(json.dumps(plain_journey(journey))))


@settings(max_examples=300, deadline=None)
@given(mappings("step"))
def test_what_the_schema_accepts_as_a_step_the_reader_accepts(value: dict[str, Any]) -> None:
    whole = {"journey": "x", "steps": [value]}
    assume(accepts(whole))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cj.read_journey(whole)
