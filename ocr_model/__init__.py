"""Reads the product code on a shoe tag.

    from ocr_model import Recognizer, TagReader
    print(Recognizer.load().read("line.jpg").text)                  # a crop of one line
    print(TagReader.load().read_tag("photo.jpg").cards[0].code)     # a whole photo

Importing this package is cheap: ONNX Runtime is loaded with the first `Recognizer` or `TagReader`, torch only by
the commands that train.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocr_model.codes.lines import FormatMatch, complete_line, extract_code, match_formats
from ocr_model.codes.text import CHARSET, label_text, match_key, normalize_text
from ocr_model.errors import ImageError, ModelError, ReaderError
from ocr_model.reading.image import Box, ImageLimits, crop_image, decode_image, turn_image
from ocr_model.reading.prediction import Candidate, Character, ModelInfo, Prediction
from ocr_model.tags.tag import Barcode, Field, Tag, TagCard, TextLine

if TYPE_CHECKING:
    from ocr_model.reading.recognizer import Recognizer
    from ocr_model.tags.tag_reader import TagReader

__all__ = [
    "CHARSET",
    "Barcode",
    "Box",
    "Candidate",
    "Character",
    "Field",
    "FormatMatch",
    "ImageError",
    "ImageLimits",
    "ModelError",
    "ModelInfo",
    "Prediction",
    "ReaderError",
    "Recognizer",
    "Tag",
    "TagCard",
    "TagReader",
    "TextLine",
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
    if name == "TagReader":
        from ocr_model.tags.tag_reader import TagReader

        return TagReader
    raise AttributeError(f"module 'ocr_model' has no attribute {name!r}")
