"""What people do to an enriched file in the real modellers, and what of ours survives it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import models
import pytest
from modeller_bench import Job, RoundTrip, round_trips
from test_modeller import kinds, our_elements, sample

import cjbpmn as cj
from cjbpmn import extensions
from cjbpmn.enrichment import Show
from cjbpmn.extensions.customer_activity import CustomerActivity
from cjbpmn.journey import Journey, Step
from cjbpmn.journey.declared import journeys_of
from cjbpmn.names import CJ, qualified

if TYPE_CHECKING:
    from modeller_bench import Bench, Modeller

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
DESCRIPTOR = Path(extensions.__path__[0]) / "cj.json"
MODELLERS: tuple[Modeller, ...] = ("bpmn-js", "camunda-7", "camunda-8")
each_modeller = pytest.mark.parametrize("modeller", MODELLERS)

MOVE = {"do": "move", "id": "CjActivity_3", "x": 0, "y": 20}
RENAME = {"do": "rename", "id": "CjActivity_2", "name": "I order"}
RECONNECT = {"do": "reconnect", "id": "CjTouchpoint_1", "to": "Activity_0r2kx7c"}
CHANGE_TYPE = {"do": "type", "id": "CjActivity_4", "type": "bpmn:UserTask"}
COPY = {"do": "copy", "ids": ["CjActivity_6"], "to": "CjParticipant", "x": 900, "y": -100}
DELETE = {"do": "delete", "ids": ["CjActivity_5"]}
UNDO = {"do": "undo"}


@pytest.fixture(scope="session")
def enriched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enrich the web shop with all that can be shown."""
    document = cj.read_document(EXAMPLES / "webshop.bpmn")
    journey = cj.read_journey(EXAMPLES / "webshop.journey.yaml")
    cj.enrich_document(document, journey, show=list(Show), legend=True)
    return document.write(tmp_path_factory.mktemp("edited") / "webshop.bpmn")


@pytest.fixture(scope="session")
def edited(
    bench: Bench,
    enriched: Path,
) -> dict[tuple[Modeller, str], Path]:
    """Do each edit in each modeller, in one browser; return what was saved."""
    kinds: dict[str, dict[str, Any]] = {
        "move": {"edits": (MOVE,)},
        "rename": {"edits": (RENAME,)},
        "reconnect": {"edits": (RECONNECT,)},
        "type": {"edits": (CHANGE_TYPE,)},
        "copy": {"edits": (COPY,)},
        "delete": {"edits": (DELETE,)},
        "delete and undo": {"edits": (DELETE, UNDO)},
        "type, known": {"edits": (CHANGE_TYPE,), "descriptor": DESCRIPTOR},
        "copy, known": {"edits": (COPY,), "descriptor": DESCRIPTOR},
        "all": {"edits": (MOVE, RENAME, RECONNECT, CHANGE_TYPE, COPY, DELETE)},
    }
    jobs = {
        (modeller, name): Job(
            enriched,
            modeller=modeller,
            save=enriched.with_name(f"{modeller} {name}.bpmn"),
            **options,
        )
        for modeller in MODELLERS
        for name, options in kinds.items()
    }
    for (modeller, name), result in zip(jobs, bench(jobs.values()), strict=True):
        assert result.ok, (modeller, name, result.error)
        assert result.complaints == [], (modeller, name)
    return {key: job.save for key, job in jobs.items() if job.save is not None}


@each_modeller
@pytest.mark.parametrize("name", ["move", "rename", "reconnect", "delete and undo"])
def test_nothing_of_ours_is_lost(
    edited: dict[tuple[Modeller, str], Path], enriched: Path, modeller: Modeller, name: str
) -> None:
    assert Counter(our_elements(edited[modeller, name])) == Counter(our_elements(enriched))


@each_modeller
def test_what_is_deleted_takes_only_its_own_with_it(
    edited: dict[tuple[Modeller, str], Path], enriched: Path, modeller: Modeller
) -> None:
    lost = Counter(our_elements(enriched)) - Counter(our_elements(edited[modeller, "delete"]))
    assert {host for host, *_ in lost} == {"CjActivity_5"}


@each_modeller
def test_a_change_of_type_and_a_copy_keep_our_data_where_the_modeller_knows_it(
    edited: dict[tuple[Modeller, str], Path], enriched: Path, modeller: Modeller
) -> None:
    """Without the descriptor, modellers drop what they do not know from what they make anew."""
    before = Counter(our_elements(enriched))
    assert not before - Counter(our_elements(edited[modeller, "type, known"]))
    copied = Counter(our_elements(edited[modeller, "copy, known"])) - before
    assert any(tag == qualified(CustomerActivity.tag) for _, tag, *_ in copied)
    lost = before - Counter(our_elements(edited[modeller, "type"]))
    assert {host for host, *_ in lost} <= {"CjActivity_4"}
    assert not before - Counter(our_elements(edited[modeller, "copy"]))


@each_modeller
def test_the_journey_is_read_enriched_and_stripped_after_all_of_it(
    edited: dict[tuple[Modeller, str], Path], modeller: Modeller
) -> None:
    document = cj.read_document(edited[modeller, "all"])
    [journey], customers = journeys_of(document)
    assert customers == ("CjParticipant",)
    assert len(journey.steps) >= 7
    again = cj.read_journey(EXAMPLES / "webshop.journey.yaml")
    cj.enrich_document(document, again)
    once = document.to_bytes()
    cj.enrich_document(document, again)
    assert document.to_bytes() == once
    document.strip()
    assert next(document.root.iter(f"{{{CJ}}}*"), None) is None


@pytest.mark.parametrize("modeller", MODELLERS[1:])
def test_what_camunda_can_run_it_still_can(
    bench: Bench,
    corpus: Path,
    tmp_path: Path,
    modeller: Modeller,
) -> None:
    """The rules of Camunda's engines find nothing that they did not find before."""
    pairs = []
    meant = [path for path in corpus.rglob("*.bpmn") if b'isExecutable="true"' in path.read_bytes()]
    for number, path in enumerate(sorted(meant)[::2]):
        for several in (1, 2):
            document = cj.read_document(path)
            journey = models.draft_journey(cj.build_graph(document))
            cj.enrich_document(document, [journey] * several)
            written = document.write(tmp_path / f"{number}-{several}.bpmn")
            pairs.append((path, written))
    jobs = [Job(file, lint="original", modeller=modeller) for pair in pairs for file in pair]
    results = bench(jobs)
    told = 0
    for (path, _), before, after in zip(pairs, results[::2], results[1::2], strict=True):
        assert kinds(after.lint) <= kinds(before.lint), path
        told += any(one.startswith("camunda-compat/") for one in before.lint)
    assert told > 5


@pytest.mark.parametrize("modeller", MODELLERS[1:])
def test_models_of_all_vendors_survive_camunda_modeler(
    bench: Bench,
    corpus: Path,
    tmp_path: Path,
    modeller: Modeller,
) -> None:
    files = []
    for number, path in enumerate(sample(corpus)[::4]):
        document = cj.read_document(path)
        cj.enrich_document(document, models.draft_journey(cj.build_graph(document)))
        files.append(document.write(tmp_path / f"{number}.bpmn"))
    (tmp_path / "saved").mkdir()
    trips: dict[Path, RoundTrip] = round_trips(bench, files, tmp_path / "saved", modeller)
    kept = 0
    for file, trip in trips.items():
        if trip.first.ok:
            assert trip.again.ok, file
            assert Counter(our_elements(trip.saved)) == Counter(our_elements(file)), file
            kept += 1
    assert kept > 10


@pytest.mark.parametrize("modeller", MODELLERS[1:])
def test_camunda_modeler_keeps_the_contacts_with_what_only_undoes_work(
    bench: Bench, tmp_path: Path, modeller: Modeller
) -> None:
    """It moves every drawing to the origin on saving, and deletes flows that it would not draw."""
    flow = b'    <sequenceFlow id="f2" sourceRef="check" targetRef="tell"/>\n'
    data = models.PLAIN.replace(flow, b"").replace(b"<incoming>f2</incoming>", b"")
    data = data.replace(b"<outgoing>f2</outgoing>", b"")
    task = b'<task id="tell" isForCompensation="true" name="Undo the booking">'
    data = data.replace(b'<sendTask id="tell" name="Send decision">', task)
    document = cj.read_document(data.replace(b"</sendTask>", b"</task>"))
    journey = Journey("J", customer="C", steps=(Step("I hear that", at=("tell",)),))
    cj.enrich_document(document, journey)
    file, saved = document.write(tmp_path / "enriched.bpmn"), tmp_path / "saved.bpmn"
    [result] = bench([Job(file, save=saved, modeller=modeller)])
    assert result.ok
    assert Counter(our_elements(saved)) == Counter(our_elements(file))
    assert any(host == "CjTouchpoint_1" for host, *_ in our_elements(saved))
