"""The embedded product catalogue: one SQLite file.

A product is known by its code (separators and case do not matter) and brand: importing it again replaces it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ocr_model.codes.text import match_key

_BUSY_SECONDS = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS product (
    key TEXT NOT NULL,          -- the code's letters and digits only
    brand_key TEXT NOT NULL,    -- the brand in lower case
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    brand TEXT NOT NULL,
    price INTEGER,              -- whole units of the currency
    currency TEXT NOT NULL,
    url TEXT NOT NULL,
    image TEXT,
    imported_at TEXT NOT NULL,  -- ISO 8601, UTC
    PRIMARY KEY (key, brand_key)
) WITHOUT ROWID
"""
_SELECT = "SELECT code, name, brand, price, currency, url, image, imported_at FROM product"


class CatalogueError(Exception):
    """The catalogue or a CSV for it cannot be used; the text names the file and, if any, the line."""


@dataclass(frozen=True)
class Product:
    """One line of the catalogue."""

    code: str  # as written in the CSV, normalised
    name: str
    brand: str  # may be empty
    price: int | None  # whole units of the currency; None when it is not known
    currency: str  # ISO 4217
    url: str  # web address of the offer
    image: str | None  # web address of a picture
    imported_at: datetime  # with a time zone


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
        """Return the products of a code, whatever its separators, ordered by brand.

        Raises:
            CatalogueError: The file is not a catalogue.
        """
        key = match_key(code)
        return self._select(f"{_SELECT} WHERE key = ? ORDER BY brand_key", (key,)) if key else ()

    def products(self) -> tuple[Product, ...]:
        """Return all products, ordered by code.

        Raises:
            CatalogueError: The file is not a catalogue.
        """
        return self._select(f"{_SELECT} ORDER BY key, brand_key", ())

    def import_products(self, products: Iterable[Product], *, replace: bool = False) -> ImportCounts:
        """Take in all of the products, or none of them.

        Args:
            products: The products, each code and brand once.
            replace: Whether the catalogue's other products are removed.

        Raises:
            CatalogueError: The file cannot be written, or is not a catalogue.
        """
        rows = [
            (
                match_key(product.code),
                product.brand.lower(),
                product.code,
                product.name,
                product.brand,
                product.price,
                product.currency,
                product.url,
                product.image,
                product.imported_at.isoformat(),
            )
            for product in products
        ]
        keys = {(row[0], row[1]) for row in rows}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as database, database:
                database.execute("BEGIN IMMEDIATE")
                database.execute(_SCHEMA)
                before = set(database.execute("SELECT key, brand_key FROM product"))
                gone = before - keys if replace else set()
                database.executemany("DELETE FROM product WHERE key = ? AND brand_key = ?", gone)
                database.executemany("INSERT OR REPLACE INTO product VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
        except (sqlite3.Error, OSError) as error:
            raise CatalogueError(f"{self._path}: {error}") from error
        return ImportCounts(added=len(keys - before), replaced=len(keys & before), removed=len(gone))

    def _select(self, query: str, parameters: Sequence[str]) -> tuple[Product, ...]:
        if not self._path.is_file():
            return ()
        try:
            # Read-only: a query must never make or change a file.
            address = f"{self._path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as database:
                rows = database.execute(query, parameters).fetchall()
        except sqlite3.Error as error:
            raise CatalogueError(f"{self._path}: {error}") from error
        return tuple(
            Product(code, name, brand, price, currency, url, image, datetime.fromisoformat(imported_at))
            for code, name, brand, price, currency, url, image, imported_at in rows
        )
