"""Operators that write a model in another form: quotes, prefixes, encodings, blanks, a prolog."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

from cjbpmn.names import BPMN, CJ

Operator: TypeAlias = Callable[[Random, str], str]

_TAG = re.compile(r"<([A-Za-z_][^\s/>]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>")
_ATTRIBUTE = re.compile(r"([^\s=\"']+)=(\"[^\"]*\"|'[^']*')")
_DECLARATION = re.compile(r"^\ufeff?<\?xml[^>]*\?>\s*")
_TEXT = re.compile(r">([^<>&]*[^<>&\s][^<>&]*)<")

_URIS: Final = (
    BPMN,
    CJ,
    "urn:x",
    "not a uri",
    "",
    "http://www.omg.org/spec/DD/20100524/DI",
    "\u00e4",
)
_PROLOGS: Final = (
    "<!-- first -->",
    "<?pi before?>",
    "<!DOCTYPE definitions>",
    "<!DOCTYPE definitions [<!ELEMENT definitions ANY>]>",
    "<!DOCTYPE d [<!-- ' a > ] --><!ELEMENT d ANY>]>",
    '<!DOCTYPE d [<!ATTLIST task name CDATA "by default">]>',
    "<!DOCTYPE d [<!ATTLIST task id ID #IMPLIED name NMTOKENS #IMPLIED>]>",
    "<!DOCTYPE d [<?pi ]> ?>]>",
    "<!DOCTYPE d [%foo;]>",
    "<!DOCTYPE d [<!NOTATION n PUBLIC 'x'>]>",
    '<!DOCTYPE d PUBLIC "x" "y">',
    '<!DOCTYPE d SYSTEM "nothing.dtd">',
    "<!DOCTYPE d [<!ENTITY a 'b'>]>",
    "<!DOCTYPE d [<!ENTITY % p ''>%p;]>",
    "\n\n",
)
_DECLARATIONS: Final = (
    "",
    "<?xml version='1.0'?>",
    '<?xml version="1.1" encoding="UTF-8"?>',
    '<?xml version="1.0" encoding="utf8" standalone="yes"?>',
    '<?xml version="1.0" standalone="no" ?>\n',
    '<?xml  version = "1.0"  encoding = "UTF-8" ?>',
    "<?xml version='1.0' encoding='UTF-8'?>\r\n",
    '\n<?xml version="1.0"?>',
)
ENCODINGS: Final = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "iso-8859-1",
    "iso-8859-15",
    "windows-1252",
    "us-ascii",
    "cp037",
    "utf-7",
    "utf-32",
    "koi8-r",
    "windows-1251",
)


def _at_a_tag(rng: Random, text: str, change: Callable[[re.Match[str]], str]) -> str:
    tags = list(_TAG.finditer(text))
    if not tags:
        return text
    tag = rng.choice(tags)
    return text[: tag.start()] + change(tag) + text[tag.end() :]


def quotes(rng: Random, text: str) -> str:
    """Write attributes in single quotes."""
    share = rng.choice((0.1, 1))

    def requote(match: re.Match[str]) -> str:
        if rng.random() > share or "'" in match[2] or match[2][0] == "'":
            return match[0]
        return f"{match[1]}='{match[2][1:-1]}'"

    return _ATTRIBUTE.sub(requote, text)


def line_ends(rng: Random, text: str) -> str:
    return re.sub(r"\r?\n", rng.choice(("\r\n", "\r", "\n", "")), text)


def blanks(rng: Random, text: str) -> str:
    """Set blanks where XML allows them in tags."""
    blank = rng.choice((" ", "\n    ", "\t", "\r\n"))

    def widen(match: re.Match[str]) -> str:
        attributes = _ATTRIBUTE.sub(rf"{blank}\1{blank}={blank}\2", match[2])
        return f"<{match[1]}{attributes}{blank}{match[3]}>"

    text = _at_a_tag(rng, text, widen) if rng.random() < 0.5 else _TAG.sub(widen, text)
    return re.sub(r"(</[^\s>]+)>", rf"\1{blank}>", text) if rng.random() < 0.3 else text


def open_empty(rng: Random, text: str) -> str:
    inside = rng.choice(("", " ", "\n", "<!-- -->"))
    share = rng.choice((0.1, 1))
    return _TAG.sub(
        lambda m: f"<{m[1]}{m[2]}>{inside}</{m[1]}>" if m[3] and rng.random() < share else m[0],
        text,
    )


def close_empty(_rng: Random, text: str) -> str:
    return re.sub(r"<([^\s/>!?]+)([^<>]*)>\s*</\1>", r"<\1\2/>", text)


def character_references(rng: Random, text: str) -> str:
    def refer(match: re.Match[str]) -> str:
        return "".join(
            rng.choice((f"&#{ord(c)};", f"&#x{ord(c):x};")) if rng.random() < 0.3 else c
            for c in match[1]
        ).join("><")

    def refer_value(match: re.Match[str]) -> str:
        return f'{match[1]}="{refer(re.match(r"(.*)", match[2][1:-1])).strip("<>")}"'  # type: ignore[arg-type]

    if rng.random() < 0.5:
        return _TEXT.sub(refer, text)
    return re.sub(r"(name|id|bpmnElement|sourceRef)=(\"[^\"&\n]*\")", refer_value, text)


def cdata(rng: Random, text: str) -> str:
    share = rng.choice((0.1, 1))
    return _TEXT.sub(
        lambda m: f"><![CDATA[{m[1]}]]><" if rng.random() < share else m[0], text
    ) + rng.choice(("", "\n<!-- last -->", "<?pi after?>\n\n"))


def raw_marks(rng: Random, text: str) -> str:
    """Write in an attribute what needs no escape there, or is one."""
    mark = rng.choice(
        (">", "/>", "'", "&#10;", "&#13;&#10;", "&#x1F600;", "&gt;", "\n", "\t", "]]>")
    )
    return re.sub(r'name="([^"]*)"', lambda m: f'name="{m[1]}{mark}"', text)


def change_prefix(rng: Random, text: str) -> str:
    """Name the BPMN namespace by another prefix, by none, or by two."""
    found = re.search(rf"xmlns(?::([^\s=]+))?=[\"']{re.escape(BPMN)}[\"']", text)
    if not found:
        return text
    old, new = found[1], rng.choice(("b", "bpmn", "semantic", "cj", "ns0", "\u00fc", "x-1.y", ""))
    declared = f' xmlns{":" if new else ""}{new}="{BPMN}"'
    before = f"{old}:" if old else ""
    after = f"{new}:" if new else ""
    if rng.random() < 0.5:
        text = text[: found.start()] + declared.strip() + text[found.end() :]
        share = 1.0
    else:
        text = text[: found.end()] + declared + text[found.end() :]
        share = rng.choice((0.0, 1.0))
    name = rf"(</?){re.escape(before)}(?=[A-Za-z]+[\s/>])"
    return re.sub(name, lambda m: m[1] + after if share else m[0], text)


def declare_here(rng: Random, text: str) -> str:
    """Declare a prefix on some element, perhaps once more, perhaps for something else."""
    prefixes = [p or "" for p in re.findall(r"xmlns(?::([^\s=]+))?=", text)]
    prefix = rng.choice([*prefixes, "cj", "fresh", "", "bpmn"])
    uri = rng.choice((*_URIS, *re.findall(r"xmlns(?::[^\s=]+)?=[\"']([^\"']*)[\"']", text)))
    return _at_a_tag(
        rng,
        text,
        lambda m: f'<{m[1]} xmlns{":" if prefix else ""}{prefix}="{uri}"{m[2]}{m[3]}>',
    )


def change_uri(rng: Random, text: str) -> str:
    uris = sorted(set(re.findall(r"xmlns(?::[^\s=]+)?=[\"']([^\"']*)[\"']", text)))
    return text.replace(rng.choice(uris), rng.choice(_URIS)) if uris else text


def drop_declaration(rng: Random, text: str) -> str:
    found = list(re.finditer(r"\sxmlns(?::[^\s=]+)?=[\"'][^\"']*[\"']", text))
    if not found:
        return text
    one = rng.choice(found)
    return text[: one.start()] + text[one.end() :]


def prolog(rng: Random, text: str) -> str:
    found = _DECLARATION.match(text)
    place = found.end() if found else 0
    added = rng.choice(_PROLOGS) + rng.choice(("", "\n"))
    text = text[:place] + added + text[place:]
    if "%foo" in added and rng.random() < 0.5:
        return _TEXT.sub(lambda m: f">{m[1]}&unknown;<", text, count=1)
    return text


def declaration(rng: Random, text: str) -> str:
    return rng.choice(_DECLARATIONS) + _DECLARATION.sub("", text)


OPERATORS: Final[dict[str, Operator]] = {
    function.__name__: function
    for function in (
        *(quotes, line_ends, blanks, open_empty, close_empty, character_references, cdata),
        *(raw_marks, change_prefix, declare_here, change_uri, drop_declaration, prolog),
        declaration,
    )
}


def encode(rng: Random, text: str) -> bytes:
    """Write the text in some encoding, telling the truth about it or not."""
    encoding = rng.choice(ENCODINGS)
    told = encoding.removesuffix("-sig")
    if rng.random() < 0.2:
        told = rng.choice(ENCODINGS)
    elif told.startswith("utf-16") and rng.random() < 0.5:
        told = "UTF-16"
    head = f'<?xml version="1.0" encoding="{told}"?>\n' if rng.random() < 0.9 else ""
    data = (head + _DECLARATION.sub("", text)).encode(encoding, "xmlcharrefreplace")
    if encoding in {"utf-16-le", "utf-16-be"} and rng.random() < 0.7:
        return (codecs.BOM_UTF16_LE if encoding.endswith("le") else codecs.BOM_UTF16_BE) + data
    return data
