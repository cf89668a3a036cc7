"""The token of an application at eBay: fetched when it is needed, used until shortly before it expires."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from backend.prices.http_service import HttpService, Reply, refuse
from backend.prices.provider import PriceError

_SCOPE = "https://api.ebay.com/oauth/api_scope"  # public data
_RENEWED_BEFORE = 120.0  # seconds before it expires, so that no query travels with a token that dies on the way
_LONGEST = 86_400.0  # seconds that a token is used at most, whatever the answer says


class EbayToken:
    """An application access token (OAuth 2.0, client-credentials grant). For one event loop.

    Args:
        service: Calls eBay.
        client_id: The application's id.
        client_secret: Its secret.
        base_url: Scheme and host of the service.
        clock: Seconds from any start, never running backwards.
    """

    def __init__(
        self,
        service: HttpService,
        client_id: str,
        client_secret: str,
        *,
        base_url: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        credentials = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}", "Accept": "application/json"}
        self._url = f"{base_url}/identity/v1/oauth2/token"
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: str | None = None
        self._expires_at = 0.0

    async def get(self) -> str:
        """Return the token; queries that need a new one at the same moment share one call.

        Raises:
            PriceError: eBay refuses the application, or its answer cannot be read.
            RetryableError: eBay failed.
        """
        async with self._lock:
            if self._token is None or self._clock() >= self._expires_at:
                form = {"grant_type": "client_credentials", "scope": _SCOPE}
                reply = await self._service.call("POST", self._url, headers=self._headers, form=form)
                self._token, seconds = _token(reply)
                self._expires_at = self._clock() + seconds
            return self._token

    def forget(self, token: str) -> None:
        """Fetch another token next time, unless that has been done."""
        if self._token == token:
            self._token = None


def _token(reply: Reply) -> tuple[str, float]:
    """Return the token and the seconds that it is used, or raise what the answer means."""
    status, answer = reply.status, reply.json()
    named = _named_error(answer)
    refuse("eBay", 401 if status == 400 else status, key=f"the application{named} (EBAY_CLIENT_ID)", queries="tokens")
    token = answer.get("access_token") if isinstance(answer, dict) and status == 200 else None
    # It travels in a header.
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable() or " " in token:
        raise PriceError("unavailable", "eBay sent a token that cannot be read.")
    seconds = answer.get("expires_in")
    is_number = isinstance(seconds, int | Decimal) and not isinstance(seconds, bool)
    return token, max(0.0, min(float(seconds), _LONGEST) - _RENEWED_BEFORE) if is_number else 0.0


def _named_error(answer: Any) -> str:
    """The error's documented name, such as `invalid_client`, and nothing else of the answer."""
    name = answer.get("error") if isinstance(answer, dict) else None
    return f": {name}" if isinstance(name, str) and name.replace("_", "").isalpha() and name.isascii() else ""
