"""The zip of the day holds what it says: so many wrong labels, so many copies, and a table of them all."""

import io
import zipfile
from collections import Counter
from itertools import pairwise

import pytest
from PIL import Image

pytest.importorskip("trdg")

from benchmarks.team_day.crops import DayCrop, DaySizes, day_crops, zipped
from ocr_model.codes.text import match_key

SIZES = DaySizes(held=0, crops=24, wrong=5, twice=4)


@pytest.fixture(scope="module")
def crops() -> list[DayCrop]:
    return day_crops(SIZES, 7)


def test_it_has_two_kinds_some_wrong_labels_and_some_copies(crops: list[DayCrop]) -> None:
    assert len(crops) == SIZES.crops
    kinds = Counter(crop.kind for crop in crops if not crop.copy_of)
    assert kinds == {"new": 10, "plain": 10}
    wrong = [crop for crop in crops if match_key(crop.label) != match_key(crop.truth)]
    assert wrong == [crop for crop in crops if crop.slip is not None]
    assert len(wrong) == SIZES.wrong


def test_half_of_the_copies_have_the_same_pixels(crops: list[DayCrop]) -> None:
    files = {crop.file: crop for crop in crops}
    copies = [crop for crop in crops if crop.copy_of]
    assert len(copies) == SIZES.twice
    same = [files[crop.copy_of].picture == crop.picture for crop in copies]
    assert all(one != other for one, other in pairwise(same))
    for crop in copies:
        assert files[crop.copy_of].slip is None
        before, after = (Image.open(io.BytesIO(data)).size for data in (files[crop.copy_of].picture, crop.picture))
        assert before == after


def test_the_zip_has_a_table_of_all(crops: list[DayCrop]) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(crops))) as file:
        rows = file.read("labels.tsv").decode().splitlines()
        assert sorted(file.namelist()) == sorted([*(crop.file for crop in crops), "labels.tsv"])
    assert [row.split("\t")[:2] for row in rows[1:]] == [[crop.file, crop.label] for crop in crops]
