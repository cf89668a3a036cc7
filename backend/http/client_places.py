"""Places that a client takes while its requests are under way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backend.http.rate_limit import too_many

_RETRY_SECONDS = 2.0


class ClientPlaces:
    """Refuses a client more requests at the same moment than leave room for others. For the event loop only (no lock).

    Args:
        most: Requests of one client at the same moment.
        on_refused: Called for every refusal.
    """

    def __init__(self, most: int, on_refused: Callable[[], None] = lambda: None) -> None:
        self._most = most
        self._on_refused = on_refused
        self._taken: Counter[str] = Counter()

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Take a place, and give it back at the end.

        Args:
            client: The client's name, from `bucket_name`.

        Raises:
            Problem: 429, when the client has taken all of its places.
        """
        if self._taken[client] >= self._most:
            self._on_refused()
            raise too_many("too-many-at-once", "Too many requests of this address are under way", _RETRY_SECONDS)
        self._taken[client] += 1
        try:
            yield
        finally:
            self._taken[client] -= 1
            if not self._taken[client]:
                del self._taken[client]
