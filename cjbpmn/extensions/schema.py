"""The XML schema and the moddle descriptor of our elements, made from their classes.

``python -m cjbpmn.extensions.schema`` writes ``cj.xsd`` and ``cj.json`` afresh.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Final
from xml.sax.saxutils import escape

from cjbpmn import extensions
from cjbpmn.fields import Attribute, Children, Content, Extension, Field, Text
from cjbpmn.names import CJ

FOLDER = Path(__file__).parent


def declared_elements() -> list[type[Extension]]:
    """Return the classes of all our elements, by name of their tag.

    Returns
    -------
    list of Extension classes
        As the files of this folder declare them.

    Examples
    --------
    >>> [element.tag for element in declared_elements()][:3]
    ['cj:added', 'cj:branch', 'cj:calendar']
    """
    names = [info.name for info in iter_modules(extensions.__path__) if info.name != "schema"]
    modules = [import_module(f"cjbpmn.extensions.{name}") for name in names]
    found = {
        value.tag: value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Extension) and hasattr(value, "tag")
    }
    return [found[tag] for tag in sorted(found)]


def make_xsd() -> str:
    """Return the XML schema of our namespace.

    Returns
    -------
    str
        An XSD 1.0 document.
    """
    types = "".join(map(_xsd_type, declared_elements()))
    elements = "".join(
        f'  <xs:element name="{_local(element)}" type="cj:{_type(element)}"/>\n'
        for element in declared_elements()
    )
    scalars = "".join(
        f'  <xs:attribute name="{name}" type="xs:string">'
        f"{_documentation(doc, 4)}  </xs:attribute>\n"
        for name, doc in MIRRORED.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<!-- Made from the classes in cjbpmn/extensions by cjbpmn.extensions.schema. -->\n"
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"\n'
        f'           xmlns:cj="{CJ}"\n'
        f'           targetNamespace="{CJ}"\n'
        '           elementFormDefault="qualified">\n'
        f"{elements}{scalars}{types}</xs:schema>\n"
    )


def make_moddle() -> str:
    """Return the moddle descriptor of our namespace, for bpmn-js and tools built on it.

    Returns
    -------
    str
        A JSON document.
    """
    descriptor = {
        "name": "cjbpmn",
        "uri": CJ,
        "prefix": "cj",
        "xml": {"tagAlias": "lowerCase"},
        "types": [*map(_moddle_type, declared_elements()), *_moddle_texts(), *_moddle_mirrors()],
        "enumerations": [],
        "associations": [],
    }
    return json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n"


MIRRORED: Final = {
    "emotion": "The emotion of a step, mirrored on its task so that it shows without a plugin.",
    "channel": "The channel of a touchpoint, mirrored on its flow.",
}
"""Attributes in our namespace that stand on BPMN elements, and what they say."""


def _local(element: type[Extension]) -> str:
    return element.tag.removeprefix("cj:")


def _type(element: type[Extension]) -> str:
    local = _local(element)
    return local[0].upper() + local[1:]


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def _documentation(text: str, indent: int) -> str:
    pad = " " * indent
    return (
        f"\n{pad}<xs:annotation>\n{pad}  <xs:documentation>{escape(text)}</xs:documentation>"
        f"\n{pad}</xs:annotation>\n"
    )


def _xsd_type(element: type[Extension]) -> str:
    fields = list(element.fields().values())
    has_text = any(isinstance(field, Content) for field in fields)
    # What a later version adds must not make a file invalid: lax wildcards everywhere.
    inside = "".join(map(_xsd_child, fields))
    content = (
        ""
        if has_text
        else '    <xs:choice minOccurs="0" maxOccurs="unbounded">\n'
        f'{inside}      <xs:any namespace="##other" processContents="lax"/>\n    </xs:choice>\n'
    )
    attributes = "".join(map(_xsd_attribute, fields))
    attributes += '    <xs:anyAttribute namespace="##other" processContents="lax"/>\n'
    if has_text:
        attributes = (
            '    <xs:simpleContent>\n      <xs:extension base="xs:string">\n'
            f"{attributes}      </xs:extension>\n    </xs:simpleContent>\n"
        )
    return (
        f'  <xs:complexType name="{_type(element)}">'
        f"{_documentation(_first_line(element.__doc__), 4)}"
        f"{content}{attributes}  </xs:complexType>\n"
    )


def _xsd_child(field: Field) -> str:
    if isinstance(field, Text):
        return f'      <xs:element name="{field.name}" type="xs:string"/>\n'
    if isinstance(field, Children):
        return f'      <xs:element ref="{field.of.tag}"/>\n'
    return ""


def _xsd_attribute(field: Field) -> str:
    if not isinstance(field, Attribute):
        return ""
    base, _, facets = field.kind.xsd.partition(" ")
    use = ' use="required"' if field.required else ""
    if not facets:
        return (
            f'    <xs:attribute name="{field.name}" type="{base}"{use}>'
            f"{_documentation(field.doc, 6)}    </xs:attribute>\n"
        )
    return (
        f'    <xs:attribute name="{field.name}"{use}>{_documentation(field.doc, 6)}'
        f'      <xs:simpleType>\n        <xs:restriction base="{base}">{facets}</xs:restriction>\n'
        "      </xs:simpleType>\n    </xs:attribute>\n"
    )


def _moddle_type(element: type[Extension]) -> dict[str, object]:
    made: dict[str, object] = {
        "name": _type(element),
        "description": _first_line(element.__doc__),
        "superClass": ["Element"],
        "properties": [_moddle_property(field) for field in element.fields().values()],
    }
    if element.allowed_on:
        made["meta"] = {"allowedIn": list(element.allowed_on)}
    return made


def _moddle_property(field: Field) -> dict[str, object]:
    made: dict[str, object] = {"name": field.name, "description": field.doc}
    if isinstance(field, Attribute):
        return {**made, "type": field.kind.moddle, "isAttr": True}
    if isinstance(field, Children):
        # A property named like its type would be taken for the type: moddle finds children by
        # their type, whatever the property is called.
        return {**made, "type": _type(field.of), "isMany": True}
    if isinstance(field, Text):
        return {**made, "type": field.name[0].upper() + field.name[1:]}
    return {**made, "type": "String", "isBody": True}


def _moddle_texts() -> list[dict[str, object]]:
    """Text children are types of their own: moddle has no other way to keep their order."""
    names = {
        field.name: field.doc
        for element in declared_elements()
        for field in element.fields().values()
        if isinstance(field, Text)
    }
    return [
        {
            "name": name[0].upper() + name[1:],
            "description": doc,
            "superClass": ["Element"],
            "properties": [{"name": "body", "type": "String", "isBody": True}],
        }
        for name, doc in sorted(names.items())
    ]


def _moddle_mirrors() -> list[dict[str, object]]:
    hosts = {"emotion": "bpmn:FlowNode", "channel": "bpmn:MessageFlow"}
    return [
        {
            "name": f"With{name.capitalize()}",
            "extends": [hosts[name]],
            "properties": [{"name": name, "description": doc, "type": "String", "isAttr": True}],
        }
        for name, doc in MIRRORED.items()
    ]


def write_schemas() -> None:
    """Write both schemas beside this file."""
    (FOLDER / "cj.xsd").write_text(make_xsd(), encoding="utf-8")
    (FOLDER / "cj.json").write_text(make_moddle(), encoding="utf-8")


if __name__ == "__main__":
    write_schemas()
