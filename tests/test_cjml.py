"""CJML 2.0 becomes our journey: what is said there is said here, and nothing is lost."""

from __future__ import annotations

import contextlib
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cjbpmn.errors import (
    CjbpmnError,
    CjbpmnWarning,
    InvalidDocument,
    InvalidJourney,
    UnsafeDocument,
)
from cjbpmn.journey import ChannelUse, Emotion, Journey, Persona, Phase, Step
from cjbpmn.journey.cjml import read_all_cjml, read_cjml
from cjbpmn.journey.cjml_form import ACTIONS, COMMUNICATION, KNOWN, READ
from cjbpmn.journey.file import read_journey
from cjbpmn.journey.plain import plain_journey
from cjbpmn.journey.writer import journey_to_yaml
from cjbpmn.journey.yaml import MAX_BYTES
from cjbpmn.timespan import parse_timespan

LIBRARY = Path(__file__).parent / "journeys" / "library.cjml"


def library() -> tuple[Journey, Journey]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        planned, actual = read_all_cjml(LIBRARY)
    assert [str(one.message) for one in told] == [
        f"{LIBRARY}:4: touchpoints without the end user are kept with the journey: 1"
    ]
    return planned, actual


def wrapped(touchpoints: str, more: str = "", kind: str = "actualJourney") -> bytes:
    """Put touchpoints into a file with an end user u and a provider p."""
    return (
        f'<CJML version="2.0"><{kind}><journeyID>J</journeyID>{more}<actors>'
        '<endUser actorID="u"/><serviceProvider actorID="p"/></actors>'
        f"<touchpoints>{touchpoints}</touchpoints></{kind}></CJML>"
    ).encode()


def action(more: str = "", who: str = "u", label: str = "I look") -> str:
    return (
        f'<actualAction><initiator><refersTo actorIDref="{who}"/>'
        f"<initiatorLabel>{label}</initiatorLabel></initiator>{more}</actualAction>"
    )


def contact(more: str = "", sender: str = "u", receiver: str = "p") -> str:
    return (
        f'<actualCommunicationPoint><initiator><refersTo actorIDref="{sender}"/>'
        f"<initiatorLabel>sent</initiatorLabel></initiator>"
        f'<receiver><refersTo actorIDref="{receiver}"/><receiverLabel>got</receiverLabel>'
        f"</receiver>{more}</actualCommunicationPoint>"
    )


def stamps(**times: str) -> str:
    told = "".join(f"<{name}>{time}</{name}>" for name, time in times.items())
    return f"<timestamps>{told}</timestamps>"


def one_step(touchpoint: str) -> Step:
    return read_cjml(wrapped(touchpoint)).steps[0]


def notes(data: bytes) -> list[str]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        read_all_cjml(data)
    assert all(one.category is CjbpmnWarning for one in told)
    return [str(one.message) for one in told]


# ------------------------------------------------------------------------------ the example


def test_the_planned_journey() -> None:
    planned, _ = library()
    assert (planned.name, planned.state) == ("Borrowing from another branch", "to-be")
    assert planned.persona == Persona("Reader")
    assert planned.phases == (
        Phase("requesting", extra=(("CJML phaseDescription", "Until the request is in"),)),
        Phase("collecting"),
    )
    assert [phase.id for phase in planned.phases] == ["P1", "P2"]
    looks, requests, reads = planned.steps
    assert looks == Step(
        "Looks for the book",
        phase="requesting",
        takes=parse_timespan("5 min"),
        extra=(("CJML touchpointID", "T1"),),
    )
    assert requests == Step(
        "Requests the book",
        phase="requesting",
        channel="website",
        channels=(ChannelUse("website", device="pc"),),
        direction="from customer",
        extra=(
            ("CJML touchpointID", "T2"),
            ("CJML receiver", "City library: Request received"),
        ),
    )
    assert reads == Step(
        "Reads that the book is there",
        phase="collecting",
        channel="sms",
        direction="to customer",
        extra=(
            ("CJML touchpointID", "T4"),
            ("CJML deltaTime", "P2D"),
            ("CJML initiator", "City library: Tells that the book is there"),
        ),
    )
    assert dict(planned.extra) == {
        "CJML journeyID": "PJ1",
        "CJML journeyShortSummary": "A reader borrows a book that is not on the shelf",
        "CJML serviceProvider": "City library",
        "CJML serviceProvider 2": "Van service",
        "CJML plannedCommunicationPoint T3": (
            "City library: Orders a ride -> Van service: Ride ordered; channel: email"
        ),
    }
    assert looks.line == 24


def test_the_actual_journey() -> None:
    _, actual = library()
    assert (actual.name, actual.state, actual.persona) == ("AJ1", "as-is", Persona("Noor"))
    requests, asks, fetches = actual.steps
    assert requests.phase == "requesting"
    assert requests.channels == (ChannelUse("website", device="smartphone"),)
    assert requests.feels == (
        Emotion(-1, "2 on 1 to 5", "I could not see whether it had worked", source="customer"),
    )
    assert requests.waits == parse_timespan("13 h 30 min")
    assert dict(requests.extra) == {
        "CJML touchpointID": "T2",
        "CJML compliance": "completed",
        "CJML comment": "The search found nothing at first",
        "CJML timeOriginated": "2025-03-03T20:00:00",
        "CJML timeReceived": "2025-03-03T20:00:00",
        "CJML timeConsumed": "2025-03-04T09:30:00",
        "CJML receiver": "City library: Request received",
    }
    assert (asks.channel, asks.feels, asks.phase) == ("phone", (), None)
    assert dict(asks.extra)["CJML experienceDescription"] == "They were kind"
    assert fetches.takes == parse_timespan("25 min")
    assert fetches.feels == (Emotion(2, "very satisfied", source="customer"),)
    assert fetches.direction is None


def test_all_values_are_plain() -> None:
    for journey in library():
        assert type(journey.state) is str
        for step in journey.steps:
            told = [step.direction, step.channel, *(emotion.source for emotion in step.feels)]
            assert all(one is None or type(one) is str for one in told)


def test_one_of_several_has_to_be_chosen() -> None:
    with (
        pytest.warns(CjbpmnWarning, match="without the end user"),
        pytest.raises(
            InvalidJourney,
            match=r"2 journeys in it: 'Borrowing .*' \(to-be\), 'AJ1' \(as-is\); choose",
        ),
    ):
        read_cjml(LIBRARY)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CjbpmnWarning)
        assert read_cjml(LIBRARY, journey="AJ1").state == "as-is"
        assert read_cjml(str(LIBRARY), journey="PJ1").state == "to-be"
        assert read_cjml(LIBRARY.read_bytes(), journey="Borrowing from another branch").steps
        with pytest.raises(InvalidJourney, match="no journey 'AJ2'"):
            read_cjml(LIBRARY, journey="AJ2")


def test_what_was_imported_can_be_kept_as_a_journey_file() -> None:
    for journey in library():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CjbpmnWarning)
            assert read_journey(plain_journey(journey)) == journey
            assert read_journey(journey_to_yaml(journey)) == journey


# ----------------------------------------------------------------------------- one by one


@pytest.mark.parametrize(
    ("written", "channel", "device"),
    [
        ("faceToFace", "in-person", None),
        ("selfServiceMachine", "kiosk", None),
        ("Self-service machine", "kiosk", None),
        ("ShopCounter", "desk", None),
        ("appOnTablet", "app", "tablet"),
        ("APP/SMARTPHONE", "app", "smartphone"),
        ("e-mail", "email", None),
        ("Letter (paper)", "letter", None),
        ("Payment Channel", "payment", None),
        ("Unknown", "unknown", None),
        ("chat", "chat", None),
        ("Web", "website", None),
        ("Social Media Message", "social", None),
    ],
)
def test_channels(written: str, channel: str, device: str | None) -> None:
    step = one_step(contact(f"<channel><channelName>{written}</channelName></channel>"))
    assert step.channel == channel
    assert step.channels == ((ChannelUse(channel, device=device),) if device else ())


def test_a_channel_that_nobody_knows_is_kept_and_told() -> None:
    data = wrapped(contact("<channel><channelName>pigeon</channelName></channel>"))
    assert notes(data)[0].startswith("line 1: channel: 'pigeon' is kept, but is no channel")
    with pytest.warns(CjbpmnWarning):
        assert read_cjml(data).steps[0].channel == "pigeon"


@pytest.mark.parametrize(
    ("rating", "value"), [("1", -2), ("3", 0), ("5", 2), ("4.5", 1.5), ("dissatisfied", -1)]
)
def test_ratings(rating: str, value: float) -> None:
    experience = f"<experienceRating>{rating}</experienceRating>"
    (emotion,) = one_step(
        action(f"<touchpointExperience>{experience}</touchpointExperience>")
    ).feels
    assert emotion.value == value
    assert emotion.source == "customer"


@pytest.mark.parametrize("rating", ["6", "0", "so-so"])
def test_a_rating_that_is_none_is_kept_and_told(rating: str) -> None:
    experience = f"<experienceRating>{rating}</experienceRating>"
    data = wrapped(action(f"<touchpointExperience>{experience}</touchpointExperience>"))
    assert rating in notes(data)[0]
    with pytest.warns(CjbpmnWarning):
        step = read_cjml(data).steps[0]
    assert step.feels == ()
    assert dict(step.extra)["CJML experienceRating"] == rating


@pytest.mark.parametrize(
    ("sender", "receiver", "do", "direction"),
    [
        ("u", "p", "sent", "from customer"),
        ("p", "u", "got", "to customer"),
        ("u", "u", "sent", None),
    ],
)
def test_who_addresses_whom(sender: str, receiver: str, do: str, direction: str | None) -> None:
    step = one_step(contact(sender=sender, receiver=receiver))
    assert (step.do, step.direction) == (do, direction)


@pytest.mark.parametrize(
    ("touchpoint", "waits"),
    [
        (
            contact(stamps(timeOriginated="2025-01-01T10:00", timeConsumed="2025-01-01T12:00")),
            "2 h",
        ),
        (contact(stamps(timeOriginated="2025-01-01", timeReceived="2025-01-03")), "2 days"),
        (contact(stamps(timeOriginated="2025-01-01T10:00", timeReceived="2025-01-01T10:00")), None),
        (contact(stamps(timeReceived="2025-01-01T10:00")), None),
        # What the organisation sends, the customer cannot wait for from when it was sent.
        (
            contact(stamps(timeOriginated="2025-01-01", timeReceived="2025-01-03"), "p", "u"),
            None,
        ),
    ],
)
def test_waits(touchpoint: str, waits: str | None) -> None:
    assert one_step(touchpoint).waits == (parse_timespan(waits) if waits else None)


@pytest.mark.parametrize(
    "touchpoint",
    [
        contact(stamps(timeOriginated="2025-01-03", timeReceived="2025-01-01")),
        contact(stamps(timeOriginated="Monday", timeReceived="2025-01-01")),
        contact(stamps(timeOriginated="2025-01-01T10:00Z", timeReceived="2025-01-01T11:00")),
        action("<touchpointDuration>a while</touchpointDuration>"),
        contact("<mood>fine</mood>"),
        contact("<comment lang='no'>fint</comment>").replace("<actual", "<actual", 1),
        action(who="x") + action(),
        "<threat><name>phishing</name></threat>",
        action("<belongsTo phaseIDref='P9'/>"),
    ],
)
def test_what_is_not_understood_is_told_and_kept(touchpoint: str) -> None:
    data = wrapped(touchpoint)
    if "lang=" not in touchpoint:
        assert notes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        journey = read_cjml(data)
    kept = repr(journey)
    for text in etree.fromstring(data).itertext():
        assert text in kept
    if "P9" in touchpoint:
        assert journey.phases == (Phase("P9"),)


def test_without_an_end_user_every_touchpoint_is_a_step() -> None:
    data = wrapped(action(who="p") + contact(sender="p")).replace(
        b'<endUser actorID="u"/>', b'<serviceProvider actorID="u"/>'
    )
    assert "no <endUser>" in notes(data)[0]
    with pytest.warns(CjbpmnWarning):
        journey = read_cjml(data)
    assert [step.do for step in journey.steps] == ["I look", "sent"]
    assert journey.persona is None


def test_of_several_end_users_the_first_is_the_persona() -> None:
    data = wrapped(action() + action(who="v")).replace(
        b"<serviceProvider", b'<endUser actorID="v"/><serviceProvider'
    )
    assert "several end users; 'v'" in notes(data)[0]
    with pytest.warns(CjbpmnWarning):
        journey = read_cjml(data)
    assert journey.persona == Persona("u")
    assert len(journey.steps) == 2
    assert ("CJML endUser", "v") in journey.extra


def test_a_namespace_makes_no_difference() -> None:
    plain = wrapped(action())
    named = plain.replace(b"<CJML ", b'<CJML xmlns="urn:cjml" ')
    assert read_cjml(named) == read_cjml(plain)


def test_a_phase_may_be_named_instead_of_referred_to() -> None:
    phases = (
        '<journeyPhases><journeyPhase phaseID="P1"><phaseName>paying</phaseName></journeyPhase>'
        "</journeyPhases>"
    )
    journey = read_cjml(wrapped(action('<belongsTo phaseIDref="paying"/>'), phases))
    assert journey.phases == (Phase("paying"),)
    assert journey.steps[0].phase == "paying"


def test_another_version_is_told() -> None:
    data = wrapped(action()).replace(b'"2.0"', b'"3.0"')
    assert notes(data) == ["line 1: version 3.0 is read as if it were 2.0"]


def test_keys_in_extra_never_stand_twice() -> None:
    data = wrapped(action("<comment>a</comment><comment>b</comment><Comment>c</Comment>"))
    with pytest.warns(CjbpmnWarning, match="Comment"):
        step = read_cjml(data).steps[0]
    assert step.extra == (
        ("CJML comment", "a"),
        ("CJML comment 2", "b"),
        ("CJML Comment 3", "c"),
    )


# -------------------------------------------------------------------------------- bad input

ENTITY = b'<!DOCTYPE CJML [<!ENTITY a "b">]>'


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (b"", InvalidDocument, "the file is empty"),
        (b"<CJML", InvalidDocument, "not well-formed XML"),
        (b"<cjml/>", InvalidDocument, "this is no CJML 2.0: the root is <cjml>"),
        (b'<CJML version="2.0"/>', InvalidJourney, "there is no journey in it"),
        (b"\x1f\x8b\x08", UnsafeDocument, "compressed"),
        (ENTITY + wrapped(action(label="&a;")), UnsafeDocument, "declares entities"),
        (b'<!DOCTYPE CJML SYSTEM "http://x/y.dtd"><CJML/>', UnsafeDocument, "declares entities"),
        (b" " * (MAX_BYTES + 1), UnsafeDocument, "over the limit"),
        (wrapped("<a>" * 300 + "</a>" * 300), UnsafeDocument, "no model needs"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)
def test_what_can_do_harm_or_is_none_is_refused(
    data: bytes, kind: type[CjbpmnError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        read_all_cjml(data)


def test_what_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidJourney, match="no such file"):
        read_cjml(tmp_path / "missing.xml")
    with pytest.raises(InvalidJourney, match="not a regular file"):
        read_cjml(tmp_path)


def test_many_of_anything_take_no_time() -> None:
    many = 3000
    strange = "".join(f"<x{number}/>" for number in range(many))
    unknown = "".join(action(who=f"w{number}") for number in range(many))
    repeated = action("<comment>a</comment>" * many)
    phases = "".join(f'<journeyPhase phaseID="{n}"><phaseName>p{n}</phaseName></journeyPhase>' for n in range(many))  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        journey = read_cjml(wrapped(strange + unknown + repeated, phases))
    assert len(journey.phases) == many
    assert len(journey.steps[0].extra) == many


# -------------------------------------------------------------------------- whatever it says

NAMES = st.sampled_from(
    sorted(
        READ
        | KNOWN
        | {"endUser", "serviceProvider", "phaseName", "threat"}
        | {"refersTo", "initiatorLabel", "receiverLabel", "channelName"}
        | ACTIONS
        | COMMUNICATION
    )
)
TEXTS = st.sampled_from(["", "u", "2", "PT5M", "2025-01-01T10:00:00Z", "email", " a  b\n"])
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["actorID", "actorIDref", "phaseID", "phaseIDref", "lang"]), TEXTS, max_size=2
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> etree._Element:
    element = etree.Element(draw(NAMES), draw(ATTRIBUTES))
    if depth < 4 and draw(st.booleans()):
        element.extend(draw(st.lists(elements(depth + 1), max_size=4)))
    else:
        element.text = draw(TEXTS)
    return element


@given(st.lists(elements(), max_size=6))
def test_any_tree_is_read_or_refused_with_a_reason(parts: list[etree._Element]) -> None:
    root = etree.Element("CJML", version="2.0")
    journey = etree.SubElement(root, "actualJourney")
    journey.extend(parts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CjbpmnWarning)
        found = read_cjml(etree.tostring(root))
    assert found.name
    keys = [key for key, _ in found.extra]
    assert len(keys) == len({key.casefold() for key in keys})


PLACES = st.integers(0, LIBRARY.stat().st_size)
PIECES = st.binary(max_size=3) | st.sampled_from(
    [b"<", b">", b"&", b"]]>", b"<!--", b"\x00", b"\xff", b"<actualAction>", b"</touchpoints>"]
)


@given(st.lists(st.tuples(PLACES, PLACES, PIECES), min_size=1, max_size=3))
def test_a_broken_file_is_read_or_refused_with_a_reason(
    cuts: list[tuple[int, int, bytes]],
) -> None:
    data = LIBRARY.read_bytes()
    for start, stop, piece in cuts:
        data = data[:start] + piece + data[max(start, min(stop, start + 40)) :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CjbpmnWarning)
        with contextlib.suppress(CjbpmnError):
            assert read_all_cjml(data)
