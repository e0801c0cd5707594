"""What CJML 2.0 looks like: its names, its channels, and how one part of it is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from cjbpmn.names import local_name
from cjbpmn.source import Source
from cjbpmn.vocabulary import Channel, State

Element = etree._Element  # noqa: SLF001 - lxml gives its type no other name

STATES: Final = {"plannedJourney": State.TO_BE, "actualJourney": State.AS_IS}
ACTIONS: Final = frozenset({"plannedAction", "actualAction"})
COMMUNICATION: Final = frozenset({"plannedCommunicationPoint", "actualCommunicationPoint"})
CHANNELS: Final[Mapping[str, tuple[Channel, str | None]]] = {
    "facetoface": (Channel.IN_PERSON, None),
    "face2face": (Channel.IN_PERSON, None),
    "internetviapc": (Channel.WEBSITE, "pc"),
    "internetviasmartphone": (Channel.WEBSITE, "smartphone"),
    "internetviatablet": (Channel.WEBSITE, "tablet"),
    "internetglobe": (Channel.WEBSITE, None),
    "internet": (Channel.WEBSITE, None),
    "web/app": (Channel.WEBSITE, None),
    "web/smartphone": (Channel.WEBSITE, "smartphone"),
    "web/tablet": (Channel.WEBSITE, "tablet"),
    "apponpc": (Channel.APP, "pc"),
    "apponsmartphone": (Channel.APP, "smartphone"),
    "appontablet": (Channel.APP, "tablet"),
    "app/pc": (Channel.APP, "pc"),
    "app/smartphone": (Channel.APP, "smartphone"),
    "app/tablet": (Channel.APP, "tablet"),
    "selfservicemachine": (Channel.KIOSK, None),
    "shopcounter": (Channel.DESK, None),
    "servicedesk": (Channel.DESK, None),
    "telephone": (Channel.PHONE, None),
    "phonecall": (Channel.PHONE, None),
    "letter(paper)": (Channel.LETTER, None),
    "message": (Channel.MESSAGING, None),
    "messageservice": (Channel.MESSAGING, None),
    "socialmediamessage": (Channel.SOCIAL, None),
    "socialmediainteraction": (Channel.SOCIAL, None),
    "packagedelivery": (Channel.PARCEL, None),
    "paymentchannel": (Channel.PAYMENT, None),
    "invoice": (Channel.DOCUMENT, None),
    "unknownchannel": (Channel.UNKNOWN, None),
}
"""What CJML calls channels, without blanks and hyphens; other words are read as everywhere."""

READ: Final = frozenset(
    {
        "journeyTitle",
        "journeyPhases",
        "journeyPhase",
        "actors",
        "touchpoints",
        "initiator",
        "receiver",
        "channel",
        "belongsTo",
        "touchpointExperience",
        "timestamps",
    }
)
"""What is read part by part."""

KNOWN: Final = frozenset(
    {
        "journeyID",
        "journeyShortSummary",
        "journeyLongSummary",
        "journeyStatus",
        "journeyOperators",
        "journeyOwner",
        "journeyEndUserType",
        "creator",
        "plannedReference",
        "compliance",
        "complianceContent",
        "complianceSequence",
        "complianceTiming",
        "journeyExperience",
        "journeyAnalysis",
        "touchpointID",
        "touchpointDuration",
        "deltaTime",
        "touchpointAnalysis",
        "uncertainty",
        "category",
        "message",
        "comment",
        "phaseDescription",
        "actorName",
        "companyName",
        "providerType",
        "experienceRating",
        "experienceDescription",
        "timeOriginated",
        "timeReceived",
        "timeConsumed",
        "timeStarted",
        "timeCompleted",
    }
)
"""What CJML says and we keep as it is said; anything else is kept too, but told."""


READ_ATTRIBUTES: Final = frozenset({"actorID", "actorIDref", "phaseID", "phaseIDref"})
"""What is read of attributes."""


class CjmlSource(Source):
    """The same guarded reading as for a model, of a file with another root."""

    def _refuse_other_vocabularies(self) -> None:
        found = local_name(self._root.tag)
        if found != "CJML":
            raise self.error(f"this is no CJML 2.0: the root is <{found}>, expected <CJML>")


def children(element: Element | None) -> list[Element]:
    """Return the child elements, without comments."""
    return [] if element is None else list(element.iterchildren(etree.Element))


def child_of(element: Element | None, name: str) -> Element | None:
    """Return the first child of a name, whatever its namespace."""
    return next((one for one in children(element) if local_name(one.tag) == name), None)


def text_of(element: Element | None, name: str) -> str:
    """Return the text of the first child of a name, on one line."""
    return " ".join(all_text(child_of(element, name)).split())


def texts_of(element: Element | None) -> dict[str, str]:
    """Return the texts of all children by their names."""
    return {local_name(child.tag): all_text(child) for child in children(element)}


def all_text(element: Element | None) -> str:
    """Return the text of an element; of one with children, what each of them says."""
    if element is None:
        return ""
    if not children(element):
        tails = (comment.tail or "" for comment in element)
        return "".join([element.text or "", *tails]).strip()
    parts = ((local_name(child.tag), all_text(child)) for child in children(element))
    return "; ".join(f"{name}: {text}" for name, text in parts if text)
