"""`/v1/team/uploads...`: crops and photos that the team brings in, with or without labels, as jobs."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

from fastapi import Depends, Form, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from backend.dependencies import ServicesDep
from backend.http.problems import Problem, problems
from backend.http.rate_limit import bucket_name
from backend.routes.asking import PRIVATE, WhoDep, ask_team, check_projects, not_found, team_router
from backend.team.upload_bodies import (
    MOST_PART,
    ArrivedBody,
    OutcomesBody,
    PartForm,
    ResultFilter,
    UploadBody,
    UploadForm,
    UploadsBody,
)
from datasets.uploads.job import UnknownUploadError, UploadClosedError, UploadPartError

if TYPE_CHECKING:
    from backend.people.who import Who
    from backend.services import Services
    from backend.team.uploads import TeamUploads

# Of the token that a request costs: an upload may have thousands of files, and is looked at while it is worked on.
_GIVEN_BACK: Final = 0.98
T = TypeVar("T")


async def _give_back(request: Request, services: ServicesDep) -> None:
    """Let a request count little, once its token is known to be right: guesses cost what they cost elsewhere."""
    if services.requests is not None:
        await services.requests.charge(bucket_name(request.scope), -_GIVEN_BACK)


router = team_router()
router.dependencies.append(Depends(_give_back))

UploadId = Annotated[str, Path(pattern=r"^[0-9]{8}-[0-9]{6}-[0-9a-f]{8}$")]
_FORM: Final = problems(HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.INSUFFICIENT_STORAGE)
_KNOWN: Final = problems(HTTPStatus.NOT_FOUND)


@router.get("/uploads", summary="The latest uploads", response_model=UploadsBody)
async def list_uploads(services: ServicesDep, who: WhoDep) -> UploadsBody:
    """Return the latest uploads and how far they are."""
    return UploadsBody(items=await _ask(services, who, lambda uploads: uploads.all(services.uploads.stuck)))


@router.post(
    "/uploads",
    summary="Begin an upload",
    status_code=HTTPStatus.CREATED,
    response_model=UploadBody,
    responses=_FORM,
)
async def begin_upload(
    services: ServicesDep, who: WhoDep, form: Annotated[UploadForm, Form(media_type="multipart/form-data")]
) -> UploadBody:
    """Begin an upload: its files are sent one by one, in parts, then it is started."""
    by = who.author(form.by)
    await check_projects(services, who, form.project)
    return await _ask(services, who, lambda uploads: uploads.begin(form, by))


@router.post(
    "/uploads/{upload}/files",
    summary="Send a part of a file",
    response_model=ArrivedBody,
    responses=_FORM | _KNOWN | problems(HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
)
async def send_part(
    services: ServicesDep,
    who: WhoDep,
    upload: UploadId,
    form: Annotated[PartForm, Form(media_type="multipart/form-data")],
) -> ArrivedBody:
    """Take a part of a picture, a zip, or a table; it is on the disk when the answer comes.

    Parts of a file come in order; the same part again changes nothing.
    """
    data = await form.part.read(MOST_PART + 1)
    if len(data) > MOST_PART:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "too-large",
            "The part is too large",
            f"Send at most {MOST_PART} bytes together.",
        )
    arrived = await _ask(services, who, lambda uploads: uploads.receive(upload, form.name, form.at, form.size, data))
    return ArrivedBody(name=form.name, arrived=arrived)


@router.post(
    "/uploads/{upload}/start",
    summary="Start an upload",
    status_code=HTTPStatus.ACCEPTED,
    response_model=UploadBody,
    responses=_KNOWN | problems(HTTPStatus.CONFLICT, HTTPStatus.INSUFFICIENT_STORAGE),
)
async def start_upload(services: ServicesDep, who: WhoDep, upload: UploadId) -> UploadBody:
    """Say that every file was sent. The backend works on it in the background, also after a restart."""
    body = await _ask(services, who, lambda uploads: uploads.start(upload, services.uploads.stuck))
    services.uploads.wake()
    return body


@router.get("/uploads/{upload}", summary="How far an upload is", response_model=UploadBody, responses=_KNOWN)
async def get_upload(services: ServicesDep, who: WhoDep, upload: UploadId) -> UploadBody:
    """Return an upload with its counts."""
    return await _ask(services, who, lambda uploads: uploads.get(upload, services.uploads.stuck))


@router.delete(
    "/uploads/{upload}",
    summary="Cancel an upload",
    response_model=UploadBody,
    responses=_KNOWN | problems(HTTPStatus.INSUFFICIENT_STORAGE),
)
async def cancel_upload(services: ServicesDep, who: WhoDep, upload: UploadId) -> UploadBody:
    """Keep nothing more of an upload. What was kept stays; `meta.upload = ID` finds it."""
    return await _ask(services, who, lambda uploads: uploads.cancel(upload, services.uploads.stuck))


@router.get("/uploads/{upload}/files", summary="What became of files", response_model=OutcomesBody, responses=_KNOWN)
async def get_outcomes(
    services: ServicesDep,
    who: WhoDep,
    upload: UploadId,
    result: Annotated[ResultFilter, Query(description="Which files.")] = "all",
    after: Annotated[int, Query(ge=0, le=1_000_000, description="How many of these are passed over.")] = 0,
    size: Annotated[int, Query(ge=1, le=500)] = 100,
) -> OutcomesBody:
    """Return what became of files, in the order in which they were worked on."""
    return await _ask(services, who, lambda uploads: uploads.outcomes(upload, result, after, size))


@router.get(
    "/uploads/{upload}/results.csv",
    summary="Download what became of files",
    response_class=Response,
    responses=_KNOWN | {200: {"content": {"text/csv": {}}}},
)
async def get_results(services: ServicesDep, who: WhoDep, upload: UploadId) -> StreamingResponse:
    """Return a table of what became of every file so far."""
    parts = await _ask(services, who, lambda uploads: uploads.table(upload))
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="upload-{upload}.csv"'}
    return StreamingResponse(parts, media_type="text/csv; charset=utf-8", headers=headers)


async def _ask(services: Services, who: Who, job: Callable[[TeamUploads], T]) -> T:
    """Do a job off the event loop, and turn what is wrong with the request into problems."""
    try:
        return await ask_team(services, who, lambda team: job(team.uploads))
    except UnknownUploadError as error:
        raise not_found(str(error)) from error
    except UploadClosedError as error:
        raise Problem(
            HTTPStatus.CONFLICT, "upload-closed", "The upload takes no more files", "Begin another one."
        ) from error
    except UploadPartError as error:
        raise Problem(HTTPStatus.CONFLICT, "upload-incomplete", "The upload is not complete", str(error)) from error
