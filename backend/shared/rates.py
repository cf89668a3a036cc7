"""Token buckets that all backends take from, in PostgreSQL: one statement a request."""

from __future__ import annotations

from functools import partial
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.http.rate_limit import Allowances, MakeAllowances, TokenBuckets, own_allowances
from backend.people.people import digest_of
from backend.shared.database import SharedDatabase, SharedUnavailableError
from backend.shared.tables import RATES, now

_ROUNDING: Final = 1e-6  # seconds; times since 1970 are floats
# Made-up names must not fill the database: of more rows, those go that are full soonest.
MOST_ROWS: Final = 1_000_000


class SharedAllowances:
    """Buckets that backends share; while the database is away, each backend counts alone.

    The process's own buckets follow those in the database. What they refuse is refused without asking, so that a flood
    from one address does not reach the database.

    Args:
        database: Holds the shared buckets.
        kind: Name of the limit.
        own: The process's own buckets, with the same limit.
        gives_back: Whether tokens are given back, so that another backend may know of more than this one.
    """

    def __init__(self, database: SharedDatabase, kind: str, own: TokenBuckets, *, gives_back: bool = False) -> None:
        self._database, self._kind, self._own, self._gives_back = database, kind, own, gives_back

    async def take(self, client: str, amount: float = 1.0) -> float:
        """Take tokens; see `TokenBuckets.take`."""
        wait = self._own.take(client, amount)
        if self._database.is_away or (wait > 0 and not self._gives_back):
            self._database.try_again()
            return wait
        cost, room = amount / self._own.per_second, self._own.burst / self._own.per_second
        try:
            until_full, is_taken = await self._database.run(partial(_take, self._digest(client), cost, room))
        except SharedUnavailableError:
            return wait
        self._own.set(client, (room - until_full) * self._own.per_second)
        return 0.0 if is_taken else max(until_full + cost - room, _ROUNDING)

    async def charge(self, client: str, amount: float) -> None:
        """Take tokens afterwards; see `TokenBuckets.charge`."""
        self._own.charge(client, amount)
        cost, room = amount / self._own.per_second, self._own.burst / self._own.per_second
        try:
            until_full = await self._database.run(partial(_charge, self._digest(client), cost, room))
        except SharedUnavailableError:
            return
        self._own.set(client, (room - until_full) * self._own.per_second)

    def _digest(self, client: str) -> str:
        return digest_of(f"{self._kind} {client}")


def shared_allowances(database: SharedDatabase | None, *, gives_back: bool = False) -> MakeAllowances:
    """Return what makes allowances: shared ones where there is a database.

    Args:
        database: Holds the shared buckets; None: each process has its own.
        gives_back: See `SharedAllowances`.
    """
    if database is None:
        return own_allowances

    def make(kind: str, own: TokenBuckets) -> Allowances:
        return SharedAllowances(database, kind, own, gives_back=gives_back)

    return make


def forget_full(connection: sa.Connection) -> None:
    """Delete the rows of buckets that are full again, and those beyond `MOST_ROWS`."""
    connection.execute(RATES.delete().where(RATES.c.full_at <= now()))
    beyond = sa.select(RATES.c.digest).order_by(RATES.c.full_at.desc(), RATES.c.digest).offset(MOST_ROWS)
    connection.execute(RATES.delete().where(RATES.c.digest.in_(beyond)))


def _take(digest: str, cost: float, room: float, connection: sa.Connection) -> tuple[float, bool]:
    """Take tokens; return the seconds until the bucket is full, and whether they were taken.

    Args:
        digest: Names the bucket.
        cost: Seconds in which the tokens come back.
        room: Seconds in which an empty bucket fills.
        connection: To the database.
    """
    full_at = sa.func.greatest(RATES.c.full_at, now()) + cost
    taking = insert(RATES).values(digest=digest, full_at=now() + cost)
    taking = taking.on_conflict_do_update(
        index_elements=[RATES.c.digest], set_={"full_at": full_at}, where=full_at <= now() + room + _ROUNDING
    )
    until_full = connection.scalar(taking.returning(RATES.c.full_at - now()))
    if until_full is not None:
        return float(until_full), True
    left = connection.scalar(sa.select(RATES.c.full_at - now()).where(RATES.c.digest == digest))
    return max(0.0, float(left or 0.0)), False


def _charge(digest: str, cost: float, room: float, connection: sa.Connection) -> float:
    """Take tokens, whether they are there or not; return the seconds until the bucket is full; see `_take`."""
    full_at = sa.func.least(sa.func.greatest(RATES.c.full_at, now()) + cost, now() + 2 * room)
    charging = insert(RATES).values(digest=digest, full_at=now() + min(max(cost, 0.0), 2 * room))
    charging = charging.on_conflict_do_update(index_elements=[RATES.c.digest], set_={"full_at": full_at})
    until_full = connection.scalar(charging.returning(RATES.c.full_at - now()))
    return max(0.0, float(until_full or 0.0))
