"""Names from a model are the text of strangers, wherever they come out."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

import models
import pytest
from lxml import etree

from cjbpmn.document import read_document
from cjbpmn.errors import CjbpmnError
from cjbpmn.graph import build_graph
from cjbpmn.source import Source

ROOT = Path(__file__).parents[1]
SVG = "{http://www.w3.org/2000/svg}"

NAMES = [
    "Ask \x9b2J\x9b31m for money",
    "Pay \u202e001\u202c \u2066euros\u2069 \u200e\u061c",
    "Wait\nerror: forged.bpmn: all is lost\r\nReally",
    "Tab\there\u2028and\u2029there\x85",
    "[red]Alarm[/red] [link=http://example.org]here[/link] [/] [bold :boom:",
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://example.org/?"&A1,"here")',
    "<script>alert('1')</script>",
    '"><img src=x onerror=alert(1)><svg onload=alert(2)>',
    "javascript:alert(1)",
    "]]></text><script>alert(1)</script><!-- --><?php x ?>",
    "&lt;script&gt; &amp;amp; &#60;b&#62; %3Cscript%3E",
    "%s %(name)s %n {0} {name} {} $HOME `id` $(id)",
    "$\\frac{1}$ and $5",
    "../../etc/passwd",
    "O'Brien\"; DROP TABLE tasks; --",
    "\\x1b[31m \\u202e \\",
    "a,b;c|d\te\"f'g",
    "zero\u200bwidth\ufeff\u00ad\U000e0041\ufff9\u180e",
    "Müller 张伟 \U0001f469\u200d\U0001f467 \u0645\u06cc\u200c\u062e",
    "Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357a\u0351\u0352\u0353\u0354lgo",
    "x" * 20_000,
    " leading and trailing ",
    "O&#39;Brien",
]


def attribute(text: str) -> str:
    """Write a text as an attribute, so that every character comes back."""
    return quoteattr(text, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;", "\x85": "&#x85;"})


def content(name: str) -> str:
    """Write a text as the content of an element."""
    return (
        name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    )


def hostile_model(names: Iterable[str] = NAMES) -> bytes:
    """Give a model in which the customer and a shop talk about everything that is hostile."""
    asks, works, lanes, messages = [], [], [], []
    before = ""
    for n, name in enumerate(names):
        said = attribute(name)
        asks += [
            f'<sendTask id="ask{n}" name={said}><documentation>{content(name)}</documentation></sendTask>',
            f'<receiveTask id="get{n}" name={said}/>',
            f'<sequenceFlow id="a{n}" name={said} sourceRef="ask{n}" targetRef="get{n}"/>',
        ]
        if before:
            asks.append(f'<sequenceFlow id="b{n}" sourceRef="{before}" targetRef="ask{n}"/>')
        before = f"get{n}"
        works += [
            f'<task id="take{n}" name={said}/><task id="work{n}" name={said}/>',
            f'<task id="give{n}" name={said}/>',
            f'<sequenceFlow id="c{n}" sourceRef="take{n}" targetRef="work{n}"/>',
            f'<sequenceFlow id="d{n}" sourceRef="work{n}" targetRef="give{n}"/>',
        ]
        lanes.append(
            f'<lane id="lane{n}" name={said}>'
            + "".join(f"<flowNodeRef>{kind}{n}</flowNodeRef>" for kind in ("take", "work", "give"))
            + "</lane>"
        )
        messages += [
            f'<messageFlow id="m{n}" name={said} sourceRef="ask{n}" targetRef="take{n}"/>',
            f'<messageFlow id="n{n}" name={said} sourceRef="give{n}" targetRef="get{n}"/>',
        ]
    first = attribute(next(iter(names)))
    whole = [
        '<collaboration id="c">',
        f'<participant id="customer" name={first} processRef="asking"/>',
        f'<participant id="shop" name={first} processRef="working"/>',
        *messages,
        f'</collaboration><process id="asking" name={first}>',
        *asks,
        f'</process><process id="working" name={first}><laneSet id="lanes">',
        *lanes,
        "</laneSet>",
        *works,
        "</process>",
    ]
    return models.definitions("\n".join(whole))


def acting(text: str) -> set[str]:
    """Return the characters of a text that act on a terminal, but for line ends."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    harmless = {"\n", "\u200c", "\u200d"}  # Persian, Hindi and emoji need the joiners.
    return {one for one in text if unicodedata.category(one) in kinds} - harmless


@dataclass(frozen=True)
class Done:
    """What a call of the command line said."""

    code: int
    out: str
    err: str


Call = Callable[..., Done]


def call_in(folder: Path, *arguments: str, columns: int = 200) -> Done:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "cjbpmn", *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": str(columns), "PYTHONUTF8": "1"},
    )
    assert b"Traceback" not in done.stderr or "--debug" in arguments
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(name="hostile", scope="module")
def fixture_hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the hostile model, enriched too."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "m.bpmn").write_bytes(hostile_model())
    steps = "".join(
        f"  - do: {quoted(name)}\n    at: ask{n}\n    channel: website\n    sees: [website]\n"
        f"    feels: {{value: -1, because: {quoted(name)}, says: {quoted(name)}}}\n"
        for n, name in enumerate(NAMES)
        if name.strip()
    )
    (folder / "j.yaml").write_text(f"journey: {quoted(NAMES[12])}\nsteps:\n{steps}", "utf-8")
    done = call_in(folder, "enrich", "m.bpmn", "-j", "j.yaml", "-c", "customer", "-o", "cj.bpmn")
    assert done.code in {0, 1}, done.err
    assert not acting(done.out + done.err)
    return folder


def quoted(text: str) -> str:
    """Write a text in YAML, its invisible characters as escapes."""
    return json.dumps(text, ensure_ascii=False).translate(
        {ord(one): f"\\U{ord(one):08x}" for one in acting(text)}
    )


# The terminal


@pytest.mark.parametrize("command", ["points", "waits"])
@pytest.mark.parametrize("columns", [80, 200])
def test_tables_show_names_and_obey_none(hostile: Path, command: str, columns: int) -> None:
    done = call_in(hostile, command, "m.bpmn", "-c", "customer", columns=columns)
    assert done.code == 0
    assert not acting(done.out + done.err)
    assert not any(line.startswith("error: forged") for line in done.out.splitlines())
    for shown in ("[red]Alarm[/red]", ":boom:", "\\x9b2J", "\\u202e001", "=cmd|'", "<script>"):
        found = shown in done.out  # By itself: where it is not, pytest would compare for hours.
        assert found, shown


@pytest.mark.parametrize("command", ["points", "waits"])
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_real_terminal_sees_colours_and_nothing_else(
    hostile: Path, command: str, form: str
) -> None:
    shown = in_terminal(hostile, command, "m.bpmn", "-c", "customer", "--format", form)
    assert len(shown) > 1000
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.replace("\r\n", "\n"))
    assert not acting(plain)


def in_terminal(folder: Path, *arguments: str) -> str:
    """Run the program in a terminal, and return all that the terminal gets."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    environment = {"PYTHONPATH": str(ROOT), "COLUMNS": "120", "TERM": "xterm-256color"}
    running = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "cjbpmn", *arguments],
        cwd=folder,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | environment | {"PYTHONUTF8": "1"},
    )
    os.close(theirs)
    pieces = []
    try:
        while piece := os.read(ours, 65536):
            pieces.append(piece)
    except OSError:
        pass  # So Linux says that the other side is closed.
    os.close(ours)
    assert running.wait(60) in {0, 1, 3}
    return b"".join(pieces).decode()


# What goes wrong, in the words of the model

BROKEN = {
    "flows to nowhere": lambda name: (
        f'<process id="p"><task id="a" name={attribute(name)}/>'
        f'<sequenceFlow id={attribute("f" + name)} name={attribute(name)} sourceRef="a" targetRef={attribute(name)}/></process>'
    ),
    "ids twice": lambda name: (
        f'<process id="p"><task id={attribute("i" + name)}/><task id={attribute("i" + name)}/></process>'
    ),
    "nobody is the customer": lambda name: (
        f'<collaboration id="c"><participant id="x" name={attribute(name)} processRef="p"/>'
        f'<participant id="y" name={attribute(name)}/></collaboration><process id="p"><task id="a"/></process>'
    ),
    "odd types": lambda name: (
        f'<process id="p"><task id="a" startQuantity={attribute(name)}/>'
        f'<boundaryEvent id="b" attachedToRef={attribute(name)}/></process>'
    ),
}


def test_messages_about_a_model_are_single_lines(tmp_path: Path) -> None:
    short = [name for name in NAMES if len(name) < 200]
    files = []
    for n, name in enumerate(short):
        for kind, make in BROKEN.items():
            files.append(f"{n}-{kind.replace(' ', '-')}.bpmn")
            (tmp_path / files[-1]).write_bytes(models.definitions(make(name)))
        files.append(f"{n}-root.bpmn")
        (tmp_path / files[-1]).write_text(f"<html xmlns={attribute(name)}/>", "utf-8")
        files.append(f"{n}-namespace.bpmn")
        (tmp_path / files[-1]).write_text(f"<a xmlns:b={attribute(name)}><c></a>", "utf-8")
    done = call_in(tmp_path, "points", *files, columns=1000)
    assert done.code == 3
    assert not acting(done.out + done.err)
    assert len(done.err.splitlines()) > 3 * len(short)
    told = [line for line in done.err.splitlines() if "forged.bpmn" in line]
    assert told
    assert not any(re.match(r"\s*error: forged", line) for line in told)


@pytest.mark.parametrize("name", NAMES[:6], ids=range(6))
def test_a_customer_that_nobody_knows_is_named_safely(tmp_path: Path, name: str) -> None:
    (tmp_path / "m.bpmn").write_bytes(hostile_model([name]))
    done = call_in(tmp_path, "points", "m.bpmn", "-c", f"x{name}\x1b[2J", columns=1000)
    assert done.code == 2
    assert not acting(done.out + done.err)
    assert len(done.err.splitlines()) == 1


# File names

FILES = [
    "\x1b[2J\x1b]0;title\x07.bpmn",
    "a\nerror: forged.bpmn",
    "b\rerror: forged.bpmn",
    "\u202egpj.bpmn",
    "\x9b31m.bpmn",
    "[red]x[bold].bpmn",
    "=cmd.bpmn",
    "<script>.bpmn",
    os.fsdecode(b"latin\xe9.bpmn"),
]


@pytest.fixture(name="named", scope="module")
def fixture_named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of good models with bad names."""
    folder = tmp_path_factory.mktemp("named")
    for name in FILES:
        try:
            (folder / name).write_bytes(hostile_model(NAMES[:1]))
        except OSError:
            pytest.skip("this file system does not take such names")
    return folder


def test_names_of_missing_files(tmp_path: Path) -> None:
    done = call_in(tmp_path, "points", *(f"./{name}" for name in FILES), columns=1000)
    assert done.code == 3
    assert not acting(done.out + done.err)
    assert not re.search(r"^\s*error: forged", done.err, re.MULTILINE)
    assert "[red]x[bold].bpmn" in done.err


def test_names_of_files_that_were_read(named: Path) -> None:
    done = call_in(named, "waits", ".", "-c", "customer", columns=1000)
    assert done.code == 0
    assert not acting(done.out + done.err)
    assert "\\x1b[2J\\x1b]0;title\\x07.bpmn" in done.out
    assert "[red]x[bold].bpmn" in done.out


def test_names_of_files_in_csv_and_json(named: Path) -> None:
    told = call_in(named, "points", ".", "-c", "customer", "--format", "json")
    paths = {entry["path"] for entry in json.loads(told.out)}
    assert paths == set(FILES)
    listed = call_in(named, "points", ".", "-c", "customer", "--format", "csv")
    assert_inert(listed.out)


def test_names_of_files_that_were_written(named: Path, tmp_path: Path) -> None:
    for name in FILES[:4]:
        done = call_in(named, "strip", f"./{name}", "-o", str(tmp_path / name))
        assert done.code == 0
        assert not acting(done.out + done.err)
        assert len(done.err.splitlines()) == 1
        assert (tmp_path / name).read_bytes() == (named / name).read_bytes()


def test_a_folder_of_bad_names_is_mirrored_and_nothing_else(named: Path, tmp_path: Path) -> None:
    done = call_in(named, "strip", ".", "-o", str(tmp_path / "out"))
    assert done.code == 0
    assert not acting(done.out + done.err)
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_debug_prints_is_safe_too(tmp_path: Path) -> None:
    for name in FILES[:5]:
        (tmp_path / name).write_text(f"<html xmlns={attribute(NAMES[0])}/>", "utf-8")
    done = call_in(tmp_path, "--debug", "points", *(f"./{name}" for name in FILES[:5]))
    assert done.code == 3
    assert "Traceback" in done.err
    assert not acting(done.out + done.err)


def test_a_wrong_call_is_told_safely(tmp_path: Path) -> None:
    for arguments in (["po\x1b[2Jints"], ["points", "--\x1b[2J"], ["draw", "m", "-o", "\x1b[2J"]):
        done = call_in(tmp_path, *arguments)
        assert done.code == 2
        assert not acting(done.out + done.err)


# Tables for other programs


def assert_inert(text: str) -> None:
    """No cell begins as a formula does, unless it is a number."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    for cell in (cell for row in rows for cell in row):
        if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
            assert re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell), cell


@pytest.mark.parametrize("command", ["points", "waits"])
def test_cells_are_inert(hostile: Path, command: str) -> None:
    done = call_in(hostile, command, "m.bpmn", "-c", "customer", "--format", "csv")
    assert done.code == 0
    assert_inert(done.out)
    cells = {cell for row in csv.reader(io.StringIO(done.out, newline="")) for cell in row}
    assert "'=cmd|' /C calc'!A0" in cells
    assert "<script>alert('1')</script>" in cells


def test_json_says_exactly_what_the_model_says(hostile: Path) -> None:
    points = json.loads(call_in(hostile, "points", "m.bpmn", "-c", "customer", "-f", "json").out)
    said = Counter(point["lane"] for point in points)
    meant = Counter(" ".join(name.split()) for name in NAMES * 2)  # White space aside.
    same = said == meant
    assert same, [name[:50] for name in (said - meant) + (meant - said)]
    waits = json.loads(call_in(hostile, "waits", "m.bpmn", "-c", "customer", "-f", "json").out)
    assert len(waits["stretches"]) >= len(NAMES)


# The model


def raw_names(data: bytes) -> Counter[bytes]:
    """Count the name attributes of BPMN elements, as they are written."""
    return Counter(re.findall(rb'\sname=("[^"]*"|\'[^\']*\')', data))


def test_enriching_keeps_every_name_to_the_byte(hostile: Path) -> None:
    before, after = (hostile / "m.bpmn").read_bytes(), (hostile / "cj.bpmn").read_bytes()
    assert before != after
    assert not raw_names(before) - raw_names(after)
    done = call_in(hostile, "strip", "cj.bpmn", "-o", "back.bpmn")
    assert done.code == 0
    assert (hostile / "back.bpmn").read_bytes() == before


def test_what_the_journey_says_comes_back(hostile: Path) -> None:
    graph = build_graph(read_document(hostile / "cj.bpmn"))
    assert graph.journey is not None
    for name, step in zip([n for n in NAMES if n.strip()], graph.journey.steps, strict=True):
        assert step.do.split() == name.split()
        assert (step.feels[0].because or "").split() == name.split()


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "iso8859-1", "ascii"])
def test_a_name_is_written_so_that_it_reads_the_same(name: str, encoding: str) -> None:
    declared = "utf-16" if "16" in encoding else encoding
    body = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process name=""/></definitions>'
    source = Source(f'<?xml version="1.0" encoding="{declared}"?>{body}'.encode(encoding))
    source.root[0].set("name", name)
    etree.SubElement(
        source.root[0], source.root[0].tag.replace("process", "documentation")
    ).text = name
    again = Source(source.to_bytes())
    assert again.root[0].get("name") == name
    assert again.root[0][0].text == name


@pytest.mark.parametrize("text", ["a\x1b[2Jb", "a\x00b", "a\x0bb", "a\ud800b", "a\ufffeb"])
def test_a_journey_with_what_xml_cannot_hold_is_refused_in_words(text: str, tmp_path: Path) -> None:
    (tmp_path / "m.bpmn").write_bytes(models.PLAIN)
    escaped = "".join(
        one if one.isascii() and one.isprintable() else f"\\u{ord(one):04x}" for one in text
    )
    (tmp_path / "j.yaml").write_text(f'journey: x\nsteps:\n  - do: "{escaped}"\n', "utf-8")
    done = call_in(tmp_path, "enrich", "m.bpmn", "-j", "j.yaml", "-o", "cj.bpmn", columns=1000)
    assert done.code == 3
    assert re.match(r"error: j\.yaml:\d+: ", done.err)
    assert not acting(done.out + done.err)
    assert len(done.err.splitlines()) == 1
    assert not (tmp_path / "cj.bpmn").exists()


@pytest.mark.parametrize(
    "identifier", ["O'Brien\"", "a]b[c", "x' or '1'='1", "{}", "a b", "%s", "../x"]
)
def test_any_id_finds_its_own_element(identifier: str) -> None:
    data = models.definitions(
        f'<process id="p"><task id="other"/><task id={attribute(identifier)} name="mine"/></process>'
    )
    document = read_document(data)
    assert document.element(identifier).get("name") == "mine"
    with pytest.raises(CjbpmnError, match="no element has this id"):
        document.element(f"{identifier}'")
    assert identifier in build_graph(document).nodes


# The picture


@pytest.fixture(name="drawn", scope="module")
def fixture_drawn(hostile: Path) -> etree._ElementTree:
    """Draw the enriched model, and parse the picture."""
    done = call_in(hostile, "draw", "cj.bpmn", "-c", "customer", "-o", "map.svg")
    assert done.code in {0, 1}, done.err
    assert not acting(done.out + done.err)
    return etree.parse(hostile / "map.svg")


def test_the_picture_holds_nothing_that_acts(drawn: etree._ElementTree) -> None:
    allowed = {"svg", "g", "path", "defs", "use", "style", "clipPath", "rect", "text", "tspan",
               "title", "metadata", "RDF", "Work", "type", "date", "format", "creator", "Agent",
               "image", "description", "pattern"}  # fmt: skip
    for element in drawn.iter(etree.Element):
        assert etree.QName(element).localname in allowed
        for name, value in element.attrib.items():
            assert not etree.QName(name).localname.lower().startswith("on")
            assert "javascript:" not in str(value).lower()
            if etree.QName(name).localname == "href":
                assert str(value).startswith(("#", "data:image/png"))
    assert drawn.docinfo.internalDTD is None or not list(drawn.docinfo.internalDTD.iterentities())
    assert [etree.QName(element).localname for element in drawn.iter(f"{SVG}script")] == []
    assert "@import" not in "".join(style.text or "" for style in drawn.iter(f"{SVG}style"))


def test_the_picture_shows_names_as_text(drawn: etree._ElementTree) -> None:
    words = " ".join("".join(text.itertext()) for text in drawn.iter(f"{SVG}text"))
    assert "<script>" in words
    assert "[red]Alarm" in words
    assert not acting(words)
