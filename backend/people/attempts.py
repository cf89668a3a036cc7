"""How many passwords may be tried: by account, by address, and by both together."""

from __future__ import annotations

import time
from collections.abc import Callable

from backend.http.rate_limit import TokenBuckets

# Attempts at once, and those that come back per minute.
_OF_PAIR = (5, 1.0)
_OF_ADDRESS = (40, 10.0)
_OF_ACCOUNT = (40, 10.0)


class Attempts:
    """Counts wrong passwords. For the event loop only (no lock).

    The pair of account and address has the tight limit: whoever guesses locks out their own address at that account,
    not the account's owner elsewhere and not the other accounts at that address. The limits of an address and of an
    account alone are wide, and only slow down many guesses at many accounts or from many addresses.

    Args:
        clock: Seconds from any start, never running backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._pairs = TokenBuckets(_OF_PAIR[1], _OF_PAIR[0], clock=clock)
        self._addresses = TokenBuckets(_OF_ADDRESS[1], _OF_ADDRESS[0], clock=clock)
        self._accounts = TokenBuckets(_OF_ACCOUNT[1], _OF_ACCOUNT[0], clock=clock)

    def begin(self, email: str, client: str) -> float:
        """Take an attempt, before the password is looked at; return 0, or the seconds until there is one.

        Args:
            email: Names the account, whether there is one or not.
            client: The client's name, from `bucket_name`.
        """
        taken: list[tuple[TokenBuckets, str]] = []
        for buckets, name in self._named(email, client):
            wait = buckets.take(name)
            if wait > 0:
                for other, other_name in taken:
                    other.charge(other_name, -1.0)
                return wait
            taken.append((buckets, name))
        return 0.0

    def succeeded(self, email: str, client: str) -> None:
        """Give an attempt back whose password was right."""
        for buckets, name in self._named(email, client):
            buckets.charge(name, -1.0)

    def _named(self, email: str, client: str) -> tuple[tuple[TokenBuckets, str], ...]:
        return (self._pairs, f"{email} {client}"), (self._addresses, client), (self._accounts, email)
