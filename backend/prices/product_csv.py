"""The CSV that a shop fills the product catalogue with.

It has a header line and these columns, in any order:

=========  ============================================================================================
code       product code, as printed or as sold; required
name       the product's name; required; tags and entities of HTML (`&amp;`) become plain text
brand      its brand; may be empty; HTML as in the name
price      in units of the currency, thousands separated by commas or not, decimals after a point (129000, 1,290,000,
           129000.00); a fraction is rounded, except of a currency that has none; empty when it is not known
currency   ISO 4217 in capitals; empty means KRW
url        http or https address of the offer; required
image      http or https address of a picture; may be empty
=========  ============================================================================================
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from backend.prices.product_catalogue import CatalogueError, Product
from backend.prices.provider import plain_text, web_address
from ocr_model.codes.text import match_key, normalize_text

COLUMNS = ("code", "name", "brand", "price", "currency", "url", "image")
_MOST_COMPLAINTS = 20
_NOTHING = "nothing was imported"
# Three digits after a point are refused: in much of the world 129.000 is a hundred and twenty-nine thousand.
_PRICE = re.compile(r"(\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(?:\.(\d{1,2}|\d{4}))?", re.ASCII)
# Currencies whose prices have no fraction (ISO 4217, those that shoes are sold in): a fraction there is a mistake.
_WITHOUT_FRACTION = frozenset({"JPY", "KRW", "VND"})
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def read_csv(source: Path, *, encoding: str = "utf-8-sig", now: datetime | None = None) -> list[Product]:
    """Return the products of a CSV.

    Args:
        source: The CSV.
        encoding: Its encoding; the default is UTF-8 with or without a mark.
        now: When the products come into the catalogue, with a time zone; None is the present moment.

    Raises:
        CatalogueError: Names each wrong line (the first twenty).
    """
    now = now or datetime.now(UTC)
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
