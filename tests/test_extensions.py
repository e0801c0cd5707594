from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from cjbpmn import extensions
from cjbpmn.errors import InvalidValue
from cjbpmn.extensions.customer_activity import CustomerActivity
from cjbpmn.extensions.emotion import Emotion
from cjbpmn.extensions.persona import Persona
from cjbpmn.extensions.schema import declared_elements, make_moddle, make_xsd
from cjbpmn.fields import Text
from cjbpmn.names import NAMESPACES

FOLDER = Path(extensions.__path__[0])
XSD = etree.XMLSchema(etree.fromstring(make_xsd().encode()))


def parse(text: str) -> etree._Element:
    return etree.fromstring(re.sub(r"^(<cj:\w+)", rf'\1 xmlns:cj="{NAMESPACES["cj"]}"', text))


class TestSchemas:
    @pytest.mark.parametrize(("name", "text"), [("cj.xsd", make_xsd()), ("cj.json", make_moddle())])
    def test_the_committed_schema_is_the_generated_one(self, name: str, text: str) -> None:
        assert (FOLDER / name).read_text("utf-8") == text, (
            "the classes changed: run python -m cjbpmn.extensions.schema"
        )

    def test_every_file_declares_elements_and_every_element_is_found(self) -> None:
        modules = {path.stem for path in FOLDER.glob("*.py")} - {
            "__init__",
            "schema",
            "insight",
        }  # the base of three
        assert {element.__module__.rpartition(".")[2] for element in declared_elements()} == modules

    def test_no_text_is_called_like_an_element(self) -> None:
        """One name in our namespace is one thing, or moddle takes the one for the other."""
        names = {
            field.name
            for element in declared_elements()
            for field in element.fields().values()
            if isinstance(field, Text)
        }
        assert not names & {element.tag.removeprefix("cj:") for element in declared_elements()}


VALID = {
    "cj:added": "<cj:added>a b</cj:added>",
    "cj:branch": '<cj:branch share="62.5" source="data" order="1"/>',
    "cj:calendar": '<cj:calendar works="Mon-Fri 09:00-17:00; Sat 09:00-12:30" closed="12-25"/>',
    "cj:changed": '<cj:changed of="a" attribute="name" was="b"/>',
    "cj:channel": '<cj:channel name="website" device="smartphone"/>',
    "cj:computed": '<cj:computed><cj:wait end="Task_1"/></cj:computed>',
    "cj:content": '<cj:content for="employee" system="CRM"><cj:text>history</cj:text></cj:content>',
    "cj:customerActivity": '<cj:customerActivity order="1" takes="PT5M" waits="2 werkdagen" n="6"/>',
    "cj:duration": '<cj:duration takes="PT2H" distribution="erlang" stages="3"/>',
    "cj:emotion": '<cj:emotion value="-1.5" source="customer" n="6" spread="2" arousal="4.5"/>',
    "cj:enrichment": '<cj:enrichment declares="cj color"/>',
    "cj:evidence": '<cj:evidence type="letter" impression="2"><cj:text>a</cj:text></cj:evidence>',
    "cj:fallback": '<cj:fallback refs="a b" channel="phone"><cj:text>Call</cj:text></cj:fallback>',
    "cj:function": '<cj:function for="customer"><cj:text>pay by card</cj:text></cj:function>',
    "cj:gain": '<cj:gain severity="5"><cj:text>the smile</cj:text></cj:gain>',
    "cj:journey": '<cj:journey id="J" name="Lunch" kind="buyer" state="to-be" view="mixed" '
    'begins="2026-03-02T09:00:00"/>',
    "cj:measurement": '<cj:measurement measured="-7.25" unit="%" n="40" source="data"/>',
    "cj:need": '<cj:need level="1" met="80"><cj:text>to know when</cj:text></cj:need>',
    "cj:norm": '<cj:norm atMost="P2D" metric="wait" comparison="at most" percentile="90"/>',
    "cj:observation": '<cj:observation impact="5" effort="1" preventable="unknown" level="2"/>',
    "cj:opportunity": '<cj:opportunity severity="1"><cj:text>a text</cj:text></cj:opportunity>',
    "cj:pain": '<cj:pain severity="3"><cj:text>the queue</cj:text></cj:pain>',
    "cj:persona": '<cj:persona name="Ann" prefers="email; phone" picture="ann.png"/>',
    "cj:phase": '<cj:phase id="P" name="ordering"/>',
    "cj:property": '<cj:property key="colour">red</cj:property>',
    "cj:statistics": '<cj:statistics count="120" share="33.3" p50="PT1H" p90="P1D" complaints="4"/>',
    "cj:touchpoint": '<cj:touchpoint importance="5" momentOfTruth="true" met="0" logical="no"/>',
    "cj:wait": '<cj:wait start="a b" end="c#out" expected="30.5" p90="48" incomplete="true"/>',
    "cj:validation": '<cj:validation by="customer panel" n="12" date="2026-11-02"/>',
}
INVALID = [
    ("cj:branch", '<cj:branch share="101"/>', "share"),
    ("cj:branch", '<cj:branch share="often"/>', "share"),
    ("cj:calendar", '<cj:calendar works="often"/>', "works"),
    ("cj:calendar", '<cj:calendar works="Mon 09:00-17:00" closed="Christmas"/>', "closed"),
    ("cj:content", '<cj:content for="mother"/>', "for_"),
    ("cj:customerActivity", '<cj:customerActivity order="0"/>', "order"),
    ("cj:customerActivity", '<cj:customerActivity order="1" n="-1"/>', "n"),
    ("cj:customerActivity", '<cj:customerActivity order="1" source="mother"/>', "source"),
    ("cj:duration", '<cj:duration distribution="bell"/>', "distribution"),
    ("cj:duration", '<cj:duration stages="0"/>', "stages"),
    ("cj:emotion", '<cj:emotion value="3"/>', "value"),
    ("cj:emotion", '<cj:emotion value="sad"/>', "value"),
    ("cj:emotion", '<cj:emotion value="1" source="mother"/>', "source"),
    ("cj:emotion", '<cj:emotion value="1" n="-1"/>', "n"),
    ("cj:emotion", '<cj:emotion value="1" arousal="6"/>', "arousal"),
    ("cj:emotion", '<cj:emotion value="1" method="guess"/>', "method"),
    ("cj:evidence", '<cj:evidence type="lettre"/>', "type"),
    ("cj:evidence", '<cj:evidence impression="-3"/>', "impression"),
    ("cj:function", '<cj:function for="nobody"/>', "for_"),
    ("cj:gain", '<cj:gain severity="6"/>', "severity"),
    ("cj:journey", '<cj:journey id="J" name="x" kind="seller"/>', "kind"),
    ("cj:journey", '<cj:journey id="J" name="x" state="was"/>', "state"),
    ("cj:journey", '<cj:journey id="J" name="x" begins="soon"/>', "begins"),
    ("cj:measurement", '<cj:measurement measured="much"/>', "measured"),
    ("cj:need", '<cj:need level="5"/>', "level"),
    ("cj:norm", '<cj:norm metric="love"/>', "metric"),
    ("cj:norm", '<cj:norm comparison="="/>', "comparison"),
    ("cj:norm", '<cj:norm percentile="200"/>', "percentile"),
    ("cj:observation", '<cj:observation impact="0"/>', "impact"),
    ("cj:observation", '<cj:observation horizon="soon"/>', "horizon"),
    ("cj:observation", '<cj:observation preventable="maybe"/>', "preventable"),
    ("cj:opportunity", '<cj:opportunity severity="high"/>', "severity"),
    ("cj:pain", '<cj:pain severity="0"/>', "severity"),
    ("cj:statistics", '<cj:statistics count="-1"/>', "count"),
    ("cj:statistics", '<cj:statistics share="110"/>', "share"),
    ("cj:touchpoint", '<cj:touchpoint momentOfTruth="maybe"/>', "moment_of_truth"),
    ("cj:touchpoint", '<cj:touchpoint met="101"/>', "met"),
    ("cj:touchpoint", '<cj:touchpoint direction="up"/>', "direction"),
    ("cj:touchpoint", '<cj:touchpoint appropriate="?"/>', "appropriate"),
    ("cj:wait", '<cj:wait end="c" expected="long"/>', "expected"),
    ("cj:validation", '<cj:validation by="x" n="many"/>', "n"),
]
KINDS = {kind.tag: kind for kind in declared_elements()}


def test_each_element_has_a_valid_sample() -> None:
    assert sorted(VALID) == sorted(KINDS)


@pytest.mark.parametrize("tag", VALID)
def test_python_and_the_xsd_take_what_is_valid(tag: str) -> None:
    element = parse(VALID[tag])
    XSD.assertValid(element)
    window = KINDS[tag](element)
    given = {*element.attrib} | {child.tag.partition("}")[2] for child in element}
    for name, field in window.fields().items():
        if field.name in given:
            assert getattr(window, name) not in {None, ()}, name


@pytest.mark.parametrize(("tag", "text", "field"), INVALID)
def test_python_and_the_xsd_refuse_what_is_not(tag: str, text: str, field: str) -> None:
    element = parse(text)
    assert not XSD.validate(element)
    with pytest.raises(InvalidValue, match="expected"):
        getattr(KINDS[tag](element), field)


def document_with(sample: str) -> str:
    return (
        f'<definitions xmlns="{NAMESPACES["bpmn"]}" xmlns:cj="{NAMESPACES["cj"]}" '
        f'targetNamespace="x"><process id="p"><extensionElements>{sample}</extensionElements>'
        "</process></definitions>"
    )


def test_moddle_takes_what_is_valid_and_writes_it_again(node: str, packages: Path) -> None:
    run = subprocess.run(  # noqa: S603 - our own script
        [node, "moddle.mjs", str(FOLDER / "cj.json")],
        cwd=packages.parent,
        input=json.dumps({tag: document_with(sample) for tag, sample in VALID.items()}),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    for tag, answer in json.loads(run.stdout).items():
        assert answer["warnings"] == [], tag
        assert answer["type"].lower() == tag.lower()
        written = etree.fromstring(answer["written"].encode()).find(f".//{{*}}{tag[3:]}")
        assert written is not None
        sample = parse(VALID[tag])
        assert dict(written.attrib) == dict(sample.attrib), tag
        assert [child.text for child in written] == [child.text for child in sample], tag


def test_unknown_attributes_and_children_are_left_alone() -> None:
    text = '<cj:emotion value="1" later="x"><cj:because>y</cj:because><cj:new/></cj:emotion>'
    emotion = Emotion(parse(text))
    emotion.because = "z"
    emotion.value = 2
    assert emotion.element.get("later") == "x"
    assert len(emotion.element) == 2


def test_a_field_is_written_read_and_removed() -> None:
    made = CustomerActivity.make(
        order=3,
        text="I wait",
        refs=("a", "b"),
        feels=(Emotion.make(value=-2, says="No & <no>"),),
    )
    again = CustomerActivity(etree.fromstring(etree.tostring(made.element)))
    assert (again.order, again.text, again.refs) == (3, "I wait", ("a", "b"))
    assert [(one.value, one.says) for one in again.feels] == [(-2.0, "No & <no>")]
    again.text = None
    again.refs = None
    again.feels = ()
    assert etree.tostring(again.element).count(b"<") == 1


def test_a_wrong_value_is_refused_when_it_is_set() -> None:
    with pytest.raises(InvalidValue, match="a number from -2 to 2"):
        Emotion.make(value=9)
    with pytest.raises(TypeError, match="no field"):
        Emotion.make(valeu=1)


def test_two_windows_on_one_element_are_equal() -> None:
    made = Persona.make(name="Anna", prefers=("e-mail", "smoke signals"))
    assert Persona(made.element) == made
    assert made.prefers == ("e-mail", "smoke signals")
