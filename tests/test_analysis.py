"""The analysis pages tell the truth: one for each element, whole, with examples that are real.

The journey in a page is put on the model that the page names. What the page shows in XML has to
stand in the result, on the element that it shows.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from cjbpmn import elements as bpmn
from cjbpmn import read_document, read_journey
from cjbpmn.document import Document
from cjbpmn.enrichment import Show, enrich_document, extract_journeys
from cjbpmn.extensions.schema import FOLDER, declared_elements
from cjbpmn.fields import Children, Extension, Field
from cjbpmn.names import CJ, NAMESPACES, local_name

DOCS = Path(__file__).parents[1] / "docs"
VOCABULARY = DOCS / "vocabulary.md"
WEBSHOP = DOCS / "examples" / "webshop.bpmn"
PAGES = sorted((DOCS / "analysis").glob("*.md"))
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)

XSD = etree.XMLSchema(etree.parse(FOLDER / "cj.xsd"))
KINDS = {kind.tag: kind for kind in declared_elements()}
WITHOUT_KEY = {"computed", "enrichment-record"}
"""Pages about what nobody declares."""
SECTIONS = [
    "In other tools",
    "What people ask",
    "What it holds",
    "What it does not hold",
    "Where it stands",
    "What a viewer shows",
    "Example",
]
LONGEST = 120
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    return [found[2] for found in _BLOCK.finditer(text_of(page)) if found[1] == language]


def prose(page: Path) -> str:
    return _BLOCK.sub("", text_of(page))


def elements_of(page: Path) -> list[type[Extension]]:
    """Return the elements that a page is about, as its heading names them."""
    heading = text_of(page).partition("\n")[0]
    return [KINDS[tag] for tag in re.findall(r"`(cj:\w+)`", heading)]


def section(page: Path, heading: str) -> str:
    return prose(page).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def model_of(page: Path) -> Document:
    """Return the model of the example: one in the page, or else the web shop."""
    own = [block for block in blocks(page, "xml") if block.startswith("<bpmn:definitions")]
    return read_document(own[0].encode() if own else WEBSHOP)


def examples(page: Path) -> list[etree._Element]:
    """Return the elements of BPMN that a page shows with ours inside."""
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    found: list[etree._Element] = []
    for block in blocks(page, "xml"):
        if not block.startswith("<bpmn:definitions"):
            found += etree.fromstring(f"<all {declared}>{block}</all>")
    return found


def ours(host: etree._Element) -> list[etree._Element]:
    return list(host.iterfind("bpmn:extensionElements/cj:*", NAMESPACES))


def enriched(page: Path, journey: str) -> Document:
    document = model_of(page)
    enrich_document(document, read_journey(journey), show=Show)
    return document


def is_shown(shown: etree._Element, written: etree._Element) -> bool:
    """Whether all of a shown element stands in a written one, its children in this order."""
    if shown.tag != written.tag or not set(shown.items()) <= set(written.items()):
        return False
    if (shown.text or "").split() != (written.text or "").split():
        return False
    rest = iter(written)
    return all(any(is_shown(child, other) for other in rest) for child in shown)


# Whole


def test_every_element_has_exactly_one_page() -> None:
    told = Counter(kind.tag for page in PAGES for kind in elements_of(page))
    assert told == Counter(list(KINDS))


@each_page
def test_a_page_has_all_sections_and_stays_short(page: Path) -> None:
    assert re.findall(r"^## (.+)$", prose(page), re.MULTILINE) == SECTIONS
    assert all(section(page, heading).strip() for heading in SECTIONS)
    assert text_of(page).count("\n") <= LONGEST


def name_of(field: Field) -> str:
    return field.of.tag.removeprefix("cj:") if isinstance(field, Children) else field.name


@each_page
def test_a_page_explains_every_field_and_no_other(page: Path) -> None:
    told = section(page, "What it holds")
    named = set(re.findall(r"`(\w+)`", told))
    # What a line of a list begins with, up to the colon, is explained there.
    heads = re.findall(r"^- (`[^:]*):", told, re.MULTILINE)
    explained = {name for head in heads for name in re.findall(r"`(\w+)`", head)}
    declared = {name_of(field) for kind in elements_of(page) for field in kind.fields().values()}
    assert declared <= named
    assert explained <= declared


# True


@each_page
def test_the_xml_of_a_page_is_valid_and_can_be_read(page: Path) -> None:
    hosts = examples(page)
    assert hosts
    shown = set()
    for host in hosts:
        for element in ours(host):
            XSD.assertValid(element)
            for part in element.iter(f"{{{CJ}}}*"):
                kind = KINDS.get(f"cj:{local_name(part.tag)}")
                if kind is not None:
                    shown.add(kind)
                    for name in kind.fields():
                        getattr(kind(part), name)
    assert shown >= set(elements_of(page)), "the example does not show the element"


@each_page
def test_the_xml_of_a_page_stands_where_it_may(page: Path) -> None:
    for host in examples(page):
        local = local_name(host.tag)
        names = {f"bpmn:{local[0].upper()}{local[1:]}"}
        names |= {"bpmn:FlowNode"} if local in bpmn.FLOW_NODES else set()
        for element in ours(host):
            assert names & set(KINDS[f"cj:{local_name(element.tag)}"].allowed_on)


@each_page
def test_the_journey_of_a_page_becomes_its_xml(page: Path) -> None:
    (journey,) = blocks(page, "yaml")
    document = enriched(page, journey)
    for host in examples(page):
        written = document.element(host.get("id", ""))
        assert local_name(written.tag) == local_name(host.tag)
        assert set(host.items()) <= set(written.items())
        missing = [
            etree.tostring(one).decode()
            for one in ours(host)
            if not any(is_shown(one, other) for other in ours(written))
        ]
        assert not missing, "\n".join(missing)


@each_page
def test_the_journey_of_a_page_comes_back_from_the_file(page: Path) -> None:
    journey = read_journey(blocks(page, "yaml")[0])
    document = model_of(page)
    enrich_document(document, journey)
    again = read_document(document.to_bytes())
    assert extract_journeys(again).journeys == (journey,)


# Linked


@each_page
def test_a_page_leads_to_the_tables_of_its_elements(page: Path) -> None:
    targets = set(_LINK.findall(section(page, "What it holds")))
    first = elements_of(page)[0].tag.replace(":", "").lower()
    formats = {f"../format.md#{first}", "../format.md#the-record"}
    assert targets & formats
    keys = {target for target in targets if target.startswith("../journey-file.md#")}
    assert bool(keys) == (page.stem not in WITHOUT_KEY | {"touchpoint", "property"})


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", [*PAGES, VOCABULARY], ids=lambda page: page.stem)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    broken = []
    for target in _LINK.findall(prose(page)):
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    assert broken == []


def test_the_vocabulary_and_the_index_lead_to_every_page() -> None:
    rows = section(VOCABULARY, "The nouns and their pages")
    assert Counter(_LINK.findall(rows)) == Counter(f"analysis/{page.name}" for page in PAGES)
    index = Counter(_LINK.findall(text_of(DOCS / "index.md")))
    assert {index[f"analysis/{page.name}"] for page in PAGES} == {1}
    assert index["vocabulary.md"] == 1


def test_the_pieces_of_the_vocabulary_are_one_journey_with_every_noun() -> None:
    text = "".join(blocks(VOCABULARY, "yaml"))
    document = enriched(VOCABULARY, text)
    used = {f"cj:{local_name(one.tag)}" for one in document.root.iter(f"{{{CJ}}}*")}
    # An attribute of somebody else's is changed only where the model has a customer already.
    assert set(KINDS) - used == {"cj:changed"}
    assert extract_journeys(read_document(document.to_bytes())).journeys == (read_journey(text),)


def test_the_vocabulary_has_a_piece_for_every_noun() -> None:
    parts = re.split(r"^## ", text_of(VOCABULARY), flags=re.MULTILINE)[1:]
    nouns = [part for part in parts if "```yaml" in part]
    rows = re.findall(r"^\| .+ \|$", section(VOCABULARY, "The nouns and their pages"), re.MULTILINE)
    assert [part.count("```yaml") for part in nouns] == [1] * (len(PAGES) - len(WITHOUT_KEY))
    told = [part.partition("\n")[0].lower().removeprefix("the ") for part in nouns]
    listed = [row.split("|")[1].partition(",")[0].strip() for row in rows[1:]]
    assert [one.partition(",")[0] for one in told] == listed[: len(told)]


def test_every_source_is_listed_and_every_listed_source_is_used() -> None:
    listed = re.split(r"^- ", section(VOCABULARY, "Sources"), flags=re.MULTILINE)[1:]
    sources = [
        (year, re.findall(r"[\w]+$", re.split(r",| and ", one)[0])[0])
        for one in listed
        for year in re.findall(r"\b\d{4}\b", one.split("\n\n")[0])
    ]
    used = set()
    for page in PAGES:
        told = prose(page).partition("\n## Example\n")[0]
        for year in set(re.findall(r"\b(?:19|20)\d\d\b(?!-)", told)) - {"2026"}:
            found = {one for one in sources if one[0] == year and one[1] in told}
            assert found, f"{page.name}: nobody of {year} is listed"
            used |= found
    assert used == set(sources)


# The checks themselves notice


def test_a_wrong_example_is_noticed() -> None:
    shown = etree.fromstring('<a x="1"><b>one  two</b><d/></a>')
    assert is_shown(shown, etree.fromstring('<a x="1" y="2"><b>one two</b><c/><d/></a>'))
    for other in (
        '<a x="2"><b>one two</b><d/></a>',
        '<a x="1"><b>one</b><d/></a>',
        '<a x="1"><d/><b>one two</b></a>',
        '<z x="1"><b>one two</b><d/></z>',
    ):
        assert not is_shown(shown, etree.fromstring(other))
