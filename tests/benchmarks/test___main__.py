import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from benchmarks import __main__ as bench
from benchmarks.readers import Reader, ReaderMissingError, Reading
from tests.ocr_model.conftest import write_attention_model

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def crops(tmp_path: Path) -> Path:
    folder = tmp_path / "crops" / "team_dev"
    folder.mkdir(parents=True)
    Image.new("RGB", (60, 20), "black").save(folder / "dark.png")
    Image.new("RGB", (60, 20), "white").save(folder / "bright.png")
    (folder / "labels.tsv").write_text("file\ttext\ndark.png\tA1\nbright.png\tZZ-9\n", encoding="utf-8")
    return folder.parent


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> None:
    def peer(threads: int) -> Reader:
        return Reader("some peer", lambda crop: Reading("ZZ9", 0.8), (), read_many=lambda crops: ["ZZ9"] * len(crops))

    def missing(threads: int) -> Reader:
        raise ReaderMissingError("no such reader here")

    monkeypatch.setattr(bench, "rapidocr", peer)
    monkeypatch.setattr(bench, "tesseract", missing)


@pytest.mark.usefixtures("peers")
def test_tables_and_pages_are_written(crops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = write_attention_model(tmp_path / "model")
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- benchmark -->\nthe last one\n<!-- /benchmark -->\nafter\n", encoding="utf-8")
    out = tmp_path / "docs" / "benchmark"
    arguments = ["--crops", crops, "--model", model, "--out", out, "--readme", readme, "--threads", 1]
    assert bench.main([*map(str, arguments), "--calibration", str(tmp_path / "none.json")]) == 0
    printed = capsys.readouterr()
    assert "left out: no such reader here" in printed.err
    assert "| team_dev, upright | at least 51 of 51 | 1 of 2 (" in printed.out
    assert "not measured yet" in printed.out
    written = out.with_suffix(".md").read_text(encoding="utf-8")
    # ZZ9 is ZZ-9 to the exact metric, and not to the strict one.
    exact, strict = (line for line in written.splitlines() if line.startswith("| team_dev upright |"))
    assert exact.split("|")[3].strip().startswith("1 of 2")
    assert strict.split("|")[3].strip().startswith("0 of 2")
    assert "benchmark-errors.html" in written
    assert "dark.png" in (tmp_path / "docs" / "benchmark-errors.html").read_text(encoding="utf-8")
    filled = readme.read_text(encoding="utf-8")
    assert filled.startswith("before\n<!-- benchmark -->\n|  | this reader (tiny 1) |")
    assert "| real tag crops read, upright, of 2 | 1 |" in filled
    assert "| team_dev, upright | 1 of 2 |" in filled
    assert filled.endswith("<!-- /benchmark -->\nafter\n")
    with Image.open(out.with_suffix(".png")) as drawn:
        assert drawn.width > 1000
    assert "the last one" not in filled


def test_no_other_reader_stands_in_for_the_peer(
    crops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(threads: int) -> Reader:
        raise ReaderMissingError("rapidocr is not installed")

    monkeypatch.setattr(bench, "rapidocr", missing)
    monkeypatch.setattr(bench, "tesseract", lambda threads: Reader("Tesseract", lambda crop: Reading("ZZ9", 0.8), ()))
    arguments = ["--crops", str(crops), "--model", str(write_attention_model(tmp_path / "model")), "--threads", "1"]
    readme = tmp_path / "README.md"
    readme.write_text("<!-- benchmark -->\nold\n<!-- /benchmark -->\n", encoding="utf-8")
    assert bench.main([*arguments, "--readme", str(readme)]) == 2
    assert "old" in readme.read_text(encoding="utf-8")
    assert bench.main(arguments) == 0
    printed = capsys.readouterr().out
    targets, readers = printed.split("| exact match", 1)
    assert "| no peer | verdict |" in targets and "Tesseract" not in targets and "Tesseract" in readers


def test_without_crops_there_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REAL_CROPS", raising=False)
    assert bench.main([]) == 2
    assert bench.main(["--crops", str(tmp_path)]) == 2
    unset, empty = capsys.readouterr().err.splitlines()
    assert "set REAL_CROPS" in unset
    assert empty == f"error: {tmp_path}: no labels.tsv in this folder or in the folders in it"


@pytest.mark.usefixtures("peers")
def test_folders_of_any_name_are_measured(crops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (crops / "team_dev").rename(os.fsdecode(os.fsencode(crops) + b"/\xb9\xf8"))
    model = write_attention_model(tmp_path / "model")
    out = tmp_path / "benchmark"
    arguments = ["--crops", crops, "--model", model, "--out", out, "--threads", 1, "--quick"]
    assert bench.main([*map(str, arguments), "--calibration", str(tmp_path / "none.json")]) == 0
    assert "| \\xb9\\xf8 upright |" in out.with_suffix(".md").read_text(encoding="utf-8")


def test_a_table_without_a_header_is_told(crops: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (crops / "team_dev" / "labels.tsv").write_text("dark.png\tA1\n", encoding="utf-8")
    assert bench.main(["--crops", str(crops)]) == 2
    assert "labels.tsv line 1: the first line must name the columns" in capsys.readouterr().err


def test_without_a_model_there_is_one_line(crops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--crops", str(crops), "--model", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("module", ["benchmarks", "benchmarks.decoding"])
def test_help_needs_no_package_beyond_the_app_s(module: str) -> None:
    absent = ("rstr", "trdg", "cv2", "fontTools", "torch", "onnx", "rapidocr", "tesserocr", "matplotlib")
    script = (
        f"import runpy, sys; sys.modules.update(dict.fromkeys({absent!r}))\n"
        f"sys.argv[1:] = ['--help']; runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "--crops" in ran.stdout
