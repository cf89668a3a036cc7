"""Results in a file: a run that ends anywhere is gone on with."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ocr_model.tags.answers import COLUMNS
from ocr_model.tags.command import read_photos
from ocr_model.tags.results import JsonFile, ResultsError, ResultsFile, TableFile
from ocr_model.tags.tag import Field, Tag, TagCard

FORMS = pytest.mark.parametrize("form", [JsonFile, TableFile])
ROOT = Path(__file__).parents[3]


class Reader:
    """Finds as many cards on a photo as it is wide; black ones cannot be read."""

    def __init__(self) -> None:
        self.read: list[int] = []

    def read_tag(self, photo: Image.Image) -> Tag:
        self.read.append(photo.width)
        if photo.getpixel((0, 0)) == (0, 0, 0):
            raise OSError('it is "black"\nand dark')
        code = Field("CW2288-111", "", (), 0.9)
        cards = (TagCard(code, None, (), None, None, (), ()),) * (photo.width - 10)
        return Tag((), (), cards, photo.width, photo.height, {})


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, width, colour in (("a, b", 12, "white"), ("=b", 11, "black"), ("신발", 10, "white"), ("d", 13, "white")):
        Image.new("RGB", (width, 10), colour).save(folder / f"{name}.png")
    (folder / os.fsdecode(b"\xc7\xd1.png")).write_bytes((folder / "d.png").read_bytes())
    return folder


def run(form: type[ResultsFile], photos: Path, out: Path) -> tuple[int, list[int]]:
    """Exit status, and the widths of the photos that were read."""
    reader, results = Reader(), form(out)
    try:
        return read_photos(reader, [photos], results), reader.read  # type: ignore[arg-type]
    finally:
        results.close()


@FORMS
def test_a_run_that_ended_anywhere_is_gone_on_with(form: type[ResultsFile], photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(form, photos, out) == (1, [11, 12, 13, 10, 13])
    whole = out.read_bytes()
    assert run(form, photos, out) == (1, [])  # the earlier error counts
    assert out.read_bytes() == whole
    ends = [at + after for at in range(len(whole)) if whole[at : at + 1] == b"\n" for after in (0, 1)]
    for length in sorted({*range(0, len(whole), 17), *ends}):
        out.write_bytes(whole[:length])
        status, read = run(form, photos, out)
        assert status == 1 and out.read_bytes() == whole
        assert read or length >= whole.rindex(b"\n", 0, -1)


@FORMS
def test_a_killed_run_is_gone_on_with(form: type[ResultsFile], photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from tests.ocr_model.tags import test_results as t\n"
        "class Slow(t.Reader):\n"
        "    def read_tag(self, photo):\n"
        "        if len(self.read) == 2: time.sleep(600)\n"
        "        return super().read_tag(photo)\n"
        "t.Reader = Slow\n"
        "t.run(getattr(t, sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))\n"
    )
    command = [sys.executable, "-c", script, form.__name__, str(photos), str(out)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        until = time.monotonic() + 600
        while not (out.exists() and out.read_bytes().count(b"a, b.png") >= (2 if form is TableFile else 1)):
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert run(form, photos, out) == (1, [13, 10, 13])
    assert run(form, photos, out) == (1, [])


def test_json_of_every_photo(photos: Path, tmp_path: Path) -> None:
    run(JsonFile, photos, tmp_path / "out")
    values: list[Any] = [json.loads(line) for line in (tmp_path / "out").read_text(encoding="utf-8").splitlines()]
    assert [Path(value["file"]).name for value in values] == sorted(path.name for path in photos.iterdir())
    assert [len(value.get("cards", ())) for value in values] == [0, 2, 3, 0, 3]
    assert values[0]["error"] == 'it is "black"\nand dark'


def test_a_table_that_spreadsheets_know_for_utf8(photos: Path, tmp_path: Path) -> None:
    run(TableFile, photos, tmp_path / "out")
    text = (tmp_path / "out").read_bytes()
    assert text.startswith(b"\xef\xbb\xbffile,")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["card"], row["cards"]) for row in rows] == [
        *(("", ""), ("1", "2"), ("2", "2"), ("1", "3"), ("2", "3"), ("3", "3")),
        *(("0", "0"), ("1", "3"), ("2", "3"), ("3", "3")),
    ]


@FORMS
def test_a_photo_that_is_named_twice_is_written_once(form: type[ResultsFile], photos: Path, tmp_path: Path) -> None:
    reader, results = Reader(), form(tmp_path / "out")
    read_photos(reader, [photos / "d.png", photos / "d.png"], results)  # type: ignore[arg-type]
    results.close()
    assert reader.read == [13]


@FORMS
@pytest.mark.parametrize("held", [b"notes\n", b"notes", b'{"file": 7}\n', b"[]\n", b"\xff\xd8\xff", b"file,text\n"])
def test_files_of_other_kinds_are_left_as_they_are(form: type[ResultsFile], held: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(held)
    with pytest.raises(ResultsError, match="name another file"):
        form(out)
    assert out.read_bytes() == held


@FORMS
def test_one_form_does_not_go_on_with_the_other(form: type[ResultsFile], photos: Path, tmp_path: Path) -> None:
    other = TableFile if form is JsonFile else JsonFile
    run(other, photos, tmp_path / "out")
    with pytest.raises(ResultsError):
        form(tmp_path / "out")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="is no regular file"):
        JsonFile(tmp_path)
