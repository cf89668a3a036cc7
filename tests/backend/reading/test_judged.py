"""The reading that a verdict is about: upright, proved or only told, and what the shopper saw counts."""

import io
from typing import Any

import pytest
from PIL import Image

from backend.reading.decoding import PhotoDecoder
from backend.reading.judged import (
    JudgedReading,
    ShownReading,
    cut_again,
    proven_reading,
    remembered_reading,
    told_reading,
)
from backend.reading.pending import PendingPredictions
from backend.reading.photos import PhotoLine, Region
from backend.reading.proof import ProvenReading
from datasets.samples.crop import pixel_digest
from ocr_model.reading.image import turn_image
from ocr_model.reading.prediction import ModelInfo

FAKE, NAMELESS = ModelInfo("fake", "7"), ModelInfo("", "")


def test_a_remembered_reading_is_kept_upright(reader: Any, picture: Image.Image) -> None:
    reader.turn = 3
    pending = PendingPredictions(seconds=60, count=1, size=1 << 20)
    entry = pending.add(reader.read(picture), picture, 2)
    reading = remembered_reading(entry)
    assert (reading.crop.size, reading.turn) == ((60, 160), 1)
    assert (reading.text, reading.confidence, reading.model) == ("ART GW2871", 0.9, FAKE)
    assert reading.is_proven


@pytest.mark.parametrize(
    ("read", "confirmed", "turn"),
    [
        ("68606", "90989", 3),  # the same shapes from the other side
        ("XN-68606", "90989-NX", 3),
        ("68606", "68606", 1),
        ("68606", "68608", 1),
        ("8008", "8008", 1),  # stands either way
        ("CW6890", "0689MC", 1),
        ("68606", "", 1),
        ("", "", 1),
    ],
)
def test_a_correction_stands_upright_on_its_crop(picture: Image.Image, read: str, confirmed: str, turn: int) -> None:
    reading = JudgedReading(picture, 1, read, 0.6, FAKE)
    standing = reading.standing_as(confirmed)
    assert standing.turn == turn
    assert standing.crop.tobytes() == (picture if turn == 1 else turn_image(picture, 2)).tobytes()


def test_a_proven_reading_is_kept_upright_without_reading_it_again(reader: Any, picture: Image.Image) -> None:
    proven = ProvenReading("GW2871", 0.7, ModelInfo("old", "6"), 3)
    reading = proven_reading(picture, 2, proven)
    assert (reading.crop.size, reading.turn, reading.is_proven) == ((60, 160), 1, True)
    assert (reading.text, reading.confidence, reading.model) == ("GW2871", 0.7, ModelInfo("old", "6"))
    assert reader.sizes == []


def test_a_picture_sent_again_gives_the_same_crop(picture: Image.Image, png: bytes, decoder: PhotoDecoder) -> None:
    crop, about = cut_again("an-id", io.BytesIO(png), Region(None, 0), decoder)
    assert about.digest == pixel_digest(crop) == pixel_digest(picture)
    assert (about.prediction_id, about.turn) == ("an-id", 0)


def test_a_line_sent_again_is_turned_as_its_corners_say(png: bytes, decoder: PhotoDecoder) -> None:
    upside_down = ((150.0, 50.0), (10.0, 50.0), (10.0, 20.0), (150.0, 20.0))
    crop, about = cut_again("an-id", io.BytesIO(png), PhotoLine(upside_down, 0), decoder)
    assert (crop.size, about.turn) == ((140, 30), 2)
    assert about.digest == pixel_digest(crop)


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        (ShownReading(None, None, NAMELESS), ("ART GW2871", 0.9, FAKE)),
        (ShownReading("ARTGW2871", None, NAMELESS), ("ARTGW2871", 0.9, FAKE)),
        (ShownReading("ARTGW2871", 0.8, ModelInfo("old", "6")), ("ARTGW2871", 0.8, ModelInfo("old", "6"))),
        # Another reader's text: neither its confidence nor its reader is known.
        (ShownReading("GW9999", None, NAMELESS), ("GW9999", 0.0, NAMELESS)),
    ],
)
def test_what_the_request_does_not_tell_is_read_again(
    reader: Any, picture: Image.Image, shown: ShownReading, kept: tuple[str, float, ModelInfo]
) -> None:
    reading = told_reading(picture, 0, reader, shown)
    assert (reading.text, reading.confidence, reading.model) == kept
    assert (reading.crop.size, reading.is_proven) == ((160, 60), False)
