"""What a backend shares with others, together; everything stays in the process where there is no PostgreSQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from backend.http.rate_limit import Allowances, TokenBuckets
from backend.reading.pending import PendingPredictions
from backend.settings import Settings
from backend.shared.database import SharedDatabase
from backend.shared.rates import forget_full, shared_allowances
from backend.shared.readings import WaitingReadings
from backend.shared.upkeep import SharedUpkeep
from datasets.samples.removals import Removals

_TIDY_SECONDS: Final = 8.0  # that the database may take to delete what has expired
_TIDY_EVERY: Final = 15.0  # seconds, at most


class Sharing:
    """Readings without a verdict, rates and deletions. For the event loop only.

    Args:
        settings: Name and bound the shared database.
        pending: Predictions that wait in this process.
    """

    def __init__(self, settings: Settings, pending: PendingPredictions) -> None:
        url = settings.shared_url
        self._database = None if url is None else SharedDatabase(url, seconds=settings.shared_seconds)
        self._pending_seconds = settings.pending_seconds
        self._upkeep: SharedUpkeep | None = None
        self.readings = WaitingReadings(pending, self._database, seconds=settings.pending_seconds, settings=settings)

    @property
    def is_away(self) -> bool:
        """Whether there is a shared database and it does not answer."""
        return self._database is not None and self._database.is_away

    def allowances(self, kind: str, own: TokenBuckets) -> Allowances:
        """Return the allowances of a kind of limit.

        Args:
            kind: Its name.
            own: Buckets with the limit, for this process while the database is away.
        """
        return shared_allowances(self._database)(kind, own)

    def allowances_with_refunds(self, kind: str, own: TokenBuckets) -> Allowances:
        """Return allowances of which some are given back, maybe by another backend; see `allowances`."""
        return shared_allowances(self._database, gives_back=True)(kind, own)

    async def open(self) -> None:
        """Connect; a database that does not answer is tried again later."""
        if self._database is not None:
            await self._database.open()

    def start(self, look: Callable[[], Removals], on_removed: Callable[[Removals], Awaitable[None]]) -> None:
        """Begin to carry out the deletions of other backends, and to delete what has expired.

        Args:
            look: Removes the crops of new deletions here, and returns what they are about; blocks.
            on_removed: Makes this process forget what was deleted.
        """
        if self._database is not None:
            self._upkeep = SharedUpkeep(
                look,
                on_removed,
                self._tidy,
                lambda: self.readings.is_tidy_due,
                tidy_seconds=min(_TIDY_EVERY, self._pending_seconds / 10),
            )
            self._upkeep.start()

    async def close(self) -> None:
        """End what was begun, and disconnect."""
        if self._upkeep is not None:
            await self._upkeep.close()
        if self._database is not None:
            await self._database.close()

    async def _tidy(self) -> None:
        await self.readings.tidy()
        if self._database is not None:
            await self._database.run(forget_full, seconds=_TIDY_SECONDS)
