import argparse
import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from ocr_model.tags.answers import COLUMNS
from ocr_model.tags.command import add_arguments, main
from tests.ocr_model.reading.packed import packed, png

Writer = Callable[..., Path]


@pytest.fixture
def read(attention_model: Writer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the command on the tiny model, without a detector."""
    from ocr_model.tags import tag_reader
    from ocr_model.tags.detection import NoDetector

    monkeypatch.setattr(tag_reader, "load_detector", lambda threads: NoDetector())
    model = attention_model()

    def run(*arguments: str | Path) -> int:
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        return main(parser.parse_args([*map(str, arguments), "--model", str(model)]))

    return run


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("RGB", (60, 20), "black").save(folder / "b.png")
    Image.new("RGB", (60, 20), "white").save(folder / "a.jpg")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (folder / "notes.txt").write_text("no picture")
    return folder


def test_a_folder_in_words(read: Callable[..., int], photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert read(photos) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [f"{photos / 'a.jpg'}: (no text)", f"{photos / 'b.png'}: no code; A1"]
    assert err.splitlines()[0].startswith(f"{photos / 'broken.jpg'}: error: ")
    assert err.splitlines()[1].startswith("1 file was left out")


def test_json_has_one_object_per_file(
    read: Callable[..., int], photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read(photos, "--json") == 1
    bright, dark, broken = map(json.loads, capsys.readouterr().out.splitlines())
    assert (bright["file"], bright["lines"]) == (str(photos / "a.jpg"), [])
    assert [line["text"] for line in dark["lines"]] == ["A1"]
    assert set(broken) == {"file", "error"}


def test_a_table_with_a_header(read: Callable[..., int], photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert read(photos / "b.png", photos / "missing.jpg", "--csv") == 1
    first, second = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert tuple(first) == COLUMNS
    assert (first["file"], first["error"]) == (str(photos / "b.png"), "")
    assert second["error"] == "No such file or directory"


def test_a_zip_into_a_file_that_a_second_start_goes_on_with(
    read: Callable[..., int], photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = packed(tmp_path / "photos.zip", {"a.png": png(), "cut.png": png()[:60]})
    out = tmp_path / "tags.csv"
    assert read(file, "--csv", "--out", out) == 1
    assert read(file, photos / "b.png", "--csv", "--out", out) == 1
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert [row["file"] for row in rows] == [f"{file}/a.png", f"{file}/cut.png", str(photos / "b.png")]
    assert [bool(row["error"]) for row in rows] == [False, True, False]
    assert capsys.readouterr() == ("", "")


def test_a_file_to_write_to_has_a_form_and_can_be_written(
    read: Callable[..., int], photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        read(photos, "--out", tmp_path / "out")
    assert left.value.code == 2
    assert "--out needs --json or --csv" in capsys.readouterr().err
    missing = tmp_path / "nowhere" / "out"
    assert read(photos, "--json", "--out", missing) == 2
    assert capsys.readouterr().err == f"error: {missing}: No such file or directory\n"
    assert read(photos, "--json", "--out", photos / "notes.txt") == 2
    assert (photos / "notes.txt").read_text() == "no picture"


def test_a_missing_model(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert main(parser.parse_args([str(photos), "--model", str(photos)])) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_progress_is_for_terminals(
    is_terminal: bool, read: Callable[..., int], photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return is_terminal

    monkeypatch.setattr(sys, "stderr", Stream())
    assert read(photos / "a.jpg", photos / "b.png") == 0
    assert ("1 of 2  b.png" in sys.stderr.getvalue()) == is_terminal  # type: ignore[attr-defined]
    assert sys.stderr.getvalue().endswith("\x1b[K") == is_terminal  # type: ignore[attr-defined]


def test_one_form_of_output_at_a_time(read: Callable[..., int], photos: Path) -> None:
    with pytest.raises(SystemExit):
        read(photos, "--json", "--csv")
