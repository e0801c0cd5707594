"""What we write breaks no rule of the OMG's schema that the model did not break before."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import models
import pytest
from lxml import etree

import cjbpmn as cj
from cjbpmn import extensions
from cjbpmn.enrichment import Show
from cjbpmn.errors import InvalidDocument
from cjbpmn.names import CJ

OURS = etree.XMLSchema(etree.parse(Path(extensions.__path__[0]) / "cj.xsd"))
WAYS: tuple[dict[str, Any], ...] = (
    {"show": list(Show), "legend": True},
    {"placement": "lane", "force": True},
    {"origin": "normalize", "layout": True},
)
EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


@pytest.fixture(scope="session")
def omg(packages: Path) -> etree.XMLSchema:
    """Give the OMG's schema, which comes with the packages of the modeller bench."""
    folder = packages / "bpmn-moddle" / "resources" / "bpmn" / "xsd"
    return etree.XMLSchema(etree.parse(folder / "BPMN20.xsd"))


def violations(schema: etree.XMLSchema, data: bytes) -> set[str]:
    # IBM's namespace URIs have blanks in them, which lxml calls an error.
    schema.validate(etree.fromstring(data, etree.XMLParser(recover=True)))
    return {re.sub(r"'[^']*'", "…", entry.message) for entry in schema.error_log}


def enrich(path: Path) -> bytes | None:
    document = cj.read_document(path)
    try:
        graph = cj.build_graph(document)
    except InvalidDocument:
        return None
    cj.enrich_document(document, models.draft_journey(graph))
    return document.to_bytes()


@pytest.mark.parametrize("name", ["webshop", "claim"])
def test_the_examples_are_valid(omg: etree.XMLSchema, name: str) -> None:
    document = cj.read_document(EXAMPLES / f"{name}.bpmn")
    cj.enrich_document(document, cj.read_journey(EXAMPLES / f"{name}.journey.yaml"))
    assert violations(omg, document.to_bytes()) == set()


def test_real_models_break_no_new_rule(omg: etree.XMLSchema, corpus: Path) -> None:
    for path in sorted(corpus.rglob("*.bpmn"))[::4]:
        data = enrich(path)
        if data is not None:
            assert violations(omg, data) <= violations(omg, path.read_bytes()), path


@pytest.mark.parametrize("options", WAYS, ids=str)
def test_nor_do_they_in_any_other_way_of_drawing(
    omg: etree.XMLSchema, corpus: Path, options: dict[str, Any]
) -> None:
    for path in sorted(corpus.rglob("*.bpmn"))[::16]:
        document = cj.read_document(path)
        try:
            journey = models.draft_journey(cj.build_graph(document))
        except InvalidDocument:
            continue
        other = replace(journey, name="Another", steps=journey.steps[::2])
        cj.enrich_document(document, [journey, other], **options)
        assert violations(omg, document.to_bytes()) <= violations(omg, path.read_bytes()), path


def test_our_elements_are_valid_by_our_schema(corpus: Path) -> None:
    found = 0
    for path in sorted(corpus.rglob("*.bpmn"))[::25]:
        data = enrich(path)
        for element in etree.fromstring(data).iter(f"{{{CJ}}}*") if data else ():
            parent = element.getparent()
            if parent is not None and not parent.tag.startswith(f"{{{CJ}}}"):
                OURS.assertValid(etree.fromstring(etree.tostring(element, with_tail=False)))
                found += 1
    assert found > 100
