"""When features are brought up to date, and what becomes of the process that does it."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from backend.settings import Settings
from backend.team.feature_keeper import FeatureKeeper

# In place of the command: notes its arguments and surroundings, then ends as its script says.
_COMMAND = """
import json, os, sys, threading
from pathlib import Path
folder = Path(sys.argv[1])
(folder / f"run-{os.getpid()}.part").write_text(json.dumps({
    "arguments": sys.argv[2:], "threads": os.environ["OMP_NUM_THREADS"], "database": os.environ.get("DATABASE_URL"),
}))
(folder / f"run-{os.getpid()}.part").rename(folder / f"run-{os.getpid()}.json")
"""
ENDS_WELL = _COMMAND
FAILS = _COMMAND + "print('error: the disk is full', file=sys.stderr); sys.exit(1)"
WAITS = _COMMAND + "threading.Event().wait()"
HANGS = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WAITS


class Labels:
    """In place of the store: open, with two crops."""

    is_open = True

    def __init__(self) -> None:
        self.revision, self.crops = (2, 7), 2
        self.samples = SimpleNamespace(revision=lambda: self.revision, counts=lambda: SimpleNamespace(crops=self.crops))


@pytest.fixture
def labels() -> Labels:
    return Labels()


@pytest.fixture
def model() -> SimpleNamespace:
    return SimpleNamespace(is_ready=True, champion=None)


Keep = Callable[..., FeatureKeeper]


@pytest.fixture
def keeper(settings: Settings, labels: Labels, model: SimpleNamespace, tmp_path: Path) -> Keep:
    def make(script: str, **changes: Any) -> FeatureKeeper:
        changes = {"feature_seconds": 0.02, "team_token": SecretStr("a-token-for-the-team")} | changes
        command = (sys.executable, "-c", script, str(tmp_path))
        return FeatureKeeper(settings.model_copy(update=changes), labels, model, command)

    return make


def runs(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in folder.glob("run-*.json")]


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(6000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def is_alive(folder: Path) -> bool:
    (path,) = folder.glob("run-*.json")
    try:
        os.kill(int(path.stem.split("-")[1]), 0)
    except ProcessLookupError:
        return False
    return True


def test_it_runs_when_labels_or_the_model_have_changed(
    keeper: Keep, labels: Labels, model: SimpleNamespace, settings: Settings, tmp_path: Path
) -> None:
    async def scenario() -> None:
        kept = keeper(ENDS_WELL, database_url=SecretStr("postgresql://me@here/tags"), storage_url="file:///far")
        kept.start()
        try:
            await until(lambda: kept.runs == 1)
            await asyncio.sleep(0.3)
            assert kept.runs == 1
            labels.revision = (3, 8)
            await until(lambda: kept.runs == 2)
            model.champion = SimpleNamespace(model="c" * 64)
            await until(lambda: kept.runs == 3)
        finally:
            await kept.close()

    asyncio.run(scenario())
    spool = [
        "--domain",
        "tags",
        "--spool",
        str(settings.spool.resolve()),
        "--storage-url",
        "file:///far",
        "features",
        "--gently",
    ]
    model_folder = str((settings.model_cache / ("c" * 64)).resolve())
    assert sorted(run["arguments"] for run in runs(tmp_path)) == [spool, spool, [*spool, "--model", model_folder]]
    assert {(run["threads"], run["database"]) for run in runs(tmp_path)} == {("1", "postgresql://me@here/tags")}


@pytest.mark.parametrize("changes", [{"feature_seconds": 0.0}, {"team_token": None}])
def test_without_a_team_or_where_it_is_switched_off_nothing_runs(
    keeper: Keep, tmp_path: Path, changes: dict[str, Any]
) -> None:
    async def scenario() -> None:
        kept = keeper(ENDS_WELL, **changes)
        kept.start()
        await asyncio.sleep(0.2)
        await kept.close()

    asyncio.run(scenario())
    assert not runs(tmp_path)


def test_nothing_runs_without_crops(keeper: Keep, labels: Labels, tmp_path: Path) -> None:
    async def scenario() -> None:
        labels.crops = 0
        kept = keeper(ENDS_WELL)
        kept.start()
        await asyncio.sleep(0.3)
        assert not runs(tmp_path)
        labels.crops = 1
        await until(lambda: kept.runs == 1)
        await kept.close()

    asyncio.run(scenario())


def test_readers_describe_crops_after_the_features(keeper: Keep, tmp_path: Path) -> None:
    async def scenario() -> None:
        kept = keeper(ENDS_WELL, described_by=("rapidocr", "lines"))
        kept.start()
        await until(lambda: kept.runs == 1)
        await kept.close()

    asyncio.run(scenario())
    commands = [" ".join(run["arguments"]) for run in runs(tmp_path)]
    assert any("features --gently" in command for command in commands)
    assert any("describe --gently --reader rapidocr --reader lines" in command for command in commands)


def test_a_failure_is_told_once_and_tried_again(keeper: Keep, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        kept = keeper(FAILS)
        kept.start()
        await until(lambda: len(runs(tmp_path)) >= 3)
        await kept.close()
        assert kept.runs == 0

    asyncio.run(scenario())
    told = [record.getMessage() for record in caplog.records if "features" in record.getMessage()]
    assert told == ["features or descriptions of crops are not up to date: error: the disk is full"]


@pytest.mark.parametrize("script", [WAITS, HANGS], ids=["works", "hangs"])
def test_the_process_ends_with_the_backend(
    keeper: Keep, tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.team.background_command._ENDING_SECONDS", 60 if script == WAITS else 0.1)

    async def scenario() -> None:
        kept = keeper(script)
        kept.start()
        await until(lambda: len(runs(tmp_path)) == 1)
        await kept.close()

    asyncio.run(scenario())
    assert not is_alive(tmp_path)
