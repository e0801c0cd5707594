"""What is worth telling about a model: findings, and how much they matter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cjbpmn.errors import CjbpmnError


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something in a model that its owner should know.

    Parameters
    ----------
    code : str
        What kind of finding; never reused for another meaning.
    message : str
        One sentence.
    elements : tuple of str
        The ids of the elements that it is about.
    line : int or None
        Where the first of them stands in the file.
    severity : Severity
        How much it matters.
    path : str or None
        The file that the line counts in, where that is not the model.

    Examples
    --------
    >>> str(Finding("dangling-flow", "the flow has no target", ("Flow_1",), 12))
    'line 12: [Flow_1] the flow has no target'
    >>> str(Finding("unlinked-step", "it stands nowhere", line=3, path="claim.journey.yaml"))
    'claim.journey.yaml:3: it stands nowhere'
    """

    code: str
    message: str
    elements: tuple[str, ...] = ()
    line: int | None = None
    severity: Severity = Severity.WARNING
    path: str | None = None

    def __str__(self) -> str:
        elements = ", ".join(self.elements) or None
        told = CjbpmnError(self.message, path=self.path, line=self.line, element=elements)
        return told.alone
