"""The keys of a journey file: which there are in which place, and what kind of value each takes.

This is only a declaration. `cjbpmn.journey.reader` reads by it, `cjbpmn.journey.schema` makes a
JSON Schema of it, and the tables of other notations are checked against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Form(NamedTuple):
    """The keys of one kind of mapping.

    Parameters
    ----------
    keys : mapping of str to str
        For each key the kind of its value: the name of a method of `Reader`.
    example : str
        What such a mapping looks like, for messages.
    main : str
        The key that must be there; a text alone stands for it.
    instead : str
        The key that may be there instead of the main one.
    is_open : bool
        Whether any other key may stand there.
    also : str
        Another key that must be there.
    """

    keys: Mapping[str, str]
    example: str
    main: str = ""
    instead: str = ""
    is_open: bool = False
    also: str = ""

    @property
    def required(self) -> tuple[str, ...]:
        """The keys that must be there."""
        return tuple(filter(None, (self.main, self.also)))


def _all(kind: str, *keys: str) -> dict[str, str]:
    return dict.fromkeys(keys, kind)


_INSIGHTS: Final = _all("insights", "pains", "gains", "opportunities")

DEFAULT: Final = Form(
    {"source": "choice", "n": "integer"}, "default: {source: customer, n: 6}", is_open=True
)
VALIDATION: Final = Form({**_all("text", "by", "date"), "n": "integer"}, "by: customer panel", "by")
PERSONA: Final = Form(
    {
        **_all("text", "name", "description", "picture"),
        **_all("channel_names", "prefers", "accepts", "refuses"),
        "facts": "pairs",
    },
    "name: Office worker",
    "name",
    is_open=True,
)
PHASE: Final = Form(
    {**_all("text", "name", "id"), "need": "need", "feels": "emotions", **_INSIGHTS},
    "name: ordering",
    "name",
)
EVIDENCE: Final = Form(
    {**_all("text", "text", "uri"), "type": "choice", "impression": "number"},
    "text: menu board",
    "text",
    instead="type",
)
EMOTION: Final = Form(
    {
        **_all("text", "value", "label", "because", "says", "persona", "date"),
        **_all("choice", "source", "method"),
        **_all("number", "spread", "arousal"),
        "n": "integer",
        "scale": "scale",
    },
    "value: -1",
    "value",
    instead="label",
)
NEED: Final = Form(
    {"text": "text", "level": "integer", "met": "number"}, "text: to know when", "text"
)
INSIGHT: Final = Form({"text": "text", "severity": "integer"}, "text: the queue", "text")
CONTENT: Final = Form(
    {"text": "text", "for": "choice", "system": "text"}, "text: order history", "text"
)
CHANNEL: Final = Form(
    {"name": "channel", "device": "text", **_all("contents", "content", "functions")},
    "name: website",
    "name",
)
FALLBACK: Final = Form({"to": "text", "channel": "channel"}, "to: Call guest", "to")
STEP: Final = Form(
    {
        **_all("text", "do", "thinks", "goal", "location", "expects", "promise", "after"),
        **_all("text", "moment_reason", "judgement_reason"),
        "at": "texts",
        "phase": "phase",
        "channel": "channel",
        "channels": "channels",
        "sees": "evidence",
        "feels": "emotions",
        "needs": "needs",
        **_INSIGHTS,
        "met": "number",
        "moment_of_truth": "boolean",
        **_all("integer", "importance", "n"),
        **_all("timespan", "takes", "waits"),
        "told": "told",
        **_all("choice", "direction", "source"),
        **_all("answer", "next_step_told", "logical", "efficient", "effective", "appropriate"),
        "fallback": "fallbacks",
    },
    "do: I walk in",
    "do",
)
OBSERVATION: Final = Form(
    {
        **_all("text", "see", "hurts", "better", "better_at", "owner", "due", "status"),
        **_all("text", "author", "date"),
        "at": "texts",
        **_all("integer", "impact", "effort", "level"),
        "preventable": "answer",
        "horizon": "choice",
    },
    "see: Nobody says how long it takes",
    "see",
)
NORM: Final = Form(
    {
        **_all("text", "text", "from", "to", "unit"),
        "at_most": "timespan",
        "at": "texts",
        **_all("choice", "metric", "comparison"),
        **_all("number", "target", "percentile"),
    },
    "text: delivered within 2 days",
    "text",
)
MEASUREMENT: Final = Form(
    {
        "measured": "number",
        **_all("text", "norm", "unit", "period"),
        "at": "texts",
        "n": "integer",
        "source": "choice",
    },
    "measured: 83",
    "measured",
)
STATISTICS: Final = Form(
    {
        "at": "texts",
        **_all("integer", "count", "complaints"),
        "share": "number",
        **_all("timespan", "p50", "p90"),
        "period": "text",
    },
    "at: Check payment",
    "at",
    is_open=True,  # what a register counts by its own categories
)
DURATION: Final = Form(
    {
        "at": "texts",
        **_all("timespan", "takes", "least", "likely", "most", "deviation"),
        "stages": "integer",
        **_all("choice", "distribution", "source"),
    },
    "at: Check payment",
    "at",
)
BRANCH: Final = Form(
    {"at": "texts", "share": "number", "source": "choice"},
    "at: Payment ok? -> Pack, share: 80",
    "at",
    also="share",
)
CALENDAR: Final = Form(
    {"at": "texts", "works": "shifts", "closed": "closed_days", "source": "choice"},
    "at: Back office, works: Mon-Fri 9:00-17:00",
    "at",
    also="works",
)
JOURNEY: Final = Form(
    {
        **_all("text", "journey", "customer", "goal", "trigger", "outcome"),
        **_all("choice", "kind", "state", "view"),
        **_all("language_of_all", "language", "lang"),
        "need": "need",
        "cjbpmn": "version",
        "scale": "scale_of_all",
        "default": "default_of_all",
        "validated": "validation",
        "persona": "persona",
        "phases": "phases_of_all",
        "steps": "steps",
        "observations": "observations",
        "norms": "norms",
        "measurements": "measurements",
        "statistics": "statistics",
        "durations": "durations",
        "branches": "branches",
        "calendars": "calendars",
        "begins": "moment",
    },
    "journey: Buying a house",
    "journey",
)
FORMS: Final[Mapping[str, Form]] = {
    "journey": JOURNEY,
    "step": STEP,
    "feeling": EMOTION,
    "evidence": EVIDENCE,
    "channel": CHANNEL,
    "content": CONTENT,
    "need": NEED,
    "insight": INSIGHT,
    "fallback": FALLBACK,
    "phase": PHASE,
    "persona": PERSONA,
    "validation": VALIDATION,
    "observation": OBSERVATION,
    "norm": NORM,
    "measurement": MEASUREMENT,
    "statistics": STATISTICS,
    "duration": DURATION,
    "branch": BRANCH,
    "calendar": CALENDAR,
    "default": DEFAULT,
}
"""Every form by the name that people know it by."""
