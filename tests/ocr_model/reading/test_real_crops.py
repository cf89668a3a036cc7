"""The champion on photographed tags. They are not in the repository: REAL_CROPS names their folder."""

import os
from pathlib import Path

import pytest

from ocr_model.codes.text import match_key
from ocr_model.labelled_folder import read_labels
from ocr_model.reading.recognizer import CHAMPION, Recognizer

FOLDER = Path(os.environ.get("REAL_CROPS") or "absent") / "team_dev"
ORIGINAL = 0.782  # exact match that the original project reported for its best model


@pytest.mark.skipif(not (FOLDER / "labels.tsv").is_file(), reason="REAL_CROPS names no folder with team_dev/labels.tsv")
@pytest.mark.skipif(not (CHAMPION / "model.json").is_file(), reason="no weights in ocr_model/weights/champion")
def test_the_champion_reads_more_real_tags_than_the_original() -> None:
    labels = read_labels(FOLDER)
    reader = Recognizer.load()
    right = sum(match_key(reader.read(label.path).text) == match_key(label.text) for label in labels)
    assert right / len(labels) > ORIGINAL
