"""The commands: what they write and print, and how they refuse."""

from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from PIL import Image

from data_gen.__main__ import main


def test_the_command_writes_labels_beside_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--recipe", "v1.0", "--count", "3", "--out", str(tmp_path / "out")]) == 0
    rows = (tmp_path / "out" / "labels.tsv").read_text(encoding="utf-8").splitlines()
    assert rows[0].split("\t")[:2] == ["file", "text"]
    assert len(rows) == 4
    assert all((tmp_path / "out" / row.split("\t")[0]).is_file() for row in rows[1:])
    assert main(["--recipe", "nope", "--out", str(tmp_path / "no")]) == 2
    assert "unknown recipe 'nope'" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()


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
