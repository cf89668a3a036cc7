"""The measurement from photos to figures, on a reader of one tag."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmarks.rendered_tags import __main__ as command
from ocr_model.reading.prediction import ModelInfo, Prediction
from ocr_model.tags.tag import Corners, Tag, TextLine
from ocr_model.tags.tag_reader import TagReader
from tests.benchmarks.rendered_tags.test_judging import printed, record

BOX: Corners = ((10.0, 10.0), (210.0, 10.0), (210.0, 30.0), (10.0, 30.0))


class Reader:
    """Reads one code on every photo, and no card."""

    def __init__(self) -> None:
        self.photos = 0

    def read_tag(self, photo: Image.Image) -> Tag:
        self.photos += 1
        prediction = Prediction("CW2288-111", "CW2288-111", 0.9, (), (), (), ModelInfo("none", "0"), {})
        return Tag((TextLine(prediction, BOX, 0),), (), (), *photo.size, {"total": 12.0})


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tags"
    (folder / "photos").mkdir(parents=True)
    records: list[Any] = []
    for number, code in enumerate(("CW2288-111", "CW2288-112")):
        truth = record(printed(code, "code", 0), fields=(("code", code, ""),)) | {"file": f"photos/{number}.jpg"}
        Image.new("RGB", (400, 400), "white").save(folder / truth["file"])
        records.append(json.dumps(truth))
    (folder / "photos.jsonl").write_text("\n".join(records), encoding="utf-8")
    monkeypatch.setattr(TagReader, "load", lambda threads: reader)
    reader = Reader()
    monkeypatch.setattr(command, "reader", reader, raising=False)
    return folder


def test_photos_are_read_once_and_cards_made_anew(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "docs" / "figures"
    for _ in range(2):
        assert command.main(["--photos", str(photos), "--out", str(out)]) == 0
    assert command.reader.photos == 2  # type: ignore[attr-defined]
    printed_figures = capsys.readouterr().out
    assert "| photos whose first card names a code that is printed on them | 1 of 2 (" in printed_figures
    assert "| lines read, without Hangul | 1 of 2 (" in printed_figures
    assert out.with_suffix(".md").read_text(encoding="utf-8").startswith("# Rendered tags\n")
    for name in ("figures.png", "figures_misread.jpg"):
        with Image.open(out.with_name(name)) as picture:
            assert min(picture.size) > 100


def test_the_first_tags_alone(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--photos", str(photos), "--tags", "1"]) == 0
    assert "1 tags on 1 photos" in capsys.readouterr().out


def test_a_folder_without_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--photos", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("error: ")
