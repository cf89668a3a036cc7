from __future__ import annotations

from pathlib import Path

import pytest

from datasets.cycles.publication import (
    keep_decision,
    keep_report,
    publish_failure,
    recall_decision,
    store_report,
)
from datasets.cycles.report import read_report
from datasets.cycles.wording import in_english
from datasets.errors import BucketUnavailableError
from datasets.objects.folder import FolderObjects
from datasets.objects.interface import ObjectStore
from datasets.reason import Reason
from tests.datasets.cycles.test_report import CROP, report

PICTURES = {"accuracy.png": b"a picture"}


def test_the_report_comes_last(objects: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[str] = []
    real = type(objects).put

    def noted(self: ObjectStore, name: str, data: bytes) -> bool:
        put.append(name.rpartition("/")[2])
        return real(self, name, data)

    monkeypatch.setattr(type(objects), "put", noted)
    store_report(objects, report(), PICTURES)
    assert put == ["accuracy.png", "report.md", "report.html", "report.json"]
    assert read_report(objects, report().id) == report()
    assert objects.get(f"cycles/{report().id}/accuracy.png") == b"a picture"


def test_a_cycle_that_could_not_begin_has_a_report(objects: ObjectStore) -> None:
    failed = publish_failure(objects, "c1", "v1.0", Reason.words("no luck"), "jin", "friday", damaged=[CROP])
    assert (failed.outcome, failed.champion, failed.version_hash) == ("failed", None, "")
    assert in_english(failed.reason) == "Failed before it began: no luck"
    assert [one.damage for one in failed.damaged] == [CROP]
    assert read_report(objects, "c1") == failed
    assert "Failed before it began: no luck" in objects.get("cycles/c1/report.md").decode()


def test_a_full_work_folder_is_told_and_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert keep_report(tmp_path, report(), PICTURES) is None
    assert (tmp_path / "accuracy.png").read_bytes() == b"a picture"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("datasets.cycles.publication.write_whole", full)
    refused = keep_report(tmp_path, report(), PICTURES)
    assert refused is not None
    assert refused.endswith("No space left on device")


def test_a_decision_is_recalled_here_and_on_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    objects, here, there = FolderObjects(tmp_path / "objects"), tmp_path / "here", tmp_path / "there"
    here.mkdir()
    assert recall_decision(objects, here, report().id) == (None, {})
    keep_decision(objects, here, report(), PICTURES)
    assert recall_decision(objects, here, report().id) == (report(), PICTURES)
    assert recall_decision(objects, there, report().id) == (report(), {})

    def away(*_: object) -> bytes:
        raise BucketUnavailableError("no answer")

    monkeypatch.setattr(FolderObjects, "get", away)
    assert recall_decision(objects, here, report().id)[0] == report()
    with pytest.raises(BucketUnavailableError):
        recall_decision(objects, there, report().id)
