"""Access to the team's pages, by the team's token."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Callable
from http import HTTPStatus

from pydantic import SecretStr
from starlette.types import Scope

from backend.http.problems import Problem
from backend.http.rate_limit import TokenBuckets, bucket_name

# Wrong tokens that an address may send at once, and guesses that it regains per minute.
_WRONG_AT_ONCE = 10
_WRONG_PER_MINUTE = 2.0


class TeamAccess:
    """Compares tokens, and refuses addresses that guess. For the event loop only (no lock).

    Args:
        token: The team's token; None refuses every request.
        guesses: Buckets from which each wrong token takes a guess; None makes them.
        on_refused: Called for every wrong token.
    """

    def __init__(
        self,
        token: SecretStr | None,
        *,
        guesses: TokenBuckets | None = None,
        on_refused: Callable[[], None] = lambda: None,
    ) -> None:
        # Hashed, so that the time of a comparison does not depend on the token's length.
        self._digest = None if token is None else _digest(token.get_secret_value())
        self._guesses = guesses or TokenBuckets(_WRONG_PER_MINUTE, _WRONG_AT_ONCE)
        self._on_refused = on_refused

    def check(self, scope: Scope, token: str | None) -> None:
        """Let a request through if it carries the token.

        Args:
            scope: The request's, for its address.
            token: The token that the request carries; None without one.

        Raises:
            Problem: 403 while no token is set, 401 without one or with a wrong one, 429 after too many wrong ones,
                even if this one is right: otherwise guessing could go on.
        """
        if self._digest is None:
            raise Problem(
                HTTPStatus.FORBIDDEN,
                "team-off",
                "The team's pages are switched off",
                "TAGS_TEAM_TOKEN is not set on this backend.",
            )
        client = bucket_name(scope)
        wait = self._guesses.wait(client)
        if wait > 0:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too-many-guesses",
                "Too many wrong tokens from this address",
                f"Try again in {math.ceil(wait)} s.",
                headers={"Retry-After": str(math.ceil(wait))},
            )
        if token is not None and hmac.compare_digest(_digest(token), self._digest):
            return
        if token is not None:  # A request without a token guesses nothing.
            self._guesses.take(client)
            self._on_refused()
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            "wrong-token",
            "The team's token is missing or wrong",
            "Send it as `Authorization: Bearer <token>`.",
            headers={"WWW-Authenticate": 'Bearer realm="team"'},
        )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
