"""Crops are measured after they have come, once, whatever interrupts it; labels are searched and sorted by that."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from datasets.objects.names import crop_name
from datasets.samples.measuring import measure_crops, with_quality
from datasets.samples.places import Places
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.creation import VersionRequest, draw_up
from tests.datasets.making import label
from tests.datasets.patterns import pattern


def keep(store: SampleStore, count: int) -> None:
    """Crops that are the more blurred the higher their number."""
    for number in range(count):
        picture: Image.Image = pattern(number).filter(ImageFilter.GaussianBlur(number))
        store.keep(picture, label(f"p{number}"))


def found(store: SampleStore, search: str, order: str = "newest") -> list[str]:
    page = store.search.page(parse_filter(search), size=50, order=order)  # type: ignore[arg-type]
    return [sample.label.prediction_id for sample in page.samples]


def test_until_a_crop_is_measured_no_comparison_takes_it(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        keep(store, 4)
        for search in ("sharpness >= 0", "sharpness != 1", "light in (0, 1)"):
            assert found(store, search) == []
            assert len(found(store, f"not {search}")) == 4
        assert found(store, "all", "least sharp") == []
        measure_crops(store)
        assert len(found(store, "sharpness >= 0 and light > 0 and contrast > 0")) == 4
        assert found(store, "all", "sharpest") == ["p0", "p1", "p2", "p3"]
        assert found(store, "all", "least sharp") == ["p3", "p2", "p1", "p0"]
        (sample,) = (sample for sample in store.samples() if sample.label.prediction_id == "p2")
        assert sample.quality is not None
        assert found(store, f"sharpness <= {sample.quality.sharpness}", "least sharp") == ["p3", "p2"]


def test_pages_by_a_measure_hold_each_label_once(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        keep(store, 7)
        measure_crops(store)
        keep(store, 8)  # the last one is not measured
        seen: list[str] = []
        after: str | None = None
        while True:
            page = store.search.page(parse_filter("all"), size=3, order="sharpest", after=after)
            seen += [sample.label.prediction_id for sample in page.samples]
            after = page.after
            if after is None:
                break
        assert sorted(seen) == [f"p{number}" for number in range(7)]


def test_measuring_goes_on_after_an_interruption_and_passes_damaged_crops_over(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        keep(store, 6)
        damaged = next(sample for sample in store.samples() if sample.label.prediction_id == "p1")
        (tmp_path / crop_name(damaged.digest)).write_bytes(b"no picture")
        looks = iter((True, True, False))
        beyond = measure_crops(store, rest=lambda: next(looks))
        assert len(found(store, "sharpness >= 0")) == 2
    with SampleStore.open(tmp_path) as store:
        looked: list[int] = []
        assert measure_crops(store, beyond, rest=lambda: not looked.append(1)) > beyond  # type: ignore[func-returns-value]
        assert len(looked) == 3
        assert len(found(store, "sharpness >= 0")) == 5


def test_a_second_label_of_a_crop_is_measured_already(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        keep(store, 2)
        measure_crops(store)
        store.keep(pattern(0).filter(ImageFilter.GaussianBlur(0)), label("another"))
        assert "another" in found(store, "sharpness >= 0")
        store.upkeep.reindex()
        measure_crops(store)
        assert len(found(store, "sharpness >= 0")) == 3


def test_a_version_is_defined_by_a_measure_whether_it_is_known_or_not(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store, Places.open(tmp_path) as places:
        keep(store, 6)
        qualities = [sample.quality for sample in with_quality(store, list(store.samples()))]
        limit = sorted(quality.sharpness for quality in qualities if quality is not None)[2]
        request = VersionRequest(filters=(parse_filter(f"sharpness <= {limit}"),))
        before = draw_up(store, places, request)
        measure_crops(store)
        assert draw_up(store, places, request).hash == before.hash
        assert len(before.entries) == 3


@pytest.mark.parametrize(
    ("status", "text", "confidence", "doubt"),
    [("accepted", "CW2288-111", 0.9, 0.1), ("corrected", "CW2288-117", 0.9, 0.9), ("unreadable", "", 0.25, 0.25)],
)
def test_a_sure_reading_that_says_otherwise_makes_a_label_doubtful(
    tmp_path: Path, status: str, text: str, confidence: float, doubt: float
) -> None:
    with SampleStore.open(tmp_path) as store:
        said = {"status": status, "read_text": "CW2288-111", "read_confidence": confidence}
        store.keep(pattern(1), label("p", text, **said))
        assert found(store, f"doubt = {doubt}", "most doubtful") == ["p"]
