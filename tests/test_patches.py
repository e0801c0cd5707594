from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from cjbpmn.patches import apply_patches, find_patches
from cjbpmn.spans import Spans

NAMES = st.sampled_from(["a", "b", "c", "p:d"])
TEXTS = st.text(string.ascii_letters + "<>&\"' \n\té€😀", max_size=8)
URI = "urn:p"


def roundtrip(data: bytes, edited: etree._Element) -> bytes:
    pristine = etree.fromstring(data)
    spans = Spans(data, pristine)
    return apply_patches(data, find_patches(data, pristine, spans, edited, pristine.nsmap))


def state(root: etree._Element) -> list[tuple[object, dict[str, str], str, str]]:
    return [
        (e.tag if isinstance(e.tag, str) else "", dict(e.attrib), e.text or "", e.tail or "")
        for e in root.iter()
    ]


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    def element(depth: int) -> str:
        name = draw(NAMES)
        quote = draw(st.sampled_from("\"'"))
        space = draw(st.sampled_from([" ", "\n   ", "\t"]))
        attributes = "".join(
            f"{space}{key}={quote}{value}{quote}"
            for key, value in draw(
                st.dictionaries(
                    st.sampled_from(["x", "y", "p:z"]), st.sampled_from(["1", "&#10;", ">"])
                )
            ).items()
        )
        inside = "".join(
            draw(
                st.lists(
                    st.one_of(
                        st.sampled_from(
                            [
                                "text",
                                "\n  ",
                                "<!-- a > b -->",
                                "<?pi <x> ?>",
                                "<![CDATA[<q>]]>",
                                "&amp;",
                            ]
                        ),
                        st.just("<>").map(lambda _: element(depth + 1))
                        if depth < 3
                        else st.just(""),
                    ),
                    max_size=4,
                )
            )
        )
        if not inside and draw(st.booleans()):
            return f"<{name}{attributes}{draw(st.sampled_from(['', ' ']))}/>"
        return f"<{name}{attributes}>{inside}</{name}>"

    return (
        f'<?xml version="1.0"?>\n<root xmlns:p="{URI}">{element(0)}{element(0)}</root>\n'.encode()
    )


@given(documents())
def test_nothing_edited_means_no_patch(data: bytes) -> None:
    assert roundtrip(data, etree.fromstring(data)) == data


EDITS = ["set", "unset", "text", "tail", "remove", "append", "insert", "move", "empty"]


@given(
    documents(), st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 30), TEXTS), max_size=6)
)
@settings(max_examples=300)
def test_reading_again_gives_the_edited_tree(
    data: bytes, edits: list[tuple[str, int, str]]
) -> None:
    edited = etree.fromstring(data)
    for kind, number, text in edits:
        elements = list(edited.iter(etree.Element))
        element = elements[number % len(elements)]
        parent = element.getparent()
        if kind == "set":
            element.set("x", text)
        elif kind == "unset":
            element.attrib.pop("x", None)
        elif kind == "text":
            element.text = text or None
        elif parent is None:
            continue
        elif kind == "tail":
            element.tail = text or None
        elif kind == "remove":
            parent.remove(element)
        elif kind == "append":
            etree.SubElement(element, f"{{{URI}}}new", {"k": text}).text = text
        elif kind == "insert":
            parent.insert(number % (len(parent) + 1), etree.Element("fresh"))
        elif kind == "move":
            parent.append(element)
        elif kind == "empty":
            del element[:]
            element.text = None
    assert state(etree.fromstring(roundtrip(data, edited))) == state(edited)


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        (b"<r><a x = '1'/></r>", lambda r: r[0].set("x", "it's"), b"<r><a x = 'it&#39;s'/></r>"),
        (b"<r><a  /></r>", lambda r: r[0].set("x", "1"), b'<r><a x="1"  /></r>'),
        (b'<r><a x="1" y="2"/></r>', lambda r: r[0].attrib.pop("x"), b'<r><a y="2"/></r>'),
        (b"<r>\r\n<a/></r>", lambda r: r.append(etree.Element("b")), b"<r>\r\n<a/><b/></r>"),
        (b"<r><a>x</a></r>", lambda r: setattr(r[0], "text", None), b"<r><a/></r>"),
        (b"<r><a>x</a></r>", lambda r: setattr(r[0], "text", ""), b"<r><a></a></r>"),
        (
            b"<r><a id='1'  x='1'> <b/></a></r>",
            lambda r: r[0].set("id", "2"),
            b"<r><a id='2'  x='1'> <b/></a></r>",
        ),
        (b"<r><!-- c --><a/></r>", lambda r: r.remove(r[1]), b"<r><!-- c --></r>"),
    ],
)
def test_only_what_must_changes(before: bytes, edit: object, after: bytes) -> None:
    edited = etree.fromstring(before)
    edit(edited)  # type: ignore[operator]
    assert roundtrip(before, edited) == after


def test_a_new_element_is_named_as_its_surroundings_name_it() -> None:
    data = b'<s:r xmlns:s="urn:s"><s:a/></s:r>'
    edited = etree.fromstring(data)
    edited.append(etree.Element("{urn:s}b", nsmap={"other": "urn:s"}))
    assert roundtrip(data, edited) == b'<s:r xmlns:s="urn:s"><s:a/><s:b/></s:r>'


def test_a_new_namespace_is_declared_where_it_is_needed() -> None:
    data = b'<r xmlns="urn:r"/>'
    edited = etree.fromstring(data)
    edited.append(etree.Element("{urn:q}b", nsmap={"q": "urn:q"}))
    assert roundtrip(data, edited) == b'<r xmlns="urn:r"><q:b xmlns:q="urn:q"/></r>'
