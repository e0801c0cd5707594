"""Which messages mean that two meet, and which are answers; for all others a step just waits.

Only the drawing is asked, so this holds for every copy of a process that is called.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from cjbpmn.graph import Flow, FlowNode, ProcessGraph
from cjbpmn.waiting.circles import number_circles

_FEW: Final = 200


class Messages:
    """The message flows of a model, and what they say about when its activities begin and end.

    Parameters
    ----------
    graph : ProcessGraph
        The model.
    """

    def __init__(self, graph: ProcessGraph) -> None:
        self.graph = graph
        self._answerers: dict[str, set[str]] = {}

    def is_rendezvous(self, flow: Flow) -> bool:
        """Tell whether a message flow joins two activities that send to each other.

        Parameters
        ----------
        flow : Flow
            A message flow between two flow nodes.

        Returns
        -------
        bool
            Whether the two start together.
        """
        source, target = self.graph.nodes[flow.source], self.graph.nodes[flow.target]
        if source is target or not (source.is_activity and target.is_activity):
            return False
        back = self.graph.outgoing(target.id, "message")
        return any(other.target == source.id for other in back)

    def is_reply(self, flow: Flow) -> bool:
        """Tell whether a message is the answer to what its receiver sent before.

        Parameters
        ----------
        flow : Flow
            A message flow between two flow nodes.

        Returns
        -------
        bool
            Whether the receiver sends to a flow node of the same process, and the sender can come
            after that one.
        """
        if not self.graph.nodes[flow.target].is_activity:
            return False
        if flow.target not in self._answerers:
            self._answerers[flow.target] = self._find_answerers(flow.target)
        return flow.source in self._answerers[flow.target]

    def _find_answerers(self, activity: str) -> set[str]:
        """Return those that send to an activity, and can come after those to which it sends."""
        nodes = self.graph.nodes
        asked: defaultdict[str | None, list[str]] = defaultdict(list)
        for request in self.graph.outgoing(activity, "message"):
            if nodes[request.target].type != "participant":
                asked[nodes[request.target].process].append(request.target)
        if not asked:
            return set()
        found: set[str] = set()
        senders = [nodes[flow.source] for flow in self.graph.incoming(activity, "message")]
        for process, first in asked.items():
            wanted = {
                one.id for one in senders if one.process == process and one.type != "participant"
            }
            found |= self._reached(first, wanted)
        return found

    def _reached(self, first: Iterable[str], wanted: set[str]) -> set[str]:
        """Return which of some flow nodes can come after one of others in their own process."""
        if not wanted:
            return set()
        # What stands behind all that is wanted leads to none of them; in a small model, to go
        # there is quicker than to find that out.
        place = self._places if len(self.graph.nodes) > _FEW else {}
        last = max(map(place.__getitem__, wanted)) if place else 0
        seen: set[str] = set()
        pending = list(first)
        while pending and not wanted <= seen:
            for after in self._following(self.graph.nodes[pending.pop()]):
                if after not in seen and place.get(after, 0) <= last:
                    seen.add(after)
                    pending.append(after)
        return wanted & seen

    def _following(self, node: FlowNode) -> Iterator[str]:
        for flow in self.graph.outgoing(node.id):
            yield flow.target
        for event in self.graph.attached(node.id):
            yield event.id
        for inner in self.graph.inside(node.id):
            yield inner.id
        if node.scope is not None:
            yield node.scope

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where each flow node stands: never behind what can come after it."""
        number = {identifier: index for index, identifier in enumerate(self.graph.nodes)}
        after = [
            [number[one] for one in self._following(node)] for node in self.graph.nodes.values()
        ]
        # Circles are numbered from the last to the first.
        return dict(zip(number, (-circle for circle in number_circles(after)), strict=True))
