"""The CSV that a shop fills the product catalogue with.

It has a header line and these columns, in any order; the last three may be missing:

=========  ============================================================================================
code       product code, as printed (`ART CP9448`) or as sold; required; `118220060.0` is taken for 118220060, and what
           else Excel makes of codes is refused
name       the product's name; required; tags and entities of HTML (`&amp;`) become plain text
brand      its brand; may be empty; HTML as in the name
price      in units of the currency, thousands separated by commas or not, decimals after a point (129000, 1,290,000,
           129000.00); a fraction is rounded, except of a currency that has none; empty when it is not known
currency   ISO 4217 in capitals; empty means KRW
url        http or https address of the offer; required
image      http or https address of a picture; may be empty
shop       name of the shop; empty means the host of its url
=========  ============================================================================================
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from backend.prices.code_cell import printed_code
from backend.prices.csv_text import CsvText
from backend.prices.product_catalogue import CatalogueError, Product
from backend.prices.provider import plain_text, web_address

COLUMNS = ("code", "name", "brand", "price", "currency", "url", "image")
OPTIONAL_COLUMNS = ("shop", "size", "date")
_MOST_COMPLAINTS = 20
_NOTHING = "nothing was imported"
# Three digits after a point are refused: in much of the world 129.000 is a hundred and twenty-nine thousand.
_PRICE = re.compile(r"(\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(?:\.(\d{1,2}|\d{4}))?", re.ASCII)
# Currencies whose prices have no fraction (ISO 4217, those that shoes are sold in): a fraction there is a mistake.
_WITHOUT_FRACTION = frozenset({"JPY", "KRW", "VND"})
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def products_of(source: Path, csv_text: CsvText, *, now: datetime | None = None) -> list[Product]:
    """Return the products of a decoded CSV.

    Args:
        source: What the errors name.
        csv_text: The CSV, as `read_csv_text` returns it.
        now: When the products come into the catalogue, with a time zone; None is the present moment.

    Raises:
        CatalogueError: Names each wrong line (the first twenty).
    """
    now = now or datetime.now(UTC)
    products: list[Product] = []
    complaints: list[str] = []
    lines: dict[tuple[str, str, str, str], int] = {}
    reader = csv.reader(io.StringIO(csv_text.text, newline=""), delimiter=csv_text.delimiter, strict=True)
    columns: list[str] | None = None
    width = 0  # of the header, with empty cells at its end
    while True:
        line = csv_text.first_line + reader.line_num
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise CatalogueError(f"{source} line {line}: {error}; {_NOTHING}") from error
        if cells is not None and not any(cell.strip() for cell in cells):
            continue
        if columns is None:
            width = len(cells or [])
            columns = [cell.strip().lower() for cell in _without_empty_end(cells or [], len(COLUMNS))]
            _check_header(source, line, columns)
            continue
        if cells is None:
            break
        if len(cells) <= width:
            cells = _without_empty_end(cells, len(columns))
        try:
            product = _product(columns, cells, now)
            if product.identity in lines:
                size = f" in size {product.size}" if product.size else ""
                raise ValueError(
                    f"{product.code} of {product.brand!r} at {product.seller}{size} is on line "
                    f"{lines[product.identity]}, too"
                )
            lines[product.identity] = line
            products.append(product)
        except ValueError as error:
            complaints.append(f"{source} line {line}: {error}")
    if complaints:
        shown = complaints[:_MOST_COMPLAINTS]
        if len(complaints) > len(shown):
            shown.append(f"and {len(complaints) - len(shown)} more wrong lines")
        raise CatalogueError("\n".join([*shown, _NOTHING]))
    return products


def _without_empty_end(cells: Sequence[str], fewest: int) -> list[str]:
    """The cells without the empty ones that spreadsheets add at the end of a line."""
    end = len(cells)
    while end > fewest and not cells[end - 1].strip():
        end -= 1
    return list(cells[:end])


def _check_header(source: Path, line: int, columns: Sequence[str]) -> None:
    required = sorted(column for column in columns if column not in OPTIONAL_COLUMNS)
    if required != sorted(COLUMNS) or len(set(columns)) != len(columns):
        wanted, optional, found = ",".join(COLUMNS), ", ".join(OPTIONAL_COLUMNS), ",".join(columns)
        raise CatalogueError(
            f"{source} line {line}: the columns must be {wanted} (and {optional}), not {found!r}; {_NOTHING}"
        )


def _product(columns: Sequence[str], cells: Sequence[str], now: datetime) -> Product:
    """Return one row as a product; raise ValueError with what is wrong."""
    if len(cells) != len(columns):
        found = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        raise ValueError(f"{found} instead of {len(columns)}")
    row = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    code = printed_code(row["code"])
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
    brand, shop, size = plain_text(row["brand"]), plain_text(row.get("shop")), plain_text(row.get("size"))
    seen_at = _day(row["date"], now) if row.get("date") else now
    return Product(code, name, brand, price, currency, url, addresses["image"], seen_at, shop, size)


def _day(text: str, now: datetime) -> datetime:
    """Return the beginning of a day in UTC; raise ValueError with what is wrong."""
    try:
        day = datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise ValueError(f"date {text!r} is not a day such as 2026-07-05") from None
    if day > now:
        raise ValueError(f"date {text!r} lies in the future")
    return day


def _price(text: str, currency: str) -> int:
    """Return a price in whole units; raise ValueError with what is wrong."""
    match = _PRICE.fullmatch(text)
    if match is None:
        raise ValueError(f"price {text!r} is not a number such as 129000, 129,000 or 129000.00")
    price = Decimal(text.replace(",", ""))
    if currency in _WITHOUT_FRACTION and price != price.to_integral_value():
        raise ValueError(f"price {text!r} has a fraction, and {currency} has none")
    return int(price.quantize(Decimal(1), ROUND_HALF_UP))
