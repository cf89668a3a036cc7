"""Labels are kept and taken back in threads, and each change is told once."""

import asyncio
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr

from backend import label_store
from backend.http.problems import Problem
from backend.label_store import LabelStore
from backend.settings import Settings
from datasets.errors import IndexUnavailableError
from datasets.samples.index import SampleIndex
from datasets.samples.room import Room
from datasets.samples.sample import Label
from ocr_model.domains.domain import Domain

LABEL = Label("p1", "corrected", "GW2872", "GW2871", 0.9, "fake", "7", "", datetime(2026, 1, 31, tzinfo=UTC))


@pytest.fixture
def changes() -> list[str]:
    return []


@pytest.fixture
def labels(settings: Settings, changes: list[str]) -> Iterator[LabelStore]:
    labels = LabelStore(settings, lambda: 1_770_000_000.0, changes.append)
    yield labels
    labels.close()


def test_a_verdict_sent_again_is_one_change(labels: LabelStore, changes: list[str], picture: Image.Image) -> None:
    labels.open()
    first = asyncio.run(labels.keep(picture, LABEL))
    again = asyncio.run(labels.keep(picture, replace(LABEL, at=LABEL.at + timedelta(seconds=5))))
    assert again == first
    asyncio.run(labels.keep(picture, replace(LABEL, text="GW2873", at=LABEL.at + timedelta(seconds=9))))
    assert changes == ["corrected", "corrected"]
    assert [sample.label.text for sample in labels.samples.samples()] == ["GW2873"]


def test_an_undo_is_one_change(labels: LabelStore, changes: list[str], picture: Image.Image) -> None:
    labels.open()
    asyncio.run(labels.keep(picture, LABEL))
    assert asyncio.run(labels.undo("p1"))
    assert not asyncio.run(labels.undo("p1"))
    assert changes == ["corrected", "deleted"]


def test_before_it_is_open_nothing_is_kept(labels: LabelStore, picture: Image.Image) -> None:
    for job in (labels.keep(picture, LABEL), labels.undo("p1")):
        with pytest.raises(Problem) as refused:
            asyncio.run(job)
        assert (refused.value.status_code, refused.value.kind) == (503, "not-ready")
    assert (labels.is_open, labels.failure) == (False, None)
    assert math.isnan(labels.unsent)  # nobody knows yet
    labels.open()
    assert (labels.is_open, labels.unsent) == (True, 0)


def test_a_spool_that_cannot_be_opened_is_named(labels: LabelStore, settings: Settings) -> None:
    settings.data_dir.mkdir()
    settings.spool.write_text("a file where the folder should be")
    labels.open()
    assert not labels.is_open
    assert str(settings.spool) in (labels.failure or "")
    with pytest.raises(Problem) as refused:
        _ = labels.samples
    assert (refused.value.status_code, refused.value.kind) == (503, "store-unavailable")
    assert str(settings.spool) not in refused.value.detail  # folders are for the log


def test_it_comes_back_by_itself_and_says_the_same_failure_once(
    labels: LabelStore, settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_store, "_FIRST_PAUSE", 0.01)
    settings.data_dir.mkdir()
    settings.spool.write_text("a file where the folder should be")
    for _ in range(3):
        labels.open()

    async def open_again() -> None:
        opening = asyncio.create_task(labels.open_again())
        await asyncio.sleep(0.1)
        assert not opening.done()
        settings.spool.unlink()
        await opening

    asyncio.run(open_again())
    assert (labels.is_open, labels.failure, labels.refusal) == (True, None, None)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert said[1].endswith("is open again")


def test_a_store_that_opens_while_the_service_closes_is_closed(labels: LabelStore) -> None:
    labels.close()
    labels.open()
    assert not labels.is_open


@pytest.mark.parametrize(
    ("changes", "status", "kind"),
    [
        ({"database_url": SecretStr("postgresql://nobody@127.0.0.1:1/none")}, 503, "database-unavailable"),
        ({}, 507, "store-full"),
    ],
)
def test_labels_are_told_why_the_store_is_closed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], status: int, kind: str
) -> None:
    if kind == "store-full":
        monkeypatch.setattr(SampleIndex, "beside", unavailable)
        monkeypatch.setattr(Room, "free", lambda _: 0)
    labels = LabelStore(settings.model_copy(update=changes), time.time, lambda _: None)
    labels.open()
    with pytest.raises(Problem) as refused:
        _ = labels.samples
    assert (refused.value.status_code, refused.value.kind) == (status, kind)
    assert "127.0.0.1" not in refused.value.detail
    labels.close()


def unavailable(spool: Path, domain: Domain, *, is_shared: bool) -> SampleIndex:
    raise IndexUnavailableError("the database does not answer: database or disk is full")
