"""Draws the pages on which people sign in and accept invitations; they work without scripts."""

from __future__ import annotations

import hmac
import math
import secrets
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from backend.people.accounts import Accounts
from backend.people.page_texts import PageTexts, page_texts
from backend.people.passwords import SHORTEST
from backend.people.provider import PREFIX

_FOLDER: Final = Path(__file__).parent / "templates"
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=select_autoescape(), undefined=StrictUndefined
)
_COOKIE: Final = "account_form"
STYLE: Final = (_FOLDER / "style.css").read_text(encoding="utf-8")


class AccountPages:
    """The pages, for one request.

    Args:
        accounts: Sign what the forms carry; know the pages' address.
        request: Tells the language, and holds the form's cookie.
    """

    def __init__(self, accounts: Accounts, request: Request) -> None:
        self._accounts, self._request = accounts, request
        self.texts: PageTexts = page_texts(request.query_params.get("lang"), request.headers.get("accept-language"))
        self._held = request.cookies.get(_COOKIE) or ""

    def is_own_form(self, csrf: str) -> bool:
        """Whether a form was drawn for the browser that sends it, and not by another site."""
        return bool(self._held) and hmac.compare_digest(csrf.encode(), self._code(self._held).encode())

    def sign_in(
        self, *, email: str = "", alert: str = "", status: HTTPStatus = HTTPStatus.OK, wait: float = 0
    ) -> Response:
        """Return the form that asks for e-mail and password.

        Args:
            email: As typed before.
            alert: What went wrong, in words.
            status: Of the answer.
            wait: Seconds after which the next attempt is looked at.
        """
        answer = self._form("sign-in", self.texts.sign_in, email=email, alert=alert, status=status)
        if wait > 0:
            answer.headers["Retry-After"] = str(math.ceil(wait))
        return answer

    def invitation(self, email: str, name: str, *, alert: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
        """Return the form that asks for name and password of somebody who has been invited."""
        lead = self.texts.invitation_for.format(email=email)
        return self._form(
            "invitation", self.texts.invitation, email=email, name=name, lead=lead, alert=alert, status=status
        )

    def message(self, title: str, more: str = "", *, status: HTTPStatus = HTTPStatus.OK) -> Response:
        """Return a page that says something and leads to the team's pages."""
        return self._draw(status, title=title, lead=more, link=f"{self._accounts.public_url}/explore")

    def too_many(self, wait: float) -> Response:
        """Return the page of an address that has sent too many requests.

        Args:
            wait: Seconds until it may go on.
        """
        more = self.texts.too_many_more.format(time=self.texts.duration(wait))
        return self._draw(HTTPStatus.TOO_MANY_REQUESTS, title=self.texts.too_many, lead=more)

    def _form(self, form: str, title: str, *, status: HTTPStatus, **values: Any) -> Response:
        # The form's own address carries what was asked, so that nothing of it needs to be trusted.
        held = self._held or secrets.token_urlsafe(32)
        answer = self._draw(status, title=title, form=form, action=self._here(), csrf=self._code(held), **values)
        answer.set_cookie(
            _COOKIE,
            held,
            max_age=86_400,
            path=PREFIX,
            httponly=True,
            samesite="lax",
            secure=self._accounts.settings.is_public_secure,
        )
        return answer

    def _draw(self, status: HTTPStatus, **values: Any) -> Response:
        defaults = {
            "lead": "",
            "alert": "",
            "form": "",
            "link": "",
            "email": "",
            "name": "",
            "shortest": SHORTEST,
            "language_url": self._here(lang=self.texts.other),
        }
        html = _TEMPLATES.get_template("page.html").render(defaults | values, texts=self.texts)
        return HTMLResponse(html, int(status), headers=self._headers())

    def _here(self, **changes: str) -> str:
        url = self._request.url.include_query_params(**changes)
        return f"{url.path}?{url.query}" if url.query else url.path

    def _code(self, held: str) -> str:
        return self._accounts.sign("form", held)

    def _headers(self) -> dict[str, str]:
        own = self._accounts.public_url
        return {
            "Cache-Control": "no-store",
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'self'; form-action 'self' {own}; "
                "frame-ancestors 'none'; base-uri 'none'"
            ),
            # Forms would send no origin under `no-referrer`; addresses of invitations stay on this site.
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }


def waiting_page(accounts: Accounts, scope: Scope, wait: float) -> Response | None:
    """Return what a browser on these pages is shown that has to wait; None for programs, and for other pages.

    Args:
        accounts: Of the app.
        scope: Of the request.
        wait: Seconds.
    """
    is_here = scope["path"].startswith(f"{PREFIX}/") and accounts.is_on
    request = Request(scope)
    if not is_here or "text/html" not in request.headers.get("accept", ""):
        return None
    return AccountPages(accounts, request).too_many(wait)
