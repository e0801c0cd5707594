from __future__ import annotations

import codecs

import pytest
from lxml import etree
from work import count_calls

from cjbpmn.errors import CjbpmnWarning, InvalidDocument, UnsafeDocument
from cjbpmn.source import Source

ROOT = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
BODY = f"<definitions {ROOT}><process id='p' name='Grüße €'/></definitions>"


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("iso-8859-15", b""),
        ("windows-1252", b""),
        ("us-ascii", b""),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_encoding_comes_back_and_can_be_edited(
    encoding: str, mark: bytes, newline: str
) -> None:
    declared = "utf-16" if encoding.startswith("utf-16") else encoding
    text = f'<?xml version="1.0" encoding="{declared}"?>{newline}{BODY}{newline}'
    data = mark + text.encode(encoding, "xmlcharrefreplace")
    source = Source(data)
    assert source.to_bytes() == data
    source.root[0].set("documentation", "naïve ☺")
    again = Source(source.to_bytes())
    assert again.root[0].get("documentation") == "naïve ☺"
    assert again.root[0].get("name") == "Grüße €"
    del again.root[0].attrib["documentation"]
    assert again.to_bytes() == data


TYPED = (
    f"<!DOCTYPE d [<!-- <!ATTLIST a> --><!ATTLIST process name NMTOKENS #IMPLIED>]>"
    f'<definitions {ROOT}><process id="p" name=" a "/></definitions>'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_declared_types_go_where_they_forbid_what_is_to_be_said(encoding: str) -> None:
    head = '<?xml version="1.0" encoding="UTF-16"?>' if encoding == "utf-16-le" else ""
    data = f"{head}{TYPED}".encode(encoding)
    source = Source(data)
    assert source.root[0].get("name") == "a"
    source.root[0].set("id", "q")
    assert source.to_bytes() == data.replace('"p"'.encode(encoding), '"q"'.encode(encoding))
    source.root[0].set("name", "b ")
    with pytest.warns(CjbpmnWarning, match="the file: its DOCTYPE declares types of attributes"):
        written = source.to_bytes()
    assert written.decode(encoding) == (
        f"{head}<!DOCTYPE d [<!-- <!ATTLIST a> -->]>"
        f'<definitions {ROOT}><process id="q" name="b "/></definitions>'
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"{}", "not well-formed XML: .* export the model as BPMN 2.0 XML"),
        (b"<definitions>", "not well-formed"),
        (b"<html/>", "root is <html>"),
        (b"<definitions xmlns='http://schema.omg.org/spec/BPMN/2.0'/>", "no BPMN 2.0 model"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"PK\x03\x04", "compressed"),
        (f'<?xml version="1.0" encoding="utf-7"?>{BODY}'.encode(), "encoding utf-7"),
        (f'<?xml version="1.0" encoding="nope"?>{BODY}'.encode(), "encoding nope"),
        ("<?xml version='1.0'?>\n<a>ä</a>".encode("latin-1"), "the bytes are not utf-8"),
    ],
)
def test_what_is_no_model_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(InvalidDocument, match=words) as caught:
        Source(data, "some.bpmn")
    assert str(caught.value).startswith("some.bpmn")


def test_an_error_names_the_line() -> None:
    with pytest.raises(InvalidDocument) as caught:
        Source(f"<definitions {ROOT}>\n\n<a></b></definitions>".encode(), "x.bpmn")
    assert caught.value.line == 3


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d SYSTEM "http://localhost/d.dtd">',
        '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        "<!-- fine --><!DOCTYPE d [<!ENTITY % p '<!ENTITY q \"r\">'> %p;]>",
    ],
)
def test_entities_are_refused_unread(prolog: str) -> None:
    def read() -> None:
        with pytest.raises(UnsafeDocument, match="entities"):
            Source(f"{prolog}{BODY}".encode())

    assert count_calls(read)[1] < 1000


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(UnsafeDocument, match="limit"):
        Source(BODY.encode(), max_bytes=10)


def test_a_doctype_that_does_no_harm_passes() -> None:
    data = f"<!DOCTYPE definitions [<!ELEMENT definitions ANY>]>{BODY}".encode()
    assert Source(data).to_bytes() == data


def test_ids_are_found_and_duplicates_known() -> None:
    data = f"<definitions {ROOT}><process id='a'/><process id='b'/><process id='a'/></definitions>"
    source = Source(data.encode())
    assert source.find("b") is source.root[1]
    assert source.find("c") is None
    assert list(source.duplicates()) == ["a"]
    assert source.identifiers() == {"a", "b"}


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (lambda r: setattr(r.getprevious(), "text", " b "), "<!-- b -->\n", "<!--z-->\n"),
        (lambda r: r.getparent(), "<!-- a -->\n\n", "<!--z-->\n"),
        (lambda r: r.addnext(etree.Comment("new")), "<!-- a -->\n\n", "\n<!--new-->\n<!--z-->\n"),
        (lambda r: r.addprevious(etree.PI("x", "y")), "<!-- a -->\n<?x y?>\n", "<!--z-->\n"),
    ],
)
def test_comments_outside_the_root_can_be_edited(edit: object, before: str, after: str) -> None:
    head = '<?xml version="1.0"?>\n'
    source = Source(f"{head}<!-- a -->\n\n<definitions {ROOT}/><!--z-->\n".encode())
    edit(source.root)  # type: ignore[operator]
    assert source.to_bytes().decode() == f"{head}{before}<definitions {ROOT}/>{after}"
