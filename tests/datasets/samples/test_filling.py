"""An index that is filled at once holds what one holds to which events came one by one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from datasets.samples import text_index
from datasets.samples.event import Event
from datasets.samples.index import SampleIndex
from datasets.samples.picture_quality import PictureQuality
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture
from tests.datasets.samples.test_index import deleted, labelled


def history() -> list[Event]:
    draw, events = random.Random(5), []
    for stamp in range(1, 200):
        prediction, sample = f"p{draw.randrange(40)}", f"{draw.randrange(30):064x}"
        kind = draw.random()
        if kind < 0.8:
            events.append(labelled(stamp, prediction, sample, draw.choice(["CW2288-111", "M7650C", ""])))
        elif kind < 0.9:
            events.append(deleted(stamp, prediction=prediction))
        else:
            events.append(deleted(stamp, sample=sample))
    draw.shuffle(events)
    return events


def content(index: SampleIndex) -> tuple[object, ...]:
    with index._engine.connect() as connection:
        made = {found["name"] for found in sa.inspect(connection).get_indexes("live")}
        trigrams = set(text_index.INDEXED.values())
        assert connection.dialect.name == "sqlite" or trigrams <= made  # SQLite has them in tables
        made -= trigrams
    return (list(index.samples()), index.count(), index.revision(), list(index.needed_crops()), sorted(map(str, made)))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    yield f"sqlite:///{tmp_path / 'i.sqlite3'}" if request.param == "sqlite" else request.getfixturevalue("postgres")


def test_filled_at_once_and_one_by_one(url: str) -> None:
    events = history()
    with closing(SampleIndex("sqlite://")) as slow:
        for event in events:
            slow.add([event])
        expected = content(slow)
    with closing(SampleIndex(url)) as index:
        index.fill([events[:90], events[90:]])
        assert content(index) == expected
        assert not index.is_filling()


def test_a_filling_that_was_interrupted_is_finished(url: str) -> None:
    events = history()

    def until_killed() -> Iterator[list[Event]]:
        yield events[:90]
        raise KeyboardInterrupt

    with closing(SampleIndex(url)) as index, pytest.raises(KeyboardInterrupt):
        index.fill(until_killed())
    with closing(SampleIndex(url)) as index:
        assert index.is_filling()
        assert len(index.event_names()) == 90
        index.add([events[150]])  # another process goes on meanwhile
        index.fill([events[90:]])
        with closing(SampleIndex("sqlite://")) as slow:
            slow.add(events)
            assert content(index) == content(slow)


def test_a_store_goes_on_filling_its_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SampleStore.open(tmp_path) as store:
        for number in range(6):
            store.keep(picture(number), label(f"p{number}"))
        kept = list(store.samples())
    for path in (tmp_path / "local").glob("index.sqlite3*"):
        path.unlink()
    monkeypatch.setattr("datasets.samples.index_keeper.MANY", 3)
    with monkeypatch.context() as killed:
        killed.setattr("datasets.samples.filling.derive_all", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            SampleStore.open(tmp_path)
    with SampleStore.open(tmp_path) as store:
        assert list(store.samples()) == kept
        assert store.counts().kept == 6
        assert store.upkeep.reindex() == 6
        assert list(store.upkeep.verify()) == []


def test_labels_of_a_crop_that_is_measured_have_its_measure(url: str) -> None:
    labels = list({event.prediction_id: event for event in history() if event.kind == "label"}.values())
    crop = Counter(event.sample for event in labels).most_common(1)[0][0]
    same = [event for event in labels if event.sample == crop]
    assert crop is not None
    assert len(same) > 1
    quality = PictureQuality(120, 30.0, 0.5)
    with closing(SampleIndex(url)) as index:
        index.add(same[:1])
        index.qualities.note({crop: quality})
        index.fill([labels])
        found = [sample.quality for sample in index.samples() if sample.digest == crop]
        assert found == [quality] * len(same)
