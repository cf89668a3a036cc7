"""Fills and shows the product catalogue: `python -m backend.prices import products.csv`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from backend.prices.csv_text import read_csv_text
from backend.prices.product_catalogue import CatalogueError, Product, ProductCatalogue
from backend.prices.product_csv import COLUMNS, OPTIONAL_COLUMNS, products_of
from backend.prices.tag_prices import TagPrices
from backend.settings import SettingsError, load_settings
from ocr_model.command_line import run_command

_WRONG_INPUT = 2
_NOTHING_FOUND = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status: 0, 1 when nothing was found, 2 when something is wrong."""
    options = _parser().parse_args(arguments)
    try:
        path: Path = options.catalogue or load_settings().catalogue
        catalogue = ProductCatalogue(path)
        if options.command == "import":
            csv_text = read_csv_text(options.csv, encoding=options.encoding)
            products = products_of(options.csv, csv_text)
            counts = catalogue.import_products(products, replace=options.replace)
            print(f"{options.csv}: {csv_text}")
            print(f"{path}: {counts.added} added, {counts.replaced} replaced, {counts.removed} removed")
            return 0
        if options.command == "seen":
            for price in TagPrices(path).all():
                print(price.code, f"{price.price} {price.currency}", price.seen_on, sep="\t")
            return 0
        found = catalogue.find(options.code) if options.command == "find" else catalogue.products()
    except (CatalogueError, SettingsError) as error:
        print(error, file=sys.stderr)
        return _WRONG_INPUT
    _show(found)
    if options.command == "find" and not found:
        print(f"{options.code}: not found in {path}", file=sys.stderr)
    return 0 if found or options.command == "list" else _NOTHING_FOUND


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m backend.prices",
        description="Fill and show the product catalogue, where the backend looks up prices first. Its file is the one "
        "of TAGS_CATALOGUE_FILE, else catalogue.sqlite3 in the folder TAGS_DATA_DIR.",
    )
    parser.add_argument("--catalogue", type=Path, metavar="FILE", help="another file")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    columns = (
        f"The CSV has a header line with the columns {', '.join(COLUMNS)}, in any order, and any of "
        f"{', '.join(OPTIONAL_COLUMNS)}. Encoding (UTF-8, UTF-16, or cp949 of a Korean Excel) and delimiter are found."
    )
    importing = commands.add_parser(
        "import", help="take in the products of a CSV, or none of them", description=columns
    )
    importing.add_argument("csv", type=Path, metavar="CSV")
    importing.add_argument("--encoding", help="of the CSV, if it is another one than those found")
    importing.add_argument("--replace", action="store_true", help="remove the products that the CSV lacks")
    commands.add_parser("list", help="show all products")
    commands.add_parser("seen", help="show the prices that shoppers have seen on tags, with their days")
    finding = commands.add_parser("find", help="show the products of a code; exit status 1 if there is none")
    finding.add_argument("code", metavar="CODE")
    return parser


def _show(products: Iterable[Product]) -> None:
    for product in products:
        price = "" if product.price is None else f"{product.price} {product.currency}"
        size = [product.size] if product.size else []
        print(product.code, product.brand, product.name, price, product.url, *size, sep="\t")


if __name__ == "__main__":
    sys.exit(run_command(main))
