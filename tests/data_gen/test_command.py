"""The commands: what they write and print, and how they refuse."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from PIL import Image

from data_gen.__main__ import main
from ocr_model.labelled_folder import read_labels


def test_the_command_writes_labels_beside_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--recipe", "v1.0", "--count", "3", "--out", str(tmp_path / "out")]) == 0
    rows = (tmp_path / "out" / "labels.tsv").read_text(encoding="utf-8").splitlines()
    assert rows[0].split("\t")[:2] == ["file", "text"]
    assert len(rows) == 4
    assert all((tmp_path / "out" / row.split("\t")[0]).is_file() for row in rows[1:])
    assert main(["--recipe", "nope", "--out", str(tmp_path / "no")]) == 2
    assert "unknown recipe 'nope'" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()


def test_crops_are_written_to_a_folder_of_any_name(tmp_path: Path) -> None:
    out = os.fsencode(tmp_path) + b"/\xb9\xf8"
    for command in (
        ["--recipe", "v2.0", "--count", "2", "--out", out],
        ["sheet", "--recipe", "v2.0", "--count", "1", "--beside", out, "--out", out + b"/sheet.png"],
    ):
        ran = subprocess.run(
            [sys.executable, "-m", "data_gen", *command],
            capture_output=True,
            check=False,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONIOENCODING": "cp949:strict"},
        )
        assert ran.returncode == 0, ran.stderr
        assert b"\\udcb9\\udcf8" in ran.stdout
    assert len(read_labels(Path(os.fsdecode(out)))) == 2


def test_a_sheet_beside_a_wrong_table_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "labels.tsv").write_text("1.png\tA1\n")
    sheet = ["sheet", "--recipe", "v1.0", "--count", "1", "--beside", str(tmp_path), "--out", str(tmp_path / "s.png")]
    assert main(sheet) == 2
    assert "labels.tsv line 1: the first line must name the columns" in capsys.readouterr().err


def test_the_fonts_of_a_recipe_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fonts", "--recipe", "v1.0"]) == 0
    printed = capsys.readouterr().out
    assert "1.00  2 fonts" in printed and "digest " in printed


def test_a_sheet_shows_drawn_crops_beside_others(tmp_path: Path) -> None:
    assert main(["--recipe", "v1.0", "--count", "2", "--out", str(tmp_path / "other")]) == 0
    drawn, both = tmp_path / "drawn.png", tmp_path / "both.png"
    options = ["sheet", "--recipe", "v1.0", "--count", "4"]
    assert main([*options, "--out", str(drawn)]) == 0
    assert main([*options, "--beside", str(tmp_path / "other"), "--out", str(both)]) == 0
    with Image.open(drawn) as one, Image.open(both) as two:
        assert two.width > 2 * one.width and two.height == one.height


@pytest.mark.parametrize("command", [[], ["fonts"], ["sheet"]])
def test_every_command_has_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*command, "--help"])
    assert left.value.code == 0
    assert "--recipe" in capsys.readouterr().out


def test_families_that_npm_does_not_deliver_are_an_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An image is not made without its fonts."""
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.chdir(tmp_path)
    assert main(["fonts", "--recipe", "v1.0", "--fetch"]) == 1
    assert "cannot be reached: roboto-condensed, " in capsys.readouterr().out
