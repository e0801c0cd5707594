"""The words of the method: closed lists, each word with one meaning."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """The way by which customer and organisation meet (CJML's channels, normalised)."""

    IN_PERSON = "in-person"
    DESK = "desk"
    PHONE = "phone"
    LETTER = "letter"
    FAX = "fax"
    EMAIL = "email"
    SMS = "sms"
    CHAT = "chat"
    MESSAGING = "messaging"
    SOCIAL = "social"
    WEBSITE = "website"
    PORTAL = "portal"
    APP = "app"
    KIOSK = "kiosk"
    PARCEL = "parcel"
    PAYMENT = "payment"
    DOCUMENT = "document"
    DEVICE = "device"
    EVENT = "event"
    THIRD_PARTY = "third-party"
    OTHER = "other"
    UNKNOWN = "unknown"


class EvidenceType(StrEnum):
    """What the customer can see, hear, smell or hold of the organisation."""

    WEBSITE = "website"
    APP_SCREEN = "app-screen"
    LETTER = "letter"
    EMAIL = "email"
    FORM = "form"
    INVOICE = "invoice"
    PRODUCT = "product"
    PACKAGING = "packaging"
    VEHICLE = "vehicle"
    BUILDING = "building"
    SIGNAGE = "signage"
    PARKING = "parking"
    WAITING_AREA = "waiting-area"
    COUNTER = "counter"
    UNIFORM = "uniform"
    STAFF_APPEARANCE = "staff-appearance"
    SOUND = "sound"
    SMELL = "smell"
    BROCHURE = "brochure"
    CARD = "card"
    RECEIPT = "receipt"
    OTHER = "other"


class Source(StrEnum):
    """Who says so."""

    CUSTOMER = "customer"
    EMPLOYEE = "employee"
    EXPERT = "expert"
    DATA = "data"
    ASSUMED = "assumed"


class Method(StrEnum):
    """How it was found out."""

    INTERVIEW = "interview"
    SURVEY = "survey"
    FOCUS_GROUP = "focus-group"
    PANEL = "panel"
    SHADOWING = "shadowing"
    MYSTERY_VISIT = "mystery-visit"
    DIARY = "diary"
    COMPLAINT = "complaint"
    LOG = "log"
    WORKSHOP = "workshop"


class Direction(StrEnum):
    """Who addresses whom at a touchpoint."""

    FROM_CUSTOMER = "from customer"
    TO_CUSTOMER = "to customer"
    BOTH = "both"


class View(StrEnum):
    """From whose side a journey is told."""

    INTERNAL = "internal"
    CUSTOMER = "customer"
    MIXED = "mixed"


class JourneyKind(StrEnum):
    """Which part of the relation a journey covers."""

    BUYER = "buyer"
    CUSTOMER = "customer"
    BOTH = "both"


class State(StrEnum):
    """Whether a journey tells how it is or how it is to be."""

    AS_IS = "as-is"
    TO_BE = "to-be"


class Horizon(StrEnum):
    """How soon a change can be had."""

    QUICK = "quick"
    SHORT = "short"
    LONG = "long"


class Answer(StrEnum):
    """What people answer to a question of yes or no when they may not know."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Audience(StrEnum):
    """For whom a channel holds something."""

    CUSTOMER = "customer"
    EMPLOYEE = "employee"


class Metric(StrEnum):
    """What a service norm is measured by."""

    WAIT = "wait"
    DURATION = "duration"
    CONTACTS = "contacts"
    SCORE = "score"


class Comparison(StrEnum):
    """How a measured value has to stand to its target."""

    AT_MOST = "at most"
    BELOW = "below"
    AT_LEAST = "at least"
    ABOVE = "above"
    EXACTLY = "exactly"


class DistributionKind(StrEnum):
    """How a duration varies from case to case."""

    FIXED = "fixed"
    UNIFORM = "uniform"
    TRIANGULAR = "triangular"
    PERT = "pert"
    NORMAL = "normal"
    LOGNORMAL = "lognormal"
    EXPONENTIAL = "exponential"
    GAMMA = "gamma"
    ERLANG = "erlang"
