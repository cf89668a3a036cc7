"""The champion on photographed tags. They are not in the repository: REAL_CROPS names their folder."""

import csv
import os
from pathlib import Path

import pytest
from PIL import Image

from ocr_model.codes.text import match_key
from ocr_model.reading.recognizer import CHAMPION, Recognizer

FOLDER = Path(os.environ.get("REAL_CROPS") or "absent") / "team_dev"
ORIGINAL = 0.782  # exact match that the original project reported for its best model


@pytest.mark.skipif(not (FOLDER / "labels.tsv").is_file(), reason="REAL_CROPS names no folder with team_dev/labels.tsv")
@pytest.mark.skipif(not (CHAMPION / "model.json").is_file(), reason="no weights in ocr_model/weights/champion")
def test_the_champion_reads_more_real_tags_than_the_original() -> None:
    with (FOLDER / "labels.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    reader = Recognizer.load()
    right = 0
    for row in rows:
        with Image.open(FOLDER / row["file"]) as image:
            right += match_key(reader.read(image).text) == match_key(row["text"])
    assert right / len(rows) > ORIGINAL
