"""What all routes of the team share: who may ask, and jobs that are done off the event loop."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

from fastapi import APIRouter, Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from backend.dependencies import ServicesDep
from backend.http.problems import Problem, problems
from backend.people.accounts import Accounts
from backend.people.project import UnknownProjectError
from backend.people.roles import FOR_GUESTS, TOKEN_ROLE, least_role, may
from backend.people.sessions import is_session
from backend.people.who import Who
from backend.services import Services
from datasets.errors import (
    CropError,
    CycleBegunError,
    CycleRequestError,
    LabelError,
    LabelMovedError,
    NotYoursError,
    ObjectDamagedError,
    ObjectMissingError,
    SearchNameError,
    UnknownActionError,
    UnknownSampleError,
    UnknownSearchError,
)
from datasets.samples.marks import project_id

if TYPE_CHECKING:
    from backend.team.overview import TeamData

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
# Crops and sheets change or are deleted: no cache on the way may keep them.
PRIVATE: Final = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}

_bearer = HTTPBearer(
    auto_error=False,
    description="The team's token, TAGS_TEAM_TOKEN, or the access token of a signed-in person.",
)


async def require_team(
    request: Request,
    services: ServicesDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Who:
    """Return who asks; refuse requests of nobody, and of those whose role does not allow them."""
    token = None if credentials is None else credentials.credentials
    route = ("GET" if request.method == "HEAD" else request.method, request.scope["route"].path)
    if token is None and services.accounts.is_on and route in FOR_GUESTS:
        guest = await services.accounts.run(lambda known: known.projects.guest())
        if guest is not None:
            return guest
    who = await _who(request, services, token)
    needed = least_role(request.method, request.scope["route"].path)
    if not may(who.role, needed):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "role-needed",
            "This needs another role",
            f"It is for {needed}s; the role of the sender is {who.role}.",
        )
    return who


WhoDep = Annotated[Who, Depends(require_team)]


async def _who(request: Request, services: Services, token: str | None) -> Who:
    accounts = services.accounts
    if token is None or not (accounts.is_on and is_session(token)):
        await services.team_access.check(request.scope, token)
        return Who(TOKEN_ROLE)
    # No limit of guesses: a session's secret has 256 random bits.
    who = await accounts.run(lambda known: _known(known, token))
    if who is None:
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            "signed-out",
            "The session has ended",
            "Sign in again.",
            headers={"WWW-Authenticate": 'Bearer realm="team", error="invalid_token"'},
        )
    return who


def _known(accounts: Accounts, token: str) -> Who | None:
    person = accounts.sessions.who(token)
    return None if person is None else accounts.projects.who(person)


def team_router() -> APIRouter:
    """Return a router below `/v1/team`, whose routes need the team's token, or a person with the right role."""
    return APIRouter(
        prefix="/v1/team",
        tags=["team"],
        dependencies=[Depends(require_team)],
        responses=problems(
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    )


async def ask_team(services: Services, who: Who, job: Callable[[TeamData], T]) -> T:
    """Do a job off the event loop with what the sender sees; the store's errors about the request become problems."""

    def run() -> T:
        from datasets.versions.version import UnknownVersionError, VersionError

        try:
            return job(services.team.seen_by(who.sight, who.touch))
        except LabelError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, "bad-request", "This cannot be done", str(error)) from error
        except (
            UnknownVersionError,
            UnknownSampleError,
            UnknownActionError,
            UnknownSearchError,
            ObjectMissingError,
            CycleRequestError,
        ) as error:
            raise not_found(str(error)) from error
        except NotYoursError as error:
            raise Problem(
                HTTPStatus.FORBIDDEN, "not-yours", "This belongs to a project where others make changes", str(error)
            ) from error
        except (VersionError, ObjectDamagedError, CropError) as error:
            _LOG.error("the team's page: %s", error)
            raise Problem(
                HTTPStatus.CONFLICT,
                "damaged",
                "The store's copy is damaged",
                "Trying again does not help; `python -m datasets verify` names it.",
            ) from error
        except CycleBegunError as error:
            raise Problem(
                HTTPStatus.CONFLICT, "cycle-begun", "The cycle has begun", "A request can be taken back only before."
            ) from error
        except SearchNameError as error:
            raise Problem(
                HTTPStatus.CONFLICT, "name-taken", "Another search has this name", "Nothing was changed."
            ) from error
        except LabelMovedError as error:
            raise Problem(
                HTTPStatus.CONFLICT, "label-moved", "The label has changed since", "Look at the list again."
            ) from error

    return await services.asking.run(run)


async def check_projects(services: Services, who: Who, written: str) -> None:
    """Make sure that there are the projects which crops are to join.

    Args:
        services: Of the app.
        who: The sender.
        written: Ids, one a line.
    """
    ids = [line for line in written.splitlines() if line.strip()]
    if not ids:
        return
    if not services.accounts.is_on:
        raise not_found("There are no projects on this backend: TAGS_PUBLIC_URL is not set.")
    try:
        names = list(map(project_id, ids))
        await services.accounts.run(lambda known: [known.projects.get(name, who) for name in names])
    except (UnknownProjectError, LabelError) as error:
        raise not_found("There is no such project.") from error


def not_found(detail: str) -> Problem:
    """Return the answer to a request for what the store does not hold."""
    return Problem(HTTPStatus.NOT_FOUND, "not-found", "The store does not hold this", detail)
