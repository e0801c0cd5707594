"""Which element bears which id, kept up while a tree is edited."""

from __future__ import annotations

from collections.abc import Iterator
from operator import methodcaller
from typing import Final

from lxml import etree

from cjbpmn.names import qualified
from cjbpmn.patching.spans import Node

_DIAGRAM: Final = qualified("bpmndi:BPMNDiagram")
_ID: Final = methodcaller("get", "id")


class Identifiers:
    """A look-up of elements by their ids.

    It is built on first use. Whoever adds or removes an element may say so, which is cheaper than
    to look through the tree again; who does not is found out when the look-up misses.

    Parameters
    ----------
    root : lxml element
        The root of the tree.

    Examples
    --------
    >>> root = etree.fromstring("<a><b id='1'/></a>")
    >>> identifiers = Identifiers(root)
    >>> identifiers.find("1").set("id", "2")
    >>> identifiers.find("1") is None, identifiers.find("2").tag
    (True, 'b')
    """

    def __init__(self, root: Node) -> None:
        self._root = root
        self._by_id: dict[str, Node] = {}
        self._repeated: dict[str, list[Node]] = {}
        self._is_built = False

    def find(self, identifier: str) -> Node | None:
        """Return the first element that bears an id, or None.

        Parameters
        ----------
        identifier : str
            The id.

        Returns
        -------
        lxml element or None
            The element; if an id was set on several by edits that nobody told, any of these.
        """
        found = self._by_id.get(identifier)
        if found is None or not self._is_borne(found, identifier):
            self._build()
            found = self._by_id.get(identifier)
        return found

    def all(self) -> dict[str, Node]:
        """Return the first bearer of each id, looked up afresh.

        Returns
        -------
        dict of str to lxml element
            In document order.
        """
        self._build()
        return dict(self._by_id)

    def repeated(self) -> dict[str, list[Node]]:
        """Return the elements that share an id, looked up afresh.

        Returns
        -------
        dict of str to list of lxml elements
            By id, in document order; empty where no two that share one stand outside of the
            diagrams.
        """
        # Hardly any file has such: to look at the ids alone is quick. Half of a file is drawing.
        # (XPath is quicker for small files only: it takes with the square of their size.)
        found = [self._root.get("id")]
        for child in self._root.iterchildren("*"):
            if child.tag != _DIAGRAM:
                found += map(_ID, child.iter("*"))
        if len({*found, None}) - 1 == len(found) - found.count(None):
            return {}
        self._build()
        return dict(self._repeated)

    def add(self, element: Node) -> None:
        """Take note of an element that was put into the tree, with all that is in it.

        Parameters
        ----------
        element : lxml element
            It stands in the tree by now.
        """
        if not self._is_built:
            return
        for identifier, bearer in _bearers(element):
            if self._by_id.setdefault(identifier, bearer) is not bearer:
                self._forget()  # Which of them comes first, nobody knows.
                return

    def add_bare(self, element: Node, identifier: str) -> None:
        """Take note of an element with an id that was put into the tree, and no other id in it.

        Parameters
        ----------
        element : lxml element
            It stands in the tree by now.
        identifier : str
            Its id.
        """
        if self._is_built and self._by_id.setdefault(identifier, element) is not element:
            self._forget()

    def discard(self, element: Node) -> None:
        """Take note of an element that is taken out of the tree, with all that is in it.

        Parameters
        ----------
        element : lxml element
            It may stand in the tree, or no more.
        """
        if not self._is_built:
            return
        for identifier, bearer in _bearers(element):
            if identifier in self._repeated:
                self._forget()
                return
            if self._by_id.get(identifier) is bearer:
                del self._by_id[identifier]

    def _is_borne(self, element: Node, identifier: str) -> bool:
        if element.get("id") != identifier:
            return False
        top = element
        while (parent := top.getparent()) is not None:
            top = parent
        return top is self._root

    def _forget(self) -> None:
        self._by_id, self._repeated, self._is_built = {}, {}, False

    def _build(self) -> None:
        self._forget()
        self._is_built = True
        for identifier, element in _bearers(self._root):
            first = self._by_id.setdefault(identifier, element)
            if first is not element:
                self._repeated.setdefault(identifier, [first]).append(element)


def _bearers(top: Node) -> Iterator[tuple[str, Node]]:
    for element in top.iter(etree.Element):
        identifier = element.get("id")
        if identifier is not None:
            yield identifier, element
