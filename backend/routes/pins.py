"""`/v1/pins`: keep a drawn PIN, compare one with it, delete it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request

from backend.dependencies import ServicesDep
from backend.http.problems import Problem, problems
from backend.http.rate_limit import bucket_name, too_many
from backend.people.accounts import Accounts
from backend.people.pins import PinError, WrongPinError
from backend.schemas.pins import PinCheckedBody, PinForm, PinKeepingForm, PinKeptBody
from backend.services import Services

router = APIRouter(tags=["pins"])

_ANSWERS = problems(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


@router.post(
    "/v1/pins", summary="Keep a PIN", response_model=PinKeptBody, responses=_ANSWERS | problems(HTTPStatus.CONFLICT)
)
async def keep_pin(
    request: Request, services: ServicesDep, form: Annotated[PinKeepingForm, Form(media_type="multipart/form-data")]
) -> PinKeptBody:
    """Keep somebody's PIN as a hash. Whoever has one already must give it as `present`, which counts as a try."""

    def keep(accounts: Accounts) -> bool:
        accounts.pins.keep(form.holder, form.pin, form.present)
        return True

    if not await _try(request, services, form.holder, keep):
        raise Problem(
            HTTPStatus.CONFLICT, "wrong-pin", "This person has another PIN", "Give the present PIN to change it."
        )
    return PinKeptBody(kept=True)


@router.post("/v1/pins/check", summary="Compare a PIN", response_model=PinCheckedBody, responses=_ANSWERS)
async def check_pin(
    request: Request, services: ServicesDep, form: Annotated[PinForm, Form(media_type="multipart/form-data")]
) -> PinCheckedBody:
    """Say whether a PIN is somebody's. Wrong ones are counted, and soon take a while."""
    is_right = await _try(request, services, form.holder, lambda known: known.pins.is_right(form.holder, form.pin))
    return PinCheckedBody(is_right=is_right)


@router.post("/v1/pins/forget", summary="Delete a PIN", response_model=PinCheckedBody, responses=_ANSWERS)
async def forget_pin(
    request: Request, services: ServicesDep, form: Annotated[PinForm, Form(media_type="multipart/form-data")]
) -> PinCheckedBody:
    """Delete somebody's PIN, if it is the given one; a wrong one counts as a try."""

    def forget(accounts: Accounts) -> bool:
        accounts.pins.forget(form.holder, form.pin)
        return True

    return PinCheckedBody(is_right=await _try(request, services, form.holder, forget))


async def _try(request: Request, services: Services, holder: str, job: Callable[[Accounts], bool]) -> bool:
    """Do a job that looks at a PIN; a try is used up where it is wrong.

    Returns:
        What the job returns; False where the PIN is wrong.

    Raises:
        Problem: 429, without a try left; 422, for a PIN that is none; 503, while the database does not answer.
    """
    accounts, account, client = services.accounts, f"pin {holder}", bucket_name(request.scope)
    wait = await accounts.attempts.begin(account, client)
    if wait > 0:
        raise too_many("too-many-pins", "Too many wrong PINs", wait)
    try:
        is_right = await accounts.hash(job)
    except WrongPinError:
        return False
    except PinError as error:
        await accounts.attempts.give_back(account, client)
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "bad-pin", "This is no PIN", f"{error}.") from error
    except Problem:
        await accounts.attempts.give_back(account, client)  # nobody has looked at it
        raise
    if is_right:
        await accounts.attempts.give_back(account, client)
    return is_right
