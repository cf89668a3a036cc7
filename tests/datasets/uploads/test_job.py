"""An upload's folder: what is acknowledged is on the disk, and survives."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from datasets.errors import StoreError, StoreFullError
from datasets.uploads import job as job_module
from datasets.uploads.job import (
    MOST_FILE_BYTES,
    UnknownUploadError,
    UploadClosedError,
    UploadJob,
    UploadJobs,
    UploadPartError,
)
from datasets.uploads.outcome import FileOutcome
from datasets.uploads.request import UploadRequest

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def jobs(tmp_path: Path) -> UploadJobs:
    return UploadJobs(tmp_path / "spool")


@pytest.fixture
def job(jobs: UploadJobs) -> UploadJob:
    return jobs.new(UploadRequest(by="Kim", at=NOW, title="Shelf A", tags=("autumn",), values={"lot": "7"}))


def test_an_upload_is_found_again_as_it_was_asked_for(jobs: UploadJobs, job: UploadJob) -> None:
    assert jobs.get(job.id).request == job.request
    assert (job.request.by, job.request.title, dict(job.request.values)) == ("Kim", "Shelf A", {"lot": "7"})
    later = jobs.new(UploadRequest(by="Lee", at=NOW.replace(hour=13)))
    assert [one.id for one in jobs.all()] == [later.id, job.id]
    for name in ("20260101-000000-00000000", "..", "../x", ""):
        with pytest.raises(UnknownUploadError):
            jobs.get(name)


def test_a_part_is_synced_before_it_is_acknowledged(job: UploadJob, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    sync = job_module.sync_file

    def noting(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        sync(descriptor)

    monkeypatch.setattr(job_module, "sync_file", noting)
    assert job.receive("a.png", 0, 4, b"12") == 2
    (source,) = job.sent()
    assert {source.path.name, f"{source.path.name}.json.part"} <= set(synced)
    assert job.receive("a.png", 2, 4, b"34") == 4
    assert source.path.read_bytes() == b"1234"


def test_parts_come_in_order_may_come_again_and_a_file_may_begin_anew(job: UploadJob) -> None:
    with pytest.raises(UploadPartError):
        job.receive("shelf/a.png", 1, 4, b"2")
    job.receive("shelf/a.png", 0, 4, b"1234")
    job.receive("shelf/a.png", 2, 4, b"34")
    assert job.sent()[0].path.read_bytes() == b"1234"
    job.receive("shelf/a.png", 0, 2, b"ab")
    assert job.sent()[0].path.read_bytes() == b"ab"
    assert [source.name for source in job.sent()] == ["shelf/a.png"]


@pytest.mark.parametrize(
    ("name", "at", "size", "data"),
    [
        ("", 0, 1, b"x"),
        ("a\nb", 0, 1, b"x"),
        ("a" * 1001, 0, 1, b"x"),
        ("a", 0, 1, b"too long"),
        ("a", -1, 1, b"x"),
        ("a", 0, MOST_FILE_BYTES + 1, b"x"),
    ],
)
def test_a_part_that_makes_no_sense_is_refused(job: UploadJob, name: str, at: int, size: int, data: bytes) -> None:
    with pytest.raises(UploadPartError):
        job.receive(name, at, size, data)
    assert job.sent() == []


def test_a_hostile_name_leads_nowhere(job: UploadJob) -> None:
    job.receive("../../../evil.png", 0, 1, b"x")
    (source,) = job.sent()
    assert source.name == "../../../evil.png"
    assert source.path.parent == job.folder / "files"


def test_limits_hold(job: UploadJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_module, "MOST_FILES", 2)
    job.receive("a", 0, 1, b"x")
    job.receive("b", 0, 1, b"x")
    with pytest.raises(UploadPartError):
        job.receive("c", 0, 1, b"x")
    job.receive("b", 0, 1, b"y")
    with pytest.raises(StoreFullError):
        job.receive("b", 0, 1, b"y", least_free=1 << 60)
    monkeypatch.setattr(job_module, "MOST_FILES", 100)
    with pytest.raises(UploadPartError):
        job.receive("zip", 0, 1 << 62, b"x")


def test_an_upload_goes_from_phase_to_phase(jobs: UploadJobs, job: UploadJob) -> None:
    assert job.phase == "receiving"
    with pytest.raises(UploadPartError):
        job.start()
    job.receive("a.png", 0, 2, b"1")
    with pytest.raises(UploadPartError):
        job.start()
    job.receive("a.png", 1, 2, b"2")
    job.start()
    job.start()
    assert job.phase == "waiting"
    with pytest.raises(UploadClosedError):
        job.receive("b.png", 0, 1, b"x")
    assert job.begin(1) == set()
    assert (job.phase, job.progress.total, job.progress.done, job.ended_at) == ("working", 1, 0, None)
    job.add([FileOutcome(file="a.png", result="kept", samples=("0" * 64,))])
    assert jobs.get(job.id).begin(1) == {"a.png"}
    assert (job.progress.done, job.progress.crops) == (1, 1)
    job.finish()
    assert job.phase == "finished"
    assert job.ended_at is not None
    job.cancel()
    assert jobs.get(job.id).phase == "finished"


def test_a_damaged_request_is_told_and_a_damaged_progress_is_none(job: UploadJob) -> None:
    (job.folder / "progress.json").write_text("{")
    assert job.progress.total == 0
    (job.folder / "request.json").write_text("{")
    with pytest.raises(StoreError):
        _ = job.request


def test_attempts_at_a_file_are_counted(job: UploadJob) -> None:
    assert [job.attempt("a b.png"), job.attempt("a b.png"), job.attempt("c.png"), job.attempt("a b.png")] == [
        1,
        2,
        1,
        1,
    ]
    job.forget_attempt()
    assert job.attempt("a b.png") == 1
