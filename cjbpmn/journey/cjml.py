"""Journeys in the XML of CJML 2.0, the Customer Journey Modelling Language, read as ours.

A step is what the end user does: an action, or the end user's side of a communication point. What
CJML says and we have no field for is kept in ``extra``, under its name there with ``CJML`` before
it; what goes on between others is kept with the journey.

Source of the format: CJML 2.0 (SINTEF, 2022) and the files that its tools write.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple

from cjbpmn.errors import CjbpmnWarning, InvalidJourney, InvalidValue
from cjbpmn.journey import ChannelUse, Emotion, Journey, Pairs, Persona, Phase, Step
from cjbpmn.journey.cjml_form import (
    ACTIONS,
    CHANNELS,
    COMMUNICATION,
    KNOWN,
    READ,
    READ_ATTRIBUTES,
    STATES,
    CjmlSource,
    Element,
    all_text,
    child_of,
    children,
    text_of,
    texts_of,
)
from cjbpmn.journey.reader import Reader
from cjbpmn.journey.yaml import MAX_BYTES, Entry, Node, Note, invalid, key_of
from cjbpmn.lexicon import fold
from cjbpmn.names import local_name
from cjbpmn.regular_file import read_regular_file
from cjbpmn.timespan import TimeSpan, parse_timespan
from cjbpmn.vocabulary import Direction, Source, State


class _Actor(NamedTuple):
    name: str
    is_end_user: bool


_Sides = Mapping[str, tuple[_Actor | None, str]]


class _Actors:
    """Who takes part; those of one journey are known in the next."""

    def __init__(self) -> None:
        self._by_id: dict[str, _Actor] = {}
        self._by_name: dict[str, _Actor] = {}

    def add(self, identifier: str, actor: _Actor) -> None:
        self._by_id[identifier] = actor
        self._by_name.setdefault(fold(actor.name), actor)

    def find(self, reference: str) -> _Actor | None:
        """Find who is meant; some files refer to actors by their names."""
        return self._by_id.get(reference) or self._by_name.get(fold(reference))


def read_cjml(source: str | os.PathLike[str] | bytes, *, journey: str | None = None) -> Journey:
    """Read one journey from a CJML 2.0 file.

    A planned journey is one that is to be, an actual one is as it is. An experience is rated from
    1 to 5 and becomes an emotion from -2 to 2, told by the customer where the journey is an actual
    one. Where the end user starts a communication, the customer waits until it is consumed, or at
    least received. The end user becomes the persona.

    Parameters
    ----------
    source : path or bytes
        The file, or its content.
    journey : str or None
        The id or the title of the journey, where the file holds several.

    Returns
    -------
    Journey
        What it says, in our words.

    Raises
    ------
    InvalidDocument
        If it is no CJML.
    UnsafeDocument
        If reading it could do harm.
    InvalidJourney
        If the file cannot be opened, holds no journey, or several and none was chosen.

    Warns
    -----
    CjbpmnWarning
        If something is not understood; it is kept in ``extra``.

    Examples
    --------
    >>> told = read_cjml(b'''<CJML version="2.0"><actualJourney><journeyID>AJ1</journeyID>
    ... <actors><endUser actorID="u"><actorName>Ann</actorName></endUser></actors><touchpoints>
    ... <actualAction><touchpointID>T1</touchpointID><initiator><refersTo actorIDref="u"/>
    ... <initiatorLabel>Chooses a book</initiatorLabel></initiator></actualAction>
    ... </touchpoints></actualJourney></CJML>''')
    >>> told.name, told.state, told.persona.name, told.steps[0].do
    ('AJ1', 'as-is', 'Ann', 'Chooses a book')
    """
    found = read_all_cjml(source)
    if journey is not None:
        found = tuple(
            one
            for one in found
            if journey in {one.name, *(value for key, value in one.extra if key == _JOURNEY_ID)}
        )
    if len(found) == 1:
        return found[0]
    path = None if isinstance(source, bytes) else os.fspath(source)
    if not found:
        raise InvalidJourney(f"there is no journey {journey!r} in it", path=path)
    listed = ", ".join(f"{one.name!r} ({one.state})" for one in found)
    raise InvalidJourney(f"there are {len(found)} journeys in it: {listed}; choose one", path=path)


def read_all_cjml(source: str | os.PathLike[str] | bytes) -> tuple[Journey, ...]:
    """Read all journeys from a CJML 2.0 file, as `read_cjml` does.

    Parameters
    ----------
    source : path or bytes
        The file, or its content.

    Returns
    -------
    tuple of Journey
        In the order of the file.

    Raises
    ------
    InvalidDocument
        If it is no CJML.
    UnsafeDocument
        If reading it could do harm.
    InvalidJourney
        If the file cannot be opened, or holds no journey.

    Warns
    -----
    CjbpmnWarning
        If something is not understood; it is kept in ``extra``.
    """
    path = None if isinstance(source, bytes) else os.fspath(source)
    root = CjmlSource(_read(source), path, max_bytes=MAX_BYTES).root
    notes: list[Note] = []
    version = root.get("version")
    if version != "2.0":
        _note(notes, f"version {version} is read as if it were 2.0", path, root)
    actors = _Actors()
    journeys = []
    for element in children(root):
        if local_name(element.tag) in STATES:
            journeys.append(_JourneyReader(element, path, notes, actors).journey())
        else:
            _note(notes, f"<{local_name(element.tag)}> is left out", path, element)
    if not journeys:
        raise InvalidJourney("there is no journey in it", path=path)
    for _, note in sorted(dict.fromkeys(notes), key=itemgetter(0)):
        warnings.warn(note, CjbpmnWarning, stacklevel=2)
    return tuple(journeys)


_JOURNEY_ID: Final = "CJML journeyID"


class _Extras:
    """Collects what has no field; no key stands twice, for a journey file could not hold it."""

    def __init__(self) -> None:
        self.pairs: dict[str, str] = {}
        self._taken: Counter[str] = Counter()

    def add(self, name: str, text: str) -> None:
        if not text:
            return
        first = key = f"CJML {name}"
        while key_of(key) in self._taken:
            self._taken[key_of(first)] += 1
            key = f"{first} {self._taken[key_of(first)]}"
        self._taken[key_of(key)] += 1
        self.pairs[key] = text

    def all(self) -> Pairs:
        return tuple(self.pairs.items())


class _JourneyReader:
    """Reads one journey of a file; actors that were told of before need not be told again."""

    def __init__(
        self, element: Element, path: str | None, notes: list[Note], actors: _Actors
    ) -> None:
        self.element = element
        self.path = path
        self.notes = notes
        self.actors = actors
        self.reader = Reader(path, notes)
        self.extras = _Extras()
        self.state = STATES[local_name(element.tag)]
        self.phases: dict[str, Phase] = {}
        self.named: dict[str, Phase] = {}
        self.unknown: set[str] = set()
        self.everybody = False
        self.asides = 0

    def journey(self) -> Journey:
        self._keep_rest(self.element, self.extras)
        self._read_phases()
        personas = self._read_actors()
        steps = [self._step(one) for one in children(child_of(self.element, "touchpoints"))]
        if self.asides:
            what = f"touchpoints without the end user are kept with the journey: {self.asides}"
            self._note(what, self.element)
        name = text_of(self.element, "journeyTitle") or text_of(self.element, "journeyID")
        return Journey(
            name or (Path(self.path).stem if self.path else "journey"),
            state=self.state.value,
            persona=personas[0] if personas else None,
            phases=tuple(dict.fromkeys(self.phases.values())),
            steps=tuple(step for step in steps if step is not None),
            path=self.path,
            extra=self.extras.all(),
        )

    def _read_phases(self) -> None:
        for element in self.element.iter("{*}journeyPhase"):
            extras = _Extras()
            self._keep_rest(element, extras, but={"phaseName"})
            identifier = (element.get("phaseID") or "").strip()
            name = text_of(element, "phaseName") or identifier
            if name:
                phase = Phase(name, id=identifier or None, extra=extras.all())
                self.phases[identifier or name] = self.named.setdefault(name, phase)

    def _read_actors(self) -> list[Persona]:
        people = []
        for element in children(child_of(self.element, "actors")):
            identifier = (element.get("actorID") or element.get("actorIDref") or "").strip()
            known = self.actors.find(identifier)
            name = text_of(element, "actorName") or text_of(element, "companyName")
            name = name or (known.name if known else identifier)
            is_end_user = local_name(element.tag) == "endUser"
            if local_name(element.tag) not in {"endUser", "serviceProvider"}:
                self._note(f"<{local_name(element.tag)}> is taken for a service provider", element)
            self.actors.add(identifier, _Actor(name, is_end_user))
            extras = _Extras()
            self._keep_rest(element, extras, but={"actorName", "companyName"})
            if is_end_user:
                people.append(Persona(name or "end user", facts=extras.all()))
            else:
                self.extras.add("serviceProvider", name)
                for key, value in extras.pairs.items():
                    self.extras.add(f"{name} {key.removeprefix('CJML ')}", value)
        for other in people[1:]:
            self.extras.add("endUser", other.name)
            self._note(f"there are several end users; {other.name!r} gets no persona", self.element)
        self.everybody = not people
        if self.everybody:
            self._note("no <endUser> is named, so all touchpoints become steps", self.element)
        return people

    # -- one touchpoint

    def _step(self, element: Element) -> Step | None:
        extras = _Extras()
        tag = local_name(element.tag)
        if tag not in ACTIONS | COMMUNICATION:
            self.extras.add(tag, all_text(element))
            self._note(f"<{tag}> is kept with the journey, but not understood", element)
            return None
        sides = {role: self._side(element, role, extras) for role in ("initiator", "receiver")}
        self._keep_rest(element, extras, but={"touchpointDuration"})
        self._keep_rest(child_of(element, "timestamps"), extras)
        self._keep_rest(child_of(element, "channel"), extras, but={"channelName"})
        told = self._told(sides, extras, is_action=tag in ACTIONS)
        if told is None:
            self._keep_aside(element, sides, extras)
            return None
        do, direction = told
        stamps = texts_of(child_of(element, "timestamps"))
        channel, channels = self._channel(element)
        return Step(
            do or text_of(element, "touchpointID") or tag,
            phase=self._phase(element),
            channel=channel,
            channels=channels,
            direction=direction,
            feels=self._feels(element, extras),
            takes=self._takes(element, stamps, extras),
            waits=self._waits(element, direction, stamps),
            line=_line(element),
            extra=extras.all(),
        )

    def _keep_aside(self, element: Element, sides: _Sides, extras: _Extras) -> None:
        """Keep a touchpoint between others with the journey, on one line."""
        self.asides += 1
        channel = text_of(child_of(element, "channel"), "channelName")
        extras.add("experience", all_text(child_of(element, "touchpointExperience")))
        extras.add("channel", channel)
        extras.add("takes", text_of(element, "touchpointDuration"))
        identifier = extras.pairs.pop("CJML touchpointID", "")
        details = (f"{key.removeprefix('CJML ')}: {text}" for key, text in extras.pairs.items())
        name = f"{local_name(element.tag)} {identifier}".strip()
        self.extras.add(name, "; ".join(filter(None, [_between(sides), *details])))

    def _side(self, element: Element, role: str, extras: _Extras) -> tuple[_Actor | None, str]:
        """Return who is at one end of a touchpoint, and what it is called there."""
        part = child_of(element, role)
        self._keep_rest(part, extras, but={"refersTo", f"{role}Label"})
        refers = child_of(part, "refersTo")
        label = text_of(part, f"{role}Label")
        if refers is None:
            return None, label
        reference = (refers.get("actorIDref") or refers.get("actorID") or "").strip()
        actor = self.actors.find(reference)
        if actor is None:
            self._note(f"nobody is called {reference!r}; taken for a service provider", refers)
            actor = _Actor(reference, is_end_user=False)
            self.actors.add(reference, actor)
        return actor, label

    def _told(
        self, sides: _Sides, extras: _Extras, *, is_action: bool
    ) -> tuple[str, str | None] | None:
        """Return what the customer does there, and who addresses whom; None if it is nobody's."""
        (sender, sent), (receiver, received) = sides["initiator"], sides["receiver"]
        starts = self.everybody or (sender is not None and sender.is_end_user)
        gets = receiver is not None and receiver.is_end_user
        if not (starts or gets):
            return None
        if not starts:
            extras.add("initiator", _end(sender, sent))
            return received, Direction.TO_CUSTOMER.value
        extras.add("receiver", _end(receiver, received))
        is_between_two = not (is_action or gets or self.everybody)
        return sent, Direction.FROM_CUSTOMER.value if is_between_two else None

    def _phase(self, element: Element) -> str | None:
        belongs = child_of(element, "belongsTo")
        reference = "" if belongs is None else (belongs.get("phaseIDref") or "").strip()
        if not reference:
            return None
        phase = self.phases.get(reference) or self.named.get(reference)
        if phase is None:
            self._note(f"the phase {reference!r} is not among the phases; it is added", element)
            phase = self.phases[reference] = Phase(reference)
        return phase.name

    def _channel(self, element: Element) -> tuple[str | None, tuple[ChannelUse, ...]]:
        written = text_of(child_of(element, "channel"), "channelName")
        if not written:
            return None, ()
        name, device = CHANNELS.get(fold(written).replace(" ", "").replace("-", ""), (None, None))
        if name is None:
            return self.reader.channel(Node(written, "channel", _line(element))), ()
        return name.value, (ChannelUse(name.value, device=device),) if device else ()

    def _feels(self, element: Element, extras: _Extras) -> tuple[Emotion, ...]:
        told = texts_of(child_of(element, "touchpointExperience"))
        rating, why = told.pop("experienceRating", ""), told.pop("experienceDescription", "")
        for name, text in told.items():
            self._keep(name, text, element, extras)
        said = {"value": rating, "scale": "1-5", "because": why}
        if self.state == State.AS_IS:
            said["source"] = Source.CUSTOMER.value
        feels = self._emotions(said, element) if rating else ()
        if not feels:
            extras.add("experienceRating", rating)
            extras.add("experienceDescription", why)
        return feels

    def _emotions(self, said: Mapping[str, str], element: Element) -> tuple[Emotion, ...]:
        """Read a feeling as in a journey file; a mistake in it is only told."""
        line = _line(element)
        parts = {key: Entry(key, Node(text or None, key, line)) for key, text in said.items()}
        feels = self.reader.emotions(Node(parts, "feels", line))
        self.notes += [(line or 0, str(mistake)) for mistake in self.reader.mistakes.values()]
        self.reader.mistakes.clear()
        return feels

    def _takes(
        self, element: Element, stamps: Mapping[str, str], extras: _Extras
    ) -> TimeSpan | None:
        duration = text_of(element, "touchpointDuration")
        if duration:
            try:
                return parse_timespan(duration)
            except InvalidValue as error:
                extras.add("touchpointDuration", duration)
                self._note(f"touchpointDuration: {error.message}", element)
        return self._between(element, stamps, "timeStarted", "timeCompleted")

    def _waits(
        self, element: Element, direction: str | None, stamps: Mapping[str, str]
    ) -> TimeSpan | None:
        if direction != Direction.FROM_CUSTOMER:
            return None
        end = "timeConsumed" if stamps.get("timeConsumed") else "timeReceived"
        return self._between(element, stamps, "timeOriginated", end)

    def _between(
        self, element: Element, stamps: Mapping[str, str], start: str, end: str
    ) -> TimeSpan | None:
        """Return the time between two stamps, where both are told and it is any."""
        if not (stamps.get(start) and stamps.get(end)):
            return None
        try:
            passed = datetime.fromisoformat(stamps[end]) - datetime.fromisoformat(stamps[start])
            hours = passed.total_seconds() / 3600
            return TimeSpan(TimeSpan("", hours).iso, hours) if hours else None
        except (ValueError, TypeError):
            what = f"{start} {stamps[start]!r} and {end} {stamps[end]!r} give no time"
            self._note(what, element)
            return None

    # -- what has no field

    def _keep_rest(self, element: Element | None, extras: _Extras, but: Iterable[str] = ()) -> None:
        """Keep all children and attributes that are not read."""
        if element is None:
            return
        for child in children(element):
            name = local_name(child.tag)
            if name not in READ and name not in but:
                self._keep(name, all_text(child), child, extras)
        for name, value in element.attrib.items():
            if local_name(name) not in READ_ATTRIBUTES:
                self._keep(f"@{local_name(name)}", value, element, extras)

    def _keep(self, name: str, text: str, element: Element, extras: _Extras) -> None:
        if name not in KNOWN | self.unknown:
            self.unknown.add(name)  # Once is enough.
            self._note(f"<{name}> is kept, but not understood", element)
        extras.add(name, text)

    def _note(self, message: str, element: Element) -> None:
        _note(self.notes, message, self.path, element)


def _read(source: str | os.PathLike[str] | bytes) -> bytes:
    if isinstance(source, bytes):
        return source
    return read_regular_file(os.fspath(source), MAX_BYTES, InvalidJourney, "CJML file")


def _note(notes: list[Note], message: str, path: str | None, element: Element) -> None:
    line = _line(element)
    notes.append((line or 0, str(invalid(message, path, line))))


def _line(element: Element) -> int | None:
    return None if element.sourceline is None else int(element.sourceline)


def _between(sides: _Sides) -> str:
    return " -> ".join(filter(None, (_end(actor, label) for actor, label in sides.values())))


def _end(actor: _Actor | None, label: str) -> str:
    return ": ".join(filter(None, (actor.name if actor else "", label)))
