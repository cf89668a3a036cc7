from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest

from datasets import tracking
from datasets.cycle_report import REPORT_JSON, REPORT_MARKDOWN
from datasets.tracking import ALIAS, MODEL, metrics_of, record_cycle, shown
from tests.datasets.test_cycle_report import report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cycle").mkdir()
    (tmp_path / "cycle" / REPORT_JSON).write_bytes(report().to_bytes())
    (tmp_path / "cycle" / REPORT_MARKDOWN).write_text("# Cycle")
    return tmp_path / "cycle"


def test_without_a_tracker_nothing_is_told(folder: Path) -> None:
    assert record_cycle(folder, None, "x") == record_cycle(folder, "", "x") == "no tracker is set up"


def test_passwords_are_not_shown() -> None:
    assert shown("https://me:secret@tracker.example/x") == "https://tracker.example/x"
    assert shown("sqlite:////data/mlflow.db") == "sqlite:////data/mlflow.db"


def test_metrics_have_names_that_the_tracker_takes() -> None:
    found = metrics_of(report())
    assert found["collected holdout challenger"] == 1.0
    assert found["seconds train"] == 500.0
    odd = dataclasses.replace(report().comparisons[0], name='brand "Nike", ü: 100 %')
    names = metrics_of(dataclasses.replace(report(), comparisons=(odd,)))
    assert all(
        set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./ -") for name in names
    )


def test_a_tracker_that_hangs_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = folder.parent / "slow"
    slow.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    slow.chmod(0o755)
    monkeypatch.setattr(tracking.sys, "executable", str(slow))
    said = record_cycle(folder, "http://me:secret@127.0.0.1:9", "x", seconds=1.0)
    assert said == "the tracker at http://127.0.0.1:9 gave no answer within 1 s; the cycle went on without it"


def test_a_tracker_that_is_down_is_told_in_a_line(folder: Path) -> None:
    pytest.importorskip("mlflow", reason="mlflow-skinny is not installed (`make test-setup`)")
    said = record_cycle(folder, "http://me:secret@127.0.0.1:9", "x")
    assert said.startswith("the tracker at http://127.0.0.1:9 failed, and the cycle went on without it: ")
    assert "secret" not in said
    assert "\n" not in said


# MLflow asks SQLAlchemy for what that no longer recommends.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::sqlalchemy.exc.SADeprecationWarning")
def test_runs_model_versions_and_the_alias_are_written_once(folder: Path, tmp_path: Path) -> None:
    mlflow = pytest.importorskip("mlflow", reason="mlflow-skinny is not installed (`make test-setup`)")
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    said = record_cycle(folder, uri, "file:///spool/models/")
    assert f"version 1 of {MODEL} has the alias {ALIAS}" in said, said
    assert record_cycle(folder, uri, "file:///spool/models/") == said  # a cycle that was killed tells it again
    client = mlflow.MlflowClient(uri, uri)
    model = client.get_model_version_by_alias(MODEL, ALIAS)
    assert model.tags["digest"] == "2" * 64
    assert model.source == f"file:///spool/models/{'2' * 64}"
    run = client.get_run(model.run_id)
    assert run.data.tags["outcome"] == "accepted"
    assert run.data.metrics["collected holdout difference"] == pytest.approx(1 / 3)
    assert [one.path for one in client.list_artifacts(run.info.run_id)] == [REPORT_MARKDOWN]
    rejected = dataclasses.replace(report(), id="v1.0-def", outcome="rejected", promoted_number=None)
    (folder / REPORT_JSON).write_bytes(rejected.to_bytes())
    assert f"of {MODEL}" not in record_cycle(folder, uri, "file:///spool/models/")
    assert client.get_model_version_by_alias(MODEL, ALIAS).version == model.version
