"""Listing hard crops: those that the peer alone reads, and the same ones however often the command is stopped."""

from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")
pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from benchmarks import hard_crops as under_test
from benchmarks.readers import Reader, ReaderMissingError, Reading
from data_gen.crop import CropRenderer
from data_gen.fonts import load_fonts
from data_gen.recipe import load_recipe
from ocr_model.training.hard_crops import new_list, read_hard_crops
from tests.benchmarks.racing import reader

RECIPE = load_recipe("v1.0")
RENDERER = CropRenderer(RECIPE, load_fonts(RECIPE.fonts), 4)
CROPS = [RENDERER.render(index) for index in range(12)]
TEXTS = {crop.image.tobytes(): (index, crop.text) for index, crop in enumerate(CROPS)}


def reads(*indices: int) -> Reader:
    """A reader of these crops, which reads nothing else."""

    def read(picture: Image.Image) -> Reading:
        index, text = TEXTS[picture.convert("L").tobytes()]
        return Reading(text if index in indices else "NO", 0.5)

    return reader("some", read)


def test_crops_that_only_the_peer_reads_are_hard() -> None:
    listed = under_test.extend(new_list("v1.0", 4), RENDERER, reads(0, 1, 2, 3), reads(2, 3, 4, 5, 6), 12)
    assert listed.hard == (4, 5, 6)
    assert (listed.tried, listed.unread) == (12, 5)


def test_a_list_goes_on_where_it_ended() -> None:
    mine, peer = reads(0, 5, 9), reads(*range(1, 11))
    whole = under_test.extend(new_list("v1.0", 4), RENDERER, mine, peer, 12)
    half = under_test.extend(new_list("v1.0", 4), RENDERER, mine, peer, 5)
    assert under_test.extend(half, RENDERER, mine, peer, 7) == whole


def test_the_command_writes_a_list_and_refuses_another_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(under_test, "ours", lambda threads, model, second: reads(*range(9)))
    monkeypatch.setattr(under_test, "rapidocr", lambda threads: reads(*range(12)))
    out = tmp_path / "hard.json"
    options = ["--recipe", "v1.0", "--seed", "4", "--out", str(out)]
    assert under_test.main([*options, "--count", "10"]) == 0
    assert read_hard_crops(out).hard == (9,)
    assert under_test.main([*options, "--count", "12"]) == 0
    assert read_hard_crops(out).hard == (9, 10, 11)
    assert "3 hard crops of 12" in capsys.readouterr().out
    assert under_test.main(["--recipe", "v1.0", "--seed", "5", "--out", str(out), "--count", "12"]) == 2
    assert "lists crops of recipe v1.0, seed 4" in capsys.readouterr().err


def test_without_the_peer_there_is_no_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(threads: int) -> Reader:
        raise ReaderMissingError("rapidocr is not installed")

    monkeypatch.setattr(under_test, "ours", lambda threads, model, second: reads())
    monkeypatch.setattr(under_test, "rapidocr", missing)
    assert under_test.main(["--recipe", "v1.0", "--out", str(tmp_path / "hard.json")]) == 2
    assert "rapidocr is not installed" in capsys.readouterr().err
    assert not (tmp_path / "hard.json").exists()
