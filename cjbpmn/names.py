"""Namespaces and qualified names."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"
CJ: Final = "http://cjbpmn.org/schema/1.0"
BIOC: Final = "http://bpmn.io/schema/bpmn/biocolor/1.0"
COLOR: Final = "http://www.omg.org/spec/BPMN/non-normative/color/1.0"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

NAMESPACES: Final = {
    "bpmn": BPMN,
    "bpmndi": BPMNDI,
    "dc": DC,
    "di": DI,
    "cj": CJ,
    "bioc": BIOC,
    "color": COLOR,
    "xsi": XSI,
}
"""The prefixes that this package uses in its own text; a file may use others."""

_NAMES: Final = 4096
"""So many names are remembered; those of a file may be any."""


@cache
def qualified(name: str) -> str:
    """Turn ``prefix:local`` into lxml's ``{uri}local``.

    Parameters
    ----------
    name : str
        A name with one of the prefixes in `NAMESPACES`.

    Returns
    -------
    str
        The name in Clark notation.

    Raises
    ------
    KeyError
        If the prefix is not one of ours.

    Examples
    --------
    >>> qualified("cj:phase")
    '{http://cjbpmn.org/schema/1.0}phase'
    """
    prefix, local = name.split(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def local_name(tag: object) -> str:
    """Return the name of a tag without its namespace; the empty string for a comment.

    Parameters
    ----------
    tag : object
        The ``tag`` of an lxml node: a string, or a function for comments and the like.

    Returns
    -------
    str
        The local name.

    Examples
    --------
    >>> local_name("{http://cjbpmn.org/schema/1.0}phase")
    'phase'
    """
    return _parts(tag)[1] if isinstance(tag, str) else ""


def namespace(tag: object) -> str:
    """Return the namespace of a tag; the empty string where there is none.

    Parameters
    ----------
    tag : object
        The ``tag`` of an lxml node.

    Returns
    -------
    str
        The namespace URI.

    Examples
    --------
    >>> namespace("{http://cjbpmn.org/schema/1.0}phase")
    'http://cjbpmn.org/schema/1.0'
    """
    return _parts(tag)[0] if isinstance(tag, str) else ""


@lru_cache(_NAMES)
def _parts(tag: str) -> tuple[str, str]:
    uri = tag[1:].partition("}")[0] if tag.startswith("{") else ""
    return uri, tag.rpartition("}")[2]
