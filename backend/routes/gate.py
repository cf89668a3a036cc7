"""`/v1/team/gate...`: frames in; passages, visits and known vehicles; corrections; deletion on request."""

from __future__ import annotations

import asyncio
import csv
import io
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

from fastapi import Form, Path, Query, Response
from PIL import Image

from backend.dependencies import ServicesDep
from backend.gate.bodies import (
    CheckForm,
    ForgottenBody,
    FrameBody,
    FrameForm,
    PassageBody,
    PassagesBody,
    PlateBody,
    VehicleBody,
    VehicleForm,
    VehiclesBody,
    VisitBody,
    VisitsBody,
    WayShown,
)
from backend.gate.gate import FrameRequest
from backend.gate.gate_log import LoggedPassage, UnknownPassageError
from backend.http.problems import problems
from backend.routes.asking import PRIVATE, WhoDep, not_found, team_router
from ocr_model.codes.table import to_cell
from ocr_model.domains.plates import PLATES

if TYPE_CHECKING:
    from backend.reading.model import Reader
    from backend.services import Services
    from ocr_model.plates.plate import ReadPlate

router = team_router()

PassageId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
_FORM: Final = problems(HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
_PICTURE: Final = _FORM | problems(HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_KNOWN: Final = problems(HTTPStatus.NOT_FOUND)
_FULL: Final = problems(HTTPStatus.INSUFFICIENT_STORAGE)
_ALL: Final = 1_000_000
_COLUMNS: Final = (
    "at",
    "plate",
    "direction",
    "camera",
    "vehicle",
    "confidence",
    "frames",
    "agreeing",
    "read",
    "checked_by",
)


@router.post("/gate/frames", summary="Read the plates on a frame", response_model=FrameBody, responses=_PICTURE)
async def see_frame(
    services: ServicesDep, form: Annotated[FrameForm, Form(media_type="multipart/form-data")]
) -> FrameBody:
    """Find and read the plates on a photo or a frame, and log the vehicles that have passed by now.

    Of a stream, several frames must agree. A photo by itself is logged at once.
    """
    request = FrameRequest(
        camera=form.camera.strip(),
        direction=form.direction,
        stream=form.stream,
        seconds=form.seconds,
        is_last=form.last,
        at=services.clock() if form.at is None else form.at.timestamp(),
    )
    recognizer = services.reader_for_request()
    plates, logged = await services.photos.run(_see, services, form.image.file, request, recognizer)
    return FrameBody(
        plates=[PlateBody.of(plate) for plate in plates], passages=[PassageBody.of(each) for each in logged]
    )


def _see(
    services: Services, file: BinaryIO, request: FrameRequest, recognizer: Reader
) -> tuple[tuple[ReadPlate, ...], list[LoggedPassage]]:
    from ocr_model.plates.plate_reader import PlateReader

    photo = services.decoder.photo(file, 0).image
    reader = PlateReader(recognizer, services.photo_reading.load())
    with services.recognizing:
        return services.gate.see(photo, request, reader, recognizer.info)


@router.get("/gate/passages", summary="Who passed", response_model=PassagesBody)
async def list_passages(
    services: ServicesDep,
    search: Annotated[str, Query(max_length=64, description="A part of a plate or of a vehicle's name.")] = "",
    direction: Annotated[WayShown, Query(description="Which way; empty: all.")] = "",
    unknown: Annotated[bool, Query(description="Only vehicles that are not known.")] = False,
    after: Annotated[int, Query(ge=0, le=_ALL, description="How many are passed over.")] = 0,
    size: Annotated[int, Query(ge=1, le=500)] = 50,
) -> PassagesBody:
    """Return passages, the latest first. Those that are older than the days for which the log is kept are deleted."""
    wanted = PLATES.key(search) or search.strip()
    items, found = await services.gate.run(
        lambda log: log.passages(search=wanted, direction=direction, unknown=unknown, after=after, size=size)
    )
    days = services.settings.gate_days
    return PassagesBody(items=[PassageBody.of(each) for each in items], found=found, days=days)


@router.get(
    "/gate/passages.csv",
    summary="Download who passed",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
async def download_passages(services: ServicesDep) -> Response:
    """Return all passages as a table."""
    items, _ = await services.gate.run(lambda log: log.passages(size=_ALL))
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(_COLUMNS)
    for each in map(PassageBody.of, items):
        row = (each.shown, each.direction, each.camera, each.vehicle or "", f"{each.confidence:.4f}")
        counts = (str(each.frames), str(each.agreeing), each.read_text, each.checked_by)
        writer.writerow([each.at.isoformat(timespec="seconds"), *map(to_cell, (*row, *counts))])
    headers = PRIVATE | {"Content-Disposition": 'attachment; filename="gate.csv"'}
    return Response("\ufeff" + table.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    "/gate/passages/{passage}.png",
    summary="The picture of a plate",
    response_class=Response,
    responses=_KNOWN | {200: {"content": {"image/png": {}}}},
)
async def get_cut_out(services: ServicesDep, passage: PassageId) -> Response:
    """Return the cut-out of a plate that was read."""
    try:
        data = await services.gate.run(lambda log: log.cut_out(passage))
    except UnknownPassageError as error:
        raise not_found("There is no such passage.") from error
    return Response(data, media_type="image/png", headers=PRIVATE)


@router.post(
    "/gate/passages/{passage}",
    summary="Confirm or correct a plate",
    response_model=PassageBody,
    responses=_FORM | _KNOWN | _FULL,
)
async def check_passage(
    services: ServicesDep,
    who: WhoDep,
    passage: PassageId,
    form: Annotated[CheckForm, Form(media_type="multipart/form-data")],
) -> PassageBody:
    """Take a confirmed or corrected plate; its picture is kept with it for training."""
    text, by = PLATES.key(PLATES.typed(form.text)), who.author(form.by)
    prediction_id = f"gate-{passage}"
    try:
        known = await services.gate.run(lambda log: log.get(passage))
        data = await services.gate.run(lambda log: log.cut_out(passage))
    except UnknownPassageError as error:
        raise not_found("There is no such passage.") from error
    crop = await services.labels.prepare(await asyncio.to_thread(_opened, data))
    await services.labels.keep(crop, services.gate.label(known, text, prediction_id))
    return PassageBody.of(await services.gate.run(lambda log: log.check(passage, text, by, prediction_id)))


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


@router.get("/gate/visits", summary="Who came and went", response_model=VisitsBody)
async def list_visits(
    services: ServicesDep,
    inside: Annotated[bool, Query(description="Only vehicles that are inside.")] = False,
    size: Annotated[int, Query(ge=1, le=500)] = 100,
) -> VisitsBody:
    """Return visits: a vehicle that came is paired with its next passage out."""
    visits, vehicles = await services.gate.run(lambda log: (log.visits(), log.vehicles()))
    names = {vehicle.text: vehicle.name for vehicle in vehicles}
    shown = [visit for visit in visits if visit.is_inside or not inside][:size]
    return VisitsBody(
        items=[VisitBody.of(visit, names.get(visit.text)) for visit in shown],
        inside=sum(visit.is_inside for visit in visits),
    )


@router.get("/gate/vehicles", summary="Known vehicles", response_model=VehiclesBody)
async def list_vehicles(services: ServicesDep) -> VehiclesBody:
    """Return the known vehicles."""
    vehicles = await services.gate.run(lambda log: log.vehicles())
    return VehiclesBody(items=[VehicleBody.of(vehicle) for vehicle in vehicles])


@router.post("/gate/vehicles", summary="Make a vehicle known", response_model=VehicleBody, responses=_FORM)
async def know_vehicle(
    services: ServicesDep, who: WhoDep, form: Annotated[VehicleForm, Form(media_type="multipart/form-data")]
) -> VehicleBody:
    """Make a vehicle known, or give it another name."""
    text, by = PLATES.key(PLATES.typed(form.text)), who.author(form.by)
    return VehicleBody.of(await services.gate.run(lambda log: log.know(text, form.name.strip(), by)))


@router.delete("/gate/plates/{plate}", summary="Delete everything about a plate", response_model=ForgottenBody)
async def forget_plate(services: ServicesDep, plate: Annotated[str, Path(max_length=64)]) -> ForgottenBody:
    """Delete a plate's passages with their pictures, its entry among the known vehicles, and what was kept to train."""
    text = PLATES.key(plate)
    deleted, labels = await services.gate.run(lambda log: log.forget(text))
    for prediction_id in labels:
        await services.labels.undo(prediction_id)
        await services.gate.run(lambda log, gone=prediction_id: log.is_undone(gone))  # type: ignore[misc]
    return ForgottenBody(passages=deleted, labels=len(labels))
