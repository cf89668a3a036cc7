"""Hard crops: drawn as often as was asked, never from a list that no longer fits."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.training.hard_crops import HardCropsError, WithHardCrops, new_list, read_hard_crops
from ocr_model.training.rendered_crops import RecipeCrops

LISTED = replace(new_list("v1.0", 9), tried=50, unread=2, hard=(3, 17, 41))
BASE = RecipeCrops("v1.0", 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    LISTED.write(tmp_path / "lists" / "hard.json")
    return tmp_path / "lists" / "hard.json"


def test_a_list_is_read_as_it_was_written(file: Path) -> None:
    assert read_hard_crops(file) == LISTED
    assert [path.name for path in file.parent.iterdir()] == ["hard.json"]


def test_hard_crops_come_as_often_as_was_asked(file: Path) -> None:
    draw, draw_listed = WithHardCrops(BASE, file, 0.5).open(), RecipeCrops("v1.0", 9).open()
    hard = {draw_listed(index, False)[1] for index in LISTED.hard}
    came = [draw(number, False)[1] in hard for number in range(100)]
    assert 30 < sum(came) < 70


def test_a_hard_crop_comes_a_little_varied_each_time(file: Path) -> None:
    draw = WithHardCrops(BASE, file, 1.0).open()
    by_text: dict[str, list[bytes]] = {}
    for number in range(12):
        image, text = draw(number, False)
        assert image.dtype == np.uint8 and image.ndim == 2
        by_text.setdefault(text, []).append(image.tobytes())
    assert len(by_text) == 3
    assert all(len(set(images)) == len(images) for images in by_text.values())


def test_the_same_number_gives_the_same_crop(file: Path) -> None:
    source = WithHardCrops(BASE, file, 0.5)
    forward = [source.open()(number, False) for number in range(6)]
    draw = source.open()
    backward = [draw(number, False) for number in reversed(range(6))][::-1]
    assert all(a[1] == b[1] and np.array_equal(a[0], b[0]) for a, b in zip(forward, backward, strict=True))


def test_easy_crops_and_a_share_of_nothing_are_the_recipe_s_own(file: Path) -> None:
    plain, none, all_hard = BASE.open(), WithHardCrops(BASE, file, 0.0).open(), WithHardCrops(BASE, file, 1.0).open()
    for number in range(4):
        assert np.array_equal(none(number, False)[0], plain(number, False)[0])
        assert np.array_equal(all_hard(number, True)[0], plain(number, True)[0])


def test_the_card_says_how_many_hard_crops_come_how_often(file: Path) -> None:
    card = WithHardCrops(BASE, file, 0.25).describe()
    assert card["hard_crops"] == {"count": 3, "of": 50, "seed": 9, "share": 0.25}
    assert card["recipe_digest"] == LISTED.digest


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"digest": "0" * 64}, "has changed since"),
        ({"recipe": "nope"}, "unknown recipe"),
        ({"hard": []}, "names no hard crop"),
        ({"hard": None}, "is no list of hard crops"),
        ({"flavour": 1}, "is no list of hard crops"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(file: Path, changes: dict[str, object], message: str) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    with pytest.raises(HardCropsError, match=message):
        WithHardCrops(BASE, file, 0.5).open()


def test_a_missing_list_another_recipe_and_a_wrong_share_are_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(HardCropsError, match="is no list of hard crops"):
        WithHardCrops(BASE, tmp_path / "none.json", 0.5).open()
    with pytest.raises(HardCropsError, match=r"of recipe v1\.0, not of v2\.0"):
        WithHardCrops(RecipeCrops("v2.0"), file, 0.5).open()
    with pytest.raises(HardCropsError, match="between 0 and 1"):
        WithHardCrops(BASE, file, 1.5).open()
