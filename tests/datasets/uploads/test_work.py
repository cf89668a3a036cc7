"""What becomes of the pictures of an upload, with a reader that reads what it is told to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from datasets.errors import StoreFullError
from datasets.features.feature_files import row_of
from datasets.features.own_features import own_files, own_names
from datasets.samples.review import UNPROVEN
from datasets.samples.sample import Sample
from datasets.samples.search.filters import All
from datasets.samples.seen_store import SeenStore
from datasets.samples.sight import Sight
from datasets.samples.store import SampleStore
from datasets.uploads import work
from datasets.uploads.job import UploadJob, UploadJobs
from datasets.uploads.outcome import FileOutcome
from datasets.uploads.request import UploadRequest
from datasets.uploads.work import work_on
from tests.datasets.making import label
from tests.datasets.samples.search.test_search_index import every
from tests.datasets.uploads_in_hand import FakeUploadReader, code, crop, crops, npy, packed, png, table

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
PHOTO = png(Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)))
LINES = (("MADE IN VIETNAM", "country"), ("STYLE CW2288-111", "code"), ("US 9", "size"), ("GW2871", "code"))


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def store(spool: Path) -> Iterator[SampleStore]:
    with SampleStore.open(spool) as opened:
        yield opened


def sent(spool: Path, files: Mapping[str, bytes], **request: Any) -> UploadJob:
    job = UploadJobs(spool).new(UploadRequest(**({"by": "Kim", "at": NOW} | request)))
    for name, data in files.items():
        job.receive(name, 0, len(data), data)
    job.start()
    return job


def worked(
    spool: Path,
    store: SampleStore,
    files: Mapping[str, bytes],
    reader: FakeUploadReader | None = None,
    **request: Any,
) -> dict[str, FileOutcome]:
    job = sent(spool, files, **request)
    work_on(job, store, spool, lambda: reader or FakeUploadReader())
    assert job.phase == "finished"
    assert job.progress.done == job.progress.total == len(list(job.outcomes()))
    return {outcome.file: outcome for outcome in job.outcomes()}


def results(found: Mapping[str, FileOutcome]) -> dict[str, str]:
    return {name: outcome.fault or outcome.result for name, outcome in found.items()}


def live(store: SampleStore) -> list[Sample]:
    return list(store.samples())


def test_a_crop_with_a_label_is_kept_by_its_author_with_tags_and_metadata(spool: Path, store: SampleStore) -> None:
    rows = table("file|label|tags|metadata", "a.png|CW 2288–111|dark|shelf=A3", "b.png|GW2871")
    files = {"a.png": png(crop("A")), "b.png": png(crop("B")), "labels.tsv": rows}
    found = worked(spool, store, files, tags=("autumn",), values={"lot": "7"})
    assert results(found) == {"labels.tsv": "table", "a.png": "kept", "b.png": "kept"}
    corrected, accepted = live(store)
    assert (corrected.label.text, corrected.label.status, corrected.by) == ("CW2288-111", "corrected", "Kim")
    assert (corrected.label.source, corrected.label.read_text) == ("upload", "GW2871")
    assert corrected.label.model_name == "fake"
    assert (accepted.label.text, accepted.label.status) == ("GW2871", "accepted")
    assert corrected.tags == {"autumn", "dark"}
    upload = dict(accepted.metadata)["upload"]
    assert dict(corrected.metadata) == {"lot": "7", "shelf": "A3", "upload": upload}
    assert found["a.png"].samples == (corrected.digest,)


def test_a_crop_without_a_label_waits_for_review_as_it_is_read(spool: Path, store: SampleStore) -> None:
    rows = table("file|tags|status", "a.png|dark|", "b.png||unreadable")
    files = {"a.png": png(crop("A")), "b.png": png(crop("B")), "labels.tsv": rows}
    assert results(worked(spool, store, files)) == {"labels.tsv": "table", "a.png": "to-review", "b.png": "kept"}
    unreadable, unproven = live(store)
    assert (unproven.label.source, unproven.label.text, unproven.label.status) == (UNPROVEN, "GW2871", "accepted")
    assert unproven.tags == {"dark"}
    assert (unreadable.label.status, unreadable.label.source, unreadable.label.text) == ("unreadable", "upload", "")


def test_pictures_that_are_none_cost_no_other(spool: Path, store: SampleStore) -> None:
    files = {
        "empty.png": b"",
        "cut.png": png(crop("A"))[:200],
        "note.txt": b"hello",
        "tiny.png": png(Image.new("RGB", (1, 1))),
        "listed.png": png(crop("B")),
        "good.png": png(crop("C")),
        "labels.tsv": table("file|label", "listed.png|품번"),
    }
    assert results(worked(spool, store, files)) == {
        "labels.tsv": "table",
        "empty.png": "empty",
        "cut.png": "truncated",
        "note.txt": "unsupported-format",
        "tiny.png": "too-small",
        "listed.png": "bad-text",
        "good.png": "to-review",
    }
    assert len(live(store)) == 1


def test_a_failure_with_one_file_is_told_and_the_others_go_on(
    spool: Path, store: SampleStore, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(FakeUploadReader):
        def read(self, picture: Image.Image) -> Any:
            if picture.width == 111:
                raise RuntimeError("nobody had thought of this")
            return super().read(picture)

    files = {"a.png": png(crop("A", (111, 30))), "b.png": png(crop("B"))}
    assert results(worked(spool, store, files, Failing())) == {"a.png": "failed", "b.png": "to-review"}
    assert "a file of the upload" in caplog.text


def test_what_the_store_or_the_upload_has_already_is_said_and_gets_its_tags_alone(
    spool: Path, store: SampleStore
) -> None:
    store.keep(crop("A"), label("p-1", "A1", read_text="A1"))
    files = {
        "a.png": png(crop("A")),
        "b.png": png(crop("B")),
        "c.png": png(crop("B")),
        "labels.tsv": table("file|label|tags", "a.png|A1|dark", "b.png|B1|", "c.png|B1|"),
    }
    found = worked(spool, store, files)
    outcome = results(found)
    assert (outcome["a.png"], outcome["b.png"], outcome["c.png"]) == ("duplicate", "kept", "repeated")
    old = next(sample for sample in live(store) if sample.label.prediction_id == "p-1")
    assert old.tags == {"dark"}
    assert "upload" not in dict(old.metadata)
    assert found["a.png"].samples == (old.digest,)


def test_all_joins_the_project_before_it_is_kept_and_what_the_team_has_stays_the_teams(
    spool: Path, store: SampleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = SeenStore(store, Sight(frozenset()), Sight(frozenset()))
    store.keep(crop("A"), label("p-1", "A1", read_text="A1"))
    other = store.keep(crop("O"), label("p-2", "O1", read_text="O1"))
    store.marks.change([other.digest], by="lee", join=["bags"])
    seen, keep = list[str](), SampleStore.keep

    def kept(self: SampleStore, *told: Any, **more: Any) -> Sample:
        sample = keep(self, *told, **more)
        seen.extend(each.label.prediction_id for each in every(outside.search, All(), "newest"))
        return sample

    monkeypatch.setattr(SampleStore, "keep", kept)
    rows = table("file|label", "a.png|A1", "a2.png|A2", "b.png|B1", "c.png|", "o.png|O1")
    files = {name: png(crop(name[0].upper())) for name in ("a.png", "b.png", "c.png", "o.png")}
    found = worked(spool, store, files | {"a2.png": png(crop("A")), "labels.tsv": rows}, project="shoes")
    assert results(found)["o.png"] == "duplicate"
    by_crop = {sample.digest: sample.projects for sample in live(store)}
    assert by_crop[found["a.png"].samples[0]] == frozenset()
    assert by_crop[found["b.png"].samples[0]] == by_crop[found["c.png"].samples[0]] == {"shoes"}
    assert by_crop[other.digest] == {"bags", "shoes"}
    team = {"p-1", *(sample.label.prediction_id for sample in live(store) if not sample.projects)}
    assert set(seen) == team


def test_a_label_beside_an_unproven_or_another_one_is_kept(spool: Path, store: SampleStore) -> None:
    store.keep(crop("A"), label("p-1", "A1", source=UNPROVEN))
    store.keep(crop("B"), label("p-2", "B1"))
    rows = table("file|label", "a.png|A1", "b.png|B2")
    files = {"a.png": png(crop("A")), "b.png": png(crop("B")), "labels.tsv": rows}
    found = worked(spool, store, files)
    assert (found["a.png"].result, found["b.png"].result) == ("kept", "kept")
    assert sorted(sample.label.text for sample in live(store)) == ["A1", "A1", "B1", "B2"]


def test_a_photo_is_cut_into_the_lines_with_codes(spool: Path, store: SampleStore) -> None:
    found = worked(spool, store, {"photo.png": PHOTO}, FakeUploadReader(lines=LINES))["photo.png"]
    assert (found.result, found.lines, found.text) == ("to-review", 2, "STYLECW2288-111\nGW2871")
    assert [(sample.width, sample.label.source) for sample in live(store)] == [(380, UNPROVEN)] * 2


def test_all_lines_of_a_photo_are_kept_if_wanted(spool: Path, store: SampleStore) -> None:
    files = {"photo.png": PHOTO}
    found = worked(spool, store, files, FakeUploadReader(lines=LINES), lines="all", pictures="photos")["photo.png"]
    assert (found.lines, len(found.samples)) == (4, 4)
    assert {sample.label.text for sample in live(store)} == {text.replace(" ", "") for text, _ in LINES}


@pytest.mark.parametrize(("written", "kept"), [("CW2288-111", "STYLECW2288-111"), ("CW2288-112", "STYLECW2288-112")])
def test_the_labelled_line_of_a_photo_is_kept_alone(spool: Path, store: SampleStore, written: str, kept: str) -> None:
    files = {"photo.png": PHOTO, "labels.tsv": table("file|label", f"photo.png|{written}")}
    found = worked(spool, store, files, FakeUploadReader(lines=LINES))["photo.png"]
    assert (found.result, found.lines, found.text) == ("kept", 1, kept)
    (sample,) = live(store)
    assert (sample.label.text, sample.label.source) == (kept, "upload")


def test_a_photo_that_does_not_hold_its_label_or_no_text_is_refused(spool: Path, store: SampleStore) -> None:
    rows = table("file|label|status", "a.png|M990GL5|", "b.png||unreadable")
    files = {"a.png": PHOTO, "b.png": PHOTO, "labels.tsv": rows}
    found = worked(spool, store, files, FakeUploadReader(lines=LINES))
    assert (found["a.png"].fault, found["b.png"].fault) == ("text-not-found", "text-not-found")
    empty = worked(spool, store, {"a.png": PHOTO}, pictures="photos")
    assert empty["a.png"].fault == "no-text"
    assert live(store) == []


def test_a_square_picture_with_few_lines_and_one_that_is_called_a_crop_are_crops(
    spool: Path, store: SampleStore
) -> None:
    assert worked(spool, store, {"a.png": PHOTO}, FakeUploadReader(lines=LINES[:2]))["a.png"].lines == 0
    assert worked(spool, store, {"a.png": PHOTO}, FakeUploadReader(lines=LINES), pictures="crops")["a.png"].lines == 0


def test_a_crop_is_turned_as_it_is_read_unless_its_label_says_something_else(spool: Path, store: SampleStore) -> None:
    files = {
        "a.png": png(crop("A")),
        "b.png": png(crop("B")),
        "c.png": png(crop("C")),
        "labels.tsv": table("file|label", "b.png|GW287I", "c.png|M990GL5"),
    }
    worked(spool, store, files, FakeUploadReader("GW2871", turn=1))
    sizes = {sample.label.text: (sample.width, sample.label.turn) for sample in live(store)}
    assert sizes == {"GW2871": (64, 1), "GW287I": (64, 1), "M990GL5": (320, 0)}


def test_own_vectors_are_kept_with_their_crops(spool: Path, store: SampleStore) -> None:
    vectors = np.array([[0.0, 5.0, 0.0], [1.0, 0.0, 0.0]], np.float64)
    data = packed({**crops(2), "features.npy": npy(vectors), "features.txt": b"001.png\n000.png"})
    found = worked(spool, store, {"shots.zip": data}, features="clip")
    assert own_names(spool) == ["clip"]
    (files,) = own_files(spool, "clip")
    row = row_of(files.crops(), found["shots.zip/001.png"].samples[0])
    assert row is not None
    assert files.read_vector(row).tolist() == [0.0, 1.0, 0.0]
    worked(spool, store, {"shots.zip": data}, features="clip")
    assert len(files) == 2  # once for each crop


def test_a_run_that_ends_anywhere_goes_on_without_loss_or_double(spool: Path, store: SampleStore) -> None:
    rows = ["file|label|tags", *(f"{number:03}.png|{code(number)}|dark" for number in range(6))]
    job = sent(spool, {"shots.zip": packed({**crops(6), "labels.tsv": table(*rows)})})
    add = job.add

    class EndedError(BaseException):
        pass

    def end_before_noting(outcomes: list[FileOutcome]) -> None:
        raise EndedError

    work_on_first(job, store, spool, 3)
    job.add = end_before_noting  # type: ignore[method-assign, assignment]
    with pytest.raises(EndedError):
        work_on(job, store, spool, FakeUploadReader)
    job.add = add  # type: ignore[method-assign]
    with (job.folder / "results.jsonl").open("ab") as file:
        file.write(b'{"file": "cut o')  # a power cut
    again = UploadJobs(spool).get(job.id)
    assert again.phase == "working"
    work_on(again, store, spool, FakeUploadReader)
    assert again.progress.results == {"table": 1, "kept": 6}
    assert [outcome.result for outcome in again.outcomes()] == ["table", *["kept"] * 6]
    assert sorted(sample.label.text for sample in live(store)) == [code(number) for number in range(6)]
    assert all(sample.tags == {"dark"} for sample in live(store))


def work_on_first(job: UploadJob, store: SampleStore, spool: Path, count: int) -> None:
    """Work until so many files are done."""

    class EnoughError(Exception):
        pass

    def stop(done: int, total: int, outcome: FileOutcome | None) -> None:
        if done >= count:
            raise EnoughError

    with pytest.raises(EnoughError):
        work_on(job, store, spool, FakeUploadReader, stop)


def test_a_run_that_is_to_end_finishes_one_file_first(spool: Path, store: SampleStore) -> None:
    job = sent(spool, crops(3))
    for done in (1, 2, 3):
        work_on(job, store, spool, FakeUploadReader, is_to_end=lambda: True)
        assert job.progress.done == done
    assert job.phase == "finished"


def test_a_run_that_is_to_end_waits_for_no_other_one(spool: Path, store: SampleStore) -> None:
    job = sent(spool, crops(1))
    with job.worked_on():
        work_on(UploadJobs(spool).get(job.id), store, spool, FakeUploadReader, is_to_end=lambda: True)
    assert job.progress.done == 0


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_run_that_somebody_stops_is_no_attempt_at_its_file(
    spool: Path, store: SampleStore, stop: type[BaseException]
) -> None:
    job = sent(spool, crops(1))

    class Stopped(FakeUploadReader):
        def read(self, picture: Image.Image) -> Any:
            raise stop

    for _ in range(work._MOST_ATTEMPTS + 1):
        with pytest.raises(stop):
            work_on(job, store, spool, Stopped)
    work_on(job, store, spool, FakeUploadReader)
    assert [outcome.result for outcome in job.outcomes()] == ["to-review"]


def test_a_full_store_stops_the_run_and_the_next_one_goes_on(
    spool: Path, store: SampleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = sent(spool, {"a.png": png(crop("A"))})
    with monkeypatch.context() as full:
        full.setattr(store, "keep", lambda *_, **__: (_ for _ in ()).throw(StoreFullError("the disk is full")))
        for _ in range(work._MOST_ATTEMPTS + 1):
            with pytest.raises(StoreFullError):
                work_on(job, store, spool, FakeUploadReader)
    work_on(job, store, spool, FakeUploadReader)
    assert [outcome.result for outcome in job.outcomes()] == ["to-review"]


def test_a_file_that_ends_the_program_again_and_again_is_left_out(spool: Path, store: SampleStore) -> None:
    job = sent(spool, {"a.png": png(crop("A")), "b.png": png(crop("B"))})

    class KilledError(BaseException):
        pass

    class Killing(FakeUploadReader):
        def read(self, picture: Image.Image) -> Any:
            if hashlib.sha256(picture.tobytes()).digest() == hashlib.sha256(crop("A").tobytes()).digest():
                raise KilledError
            return super().read(picture)

    for _ in range(work._MOST_ATTEMPTS):
        with pytest.raises(KilledError):
            work_on(job, store, spool, Killing)
    work_on(job, store, spool, Killing)
    assert [outcome.fault or outcome.result for outcome in job.outcomes()] == ["crashed", "to-review"]


def test_tables_that_end_the_program_again_and_again_refuse_the_upload(
    spool: Path, store: SampleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = sent(spool, {"a.png": png(crop("A")), "labels.csv": b"file,label\na.png,A"})

    class KilledError(BaseException):
        pass

    def killed(files: object, domain: object) -> None:
        raise KilledError

    with monkeypatch.context() as killing:
        killing.setattr(work, "read_tables", killed)
        for _ in range(work._MOST_ATTEMPTS):
            with pytest.raises(KilledError):
                work_on(job, store, spool, FakeUploadReader)
        work_on(job, store, spool, FakeUploadReader)
    assert [(outcome.file, outcome.fault) for outcome in job.outcomes()] == [
        ("a.png", "crashed"),
        ("labels.csv", "crashed"),
    ]
    assert job.phase == "finished"


def test_a_cancelled_upload_keeps_nothing_more(spool: Path, store: SampleStore) -> None:
    job = sent(spool, {"a.png": png(crop("A")), "b.png": png(crop("B"))})
    work_on(job, store, spool, FakeUploadReader, lambda done, total, outcome: outcome and job.cancel())
    assert job.phase == "cancelled"
    assert [outcome.file for outcome in job.outcomes()] == ["a.png"]
    assert len(live(store)) == 1
    work_on(job, store, spool, FakeUploadReader)
    assert len(live(store)) == 1
    assert job.sent() == []
