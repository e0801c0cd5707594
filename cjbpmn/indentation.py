"""How a file is indented, and new elements set out in the same way."""

from __future__ import annotations

from cjbpmn.elements import Element


def line_start(text: str | None) -> str:
    """Return the last line break in a white space, and what follows it.

    Parameters
    ----------
    text : str or None
        What stands between two tags.

    Returns
    -------
    str
        Empty if there is no line break, or more than white space.
    """
    text = text or ""
    return text[text.rindex("\n") :] if "\n" in text and not text.strip() else ""


def indentation_unit(root: Element) -> str:
    """Return by what each level of a file is indented further than the one around it.

    Parameters
    ----------
    root : lxml element
        The root of the file.

    Returns
    -------
    str
        Empty for a file on one line.
    """
    first = root[0] if len(root) else None
    lead = line_start(root.text) if first is not None else ""
    return lead[1:] or ("  " if lead else "")


def indent(element: Element, lead: str, unit: str) -> None:
    r"""Set out a new element with its content, one child a line.

    Parameters
    ----------
    element : lxml element
        One that holds no white space yet.
    lead : str
        The line break and blanks that lead up to it.
    unit : str
        By what each level inside is indented further; with an empty lead, nothing is.

    Examples
    --------
    >>> from lxml import etree
    >>> element = etree.fromstring("<a><b><c/></b></a>")
    >>> indent(element, "\n", "  ")
    >>> print(etree.tostring(element, encoding="unicode"))
    <a>
      <b>
        <c/>
      </b>
    </a>
    """
    if not len(element) or (element.text or "").strip():
        return
    inner = lead + unit if lead else ""
    element.text = inner or None
    for child in element:
        indent(child, inner, unit)
        child.tail = inner or None
    element[-1].tail = lead or None
