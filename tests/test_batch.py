"""Many models: what is planned, what becomes of each file, what travels between processes."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from cjbpmn.batch import (
    DrawMap,
    EnrichModel,
    FindPoints,
    FindWaits,
    Job,
    Message,
    Product,
    Row,
    Status,
    StripModel,
    Task,
    WrongCall,
    is_folder,
    load_journey,
    plan_jobs,
    process_file,
    refuse_overwriting,
    run_jobs,
    status_of,
)
from cjbpmn.batch.plan import ENDINGS
from cjbpmn.cli.terminal import ExitCode, exit_code
from cjbpmn.document import Document
from cjbpmn.errors import (
    AmbiguousCustomer,
    AmbiguousReference,
    CjbpmnError,
    CjbpmnWarning,
    ElementNotFound,
    InvalidDocument,
    InvalidJourney,
    NoCustomer,
    NotWritten,
    UnsafeDocument,
)
from cjbpmn.findings import Severity
from cjbpmn.report import Form

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
WEBSHOP = EXAMPLES / "webshop.bpmn"


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)


def touch(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def planned(inputs: list[str], output: str | None = None, **more: object) -> dict[str, str]:
    jobs = plan_jobs(inputs, output, **more).jobs  # type: ignore[arg-type]
    return {str(job.source): str(job.target) for job in jobs}


# The plan


def test_one_model_goes_to_one_file() -> None:
    assert planned(["a.bpmn"], "b.bpmn") == {"a.bpmn": "b.bpmn"}
    assert planned(["a.bpmn"]) == {"a.bpmn": "None"}
    assert planned(["a.bpmn"], in_place=True) == {"a.bpmn": "a.bpmn"}


def test_one_model_goes_into_a_folder_under_its_name() -> None:
    Path("there").mkdir()
    assert planned(["sub/a.bpmn"], "there") == {"sub/a.bpmn": "there/a.bpmn"}
    assert planned(["sub/a.bpmn"], "new/") == {"sub/a.bpmn": "new/a.bpmn"}
    assert is_folder("there")
    assert not is_folder("new")


def test_folders_are_searched_in_order() -> None:
    touch("m/b.bpmn", "m/a.bpmn", "m/z/c.BPMN", "m/d.bpmn20.xml", "m/e.bpmn2", "m/f.xml")
    touch("m/.hidden/g.bpmn", "m/.h.bpmn", "m/z/.i/j.bpmn")
    assert list(planned(["m"], "out")) == [
        "m/a.bpmn",
        "m/b.bpmn",
        "m/d.bpmn20.xml",
        "m/e.bpmn2",
        "m/z/c.BPMN",
    ]
    assert planned(["m"], "out")["m/z/c.BPMN"] == "out/z/c.BPMN"


def test_a_file_that_is_named_may_end_as_it_likes() -> None:
    touch("m/a.xml")
    assert planned(["m/a.xml", ".hidden.xml"], "out") == {
        "m/a.xml": "out/a.xml",
        ".hidden.xml": "out/.hidden.xml",
    }


def test_each_model_is_taken_once() -> None:
    touch("m/a.bpmn")
    Path("m/again.bpmn").symlink_to("a.bpmn")
    assert list(planned(["m", "m/a.bpmn", "./m"])) == ["m/a.bpmn"]


def test_links_that_go_in_circles_are_not_followed() -> None:
    touch("m/a.bpmn")
    Path("m/loop").symlink_to("../m")
    assert list(planned(["m"])) == ["m/a.bpmn"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_result_takes_the_place_of_the_whole_ending(ending: str) -> None:
    assert planned([f"a.b{ending}"], "out/", ending=".points.csv")[f"a.b{ending}"] == (
        "out/a.b.points.csv"
    )
    assert planned(["a.xml"], "out/", ending=".points.csv") == {"a.xml": "out/a.xml.points.csv"}


def test_the_output_folder_is_no_input() -> None:
    touch("m/a.bpmn", "m/out/b.bpmn", "m/sub/out/c.bpmn")
    assert list(planned(["m"], "m/out")) == ["m/a.bpmn", "m/sub/out/c.bpmn"]
    with pytest.raises(WrongCall, match="would overwrite"):
        planned(["m"], "m")


def test_a_result_never_meets_an_input_or_another_result() -> None:
    touch("m/a.bpmn", "m/a.bpmn2", "j.yaml")
    with pytest.raises(WrongCall, match=r"a\.bpmn and m/a\.bpmn2"):
        planned(["m"], "out", ending=".csv")
    with pytest.raises(WrongCall, match=r"j\.yaml, which is read"):
        planned(["m/a.bpmn"], "j.yaml", spare=["j.yaml"])
    with pytest.raises(WrongCall, match=r"which is read; write to another file$"):
        refuse_overwriting(["m/../j.yaml"], ["j.yaml"])


def test_only_a_folder_can_take_several() -> None:
    touch("m/a.bpmn", "notes.txt")
    for output in ("notes.txt", "new.bpmn", "new.bpmn20.xml"):
        with pytest.raises(WrongCall, match="this is a file"):
            planned(["m"], output)
    assert plan_jobs(["m"]).several
    assert not plan_jobs(["m/a.bpmn"]).several


def test_a_folder_without_models_is_an_error() -> None:
    touch("m/a.bpmn", "none/a.txt")
    with pytest.raises(InvalidDocument, match="there is no model in this folder"):
        planned(["m", "none"])


def test_a_folder_that_cannot_be_searched_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("m").mkdir()

    def refuse(*_: object, **__: object) -> Iterator[object]:
        raise PermissionError(13, "Permission denied", "m")

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(InvalidDocument, match="m: cannot be searched: permission denied"):
        planned(["m"])


# One file


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidDocument("x"), Status.UNREAD, 3),
        (UnsafeDocument("x"), Status.UNREAD, 3),
        (InvalidJourney("x"), Status.UNREAD, 3),
        (ElementNotFound("x"), Status.UNREAD, 3),
        (AmbiguousReference("x"), Status.UNREAD, 3),
        (NotWritten("x"), Status.UNWRITTEN, 4),
        (NoCustomer("x"), Status.UNCLEAR, 2),
        (AmbiguousCustomer("x"), Status.UNCLEAR, 2),
        (WrongCall("x"), Status.UNCLEAR, 2),
        (ZeroDivisionError("x"), Status.BROKEN, 70),
        (RecursionError("x"), Status.BROKEN, 70),
    ],
)
def test_what_an_error_means(error: Exception, status: Status, code: int) -> None:
    assert status_of(error) == status
    assert exit_code([status]) == code


def test_the_worst_status_decides() -> None:
    order = list(Status)
    for worse in range(len(order)):
        for better in range(worse + 1):
            assert exit_code([order[better], order[worse]]) == exit_code([order[worse]])
    assert exit_code([]) == ExitCode.FINE


@pytest.mark.parametrize(
    "task",
    [
        EnrichModel((load_journey(str(EXAMPLES / "webshop.journey.yaml"))[0],), ("Kunde",)),
        StripModel(),
        FindPoints(("Kunde",), Form.CSV),
        FindWaits(form=Form.JSON),
        DrawMap(),
    ],
    ids=lambda task: type(task).__name__,
)
def test_tasks_and_jobs_travel(task: Task) -> None:
    assert pickle.loads(pickle.dumps(task)) == task  # noqa: S301 - our own
    job = Job(Path("a.bpmn"), Path("b.bpmn"))
    assert pickle.loads(pickle.dumps(job)) == job  # noqa: S301 - our own


@pytest.mark.parametrize("task", [FindPoints(), FindWaits(), StripModel()])
@pytest.mark.parametrize("source", [WEBSHOP, Path("missing.bpmn")])
def test_rows_travel(task: Task, source: Path) -> None:
    row = process_file(task, Job(source))
    assert pickle.loads(pickle.dumps(row)) == row  # noqa: S301 - our own


def test_a_row_tells_what_was_written() -> None:
    row = process_file(StripModel(), Job(WEBSHOP, Path("new/folder/out.bpmn")))
    assert row.wrote == Path("new/folder/out.bpmn")
    assert (row.status, row.messages, row.trace) == (Status.FINE, (), "")
    assert row.wrote.read_bytes() == WEBSHOP.read_bytes()
    failed = process_file(StripModel(), Job(Path("missing.bpmn"), Path("no.bpmn")))
    assert (failed.wrote, failed.value) == (None, None)
    assert "InvalidDocument" in failed.trace
    assert not Path("no.bpmn").exists()


def test_what_cannot_be_written_is_told() -> None:
    touch("file")
    row = process_file(StripModel(), Job(WEBSHOP, Path("file/out.bpmn")))
    assert row.status == Status.UNWRITTEN
    [message] = row.messages
    assert message.text.startswith("file/out.bpmn: ")


def test_one_file_does_not_stop_the_others() -> None:
    def task(document: Document) -> Product:
        if document.path == "b.bpmn":
            raise RecursionError
        return Product(document.write, value=document.path)

    for name in "abc":
        Path(f"{name}.bpmn").write_bytes(WEBSHOP.read_bytes())
    rows = list(run_jobs(task, plan_jobs(["."]).jobs))
    assert [row.value for row in rows] == ["a.bpmn", None, "c.bpmn"]
    assert [row.status for row in rows] == [Status.FINE, Status.BROKEN, Status.FINE]
    assert rows[1].messages[0].text == (
        "b.bpmn: RecursionError; this is a bug: please report it with what --debug prints"
    )


def test_files_are_processed_as_they_are_asked_for() -> None:
    rows = run_jobs(StripModel(), [Job(WEBSHOP), Job(Path("missing.bpmn"))])
    assert next(rows).status == Status.FINE
    assert next(rows).status == Status.UNREAD


def test_ctrl_c_goes_through() -> None:
    def task(_: Document) -> Product:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        process_file(task, Job(WEBSHOP))


def test_warnings_for_users_become_messages() -> None:
    def task(document: Document) -> Product:
        warnings.warn("model.bpmn: the colour is lost", CjbpmnWarning, stacklevel=1)
        warnings.warn("the colour is lost", CjbpmnWarning, stacklevel=1)
        warnings.warn("the colour is lost", CjbpmnWarning, stacklevel=1)
        warnings.warn("no glyph", UserWarning, stacklevel=1)
        warnings.warn("for programmers", DeprecationWarning, stacklevel=1)
        return Product(document.write, messages=(Message(Severity.INFO, "by the way"),))

    Path("model.bpmn").write_bytes(WEBSHOP.read_bytes())
    row = process_file(task, Job(Path("model.bpmn")))
    assert row.status == Status.DOUBTFUL
    assert [message.text for message in row.messages] == [
        "model.bpmn: the colour is lost",
        "model.bpmn: no glyph",
        "by the way",
    ]


def test_an_error_without_a_file_gets_one() -> None:
    def task(_: Document) -> Product:
        raise CjbpmnError("nothing fits", line=3)

    row = process_file(task, Job(WEBSHOP))
    assert row.messages[0].text == f"{WEBSHOP}:3: nothing fits"


def test_infos_are_no_doubt() -> None:
    row = Row(Job(WEBSHOP), Status.FINE, (Message(Severity.INFO, "by the way"),))
    assert exit_code([row.status]) == 0


def test_a_journey_is_read_with_its_doubts() -> None:
    Path("j.yaml").write_text("journey: A\ncolour: red\nsteps:\n  - do: I ask\n", encoding="utf-8")
    journey, messages = load_journey("j.yaml")
    assert journey.steps[0].do == "I ask"
    assert [message.severity for message in messages] == [Severity.WARNING]
    assert messages[0].text.startswith("j.yaml:2: ")
    with pytest.raises(InvalidJourney, match="cannot be read: no such file or directory"):
        load_journey("missing.yaml")
