"""`/v1/team/samples/...`, `/v1/team/versions`: what is made of labels that were found or chosen, for the team."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Form, Query, Response
from fastapi.responses import StreamingResponse

from backend.dependencies import ServicesDep
from backend.http.problems import Problem, problems
from backend.routes.asking import PRIVATE, WhoDep, ask_team, team_router
from backend.routes.explore import Where
from backend.team.explore_bodies import DownloadBody, FreezeForm, FrozenBody, SelectionForm, TeachingBody
from backend.team.search_line import parse_search
from backend.team.selection import selected
from datasets.samples.search.filters import Filter

if TYPE_CHECKING:
    from backend.people.who import Who
    from backend.services import Services
    from backend.team.overview import TeamData

router = team_router()

_PARQUET: Final = "application/vnd.apache.parquet"
_FORM: Final = problems(HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


@router.get("/samples/teaching", summary="The labels that teach most", response_model=TeachingBody)
async def get_teaching(
    services: ServicesDep, who: WhoDep, where: Where = "", most: Annotated[int, Query(ge=1, le=200)] = 100
) -> TeachingBody:
    """Return labels that were read with little confidence, of as many brands and shapes of codes as there are."""
    wanted = parse_search(where)
    return await ask_team(services, who, lambda team: team.explorer.teaching(wanted, most))


@router.post(
    "/samples/export.zip",
    summary="Download crops",
    response_class=Response,
    responses=_FORM | {200: {"content": {"application/zip": {}}}},
)
async def export_zip(
    services: ServicesDep, who: WhoDep, form: Annotated[SelectionForm, Form(media_type="multipart/form-data")]
) -> StreamingResponse:
    """Return a zip of crops with `labels.tsv`: at most 2000 labels and 64 MiB; `left-out.txt` says what is missing."""
    return await _download(
        services, who, form, lambda team, wanted: team.exports.zipped(wanted), "application/zip", "zip"
    )


@router.post(
    "/samples/export.csv",
    summary="Download labels",
    response_class=Response,
    responses=_FORM | {200: {"content": {"text/csv": {}}}},
)
async def export_csv(
    services: ServicesDep, who: WhoDep, form: Annotated[SelectionForm, Form(media_type="multipart/form-data")]
) -> StreamingResponse:
    """Return a table of labels: at most 20,000."""
    return await _download(services, who, form, lambda team, wanted: team.exports.table(wanted), "text/csv", "csv")


@router.post(
    "/samples/export.parquet",
    summary="Download labels and features",
    response_class=Response,
    responses=_FORM | {200: {"content": {_PARQUET: {}}}},
)
async def export_parquet(
    services: ServicesDep, who: WhoDep, form: Annotated[SelectionForm, Form(media_type="multipart/form-data")]
) -> StreamingResponse:
    """Return a Parquet file with a row for each label, at most 20,000, and the features of its crop."""
    return await _download(services, who, form, lambda team, wanted: team.exports.parquet(wanted), _PARQUET, "parquet")


@router.post(
    "/samples/export.tar",
    summary="Download crops as WebDataset",
    response_class=Response,
    responses=_FORM | {200: {"content": {"application/x-tar": {}}}},
)
async def export_tar(
    services: ServicesDep, who: WhoDep, form: Annotated[SelectionForm, Form(media_type="multipart/form-data")]
) -> StreamingResponse:
    """Return a tar as WebDataset reads it, with the bounds of the zip; `__left-out__` says what is missing."""
    return await _download(
        services, who, form, lambda team, wanted: team.exports.web_dataset(wanted), "application/x-tar", "tar"
    )


@router.post(
    "/samples/export.lmdb.zip",
    summary="Download crops as LMDB",
    response_class=Response,
    responses=_FORM | {200: {"content": {"application/zip": {}}}},
)
async def export_lmdb(
    services: ServicesDep, who: WhoDep, form: Annotated[SelectionForm, Form(media_type="multipart/form-data")]
) -> StreamingResponse:
    """Return a zip with an LMDB environment for training, with the bounds of the zip; it has no unreadable crops."""
    return await _download(
        services, who, form, lambda team, wanted: team.exports.lmdb(wanted), "application/zip", "lmdb.zip"
    )


@router.get("/downloads", summary="Who has downloaded what", response_model=list[DownloadBody])
async def get_downloads(
    services: ServicesDep, who: WhoDep, most: Annotated[int, Query(ge=1, le=500)] = 100
) -> list[DownloadBody]:
    """Return the latest downloads, the latest first."""
    found = await ask_team(services, who, lambda team: team.downloads.last(most))
    return [DownloadBody.model_validate(download, from_attributes=True) for download in found]


@router.post(
    "/versions",
    summary="Make a dataset version",
    response_model=FrozenBody,
    responses=_FORM | problems(HTTPStatus.CONFLICT, HTTPStatus.INSUFFICIENT_STORAGE),
)
async def freeze_version(
    services: ServicesDep, who: WhoDep, form: Annotated[FreezeForm, Form(media_type="multipart/form-data")]
) -> FrozenBody:
    """Make a version whose definition is the search, or the crops that are named; ask for a cycle on it if wanted.

    Asking again under the same name, or with the same key, gives the version that is there.
    """

    def freeze(team: TeamData) -> FrozenBody:
        from datasets.versions.version import VersionExistsError

        try:
            frozen = team.freeze(
                selected(form.samples, form.where), form.name or None, form.key or None, who.author(form.by)
            )
        except VersionExistsError as error:
            raise Problem(
                HTTPStatus.CONFLICT, "version-exists", "Another version has this name", "Nothing was changed."
            ) from error
        cycle = team.request(frozen.name, form.why, form.key or None, who.reason)[0] if form.cycle else None
        return FrozenBody(name=frozen.name, crops=frozen.crops, left_out=frozen.left_out, cycle=cycle)

    return await ask_team(services, who, freeze)


async def _download(
    services: Services,
    who: Who,
    form: SelectionForm,
    export: Callable[[TeamData, Filter], Iterator[bytes]],
    media_type: str,
    ending: str,
) -> StreamingResponse:
    by = who.author(form.by)

    def begin(team: TeamData) -> Iterator[bytes]:
        wanted = selected(form.samples, form.where)
        parts = export(team, wanted)
        team.downloads.note(by, ending, str(wanted))
        return parts

    parts = await ask_team(services, who, begin)
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="labels.{ending}"'}
    return StreamingResponse(parts, media_type=media_type, headers=headers)
