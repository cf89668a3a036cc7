"""`POST /v1/tags`: read everything on a whole photo."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, BinaryIO, TypeVar

from fastapi import APIRouter, BackgroundTasks, Form, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from backend.dependencies import ServicesDep
from backend.http.problems import problems
from backend.http.rate_limit import bucket_name
from backend.reading.pending import PendingPrediction
from backend.reading.photo_lines import PhotoAnswer, PhotoLines, ReadLine, answer_of
from backend.schemas import LineEventBody, TagBody, TagEventBody, TagPhotoForm
from backend.services import Services
from datasets.samples.picture_quality import sharpness

T = TypeVar("T")

router = APIRouter(tags=["reading"])

_NDJSON = "application/x-ndjson"
_GONE = 499  # the status that proxies log for a client that did not wait; nobody receives it
_EVERY = 0.5  # seconds between looks whether the client is still there
# Lines that cost a client as much as a request.
_LINES_PER_TOKEN = 16
_STREAM = {
    "description": "The tag; as `application/x-ndjson` two JSON objects, a line each: the likeliest code as soon as it "
    "is read (`event`: `line`; may be absent), then everything (`event`: `tag`).",
    "content": {
        _NDJSON: {
            "schema": {
                "oneOf": [
                    LineEventBody.model_json_schema(ref_template="#/components/schemas/{model}"),
                    TagEventBody.model_json_schema(ref_template="#/components/schemas/{model}"),
                ]
            }
        }
    },
}


@router.post(
    "/v1/tags",
    summary="Read a whole photo",
    response_model=TagBody,
    responses={
        200: _STREAM,
        **problems(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    },
)
async def create_tag(
    request: Request,
    services: ServicesDep,
    afterwards: BackgroundTasks,
    form: Annotated[TagPhotoForm, Form(media_type="multipart/form-data")],
) -> Response:
    """Find and read every line of a photo, its barcodes, and the tags that they make up.

    Every line is a prediction with an id of its own, which waits for its label like that of a crop; a label that comes
    when the line is forgotten carries the photo with the line's `corners` and the photo's `turn`. The photo is dropped.
    """
    photo = _Photo(services, form.image.file, form.turn)
    client = bucket_name(request.scope)
    afterwards.add_task(services.give_back_memory)
    events = _events(photo, client)
    try:
        if _NDJSON not in request.headers.get("accept", ""):
            whole = await _unless_gone(request, _last(events))
            return Response(whole.model_dump_json(exclude={"event"}), media_type="application/json")
        first = await _unless_gone(request, anext(events))  # a photo that cannot be read is answered with its problem
    except ClientDisconnect:
        return Response(status_code=_GONE)
    return StreamingResponse(_json_lines(first, events), media_type=_NDJSON)


class _Photo:
    """A photo that is to be read, with the recognizer that reads for the request when it begins."""

    def __init__(self, services: Services, file: BinaryIO, turn: int) -> None:
        self.services = services
        self.gone = threading.Event()  # set when nobody waits for the answer any more
        self._started = time.perf_counter()
        self._file, self._recognizer = file, services.reader_for_request()
        self._lines = PhotoLines(services.pending, services.proofs, turn)

    def read(self, on_code: Callable[[ReadLine], None]) -> PhotoAnswer:
        """Decode and read it, and make the answer; blocks.

        Args:
            on_code: Called with the likeliest code while other lines are still to be read, if there is one.

        Raises:
            ImageError: It is not a usable picture.
            Problem: 503, when too many large photos wait.
            AbandonedError: `gone` is set.
        """
        lines, services = self._lines, self.services
        lines.photo = photo = services.decoder.photo(self._file, lines.turn)
        tag = services.photo_reading.read(
            photo.image,
            self._recognizer,
            on_code=lambda line: on_code(lines.take(line)),
            is_wanted=lambda: not self.gone.is_set(),
        )
        codes = [services.labels.known_code(barcode) for barcode in tag.barcodes]
        answer = answer_of(tag, photo, lines, codes, self._started)
        if answer.first is not None:
            services.metrics.sharpness.observe(sharpness(answer.first.crop))
        return answer


async def _events(photo: _Photo, client: str) -> AsyncIterator[LineEventBody | TagEventBody]:
    """The answer in parts, as they become known."""
    loop, services = asyncio.get_running_loop(), photo.services
    told: asyncio.Queue[ReadLine | None] = asyncio.Queue()

    def tell(line: ReadLine) -> None:
        loop.call_soon_threadsafe(told.put_nowait, line)

    with services.photo_places.place(client):
        reading = asyncio.create_task(services.photos.run(photo.read, tell))
        reading.add_done_callback(lambda _: told.put_nowait(None))
        early: PendingPrediction | None = None
        try:
            line = await told.get()
            if line is not None:
                early = line.pending
                await services.sharing.readings.keep(early)
                yield LineEventBody(**dict(line.body))
            answer = await reading
        finally:
            photo.gone.set()
            reading.cancel()
    await _take_in(services, client, answer, [entry for entry in answer.entries if entry is not early])
    yield TagEventBody(**dict(answer.body))


async def _unless_gone(request: Request, answer: Awaitable[T]) -> T:
    """Return an answer, unless the client goes before it is there: others wait for the place.

    Raises:
        ClientDisconnect: The client is gone; the answer was cancelled.
    """
    task = asyncio.ensure_future(answer)
    try:
        while not (await asyncio.wait([task], timeout=_EVERY))[0]:
            if await request.is_disconnected():
                raise ClientDisconnect
        return task.result()
    finally:
        task.cancel()


async def _last(events: AsyncIterator[T]) -> T:
    *_, last = [event async for event in events]
    return last


async def _json_lines(first: BaseModel, others: AsyncIterator[BaseModel]) -> AsyncIterator[str]:
    yield f"{first.model_dump_json()}\n"
    async for event in others:
        yield f"{event.model_dump_json()}\n"


async def _take_in(services: Services, client: str, answer: PhotoAnswer, entries: list[PendingPrediction]) -> None:
    """Remember the lines, hand the likeliest code to the challenger, and count."""
    await services.sharing.readings.keep_some(entries)
    if answer.first is not None:
        services.offer_to_shadow(answer.first)
        if answer.first.prediction.text:
            services.metrics.confidence.observe(answer.first.prediction.confidence)
    if services.requests is not None:
        await services.requests.charge(client, len(answer.body.lines) / _LINES_PER_TOKEN)
    body, metrics = answer.body, services.metrics
    code = body.cards and body.cards[0].code
    metrics.photos.labels("code" if code else "lines" if body.lines else "nothing").inc()
    metrics.photo_lines.observe(len(body.lines))
    for step, milliseconds in body.milliseconds.model_dump().items():
        metrics.photo_seconds.labels(step).observe(milliseconds / 1000)
