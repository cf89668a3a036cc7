import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.photos import (
    LabelledCode,
    LabelledPhoto,
    PhotoResult,
    ReadLine,
    draw,
    is_found,
    is_read,
    load_photos,
    main,
    says,
    table,
)
from ocr_model.tags.tag import Corners, Field, Tag, TagCard
from tests.ocr_model.tags.printed_tags import line_of

CODE = LabelledCode("CW2288-111", (10.0, 10.0, 50.0, 20.0))
AROUND: Corners = ((8.0, 8.0), (80.0, 8.0), (80.0, 24.0), (8.0, 24.0))
BELOW: Corners = ((8.0, 28.0), (80.0, 28.0), (80.0, 40.0), (8.0, 40.0))


@pytest.mark.parametrize(
    ("line", "is_said"),
    [
        ("CW2288-111", True),
        ("cw2288 111", True),
        ("STYLE# CW2288-111 / 42", True),
        ("STYLE CW2288", False),
        ("XCW2288-111", False),
        ("CW2288-1110", False),
        ("", False),
    ],
)
def test_a_line_says_a_code_as_whole_fields(line: str, is_said: bool) -> None:
    assert says(line, CODE.text) == is_said


def test_found_is_a_matter_of_place_and_read_of_place_and_text() -> None:
    assert is_found(CODE, [ReadLine("", AROUND)])
    assert not is_read(CODE, [ReadLine("CW2288-112", AROUND), ReadLine(CODE.text, BELOW)])
    assert not is_found(CODE, [ReadLine(CODE.text, BELOW)])
    assert is_read(CODE, [ReadLine(CODE.text, AROUND)])


def result(text: str) -> PhotoResult:
    card = TagCard(Field(text, "", (0,), 0.9), None, (), None, None, (), (0,))
    tag = Tag((line_of(text, AROUND),), (), (card,), 100, 50, {})
    photo = LabelledPhoto("a.png", Image.new("RGB", (100, 50), "white"), (CODE,))
    right = (ReadLine(CODE.text, AROUND),)
    return PhotoResult(photo, tag, (ReadLine(CODE.text, BELOW),), right, 0.2, 0.8)


def test_the_table() -> None:
    rows = table([result("CW2288-111"), result("CW2288-11")]).splitlines()
    assert rows[2] == "| 0 | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 0 | 0 | 200 | 800 | 0.25 |"
    assert rows[4] == "| sum, median | 2 | 2 | 2 | 1 | 2 | 2 | 2 | 0 | 0 | 200 | 800 | 0.25 |"
    assert rows[6] == "The first card names a labelled code on 1 of 2 photos."


def test_codes_read_and_misread_differ_in_colour() -> None:
    assert len({tuple(np.asarray(draw(result(text)))[10, 30]) for text in ("CW2288-111", "CW2288")}) == 2


def test_photos_and_their_labels(tmp_path: Path) -> None:
    Image.new("RGB", (100, 50)).save(tmp_path / "a.png")
    label = {"file": "a.png", "codes": [{"text": CODE.text, "box": list(CODE.box), "turn": 0, "kind": "style code"}]}
    (tmp_path / "labels.jsonl").write_text(json.dumps(label) + "\n")
    (photo,) = load_photos(tmp_path)
    assert (photo.file, photo.photo.size, photo.codes) == ("a.png", (100, 50), (CODE,))


def test_without_photos_there_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REAL_PHOTOS", raising=False)
    monkeypatch.delenv("REAL_CROPS", raising=False)
    assert main([]) == 2
    assert "REAL_PHOTOS" in capsys.readouterr().err
    assert main(["--photos", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("error: ")
