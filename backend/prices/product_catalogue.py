"""The embedded product catalogue: a SQLite file that a shop fills from a CSV, and the provider upon it.

The CSV has a header line and these columns, in any order:

=========  ============================================================================================
code       product code, as printed or as sold; required
name       what the product is called; required; tags and entities of HTML (`&amp;`) become plain text
brand      who makes it; may be empty; as the name
price      in units of the currency, thousands separated by commas or not, decimals after a point (129000, 1,290,000,
           129000.00); a fraction is rounded, except of a currency that has none; empty when it is not known
currency   ISO 4217 in capitals; empty means KRW
url        http or https address of the offer; required
image      http or https address of a picture; may be empty
=========  ============================================================================================

A product is known by its code (separators and case do not matter) and brand: importing it again replaces it.
"""

from __future__ import annotations

import asyncio
import csv
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from urllib.parse import urlsplit

from backend.prices.provider import Offer, PriceError, offer_order, plain_text, web_address
from ocr_model.codes.text import match_key, normalize_text

__all__ = ["COLUMNS", "CatalogueError", "CatalogueProvider", "ImportCounts", "Product", "ProductCatalogue"]

COLUMNS = ("code", "name", "brand", "price", "currency", "url", "image")
_NAME = "Catalogue"
_BUSY_SECONDS = 5.0
_MOST_COMPLAINTS = 20
_NOTHING = "nothing was imported"
# Three digits after a point are refused: in much of the world 129.000 is a hundred and twenty-nine thousand.
_PRICE = re.compile(r"(\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(?:\.(\d{1,2}|\d{4}))?", re.ASCII)
# Currencies whose prices have no fraction (ISO 4217, those that shoes are sold in): one that has must be a mistake.
_WITHOUT_FRACTION = frozenset({"JPY", "KRW", "VND"})
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
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
    """One line of the catalogue.

    Attributes:
        code: As written in the CSV, normalised.
        name: What it is called.
        brand: Who makes it; may be empty.
        price: Whole units of the currency, or None.
        currency: ISO 4217.
        url: Web address of the offer.
        image: Web address of a picture, or None.
        imported_at: When it came into the catalogue.
    """

    code: str
    name: str
    brand: str
    price: int | None
    currency: str
    url: str
    image: str | None
    imported_at: datetime


@dataclass(frozen=True)
class ImportCounts:
    """What an import did.

    Attributes:
        added: Products that are new.
        replaced: Products that were there already.
        removed: Products that are gone.
    """

    added: int
    replaced: int
    removed: int


class ProductCatalogue:
    """The products in one SQLite file. Every call opens the file anew, so any thread and process may call.

    Args:
        path: The file; one that is not there is an empty catalogue, and is made by the first import.
        now: The time of day, with its zone.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = path
        self._now = now

    def find(self, code: str) -> tuple[Product, ...]:
        """Return the products of a code, whatever its separators, ordered by brand.

        Raises:
            CatalogueError: When the file is not a catalogue.
        """
        key = match_key(code)
        return self._select(f"{_SELECT} WHERE key = ? ORDER BY brand_key", (key,)) if key else ()

    def products(self) -> tuple[Product, ...]:
        """Return all products, ordered by code.

        Raises:
            CatalogueError: When the file is not a catalogue.
        """
        return self._select(f"{_SELECT} ORDER BY key, brand_key", ())

    def import_csv(self, source: Path, *, encoding: str = "utf-8-sig", replace: bool = False) -> ImportCounts:
        """Take in all products of a CSV, or none of them.

        Args:
            source: The CSV.
            encoding: Its encoding; the default is UTF-8 with or without a mark.
            replace: Whether products that the CSV lacks are removed.

        Raises:
            CatalogueError: Names each wrong line (the first twenty); the catalogue is as it was.
        """
        products = _read_csv(source, encoding, self._now())
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
            # Read-only: asking must never make or change a file.
            address = f"{self._path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as database:
                rows = database.execute(query, parameters).fetchall()
        except sqlite3.Error as error:
            raise CatalogueError(f"{self._path}: {error}") from error
        return tuple(
            Product(code, name, brand, price, currency, url, image, datetime.fromisoformat(imported_at))
            for code, name, brand, price, currency, url, image, imported_at in rows
        )


class CatalogueProvider:
    """Answers from the catalogue: only certain matches, at once, without a network.

    Args:
        catalogue: Where the products are.
    """

    def __init__(self, catalogue: ProductCatalogue) -> None:
        self._catalogue = catalogue

    @property
    def name(self) -> str:
        """Name of the provider, as shown to people."""
        return _NAME

    async def offers(self, code: str) -> tuple[Offer, ...]:
        """Return the catalogue's products of this code, the cheapest first.

        Raises:
            PriceError: When the catalogue's file is broken.
        """
        try:
            products = await asyncio.to_thread(self._catalogue.find, code)
        except CatalogueError as error:
            raise PriceError("unavailable", "The product catalogue cannot be read.") from error
        return tuple(sorted((offer for product in products for offer in _offers(product)), key=offer_order))

    async def close(self) -> None:
        """Nothing stays open."""


def _offers(product: Product) -> Iterator[Offer]:
    """Give the product as an offer, unless somebody wrote an unsafe address into the file past the import."""
    url = web_address(product.url)
    if url is not None:
        yield Offer(
            name=product.name,
            image=web_address(product.image),
            price=product.price,
            currency=product.currency,
            mall=(urlsplit(url).hostname or "").removeprefix("www."),
            url=url,
            provider=_NAME,
            fetched_at=product.imported_at,
            is_match=True,
        )


def _read_csv(source: Path, encoding: str, now: datetime) -> list[Product]:
    """Return the products of a CSV; raise CatalogueError with every wrong line."""
    products: list[Product] = []
    complaints: list[str] = []
    lines: dict[tuple[str, str], int] = {}
    try:
        with source.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, strict=True)
            columns = [cell.strip().lower() for cell in next(reader, [])]
            _check_header(source, columns)
            while True:
                first_line = reader.line_num + 1
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    raise CatalogueError(f"{source} line {first_line}: {error}; {_NOTHING}") from error
                if cells is None:
                    break
                if not any(cell.strip() for cell in cells):
                    continue
                try:
                    product = _product(columns, cells, now)
                    identity = (match_key(product.code), product.brand.lower())
                    if identity in lines:
                        raise ValueError(f"{product.code} of {product.brand!r} is on line {lines[identity]}, too")
                    lines[identity] = first_line
                    products.append(product)
                except ValueError as error:
                    complaints.append(f"{source} line {first_line}: {error}")
    except UnicodeError as error:
        raise CatalogueError(
            f"{source}: not {encoding.removesuffix('-sig')}; a CSV from a Korean Excel needs --encoding cp949"
        ) from error
    except LookupError as error:
        raise CatalogueError(f"unknown encoding {encoding!r}") from error
    except OSError as error:
        raise CatalogueError(f"{source}: {error.strerror}") from error
    if complaints:
        shown = complaints[:_MOST_COMPLAINTS]
        if len(complaints) > len(shown):
            shown.append(f"and {len(complaints) - len(shown)} more wrong lines")
        raise CatalogueError("\n".join([*shown, _NOTHING]))
    return products


def _check_header(source: Path, columns: Sequence[str]) -> None:
    if sorted(columns) != sorted(COLUMNS):
        wanted, found = ",".join(COLUMNS), ",".join(columns)
        raise CatalogueError(f"{source} line 1: the columns must be {wanted}, not {found!r}; {_NOTHING}")


def _product(columns: Sequence[str], cells: Sequence[str], now: datetime) -> Product:
    """Return one row as a product; raise ValueError with what is wrong."""
    if len(cells) != len(columns):
        raise ValueError(f"{len(cells)} cells instead of {len(columns)}")
    row = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    code = normalize_text(row["code"])
    if not match_key(code):
        raise ValueError(f"code {row['code']!r} has no letter or digit")
    name = plain_text(row["name"])
    if not name:
        raise ValueError("name is empty")
    currency = row["currency"] or "KRW"
    if _CURRENCY.fullmatch(currency) is None:
        raise ValueError(f"currency {currency!r} is not three capital letters")
    # Shops export an unknown price as 0.
    price = (_price(row["price"], currency) or None) if row["price"] else None
    addresses = {}
    for column in ("url", "image"):
        addresses[column] = web_address(row[column])
        if row[column] and addresses[column] is None:
            raise ValueError(f"{column} {row[column]!r} is not an http or https address")
    url = addresses["url"]
    if url is None:
        raise ValueError("url is empty")
    return Product(code, name, plain_text(row["brand"]), price, currency, url, addresses["image"], now)


def _price(text: str, currency: str) -> int:
    """Return a price in whole units; raise ValueError with what is wrong."""
    match = _PRICE.fullmatch(text)
    if match is None:
        raise ValueError(f"price {text!r} is not a number such as 129000, 129,000 or 129000.00")
    price = Decimal(text.replace(",", ""))
    if currency in _WITHOUT_FRACTION and price != price.to_integral_value():
        raise ValueError(f"price {text!r} has a fraction, and {currency} has none")
    return int(price.quantize(Decimal(1), ROUND_HALF_UP))
