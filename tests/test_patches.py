from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from cjbpmn.patching import patches
from cjbpmn.patching.patches import apply_patches, find_patches
from cjbpmn.patching.spans import Spans

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


def test_a_declaration_alone_is_a_patch() -> None:
    data = b"<r><a/></r>"
    pristine, edited = etree.fromstring(data), etree.fromstring(data)
    found = find_patches(data, pristine, Spans(data, pristine), edited, {"p": URI})
    assert apply_patches(data, found) == b'<r xmlns:p="urn:p"><a/></r>'


EDITS = ["set", "unset", "text", "tail", "remove", "append", "insert", "move", "empty"]


SOME_EDITS = st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 30), TEXTS), max_size=6)


@given(documents(), SOME_EDITS)
@settings(max_examples=300)
def test_reading_again_gives_the_edited_tree(
    data: bytes, edits: list[tuple[str, int, str]]
) -> None:
    edited = edit(data, edits)
    assert state(etree.fromstring(roundtrip(data, edited))) == state(edited)


@given(documents(), SOME_EDITS)
@settings(max_examples=100)
def test_a_large_file_is_written_as_a_small_one(
    data: bytes, edits: list[tuple[str, int, str]]
) -> None:
    edited = edit(data, edits)
    small = roundtrip(data, edited)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patches, "LARGE", 0)
        assert roundtrip(data, edited) == small


@given(documents(), SOME_EDITS)
@settings(max_examples=100)
def test_what_lxml_wrote_is_named_as_we_name_it(
    data: bytes, edits: list[tuple[str, int, str]]
) -> None:
    edited = edit(data, edits)
    taken = roundtrip(data, edited)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patches, "name_as_declared", lambda *_: None)
        assert roundtrip(data, edited) == taken


def edit(data: bytes, edits: list[tuple[str, int, str]]) -> etree._Element:
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
            etree.SubElement(element, f"{{{URI}}}new", {"k": text, "{urn:q}l": text}).text = text
        elif kind == "insert":
            parent.insert(number % (len(parent) + 1), etree.Element("fresh"))
        elif kind == "move":
            parent.append(element)
        elif kind == "empty":
            del element[:]
            element.text = None
    return edited


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
        (b"<r><a></a>t</r>", lambda r: r[0].set("x", "1"), b'<r><a x="1"></a>t</r>'),
        (
            b"<r><w x='1'  /><w x='2'  /><w x='3'  /></r>",
            lambda r: r.remove(r[0]),
            b"<r><w x='2'  /><w x='3'  /></r>",
        ),
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


@pytest.mark.parametrize(
    ("before", "added", "after"),
    [
        (
            b'<r xmlns:p="urn:p"/>',
            b'<p:a xmlns:p="urn:p" x="a>b &gt; xmlns:p=">" p: &gt;</p:a>',
            b'<p:a x="a>b > xmlns:p=">" p: &gt;</p:a>',
        ),
        (b'<r xmlns:p="urn:p"/>', b'<n:a xmlns:n="urn:p" n:x=""/>', b'<p:a p:x=""/>'),
        (b'<r xmlns:p="urn:o"/>', b'<p:a xmlns:p="urn:p"/>', b'<p2:a xmlns:p2="urn:p"/>'),
        (b'<r xmlns="urn:r"/>', b"<a/>", b'<a xmlns=""/>'),
        (b'<r xmlns="urn:r"/>', b'<a xmlns="urn:r"><!-- <b> --></a>', b"<a><!-- <b> --></a>"),
    ],
)
def test_names_of_new_elements(before: bytes, added: bytes, after: bytes) -> None:
    edited = etree.fromstring(before)
    edited.append(etree.fromstring(added))
    assert roundtrip(before, edited) == before.replace(b"/>", b">" + after + b"</r>")


def test_a_new_namespace_is_declared_where_it_is_needed() -> None:
    data = b'<r xmlns="urn:r"/>'
    edited = etree.fromstring(data)
    edited.append(etree.Element("{urn:q}b", nsmap={"q": "urn:q"}))
    assert roundtrip(data, edited) == b'<r xmlns="urn:r"><q:b xmlns:q="urn:q"/></r>'
