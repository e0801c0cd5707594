"""The fault table: whatever goes wrong while a file is written, the old one stays whole."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import models
import pytest

from cjbpmn import atomic
from cjbpmn.atomic import write_bytes
from cjbpmn.document import read_document
from cjbpmn.errors import NotWritten

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the faults are those of POSIX")

ROOT = Path(__file__).parents[1]
OLD, NEW = b"old" * 30_000, b"new" * 100_000


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program that finds the package."""
    return subprocess.run(  # noqa: S603 - our own program
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """Return what a script printed."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder, hidden ones included."""
    return [path.name for path in folder.iterdir()]


# What every script begins with: one attempt to write, told in words.
SCRIPT = """
import json, os, random, signal, subprocess, sys, time
from pathlib import Path
from cjbpmn.atomic import _clear_litter, write_bytes
from cjbpmn.document import read_document
from cjbpmn.errors import NotWritten

folder = Path(sys.argv[1])

def attempt(name, data):
    try:
        write_bytes(folder / name, data)
    except NotWritten as error:
        return str(error)
    return "written"
"""


# A small disk of our own

Mounted = Callable[[str, str], Any]

MOUNT = 'mount -t tmpfs -o "$2" cjbpmn "$1"; shift 2; exec "$@"'


@pytest.fixture(name="mounted", scope="module")
def fixture_mounted(tmp_path_factory: pytest.TempPathFactory) -> Mounted:
    """Give a function that runs a script on a small disk, or skip.

    The disk is mounted in a namespace of the script's own: it goes when the script ends, however
    it ends, and nobody else ever sees it.
    """
    folder = tmp_path_factory.mktemp("disk")
    ways = [["--mount"], ["--map-root-user", "--mount"]] if shutil.which("unshare") else []
    for way in ways:
        shell = ["unshare", *way, "sh", "-ec", MOUNT, "sh", str(folder)]
        if run(*shell, "size=64k", "true").returncode:
            continue

        def on_disk(options: str, script: str) -> Any:
            program = [sys.executable, "-c", SCRIPT + script, str(folder)]
            told = answer(run(*shell, options, *program))  # noqa: B023 - the loop ends here
            assert names_in(folder) == []
            return told

        return on_disk
    pytest.skip("this user may not mount a disk")


def test_a_full_disk_leaves_the_old_file_and_no_other(mounted: Mounted) -> None:
    told = mounted(
        "size=256k",
        """
old, new = b"old" * 30_000, b"new" * 100_000
words = [attempt("a.bpmn", old), attempt("a.bpmn", new), attempt("b.bpmn", new)]
whole = (folder / "a.bpmn").read_bytes() == old
words.append(attempt("a.bpmn", old[::-1]))
print(json.dumps([words, whole, os.listdir(folder)]))
""",
    )
    (first, *full, last), whole, listed = told
    assert (first, whole, last, listed) == ("written", True, "written", ["a.bpmn"])
    for name, words in zip(("a.bpmn", "b.bpmn"), full, strict=True):
        assert words.endswith(f"/{name}: cannot be written: no space left on device")


def test_a_document_does_not_fit_either(mounted: Mounted) -> None:
    told = mounted(
        "size=256k",
        """
def model(number):
    tasks = "".join(f'<task id="t{n}" name="Ask"/>' for n in range(number))
    head = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'
    return f'{head}<process id="p">{tasks}</process></definitions>'.encode()

(folder / "a.bpmn").write_bytes(model(3_000))
document = read_document(folder / "a.bpmn")
for task in document.root[0]:
    task.set("name", "Ask for more than there is room for")
try:
    document.write(folder / "a.bpmn")
    words = "written"
except NotWritten as error:
    words = str(error)
whole = (folder / "a.bpmn").read_bytes() == model(3_000)
print(json.dumps([words, whole, os.listdir(folder)]))
""",
    )
    words, whole, listed = told
    assert words.endswith("/a.bpmn: cannot be written: no space left on device")
    assert (whole, listed) == (True, ["a.bpmn"])


def test_a_disk_without_room_for_names(mounted: Mounted) -> None:
    told = mounted(
        "size=256k,nr_inodes=10",
        """
words = [attempt("a.bpmn", b"old")]
for n in range(20):
    words.append(attempt(f"{n}.bpmn", b"x"))
words = [*words, attempt("a.bpmn", b"new")]
whole = (folder / "a.bpmn").read_bytes()
print(json.dumps([words[0], words[-1], whole.decode(), [n for n in os.listdir(folder) if "tmp" in n]]))
""",
    )
    first, last, content, litter = told
    assert (first, content, litter) == ("written", "old", [])
    assert last.endswith("/a.bpmn: cannot be written: no space left on device")


def test_a_disk_that_is_read_only(mounted: Mounted) -> None:
    told = mounted(
        "size=256k",
        """
words = [attempt("a.bpmn", b"old")]
subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
words += [attempt("a.bpmn", b"new"), attempt("b.bpmn", b"new")]
print(json.dumps([words, (folder / "a.bpmn").read_text(), os.listdir(folder)]))
""",
    )
    (first, again, other), content, listed = told
    assert (first, content, listed) == ("written", "old", ["a.bpmn"])
    assert again.endswith("/a.bpmn: cannot be written: the file is read-only")
    assert other.endswith("/b.bpmn: cannot be written: read-only file system")


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("(folder / 'rest').write_bytes(bytes(200_000))", "no space left on device"),
        ("subprocess.run(['mount', '-o', 'remount,ro', folder])", "the file is read-only"),
    ],
)
def test_the_command_line_names_what_it_could_not_write(
    mounted: Mounted, tmp_path: Path, trouble: str, words: str
) -> None:
    model = tmp_path / "model.bpmn"
    tasks = "".join(f'<task id="t{n}" name="Ask somebody"/>\n' for n in range(3_000))
    model.write_bytes(models.definitions(f'<process id="p">{tasks}</process>'))
    code, stderr, content, listed = mounted(
        "size=256k",
        f"""
(folder / "old.bpmn").write_bytes(b"old")
{trouble}
command = [sys.executable, "-m", "cjbpmn", "strip", {str(model)!r}, "-o", folder / "old.bpmn"]
done = subprocess.run(command, capture_output=True, text=True)
listed = sorted(set(os.listdir(folder)) - {{"rest"}})
print(json.dumps([done.returncode, done.stderr, (folder / "old.bpmn").read_text(), listed]))
""",
    )
    assert (code, content, listed) == (4, "old", ["old.bpmn"])
    assert stderr.startswith("error: ")
    assert stderr.endswith(f"/old.bpmn: cannot be written: {words}\n")
    assert stderr.count("\n") == 1


# Permissions


@pytest.fixture(name="public")
def fixture_public() -> Iterator[Path]:
    """Give a folder that other users reach too, for root may write everywhere."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


def test_a_read_only_folder_says_so(public: Path) -> None:
    told = answer(
        run(
            sys.executable,
            "-c",
            SCRIPT
            + """
(folder / "a.bpmn").write_text("old")
(folder / "a.bpmn").chmod(0o666)
folder.chmod(0o555)
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
words = [attempt("a.bpmn", b"new"), attempt("b.bpmn", b"new")]
print(json.dumps([words, (folder / "a.bpmn").read_text(), os.listdir(folder)]))
""",
            str(public),
        )
    )
    words, content, listed = told
    assert (content, listed) == ("old", ["a.bpmn"])
    assert all(one.endswith("cannot be written: its folder is read-only") for one in words)


def test_a_read_only_file_is_not_replaced(public: Path) -> None:
    told = answer(
        run(
            sys.executable,
            "-c",
            SCRIPT
            + """
(folder / "a.bpmn").write_text("old")
(folder / "a.bpmn").chmod(0o444)
folder.chmod(0o777)
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
words = attempt("a.bpmn", b"new")
print(json.dumps([words, (folder / "a.bpmn").read_text(), os.listdir(folder)]))
""",
            str(public),
        )
    )
    words, content, listed = told
    assert words.endswith("cannot be written: the file is read-only")
    assert (content, listed) == ("old", ["a.bpmn"])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid(), reason="only root owns for others")
def test_the_owner_stays(tmp_path: Path) -> None:
    target = tmp_path / "a.bpmn"
    target.write_bytes(OLD)
    os.chown(target, 65534, 65533)
    target.chmod(0o640)
    write_bytes(target, NEW)
    found = target.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (65534, 65533, 0o640)


@pytest.mark.parametrize("mode", [0o640, 0o600, 0o664, 0o755, 0o666])
def test_the_permissions_stay(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "a.bpmn"
    target.write_bytes(OLD)
    target.chmod(mode)
    write_bytes(target, NEW)
    assert stat.S_IMODE(target.stat().st_mode) == mode


@pytest.mark.parametrize(("mask", "mode"), [(0o027, 0o640), (0o077, 0o600), (0o002, 0o664)])
def test_the_umask_is_honoured(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write_bytes(tmp_path / "a.bpmn", NEW)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.bpmn").stat().st_mode) == mode


def test_nobody_else_reads_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.bpmn"
    target.write_bytes(OLD)
    target.chmod(0o640)
    seen = []

    def fsync(descriptor: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))

    monkeypatch.setattr(os, "fsync", fsync)
    write_bytes(target, NEW)
    assert seen == [0o600]


# Killed in the middle


def test_killed_at_any_moment_one_of_both_files_is_whole(tmp_path: Path) -> None:
    """200 times, a process that writes 8 MB over and over is killed."""
    told = answer(
        run(
            sys.executable,
            "-c",
            SCRIPT
            + """
target = folder / "a.bpmn"
contents = [b"old" * 2_700_000, b"new" * 2_700_000]
write_bytes(target, contents[0])
chance, whole, littered = random.Random(8), 0, 0
for _ in range(200):
    _clear_litter.cache_clear()  # Every child is a new run.
    if (child := os.fork()) == 0:
        while True:
            write_bytes(target, contents[1])
            write_bytes(target, contents[0])
    time.sleep(chance.uniform(0, 0.04))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    whole += target.read_bytes() in contents
    littered += len(os.listdir(folder)) > 1
_clear_litter.cache_clear()
write_bytes(target, contents[0])
print(json.dumps([whole, littered, os.listdir(folder)]))
""",
            str(tmp_path),
        )
    )
    whole, littered, listed = told
    assert whole == 200
    assert littered > 20  # Else no kill came in the middle.
    assert listed == ["a.bpmn"]


def test_many_writers_do_not_disturb_each_other(tmp_path: Path) -> None:
    told = answer(
        run(
            sys.executable,
            "-c",
            SCRIPT
            + """
target = folder / "a.bpmn"
contents = [bytes([65 + n]) * 300_000 for n in range(4)]
write_bytes(target, contents[0])
children = []
for content in contents:
    if (child := os.fork()) == 0:
        for _ in range(60):
            _clear_litter.cache_clear()
            write_bytes(target, content)
        os._exit(0)
    children.append(child)
seen = 0
while children:
    seen += target.read_bytes() in contents or 10**9
    child, status = os.waitpid(-1, os.WNOHANG)
    if child:
        children.remove(child)
        seen += status * 10**9
print(json.dumps([seen, os.listdir(folder)]))
""",
            str(tmp_path),
        )
    )
    seen, listed = told
    assert 0 < seen < 10**9
    assert listed == ["a.bpmn"]


# What a killed writer leaves behind


def leave(folder: Path, process: int, *, machine: str = atomic._HERE, age: float = 0.0) -> Path:
    litter = folder / f".cjbpmn-{machine}-{process}-0123abcd.tmp"
    litter.write_bytes(b"half a mod")
    os.utime(litter, (time.time() - age,) * 2)
    return litter


@pytest.fixture(name="dead", scope="module")
def fixture_dead() -> int:
    """Give the number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


class TestLitter:
    @pytest.fixture(autouse=True)
    def anew(self) -> None:
        atomic._clear_litter.cache_clear()

    def test_that_of_the_dead_is_cleared(self, tmp_path: Path, dead: int) -> None:
        leave(tmp_path, dead)
        write_bytes(tmp_path / "a.bpmn", NEW)
        assert names_in(tmp_path) == ["a.bpmn"]

    def test_that_of_the_living_is_not(self, tmp_path: Path) -> None:
        busy = [leave(tmp_path, os.getpid()), leave(tmp_path, 1)]
        write_bytes(tmp_path / "a.bpmn", NEW)
        assert all(path.exists() for path in busy)

    def test_another_machine_is_given_time(self, tmp_path: Path, dead: int) -> None:
        busy = leave(tmp_path, dead, machine="00000000")
        late = leave(tmp_path, dead, machine="11111111", age=4000)
        write_bytes(tmp_path / "a.bpmn", NEW)
        assert (busy.exists(), late.exists()) == (True, False)

    def test_an_hour_is_enough_for_everybody(self, tmp_path: Path) -> None:
        leave(tmp_path, os.getpid(), age=4000)
        write_bytes(tmp_path / "a.bpmn", NEW)
        assert names_in(tmp_path) == ["a.bpmn"]

    @pytest.mark.parametrize(
        "name",
        [".cjbpmn-notes.tmp", "cjbpmn-00000000-1-00000000.tmp", ".cjbpmn-0-1-0.tmp", "x.tmp"],
    )
    def test_other_files_are_not_ours(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_bytes(b"mine")
        os.utime(tmp_path / name, (0, 0))
        write_bytes(tmp_path / "a.bpmn", NEW)
        assert (tmp_path / name).read_bytes() == b"mine"

    def test_what_cannot_be_removed_does_no_harm(self, tmp_path: Path, dead: int) -> None:
        folder = tmp_path / f".cjbpmn-{atomic._HERE}-{dead}-00000000.tmp"
        folder.mkdir()
        write_bytes(tmp_path / "a.bpmn", NEW)
        assert (folder.is_dir(), (tmp_path / "a.bpmn").read_bytes()) == (True, NEW)

    def test_a_link_with_such_a_name_is_not_followed(self, tmp_path: Path, dead: int) -> None:
        (tmp_path / "mine.bpmn").write_bytes(b"mine")
        link = tmp_path / f".cjbpmn-{atomic._HERE}-{dead}-00000000.tmp"
        link.symlink_to("mine.bpmn")
        write_bytes(tmp_path / "a.bpmn", NEW)
        assert (tmp_path / "mine.bpmn").read_bytes() == b"mine"


# Interrupted, or failing, at every step


def steps() -> list[tuple[object, str]]:
    return [(os, "open"), (os, "fsync"), (os, "chown"), (Path, "chmod"), (Path, "replace")]


@pytest.mark.parametrize("trouble", [KeyboardInterrupt(), OSError(errno.EIO, "I/O error")])
@pytest.mark.parametrize(("owner", "step"), steps(), ids=[step for _, step in steps()])
def test_trouble_at_any_step_leaves_the_old_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    step: str,
    trouble: BaseException,
) -> None:
    target = tmp_path / "a.bpmn"
    target.write_bytes(OLD)

    def fail(*_: object, **__: object) -> None:
        raise trouble

    expected = KeyboardInterrupt if isinstance(trouble, KeyboardInterrupt) else NotWritten
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, fail)
        if step == "chown" and expected is NotWritten:
            write_bytes(target, OLD)  # Not to be the owner is no reason not to write.
        else:
            with pytest.raises(expected):
                write_bytes(target, NEW)
    assert target.read_bytes() == OLD
    assert names_in(tmp_path) == ["a.bpmn"]


def test_a_disk_error_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(NotWritten) as caught:
        read_document(models.PLAIN).write(tmp_path / "a.bpmn")
    assert str(caught.value) == f"{tmp_path}/a.bpmn: cannot be written: input/output error"
    assert names_in(tmp_path) == []


def test_ctrl_c_at_any_moment(tmp_path: Path) -> None:
    told = answer(
        run(
            sys.executable,
            "-c",
            SCRIPT
            + """
target = folder / "a.bpmn"
contents = [b"old" * 2_700_000, b"new" * 2_700_000]
write_bytes(target, contents[0])
signal.signal(signal.SIGINT, signal.default_int_handler)  # Some shells switch it off.
chance, whole, codes = random.Random(8), 0, set()
ready, say = os.pipe()
for _ in range(30):
    _clear_litter.cache_clear()
    if (child := os.fork()) == 0:
        try:
            os.write(say, b".")
            while True:
                write_bytes(target, contents[1])
                write_bytes(target, contents[0])
        except KeyboardInterrupt:
            os._exit(7)
    os.read(ready, 1)
    time.sleep(0.001 + chance.uniform(0, 0.04))
    os.kill(child, signal.SIGINT)
    codes.add(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    whole += target.read_bytes() in contents
print(json.dumps([whole, list(codes), os.listdir(folder)]))
""",
            str(tmp_path),
        )
    )
    assert told == [30, [7], ["a.bpmn"]]


# Targets that are not plain files


class TestLinks:
    def test_a_link_stays_and_its_file_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "there").mkdir()
        real, link = tmp_path / "there" / "real.bpmn", tmp_path / "link.bpmn"
        real.write_bytes(OLD)
        link.symlink_to("there/real.bpmn")
        write_bytes(link, NEW)
        assert (link.is_symlink(), real.read_bytes()) == (True, NEW)
        assert names_in(real.parent) == ["real.bpmn"]

    def test_a_chain_of_links_stays(self, tmp_path: Path) -> None:
        (tmp_path / "real.bpmn").write_bytes(OLD)
        (tmp_path / "b.bpmn").symlink_to("real.bpmn")
        (tmp_path / "a.bpmn").symlink_to("b.bpmn")
        write_bytes(tmp_path / "a.bpmn", NEW)
        assert (tmp_path / "a.bpmn").is_symlink()
        assert (tmp_path / "b.bpmn").is_symlink()
        assert (tmp_path / "real.bpmn").read_bytes() == NEW

    def test_a_dangling_link_gets_its_file(self, tmp_path: Path) -> None:
        link = tmp_path / "link.bpmn"
        link.symlink_to("real.bpmn")
        write_bytes(link, NEW)
        assert (link.is_symlink(), (tmp_path / "real.bpmn").read_bytes()) == (True, NEW)

    def test_a_link_into_no_folder_is_refused(self, tmp_path: Path) -> None:
        link = tmp_path / "link.bpmn"
        link.symlink_to("nowhere/real.bpmn")
        with pytest.raises(NotWritten, match="no such file or directory"):
            write_bytes(link, NEW)
        assert link.is_symlink()

    def test_a_link_to_itself_is_refused(self, tmp_path: Path) -> None:
        link = tmp_path / "link.bpmn"
        link.symlink_to("link.bpmn")
        with pytest.raises(NotWritten, match="cannot be written"):
            write_bytes(link, NEW)
        assert link.is_symlink()
        assert names_in(tmp_path) == ["link.bpmn"]

    def test_of_two_hard_links_one_is_replaced(self, tmp_path: Path) -> None:
        """As documented: the other name keeps the old content."""
        one, other = tmp_path / "one.bpmn", tmp_path / "other.bpmn"
        one.write_bytes(OLD)
        os.link(one, other)
        write_bytes(one, NEW)
        assert (one.read_bytes(), other.read_bytes()) == (NEW, OLD)


class TestNoFile:
    """A rename would put a file in the place of what stands there."""

    @pytest.mark.parametrize("kind", ["folder", "full folder", "pipe", "socket"])
    def test_it_is_refused_and_stays(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)  # The name of a socket must be short.
        target = tmp_path / "target"
        if "folder" in kind:
            target.mkdir()
            (target / "a.bpmn").write_bytes(OLD) if "full" in kind else None
        elif kind == "pipe":
            os.mkfifo(target)
        else:
            with socket.socket(socket.AF_UNIX) as server:
                server.bind("target")
        before = target.lstat()
        with pytest.raises(NotWritten, match="no regular file"):
            write_bytes(target, NEW)
        assert names_in(tmp_path) == ["target"]
        assert target.lstat().st_ino == before.st_ino

    def test_nor_is_a_link_to_it_followed(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "link").symlink_to("pipe")
        with pytest.raises(NotWritten, match="no regular file"):
            write_bytes(tmp_path / "link", NEW)
        assert stat.S_ISFIFO((tmp_path / "pipe").lstat().st_mode)


# Names

NAMES = [
    "x" * 255,
    "x" * 250 + ".bpmn",
    "\u5f20" * 85,
    "Übung ☕ 🙂.bpmn",
    "-rf",
    "a\nb.bpmn",
    "\x1b[31m.bpmn",
    " .bpmn ",
    "'\"`$(x);&|*?<>\\.bpmn",
    os.fsdecode(b"latin\xe9.bpmn"),
]


@pytest.mark.parametrize("name", NAMES, ids=[str(n) for n in range(len(NAMES))])
def test_any_name_that_the_system_takes(tmp_path: Path, name: str) -> None:
    try:
        (tmp_path / name).write_bytes(OLD)
    except OSError:
        pytest.skip("this file system does not take such a name")
    read_document(models.PLAIN).write(tmp_path / name)
    assert (tmp_path / name).read_bytes() == models.PLAIN
    assert read_document(tmp_path / name).path == str(tmp_path / name)
    assert names_in(tmp_path) == [name]


@pytest.mark.parametrize("name", ["x" * 256, "\u5f20" * 86])
def test_a_name_that_is_too_long_is_refused_in_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotWritten, match="cannot be written: file name too long"):
        write_bytes(tmp_path / name, NEW)
    assert names_in(tmp_path) == []


# In place


def test_in_place_unedited_is_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bpmn"
    path.write_bytes(models.PLAIN)
    read_document(path).write(path)
    assert path.read_bytes() == models.PLAIN


def test_in_place_edited_reads_as_edited(tmp_path: Path) -> None:
    path = tmp_path / "a.bpmn"
    path.write_bytes(models.PLAIN)
    document = read_document(path)
    document.element("check").set("name", "Check it twice")
    assert document.write(path) == path
    assert read_document(path).element("check").get("name") == "Check it twice"
    assert path.read_bytes() == models.PLAIN.replace(b"Check claim", b"Check it twice")
    assert names_in(tmp_path) == ["a.bpmn"]
