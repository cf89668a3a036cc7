"""Prices that stood on tags, as shoppers have confirmed them: with the code and the day, without place or photo.

They lie in the product catalogue's file, in a table of their own that no import of products touches. A price hangs on
the label whose code it belongs to, so that undoing the label takes the price along.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from backend.prices.product_catalogue import CatalogueError, search_key
from backend.prices.provider import Offer, PriceError, offer_order

_NAME = "Tags"
_BUSY_SECONDS = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tag_price (
    prediction_id TEXT PRIMARY KEY,  -- of the label that the price hangs on
    key TEXT NOT NULL,               -- letters and digits of the code that a search has
    code TEXT NOT NULL,
    price TEXT NOT NULL,             -- exact decimal
    currency TEXT NOT NULL,
    seen_on TEXT NOT NULL            -- ISO 8601 day, UTC
) WITHOUT ROWID
"""
_INDEX = "CREATE INDEX IF NOT EXISTS tag_price_key ON tag_price (key)"
_SELECT = "SELECT prediction_id, code, price, currency, seen_on FROM tag_price"
_HAS_TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'tag_price'"


@dataclass(frozen=True)
class TagPrice:
    """A price that a shopper has read off a tag and confirmed."""

    prediction_id: str  # of the label that it hangs on
    code: str  # the label's code
    price: Decimal
    currency: str  # ISO 4217
    seen_on: date  # the day, in UTC


class TagPrices:
    """The confirmed prices in one SQLite file. Every call opens the file anew, so any thread and process may call.

    Args:
        path: The product catalogue's file; a missing one holds no price, and is made by the first.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, price: TagPrice) -> None:
        """Keep a price; it replaces the one of the same label.

        Raises:
            CatalogueError: The file cannot be written.
        """
        row = (
            price.prediction_id,
            search_key(price.code),
            price.code,
            str(price.price),
            price.currency,
            price.seen_on.isoformat(),
        )
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as database, database:
                database.execute("BEGIN IMMEDIATE")
                database.execute(_SCHEMA)
                database.execute(_INDEX)
                database.execute("INSERT OR REPLACE INTO tag_price VALUES (?,?,?,?,?,?)", row)
        except (sqlite3.Error, OSError) as error:
            raise CatalogueError(f"{self._path}: {error}") from error

    def move(self, prediction_id: str, code: str) -> None:
        """Give the price of a label, if there is one, the code that the label has now; delete it if that has none.

        Raises:
            CatalogueError: The file cannot be read or written.
        """
        if not code:
            self.forget(prediction_id)
            return
        for price in self._select("WHERE prediction_id = ?", (prediction_id,)):
            if price.code != code:
                self.keep(replace(price, code=code))

    def forget(self, prediction_id: str) -> bool:
        """Delete the price of a label; False when there was none.

        Raises:
            CatalogueError: The file cannot be read or written.
        """
        if not self._select("WHERE prediction_id = ?", (prediction_id,)):
            return False
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as database, database:
                deleted = database.execute("DELETE FROM tag_price WHERE prediction_id = ?", (prediction_id,)).rowcount
        except sqlite3.Error as error:
            raise CatalogueError(f"{self._path}: {error}") from error
        return deleted > 0

    def forget_all(self, prediction_ids: Collection[str]) -> None:
        """Delete the prices of many labels; most of them may have none.

        Raises:
            CatalogueError: The file cannot be read or written.
        """
        for price in self.all():
            if price.prediction_id in prediction_ids:
                self.forget(price.prediction_id)

    def find(self, code: str) -> tuple[TagPrice, ...]:
        """Return the prices of a code, whatever its separators, the latest first.

        Raises:
            CatalogueError: The file is not a catalogue.
        """
        key = search_key(code)
        return self._select("WHERE key = ?", (key,)) if key else ()

    def all(self) -> tuple[TagPrice, ...]:
        """Return all prices, the latest first.

        Raises:
            CatalogueError: The file is not a catalogue.
        """
        return self._select("", ())

    def _select(self, condition: str, parameters: Sequence[str]) -> tuple[TagPrice, ...]:
        if not self._path.is_file():
            return ()
        try:
            # Read-only: a query must never make or change a file.
            address = f"{self._path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as database:
                if not database.execute(_HAS_TABLE).fetchone():
                    return ()
                rows = database.execute(f"{_SELECT} {condition} ORDER BY seen_on DESC, code, prediction_id", parameters)
                return tuple(map(_tag_price, rows))
        except sqlite3.Error as error:
            raise CatalogueError(f"{self._path}: {error}") from error


class TagPriceProvider:
    """Offers the latest price that was seen on a tag, in each currency.

    Args:
        prices: The confirmed prices.
    """

    def __init__(self, prices: TagPrices) -> None:
        self._prices = prices

    @property
    def name(self) -> str:
        """Name of the provider."""
        return _NAME

    async def offers(self, code: str, gtin: str | None = None) -> tuple[Offer, ...]:
        """Return the latest price of a code in each currency.

        Raises:
            PriceError: When the file is broken.
        """
        try:
            prices = await asyncio.to_thread(self._prices.find, code)
        except CatalogueError as error:
            raise PriceError("unavailable", "The prices seen on tags cannot be read.") from error
        latest: dict[str, TagPrice] = {}
        for price in prices:
            latest.setdefault(price.currency, price)
        return tuple(sorted(map(_offer, latest.values()), key=offer_order))

    async def close(self) -> None:
        """Do nothing: the file is not kept open."""


def _offer(price: TagPrice) -> Offer:
    return Offer(
        name=price.code,
        image=None,
        price=price.price,
        currency=price.currency,
        mall="",
        url=None,
        provider=_NAME,
        fetched_at=datetime.combine(price.seen_on, time(), UTC),
        is_match=True,
        source="tag",
    )


def _tag_price(row: tuple[Any, ...]) -> TagPrice:
    prediction_id, code, price, currency, seen_on = row
    return TagPrice(prediction_id, code, Decimal(price), currency, date.fromisoformat(seen_on))
