"""Every error, as one tree.

::

    CjbpmnError
    ├── InvalidDocument (ValueError)    not XML, not BPMN 2.0, no process
    │   └── UnsafeDocument              refused unread: entities, bombs, absurd size
    ├── InvalidJourney (ValueError)     a journey file that cannot be understood
    ├── InvalidValue (ValueError)       a value outside what an element allows
    ├── ElementNotFound (KeyError)      a reference that matches nothing
    ├── AmbiguousReference              a reference that matches several things
    ├── NoCustomer                      nobody in the model is known to be the customer
    ├── AmbiguousCustomer               several could be, and nobody said which
    └── NotWritten (OSError)            the output could not be written; nothing was damaged

    CjbpmnWarning (UserWarning)         something could not be kept, or was left alone
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

_MOST_TOLD = 29


class CjbpmnError(Exception):
    """An error that tells where it happened and what to do.

    Parameters
    ----------
    message : str
        What was found, what was expected, and what to do.
    path : str or None
        The file.
    line : int or None
        The line in that file, counted from 1.
    element : str or None
        The id of the element.
    others : sequence of CjbpmnError
        What else is wrong, found at the same time.

    Examples
    --------
    >>> str(CjbpmnError("two pools are named Kunde", path="claims.bpmn", line=41))
    'claims.bpmn:41: two pools are named Kunde'
    """

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        element: str | None = None,
        others: Iterable[CjbpmnError] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.element = element
        self.others = tuple(others)

    def __str__(self) -> str:
        return "\n".join((self.alone, *(other.alone for other in self.others)))

    @property
    def alone(self) -> str:
        """Only this error, without what else is wrong."""
        place = self.path or ""
        if self.line:
            place += f":{self.line}" if place else f"line {self.line}"
        subject = f"[{self.element}] " if self.element else ""
        return f"{place}: {subject}{self.message}" if place else f"{subject}{self.message}"

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the keyword arguments when an error travels between processes."""
        names = ("path", "line", "element", "others")
        return (_rebuild, (type(self), self.message, {one: getattr(self, one) for one in names}))


def _rebuild(kind: type[CjbpmnError], message: str, told: dict[str, Any]) -> CjbpmnError:
    return kind(message, **told)


class InvalidDocument(CjbpmnError, ValueError):
    """The file is no XML, no BPMN 2.0, or holds no process."""


class UnsafeDocument(InvalidDocument):
    """The file was refused because reading it could do harm."""


class InvalidJourney(CjbpmnError, ValueError):
    """The journey file cannot be understood."""


class InvalidValue(CjbpmnError, ValueError):
    """A value lies outside what its place allows."""


class ElementNotFound(CjbpmnError, KeyError):
    """A reference matches nothing in the model."""


class AmbiguousReference(CjbpmnError):
    """A reference matches several things in the model."""


class NoCustomer(CjbpmnError):
    """Nobody in the model is known to be the customer."""


class AmbiguousCustomer(CjbpmnError):
    """Several participants or lanes could be the customer, and nobody said which."""


class NotWritten(CjbpmnError, OSError):
    """The output could not be written; what stood there before is whole."""


class CjbpmnWarning(UserWarning):
    """Something could not be kept, or was left alone, and you should know."""


E = TypeVar("E", bound=CjbpmnError)


def all_at_once(errors: Iterable[E]) -> E:
    """Make one error of several, so that people see all of them and not the first only.

    Parameters
    ----------
    errors : iterable of CjbpmnError
        At least one, in the order in which they are to be told.

    Returns
    -------
    CjbpmnError
        The first, with those behind it as its `others`; after thirty it only says how many.

    Examples
    --------
    >>> wrong = [InvalidJourney("no name", path="j.yaml", line=n) for n in (1, 2)]
    >>> print(all_at_once(wrong))
    j.yaml:1: no name
    j.yaml:2: no name
    """
    first, *others = dict.fromkeys(errors)
    told: list[CjbpmnError] = [*others[:_MOST_TOLD]]
    if len(others) > _MOST_TOLD:
        more = f"and {len(others) - _MOST_TOLD} more mistakes"
        told.append(type(first)(more, path=first.path))
    return type(first)(
        first.message, path=first.path, line=first.line, element=first.element, others=told
    )
