"""Deletions that another backend has accepted are carried out where the crop lies."""

from pathlib import Path

import pytest
from PIL import Image

from datasets.samples.store import SampleStore
from tests.datasets.making import label


@pytest.fixture
def crop() -> Image.Image:
    return Image.new("RGB", (40, 12), (200, 10, 10))


def test_each_deletion_is_found_once_and_again_after_a_restart(
    postgres: str, tmp_path: Path, crop: Image.Image
) -> None:
    with (
        SampleStore.open(tmp_path / "here", database=postgres) as here,
        SampleStore.open(tmp_path / "there", database=postgres) as there,
    ):
        assert here.removals.look().predictions == frozenset()
        kept = [here.keep(crop, label(name)) for name in ("a", "b")]
        assert there.undo("a")
        assert here.removals.look().predictions == {"a"}
        assert here.crops.whole(kept[1].digest)  # a label needs it
        assert there.delete(kept[1].digest) == 1
        removals = here.removals.look()
        assert (removals.predictions, removals.crops) == ({"a", "b"}, {kept[1].digest})
        assert list((tmp_path / "here").rglob(f"*{kept[1].digest}*.png")) == []
        assert here.removals.look().predictions == frozenset()
    with SampleStore.open(tmp_path / "here", database=postgres) as here:
        assert here.removals.look().predictions == {"a", "b"}


def test_a_prediction_that_has_a_label_again_is_not_forgotten(postgres: str, tmp_path: Path, crop: Image.Image) -> None:
    with (
        SampleStore.open(tmp_path / "here", database=postgres) as here,
        SampleStore.open(tmp_path / "there", database=postgres) as there,
    ):
        here.keep(crop, label("a"))
        assert there.undo("a")
        sample = here.keep(crop, label("a"))
        removals = here.removals.look()
        assert (removals.predictions, removals.crops) == (frozenset(), frozenset())
        assert here.crop(sample.digest).size == crop.size


def test_an_index_that_was_made_anew_is_looked_through_from_the_start(
    postgres: str, tmp_path: Path, crop: Image.Image
) -> None:
    with SampleStore.open(tmp_path / "here", database=postgres) as here:
        for name in ("a", "b"):
            here.keep(crop, label(name))
            assert here.undo(name)
        here.removals.look()
        here.removals._seen = 1_000_000  # as before a loss of the database
        assert here.removals.look().predictions == {"a", "b"}
