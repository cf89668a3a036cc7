"""Which uploads are worked on in the background, and what becomes of the process that does it."""

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from backend.settings import Settings
from backend.team import upload_keeper
from backend.team.upload_keeper import UploadKeeper
from datasets.uploads.job import UploadJob, UploadJobs
from datasets.uploads.request import UploadRequest

# In place of the command: notes its arguments; finishes the upload that it is asked to work on, if it is told to.
_NOTES = """
import os, sys, time
from pathlib import Path
folder, root = Path(sys.argv[1]), Path(sys.argv[sys.argv.index("--spool") + 1])
(folder / f"run-{time.time_ns()}-{os.getpid()}").write_text(" ".join(sys.argv[2:]))
job = root / "local" / "uploads" / sys.argv[sys.argv.index("--work") + 1]
"""
FINISHES = _NOTES + "(job / 'finished').touch()"
FAILS = _NOTES + "print('error: the disk is full', file=sys.stderr); sys.exit(1)"
WAITS = _NOTES + "import threading; threading.Event().wait()"

Keep = Callable[..., UploadKeeper]


@pytest.fixture
def jobs(settings: Settings) -> UploadJobs:
    return UploadJobs(settings.spool)


@pytest.fixture
def keeper(settings: Settings, tmp_path: Path) -> Keep:
    def make(script: str) -> UploadKeeper:
        labels, model = SimpleNamespace(is_open=True), SimpleNamespace(is_ready=True, champion=None)
        return UploadKeeper(settings, labels, model, (sys.executable, "-c", script, str(tmp_path)))  # type: ignore[arg-type]

    return make


def started(jobs: UploadJobs, **request: object) -> UploadJob:
    values = {"by": "Kim", "at": datetime.now(UTC)} | request
    job = jobs.new(UploadRequest.model_validate(values))
    job.receive("a.png", 0, 1, b"x")
    job.start()
    return job


def runs(folder: Path) -> list[str]:
    return [path.read_text() for path in sorted(folder.glob("run-*"))]


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(6000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def test_uploads_are_worked_on_in_their_order_and_those_that_come_later_too(
    keeper: Keep, jobs: UploadJobs, settings: Settings, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    second, first = started(jobs, at=now), started(jobs, at=now - timedelta(hours=1))
    of_the_command = started(jobs, sources=("/somewhere",))

    async def scenario() -> None:
        kept = keeper(FINISHES)
        kept.start()
        await until(lambda: second.phase == "finished")
        later = started(jobs)
        kept.wake()
        await until(lambda: later.phase == "finished")
        await kept.close()
        spool = f"--domain tags --spool {settings.spool.resolve()}"
        assert runs(tmp_path) == [f"{spool} upload --work {job.id} --gently" for job in (first, second, later)]

    asyncio.run(scenario())
    assert of_the_command.phase == "waiting"


def test_nothing_runs_before_the_store_and_the_model_are_ready(
    keeper: Keep, jobs: UploadJobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_keeper, "_NOT_READY", 0.01)
    job = started(jobs)

    async def scenario() -> None:
        kept = keeper(FINISHES)
        kept._labels.is_open = False  # type: ignore[misc]
        kept.start()
        await asyncio.sleep(0.1)
        assert runs(tmp_path) == []
        kept._labels.is_open = True  # type: ignore[misc]
        await until(lambda: job.phase == "finished")
        await kept.close()

    asyncio.run(scenario())


def test_a_failure_is_told_once_tried_again_and_holds_up_no_other(
    keeper: Keep, jobs: UploadJobs, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_keeper, "_FIRST_PAUSE", 0.01)
    first, second = started(jobs), started(jobs, at=datetime.now(UTC) + timedelta(seconds=5))

    async def scenario() -> None:
        kept = keeper(FAILS)
        kept.start()
        await until(lambda: len(runs(tmp_path)) >= 4)
        assert kept.stuck == {first.id, second.id}
        await kept.close()

    asyncio.run(scenario())
    told = [record.getMessage() for record in caplog.records if "does not go on" in record.getMessage()]
    assert len(told) == 2
    assert "the disk is full" in told[0]


def test_the_process_ends_with_the_backend(keeper: Keep, jobs: UploadJobs, tmp_path: Path) -> None:
    job = started(jobs)

    async def scenario() -> None:
        kept = keeper(WAITS)
        kept.start()
        await until(lambda: len(runs(tmp_path)) == 1)
        await kept.close()

    asyncio.run(scenario())
    (path,) = tmp_path.glob("run-*")
    with pytest.raises(ProcessLookupError):
        os.kill(int(path.name.split("-")[2]), 0)
    assert job.phase == "waiting"


def test_what_was_never_started_is_removed_after_a_week(keeper: Keep, jobs: UploadJobs) -> None:
    old = jobs.new(UploadRequest(by="Kim", at=datetime.now(UTC) - timedelta(days=8)))
    old.receive("a.png", 0, 1, b"x")
    fresh = jobs.new(UploadRequest(by="Kim", at=datetime.now(UTC)))
    damaged = jobs.new(UploadRequest(by="Kim", at=datetime.now(UTC)))
    (damaged.folder / "request.json").write_text("{")
    left = started(jobs)
    (left.folder / "finished").touch()  # killed before it had removed what was sent
    last = started(jobs)

    async def scenario() -> None:
        kept = keeper(FINISHES)
        kept.start()
        await until(lambda: last.phase == "finished")
        await kept.close()

    asyncio.run(scenario())
    assert (old.phase, old.sent(), fresh.phase) == ("cancelled", [], "receiving")
    assert left.sent() == []
