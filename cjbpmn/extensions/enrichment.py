"""Enrichment record: what was added and changed, so that it can be taken back."""

from __future__ import annotations

from cjbpmn.fields import IDS, STRING, Attribute, Children, Content, Extension


class Added(Extension):
    """The ids of elements that enrichment added."""

    tag = "cj:added"

    ids = Content("Ids, separated by blanks.")


class Changed(Extension):
    """An attribute of an existing element that enrichment changed."""

    tag = "cj:changed"

    of = Attribute(STRING, "The id of the element.", required=True)
    part = Attribute(STRING, "Which part of it, where the part bears no id itself.")
    attribute = Attribute(STRING, "The attribute, with its prefix.", required=True)
    was = Attribute(STRING, "What it said before; absent where there was none.")
    written = Attribute(STRING, "How the file wrote that, where not in the plain way.")


class Enrichment(Extension):
    """What enrichment did to the file, so that `strip` returns the bytes that were there."""

    tag = "cj:enrichment"
    allowed_on = ("bpmn:Process",)

    declares = Attribute(IDS, "Namespace prefixes that were declared on the root.")
    opened = Attribute(IDS, "Ids of empty elements that had a start and an end tag.")
    kept = Attribute(IDS, "Hosts whose empty holder of extensions was there before.")
    added = Children(Added, "Elements that were added.")
    changed = Children(Changed, "Attributes that were changed.")
