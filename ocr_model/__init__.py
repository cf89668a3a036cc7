"""Reads the product code on a shoe tag.

    from ocr_model import Recognizer
    reader = Recognizer.load()
    print(reader.read(Image.open("tag.jpg")).text)

Importing this package is cheap: ONNX Runtime is loaded with the first `Recognizer`, torch only by the
commands that train.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocr_model.codes.lines import FormatMatch, complete_line, extract_code, match_formats
from ocr_model.codes.text import CHARSET, label_text, match_key, normalize_text
from ocr_model.errors import ImageError, ModelError, ReaderError
from ocr_model.reading.image import Box, ImageLimits, crop_image, decode_image, turn_image
from ocr_model.reading.prediction import Candidate, Character, ModelInfo, Prediction

if TYPE_CHECKING:
    from ocr_model.reading.recognizer import Recognizer

__all__ = [
    "CHARSET",
    "Box",
    "Candidate",
    "Character",
    "FormatMatch",
    "ImageError",
    "ImageLimits",
    "ModelError",
    "ModelInfo",
    "Prediction",
    "ReaderError",
    "Recognizer",
    "complete_line",
    "crop_image",
    "decode_image",
    "extract_code",
    "label_text",
    "match_formats",
    "match_key",
    "normalize_text",
    "turn_image",
]


def __getattr__(name: str) -> object:
    if name == "Recognizer":
        from ocr_model.reading.recognizer import Recognizer

        return Recognizer
    raise AttributeError(f"module 'ocr_model' has no attribute {name!r}")
