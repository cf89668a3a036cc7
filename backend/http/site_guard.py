"""Keeps websites from reaching this service through a visitor's browser: checks `Host`, and `Origin` of changes.

A name that a website lets point here (DNS rebinding) is not one of this service's names. A form or script of another
site sends its `Origin`, or `Sec-Fetch-Site`; programs send neither.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.http.problems import Problem, problem_response

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})  # none: the user's own doing, such as a typed address
_DEFAULT_PORTS = {"http": 80, "https": 443}


class SiteGuard:
    """ASGI middleware that answers 403 to requests under a foreign name, and to changes that another site asks for.

    Args:
        app: The application behind it.
        names: Names of this service, in lower case; addresses always count as such. `X-Forwarded-Host` is not read.
    """

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app = app
        self._names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if this service is meant, and no other site asks."""
        if scope["type"] == "http":
            problem = self._refusal(scope)
            if problem is not None:
                await problem_response(problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        # HTTP/1.0 has no Host, and no browser speaks it.
        hosts = headers.getlist("host")
        if len(hosts) > 1 or not all(self._is_own_name(host) for host in hosts):
            return Problem(
                HTTPStatus.FORBIDDEN,
                "unknown-host",
                "This service does not go by that name",
                "Call it by an address, or add the name to TAGS_ALLOWED_HOSTS.",
            )
        if scope["method"] in _SAFE_METHODS:
            return None
        sites = headers.getlist("sec-fetch-site")
        origins = headers.getlist("origin")
        own = hosts[0] if hosts else ""
        if all(site in _OWN_SITE for site in sites) and all(is_same_host(origin, own) for origin in origins):
            return None
        return Problem(
            HTTPStatus.FORBIDDEN,
            "foreign-origin",
            "Another site asked for this",
            "Requests of browsers must come from this service's own pages; programs send no Origin.",
        )

    def _is_own_name(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            _ = parts.port
        except ValueError:
            return False
        name = (parts.hostname or "").removesuffix(".")
        return parts.netloc == host and "@" not in host and (name in self._names or _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_same_host(origin: str, host: str) -> bool:
    """Whether an `Origin` names the host that the request names; "null" names none."""
    try:
        parts = urlsplit(origin)
        theirs, own = parts.port, urlsplit(f"//{host}")
        default = _DEFAULT_PORTS[parts.scheme]
        return (parts.hostname, theirs or default) == (own.hostname, own.port or default) and bool(parts.hostname)
    except (KeyError, ValueError):
        return False
