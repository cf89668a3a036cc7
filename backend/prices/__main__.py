"""Fills and shows the product catalogue: `python -m backend.prices import products.csv`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from backend.prices.product_catalogue import COLUMNS, CatalogueError, Product, ProductCatalogue
from backend.settings import SettingsError, load_settings

_WRONG_INPUT = 2
_NOTHING_FOUND = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status: 0, 1 when nothing was found, 2 when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m backend.prices", description="The product catalogue.")
    parser.add_argument("--catalogue", type=Path, help="its file (default: where the backend looks)")
    commands = parser.add_subparsers(dest="command", required=True)
    importing = commands.add_parser("import", help=f"take in a CSV with the columns {','.join(COLUMNS)}")
    importing.add_argument("csv", type=Path)
    importing.add_argument("--encoding", default="utf-8-sig", help="of the CSV (Korean Excel: cp949)")
    importing.add_argument("--replace", action="store_true", help="remove the products that the CSV lacks")
    commands.add_parser("list", help="show all products")
    finding = commands.add_parser("find", help="show the products of a code")
    finding.add_argument("code")
    options = parser.parse_args(arguments)
    try:
        path: Path = options.catalogue or load_settings().catalogue
        catalogue = ProductCatalogue(path)
        if options.command == "import":
            counts = catalogue.import_csv(options.csv, encoding=options.encoding, replace=options.replace)
            print(f"{path}: {counts.added} added, {counts.replaced} replaced, {counts.removed} removed")
            return 0
        products = catalogue.find(options.code) if options.command == "find" else catalogue.products()
    except (CatalogueError, SettingsError) as error:
        print(error, file=sys.stderr)
        return _WRONG_INPUT
    _show(products)
    return 0 if products or options.command == "list" else _NOTHING_FOUND


def _show(products: Iterable[Product]) -> None:
    for product in products:
        price = "" if product.price is None else f"{product.price} {product.currency}"
        print(product.code, product.brand, product.name, price, product.url, sep="\t")


if __name__ == "__main__":
    sys.exit(main())
