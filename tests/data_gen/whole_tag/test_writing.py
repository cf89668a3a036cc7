"""Photos on disk: the same from one process or two, with a record each, and a sheet of them."""

import json
from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from PIL import Image

from data_gen.__main__ import main
from data_gen.whole_tag.writing import write_photos
from data_gen.workplace import Processes


def test_two_processes_write_what_one_does(tmp_path: Path) -> None:
    for name, processes in (("one", 1), ("two", 2)):
        write_photos(3, 5, tmp_path / name, megapixels=0.3, workplace=Processes(processes))
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert sorted(map(str, files)) == sorted(["photos.jsonl", *(f"photos/00000{number}.jpg" for number in range(3))])
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_the_command_writes_photos_records_and_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, sheet = tmp_path / "out", tmp_path / "sheet.png"
    options = ["--count", "2", "--seed", "1", "--megapixels", "0.4", "--out", str(out), "--sheet", str(sheet)]
    assert main(["tag", *options]) == 0
    assert "wrote 2 photos" in capsys.readouterr().out
    records = [json.loads(line) for line in (out / "photos.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(records) == 2
    for record in records:
        with Image.open(out / record["file"]) as photo:
            assert photo.size == (record["width"], record["height"])
        assert record["lines"] and all(0 <= line["tag"] < len(record["tags"]) for line in record["lines"])
    with Image.open(sheet) as drawn:
        assert drawn.width > 900


@pytest.mark.parametrize("wrong", [["--count", "0"], ["--megapixels", "99"], ["--megapixels", "nan"]])
def test_wrong_numbers_are_refused(wrong: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["tag", "--out", str(tmp_path), *wrong])
    assert left.value.code == 2
