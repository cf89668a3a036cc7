"""The reading that a verdict is about: upright, and what the shopper saw counts."""

import io
from typing import Any

import pytest
from PIL import Image

from backend.reading.judged import ShownReading, read_again, remembered_reading
from backend.reading.pending import PendingPredictions
from backend.reading.photos import Region
from ocr_model.reading.image import ImageLimits
from ocr_model.reading.prediction import ModelInfo

FAKE, NAMELESS = ModelInfo("fake", "7"), ModelInfo("", "")


def test_a_remembered_reading_is_kept_upright(reader: Any, picture: Image.Image, png: bytes) -> None:
    reader.turn = 3
    pending = PendingPredictions(seconds=60, count=1, size=1 << 20)
    entry = pending.add(reader.read(picture), picture, png, Region(None, 2))
    reading = remembered_reading(entry, ImageLimits())
    assert (reading.crop.size, reading.turn) == ((60, 160), 1)
    assert (reading.text, reading.confidence, reading.model) == ("ART GW2871", 0.9, FAKE)


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
    reader: Any, png: bytes, shown: ShownReading, kept: tuple[str, float, ModelInfo]
) -> None:
    reading = read_again(io.BytesIO(png), Region(None, 0), ImageLimits(), reader, shown)
    assert (reading.text, reading.confidence, reading.model) == kept
    assert reading.crop.size == (160, 60)
