"""What people mean by a name: references of a journey, resolved to ids of the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from cjbpmn.customer import customer_nodes
from cjbpmn.errors import AmbiguousReference, CjbpmnError, ElementNotFound
from cjbpmn.graph import Flow, ProcessGraph
from cjbpmn.lexicon import fold


@dataclass
class References:
    """Looks references up in a model: by id, by name, by ``Pool / name``, by ``A -> B``.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    customers : frozenset of str
        The pools and lanes that are the customer; a name there goes before the same name
        elsewhere.

    Examples
    --------
    >>> from cjbpmn import build_graph, read_document
    >>> graph = build_graph(read_document("docs/examples/webshop.bpmn"))
    >>> len(References(graph).resolve("Web shop / Check payment"))
    1
    """

    graph: ProcessGraph
    customers: frozenset[str] = frozenset()
    _by_name: dict[str, list[str]] = field(init=False, default_factory=dict)
    _repeated: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        graph = self.graph
        for kind in (graph.nodes, graph.lanes, graph.flows):
            for thing in kind.values():
                if thing.name:
                    self._by_name.setdefault(_key(thing.name), []).append(thing.id)
        self._repeated = frozenset(
            identifier
            for finding in graph.findings
            if finding.code == "duplicate-id"
            for identifier in finding.elements
        )
        self._inside = customer_nodes(graph, self.customers)

    def resolve(
        self, reference: str, *, path: str | None = None, line: int | None = None
    ) -> tuple[str, ...]:
        """Return the one thing that a reference means.

        Parameters
        ----------
        reference : str
            An id, a name, ``Pool / name``, ``Lane / name``, or ``A -> B`` for a flow.
        path : str or None
            The file in which it is written, for messages.
        line : int or None
            The line in that file.

        Returns
        -------
        tuple of str
            Its id; several where ``A -> B`` are joined by several flows.

        Raises
        ------
        ElementNotFound
            If nothing is called so.
        AmbiguousReference
            If several things are; the message lists them with their ids.
        """
        found = self._candidates(reference)
        if len(found) > 1 and "->" in reference and self._share_ends(found):
            return tuple(found)
        if len(found) == 1 and found[0] not in self._repeated:
            return (found[0],)
        raise self._error(reference, found, path, line)

    def shortest(self, identifier: str) -> str:
        """Return the shortest words that mean a thing and nothing else.

        Parameters
        ----------
        identifier : str
            Its id.

        Returns
        -------
        str
            Its name; its name behind that of its pool, lane or sub-process; else its id.
        """
        node = self.graph.nodes.get(identifier)
        if node is None or not node.name:
            return identifier
        for words in (
            node.name,
            *(f"{place} / {node.name}" for place in self._holders(identifier)),
        ):
            if self._candidates(words) == [identifier] and identifier not in self._repeated:
                return words
        return identifier

    def _candidates(self, reference: str) -> list[str]:
        """Return all that a reference can mean, the most specific reading first."""
        graph = self.graph
        known = (graph.nodes, graph.flows, graph.lanes, graph.participants)
        if any(reference in kind for kind in known):
            return [reference]
        named = self._by_name.get(_key(reference), [])
        if named:
            return self._prefer(named)
        if "->" in reference:
            source, _, target = reference.partition("->")
            return [flow.id for flow in self._flows_between(source, target)]
        if "/" in reference:
            return self._prefer(list(self._in_place(reference)))
        return []

    def _prefer(self, found: list[str]) -> list[str]:
        """Prefer what the customer does; then flow nodes before flows, pools and lanes."""
        nodes = [one for one in found if self._is_flow_node(one)]
        inside = [one for one in nodes if one in self._inside]
        return inside or nodes or found

    def _is_flow_node(self, identifier: str) -> bool:
        node = self.graph.nodes.get(identifier)
        return node is not None and node.type != "participant"

    def _in_place(self, reference: str) -> Iterator[str]:
        """Yield what bears the last part of a path and stands in what the first part names."""
        parts = reference.split("/")
        for cut in range(1, len(parts)):
            place, name = _key("/".join(parts[:cut])), _key("/".join(parts[cut:]))
            for identifier in self._by_name.get(name, []):
                if place in {_key(holder) for holder in self._holders(identifier)}:
                    yield identifier

    def _holders(self, identifier: str) -> Iterator[str]:
        """Yield the names of the pool, the lanes and the sub-processes around a node."""
        node = self.graph.nodes.get(identifier)
        if node is None:
            return
        if node.participant:
            yield self.graph.participants[node.participant].name
        lane = node.lane
        while lane is not None:
            yield self.graph.lanes[lane].name
            lane = self.graph.lanes[lane].parent
        scope = node.scope
        while scope is not None:
            yield self.graph.nodes[scope].name
            scope = self.graph.nodes[scope].scope

    def _flows_between(self, source: str, target: str) -> list[Flow]:
        sources = set(self._all_named(source.strip()))
        targets = set(self._all_named(target.strip()))
        flows = [
            flow
            for flow in self.graph.flows.values()
            if flow.source in sources and flow.target in targets
        ]
        messages = [flow for flow in flows if flow.kind == "message"]
        return messages or flows

    def _all_named(self, reference: str) -> list[str]:
        if reference in self.graph.nodes:
            return [reference]
        return self._by_name.get(_key(reference), []) or list(self._in_place(reference))

    def _share_ends(self, flows: Sequence[str]) -> bool:
        ends = {(self.graph.flows[one].source, self.graph.flows[one].target) for one in flows}
        return len(ends) == 1

    def _error(
        self, reference: str, found: list[str], path: str | None, line: int | None
    ) -> CjbpmnError:
        model = f" in {self.graph.path}" if self.graph.path else ""
        if len(found) == 1:
            return AmbiguousReference(
                f"several elements{model} share the id {found[0]}; give each its own, "
                f'so that "{reference}" can mean one of them',
                path=path,
                line=line,
            )
        if found:
            listed = "; ".join(self.describe(one) for one in found)
            return AmbiguousReference(
                f'"{reference}" is {len(found)} things{model}: {listed}. '
                'Write its id, or "Pool / name"',
                path=path,
                line=line,
            )
        last = reference.rpartition("->")[2].rpartition("/")[2]
        near = get_close_matches(_key(last), self._by_name, n=3, cutoff=0.6)
        meant = "; ".join(self.describe(one) for name in near for one in self._by_name[name])
        hint = f". Did you mean {meant}?" if meant else "; write a name or an id of the model"
        return ElementNotFound(
            f'nothing{model} is called "{reference}"{hint}', path=path, line=line
        )

    def describe(self, identifier: str) -> str:
        """Return the name, the id and the place of a thing, for messages.

        Parameters
        ----------
        identifier : str
            Its id.

        Returns
        -------
        str
            Such as ``"Pick items" (id Task_1, in Shop / Picker)``.
        """
        graph = self.graph
        if identifier in graph.nodes:
            name, place = (
                graph.nodes[identifier].name,
                " / ".join(filter(None, self._holders(identifier))),
            )
        elif identifier in graph.flows:
            flow = graph.flows[identifier]
            name, place = flow.name or f"{flow.kind} flow", ""
        else:
            name, place = graph.lanes[identifier].name, ""
        return f'"{name}" (id {identifier}{", in " + place if place else ""})'


def _key(name: str) -> str:
    return " ".join(fold(name).split())
