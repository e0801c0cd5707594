"""From a tree of texts to a journey: what each key means, and what is wrong with its value.

The reader goes on after a mistake, so that people see all of them at once.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from cjbpmn.alarms import parse_moment
from cjbpmn.errors import InvalidJourney, InvalidValue, all_at_once
from cjbpmn.journey import (
    CHOICES,
    Branch,
    Calendar,
    ChannelUse,
    Content,
    Duration,
    Emotion,
    Evidence,
    Fallback,
    Insight,
    Journey,
    Measurement,
    Need,
    Norm,
    Observation,
    Persona,
    Phase,
    Statistics,
    Step,
    Validation,
    check_value,
    forms,
)
from cjbpmn.journey.forms import Form
from cjbpmn.journey.yaml import Entry, Node, Note, invalid, key_of, quoted
from cjbpmn.lexicon import fold, meanings
from cjbpmn.timespan import TimeSpan, parse_timespan
from cjbpmn.vocabulary import Answer, Channel, EvidenceType
from cjbpmn.working_hours import parse_hours

if TYPE_CHECKING:
    from enum import StrEnum

T = TypeVar("T")

SMILEYS: Final = {
    ":((": -2, ":(": -1, ":|": 0, ":)": 1, ":D": 2,
    "\U0001f621": -2, "\U0001f620": -2, "\U0001f641": -1, "\u2639": -1, "\U0001f610": 0,
    "\U0001f642": 1, "\u263a": 1, "\U0001f600": 2, "\U0001f60d": 2,
}  # fmt: skip
"""What each smiley says; a typed one may have a nose."""


class Reader:
    """Reads the nodes of one file; what is said for the whole file is known to it.

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
        self.language = ""
        self.scale_of_feelings: tuple[float, float] | None = None
        self.default: dict[str, Any] = {}
        self.phases: dict[str, str] = {}
        self.is_phase_list = False
        self.mistakes: dict[str, InvalidJourney] = {}

    def journey(self, root: Node) -> Journey:
        """Read the tree of a whole file.

        Parameters
        ----------
        root : Node
            Its root.

        Returns
        -------
        Journey
            What people declared; steps that name their predecessor stand right behind it.

        Raises
        ------
        InvalidJourney
            If anything cannot be understood; all mistakes at once.
        """
        if not isinstance(root.value, dict):
            raise self._error("expected keys and values, such as 'journey: Buying a house'", root)
        for key in ("lang", "language", "scale", "default", "phases"):
            # Steps are read by these, so these come first, wherever they stand in the file.
            if key in root.value and root.value[key].node.value is not None:
                self._try(self._reader(forms.JOURNEY, key), root.value[key].node)
        self.is_phase_list = bool(self.phases)
        found = self._try(lambda node: self.fields(node, forms.JOURNEY), root) or {}
        self.check()
        for key in ("cjbpmn", "scale", "default", "lang"):
            found.pop(key, None)
        found |= {"name": found.pop("journey"), "language": self.language or None}
        if not self.is_phase_list:
            found["phases"] = tuple(map(Phase, self.phases.values()))
        return Journey(path=self.path, **found)

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
        return tuple(item for part in _items(node) if (item := self._try(read, part)) is not None)

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

    # -- what is said for the whole file

    def version(self, node: Node) -> str:
        """Read the version of the form."""
        text = self.text(node)
        if text not in {"1", "1.0"}:
            raise self._error(f"{text!r} is a form that is not known here; write 1", node)
        return text

    def language_of_all(self, node: Node) -> str:
        """Read the language of all texts."""
        self.language = self.text(node)
        return self.language

    def default_of_all(self, node: Node) -> dict[str, Any]:
        """Read what holds for all feelings that do not say otherwise."""
        self.default = self.fields(node, forms.DEFAULT)
        for written, _ in self.default.get("extra", ()):
            hint = _like(written, forms.DEFAULT.keys)
            raise self._error(f"there is no default for {written!r}{hint}", node)
        return self.default

    def scale_of_all(self, node: Node) -> tuple[float, float]:
        """Read how all feelings are numbered."""
        self.scale_of_feelings = self.scale(node)
        return self.scale_of_feelings

    def phases_of_all(self, node: Node) -> tuple[Phase, ...]:
        """Read the list of phases, which steps may choose from."""
        phases = self._each(node, lambda item: Phase(**self.fields(item, forms.PHASE)))
        self.phases = {key_of(name): p.name for p in phases for name in (p.name, p.id) if name}
        return phases

    # -- the parts of a journey

    def persona(self, node: Node) -> Persona | None:
        """Read the one persona, if the list is not empty."""
        people = _items(node)
        if not people:
            return None
        if len(people) > 1:
            raise self._error("one persona a journey; write one file for each", node)
        found = self.fields(people[0], forms.PERSONA)
        return Persona(facts=(*found.pop("facts", ()), *found.pop("extra", ())), **found)

    def steps(self, node: Node) -> tuple[Step, ...]:
        """Read the steps, and put them in order."""
        steps: list[tuple[Step, str | None]] = []
        for number, item in enumerate(_items(node), 1):
            self.place = f"step {number}: "
            step = self._try(self._step, item)
            steps += [] if step is None else [step]
        self.place = ""
        return self._in_order(steps)

    def _step(self, node: Node) -> tuple[Step, str | None]:
        found = self.fields(node, forms.STEP)
        feels = (
            _inherit(_inherit(emotion, found), self.default) for emotion in found.pop("feels", ())
        )
        channels = found.get("channels", ())
        if channels:
            found.setdefault("channel", channels[0].name)
        after = found.pop("after", None)
        return Step(feels=tuple(feels), line=node.line, **found), after

    def _in_order(self, steps: Iterable[tuple[Step, str | None]]) -> tuple[Step, ...]:
        """Put each step that names its predecessor right behind it."""
        listed = list(steps)
        ordered = [step for step, after in listed if after is None]
        for step, after in listed:
            if after is None:
                continue
            places = [i for i, one in enumerate(ordered) if key_of(one.do) == key_of(after)]
            if not places:
                others = [one.do for one, _ in listed if one is not step]
                message = f"{after!r} is no other step{_like(after, others)}"
                mistake = self._error(message, Node(None, "after", step.line))
                self.mistakes[str(mistake)] = mistake
            ordered.insert(places[-1] + 1 if places else len(ordered), step)
        return tuple(ordered)

    def observations(self, node: Node) -> tuple[Observation, ...]:
        """Read what was seen."""
        return self._numbered(node, Observation, "observation", forms.OBSERVATION)

    def norms(self, node: Node) -> tuple[Norm, ...]:
        """Read what was promised."""
        return self._numbered(node, Norm, "norm", forms.NORM)

    def measurements(self, node: Node) -> tuple[Measurement, ...]:
        """Read what was measured."""
        return self._numbered(node, Measurement, "measurement", forms.MEASUREMENT)

    def statistics(self, node: Node) -> tuple[Statistics, ...]:
        """Read what was counted."""
        return self._numbered(node, Statistics, "statistics", forms.STATISTICS)

    def durations(self, node: Node) -> tuple[Duration, ...]:
        """Read how long elements take."""
        return self._numbered(node, Duration, "duration", forms.DURATION)

    def branches(self, node: Node) -> tuple[Branch, ...]:
        """Read how often ways out are taken."""
        return self._numbered(node, Branch, "branch", forms.BRANCH)

    def calendars(self, node: Node) -> tuple[Calendar, ...]:
        """Read when people work."""
        return self._numbered(node, Calendar, "calendar", forms.CALENDAR)

    def _numbered(self, node: Node, kind: Callable[..., T], name: str, form: Form) -> tuple[T, ...]:
        """Read a list of the journey; where there are no lines, messages number its items."""
        found = []
        for number, item in enumerate(_items(node), 1):
            self.place = f"{name} {number}: "
            part = self._try(lambda one: self._value(one, kind, form), item)
            found += [] if part is None else [part]
        self.place = ""
        return tuple(found)

    def _value(self, node: Node, kind: Callable[..., T], form: Form) -> T:
        found = _python(self.fields(node, form))
        try:
            return kind(line=node.line, **found)
        except InvalidValue as error:
            raise self._error(error.message, replace(node, key="")) from None

    def validation(self, node: Node) -> Validation:
        """Read who found the journey true."""
        return Validation(**self.fields(node, forms.VALIDATION))

    # -- the parts of a step

    def phase(self, node: Node) -> str:
        """Read the name of a phase, as the list of phases writes it."""
        name = self.text(node)
        if not self.is_phase_list:
            return self.phases.setdefault(key_of(name), name)
        if key_of(name) not in self.phases:
            listed = dict.fromkeys(self.phases.values())
            hint = _like(name, listed) or f"; there are {', '.join(listed)}"
            raise self._error(f"{name!r} is not in the list of phases{hint}", node)
        return self.phases[key_of(name)]

    def evidence(self, node: Node) -> tuple[Evidence, ...]:
        """Read what the customer sees."""
        return self._each(node, self._evidence)

    def _evidence(self, node: Node) -> Evidence:
        found = self.fields(node, forms.EVIDENCE)
        found.setdefault("text", found.get("type"))
        if isinstance(node.value, str):
            found["type"] = _word(node.value, EvidenceType)
        return Evidence(**found)

    def needs(self, node: Node) -> tuple[Need, ...]:
        """Read needs."""
        return self._each(node, self.need)

    def need(self, node: Node) -> Need:
        """Read one need."""
        return Need(**self.fields(node, forms.NEED))

    def insights(self, node: Node) -> tuple[Insight, ...]:
        """Read pains, gains or opportunities."""
        return self._each(node, lambda item: Insight(**self.fields(item, forms.INSIGHT)))

    def fallbacks(self, node: Node) -> tuple[Fallback, ...]:
        """Read what catches the customer."""
        return self._each(node, lambda item: Fallback(**self.fields(item, forms.FALLBACK)))

    def channels(self, node: Node) -> tuple[ChannelUse, ...]:
        """Read channels in detail."""
        return self._each(node, lambda item: ChannelUse(**self.fields(item, forms.CHANNEL)))

    def contents(self, node: Node) -> tuple[Content, ...]:
        """Read what a channel holds."""
        return self._each(node, lambda item: Content(**_python(self.fields(item, forms.CONTENT))))

    def emotions(self, node: Node) -> tuple[Emotion, ...]:
        """Read feelings, one for each source."""
        return self._each(node, self._emotion)

    def _emotion(self, node: Node) -> Emotion:
        found = self.fields(node, forms.EMOTION)
        scale = found.pop("scale", self.scale_of_feelings)
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

    def scale(self, node: Node) -> tuple[float, float]:
        """Read the lowest and the highest number of a scale."""
        text = " to ".join(self.texts(node))
        found = re.fullmatch(r"([+-]?\d{1,6}) *(?:-|\.\.+|to|\u2026) *([+-]?\d{1,6})", fold(text))
        if not found or int(found[1]) >= int(found[2]):
            raise self._error(f"{text!r} is no scale; write 'scale: 1-5'", node)
        return int(found[1]), int(found[2])

    def channel(self, node: Node) -> str:
        """Read a channel: its word here, for whatever people call it."""
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

    def channel_names(self, node: Node) -> tuple[str, ...]:
        """Read a list of channels."""
        return self._each(node, self.channel)

    def told(self, node: Node) -> str:
        """Read yes, no, or the time that was told."""
        if answer := _answer(self.text(node)):
            return answer
        try:
            return parse_timespan(self.text(node)).text
        except InvalidValue:
            message = f"{node.value!r} is neither yes nor no nor a time such as '10 min'"
            raise self._error(message, node) from None

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
        return tuple(self.text(item) for item in _items(node))

    def number(self, node: Node) -> float:
        """Read a number; a percent sign may follow."""
        text = self.text(node)
        number = _number(text.removesuffix("%").strip())
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
        value = _word(text, CHOICES[node.key]) or text
        self._check(value, node, _like(text, CHOICES[node.key]))
        return value

    def answer(self, node: Node) -> str:
        """Read yes, no or unknown."""
        text = self.text(node)
        answer = _word(text, Answer) or _answer(text) or (Answer.UNKNOWN if text == "?" else None)
        if answer is None:
            raise self._error(f"{text!r} is none of yes, no and unknown", node)
        return str(answer)

    def boolean(self, node: Node) -> bool:
        """Read yes or no."""
        answer = _answer(self.text(node))
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
        return tuple(self._hours(item, (self.text(item),), ()) for item in _items(node))

    def closed_days(self, node: Node) -> tuple[str, ...]:
        """Read the days on which there is none."""
        return tuple(self._hours(item, ("0-24",), (self.text(item),)) for item in _items(node))

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

    # -- what all of them share

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
            hint = _like(written, form.keys)
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


def _python(found: dict[str, Any]) -> dict[str, Any]:
    """Call fields by their Python names, where the key is a word of that language."""
    return {f"{key}_" if key in {"from", "for"} else key: part for key, part in found.items()}


def _number(text: str) -> float | None:
    found = re.fullmatch(r"[+-]?[0-9]{1,15}(?:[.,][0-9]+)?", fold(text))
    return float(found[0].replace(",", ".")) if found else None


def _word(text: str, words: type[StrEnum]) -> str | None:
    return next((word.value for word in words if key_of(word) == key_of(text)), None)


def _felt(text: str) -> float | None:
    """Return the value of a smiley or a word."""
    smiley = text.replace("\ufe0f", "").replace(":-", ":")
    if smiley in SMILEYS:
        return float(SMILEYS[smiley])
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
