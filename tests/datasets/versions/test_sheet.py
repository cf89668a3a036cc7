from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from datasets.samples.history import read_buried
from datasets.samples.places import Places
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.creation import VersionRequest, create_version
from datasets.versions.sheet import draw_sheet, forget_on_sheets, put_sheet, sheet_samples
from datasets.versions.version import Rules
from tests.datasets.patterns import keep, pattern


def cell(sheet: bytes, column: int) -> Image.Image:
    """The picture in the first row of a sheet, as large as it is drawn."""
    with Image.open(io.BytesIO(sheet)) as image:
        return image.crop((column * 226, 0, column * 226 + 220, 55)).convert("L")


def test_the_contact_sheet_shows_the_crops_and_forgets_removed_ones(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store, Places.open(tmp_path) as places:
        kept = [keep(store, n) for n in (1, 2)]
        catalogue = VersionCatalogue(places)
        everything = VersionRequest(filters=(parse_filter("all"),), rules=Rules(evaluation_share=0.0))
        version = create_version(store, places, "v1.0", everything)
        put_sheet(store, catalogue, version, read_buried(places))
        sheet = catalogue.get_beside("v1.0", "contact.png")
        assert sheet is not None
        order = sheet_samples(sheet)
        assert set(order) == {one.digest for one in kept}
        numbers = {one.digest: number for one, number in zip(kept, (1, 2), strict=True)}
        for column, digest in enumerate(order):
            wanted = np.asarray(pattern(numbers[digest]).convert("L").resize((220, 55)), np.float64)
            assert np.abs(np.asarray(cell(sheet, column), np.float64) - wanted).mean() < 1
        store.delete(order[0])
        assert forget_on_sheets(store, catalogue, read_buried(places)) == ["v1.0"]
        left = catalogue.get_beside("v1.0", "contact.png")
        assert left is not None
        assert sheet_samples(left) == order[1:]
        assert np.asarray(cell(left, 1)).min() == 255  # nothing there any more
        assert forget_on_sheets(store, catalogue, read_buried(places)) == []
        store.delete(order[1])
        assert forget_on_sheets(store, catalogue, read_buried(places)) == ["v1.0"]
        assert catalogue.get_beside("v1.0", "contact.png") is None
        assert draw_sheet(store, version.manifest, read_buried(places)) is None
        assert catalogue.read("v1.0") == version
