"""Edits as a user of the tree may make them, and the state of a tree to compare."""

from __future__ import annotations

from random import Random
from typing import TypeAlias

from lxml import etree

from cjbpmn.names import BPMN
from fuzzing import words
from fuzzing.tree import Node, elements, is_inside

State: TypeAlias = list[tuple[str, tuple[tuple[str, str], ...], str, str]]


def state(root: Node) -> State:
    """Say what a tree holds: all but the form in which it is written."""
    found = [
        (_tag(one), tuple(sorted(_attributes(one))), one.text or "", one.tail or "")
        for one in root.iter()
    ]
    tag, attributes, text, _ = found[0]
    return [(tag, attributes, text, ""), *found[1:]]


def first_difference(before: State, after: State) -> str:
    pairs = zip(before, after, strict=False)
    found = next(((a, b) for a, b in pairs if a != b), (len(before), len(after)))
    return " / ".join(repr(one)[:300] for one in found)


def edit(rng: Random, root: Node) -> list[str]:
    """Make a few random edits; return their names."""
    done = [rng.choice(list(_EDITS)) for _ in range(rng.choice((1, 1, 2, 4)))]
    for name in done:
        _EDITS[name](rng, rng.choice(elements(root) or [root]), root)
    return done


def _tag(one: Node) -> str:
    if isinstance(one.tag, str):
        return one.tag
    target = one.target if isinstance(one, etree._ProcessingInstruction) else ""
    return f"{one.tag.__name__} {target}"


def _attributes(one: Node) -> list[tuple[str, str]]:
    return list(one.attrib.items()) if isinstance(one.tag, str) else []  # type: ignore[arg-type]


def _set(rng: Random, one: Node, _root: Node) -> None:
    one.set(rng.choice((*one.attrib, "name", "id", "fresh")), rng.choice(words.VALUES))


def _set_foreign(rng: Random, one: Node, _root: Node) -> None:
    uri = rng.choice(("urn:foreign", BPMN, "http://www.w3.org/XML/1998/namespace", "urn:x"))
    one.set(f"{{{uri}}}fresh", "a & b")


def _unset(rng: Random, one: Node, _root: Node) -> None:
    if one.attrib:
        del one.attrib[rng.choice(list(one.attrib))]


def _text(rng: Random, one: Node, _root: Node) -> None:
    one.text = rng.choice((None, "", *words.VALUES))


def _tail(rng: Random, one: Node, root: Node) -> None:
    if one is not root:
        one.tail = rng.choice((None, "", "\n", *words.VALUES))


def _remove(_rng: Random, one: Node, _root: Node) -> None:
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)


def _append(rng: Random, one: Node, _root: Node) -> None:
    uri = rng.choice(("urn:foreign", BPMN, "", "urn:x"))
    made = etree.SubElement(one, f"{{{uri}}}fresh" if uri else "fresh", {"{urn:foreign}a": "1"})
    etree.SubElement(made, f"{{{BPMN}}}task", name=rng.choice(words.NAMES)).tail = "\n"


def _insert(rng: Random, one: Node, _root: Node) -> None:
    made = rng.choice((etree.Comment(" new "), etree.ProcessingInstruction("new", "x")))
    one.insert(rng.randrange(len(one) + 1), made)


def _move(rng: Random, one: Node, root: Node) -> None:
    target = rng.choice([root, *elements(root)])
    if not is_inside(target, one):
        target.insert(rng.randrange(len(target) + 1), one)


def _empty(_rng: Random, one: Node, _root: Node) -> None:
    one.clear(keep_tail=True)


def _retag(rng: Random, one: Node, root: Node) -> None:
    if one is not root:
        one.tag = rng.choice((f"{{{BPMN}}}userTask", "plain", "{urn:foreign}x"))


def _note(rng: Random, _one: Node, root: Node) -> None:
    found = list(root.iter(etree.Comment, etree.ProcessingInstruction))
    if found:
        rng.choice(found).text = rng.choice(("edited", "", "x > y"))


_EDITS = {
    function.__name__: function
    for function in (
        *(_set, _set_foreign, _unset, _text, _tail, _remove, _append, _insert, _move, _empty),
        *(_retag, _note),
    )
}
