"""Access to the team's pages, by the team's token."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from http import HTTPStatus

from pydantic import SecretStr
from starlette.types import Scope

from backend.http.problems import Problem
from backend.http.rate_limit import Allowances, OwnAllowances, TokenBuckets, bucket_name, too_many

# Wrong tokens that an address may send at once, and those that it regains per minute.
_WRONG_AT_ONCE = 10
_WRONG_PER_MINUTE = 2.0


def guess_buckets() -> TokenBuckets:
    """Return buckets of the wrong tokens that addresses may send."""
    return TokenBuckets(_WRONG_PER_MINUTE, _WRONG_AT_ONCE)


class TeamAccess:
    """Compares tokens, and answers addresses that guess with 429. For the event loop only (no lock).

    The right token passes whatever came before it from the same address: behind a proxy, a shop or a mobile network,
    the team shares its address with strangers, whose wrong tokens must not lock it out. So every token is compared, and
    what keeps guessing hopeless is the number of tokens, not the 429, which only tells a guesser to stop. Twelve
    printable characters drawn at random are one of 94^12, about 2^78. The limit of requests lets an address try two a
    second; ten thousand addresses try 2^43 in ten years, and find the token with a probability of 2^-35. A backend
    without that limit, which compares a thousand a second, stays under 2^-39. A word with digits behind it is no such
    token; docs/operating.md shows how to draw one.

    Args:
        token: The team's token; None refuses every token.
        guesses: Buckets from which each wrong token takes a guess; None makes them.
        on_refused: Called for every wrong token.
        has_accounts: Whether people can also sign in, so that the team's pages are on without a token.
    """

    def __init__(
        self,
        token: SecretStr | None,
        *,
        guesses: Allowances | None = None,
        on_refused: Callable[[], None] = lambda: None,
        has_accounts: bool = False,
    ) -> None:
        # Hashed, so that the time of a comparison does not depend on the token's length.
        self._digest = None if token is None else _digest(token.get_secret_value())
        self._guesses = guesses or OwnAllowances(guess_buckets())
        self._on_refused = on_refused
        self._has_accounts = has_accounts

    async def check(self, scope: Scope, token: str | None) -> None:
        """Let a request through if it carries the token.

        Args:
            scope: The request's, for its address.
            token: The token that the request carries; None without one.

        Raises:
            Problem: 403 while no token is set, 401 without one or with a wrong one, 429 for further wrong ones.
        """
        if self._digest is None and not self._has_accounts:
            raise Problem(
                HTTPStatus.FORBIDDEN,
                "team-off",
                "The team's pages are switched off",
                "Neither TAGS_TEAM_TOKEN nor TAGS_PUBLIC_URL is set on this backend.",
            )
        if token is not None:
            if self._digest is not None and hmac.compare_digest(_digest(token), self._digest):
                return
            self._on_refused()
            wait = await self._guesses.take(bucket_name(scope))
            if wait > 0:
                raise too_many("too-many-guesses", "Too many wrong tokens from this address", wait)
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            "wrong-token",
            "The team's token is missing or wrong",
            "Send it as `Authorization: Bearer <token>`.",
            headers={"WWW-Authenticate": 'Bearer realm="team"'},
        )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
