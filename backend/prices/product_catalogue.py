"""The embedded product catalogue: one SQLite file.

An offer is known by its code (separators, case and field names around it do not matter), brand, shop and size:
importing it again replaces it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ocr_model.codes.lines import searched_code
from ocr_model.codes.text import match_key

_BUSY_SECONDS = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sized_offer (
    key TEXT NOT NULL,          -- letters and digits of the code that a search has
    brand_key TEXT NOT NULL,    -- the brand in lower case
    shop_key TEXT NOT NULL,     -- the shop in lower case
    size_key TEXT NOT NULL,     -- the size in lower case
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    brand TEXT NOT NULL,
    price INTEGER,              -- whole units of the currency
    currency TEXT NOT NULL,
    url TEXT NOT NULL,
    image TEXT,
    seen_at TEXT NOT NULL,      -- when the price was so, ISO 8601
    shop TEXT NOT NULL,
    size TEXT NOT NULL,
    PRIMARY KEY (key, brand_key, shop_key, size_key)
) WITHOUT ROWID
"""
# The catalogue's table, and those of earlier releases, the latest first. An import moves their rows.
_READ = {
    "sized_offer": "SELECT code, name, brand, price, currency, url, image, seen_at, shop, size FROM sized_offer",
    # one row for each code, brand and shop
    "offer": "SELECT code, name, brand, price, currency, url, image, imported_at, shop, '' FROM offer",
    # one row for each code and brand
    "product": "SELECT code, name, brand, price, currency, url, image, imported_at, '', '' FROM product",
}
_BY_TIME = "ORDER BY 8"
_INSERT = "INSERT OR REPLACE INTO sized_offer VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_IDENTITIES = "SELECT key, brand_key, shop_key, size_key FROM sized_offer"
_DELETE = "DELETE FROM sized_offer WHERE key = ? AND brand_key = ? AND shop_key = ? AND size_key = ?"
_HAS_TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"


class CatalogueError(Exception):
    """The catalogue or a CSV for it cannot be used; the text names the file and, if any, the line."""


@dataclass(frozen=True)
class Product:
    """One line of the catalogue: what one shop sells."""

    code: str  # as printed on the tag or written in the CSV, normalised
    name: str
    brand: str  # may be empty
    price: int | None  # whole units of the currency; None when it is not known
    currency: str  # ISO 4217
    url: str  # web address of the offer
    image: str | None  # web address of a picture
    seen_at: datetime  # when the price was so: as the CSV says, else when it was imported; with a time zone
    shop: str = ""  # its name; "" where the CSV names none
    size: str = ""  # of the shoe that costs this; "" when the price is for all

    @property
    def seller(self) -> str:
        """The shop's name, or the host of its address."""
        return self.shop or (urlsplit(self.url).hostname or "").removeprefix("www.")

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """Key of the code, brand, shop and size: equal for two products of which the later replaces the earlier."""
        return search_key(self.code), self.brand.lower(), self.seller.lower(), self.size.lower()


@dataclass(frozen=True)
class ImportCounts:
    """Products that an import has added, replaced and removed."""

    added: int
    replaced: int
    removed: int


class ProductCatalogue:
    """The products in one SQLite file. Every call opens the file anew, so any thread and process may call.

    Args:
        path: The file; a missing one is an empty catalogue, and is made by the first import.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, code: str) -> tuple[Product, ...]:
        """Return the products of a code, however it is printed, by brand, shop and size.

        Raises:
            CatalogueError: The file is not a catalogue.
        """
        key = search_key(code)
        return self._select("WHERE key = ?", (key,)) if key else ()

    def products(self) -> tuple[Product, ...]:
        """Return all products, ordered by code.

        Raises:
            CatalogueError: The file is not a catalogue.
        """
        return self._select("", ())

    def import_products(self, products: Iterable[Product], *, replace: bool = False) -> ImportCounts:
        """Take in all of the products, or none of them.

        Args:
            products: The products, each code, brand, shop and size once.
            replace: Whether the catalogue's other products are removed.

        Raises:
            CatalogueError: The file cannot be written, or is not a catalogue.
        """
        products = tuple(products)
        keys = {product.identity for product in products}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as database, database:
                database.execute("BEGIN IMMEDIATE")
                database.execute(_SCHEMA)
                _move_products(database)
                before = set(database.execute(_IDENTITIES))
                gone = before - keys if replace else set()
                database.executemany(_DELETE, gone)
                database.executemany(_INSERT, map(_row, products))
        except (sqlite3.Error, OSError) as error:
            raise CatalogueError(f"{self._path}: {error}") from error
        return ImportCounts(added=len(keys - before), replaced=len(keys & before), removed=len(gone))

    def _select(self, condition: str, parameters: Sequence[str]) -> tuple[Product, ...]:
        if not self._path.is_file():
            return ()
        try:
            # Read-only: a query must never make or change a file.
            address = f"{self._path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as database:
                table = next((name for name in _READ if database.execute(_HAS_TABLE, (name,)).fetchone()), None)
                if table is None:
                    return ()
                # Rows of one code and brand come by shop and size, as the table is sorted.
                query = f"{_READ[table]} {condition} ORDER BY key, brand_key"
                return tuple(map(_product, database.execute(query, parameters)))
        except sqlite3.Error as error:
            raise CatalogueError(f"{self._path}: {error}") from error


def search_key(code: str) -> str:
    """The letters and digits of the code that a search has: equal for all spellings of a code as it is printed."""
    return match_key(searched_code(code))


def _move_products(database: sqlite3.Connection) -> None:
    """Take over the tables of earlier releases; of two rows that are one offer now, the one imported last stays."""
    for table in ("product", "offer"):
        if database.execute(_HAS_TABLE, (table,)).fetchone():
            products = map(_product, database.execute(f"{_READ[table]} {_BY_TIME}").fetchall())
            database.executemany(_INSERT, map(_row, products))
            database.execute(f"DROP TABLE {table}")


def _row(product: Product) -> tuple[str | int | None, ...]:
    return (
        *product.identity,
        product.code,
        product.name,
        product.brand,
        product.price,
        product.currency,
        product.url,
        product.image,
        product.seen_at.isoformat(),
        product.shop,
        product.size,
    )


def _product(row: tuple[Any, ...]) -> Product:
    code, name, brand, price, currency, url, image, seen_at, shop, size = row
    return Product(code, name, brand, price, currency, url, image, datetime.fromisoformat(seen_at), shop, size)
