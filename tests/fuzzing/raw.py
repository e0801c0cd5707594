"""Operators on bytes: they know nothing of XML."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

Operator: TypeAlias = Callable[[Random, bytes], bytes]

_PIECES: Final = (
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\xc2\x9b",
    b"\x1b[31m",
    b"]]>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"<?",
    b"?>",
    b"<",
    b">",
    b"/>",
    b"</",
    b"&",
    b"&#0;",
    b"&#x110000;",
    b"&#xD800;",
    b"&#155;",
    b"&lt;",
    b"&nope;",
    b'"',
    b"'",
    b"=",
    b":",
    b" xmlns=''",
    b" xmlns:cj='http://cjbpmn.org/schema/1.0'",
    b" id='x'",
    b"\r",
    b"\r\n",
    b"<task/>",
    b"<cj:enrichment/>",
)
_ENCODINGS: Final = (
    b"UTF-16",
    b"utf-16le",
    b"ISO-8859-1",
    b"windows-1252",
    b"US-ASCII",
    b"UTF-7",
    b"ebcdic",
    b"nope",
    b"hex",
    b"rot13",
    b"idna",
    b"undefined",
    b"unicode_escape",
    b"utf-8-sig",
    b"mbcs",
)


def _place(rng: Random, data: bytes) -> int:
    return rng.randrange(len(data) + 1)


def flip(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8)) if data else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def delete(rng: Random, data: bytes) -> bytes:
    place = _place(rng, data)
    return data[:place] + data[place + rng.choice((1, 1, 2, 10, 100, 1000)) :]


def insert(rng: Random, data: bytes) -> bytes:
    place = _place(rng, data)
    piece = rng.choice(_PIECES) if rng.random() < 0.8 else rng.randbytes(rng.randint(1, 8))
    return data[:place] + piece + data[place:]


def splice(rng: Random, data: bytes) -> bytes:
    """Copy a piece from one place to another, over what stands there or between it."""
    start, place = _place(rng, data), _place(rng, data)
    piece = data[start : start + rng.choice((1, 10, 100, 1000))]
    return data[:place] + piece + data[place + rng.choice((0, len(piece))) :]


def truncate(rng: Random, data: bytes) -> bytes:
    return data[: _place(rng, data)]


def overwrite(rng: Random, data: bytes) -> bytes:
    place, piece = _place(rng, data), rng.choice(_PIECES)
    return data[:place] + piece + data[place + len(piece) :]


def declare_encoding(rng: Random, data: bytes) -> bytes:
    declared = b'<?xml version="1.0" encoding="' + rng.choice(_ENCODINGS) + b'"?>'
    end = data.find(b"?>")
    return declared + (data[end + 2 :] if 0 <= end < 200 else data)


def digits(rng: Random, data: bytes) -> bytes:
    """Change characters to others of their kind: most of what comes out is well-formed."""
    changed = bytearray(data)
    kinds = (
        b"0123456789",
        b"abcdefghijklmnopqrstuvwxyz",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        b" \n\t\r",
    )
    for _ in range(rng.choice((1, 3, 20)) if data else 0):
        place = rng.randrange(len(changed))
        kind = next((kind for kind in kinds if changed[place] in kind), b"")
        if kind:
            changed[place] = rng.choice(kind)
    return bytes(changed)


OPERATORS: Final[dict[str, Operator]] = {
    function.__name__: function
    for function in (
        *(flip, delete, insert, splice, truncate, overwrite, declare_encoding, digits),
    )
}
