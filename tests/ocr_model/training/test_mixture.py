"""The mixture that a challenger learns from: shares, repeatability, and crops that stay readable."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.codes.text import match_key
from ocr_model.errors import LabelsError
from ocr_model.training.mixture import CropMixture, NoCropsError, WeightedRecipe, load_collected, vary

RECIPES = (WeightedRecipe("v1.0", 1.0), WeightedRecipe("v2.0", 3.0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    with (tmp_path / "labels.tsv").open("w", newline="") as file:
        table = csv.writer(file, delimiter="\t")
        table.writerow(("file", "text"))
        for number in range(4):
            Image.fromarray(rng.integers(0, 255, (30, 90), dtype=np.uint8)).save(tmp_path / f"{number}.png")
            table.writerow((f"{number}.png", f"KEPT-{number}"))
    return tmp_path


def test_both_kinds_come_in_their_share_and_every_collected_crop_comes(folder: Path) -> None:
    draw = CropMixture(folder, 0.5, RECIPES, seed=3).open()
    texts = [draw(number, False)[1] for number in range(120)]
    collected = [text for text in texts if text.startswith("KEPT")]
    assert 40 <= len(collected) <= 80
    assert set(collected) == {f"KEPT-{number}" for number in range(4)}


def test_a_number_stands_for_one_crop(folder: Path) -> None:
    one, other = (CropMixture(folder, 0.5, RECIPES, seed=3).open() for _ in range(2))
    for number in (7, 2, 11, 3):
        image, text = one(number, False)
        same, again = other(number, False)
        assert text == again
        assert np.array_equal(image, same)
    different = CropMixture(folder, 0.5, RECIPES, seed=4).open()
    assert [different(n, False)[1] for n in range(12)] != [one(n, False)[1] for n in range(12)]


def test_a_collected_crop_looks_a_little_different_each_time(folder: Path) -> None:
    draw = CropMixture(folder, 1.0, (), seed=1).open()
    seen: dict[str, list[bytes]] = {}
    for number in range(30):
        image, text = draw(number, False)
        assert image.dtype == np.uint8
        assert image.ndim == 2
        seen.setdefault(text, []).append(image.tobytes())
    assert all(len(set(looks)) == len(looks) for looks in seen.values())


def test_variation_keeps_a_crop_near_what_it_was(folder: Path) -> None:
    image = np.full((40, 160), 230, np.uint8)
    image[12:28, 20:140:6] = 20
    rng = np.random.default_rng(2)
    for _ in range(40):
        varied = vary(rng, image)
        height, width = varied.shape
        assert 0.8 < (width / height) / 4.0 < 1.25
        assert np.ptp(varied.astype(int)) > 60  # the print is still there
    assert np.array_equal(vary(rng, image, strength=0.0), image)
    assert vary(rng, image[:2, :2]).shape == (2, 2)  # too small to change


def test_codes_that_are_evaluated_on_are_never_rendered() -> None:
    plain = CropMixture(None, 0.0, RECIPES, seed=5).open()
    texts = [plain(number, False)[1] for number in range(25)]
    excluded = frozenset(match_key(text) for text in texts[::2])
    draw = CropMixture(None, 0.0, RECIPES, seed=5, excluded=excluded).open()
    again = [draw(number, False)[1] for number in range(25)]
    assert excluded.isdisjoint(map(match_key, again))
    kept = [(a, b) for a, b in zip(texts, again, strict=True) if match_key(a) not in excluded]
    assert all(a == b for a, b in kept)


@pytest.mark.parametrize(
    "mixture", [CropMixture(None, 0.5, ()), CropMixture(None, 1.5, RECIPES), CropMixture(None, 1.0, ())]
)
def test_a_mixture_of_nothing_is_refused(mixture: CropMixture) -> None:
    with pytest.raises(NoCropsError):
        mixture.open()


def test_without_collected_crops_all_are_rendered(tmp_path: Path) -> None:
    (tmp_path / "labels.tsv").write_text("file\ttext\n")
    draw = CropMixture(tmp_path, 0.9, RECIPES).open()
    assert draw(0, True)[0].size
    described = CropMixture(tmp_path, 0.4, RECIPES).describe()["mixture"]
    assert [one["share"] for one in described["recipes"]] == [0.15, 0.45]
    assert all(len(one["digest"]) == 64 for one in described["recipes"])


def test_a_damaged_picture_is_named(folder: Path) -> None:
    (folder / "2.png").write_bytes(b"no picture")
    with pytest.raises(LabelsError, match=r"labels\.tsv line \d+: 2\.png: "):
        load_collected(folder)
