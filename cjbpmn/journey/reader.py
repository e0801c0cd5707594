"""From a tree of texts to a journey: what each key means, and what is wrong with its value.

The reader goes on after a mistake, so that people see all of them at once. What any key may hold is
read by `cjbpmn.journey.form_reader`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from cjbpmn.errors import InvalidValue
from cjbpmn.journey import (
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
    forms,
)
from cjbpmn.journey.form_reader import (
    FormReader,
    answer_in,
    hint_at,
    items_of,
    number_in,
    word_in,
)
from cjbpmn.journey.forms import Form
from cjbpmn.journey.yaml import Node, Note, key_of
from cjbpmn.lexicon import fold, meanings
from cjbpmn.timespan import parse_timespan
from cjbpmn.vocabulary import Channel, EvidenceType

T = TypeVar("T")

SMILEYS: Final = {
    ":((": -2, ":(": -1, ":|": 0, ":)": 1, ":D": 2,
    "\U0001f621": -2, "\U0001f620": -2, "\U0001f641": -1, "\u2639": -1, "\U0001f610": 0,
    "\U0001f642": 1, "\u263a": 1, "\U0001f600": 2, "\U0001f60d": 2,
}  # fmt: skip
"""What each smiley says; a typed one may have a nose."""


class Reader(FormReader):
    """Reads the nodes of one file; what is said for the whole file is known to it.

    Parameters
    ----------
    path : str or None
        The file, for messages.
    notes : list of Note
        Where remarks go.
    """

    def __init__(self, path: str | None, notes: list[Note]) -> None:
        super().__init__(path, notes)
        self.language = ""
        self.scale_of_feelings: tuple[float, float] | None = None
        self.default: dict[str, Any] = {}
        self.phases: dict[str, str] = {}
        self.is_phase_list = False

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
            hint = hint_at(written, forms.DEFAULT.keys)
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
        people = items_of(node)
        if not people:
            return None
        if len(people) > 1:
            raise self._error("one persona a journey; write one file for each", node)
        found = self.fields(people[0], forms.PERSONA)
        return Persona(facts=(*found.pop("facts", ()), *found.pop("extra", ())), **found)

    def steps(self, node: Node) -> tuple[Step, ...]:
        """Read the steps, and put them in order."""
        steps: list[tuple[Step, str | None]] = []
        for number, item in enumerate(items_of(node), 1):
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
                message = f"{after!r} is no other step{hint_at(after, others)}"
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
        for number, item in enumerate(items_of(node), 1):
            self.place = f"{name} {number}: "
            part = self._try(lambda one: self._value(one, kind, form), item)
            found += [] if part is None else [part]
        self.place = ""
        return tuple(found)

    def _value(self, node: Node, kind: Callable[..., T], form: Form) -> T:
        before = len(self.mistakes)
        found = _python(self.fields(node, form))
        try:
            return kind(line=node.line, **found)
        except InvalidValue as error:
            if len(self.mistakes) > before:
                # What is wrong is what was left out of it, and that is told.
                raise [*self.mistakes.values()][-1] from None
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
            hint = hint_at(name, listed) or f"; there are {', '.join(listed)}"
            raise self._error(f"{name!r} is not in the list of phases{hint}", node)
        return self.phases[key_of(name)]

    def evidence(self, node: Node) -> tuple[Evidence, ...]:
        """Read what the customer sees."""
        return self._each(node, self._evidence)

    def _evidence(self, node: Node) -> Evidence:
        found = self.fields(node, forms.EVIDENCE)
        found.setdefault("text", found.get("type"))
        if isinstance(node.value, str):
            found["type"] = word_in(node.value, EvidenceType)
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
        number = number_in(text)
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
        if exact := word_in(text, Channel):
            return exact
        meant = meanings("channel").get(fold(text), frozenset())
        own = {name for tongue, name in meant if tongue == self.language.lower()[:2]}
        channels = own or {name for _, name in meant}
        if len(channels) == 1:
            return channels.pop()
        several = f"; it may be {' or '.join(sorted(channels))}" if channels else ""
        hint = several or hint_at(text, Channel)
        known = ", ".join(Channel)
        self._note(f"{text!r} is kept, but is no channel{hint} (there are {known})", node)
        return text

    def channel_names(self, node: Node) -> tuple[str, ...]:
        """Read a list of channels."""
        return self._each(node, self.channel)

    def told(self, node: Node) -> str:
        """Read yes, no, or the time that was told."""
        if answer := answer_in(self.text(node)):
            return answer
        try:
            return parse_timespan(self.text(node)).text
        except InvalidValue:
            message = f"{node.value!r} is neither yes nor no nor a time such as '10 min'"
            raise self._error(message, node) from None


def _python(found: dict[str, Any]) -> dict[str, Any]:
    """Call fields by their Python names, where the key is a word of that language."""
    return {f"{key}_" if key in {"from", "for"} else key: part for key, part in found.items()}


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


def _inherit(emotion: Emotion, given: Mapping[str, Any]) -> Emotion:
    """Take source and number from what is said for all; a number belongs to its source."""
    source = given.get("source")
    is_same = source is None or emotion.source in {None, source}
    n = given.get("n") if emotion.n is None and is_same else emotion.n
    return replace(emotion, source=emotion.source or source, n=n)
