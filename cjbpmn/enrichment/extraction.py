"""The journeys of an enriched document, as people would write them into journey files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cjbpmn.document import Document
from cjbpmn.enrichment.rebuilding import rebuild_journeys
from cjbpmn.errors import CjbpmnError
from cjbpmn.findings import Finding
from cjbpmn.graph import build_graph
from cjbpmn.journey import (
    Branch,
    Calendar,
    Duration,
    Fallback,
    Journey,
    Measurement,
    Norm,
    Observation,
    Statistics,
    Step,
)
from cjbpmn.journey.declared import journeys_of
from cjbpmn.references import References

T = TypeVar("T", Step, Observation, Norm, Measurement, Statistics, Duration, Branch, Calendar)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was found in a document.

    Parameters
    ----------
    journeys : tuple of Journey
        As they were declared: references say again what people wrote, where it still means the
        same, and else the id.
    findings : tuple of Finding
        What is no longer as it was.
    """

    journeys: tuple[Journey, ...]
    findings: tuple[Finding, ...] = ()


def extract_journeys(document: Document, *, customer: Sequence[str] = ()) -> Extracted:
    """Return the journeys that a document carries, ready to be written into files.

    Where a tool has dropped our extension elements, they are rebuilt from what is drawn, as far
    as that goes, and a finding says so.

    Parameters
    ----------
    document : Document
        An enriched document; it stays as it is.
    customer : sequence of str
        Who the customer is, where a journey has to be rebuilt and the drawing does not tell.

    Returns
    -------
    Extracted
        The journeys; none where the document carries none, and shows none.

    Raises
    ------
    InvalidValue
        If a value in the file lies outside its range.

    Examples
    --------
    >>> from cjbpmn import enrich_document, read_document, read_journey
    >>> document = read_document("docs/examples/webshop.bpmn")
    >>> journey = read_journey("docs/examples/webshop.journey.yaml")
    >>> _ = enrich_document(document, journey)
    >>> extract_journeys(document).journeys == (journey,)
    True
    """
    journeys, customers = journeys_of(document)
    if not journeys:
        return Extracted(*rebuild_journeys(document, customer))
    written, _ = journeys_of(document, as_written=True)
    graph = build_graph(document.without_enrichment())
    known = frozenset(customers) & (graph.participants.keys() | graph.lanes.keys())
    restoring = _Restoring(References(graph, known))
    return Extracted(tuple(map(restoring.journey, journeys, written)), tuple(restoring.findings))


@dataclass
class _Restoring:
    """Puts what people wrote in place of the ids, where it still means them."""

    references: References
    findings: list[Finding] = field(default_factory=list)

    def journey(self, meant: Journey, written: Journey) -> Journey:
        return replace(
            meant,
            steps=tuple(map(self._step, meant.steps, written.steps)),
            observations=tuple(map(self._part, meant.observations, written.observations)),
            norms=tuple(map(self._norm, meant.norms, written.norms)),
            measurements=tuple(map(self._part, meant.measurements, written.measurements)),
            statistics=tuple(map(self._part, meant.statistics, written.statistics)),
            durations=tuple(map(self._part, meant.durations, written.durations)),
            branches=tuple(map(self._part, meant.branches, written.branches)),
            calendars=tuple(map(self._part, meant.calendars, written.calendars)),
        )

    def _step(self, meant: Step, written: Step) -> Step:
        fallback = tuple(map(self._fallback, meant.fallback, written.fallback))
        return replace(self._part(meant, written), fallback=fallback)

    def _fallback(self, meant: Fallback, written: Fallback) -> Fallback:
        if meant.to == written.to or self._means((written.to,))[:1] == (meant.to,):
            return written
        return meant

    def _part(self, meant: T, written: T) -> T:
        return replace(meant, at=self._reference(meant.at, written.at))

    def _norm(self, meant: Norm, written: Norm) -> Norm:
        return replace(
            self._part(meant, written),
            from_=self._end(meant.from_, written.from_),
            to=self._end(meant.to, written.to),
        )

    def _end(self, identifier: str | None, written: str | None) -> str | None:
        if identifier is None or written is None:
            return identifier
        return self._reference((identifier,), (written,))[0]

    def _reference(self, ids: Sequence[str], written: Sequence[str]) -> tuple[str, ...]:
        """Return what people wrote where it still means these ids, else the ids."""
        if tuple(ids) == tuple(written) or self._means(written) == tuple(ids):
            return tuple(written)
        gone = [one for one in ids if self._means((one,)) != (one,)]
        if gone:
            words = ", ".join(written)
            self.findings.append(
                Finding("vanished", f"what was called {words!r} is no longer there", tuple(gone))
            )
        return tuple(ids)

    def _means(self, written: Sequence[str]) -> tuple[str, ...]:
        try:
            found = [one for name in written for one in self.references.resolve(name)]
        except CjbpmnError:
            return ()
        return tuple(dict.fromkeys(found))
