"""The reading that a verdict is about: remembered here, proved by the request, or only told by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import BinaryIO

from PIL import Image

from backend.reading.decoding import PhotoDecoder
from backend.reading.model import Reader
from backend.reading.pending import PendingPrediction
from backend.reading.photos import PhotoLine, Region
from backend.reading.proof import ProvenReading, ReadCrop
from datasets.samples.crop import pixel_digest
from ocr_model.codes.text import label_text, match_key, normalize_text, upside_down_text
from ocr_model.reading.image import turn_image
from ocr_model.reading.prediction import ModelInfo, Prediction
from ocr_model.tags.cutting import quarter_turns


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
    is_proven: bool = True  # whether this service is known to have read the crop

    def standing_as(self, text: str) -> JudgedReading:
        """The reading with its crop turned upside down if the confirmed text says that it was read on its head.

        `90989` corrected from `68606` is the same shapes seen from the other side.

        Args:
            text: The confirmed text.
        """
        turned = upside_down_text(normalize_text(self.text))
        if turned is None or match_key(text) != match_key(turned) or match_key(text) == match_key(self.text):
            return self
        return replace(self, crop=turn_image(self.crop, 2), turn=(self.turn + 2) % 4)


def remembered_reading(pending: PendingPrediction) -> JudgedReading:
    """Return a reading that is still remembered."""
    return _upright(pending.crop, pending.turn, pending.prediction)


def cut_again(
    prediction_id: str, file: BinaryIO, place: Region | PhotoLine, decoder: PhotoDecoder
) -> tuple[Image.Image, ReadCrop]:
    """Cut the crop out of a picture that was sent again. Returns the crop, and what a proof of its reading is about.

    Raises:
        ImageError: the bytes are not a usable picture, or the place lies outside of it.
    """
    if isinstance(place, Region):
        crop, turn = decoder.cut(file, place).image, place.turn
    else:
        crop, turn = decoder.cut_line(file, place).image, (place.turn + quarter_turns(place.corners)) % 4
    return crop, ReadCrop(prediction_id, pixel_digest(crop), turn)


def proven_reading(crop: Image.Image, turn: int, proven: ProvenReading) -> JudgedReading:
    """Return the reading that the request has proved.

    Args:
        crop: The crop as it was cut.
        turn: Clockwise quarter turns that the request asked for.
        proven: What the proof says.
    """
    upright = turn_image(crop, proven.turn)
    return JudgedReading(upright, (turn + proven.turn) % 4, proven.text, proven.confidence, proven.model)


def told_reading(crop: Image.Image, turn: int, recognizer: Reader, shown: ShownReading) -> JudgedReading:
    """Read a crop, for the text's turn and for the fields that the request lacks; the reading is unproven.

    Args:
        crop: The crop as it was cut.
        turn: Clockwise quarter turns that the request asked for.
        recognizer: Reads it.
        shown: What the request tells of the reading.
    """
    reading = replace(_upright(crop, turn, recognizer.read(crop)), is_proven=False)
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
