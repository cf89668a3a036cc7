"""A model that answers nonsense never serves."""

import math
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from backend.reading.self_check import SelfCheckError, check_reader
from ocr_model.domains.tags import TAGS
from ocr_model.reading.prediction import Prediction
from ocr_model.reading.recognizer import CHAMPION, Recognizer


@pytest.mark.skipif(not (CHAMPION / "model.json").is_file(), reason="ocr_model/weights/champion is not there")
def test_the_shipped_model_passes() -> None:
    check_reader(Recognizer.load(threads=1), TAGS)


@pytest.mark.parametrize("text", ["", "-", "0000000000", "XXXXXXXX"])
def test_nonsense_does_not_pass(reader: Any, text: str) -> None:
    reader.text = text
    with pytest.raises(SelfCheckError, match="CW2288-111"):
        check_reader(reader, TAGS)


def test_a_slip_passes(reader: Any) -> None:
    """Whether it reads well was decided by others."""
    reader.text = "CW22B8 111"
    check_reader(reader, TAGS)


def test_a_confidence_that_is_no_number_does_not_pass(reader: Any) -> None:
    class Broken:
        info = reader.info

        def read(self, image: Image.Image, /) -> Prediction:
            reader.text = "CW2288-111"
            return replace(reader.read(image), confidence=math.nan)

    with pytest.raises(SelfCheckError):
        check_reader(Broken(), TAGS)
