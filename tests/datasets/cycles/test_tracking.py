from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from datasets.cycles import tracking
from datasets.cycles.requests import REPORT_JSON, REPORT_MARKDOWN
from datasets.cycles.tracking import (
    ALIAS,
    TrackerNames,
    default_uri,
    has_begun,
    metrics_of,
    record_cycle,
    shown,
    tell_champion,
)
from datasets.errors import BucketUnavailableError
from datasets.models.champions import ChampionRecord
from datasets.reason import Reason
from ocr_model.domains.digits import DIGITS
from ocr_model.domains.tags import TAGS
from tests.datasets.cycles.test_report import report

MODEL = TrackerNames.of(TAGS).model

SOURCE = "file:///spool/models/"
DOWN = "http://me:secret@127.0.0.1:9"


def champion(number: int, digit: int) -> ChampionRecord:
    return ChampionRecord(
        number=number,
        model=str(digit) * 64,
        name="trba",
        version=str(digit),
        at=datetime(2026, 5, 4, tzinfo=UTC),
        by="me",
        reason="",
        dataset_version=None,
        previous=None,
        kind="promotion",
        attempt="",
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cycle").mkdir()
    (tmp_path / "cycle" / REPORT_JSON).write_bytes(report().to_bytes())
    (tmp_path / "cycle" / REPORT_MARKDOWN).write_text("# Cycle")
    return tmp_path / "cycle"


def test_without_a_tracker_nothing_is_told(folder: Path) -> None:
    assert record_cycle(folder, None, "x") == record_cycle(folder, "", "x") == "no tracker is set up"


def test_metrics_have_names_that_the_tracker_takes() -> None:
    found = metrics_of(report())
    assert found["collected holdout challenger"] == 1.0
    assert found["seconds train"] == 500.0
    odd = report().comparisons[0].model_copy(update={"set": Reason.words('brand "Nike", ü: 100 %')})
    names = metrics_of(report().model_copy(update={"comparisons": (odd,)}))
    assert all(
        set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./ -") for name in names
    )


def test_a_tracker_that_hangs_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = folder.parent / "slow"
    slow.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    slow.chmod(0o755)
    monkeypatch.setattr(tracking.sys, "executable", str(slow))
    said = record_cycle(folder, DOWN, "x", seconds=1.0)
    assert said == "the tracker at http://127.0.0.1:9 gave no answer within 1 s; the cycle went on without it"
    told = tell_champion(lambda: champion(1, 1), DOWN, "x", seconds=1.0)
    assert not told.reached
    assert told.line == (
        "the tracker at http://127.0.0.1:9 gave no answer within 1 s; the champion is changed all the same; "
        "the next cycle, promotion or rollback that reaches the tracker tells it"
    )


def test_a_tracker_that_is_down_is_told_in_a_line(folder: Path) -> None:
    pytest.importorskip("mlflow", reason="mlflow-skinny is not installed (`make test-setup`)")
    said = record_cycle(folder, DOWN, "x")
    assert said.startswith("the tracker at http://127.0.0.1:9 failed, and the cycle went on without it: ")
    assert "secret" not in said
    assert "\n" not in said


def test_which_tracker_is_told_of_a_champion(tmp_path: Path) -> None:
    assert default_uri({"TAGS_DATA_DIR": str(tmp_path)}) == f"sqlite:///{tmp_path / 'mlflow.db'}"
    assert default_uri({"TAGS_DATA_DIR": str(tmp_path), "MLFLOW_TRACKING_URI": DOWN}) == DOWN
    assert not has_begun(default_uri({"TAGS_DATA_DIR": str(tmp_path)}))
    (tmp_path / "mlflow.db").touch()
    assert has_begun(default_uri({"TAGS_DATA_DIR": str(tmp_path)}))
    assert has_begun(DOWN)
    assert not any(map(has_begun, (None, "", "none")))


def answering(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a program stand for the process that tells the tracker. Returns the file to which it adds what it is told."""
    program, heard = folder.parent / "answers", folder.parent / "heard"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(heard)!r}, 'a').write(sys.argv[-1] + '\\n')\nprint('noted')\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(tracking.sys, "executable", str(program))
    return heard


def test_a_champion_that_changes_meanwhile_is_told_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = answering(folder, monkeypatch)
    present = iter([champion(1, 1), champion(2, 2), champion(2, 2), champion(2, 2)])
    assert tell_champion(lambda: next(present), DOWN, SOURCE).line == "the tracker at http://127.0.0.1:9: noted"
    assert [json.loads(line)["model"][0] for line in heard.read_text().splitlines()] == ["1", "2"]


def test_a_store_that_does_not_answer_moves_no_alias(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = answering(folder, monkeypatch)

    def away() -> ChampionRecord | None:
        raise BucketUnavailableError("503")

    assert record_cycle(folder, DOWN, SOURCE, champion=away).endswith(": noted")
    assert heard.read_text() == f"{SOURCE}\n"  # the last argument; no champion is named


# MLflow asks SQLAlchemy for what that no longer recommends.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::sqlalchemy.exc.SADeprecationWarning")
def test_runs_model_versions_and_the_alias_are_written_once(folder: Path, tmp_path: Path) -> None:
    mlflow = pytest.importorskip("mlflow", reason="mlflow-skinny is not installed (`make test-setup`)")
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    said = record_cycle(folder, uri, SOURCE, champion=lambda: champion(2, 2))
    assert said.endswith(f"the challenger is version 1 of {MODEL}, version 1 of {MODEL} has the alias {ALIAS}"), said
    # A cycle that was killed tells it again.
    assert record_cycle(folder, uri, SOURCE, champion=lambda: champion(2, 2)) == said
    client = mlflow.MlflowClient(uri, uri)
    model = client.get_model_version_by_alias(MODEL, ALIAS)
    assert model.tags["digest"] == "2" * 64
    assert model.source == f"{SOURCE}{'2' * 64}"
    run = client.get_run(model.run_id)
    assert run.data.tags["outcome"] == "accepted"
    assert run.data.metrics["collected holdout difference"] == pytest.approx(1 / 3)
    assert [one.path for one in client.list_artifacts(run.info.run_id)] == [REPORT_MARKDOWN]
    # A rollback to the shipped model, of which no cycle has told.
    told = tell_champion(lambda: champion(3, 1), uri, SOURCE)
    assert (told.reached, told.line.endswith(f": version 2 of {MODEL} has the alias {ALIAS}")) == (True, True), (
        told.line
    )
    shipped = client.get_model_version_by_alias(MODEL, ALIAS)
    assert (shipped.tags["digest"], shipped.description) == ("1" * 64, "trba 1")
    # The tracker missed that somebody went back again: the next one who reaches it makes it good, whatever it tells.
    rejected = report().model_copy(update={"id": "v1.0-def", "outcome": "rejected", "promoted_number": None})
    (folder / REPORT_JSON).write_bytes(rejected.to_bytes())
    said = record_cycle(folder, uri, SOURCE, champion=lambda: champion(4, 2))
    assert said.endswith(f"in shoe-tags, version 1 of {MODEL} has the alias {ALIAS}")
    assert client.get_model_version_by_alias(MODEL, ALIAS).version == model.version
    assert len(client.search_model_versions(f"name = '{MODEL}'")) == 2
    # Another domain on the same tracker has an alias of its own.
    told = tell_champion(lambda: champion(1, 3), uri, SOURCE, domain=DIGITS)
    assert told.line.endswith(f": version 1 of digits-reader has the alias {ALIAS}")
    assert client.get_model_version_by_alias(MODEL, ALIAS).version == model.version


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("http://host:5000/mlflow", "http://host:5000/mlflow"),
        ("http://me:hush@host:5000", "http://host:5000"),
        ("http://me:hu/sh@host", "http://host"),
        ("postgresql://host/db?user=me&password=hush", "postgresql://host/db"),
        ("sqlite:////var/mlflow.db", "sqlite:////var/mlflow.db"),
    ],
)
def test_no_password_is_shown(uri: str, said: str) -> None:
    assert shown(uri) == said
