from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from cjbpmn import extensions
from cjbpmn.errors import InvalidValue
from cjbpmn.extensions.customer_activity import CustomerActivity
from cjbpmn.extensions.emotion import Emotion
from cjbpmn.extensions.evidence import Evidence
from cjbpmn.extensions.persona import Persona
from cjbpmn.extensions.schema import declared_elements, make_moddle, make_xsd
from cjbpmn.fields import Extension
from cjbpmn.names import NAMESPACES

FOLDER = Path(extensions.__path__[0])
XSD = etree.XMLSchema(etree.fromstring(make_xsd().encode()))


def parse(text: str) -> etree._Element:
    return etree.fromstring(
        text.replace("<cj:", "<cj:", 1).replace(" ", f' xmlns:cj="{NAMESPACES["cj"]}" ', 1)
        if " " in text
        else text
    )


class TestSchemas:
    @pytest.mark.parametrize(("name", "text"), [("cj.xsd", make_xsd()), ("cj.json", make_moddle())])
    def test_the_committed_schema_is_the_generated_one(self, name: str, text: str) -> None:
        assert (FOLDER / name).read_text("utf-8") == text, (
            "the classes changed: run python -m cjbpmn.extensions.schema"
        )

    def test_every_file_declares_elements_and_every_element_is_found(self) -> None:
        modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "schema"}
        assert {element.__module__.rpartition(".")[2] for element in declared_elements()} == modules


SAMPLES: list[tuple[type[Extension], str, str, bool]] = [
    (Emotion, '<cj:emotion value="-1.5" source="customer" n="6"/>', "value", True),
    (Emotion, '<cj:emotion value="3"/>', "value", False),
    (Emotion, '<cj:emotion value="sad"/>', "value", False),
    (Emotion, '<cj:emotion value="1" source="mother"/>', "source", False),
    (Emotion, '<cj:emotion value="1" n="-1"/>', "n", False),
    (Evidence, '<cj:evidence type="letter" impression="2">A letter</cj:evidence>', "type", True),
    (Evidence, '<cj:evidence type="lettre">A letter</cj:evidence>', "type", False),
    (
        CustomerActivity,
        '<cj:customerActivity order="1" momentOfTruth="true"/>',
        "moment_of_truth",
        True,
    ),
    (
        CustomerActivity,
        '<cj:customerActivity order="1" momentOfTruth="maybe"/>',
        "moment_of_truth",
        False,
    ),
    (CustomerActivity, '<cj:customerActivity order="0"/>', "order", False),
    (CustomerActivity, '<cj:customerActivity order="2" met="101"/>', "met", False),
    (CustomerActivity, '<cj:customerActivity order="2" importance="5"/>', "importance", True),
]


@pytest.mark.parametrize(("kind", "text", "field", "good"), SAMPLES)
def test_python_and_the_xsd_agree(kind: type[Extension], text: str, field: str, good: bool) -> None:
    element = parse(text)
    assert XSD.validate(element) == good
    if good:
        assert getattr(kind(element), field) is not None
    else:
        with pytest.raises(InvalidValue, match="expected"):
            getattr(kind(element), field)


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
        emotions=(Emotion.make(value=-2, says="No & <no>"),),
    )
    again = CustomerActivity(etree.fromstring(etree.tostring(made.element)))
    assert (again.order, again.text, again.refs) == (3, "I wait", ("a", "b"))
    assert [(one.value, one.says) for one in again.emotions] == [(-2.0, "No & <no>")]
    again.text = None
    again.refs = None
    again.emotions = ()
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
