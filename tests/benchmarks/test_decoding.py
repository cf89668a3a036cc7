"""The comparison of ways of decoding: every crop by every way, counted by group."""

import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from benchmarks.decoding import WAYS, DecodingResult, main, measure, table
from ocr_model.reading.recognizer import Recognizer


def crop(code: str) -> Image.Image:
    picture = Image.new("L", (240, 60), 235)
    ImageDraw.Draw(picture).text((14, 8), code, fill=20, font_size=36)
    return picture


def test_every_crop_is_read_by_every_way_and_counted_in_its_group() -> None:
    reader = Recognizer.load(threads=1)
    crops = [("a", "CW2288-111", crop("CW2288-111")), ("b", "GW2871", crop("GW2871")), ("b", "X", crop("GW2871"))]
    results = measure([("one", reader), ("other", reader)], crops)
    assert [result.right for result in results] == [{"a": 1, "b": 1}] * 2
    assert all(len(result.milliseconds) == 3 for result in results)
    lines = table(results, crops).splitlines()
    assert lines[0].startswith("| decoding | a, 1 | b, 2 |")
    assert lines[2].startswith("| one | 1 | 1 |")


def test_the_table_shows_medians_and_means() -> None:
    lines = table([DecodingResult("one", {"a": 0}, [1.0, 2.0, 9.0])], [("a", "X", crop("X"))] * 3).splitlines()
    assert lines[-1] == "| one | 0 | 2.0 | 4.0 |"


def test_the_command_writes_a_row_for_each_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "docs" / "decoding.md"
    nowhere = str(tmp_path / "none")
    assert main(["--recipe", "v2.0", "--count", "2", "--crops", nowhere, "--threads", "1", "--out", str(out)]) == 0
    written = out.read_text(encoding="utf-8")
    assert all(f"| {name} |" in written for name, _ in WAYS)
    assert "synthetic, v2.0, 2" in written
    assert "no real crops" in capsys.readouterr().err


def test_an_unknown_recipe_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--recipe", "none-such", "--count", "1"]) == 2
    assert capsys.readouterr().err.startswith("error: unknown recipe")


def test_without_the_generator_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "data_gen.fonts", None)
    assert main(["--count", "1"]) == 2
    assert "run `make train-setup` first" in capsys.readouterr().err
