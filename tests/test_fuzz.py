"""Whatever is read is refused with a typed error, or everything works and nothing is lost.

`benchmarks/fuzz.py` does the same for as many mutants as one likes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import models
import pytest
from fuzzing.edits import first_difference, state
from fuzzing.mutate import OPERATORS, Recipe, Seeds, make_recipe, mutate
from fuzzing.oracle import check
from fuzzing.tree import Node
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from cjbpmn.document import read_document
from cjbpmn.enrichment import enrich_document
from cjbpmn.errors import InvalidDocument
from cjbpmn.graph import build_graph
from cjbpmn.names import BPMN, CJ, qualified

BATCH = 100
MODELS = (models.PLAIN, models.BLACK_BOX)
RECIPES = st.lists(
    st.tuples(st.sampled_from(OPERATORS), st.integers(0, 2**32 - 1)), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def seeds(corpus: Path) -> Seeds:
    return Seeds.of(corpus)


@pytest.mark.parametrize("first", range(0, 600, BATCH))
def test_a_mutant_is_refused_or_everything_works(seeds: Seeds, first: int) -> None:
    for number in range(first, first + BATCH):
        path, (_, recipe) = seeds.choose(number), make_recipe(number)
        try:
            check(mutate(path.read_bytes(), recipe), number)
        except Exception as error:
            error.add_note(f"mutant {number} of {path}: {recipe}")
            raise


@given(st.sampled_from(MODELS), RECIPES, st.integers(0, 1000))
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_whatever_the_recipe(data: bytes, recipe: list[tuple[str, int]], seed: int) -> None:
    check(mutate(data, tuple(recipe)), seed)


def test_a_mutant_is_the_same_every_time(seeds: Seeds) -> None:
    recipe: Recipe = make_recipe(7)[1]
    data = seeds.choose(7).read_bytes()
    assert mutate(data, recipe) == mutate(data, recipe)


def record(content: str, **attributes: str) -> bytes:
    """A model with a record of an enrichment that never was."""
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    planted = (
        f'<extensionElements><cj:enrichment xmlns:cj="{CJ}"{said}>{content}'
        "</cj:enrichment></extensionElements><startEvent"
    )
    return models.PLAIN.replace(b"<startEvent", planted.encode(), 1)


def changed(**attributes: str) -> bytes:
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return record(f"<cj:changed{said}/>")


def replaced(*pairs: tuple[str, str], data: bytes = models.PLAIN) -> bytes:
    for old, new in pairs:
        assert old.encode() in data
        data = data.replace(old.encode(), new.encode())
    return data


PLANE = models.PLAIN[
    models.PLAIN.index(b"<bpmndi:BPMNDiagram") : models.PLAIN.index(b"</def")
].decode()

NODES = "".join(f'<task id="n{number}" name="Do {number}"/>\n    ' for number in range(12))
CUSTOMER = models.definitions(
    f"""  <collaboration id="c"><participant id="pool" name="Customer" processRef="p"/></collaboration>
  <process id="p">
    {NODES}</process>"""
)

# What the fuzzer found: every law holds for these by now.
FOUND = {
    "a record declares a prefix that others use": record("", declares="bpmndi dc"),
    "the text before an element of ours is not ours": record("").replace(
        b"<cj:enr", b"text<cj:enr"
    ),
    "a record stands where nothing is indented": replaced(
        ('example.org/bpmn">\n', 'example.org/bpmn"><extensionElements>'),
        ("  <process", f'<cj:enrichment xmlns:cj="{CJ}"/></extensionElements>  <process'),
    ),
    "an empty holder of extensions at an id with a blank": replaced(
        ('id="check" name="Check claim">', 'id="che ck" name="C"><extensionElements/>'),
        ('"check"', '"che ck"'),
    ),
    "an empty holder of extensions at a process without id": replaced(
        ('<process id="proc" name="Claims">', "<process><extensionElements></extensionElements>"),
    ),
    "a record tells to write what may not stand between quotes": changed(
        of="check", attribute="name", was="a&lt;b", written="a&lt;b"
    ),
    "two planes share an id": replaced(
        (PLANE, PLANE.replace('bpmnElement="proc"', 'bpmnElement="nowhere"') + PLANE),
    ),
    "a plane without id": replaced(('<bpmndi:BPMNPlane id="plane"', "<bpmndi:BPMNPlane")),
    "a plane without id in what is no diagram": replaced(
        ('<bpmndi:BPMNPlane id="plane"', "<bpmndi:BPMNPlane"), ("bpmndi:BPMNDiagram", "dc:Diagram")
    ),
    "the shape of the customer has no id": replaced(
        ('id="customer_shape" ', ""), data=models.BLACK_BOX
    ),
    "an edge of one point": replaced(
        ('<di:waypoint x="168" y="200"/></bpmndi', "</bpmndi"), data=models.BLACK_BOX
    ),
    "somebody uses the id of a shape of ours": replaced(('"check"', '"CjActivity_1_di"')),
    "a changed value is written with character references": replaced(
        ('Plane id="plane" bpmnElement="proc"', "Plane id='plane' bpmnElement='&#x70;r&#111;c'"),
    ),
    "a changed coordinate is written with character references": replaced(
        ('x="100" y="20" width="700"', 'x="&#49;00" y="2&#x30;" width="700"'), data=models.BLACK_BOX
    ),
    "another journey notes down other things": replaced(
        ('name="Do 1"/>', 'name="Do 1"><extensionElements/></task>'),
        ('name="Do 4"/>', 'name="Do 4"><extensionElements></extensionElements></task>'),
        data=CUSTOMER,
    ),
    "our prefix stands for something else on an activity of the customer": replaced(
        ('id="n1"', 'id="n1" xmlns:cj="urn:x"'), data=CUSTOMER
    ),
    "an element of ours with an unknown attribute stands where it has no place": replaced(
        (
            "  <process",
            f'<extensionElements><cj:evidence xmlns:cj="{CJ}" odd="1"/></extensionElements>  <process',
        )
    ),
    "an unknown element of ours in the first of two holders": replaced(
        (
            'name="Check claim"><incoming>f1</incoming><outgoing>f2</outgoing>',
            (
                'name="C">\n      <extensionElements>'
                f'<x:step xmlns:x="{CJ}"/></extensionElements><extensionElements/>\n    '
            ),
        )
    ),
    "a namespace that is no URI, and a comment at the end": replaced(
        ('id="defs"', 'id="defs" xmlns:odd="no uri"')
    )
    + b"<!-- end -->\n<?end?>\n",
    "an odd xml:space beside a namespace that is no URI": replaced(
        ('id="defs"', 'id="defs" xml:space="odd" xmlns:odd="no uri"')
    ),
}


@pytest.mark.parametrize("data", FOUND.values(), ids=FOUND)
def test_what_was_found_holds_by_now(data: bytes) -> None:
    assert [check(data, seed) for seed in range(6)] == [None] * 6


def test_a_shape_that_bears_the_id_of_one_of_ours_survives() -> None:
    data = FOUND["somebody uses the id of a shape of ours"]
    document = read_document(data)
    enrich_document(document, models.draft_journey(build_graph(document)))
    identifiers = [one.get("id") for one in document.root.iter(etree.Element) if one.get("id")]
    assert len(identifiers) == len(set(identifiers))


REFUSED = {
    "a record changes an attribute of no namespace": changed(of="check", attribute="no:such"),
    "a record changes what is no attribute": changed(of="check", attribute="a b"),
    "a record changes a declaration": changed(of="check", attribute="xmlns"),
    "a record changes no attribute": changed(of="check", attribute=""),
    "a record counts with letters": changed(of="check", attribute="x", part="dc:Bounds[x]"),
    "a record counts from nought": changed(of="check", attribute="x", part="dc:Bounds[0]"),
    "a record names a part without prefix": changed(of="check", attribute="x", part="Bounds"),
    "a record names a part of no namespace": changed(of="check", attribute="x", part="no:such"),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_a_broken_record_is_refused_and_nothing_touched(data: bytes) -> None:
    document = read_document(data)
    with pytest.raises(InvalidDocument, match="record of the enrichment") as caught:
        document.strip()
    assert caught.value.line == data[: data.index(b"<cj:changed")].count(b"\n") + 1
    with pytest.raises(InvalidDocument, match="record of the enrichment"):
        enrich_document(document, models.draft_journey(build_graph(document)))
    assert document.to_bytes() == data
    assert check(data, 0) == "enrich"


ILL_FORMED = {
    "a prefix that nothing declares, before a warning": replaced(
        ('id="defs"', 'id="defs" no:such="1"'), ("<task", '<task xml:space="odd"')
    ),
    "a second root after a namespace that is no URI": replaced(
        ('id="defs"', 'id="defs" xmlns:odd="no uri"')
    )
    + b"<more/>",
    "text after the root, after a namespace that is no URI": replaced(
        ('id="defs"', 'id="defs" xmlns:odd="no uri"')
    )
    + b"more",
}


@pytest.mark.parametrize("data", ILL_FORMED.values(), ids=ILL_FORMED)
def test_what_libxml2_lets_pass_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidDocument, match="not well-formed"):
        read_document(data)


def set_attribute(name: str, value: str = "1") -> Callable[[Node], None]:
    return lambda root: root[0].set(name, value)


def append(tag: str, **attributes: str) -> Callable[[Node], None]:
    return lambda root: root[0].append(etree.Element(tag, attributes))


def append_xml_lang(root: Node) -> None:
    made = etree.SubElement(root[0], "plain", nsmap={"odd": BPMN})
    made.set("{http://www.w3.org/XML/1998/namespace}lang", "en")


def drop_a_point(root: Node) -> None:
    edge = root.find(f".//{qualified('bpmndi:BPMNEdge')}")
    assert edge is not None
    points = edge.findall(qualified("di:waypoint"))
    edge.remove(points[1])


def move_into_the_end(root: Node) -> None:
    one, *others = root[0].findall(qualified("bpmn:task"))
    others[0].getprevious().append(one) if others else root[0][0].append(one)


def repeat_an_id(root: Node) -> None:
    root[0].set("id", root[0][0].get("id", ""))


TYPED = models.PLAIN.replace(
    b"<definitions",
    b"<!DOCTYPE d [<!-- <!ATTLIST --> <!ATTLIST process name NMTOKENS #IMPLIED id ID #IMPLIED>"
    b"<!ATTLIST startEvent id ID #IMPLIED>]>\n<definitions",
    1,
).replace(b'name="Claims"', b'name="  Claims  x "')
POINTS = "".join(f'<di:waypoint x="{x}" y="7"/>' for x in (1, 2, 2, 3))
EDITS = {
    "an attribute of a namespace that nothing declares": (models.PLAIN, set_attribute("{urn:x}y")),
    "an attribute of the BPMN namespace where it has no prefix": (
        models.PLAIN,
        set_attribute(f"{{{BPMN}}}name"),
    ),
    "an attribute of xml": (
        models.PLAIN,
        set_attribute("{http://www.w3.org/XML/1998/namespace}space"),
    ),
    "a new element with an attribute of xml": (models.PLAIN, append_xml_lang),
    "a new element of no namespace where BPMN has two prefixes": (
        replaced(('id="defs"', f'id="defs" xmlns:b="{BPMN}"')).replace(b"process", b"b:process"),
        append("plain", a="1"),
    ),
    "a child more at the end of an element": (models.PLAIN, append(qualified("bpmn:task"))),
    "one of several like elements less": (
        replaced(
            (
                '<di:waypoint x="168" y="80"/><di:waypoint x="168" y="200"/>',
                POINTS + '<di:waypoint x="2" y="7"/>' * 2,
            ),
            data=models.BLACK_BOX,
        ),
        drop_a_point,
    ),
    "an element that moves into another": (models.PLAIN, move_into_the_end),
    "a value that its declared type forbids": (TYPED, set_attribute("name", " a  b ")),
    "an id twice where ids are declared": (TYPED, repeat_an_id),
}


@pytest.mark.filterwarnings("ignore:.*DOCTYPE")
@pytest.mark.parametrize(("data", "edit"), EDITS.values(), ids=EDITS)
def test_an_edit_on_the_tree_is_written_whole(data: bytes, edit: Callable[[Node], None]) -> None:
    document = read_document(data)
    edit(document.root)
    wanted = state(document.root)
    found = state(read_document(document.to_bytes()).root)
    assert found == wanted, first_difference(wanted, found)
