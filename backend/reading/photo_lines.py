"""The lines of a photo as predictions, and the answer that they are part of."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.reading.pending import PendingPrediction, PendingPredictions
from backend.reading.photos import Photo
from backend.reading.proof import ReadCrop, ReadingProofs
from backend.schemas.readings import reading_values
from backend.schemas.tags import BarcodeBody, CardBody, FieldBody, LineBody, TagBody, TagMillisecondsBody
from datasets.samples.crop import pixel_digest
from ocr_model.tags.cutting import quarter_turns
from ocr_model.tags.printed_digits import digits_agree
from ocr_model.tags.tag import Field, Role, Tag, TagCard, TextLine

# Roles of lines that are shown first where no card has a code.
_MAYBE_CODES: tuple[Role, ...] = ("code", "order", "name", "other")


@dataclass(frozen=True)
class ReadLine:
    """A line as a prediction."""

    pending: PendingPrediction
    body: LineBody


@dataclass(frozen=True)
class PhotoAnswer:
    """The answer to a photo, and what of it is remembered."""

    body: TagBody
    entries: list[PendingPrediction]  # those that most likely get a verdict first
    first: PendingPrediction | None  # that of the line to show first


class PhotoLines:
    """Makes predictions of the lines of one photo; in one thread.

    A line's crop is cut with the corners that the answer names, in its reading direction: so it needs no further turn,
    and a label that brings photo and corners again brings the very same pixels.

    Args:
        pending: Gives the ids.
        proofs: Gives the proofs.
        turn: Clockwise quarter turns of the photo that the request asked for.
    """

    photo: Photo  # once it is decoded

    def __init__(self, pending: PendingPredictions, proofs: ReadingProofs, turn: int) -> None:
        self.turn = turn
        self._pending, self._proofs = pending, proofs
        self._taken: dict[int, tuple[TextLine, ReadLine]] = {}  # by the identity of the prediction, which is held here

    def take(self, line: TextLine) -> ReadLine:
        """Return a line as a prediction; always the same for the same reading, whatever its role."""
        known = self._taken.get(id(line.prediction))
        if known is not None:
            read = known[1]
            return ReadLine(read.pending, read.body.model_copy(update={"role": line.role}))
        corners = self.photo.corners_of(line.corners)
        crop = self.photo.cut(corners)
        turn = (self.turn + quarter_turns(corners)) % 4
        pending = self._pending.new(replace(line.prediction, turn=0), crop, turn)
        proof = self._proofs.give(ReadCrop(pending.id, pixel_digest(crop), turn), pending.prediction)
        values = reading_values(pending, proof, line.turn)
        read = ReadLine(
            pending, LineBody(**values, role=line.role, korean=line.korean, corners=corners, turn=line.turn)
        )
        self._taken[id(line.prediction)] = (line, read)
        return read


def answer_of(tag: Tag, photo: Photo, lines: PhotoLines, codes: Sequence[str | None], started: float) -> PhotoAnswer:
    """Make the answer.

    Args:
        tag: What was read on the photo's image.
        photo: The photo.
        lines: Makes predictions of its lines.
        codes: What is known for each barcode.
        started: When the request began, on the clock of `time.perf_counter`.
    """
    read = [lines.take(line) for line in tag.lines]
    first = _first_line(tag)
    barcodes = [
        BarcodeBody(
            format=barcode.format,
            text=barcode.text,
            corners=photo.corners_of(barcode.corners),
            code=code,
            agrees=is_same,
        )
        for barcode, code, is_same in zip(tag.barcodes, codes, digits_agree(tag), strict=True)
    ]
    spent = {step: milliseconds for step, milliseconds in tag.milliseconds.items() if step != "total"}
    total = (time.perf_counter() - started) * 1000
    steps = {"decode": photo.decode_milliseconds, **spent, "total": total}
    body = TagBody(
        width=photo.width,
        height=photo.height,
        lines=[line.body for line in read],
        barcodes=barcodes,
        cards=[_card(card) for card in tag.cards],
        first_line=first,
        milliseconds=TagMillisecondsBody(**{step: round(value, 2) for step, value in steps.items()}),
    )
    codes_first = sorted(range(len(read)), key=lambda at: (at != first, *_likelihood(tag.lines[at])))
    return PhotoAnswer(body, [read[at].pending for at in codes_first], None if first is None else read[first].pending)


def _first_line(tag: Tag) -> int | None:
    code = tag.cards[0].code if tag.cards else None
    if code is not None:  # its confidence is that of the line of the value; others hold the field's name
        return max(code.lines, key=lambda at: tag.lines[at].prediction.confidence == code.confidence)
    maybe = [at for at, line in enumerate(tag.lines) if line.prediction.code and line.role in _MAYBE_CODES]
    return min(maybe, key=lambda at: _likelihood(tag.lines[at]), default=None)


def _likelihood(line: TextLine) -> tuple[bool, bool, float]:
    """The likeliest code is least."""
    return line.role != "code", not line.prediction.formats, -line.prediction.confidence


def _card(card: TagCard) -> CardBody:
    return CardBody(
        code=_field(card.code),
        brand=_field(card.brand),
        sizes=[_some_field(size) for size in card.sizes],
        colour=_field(card.colour),
        price=_field(card.price),
        barcodes=list(card.barcodes),
        lines=list(card.lines),
    )


def _field(field: Field | None) -> FieldBody | None:
    return None if field is None else _some_field(field)


def _some_field(field: Field) -> FieldBody:
    return FieldBody(value=field.value, unit=field.unit, confidence=field.confidence, lines=list(field.lines))
