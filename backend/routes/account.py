"""`/account/...`: where people sign in and accept invitations, and the endpoints of the OpenID Connect provider."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc6749.errors import OAuth2Error
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.datastructures import FormData, UploadFile

from backend.dependencies import ServicesDep
from backend.http.forms import FORM_LIMITS
from backend.http.problems import Problem
from backend.http.rate_limit import bucket_name
from backend.people.account_pages import STYLE, AccountPages
from backend.people.accounts import Accounts
from backend.people.attempts import DEVICE_COOKIE, DEVICE_SECONDS
from backend.people.outside import COOKIE, COOKIE_SECONDS, Outside, OutsideError, Vouched
from backend.people.passwords import PasswordError
from backend.people.provider import PREFIX, Proven, claims_of
from backend.people.sessions import SignInError

_LOG = logging.getLogger(__name__)

TOKEN_PATH: Final = f"{PREFIX}/token"
STYLE_PATH: Final = f"{PREFIX}/style.css"
_LONGEST_NAME: Final = 200
_MOST_PARAMETERS: Final = 20

Secret = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,100}$")]


async def _require_accounts(services: ServicesDep) -> Accounts:
    if not services.accounts.is_on:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "not-found",
            "There are no accounts here",
            "TAGS_PUBLIC_URL is not set on this backend.",
        )
    return services.accounts


AccountsDep = Annotated[Accounts, Depends(_require_accounts)]
_UNKEPT: Final = {"Cache-Control": "no-store"}
router = APIRouter(prefix=PREFIX, include_in_schema=False)


@router.get("/style.css")
async def get_style() -> Response:
    """Return the style of the pages."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


@router.get("/.well-known/openid-configuration")
async def describe(accounts: AccountsDep, request: Request) -> JSONResponse:
    """Return the provider's metadata."""
    own = str(request.base_url)
    return JSONResponse(await accounts.run(lambda known: known.provider.description(own)), headers=_UNKEPT)


@router.get("/jwks")
async def get_keys(accounts: AccountsDep) -> JSONResponse:
    """Return the provider's public keys."""
    return JSONResponse(await accounts.run(lambda known: known.provider.keys()))


@router.get("/authorize")
async def begin_sign_in(accounts: AccountsDep, request: Request) -> Response:
    """Ask who it is: by the form, or at the outside provider."""
    pages = AccountPages(accounts, request)

    async def answer() -> Response:
        refused = await _refused(accounts, pages, request)
        if refused is not None:
            return refused
        if accounts.settings.oidc_issuer is None:
            return pages.sign_in()
        url, cookie = await accounts.run(lambda known: Outside(known).begin(request.url.query))
        away = RedirectResponse(url, HTTPStatus.FOUND, headers=_UNKEPT)
        secure = accounts.settings.is_public_secure
        away.set_cookie(
            COOKIE, cookie, max_age=COOKIE_SECONDS, path=PREFIX, httponly=True, samesite="lax", secure=secure
        )
        return away

    return await _in_words(pages, answer)


@router.post("/authorize")
async def sign_in(accounts: AccountsDep, request: Request) -> Response:
    """Check e-mail and password, and lead back to the pages with a code."""
    pages = AccountPages(accounts, request)

    async def answer() -> Response:
        refused = await _refused(accounts, pages, request)
        if refused is not None:
            return refused
        if accounts.settings.oidc_issuer is not None:
            return pages.message(pages.texts.bad_request, status=HTTPStatus.BAD_REQUEST)
        form = await _form(request)
        email, password = _field(form, "email").strip(), _field(form, "password")
        if not pages.is_own_form(_field(form, "csrf")):
            return pages.sign_in(email=email, alert=pages.texts.stale, status=HTTPStatus.FORBIDDEN)
        account, client = email.lower()[:254], bucket_name(request.scope)
        device = accounts.devices.known(request.cookies.get(DEVICE_COOKIE) or "", account)
        wait = await accounts.attempts.begin(account, client, device)
        if wait > 0:
            alert = pages.texts.wait.format(time=pages.texts.duration(wait))
            return pages.sign_in(email=email, alert=alert, status=HTTPStatus.TOO_MANY_REQUESTS, wait=wait)
        asked = request.query_params.multi_items()
        try:
            proven = await accounts.hash(lambda known: _with_password(known, account, password))
            back = None if proven is None else await accounts.run(lambda known: known.provider.grant(asked, proven))
        except SignInError:
            back = None
        except Problem:
            await accounts.attempts.give_back(account, client, device)  # nobody has looked at the password
            raise
        if back is None:
            return pages.sign_in(email=email, alert=pages.texts.wrong, status=HTTPStatus.UNAUTHORIZED)
        await accounts.attempts.give_back(account, client, device)
        secure = accounts.settings.is_public_secure
        back.set_cookie(
            DEVICE_COOKIE,
            accounts.devices.cookie(account, device),
            max_age=DEVICE_SECONDS,
            path=PREFIX,
            httponly=True,
            samesite="lax",
            secure=secure,
        )
        return back

    return await _in_words(pages, answer)


@router.get("/outside")
async def come_back(
    accounts: AccountsDep, request: Request, state: str = "", code: str = "", error: str = ""
) -> Response:
    """Take in who the outside provider says it is, and lead back to the pages with a code."""
    pages = AccountPages(accounts, request)

    async def answer() -> Response:
        if accounts.settings.oidc_issuer is None or error:
            return pages.message(pages.texts.bad_request, pages.texts.bad_request_more, status=HTTPStatus.BAD_REQUEST)
        cookie = request.cookies.get(COOKIE) or ""
        vouched = await accounts.run(lambda known: Outside(known).finish(state, code, cookie))
        proven = await accounts.run(lambda known: _vouched_person(known, vouched))
        if proven is None:
            more = pages.texts.not_invited_more.format(email=vouched.email)
            return pages.message(
                pages.texts.not_invited,
                more if vouched.email else pages.texts.unverified_more,
                status=HTTPStatus.FORBIDDEN,
            )
        asked = parse_qsl(vouched.query, keep_blank_values=True)
        try:
            back = await accounts.run(lambda known: known.provider.grant(asked, proven))
        except SignInError:
            return pages.message(pages.texts.not_invited, status=HTTPStatus.FORBIDDEN)
        back.delete_cookie(COOKIE, path=PREFIX)
        return back

    return await _in_words(pages, answer)


@router.post("/token")
async def give_tokens(accounts: AccountsDep, request: Request) -> Response:
    """Return the tokens for a code, to the pages' server."""
    body = await request.body()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        pairs = []
    headers = {"Authorization": request.headers.get("authorization", "")}
    return await accounts.run(lambda known: known.provider.token(pairs, headers))


@router.api_route("/userinfo", methods=["GET", "POST"])
async def get_user_info(accounts: AccountsDep, request: Request) -> JSONResponse:
    """Return who has the session of the access token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    person = await accounts.run(lambda known: known.sessions.who(token)) if scheme.lower() == "bearer" else None
    if person is None:
        headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        return JSONResponse({"error": "invalid_token"}, HTTPStatus.UNAUTHORIZED, headers=headers)
    return JSONResponse(claims_of(person), headers=_UNKEPT)


@router.get("/end")
async def sign_out(
    accounts: AccountsDep, request: Request, id_token_hint: str = "", post_logout_redirect_uri: str = ""
) -> Response:
    """End the session that the id token belongs to, and lead back to the pages."""
    pages = AccountPages(accounts, request)

    def end(known: Accounts) -> str:
        session = known.provider.session_of(id_token_hint)
        if session is not None:
            known.sessions.end(session)
        return known.provider.redirect_uri

    async def answer() -> Response:
        back = await accounts.run(end)
        if post_logout_redirect_uri == back:
            return RedirectResponse(back, HTTPStatus.FOUND, headers=_UNKEPT)
        return pages.message(pages.texts.signed_out)

    return await _in_words(pages, answer)


@router.get("/invitation/{secret}")
async def show_invitation(accounts: AccountsDep, request: Request, secret: Secret) -> Response:
    """Ask an invited person for name and password; this does not use the invitation."""
    pages = AccountPages(accounts, request)

    async def answer() -> Response:
        person = await accounts.run(lambda known: known.people.invited(secret))
        return _used(pages) if person is None else pages.invitation(person.email, person.name)

    return await _in_words(pages, answer)


@router.post("/invitation/{secret}")
async def accept_invitation(accounts: AccountsDep, request: Request, secret: Secret) -> Response:
    """Use the invitation."""
    pages = AccountPages(accounts, request)

    async def answer() -> Response:
        form = await _form(request)
        name, password = " ".join(_field(form, "name").split()), _field(form, "password")
        person = await accounts.run(lambda known: known.people.invited(secret))
        if person is None:
            return _used(pages)

        def again(alert: str, status: HTTPStatus) -> Response:
            return pages.invitation(person.email, name or person.name, alert=alert, status=status)

        if not pages.is_own_form(_field(form, "csrf")):
            return again(pages.texts.stale, HTTPStatus.FORBIDDEN)
        if len(name) > _LONGEST_NAME or not name.isprintable():
            return again(pages.texts.bad_name, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            accepted = await accounts.hash(
                lambda known: known.people.accept(
                    secret, name=name, password=known.passwords.hash(password, person.email)
                )
            )
        except PasswordError:
            return again(pages.texts.bad_password, HTTPStatus.UNPROCESSABLE_ENTITY)
        return _used(pages) if accepted is None else pages.message(pages.texts.accepted, pages.texts.accepted_more)

    return await _in_words(pages, answer)


async def _refused(accounts: Accounts, pages: AccountPages, request: Request) -> Response | None:
    """Return the answer to a request for authorization that is not valid; None for a valid one."""
    pairs = request.query_params.multi_items()

    def check(known: Accounts) -> Response | None:
        try:
            known.provider.check(pairs)
        except OAuth2Error as error:
            return known.provider.refuse(error) or pages.message(
                pages.texts.bad_request, pages.texts.bad_request_more, status=HTTPStatus.BAD_REQUEST
            )
        return None

    return await accounts.run(check)


async def _in_words(pages: AccountPages, answer: Callable[[], Awaitable[Response]]) -> Response:
    """Return an answer, or a page that says why there is none."""
    try:
        return await answer()
    except OutsideError as error:
        _LOG.warning("the outside provider: %s", error)
        title, status = pages.texts.outside_failed, HTTPStatus.BAD_GATEWAY
    except Problem as problem:
        _LOG.warning("an account page: %s", problem.detail)
        title, status = pages.texts.unavailable, HTTPStatus(problem.status_code)
    return pages.message(title, pages.texts.unavailable_more, status=status)


def _with_password(accounts: Accounts, email: str, password: str) -> Proven | None:
    """Return whose password it is; takes as long where there is nobody."""
    people, passwords = accounts.people, accounts.passwords
    person, kept = people.with_password(email) or (None, None)
    if not passwords.is_right(password, kept) or person is None or kept is None:
        return None
    if passwords.is_outdated(kept):
        renewed = passwords.hash(password, email)
        people.renew_password(person.id, kept, renewed)
        kept = renewed
    return Proven(person, kept)


def _vouched_person(accounts: Accounts, vouched: Vouched) -> Proven | None:
    person = accounts.people.by_address(vouched.email) if vouched.email else None
    return None if person is None else Proven(accounts.people.vouched(person.id, vouched.name), None)


def _used(pages: AccountPages) -> Response:
    return pages.message(pages.texts.used, pages.texts.used_more, status=HTTPStatus.NOT_FOUND)


async def _form(request: Request) -> FormData:
    if urlsplit(request.headers.get("content-type", "")).path.partition(";")[0].strip() != "multipart/form-data":
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported-form",
            "The form cannot be taken",
            "Send multipart/form-data.",
        )
    return await request.form(
        max_files=0, max_fields=FORM_LIMITS["max_fields"], max_part_size=FORM_LIMITS["max_part_size"]
    )


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return "" if value is None or isinstance(value, UploadFile) else value
