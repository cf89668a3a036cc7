"""`/v1/predictions/{id}/label`: keep the shopper's verdict, or undo it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, BinaryIO, Literal

from fastapi import APIRouter, File, Form, UploadFile
from PIL import Image

from backend.dependencies import PredictionId, ServicesDep
from backend.http.problems import Problem, problems
from backend.reading.model import Reader
from backend.reading.photos import Region, cut_crop, parse_region
from backend.routes.predictions import BoxField, TurnField
from backend.schemas import DeletedBody, FormatBody, LabelBody
from backend.services import Services
from datasets.samples.sample import Label
from ocr_model.codes.lines import complete_line, extract_code, match_formats
from ocr_model.codes.text import CHARSET, label_text, match_key, normalize_text
from ocr_model.reading.image import ImageLimits, turn_image
from ocr_model.reading.prediction import ModelInfo, Prediction

__all__ = ["router", "typed_line"]

router = APIRouter(tags=["keeping"])

# The longest line seen on a tag has 19 characters; this is room for any.
_LONGEST_TEXT = 64

Status = Literal["accepted", "corrected", "unreadable"]


@dataclass(frozen=True)
class _Reading:
    """What was read, from which crop.

    Attributes:
        crop: With the text upright, as it is kept.
        turn: Clockwise quarter turns that brought it there, the shopper's and the reader's together.
    """

    crop: Image.Image
    turn: int
    text: str
    confidence: float
    model: ModelInfo


@router.post(
    "/v1/predictions/{prediction_id}/label",
    summary="Keep a verdict",
    response_model=LabelBody,
    responses=problems(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.INSUFFICIENT_STORAGE,
    ),
)
async def keep_label(
    services: ServicesDep,
    prediction_id: PredictionId,
    status: Annotated[Status, Form(description="The shopper's verdict.", examples=["corrected"])],
    text: Annotated[
        str | None,
        Form(
            max_length=256,
            description="The right line; required for `corrected`. Only the code of a longer line will do.",
            examples=["GW2871"],
        ),
    ] = None,
    read_text: Annotated[
        str | None,
        Form(max_length=256, description="What had been read. Used only if this backend has forgotten it."),
    ] = None,
    read_confidence: Annotated[
        float | None, Form(ge=0, le=1, description="Its confidence. Used only together with `read_text`.")
    ] = None,
    model_name: Annotated[
        str, Form(max_length=100, description="Which model had read it. Used only together with `read_text`.")
    ] = "",
    model_version: Annotated[str, Form(max_length=100, description="The version of that model.")] = "",
    image: Annotated[
        UploadFile | None,
        File(description="The picture again; needed only when this backend no longer has it."),
    ] = None,
    box: BoxField = None,
    turn: TurnField = 0,
    whole: Annotated[
        bool,
        Form(description="The text is all that the line says: no field name of the reading is put back around it."),
    ] = False,
    client: Annotated[
        str,
        Form(
            pattern=r"^[A-Za-z0-9_-]{0,64}$",
            description="A random pseudonym of the shopper's browser; never an address or a name.",
        ),
    ] = "",
) -> LabelBody:
    """Keep the crop with its confirmed label. The answer comes when both are safely on the disk.

    The same verdict twice is one label; another verdict takes the place of the earlier one.
    """
    store = services.store
    corrected = typed_line(text) if status == "corrected" else ""
    reading = await _known_reading(services, prediction_id)
    if reading is None:
        if image is None:
            raise Problem(
                HTTPStatus.NOT_FOUND,
                "prediction-expired",
                "This prediction is no longer remembered",
                "Send the picture again with the label.",
            )
        reading = await _sent_reading(
            services,
            image.file,
            parse_region(box, turn),
            read_text,
            read_confidence,
            ModelInfo(model_name, model_version),
            status,
            text,
        )
    line = reading.text
    if status == "corrected":
        line = corrected if whole else complete_line(reading.text, corrected)
    elif status == "unreadable":
        line = ""
    elif text is not None and label_text(text) != label_text(reading.text):
        raise _unprocessable("text-differs", "accepted means the text as read; send corrected for another.")
    is_completed = status == "corrected" and label_text(line) != label_text(corrected)
    if status == "corrected" and label_text(line) == label_text(reading.text):
        # Only the code of a line that was read rightly was typed: nothing is wrong with the reading.
        status, line = "accepted", reading.text
    label = Label(
        prediction_id=prediction_id,
        status=status,
        text=label_text(line),
        read_text=reading.text,
        read_confidence=reading.confidence,
        model_name=reading.model.name,
        model_version=reading.model.version,
        client=client,
        at=datetime.fromtimestamp(services.clock(), UTC),
        turn=reading.turn,
    )
    sample = await services.keeping.run(store.keep, reading.crop, label)
    services.metrics.labels.labels(status).inc()
    services.shadow.confirm(prediction_id, None if status == "unreadable" else line)
    return LabelBody(
        prediction_id=prediction_id,
        sample=sample.digest,
        status=status,
        text=line,
        code=extract_code(line),
        formats=[FormatBody(brand=found.brand, name=found.name, code=found.code) for found in match_formats(line)],
        completed=is_completed,
        stored_at=sample.stored_at,
    )


@router.delete(
    "/v1/predictions/{prediction_id}/label",
    summary="Undo a verdict and delete what was kept",
    response_model=DeletedBody,
    responses=problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE),
)
async def delete_label(services: ServicesDep, prediction_id: PredictionId) -> DeletedBody:
    """Delete the crop and the label of a prediction, from memory too. Doing it twice does no harm.

    Where several backends share a bucket, one that another has kept and sent is found there. While the bucket does not
    answer, a label that is not known here is a 503: whether there is one is not known.
    """
    services.pending.forget(prediction_id)
    services.shadow.forget(prediction_id)
    deleted = await services.undo(prediction_id)
    if deleted:
        services.metrics.labels.labels("deleted").inc()
    return DeletedBody(deleted=deleted)


async def _known_reading(services: Services, prediction_id: str) -> _Reading | None:
    """Return what this backend still remembers of a prediction."""
    pending = services.pending.get(prediction_id)
    if pending is None:
        return None
    crop = pending.crop.image
    if crop is None:
        crop = await services.reading.run(pending.crop.cut, services.settings.image_limits)
    return _upright_reading(crop, pending.crop.region.turn, pending.prediction)


def _upright_reading(crop: Image.Image, turn: int, prediction: Prediction) -> _Reading:
    """Turn the crop the way the reader found its text: a sideways crop would teach the wrong thing."""
    upright = turn_image(crop, prediction.turn)
    return _Reading(upright, (turn + prediction.turn) % 4, prediction.text, prediction.confidence, prediction.model)


async def _sent_reading(
    services: Services,
    file: BinaryIO,
    region: Region,
    read_text: str | None,
    read_confidence: float | None,
    model: ModelInfo,
    status: Status,
    text: str | None,
) -> _Reading:
    """Return the reading that the request carries itself; read again what it does not carry."""
    if status != "accepted" and read_text is None and read_confidence is not None:
        read_text = ""  # the shopper saw no text; an empty field of a form does not arrive
    if status == "accepted" and read_text is None:
        # Reading again might read something else than what the shopper accepted.
        if text is None:
            raise _unprocessable("text-required", "accepted with a picture needs read_text.")
        read_text = text
    if read_text is not None:
        read_text = _checked_line(read_text)
    return await services.reading.run(
        _cut_and_read,
        file,
        region,
        services.settings.image_limits,
        services.model.recognizer,
        read_text,
        read_confidence,
        model,
    )


def _cut_and_read(
    file: BinaryIO,
    region: Region,
    limits: ImageLimits,
    recognizer: Reader,
    read_text: str | None,
    read_confidence: float | None,
    model: ModelInfo,
) -> _Reading:
    crop = cut_crop(file.read(limits.max_bytes + 1), region, limits).image
    reading = _upright_reading(crop, region.turn, recognizer.read(crop))
    # What the shopper saw counts. How sure the reader was of another text, nobody knows unless the request says it.
    if read_text is None:
        return reading
    is_same = label_text(read_text) == label_text(reading.text)
    if read_confidence is None:
        read_confidence = reading.confidence if is_same else 0.0
    if not model.name and is_same:
        # Nobody says which model it was, but this one reads the same. Of another text it is not known who read it.
        model = reading.model
    return replace(reading, text=read_text, confidence=read_confidence, model=model)


def typed_line(text: str | None) -> str:
    """Return a typed correction, normalised.

    Raises:
        Problem: 422, when it is missing or cannot be on a tag.
    """
    if text is None or not text.strip():
        raise _unprocessable("text-required", "corrected needs text: the right line.")
    line = _checked_line(text)
    if not match_key(line):
        raise _unprocessable("bad-text", "The text has no letter and no digit.")
    return line


def _checked_line(text: str) -> str:
    line = normalize_text(text)
    if len(line) > _LONGEST_TEXT:
        raise _unprocessable("bad-text", f"The text is longer than {_LONGEST_TEXT} characters.")
    strange = "".join(dict.fromkeys(character for character in line if character not in CHARSET))
    if strange:
        raise _unprocessable("bad-text", f"These characters cannot be on a code's line: {strange}")
    return line


def _unprocessable(kind: str, detail: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, kind, "The label cannot be kept as it is", detail)
