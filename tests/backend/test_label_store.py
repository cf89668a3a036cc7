"""Labels are kept and taken back in threads, and each change is told once."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from backend.http.problems import Problem
from backend.label_store import LabelStore
from backend.settings import Settings
from datasets.samples.sample import Label

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
    assert (labels.is_open, labels.unsent, labels.failure) == (False, 0, None)
    labels.open()
    assert labels.is_open


def test_a_spool_that_cannot_be_opened_is_named(labels: LabelStore, settings: Settings) -> None:
    settings.data_dir.mkdir()
    settings.spool.write_text("a file where the folder should be")
    labels.open()
    assert not labels.is_open
    assert str(settings.spool) in (labels.failure or "")
    with pytest.raises(Problem) as refused:
        _ = labels.samples
    assert refused.value.detail == labels.failure
