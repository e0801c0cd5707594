"""From a node of texts to values: what any key may hold, and what is wrong with it.

What the keys of a journey mean is known to the reader of journeys, which builds on this one.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from cjbpmn.alarms import parse_moment
from cjbpmn.errors import InvalidJourney, InvalidValue, all_at_once
from cjbpmn.journey import CHOICES, check_value
from cjbpmn.journey.forms import Form
from cjbpmn.journey.yaml import Entry, Node, Note, invalid, key_of, quoted
from cjbpmn.lexicon import fold, meanings
from cjbpmn.timespan import TimeSpan, parse_timespan
from cjbpmn.vocabulary import Answer
from cjbpmn.working_hours import parse_hours

if TYPE_CHECKING:
    from enum import StrEnum

T = TypeVar("T")


class FormReader:
    """Reads the keys of forms and the plain values behind them; goes on after a mistake.

    Parameters
    ----------
    path : str or None
        The file, for messages.
    notes : list of Note
        Where remarks go.
    """

    def __init__(self, path: str | None, notes: list[Note]) -> None:
        self.path = path
        self.notes = notes
        self.place = ""
        self.mistakes: dict[str, InvalidJourney] = {}

    def _reader(self, form: Form, key: str) -> Callable[[Node], Any]:
        reader: Callable[[Node], Any] = getattr(self, form.keys[key])
        return reader

    def _try(self, read: Callable[[Node], T], node: Node) -> T | None:
        """Read a part; note a mistake down and go on."""
        try:
            return read(node)
        except InvalidJourney as mistake:
            self.mistakes[str(mistake)] = mistake
            return None

    def _each(self, node: Node, read: Callable[[Node], T]) -> tuple[T, ...]:
        """Read the items of a list, each for itself."""
        return tuple(item for part in items_of(node) if (item := self._try(read, part)) is not None)

    def check(self) -> None:
        """Complain of all mistakes so far, at once.

        Raises
        ------
        InvalidJourney
            If there were any.
        """
        if not self.mistakes:
            return
        # What is read together with the file comes after it.
        raise all_at_once(
            sorted(self.mistakes.values(), key=lambda one: (one.path != self.path, one.line or 0))
        )

    # -- plain values

    def text(self, node: Node) -> str:
        """Read one text."""
        if isinstance(node.value, str):
            return node.value
        if isinstance(node.value, dict) and len(node.value) == 1:
            raise self._unquoted(*next(iter(node.value.values())), node)
        raise self._error("expected one text", node)

    def texts(self, node: Node) -> tuple[str, ...]:
        """Read a text or a list of them."""
        return tuple(self.text(item) for item in items_of(node))

    def number(self, node: Node) -> float:
        """Read a number; a percent sign may follow."""
        text = self.text(node)
        number = number_in(text.removesuffix("%").strip())
        if number is None:
            raise self._error(f"{text!r} is no number", node)
        self._check(number, node)
        return number

    def integer(self, node: Node) -> int:
        """Read a whole number."""
        number = self.number(node)
        if number != int(number):
            raise self._error(f"{number:g} is no whole number", node)
        return int(number)

    def choice(self, node: Node) -> str:
        """Read a word of the closed list for this key."""
        text = self.text(node)
        value = word_in(text, CHOICES[node.key]) or text
        self._check(value, node, hint_at(text, CHOICES[node.key]))
        return value

    def answer(self, node: Node) -> str:
        """Read yes, no or unknown."""
        text = self.text(node)
        unknown = Answer.UNKNOWN if text == "?" else None
        answer = word_in(text, Answer) or answer_in(text) or unknown
        if answer is None:
            raise self._error(f"{text!r} is none of yes, no and unknown", node)
        return str(answer)

    def boolean(self, node: Node) -> bool:
        """Read yes or no."""
        answer = answer_in(self.text(node))
        if answer is None:
            raise self._error(f"{node.value!r} is neither yes nor no", node)
        return answer == "yes"

    def timespan(self, node: Node) -> TimeSpan:
        """Read a time, in ISO 8601 or in words."""
        try:
            return parse_timespan(self.text(node))
        except InvalidValue as error:
            raise self._error(error.message, node) from None

    def shifts(self, node: Node) -> tuple[str, ...]:
        """Read the hours at which there is work."""
        return tuple(self._hours(item, (self.text(item),), ()) for item in items_of(node))

    def closed_days(self, node: Node) -> tuple[str, ...]:
        """Read the days on which there is none."""
        return tuple(self._hours(item, ("0-24",), (self.text(item),)) for item in items_of(node))

    def _hours(self, node: Node, works: tuple[str, ...], closed: tuple[str, ...]) -> str:
        try:
            parse_hours(works, closed)
        except InvalidValue as error:
            raise self._error(error.message, node) from None
        return (closed or works)[0]

    def moment(self, node: Node) -> str:
        """Read a date with a time."""
        try:
            return parse_moment(self.text(node)).isoformat()
        except InvalidValue as error:
            raise self._error(error.message, node) from None

    def pairs(self, node: Node) -> tuple[tuple[str, str], ...]:
        """Read keys and values of any kind."""
        if not isinstance(node.value, dict):
            raise self._error("expected keys and values", node)
        return tuple((entry.written, _plain(entry.node)) for entry in node.value.values())

    # -- forms, and what is said of them

    def fields(self, node: Node, form: Form) -> dict[str, Any]:
        """Read the keys that a form knows; a text alone stands for its main key."""
        if isinstance(node.value, str) and form.main:
            entry = Entry(form.main, replace(node, key=form.main))
            node = replace(node, value={form.main: entry})
        if not isinstance(node.value, dict):
            raise self._error(f"expected keys and values, such as '{form.example}'", node)
        found: dict[str, Any] = {}
        unknown = {}
        for key, entry in node.value.items():
            if key not in form.keys:
                unknown[entry.written] = entry.node
            elif entry.node.value is not None and key not in form.required:
                value = self._try(self._reader(form, key), entry.node)
                found |= {} if value is None else {key: value}
        for key in form.required:
            # Last of all, for a mistake here is the end of this mapping.
            part = node.value[key].node if key in node.value else None
            if part is not None and part.value is not None and part.value != ():
                found[key] = self._reader(form, key)(part)
            elif form.instead not in found:
                raise self._missing(node, form, key, unknown)
        if unknown:
            found["extra"] = tuple((written, _plain(part)) for written, part in unknown.items())
            self._note_unknown(unknown, form)
        return found

    def _missing(
        self, node: Node, form: Form, key: str, unknown: Mapping[str, Node]
    ) -> InvalidJourney:
        hint = difflib.get_close_matches(key, map(key_of, unknown), n=1)
        is_alone = isinstance(node.value, dict) and len(node.value) == 1
        for written, inner in unknown.items():
            if not hint and (is_alone or " " in written):
                return self._unquoted(written, inner, node)
        found = f" (found {hint[0]!r})" if hint else ""
        return self._error(f"{key} is missing{found}; write '{form.example}'", node)

    def _unquoted(self, written: str, inner: Node, node: Node) -> InvalidJourney:
        """Complain of a sentence with a colon that became a key and a value."""
        text = quoted(f"{written}: {_plain(inner)}")
        return self._error(f"a text with ': ' in it needs quotes: {text}", node)

    def _note_unknown(self, unknown: Mapping[str, Node], form: Form) -> None:
        if form.is_open:
            return
        for written, node in unknown.items():
            hint = hint_at(written, form.keys)
            message = f"the key {written!r} is kept, but not understood{hint}"
            self._note(message, replace(node, key=""))

    def _check(self, value: object, node: Node, hint: str = "") -> None:
        try:
            check_value(node.key, value)
        except InvalidValue as error:
            message = error.message.removeprefix(f"{node.key}: ")
            raise self._error(message + hint, node) from None

    def _error(self, message: str, node: Node) -> InvalidJourney:
        return invalid(self._about(message, node), self.path, node.line)

    def _note(self, message: str, node: Node) -> None:
        self.notes.append((node.line or 0, str(self._error(message, node))))

    def _about(self, message: str, node: Node) -> str:
        """Say which key it is about; and which step, where there are no lines to say it."""
        key = f"{node.key.replace('_', ' ')}: " if node.key else ""
        return ("" if node.line else self.place) + key + message


def items_of(node: Node) -> tuple[Node, ...]:
    """Return the items of a list; what is no list is its only item.

    Parameters
    ----------
    node : Node
        A list, or one thing.

    Returns
    -------
    tuple of Node
        Without those that say nothing.

    Examples
    --------
    >>> [item.value for item in items_of(Node((Node("a"), Node(None))))]
    ['a']
    """
    items = node.value if isinstance(node.value, tuple) else (node,)
    return tuple(item for item in items if item.value is not None)


def _plain(node: Node) -> str:
    value = _unwrapped(node)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _unwrapped(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {written: _unwrapped(part) for written, part in node.value.values()}
    if isinstance(node.value, tuple):
        return [_unwrapped(item) for item in node.value]
    return node.value or ""


def number_in(text: str) -> float | None:
    """Return the number that a text is.

    Parameters
    ----------
    text : str
        What people wrote; decimals have a comma or a point.

    Returns
    -------
    float or None
        None where it is none.

    Examples
    --------
    >>> number_in("1,5"), number_in("six")
    (1.5, None)
    """
    found = re.fullmatch(r"[+-]?[0-9]{1,15}(?:[.,][0-9]+)?", fold(text))
    return float(found[0].replace(",", ".")) if found else None


def word_in(text: str, words: type[StrEnum]) -> str | None:
    """Return the word of a closed list that a text is.

    Parameters
    ----------
    text : str
        What people wrote, with blanks or hyphens, in any case.
    words : type of StrEnum
        The list.

    Returns
    -------
    str or None
        None where it is none of them.

    Examples
    --------
    >>> word_in("Yes", Answer)
    'yes'
    """
    return next((word.value for word in words if key_of(word) == key_of(text)), None)


def answer_in(text: str) -> str | None:
    """Return whether a text means yes or no, in any of the languages.

    Parameters
    ----------
    text : str
        What people wrote.

    Returns
    -------
    str or None
        ``yes`` or ``no``; None where it is neither.

    Examples
    --------
    >>> answer_in("nein")
    'no'
    """
    meant = {answer for _, answer in meanings("answer").get(fold(text), ())}
    return meant.pop() if len(meant) == 1 else None


def hint_at(word: str, known: Iterable[str]) -> str:
    """Ask whether a word that is spelled alike was meant.

    Parameters
    ----------
    word : str
        What people wrote.
    known : iterable of str
        What they can have meant.

    Returns
    -------
    str
        The end of a message; empty where nothing is spelled alike.

    Examples
    --------
    >>> hint_at("chanel", ["channel", "phase"])
    "; did you mean 'channel'?"
    """
    by_key = {key_of(name): str(name) for name in known}
    close = difflib.get_close_matches(key_of(word), by_key, n=1)
    return f"; did you mean {by_key[close[0]].replace('_', ' ')!r}?" if close else ""
