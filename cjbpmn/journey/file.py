"""Read a journey from a YAML file that people wrote by hand.

YAML is only the notation: its types are not used, since the key tells what its value means
(``told: no`` and ``at: 12:30`` mean what they say). First the text becomes a tree of texts with
their lines; then the tree becomes a `Journey`. Every complaint names the line and the remedy.
"""

from __future__ import annotations

import difflib
import json
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cjbpmn.errors import CjbpmnWarning, InvalidJourney, InvalidValue
from cjbpmn.journey import (
    CHOICES,
    Emotion,
    Evidence,
    Journey,
    Norm,
    Observation,
    Persona,
    Phase,
    Step,
    check_value,
)
from cjbpmn.journey.yaml import (
    Entry,
    Node,
    Note,
    Planter,
    invalid,
    key_of,
    quoted,
    read_text,
    tree_of,
)
from cjbpmn.lexicon import fold, meanings
from cjbpmn.timespan import TimeSpan, parse_timespan
from cjbpmn.vocabulary import Channel, EvidenceType

if TYPE_CHECKING:
    from enum import StrEnum

_SMILEYS: Final = {
    ":((": -2, ":(": -1, ":|": 0, ":)": 1, ":D": 2,
    "\U0001f621": -2, "\U0001f620": -2, "\U0001f641": -1, "\u2639": -1, "\U0001f610": 0,
    "\U0001f642": 1, "\u263a": 1, "\U0001f600": 2, "\U0001f60d": 2,
}  # fmt: skip


def read_journey(source: str | Path | Mapping[str, Any]) -> Journey:
    """Read a journey.

    Parameters
    ----------
    source : str, pathlib.Path or Mapping
        The path of a YAML file; or the YAML itself, where a text has a line break in it; or
        what such a file holds.

    Returns
    -------
    Journey
        What people declared. References to a model are texts still.

    Raises
    ------
    InvalidJourney
        If the file cannot be understood; the error names the line and what to write instead.

    Warns
    -----
    CjbpmnWarning
        If a key or a channel is unknown, or a text seems to be cut off; everything is kept.

    Examples
    --------
    >>> journey = read_journey('''
    ... journey: Lunch
    ... steps:
    ...   - do: I stand in the queue
    ...     waits: 8 min
    ...     told: no
    ...     feels: {value: -1, because: I cannot see how fast it moves}
    ... ''')
    >>> journey.steps[0].waits, journey.steps[0].told
    (TimeSpan(text='8 min', hours=0.13333333333333333, working=False), 'no')
    """
    path = None
    notes: list[Note] = []
    if isinstance(source, Mapping):
        root = tree_of(source)
    elif isinstance(source, str) and "\n" in source:
        root = Planter(source, None, notes).plant()
    else:
        path = str(source)
        root = Planter(read_text(path, notes), path, notes).plant()
    journey = _Reader(path, notes).journey(root)
    for _, note in sorted(dict.fromkeys(notes), key=itemgetter(0)):
        warnings.warn(note, CjbpmnWarning, stacklevel=2)
    return journey


# ------------------------------------------------------------------ from the tree to a journey


class _Reader:
    """Reads the nodes of one file; what is said for the whole file is known to it."""

    def __init__(self, path: str | None, notes: list[Note]) -> None:
        self.path = path
        self.notes = notes
        self.place = ""
        self.language = ""
        self.scale: tuple[float, float] | None = None
        self.default: dict[str, Any] = {}
        self.phases: dict[str, str] = {}
        self.is_phase_list = False

    def journey(self, root: Node) -> Journey:
        if not isinstance(root.value, dict):
            raise self._error("expected keys and values, such as 'journey: Buying a house'", root)
        for key in ("lang", "language", "scale", "default", "phases"):
            # Steps are read by these, so these come first, wherever they stand in the file.
            if key in root.value and root.value[key].node.value is not None:
                _JOURNEY.readers[key](self, root.value[key].node)
        self.is_phase_list = bool(self.phases)
        found = self.fields(root, _JOURNEY)
        for key in ("cjbpmn", "scale", "default", "lang"):
            found.pop(key, None)
        found |= {"name": found.pop("journey"), "language": self.language or None}
        if not self.is_phase_list:
            found["phases"] = tuple(map(Phase, self.phases.values()))
        self._check_order(found.get("steps", ()))
        return Journey(path=self.path, **found)

    # -- what is said for the whole file

    def version(self, node: Node) -> str:
        text = self.text(node)
        if text not in {"1", "1.0"}:
            raise self._error(f"{text!r} is a form that is not known here; write 1", node)
        return text

    def tongue(self, node: Node) -> str:
        self.language = self.text(node)
        return self.language

    def defaults(self, node: Node) -> dict[str, Any]:
        self.default = self.fields(node, _DEFAULT)
        for written, _ in self.default.get("extra", ()):
            hint = _like(written, _DEFAULT.readers)
            raise self._error(f"there is no default for {written!r}{hint}", node)
        return self.default

    def scale_of_all(self, node: Node) -> tuple[float, float]:
        self.scale = self.range(node)
        return self.scale

    def phase_list(self, node: Node) -> tuple[Phase, ...]:
        phases = tuple(Phase(**self.fields(item, _PHASE)) for item in _items(node))
        self.phases = {key_of(name): p.name for p in phases for name in (p.name, p.id) if name}
        return phases

    # -- the parts of a journey

    def persona(self, node: Node) -> Persona:
        first, *others = _items(node)
        if others:
            raise self._error("one persona a journey; write one file for each", node)
        found = self.fields(first, _PERSONA)
        return Persona(facts=(*found.pop("facts", ()), *found.pop("extra", ())), **found)

    def steps(self, node: Node) -> tuple[Step, ...]:
        steps = []
        for number, item in enumerate(_items(node), 1):
            self.place = f"step {number}: "
            found = self.fields(item, _STEP)
            feels = (
                _inherit(_inherit(emotion, found), self.default)
                for emotion in found.pop("feels", ())
            )
            steps.append(Step(feels=tuple(feels), line=item.line, **found))
        self.place = ""
        return tuple(steps)

    def observations(self, node: Node) -> tuple[Observation, ...]:
        observations = []
        for number, item in enumerate(_items(node), 1):
            self.place = f"observation {number}: "
            observations.append(Observation(line=item.line, **self.fields(item, _OBSERVATION)))
        self.place = ""
        return tuple(observations)

    def norms(self, node: Node) -> tuple[Norm, ...]:
        read = [self.fields(item, _NORM) for item in _items(node)]
        return tuple(Norm(from_=found.pop("from", None), **found) for found in read)

    # -- the parts of a step

    def phase(self, node: Node) -> str:
        name = self.text(node)
        if not self.is_phase_list:
            return self.phases.setdefault(key_of(name), name)
        if key_of(name) not in self.phases:
            listed = dict.fromkeys(self.phases.values())
            hint = _like(name, listed) or f"; there are {', '.join(listed)}"
            raise self._error(f"{name!r} is not in the list of phases{hint}", node)
        return self.phases[key_of(name)]

    def evidence(self, node: Node) -> tuple[Evidence, ...]:
        seen = []
        for item in _items(node):
            found = self.fields(item, _EVIDENCE)
            found.setdefault("text", found.get("type"))
            if isinstance(item.value, str):
                found["type"] = _word(item.value, EvidenceType)
            seen.append(Evidence(**found))
        return tuple(seen)

    def emotions(self, node: Node) -> tuple[Emotion, ...]:
        return tuple(self._emotion(item) for item in _items(node))

    def _emotion(self, node: Node) -> Emotion:
        found = self.fields(node, _EMOTION)
        scale = found.pop("scale", self.scale)
        value, label = self._feeling(found.pop("value", found.get("label")), node, scale)
        found.setdefault("label", label)
        return Emotion(value=value, **found)

    def _feeling(
        self, text: str, node: Node, scale: tuple[float, float] | None
    ) -> tuple[float, str | None]:
        number = _number(text)
        if number is None:
            value = _felt(text)
            if value is None:
                raise self._error(f"{text!r} is no number, smiley or word such as 'happy'", node)
            return value, text
        low, high = scale or (-2, 2)
        if not low <= number <= high:
            hint = "" if scale else "; for other numbers say 'scale: 1-5'"
            raise self._error(f"{text} lies outside {low:g} to {high:g}{hint}", node)
        value = round(4 * (number - low) / (high - low) - 2, 6)
        return value, f"{text} on {low:g} to {high:g}" if scale else None

    def range(self, node: Node) -> tuple[float, float]:
        text = " to ".join(self.texts(node))
        found = re.fullmatch(r"([+-]?\d{1,6}) *(?:-|\.\.+|to|\u2026) *([+-]?\d{1,6})", fold(text))
        if not found or int(found[1]) >= int(found[2]):
            raise self._error(f"{text!r} is no scale; write 'scale: 1-5'", node)
        return int(found[1]), int(found[2])

    def channel(self, node: Node) -> str:
        text = self.text(node)
        if exact := _word(text, Channel):
            return exact
        meant = meanings("channel").get(fold(text), frozenset())
        own = {name for tongue, name in meant if tongue == self.language.lower()[:2]}
        channels = own or {name for _, name in meant}
        if len(channels) == 1:
            return channels.pop()
        hint = f"; it may be {' or '.join(sorted(channels))}" if channels else _like(text, Channel)
        known = ", ".join(Channel)
        self._note(f"{text!r} is kept, but is no channel{hint} (there are {known})", node)
        return text

    def channels(self, node: Node) -> tuple[str, ...]:
        return tuple(self.channel(item) for item in _items(node))

    def told(self, node: Node) -> str:
        if answer := _answer(self.text(node)):
            return answer
        try:
            return parse_timespan(self.text(node)).text
        except InvalidValue:
            message = f"{node.value!r} is neither yes nor no nor a time such as '10 min'"
            raise self._error(message, node) from None

    # -- plain values

    def text(self, node: Node) -> str:
        if isinstance(node.value, str):
            return node.value
        if isinstance(node.value, dict) and len(node.value) == 1:
            raise self._unquoted(*next(iter(node.value.values())), node)
        raise self._error("expected one text", node)

    def texts(self, node: Node) -> tuple[str, ...]:
        return tuple(self.text(item) for item in _items(node))

    def number(self, node: Node) -> float:
        text = self.text(node)
        number = _number(text.removesuffix("%").strip())
        if number is None:
            raise self._error(f"{text!r} is no number", node)
        self._check(number, node)
        return number

    def integer(self, node: Node) -> int:
        number = self.number(node)
        if number != int(number):
            raise self._error(f"{number:g} is no whole number", node)
        return int(number)

    def choice(self, node: Node) -> str:
        text = self.text(node)
        value = _word(text, CHOICES[node.key]) or text
        self._check(value, node, _like(text, CHOICES[node.key]))
        return value

    def boolean(self, node: Node) -> bool:
        answer = _answer(self.text(node))
        if answer is None:
            raise self._error(f"{node.value!r} is neither yes nor no", node)
        return answer == "yes"

    def timespan(self, node: Node) -> TimeSpan:
        try:
            return parse_timespan(self.text(node))
        except InvalidValue as error:
            raise self._error(error.message, node) from None

    def pairs(self, node: Node) -> tuple[tuple[str, str], ...]:
        if not isinstance(node.value, dict):
            raise self._error("expected keys and values", node)
        return tuple((entry.written, _plain(entry.node)) for entry in node.value.values())

    # -- what all of them share

    def fields(self, node: Node, form: _Form) -> dict[str, Any]:
        """Read the keys that a form knows; a text alone stands for its main key."""
        if isinstance(node.value, str) and form.main:
            entry = Entry(form.main, replace(node, key=form.main))
            node = replace(node, value={form.main: entry})
        if not isinstance(node.value, dict):
            raise self._error(f"expected keys and values, such as '{form.example}'", node)
        found: dict[str, Any] = {}
        unknown = {}
        for key, entry in node.value.items():
            if key not in form.readers:
                unknown[entry.written] = entry.node
            elif entry.node.value is not None:
                found[key] = form.readers[key](self, entry.node)
        if form.main and not {form.main, form.instead} & found.keys():
            raise self._missing(node, form, unknown)
        if unknown:
            found["extra"] = tuple((written, _plain(part)) for written, part in unknown.items())
            self._note_unknown(unknown, form)
        return found

    def _missing(self, node: Node, form: _Form, unknown: Mapping[str, Node]) -> InvalidJourney:
        hint = difflib.get_close_matches(form.main, map(key_of, unknown), n=1)
        is_alone = isinstance(node.value, dict) and len(node.value) == 1
        for written, inner in unknown.items():
            if not hint and (is_alone or " " in written):
                return self._unquoted(written, inner, node)
        found = f" (found {hint[0]!r})" if hint else ""
        return self._error(f"{form.main} is missing{found}; write '{form.example}'", node)

    def _unquoted(self, written: str, inner: Node, node: Node) -> InvalidJourney:
        """Complain of a sentence with a colon that became a key and a value."""
        text = quoted(f"{written}: {_plain(inner)}")
        return self._error(f"a text with ': ' in it needs quotes: {text}", node)

    def _note_unknown(self, unknown: Mapping[str, Node], form: _Form) -> None:
        if form.is_open:
            return
        for written, node in unknown.items():
            hint = _like(written, form.readers)
            message = f"the key {written!r} is kept, but not understood{hint}"
            self._note(message, replace(node, key=""))

    def _check(self, value: object, node: Node, hint: str = "") -> None:
        try:
            check_value(node.key, value)
        except InvalidValue as error:
            message = error.message.removeprefix(f"{node.key}: ")
            raise self._error(message + hint, node) from None

    def _check_order(self, steps: tuple[Step, ...]) -> None:
        known = {key_of(step.do): step.do for step in steps}
        for step in steps:
            if step.after is None:
                continue
            others = {key: do for key, do in known.items() if key != key_of(step.do)}
            if key_of(step.after) not in others:
                hint = _like(step.after, others.values())
                message = f"{step.after!r} is no other step{hint}"
                raise self._error(message, Node(None, "after", step.line))

    def _error(self, message: str, node: Node) -> InvalidJourney:
        return invalid(self._about(message, node), self.path, node.line)

    def _note(self, message: str, node: Node) -> None:
        self.notes.append((node.line or 0, str(self._error(message, node))))

    def _about(self, message: str, node: Node) -> str:
        """Say which key it is about; and which step, where there are no lines to say it."""
        key = f"{node.key.replace('_', ' ')}: " if node.key else ""
        return ("" if node.line else self.place) + key + message


def _items(node: Node) -> tuple[Node, ...]:
    """Return the items of a list; what is no list is its only item."""
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


def _number(text: str) -> float | None:
    found = re.fullmatch(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,12})?", fold(text))
    return float(found[0].replace(",", ".")) if found else None


def _word(text: str, words: type[StrEnum]) -> str | None:
    return next((word.value for word in words if key_of(word) == key_of(text)), None)


def _felt(text: str) -> float | None:
    """Return the value of a smiley or a word."""
    smiley = text.replace("\ufe0f", "").replace(":-", ":")
    if smiley in _SMILEYS:
        return float(_SMILEYS[smiley])
    meant = {
        float(value)
        for section in ("emotion", "feeling")
        for _, value in meanings(section).get(fold(text), ())
    }
    return meant.pop() if len(meant) == 1 else None


def _answer(text: str) -> str | None:
    meant = {answer for _, answer in meanings("answer").get(fold(text), ())}
    return meant.pop() if len(meant) == 1 else None


def _inherit(emotion: Emotion, given: Mapping[str, Any]) -> Emotion:
    """Take source and number from what is said for all; a number belongs to its source."""
    source = given.get("source")
    is_same = source is None or emotion.source in {None, source}
    n = given.get("n") if emotion.n is None and is_same else emotion.n
    return replace(emotion, source=emotion.source or source, n=n)


def _like(word: str, known: Iterable[str]) -> str:
    by_key = {key_of(name): str(name) for name in known}
    close = difflib.get_close_matches(key_of(word), by_key, n=1)
    return f"; did you mean {by_key[close[0]].replace('_', ' ')!r}?" if close else ""


# ------------------------------------------------------------- which keys there are, and where

_Readers = Mapping[str, Callable[[_Reader, Node], Any]]


class _Form(NamedTuple):
    """The keys of one kind of mapping.

    The `main` key must be there, or the one `instead` of it; where `is_open`, any other may.
    """

    readers: _Readers
    example: str
    main: str = ""
    instead: str = ""
    is_open: bool = False


def _texts(*keys: str) -> _Readers:
    return dict.fromkeys(keys, _Reader.text)


_DEFAULT: Final = _Form(
    {"source": _Reader.choice, "n": _Reader.integer},
    "default: {source: customer, n: 6}",
    is_open=True,
)
_PHASE: Final = _Form(_texts("name", "need", "id"), "name: ordering", "name")
_PERSONA: Final = _Form(
    {
        **_texts("name", "description"),
        **dict.fromkeys(("prefers", "accepts", "refuses"), _Reader.channels),
        "facts": _Reader.pairs,
    },
    "name: Office worker",
    "name",
    is_open=True,
)
_EVIDENCE: Final = _Form(
    {**_texts("text", "uri"), "type": _Reader.choice, "impression": _Reader.number},
    "text: menu board",
    "text",
    instead="type",
)
_EMOTION: Final = _Form(
    {
        **_texts("value", "label", "because", "says", "persona"),
        "source": _Reader.choice,
        "method": _Reader.choice,
        "n": _Reader.integer,
        "scale": _Reader.range,
    },
    "value: -1",
    "value",
    instead="label",
)
_STEP: Final = _Form(
    {
        **_texts("do", "thinks", "needs", "expects", "moment_reason", "promise", "after"),
        "at": _Reader.texts,
        "phase": _Reader.phase,
        "channel": _Reader.channel,
        "direction": _Reader.choice,
        "sees": _Reader.evidence,
        "feels": _Reader.emotions,
        "met": _Reader.number,
        "moment_of_truth": _Reader.boolean,
        "importance": _Reader.integer,
        "waits": _Reader.timespan,
        "told": _Reader.told,
        "fallback": _Reader.texts,
        "source": _Reader.choice,
        "n": _Reader.integer,
    },
    "do: I walk in",
    "do",
)
_OBSERVATION: Final = _Form(
    {
        **_texts("see", "hurts", "better", "owner", "due", "status"),
        "at": _Reader.texts,
        "impact": _Reader.integer,
        "effort": _Reader.integer,
        "horizon": _Reader.choice,
    },
    "see: Nobody says how long it takes",
    "see",
)
_NORM: Final = _Form(
    {**_texts("text", "from", "to"), "at_most": _Reader.timespan, "at": _Reader.texts},
    "text: delivered within 2 days",
    "text",
)
_JOURNEY: Final = _Form(
    {
        **_texts("journey", "customer", "need", "goal", "trigger", "outcome"),
        **dict.fromkeys(("kind", "state", "view"), _Reader.choice),
        **dict.fromkeys(("language", "lang"), _Reader.tongue),
        "cjbpmn": _Reader.version,
        "scale": _Reader.scale_of_all,
        "default": _Reader.defaults,
        "persona": _Reader.persona,
        "phases": _Reader.phase_list,
        "steps": _Reader.steps,
        "observations": _Reader.observations,
        "norms": _Reader.norms,
    },
    "journey: Buying a house",
    "journey",
)
