"""A self-check of a freshly loaded model: it reads one line of clean print, drawn here."""

from __future__ import annotations

import math
from difflib import SequenceMatcher

from PIL import Image, ImageDraw, ImageFont

from backend.reading.model import Reader
from ocr_model.domains.domain import Domain

_LETTER = 40  # pixels
# How alike, 0..1, the text read and the text drawn must be. Accuracy was judged before the model became champion; the
# self-check only finds models whose numbers are nonsense.
_ALIKE = 0.5


class SelfCheckError(Exception):
    """The model loads and reads, but its readings are nonsense."""


def check_reader(reader: Reader, domain: Domain) -> None:
    """Read the line of the domain with the model, if it has one.

    Raises:
        SelfCheckError: Its reading has nothing to do with the line.
        ModelError: It computes no numbers.
    """
    line = domain.clean_print
    if not line:
        return
    prediction = reader.read(_crop(line))
    alike = SequenceMatcher(None, domain.key(prediction.text), domain.key(line), autojunk=False).ratio()
    if alike < _ALIKE or not math.isfinite(prediction.confidence):
        raise SelfCheckError(f"it reads {prediction.text!r} where {line!r} is printed")


def _crop(line: str) -> Image.Image:
    font = ImageFont.load_default(size=_LETTER)
    crop = Image.new("RGB", (int(font.getlength(line)) + _LETTER, 2 * _LETTER), (245, 245, 245))
    ImageDraw.Draw(crop).text((_LETTER // 2, _LETTER), line, fill=(20, 20, 20), font=font, anchor="lm")
    return crop
