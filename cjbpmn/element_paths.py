"""Paths from an element with an id to a part of it that bears none."""

from __future__ import annotations

import re
from itertools import islice

from cjbpmn.elements import Element
from cjbpmn.names import NAMESPACES, local_name, namespace, qualified

_NAME = rf"(?:{'|'.join(NAMESPACES)}):[A-Za-z_][\w.-]*"
_STEP = re.compile(rf"(\*|{_NAME})(?:\[([1-9]\d{{0,8}})\])?", re.ASCII)


def is_path(text: str) -> bool:
    """Tell whether a text can be a path.

    Parameters
    ----------
    text : str
        Perhaps ``dc:Bounds`` or ``di:waypoint[2]``; empty for the element itself.

    Returns
    -------
    bool
        Whether `find_part` would understand it.

    Examples
    --------
    >>> is_path("di:waypoint[2]"), is_path("../secret")
    (True, False)
    """
    return not text or all(map(_STEP.fullmatch, text.split("/")))


def find_part(element: Element, part: str | None) -> Element | None:
    """Return a part of an element that bears no id of its own.

    Parameters
    ----------
    element : lxml element
        The element with an id.
    part : str or None
        A path of prefixed names, such as ``dc:Bounds`` or ``di:waypoint[2]``; None for the element
        itself.

    Returns
    -------
    lxml element or None
        The part, if it is there.
    """
    found: Element | None = element
    for step in part.split("/") if part else ():
        match = _STEP.fullmatch(step)
        if found is None or match is None:
            return None
        name = match[1] if match[1] == "*" else qualified(match[1])
        index = int(match[2] or 1) - 1
        found = next(islice(found.iterfind(name), index, None), None)
    return found


def path_between(holder: Element, element: Element) -> str:
    """Return the path from an element to one inside it, as `find_part` reads it.

    Parameters
    ----------
    holder, element : lxml element
        The two.

    Returns
    -------
    str
        Empty where both are the same.
    """
    steps = []
    for one in (element, *element.iterancestors()):
        parent = one.getparent()
        if one is holder or parent is None:
            break
        prefix = next((key for key, uri in NAMESPACES.items() if uri == namespace(one.tag)), None)
        name = f"{prefix}:{local_name(one.tag)}" if prefix else "*"
        if not _STEP.fullmatch(name):
            name = "*"
        alike = parent.iterfind("*" if name == "*" else str(one.tag))
        number = next(number for number, other in enumerate(alike, 1) if other is one)
        steps.append(name if number == 1 else f"{name}[{number}]")
    return "/".join(reversed(steps))
