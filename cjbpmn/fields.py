"""Typed fields of extension elements, declared once: attributes, texts, children.

A field reads and writes the lxml element behind its owner and holds nothing itself. What is
absent is None; setting None removes. A wrong value is an error when that field is read, not
when the file is opened.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

from lxml import etree

from cjbpmn.errors import InvalidValue
from cjbpmn.names import CJ, qualified
from cjbpmn.timespan import TimeSpan, parse_timespan

T = TypeVar("T")
E = TypeVar("E", bound="Extension")

_PREFIX = {"cj": CJ}


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A type of value: how it is read, written, and named in the schemas.

    Parameters
    ----------
    name : str
        For messages, such as ``a whole number from 1 to 5``.
    parse : callable
        From text; raises ValueError.
    write : callable
        To text.
    xsd : str
        The XSD type, or the facets of a restriction.
    moddle : str
        The type in a moddle descriptor.
    """

    name: str
    parse: Callable[[str], T]
    write: Callable[[T], str]
    xsd: str
    moddle: str = "String"


def _boolean(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text.strip()]


def _number(value: float) -> str:
    """Write a number as XML Schema has it: all its digits, and never an exponent."""
    if not math.isfinite(value):
        return ""
    text = format(Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


STRING: Kind[str] = Kind("a text", str, str, "xs:string")
BOOLEAN: Kind[bool] = Kind(
    "true or false", _boolean, lambda v: str(v).lower(), "xs:boolean", "Boolean"
)
IDS: Kind[tuple[str, ...]] = Kind(
    "ids, separated by blanks", lambda text: tuple(text.split()), " ".join, "xs:string"
)
TEXTS: Kind[tuple[str, ...]] = Kind(
    "texts, separated by semicolons",
    lambda text: tuple(part.strip() for part in text.split(";") if part.strip()),
    "; ".join,
    "xs:string",
)

TIMESPAN: Kind[TimeSpan] = Kind(
    "a time in ISO 8601, or working days in words",
    parse_timespan,
    lambda span: span.iso,
    "xs:string",
)


def decimal(low: float, high: float) -> Kind[float]:
    """Return the kind of a number within bounds, both included.

    Parameters
    ----------
    low, high : float
        The bounds; both infinite where there are none.

    Returns
    -------
    Kind of float
        The kind.
    """

    def parse(text: str) -> float:
        value = float(text)
        if "_" in text or not math.isfinite(value) or not low <= value <= high:
            raise ValueError(text)
        return value

    if math.isinf(low) and math.isinf(high):
        return Kind("a number", parse, _number, "xs:decimal", "Real")
    facets = f'<xs:minInclusive value="{low:g}"/><xs:maxInclusive value="{high:g}"/>'
    name = f"a number from {low:g} to {high:g}"
    return Kind(name, parse, _number, f"xs:decimal {facets}", "Real")


def integer(low: int, high: int | None = None) -> Kind[int]:
    """Return the kind of a whole number within bounds, both included.

    Parameters
    ----------
    low : int
        The lower bound.
    high : int or None
        The upper bound, if there is one.

    Returns
    -------
    Kind of int
        The kind.
    """

    def parse(text: str) -> int:
        value = int(text)
        if "_" in text or value < low or (high is not None and value > high):
            raise ValueError(text)
        return value

    facets = f'<xs:minInclusive value="{low}"/>'
    if high is not None:
        facets += f'<xs:maxInclusive value="{high}"/>'
    name = f"a whole number from {low}" + (f" to {high}" if high is not None else "")
    return Kind(name, parse, str, f"xs:integer {facets}", "Integer")


def choice(words: type[StrEnum]) -> Kind[str]:
    """Return the kind of a word from an enumeration.

    Parameters
    ----------
    words : StrEnum class
        The words allowed.

    Returns
    -------
    Kind of str
        The kind.
    """

    def parse(text: str) -> str:
        return words(text).value

    facets = "".join(f'<xs:enumeration value="{word.value}"/>' for word in words)
    name = "one of " + ", ".join(word.value for word in words)
    return Kind(name, parse, str, f"xs:string {facets}")


class Extension:
    """A window on one of our elements; two windows on one element are equal.

    Subclasses declare `tag`, where they may stand (`allowed_on`) and their fields.

    Parameters
    ----------
    element : lxml element
        The element behind the window.
    """

    tag: ClassVar[str]
    allowed_on: ClassVar[tuple[str, ...]] = ()

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    @classmethod
    def make(cls, **values: Any) -> Self:
        """Make a new element with these fields set.

        Parameters
        ----------
        **values : object
            By field name; None and empty sequences are left out.

        Returns
        -------
        Extension
            A window on a new element that stands in no tree yet.
        """
        made = cls(etree.Element(qualified(cls.tag), nsmap=_PREFIX))
        declared = cls.fields()
        for name, value in values.items():
            if name not in declared:
                raise TypeError(f"<{cls.tag}> has no field {name!r}")
            if value is not None and value != ():
                setattr(made, name, value)
        return made

    @classmethod
    @cache
    def fields(cls) -> Mapping[str, Field]:
        """Return the declared fields by name, in the order of their declaration."""
        kinds = reversed(cls.__mro__)  # What a base declares comes first.
        declared = {name: value for kind in kinds for name, value in vars(kind).items()}
        return MappingProxyType(
            {name: value for name, value in declared.items() if isinstance(value, Field)}
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Extension) and self.element is other.element

    def __hash__(self) -> int:
        return hash(self.element)

    def __repr__(self) -> str:
        return f"<{self.tag} {dict(self.element.attrib)}>"


class Field:
    """A declared part of an extension element.

    Parameters
    ----------
    doc : str
        What it says, in one sentence; it becomes the documentation in the schemas.
    """

    def __init__(self, doc: str) -> None:
        self.doc = doc
        self.name = ""

    def __set_name__(self, owner: type[Extension], name: str) -> None:
        """Take the XML name from the Python name: ``moment_of_truth`` → ``momentOfTruth``."""
        first, *rest = name.rstrip("_").split("_")
        self.name = first + "".join(word.capitalize() for word in rest)


class Attribute(Field, Generic[T]):
    """An XML attribute.

    Parameters
    ----------
    kind : Kind
        Its type.
    doc : str
        What it says.
    required : bool
        Whether the schema insists on it.
    """

    def __init__(self, kind: Kind[T], doc: str, *, required: bool = False) -> None:
        super().__init__(doc)
        self.kind = kind
        self.required = required

    @overload
    def __get__(self, owner: None, cls: type[Extension]) -> Self: ...
    @overload
    def __get__(self, owner: Extension, cls: type[Extension]) -> T | None: ...
    def __get__(self, owner: Extension | None, cls: type[Extension]) -> Self | T | None:
        if owner is None:
            return self
        text = owner.element.get(self.name)
        return None if text is None else self._parse(owner, text)

    def __set__(self, owner: Extension, value: T | None) -> None:
        if value is None or value == ():
            owner.element.attrib.pop(self.name, None)
        else:
            text = self.kind.write(value)
            self._parse(owner, text)
            owner.element.set(self.name, text)

    def _parse(self, owner: Extension, text: str) -> T:
        try:
            return self.kind.parse(text)
        except (ValueError, KeyError):
            raise InvalidValue(
                f"{self.name}={text!r} on <{owner.tag}>: expected {self.kind.name}",
                line=owner.element.sourceline,
                element=owner.element.get("id"),
            ) from None


class Text(Field):
    """A child element that holds nothing but text; the first of its name is meant."""

    @overload
    def __get__(self, owner: None, cls: type[Extension]) -> Self: ...
    @overload
    def __get__(self, owner: Extension, cls: type[Extension]) -> str | None: ...
    def __get__(self, owner: Extension | None, cls: type[Extension]) -> Self | str | None:
        if owner is None:
            return self
        found = owner.element.find(qualified(f"cj:{self.name}"))
        return None if found is None else (found.text or "").strip()

    def __set__(self, owner: Extension, value: str | None) -> None:
        # A new element has no children yet, among which to look.
        found = owner.element.find(qualified(f"cj:{self.name}")) if len(owner.element) else None
        if value is None:
            if found is not None:
                owner.element.remove(found)
            return
        if found is None:
            found = etree.SubElement(owner.element, qualified(f"cj:{self.name}"))
        found.text = value


class Children(Field, Generic[E]):
    """Child elements of one declared kind, in order.

    Parameters
    ----------
    of : Extension class
        Their kind.
    doc : str
        What they say.
    """

    def __init__(self, of: type[E], doc: str) -> None:
        super().__init__(doc)
        self.of = of

    @overload
    def __get__(self, owner: None, cls: type[Extension]) -> Self: ...
    @overload
    def __get__(self, owner: Extension, cls: type[Extension]) -> tuple[E, ...]: ...
    def __get__(self, owner: Extension | None, cls: type[Extension]) -> Self | tuple[E, ...]:
        if owner is None:
            return self
        return tuple(self._iterate(owner))

    def __set__(self, owner: Extension, value: tuple[E, ...]) -> None:
        for old in list(self._iterate(owner)) if len(owner.element) else ():
            owner.element.remove(old.element)
        owner.element.extend([new.element for new in value])

    def _iterate(self, owner: Extension) -> Iterator[E]:
        return (self.of(child) for child in owner.element.findall(qualified(self.of.tag)))


class Content(Field):
    """The text of the element itself; such an element has no child elements."""

    @overload
    def __get__(self, owner: None, cls: type[Extension]) -> Self: ...
    @overload
    def __get__(self, owner: Extension, cls: type[Extension]) -> str | None: ...
    def __get__(self, owner: Extension | None, cls: type[Extension]) -> Self | str | None:
        if owner is None:
            return self
        return None if owner.element.text is None else owner.element.text.strip()

    def __set__(self, owner: Extension, value: str | None) -> None:
        owner.element.text = value
