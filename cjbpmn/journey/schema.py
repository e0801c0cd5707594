"""The JSON Schema of the journey file, so that editors complete and check what people type.

``python -m cjbpmn.journey.schema`` writes it afresh, beside this file or to the path that is given.
It is made from the declarations that the reader goes by: keys and kinds from
`cjbpmn.journey.forms`, ranges and words from `cjbpmn.journey.values`, explanations from the
classes of the extension elements.

What a schema cannot say is left to the reader: whether words name a time or working hours, whether
a phase is in the list, which step comes ``after`` which, whether a number lies on a scale of the
file's own, whether the least of several times is the least, and that a key stands twice in two
spellings. A
key that nobody knows is allowed, since it is kept; editors that know ``deprecationMessage``
underline it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from cjbpmn.extensions.branch import Branch
from cjbpmn.extensions.calendar import Calendar
from cjbpmn.extensions.channel import Channel as ChannelElement
from cjbpmn.extensions.content import Content
from cjbpmn.extensions.customer_activity import CustomerActivity
from cjbpmn.extensions.duration import Duration
from cjbpmn.extensions.emotion import Emotion
from cjbpmn.extensions.evidence import Evidence
from cjbpmn.extensions.fallback import Fallback
from cjbpmn.extensions.insight import Insight
from cjbpmn.extensions.journey import Journey
from cjbpmn.extensions.measurement import Measurement
from cjbpmn.extensions.need import Need
from cjbpmn.extensions.norm import Norm
from cjbpmn.extensions.observation import Observation
from cjbpmn.extensions.persona import Persona
from cjbpmn.extensions.phase import Phase
from cjbpmn.extensions.statistics import Statistics
from cjbpmn.extensions.touchpoint import Touchpoint
from cjbpmn.extensions.validation import Validation
from cjbpmn.fields import Extension
from cjbpmn.journey import CHOICES, RANGES
from cjbpmn.journey.facts import NEEDED_TIMES
from cjbpmn.journey.forms import FORMS, Form
from cjbpmn.journey.patterns import (
    DAY,
    HOURS,
    MOMENT,
    NUMBER,
    PERCENT,
    SCALE,
    SOMETHING,
    TIME,
    any_spelling_of_key,
    number_between,
    one_of_words,
    spelling_of_key,
)
from cjbpmn.journey.reader import SMILEYS
from cjbpmn.lexicon import languages, meanings, words
from cjbpmn.names import CJ
from cjbpmn.vocabulary import Answer, Channel

PATH: Final = Path(__file__).with_name("journey.schema.json")
"""Where the schema stands in the package."""

Schema = dict[str, Any]

_ELEMENTS: Final[Mapping[str, tuple[type[Extension], ...]]] = {
    "journey": (Journey,),
    "step": (CustomerActivity, Touchpoint),
    "feeling": (Emotion,),
    "evidence": (Evidence,),
    "channel": (ChannelElement,),
    "content": (Content,),
    "need": (Need,),
    "insight": (Insight,),
    "fallback": (Fallback,),
    "phase": (Phase,),
    "persona": (Persona,),
    "validation": (Validation,),
    "observation": (Observation,),
    "norm": (Norm,),
    "measurement": (Measurement,),
    "statistics": (Statistics,),
    "duration": (Duration,),
    "branch": (Branch,),
    "calendar": (Calendar,),
    "default": (),
}
"""Where the explanation of a form and of its keys stands."""

_OWN_WORDS: Final[Mapping[tuple[str, str], str]] = {
    ("journey", "journey"): "What the journey is called.",
    ("journey", "cjbpmn"): "The version of this form.",
    ("journey", "customer"): "The pool or lane of the model that is the customer.",
    ("journey", "lang"): "The language of the texts, such as nl.",
    ("journey", "language"): "The language of the texts, such as nl.",
    ("journey", "scale"): "How feelings are numbered, such as 1-5.",
    ("journey", "default"): "What holds for all feelings that do not say otherwise.",
    ("journey", "persona"): "The kind of customer whose journey it is.",
    ("journey", "steps"): "What the customer does, in order.",
    ("journey", "statistics"): "What was counted at elements of the model.",
    ("journey", "durations"): "How long elements of the model take.",
    ("journey", "branches"): "How often each way out of a gateway is taken.",
    ("journey", "calendars"): "When people work.",
    ("step", "do"): "What the customer does, in the first person.",
    ("step", "at"): "The elements of the model that it meets: id, name, Pool / name or A -> B.",
    ("step", "phase"): "Its phase.",
    ("step", "after"): "The step that this one follows, where that is not the one before it.",
    ("feeling", "value"): "A number from -2 to 2, a smiley, or a word such as happy.",
    ("feeling", "scale"): "How this one is numbered, such as 1-5.",
    ("fallback", "to"): "An element of the model, or words.",
    ("phase", "id"): "A short name that steps may use.",
    ("observation", "see"): "What was seen.",
    ("observation", "at"): "The elements of the model that it is about.",
    ("norm", "from"): "The element at which the clock starts.",
    ("norm", "to"): "The element at which the clock stops.",
    ("norm", "at"): "The elements it applies to, where there is no clock.",
    ("measurement", "at"): "The elements of the model that it is about.",
    ("statistics", "at"): "The element of the model.",
    ("duration", "at"): "The element of the model, or a list of them.",
    ("branch", "at"): "The sequence flow, as Payment ok? -> Book carrier.",
    ("calendar", "at"): "The lane, the pool or the element of the model, or a list of them.",
    ("calendar", "works"): "Days and hours, such as Mon-Fri 9:00-17:00, or a list of them.",
    ("calendar", "closed"): "Days without work: 2026-12-24, or 12-25 for each year; or a list.",
    ("default", "source"): "Who says so, where a feeling does not say it.",
    ("default", "n"): "How many people were asked, where a feeling does not say it.",
}
"""What to say of the keys for which no element has a field, or only one that says it in ids."""

_UNKNOWN: Final = "This key is kept, but not understood."
_NOTHING: Final[Schema] = {"type": ["null", "string"], "pattern": r"^\s*$"}
_TEXT: Final[Schema] = {"$ref": "#/$defs/text"}
_MOST: Final = 10**15


# ----------------------------------------------------------------------------- the whole schema


def make_schema() -> Schema:
    """Return the schema of the journey file.

    Returns
    -------
    dict
        A JSON Schema of 2020-12.

    Examples
    --------
    >>> schema = make_schema()
    >>> schema["$ref"], schema["$defs"]["step"]["properties"]["thinks"]["description"]
    ('#/$defs/journey', 'What the customer thinks.')
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{CJ}/journey.schema.json",
        "title": "Journey file",
        "description": "Made from the declarations in cjbpmn by cjbpmn.journey.schema.",
        "$ref": "#/$defs/journey",
        "if": {"not": _given("scale")},
        "then": {"$ref": "#/$defs/feelings from -2 to 2"},
        "$defs": {
            **{name: _form(name, form) for name, form in FORMS.items()},
            "text": {"type": ["string", "number", "boolean"], "pattern": SOMETHING},
            "time": {"type": "string", "pattern": TIME, "examples": ["8 min", "2 days", "PT8M"]},
            "channel word": _any_of({"enum": [*Channel]}, _TEXT),
            "yes or no": _any_of(*_yes_or_no()),
            "answer": _any_of(*_answers()),
            "felt": _any_of(*_felt()),
            "feelings from -2 to 2": {
                "allOf": [
                    _behind(key, {"$ref": "#/$defs/holder of feelings"})
                    for key in ("steps", "phases")
                ],
            },
            "holder of feelings": {
                "items": {"$ref": "#/$defs/holder of feelings"},
                **_behind("feels", {"$ref": "#/$defs/feeling from -2 to 2"}),
            },
            "feeling from -2 to 2": {
                **_felt_in_range(),
                "items": {"$ref": "#/$defs/feeling from -2 to 2"},
                "if": {"type": "object", "not": _given("scale")},
                "then": _behind("value", _felt_in_range()),
            },
        },
    }


def write_schema(path: str | os.PathLike[str] = PATH) -> Path:
    """Write the schema to a file.

    Parameters
    ----------
    path : path
        Where to; by default its place in the package.

    Returns
    -------
    pathlib.Path
        The same path.
    """
    text = json.dumps(make_schema(), indent=2, ensure_ascii=False) + "\n"
    Path(path).write_text(text, encoding="utf-8")
    return Path(path)


# ------------------------------------------------------------------------------------ one form


def _form(name: str, form: Form) -> Schema:
    """Describe a mapping with its keys; each key may be spelled in several ways."""
    keys = {key: _key(name, form, key) for key in form.keys}
    return {
        "type": "object",
        **_about_form(name),
        "properties": keys,
        "patternProperties": {
            spelling_of_key(key): {"$ref": f"#/$defs/{name}/properties/{key}"} for key in keys
        },
        "additionalProperties": _others(name, form),
        **({"allOf": needed} if (needed := _required(name, form)) else {}),
    }


def _about_form(name: str) -> Schema:
    elements = _ELEMENTS[name]
    return {"description": (elements[0].__doc__ or "").partition("\n")[0]} if elements else {}


def _others(name: str, form: Form) -> Schema | bool:
    if name == "default":
        return False  # A default that nobody asks for would do nothing.
    return True if form.is_open else {"deprecationMessage": _UNKNOWN}


def _key(name: str, form: Form, key: str) -> Schema:
    """Describe what stands behind a key; only what must be there cannot be left empty."""
    found = _KINDS["felt" if (name, key) == ("feeling", "value") else form.keys[key]](key)
    if key not in form.required or form.instead:
        found = _any_of(found, _NOTHING)
    elif form.keys[key] == "texts":
        listed = {"type": "array", "items": _any_of(_TEXT, _NOTHING), "minItems": 1}
        found = _any_of(_TEXT, listed)
    return {"description": description_of(name, key), **found}


def description_of(name: str, key: str) -> str:
    """Return what a key says, in one sentence.

    Parameters
    ----------
    name : str
        The name of a form.
    key : str
        One of its keys.

    Returns
    -------
    str
        The explanation.

    Raises
    ------
    KeyError
        If nobody has explained it.

    Examples
    --------
    >>> description_of("evidence", "impression")
    'How it comes across, from -2 (bad) to +2 (good).'
    """
    if (name, key) in _OWN_WORDS:
        return _OWN_WORDS[name, key]
    for element in _ELEMENTS[name]:
        declared = element.fields()
        if field := declared.get(key) or declared.get(f"{key}_"):
            return field.doc
    raise KeyError(f"nothing explains the key {key!r} of {name}")


def _required(name: str, form: Form) -> list[Schema]:
    if name == "duration":
        return [*map(_given, form.required), *_times()]
    if not form.instead:
        return [*map(_given, form.required)]
    instead = [_given(form.instead)]
    if name == "feeling":
        # What stands instead of a feeling has to be one; what stands for evidence is a type anyway.
        instead.append(_behind(form.instead, {"$ref": "#/$defs/felt", **_felt_in_range()}))
    return [_any_of(_given(form.main), {"allOf": instead})]


def _times() -> list[Schema]:
    """Say which times a duration cannot do without; without a distribution, any of these."""
    rules: list[Schema] = [
        {
            "if": {"not": _given("distribution")},
            "then": _any_of(*map(_given, ("takes", "likely", "most"))),
        }
    ]
    for kind, groups in NEEDED_TIMES.items():
        this_kind = {"type": "string", "pattern": one_of_words([kind])}
        told = {"allOf": [_given("distribution"), _behind("distribution", this_kind)]}
        needed = [_any_of(*map(_given, names)) for names in groups]
        rules.append({"if": told, "then": {"allOf": needed}})
    return rules


def _given(key: str) -> Schema:
    """Say that a key is there, in some spelling, with something behind it."""
    some = {"not": {"propertyNames": {"not": {"pattern": any_spelling_of_key(key)}}}}
    return {**_any_of({"required": [key]}, some), **_behind(key, {"not": _NOTHING})}


def _behind(key: str, schema: Schema) -> Schema:
    """Ask something of what stands behind a key, in whichever spelling.

    Editors take no key that they complete from a pattern, so that none is offered twice.
    """
    return {"patternProperties": {any_spelling_of_key(key): schema}}


def _any_of(*schemas: Schema) -> Schema:
    """Put alternatives together; alternatives among them become alternatives of the whole."""
    flat = [
        part
        for schema in schemas
        for part in (schema["anyOf"] if set(schema) == {"anyOf"} else [schema])
    ]
    return {"anyOf": flat}


# --------------------------------------------------------------------------- the kinds of value


def _one_or_several(item: Schema) -> Schema:
    """Describe a list; one item may stand without it, and an item may be left empty."""
    return _any_of(item, {"type": "array", "items": _any_of(item, _NOTHING)})


@cache
def _shorthand_of(name: str) -> str:
    """Return the key for which a text alone stands; the empty string where there is none."""
    form = FORMS[name]
    return "" if form.also or name == "duration" else form.main


def _one(name: str) -> Schema:
    """Describe a mapping, or what stands for its main key alone."""
    here = {"$ref": f"#/$defs/{name}"}
    main = _shorthand_of(name)
    if not main:
        return here
    kind = "felt" if name == "feeling" else FORMS[name].keys[main]
    alone = _TEXT if kind == "texts" else _KINDS[kind](main)
    return _any_of(alone, here)


def _several(name: str, _key: str) -> Schema:
    return _one_or_several(_one(name))


def _persona(_key: str) -> Schema:
    one = _one("persona")
    return _any_of(one, {"type": "array", "items": _any_of(one, _NOTHING), "maxItems": 1})


def _number(key: str, *, whole: bool = False) -> Schema:
    kind = "integer" if whole else "number"
    if key not in RANGES:
        bounds = {"exclusiveMinimum": -_MOST, "exclusiveMaximum": _MOST}
        return _any_of({"type": kind, **bounds}, {"type": "string", "pattern": PERCENT})
    low, high = RANGES[key]
    pattern = number_between(low, high, whole=whole, percent=True)
    return _any_of(
        {"type": kind, "minimum": low, "maximum": high}, {"type": "string", "pattern": pattern}
    )


def _choice(key: str) -> Schema:
    listed = [word.value for word in CHOICES[key]]
    return _any_of({"enum": listed}, {"type": "string", "pattern": one_of_words(listed)})


def _yes_or_no() -> list[Schema]:
    known = meanings("answer")
    spoken = [word for word, meant in known.items() if len({answer for _, answer in meant}) == 1]
    pattern = one_of_words(spoken, strictly=True)
    return [{"type": "boolean"}, {"enum": ["yes", "no"]}, {"type": "string", "pattern": pattern}]


def _answers() -> list[Schema]:
    words_of_answer = one_of_words(Answer)
    return [
        {"enum": [*Answer, "?"]},
        *_yes_or_no(),
        {"type": "string", "pattern": words_of_answer},
    ]


def _felt() -> list[Schema]:
    """Describe how people say what they feel: numbers, smileys, and words in all languages."""
    spoken = [
        word
        for language in languages()
        for section in ("emotion", "feeling")
        for part in words(language)[section].values()
        for word in ((part,) if isinstance(part, str) else part)
    ]
    smileys = "|".join(one.replace(":", ":-?") for one in map(_escaped, SMILEYS))
    return [
        {"type": "number", "exclusiveMinimum": -_MOST, "exclusiveMaximum": _MOST},
        {"enum": [*words("en")["emotion"].values(), *SMILEYS]},
        {"type": "string", "pattern": rf"^\s*(?:{smileys})\ufe0f?\s*$"},
        {"type": "string", "pattern": NUMBER},
        {"type": "string", "pattern": one_of_words(spoken, strictly=True)},
    ]


def _escaped(smiley: str) -> str:
    return "".join(f"\\{one}" if one in "()|" else one for one in smiley)


def _felt_in_range() -> Schema:
    """Keep numbers on the scale; what is no number is no matter of range."""
    low, high = RANGES["value"]
    number, inside = NUMBER.removeprefix("^"), number_between(low, high)
    return {"minimum": low, "maximum": high, "pattern": f"^(?!{number})|{inside}"}


def _scale(_key: str) -> Schema:
    bound = _any_of({"type": "integer"}, {"type": "string", "pattern": r"^\s*[+-]?[0-9]{1,6}\s*$"})
    pair = {"type": "array", "items": bound, "minItems": 2, "maxItems": 2}
    return _any_of({"type": "string", "pattern": SCALE, "examples": ["1-5"]}, pair)


_TIME: Final[Schema] = {"$ref": "#/$defs/time"}
_SHIFT: Final[Schema] = {
    "type": "string",
    "pattern": HOURS,
    "examples": ["Mon-Fri 9:00-17:00", "Mon-Thu 9-12, 13-17"],
}
_KINDS: Final[Mapping[str, Callable[[str], Schema]]] = {
    "text": lambda _: _TEXT,
    "language_of_all": lambda _: _TEXT,
    "phase": lambda _: _TEXT,
    "texts": lambda _: _one_or_several(_TEXT),
    "number": _number,
    "integer": partial(_number, whole=True),
    "choice": _choice,
    "answer": lambda _: {"$ref": "#/$defs/answer"},
    "boolean": lambda _: {"$ref": "#/$defs/yes or no"},
    "told": lambda _: _any_of({"$ref": "#/$defs/yes or no"}, _TIME),
    "timespan": lambda _: _TIME,
    "felt": lambda _: {"$ref": "#/$defs/felt"},
    "channel": lambda _: {"$ref": "#/$defs/channel word"},
    "channel_names": lambda _: _one_or_several({"$ref": "#/$defs/channel word"}),
    "pairs": lambda _: {"type": "object"},
    "version": lambda _: {"enum": [1, "1", "1.0"]},
    "scale": _scale,
    "scale_of_all": _scale,
    "default_of_all": lambda _: _one("default"),
    "validation": lambda _: _one("validation"),
    "need": lambda _: _one("need"),
    "persona": _persona,
    "phases_of_all": partial(_several, "phase"),
    "steps": partial(_several, "step"),
    "emotions": partial(_several, "feeling"),
    "evidence": partial(_several, "evidence"),
    "needs": partial(_several, "need"),
    "insights": partial(_several, "insight"),
    "channels": partial(_several, "channel"),
    "contents": partial(_several, "content"),
    "fallbacks": partial(_several, "fallback"),
    "observations": partial(_several, "observation"),
    "norms": partial(_several, "norm"),
    "measurements": partial(_several, "measurement"),
    "statistics": partial(_several, "statistics"),
    "durations": partial(_several, "duration"),
    "branches": partial(_several, "branch"),
    "calendars": partial(_several, "calendar"),
    "shifts": lambda _: _any_of(_SHIFT, {"type": "array", "items": _SHIFT, "minItems": 1}),
    "closed_days": lambda _: _one_or_several({"type": "string", "pattern": DAY}),
    "moment": lambda _: {"type": "string", "pattern": MOMENT, "examples": ["2026-03-02T09:00"]},
}
"""How each kind of value is described; the kinds are those of `cjbpmn.journey.forms`."""


if __name__ == "__main__":
    write_schema(*sys.argv[1:2])
