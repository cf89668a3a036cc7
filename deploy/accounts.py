"""Lets people sign in on the pages: Streamlit's sign-in configured, and the way to the backend's forms.

Browsers reach the pages alone. What the backend's provider shows them (`/account/...`) is passed on to it, under the
pages' own address; what only servers ask of it is not.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.people.accounts import derived_secret
from backend.people.key_files import make_people_folder, page_secret
from backend.people.provider import CLIENT_ID
from backend.settings import Settings

_FORMS: Final = re.compile(r"/account/(authorize|outside|end|style\.css|invitation/[A-Za-z0-9_-]{20,100})")
_COOKIE: Final = re.compile(r"account_[a-z]+=[A-Za-z0-9._=-]*")  # those of the forms, and nothing beside them
_PAGE: Final = re.compile(r"/[a-z]{0,20}")
_LOGIN, _LOGOUT, _CALLBACK = "/auth/login", "/auth/logout", "/oauth2callback"
_PAGE_COOKIE: Final = "account_page"
_PAGE_SECONDS: Final = 900
_SECONDS: Final = 30.0
_PASSED_ON: Final = ("accept-language", "content-type", "host", "origin", "sec-fetch-site")
_PASSED_BACK: Final = frozenset(
    {
        "cache-control",
        "content-security-policy",
        "content-type",
        "location",
        "pragma",
        "referrer-policy",
        "retry-after",
        "set-cookie",
        "x-content-type-options",
        "x-frame-options",
    }
)
_OWNER_ONLY: Final = 0o600
_OWN_SITE: Final = frozenset({"same-origin", "none"})  # none: a typed address, or a bookmark


def write_secrets(settings: Settings, backend_url: str, port: int) -> Path:
    """Write the file from which Streamlit takes how people sign in; only its owner reads it.

    Args:
        settings: Name the pages' address, and hold the secret that backend and pages share.
        backend_url: Where the pages' server reaches the backend.
        port: The pages' port, which tells apart the files of several on one machine.

    Raises:
        StoreError: The secret cannot be read or written.
        OSError: The file cannot be written.
    """
    secret = page_secret(settings, settings.data_dir)
    values = {
        "redirect_uri": f"{settings.public_url}{_CALLBACK}",
        "cookie_secret": derived_secret(secret, "cookie"),
        "client_id": CLIENT_ID,
        "client_secret": derived_secret(secret, "client"),
        "server_metadata_url": f"{backend_url.rstrip('/')}/account/.well-known/openid-configuration",
        "expose_tokens": ["access"],
    }
    # A JSON string is a TOML string, too.
    lines = ["[auth]", *(f"{name} = {json.dumps(value)}" for name, value in values.items()), ""]
    path = make_people_folder(settings.data_dir) / f"pages-{port}.toml"
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    part.replace(path)
    return path


class AccountDoor:
    """ASGI middleware around the pages: shows the backend's forms, and leads back to the page that a person came from.

    Args:
        app: The pages.
        backend_url: Where this server reaches the backend.
        public_url: The pages' address, without a slash at the end.
    """

    def __init__(self, app: ASGIApp, backend_url: str, public_url: str) -> None:
        self._app = app
        self._backend_url = backend_url.rstrip("/")
        self._public_url = public_url
        self._is_secure = public_url.startswith("https://")
        # The backend is a neighbour: a proxy from the environment must not see passwords.
        self._client = httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a form on to the backend, note the page of a sign-in, and pass everything else on to the pages."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path.startswith("/account/"):
            await (await self._forward(Request(scope, receive)))(scope, receive, send)
        elif path in (_LOGIN, _LOGOUT, _CALLBACK):
            await self._sign_in(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _forward(self, request: Request) -> Response:
        path = request.url.path
        if not _FORMS.fullmatch(path) or request.method not in ("GET", "POST"):
            return PlainTextResponse("Not found", 404)
        # Bytes as they came: what is no ASCII is the backend's to refuse.
        known = [name for name in _PASSED_ON if name in request.headers]
        headers = [(name.encode(), request.headers[name].encode("latin-1")) for name in known]
        held = [f"{name}={value}" for name, value in request.cookies.items() if _COOKIE.fullmatch(f"{name}={value}")]
        if held:
            headers.append((b"cookie", "; ".join(held).encode()))
        if request.client is not None:
            headers.append((b"x-forwarded-for", request.client.host.encode("ascii", "replace")))
        url = f"{self._backend_url}{path}" + (f"?{request.url.query}" if request.url.query else "")
        try:
            told = await self._client.request(request.method, url, content=await request.body(), headers=headers)
        except httpx2.HTTPError:
            return PlainTextResponse(
                "서버가 응답하지 않아요. 잠시 후 다시 시도해 주세요.\nThe server does not answer. Please try again.",
                502,
            )
        answer = Response(told.content, told.status_code)
        for name, value in told.headers.multi_items():
            if name.lower() in _PASSED_BACK:
                answer.headers.append(name, value)
        return answer

    async def _sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let Streamlit do its part of signing in and out.

        Its way back leads to the first page; a cookie remembers from which one a person came. Streamlit's cookies lack
        `Secure`, which they get here where the pages are reached over TLS.
        """
        request = Request(scope)
        if scope["path"] == _LOGOUT and request.headers.get("sec-fetch-site", "same-origin") not in _OWN_SITE:
            # Another site's link or script, which would sign people out.
            await RedirectResponse("/", 302, {"Cache-Control": "no-store"})(scope, receive, send)
            return
        if scope["path"] == _LOGIN:
            page = self._page_of(request)
            own, asked = urlsplit(self._public_url).netloc, request.headers.get("host", "")
            if asked.lower() != own.lower():
                # The way back leads to the public address, where this browser would have no cookie of this sign-in.
                query = f"{request.url.query}&page={quote(page)}"
                moved = RedirectResponse(f"{self._public_url}{_LOGIN}?{query}", 302, {"Cache-Control": "no-store"})
                await moved(scope, receive, send)
                return
        elif scope["path"] == _CALLBACK and "state" not in request.query_params:
            # The way back from signing out, which Streamlit would warn of as of a sign-in gone wrong.
            await RedirectResponse("/", 302, {"Cache-Control": "no-store"})(scope, receive, send)
            return
        else:
            page = request.cookies.get(_PAGE_COOKIE, "")
            page = page if _PAGE.fullmatch(page) else "/"

        async def changed_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                self._finish(scope["path"], page, headers)
                message["headers"] = headers.raw
            await send(message)

        await self._app(scope, receive, changed_send)

    def _page_of(self, request: Request) -> str:
        given = parse_qs(request.url.query).get("page", [""])[0]
        page = given or urlsplit(request.headers.get("referer", "")).path
        return page if _PAGE.fullmatch(page) else "/"

    def _finish(self, path: str, page: str, headers: MutableHeaders) -> None:
        if path == _CALLBACK and headers.get("location") == "/":
            headers["location"] = page
        held = Response()
        if path == _LOGIN:
            held.set_cookie(_PAGE_COOKIE, page, max_age=_PAGE_SECONDS, httponly=True, samesite="lax")
        elif path == _CALLBACK:
            held.delete_cookie(_PAGE_COOKIE, httponly=True, samesite="lax")
        cookies = [*headers.getlist("set-cookie"), *Headers(raw=held.raw_headers).getlist("set-cookie")]
        del headers["set-cookie"]
        for cookie in cookies:
            is_bound = "; secure" in cookie.lower() or not self._is_secure
            headers.append("set-cookie", cookie if is_bound else f"{cookie}; Secure")
