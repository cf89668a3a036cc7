"""The reading that a verdict is about: remembered here, or told by the request that carries the picture again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import BinaryIO

from PIL import Image

from backend.reading.model import Reader
from backend.reading.pending import PendingPrediction
from backend.reading.photos import Region, cut_crop
from ocr_model.codes.text import label_text
from ocr_model.reading.image import ImageLimits, turn_image
from ocr_model.reading.prediction import ModelInfo, Prediction


@dataclass(frozen=True)
class ShownReading:
    """The fields of a label request about the reading that the shopper saw."""

    text: str | None  # None: the request does not tell
    confidence: float | None  # None: the request does not tell
    model: ModelInfo  # nameless: the request does not tell


@dataclass(frozen=True)
class JudgedReading:
    """A reading and its crop, as they are kept with the verdict."""

    crop: Image.Image  # with the text upright
    turn: int  # clockwise quarter turns that put it upright, the shopper's and the reader's together
    text: str
    confidence: float
    model: ModelInfo


def remembered_reading(pending: PendingPrediction, limits: ImageLimits) -> JudgedReading:
    """Return a reading that is still remembered; decodes its upload again if its pixels are not kept."""
    return _upright(pending.crop.cut(limits), pending.crop.region.turn, pending.prediction)


def read_again(
    file: BinaryIO, region: Region, limits: ImageLimits, recognizer: Reader, shown: ShownReading
) -> JudgedReading:
    """Read a picture that was sent again, for the text's turn and for the fields that the request lacks.

    Raises:
        ImageError: the bytes are not a usable picture, or the box lies outside of it.
    """
    crop = cut_crop(file.read(limits.max_bytes + 1), region, limits).image
    reading = _upright(crop, region.turn, recognizer.read(crop))
    # The reading that the shopper saw counts; the confidence of another text is unknown unless the request has it.
    if shown.text is None:
        return reading
    is_same = label_text(shown.text) == label_text(reading.text)
    confidence = shown.confidence
    if confidence is None:
        confidence = reading.confidence if is_same else 0.0
    # The request does not name the model: it was this one only if this one reads the same.
    model = reading.model if not shown.model.name and is_same else shown.model
    return replace(reading, text=shown.text, confidence=confidence, model=model)


def _upright(crop: Image.Image, turn: int, prediction: Prediction) -> JudgedReading:
    """Turn the crop as the reader turned its text: a crop kept sideways would spoil the training set."""
    upright = turn_image(crop, prediction.turn)
    return JudgedReading(
        upright, (turn + prediction.turn) % 4, prediction.text, prediction.confidence, prediction.model
    )
