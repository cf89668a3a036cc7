"""What readers say about crops is kept once, searched, and follows the label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from datasets.errors import StoreError
from datasets.metadata.describing import Described, describe
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from ocr_model.errors import ModelError
from tests.datasets.making import label, picture

ALL = parse_filter("all")


@dataclass
class Reads:
    """Reads the same on every crop."""

    text: str = "CW2288-111"
    by: str = "reader 1.0"
    reads: bool = True
    seen: list[int] = field(default_factory=list)  # crops of each call

    def describe(self, crops: Sequence[Image.Image]) -> list[Mapping[str, str]]:
        self.seen.append(len(crops))
        return [({"text": self.text} if self.text else {}) | {"confidence": "0.500"} for _ in crops]


class Fails(Reads):
    def describe(self, crops: Sequence[Image.Image]) -> list[Mapping[str, str]]:
        raise ModelError("computes no numbers")


@pytest.fixture
def store(tmp_path: Path) -> SampleStore:
    store = SampleStore.open(tmp_path)
    for number in range(20):
        store.keep(picture(number), label(f"p{number}", "CW2288-111" if number % 2 else "555088-101"))
    return store


def found(store: SampleStore, line: str) -> int:
    return store.search.count(parse_filter(line)).labels


def test_crops_are_described_once_in_batches_and_searched(store: SampleStore) -> None:
    with store:
        reader, told = Reads(), list[int]()
        assert describe(store, "one", reader, ALL, told.append) == Described(20, 0, 0)
        assert reader.seen == [16, 4] and sum(told) == 20
        assert found(store, "meta.one.agrees = yes") == 10
        assert found(store, "meta.one.text = CW2288-111 and meta.one.agrees = no") == 10
        assert describe(store, "one", reader, ALL, told.append) == Described(0, 0, 0)
        assert reader.seen == [16, 4] and sum(told) == 40
        change = store.marks.history(store.search.page(ALL, size=1).samples[0].digest)[0]
        assert change.by == "reader 1.0"


def test_a_filter_chooses_and_another_version_describes_anew(store: SampleStore) -> None:
    with store:
        some = parse_filter("text = CW2288-111")
        assert describe(store, "one", Reads(), some).new == 10
        assert found(store, 'meta.one.by = "reader 1.0"') == 10
        # The new version reads nothing: what the last one has read is gone.
        assert describe(store, "one", Reads(text="", by="reader 2.0"), ALL).new == 20
        assert found(store, "meta.one.text = CW2288-111") == 0
        assert found(store, "meta.one.agrees = no") == 20


def test_a_corrected_label_is_compared_without_reading_again(store: SampleStore) -> None:
    with store:
        reader = Reads()
        describe(store, "one", reader, ALL)
        store.keep(picture(0), label("p0", "CW2288-111", status="corrected"))
        assert describe(store, "one", reader, ALL) == Described(0, 1, 0)
        assert found(store, "meta.one.agrees = yes") == 11 and reader.seen == [16, 4]


def test_a_detector_tells_no_agreement(store: SampleStore) -> None:
    with store:
        describe(store, "lines", Reads(reads=False), ALL)
        assert found(store, "meta.lines.agrees = no") == 0 == found(store, "meta.lines.agrees = yes")


def test_a_reader_that_fails_is_named(store: SampleStore) -> None:
    with store, pytest.raises(StoreError, match=r"reader 1\.0: computes no numbers"):
        describe(store, "one", Fails(), ALL)
