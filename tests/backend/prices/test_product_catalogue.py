"""The catalogue finds codes however they are written, and knows a product by its code and brand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backend.prices.product_catalogue import CatalogueError, Product, ProductCatalogue


def test_a_product_is_found_however_its_code_is_written(
    catalogue: ProductCatalogue, product: Callable[..., Product]
) -> None:
    counts = catalogue.import_products([product()])
    assert (counts.added, counts.replaced, counts.removed) == (1, 0, 0)
    for code in ("CW2288-111", "cw2288 111", "CW2288111", "ＣＷ２２８８－１１１"):
        assert catalogue.find(code) == (product(),)
    for code in ("CW2288", "CW2288-1110", "", "-"):
        assert catalogue.find(code) == ()


def test_importing_again_replaces(catalogue: ProductCatalogue, product: Callable[..., Product]) -> None:
    catalogue.import_products([product()])
    changed = [product("CW2288 111", "AF1", "NIKE", price=99000), product("GW2871", "X", "adidas", price=None)]
    counts = catalogue.import_products(changed)
    assert (counts.added, counts.replaced, counts.removed) == (1, 1, 0)
    assert catalogue.products() == tuple(changed)


def test_replacing_removes_what_the_import_lacks(catalogue: ProductCatalogue, product: Callable[..., Product]) -> None:
    catalogue.import_products([product()])
    counts = catalogue.import_products([product("GW2871")], replace=True)
    assert (counts.added, counts.removed) == (1, 1)
    assert catalogue.find("CW2288-111") == ()


def test_one_code_of_two_brands_is_two_products(catalogue: ProductCatalogue, product: Callable[..., Product]) -> None:
    catalogue.import_products([product("GW2871", "b", "Reebok"), product("GW2871", "a", "adidas")])
    assert [found.name for found in catalogue.find("GW2871")] == ["a", "b"]


def test_a_file_that_is_no_catalogue(tmp_path: Path, product: Callable[..., Product]) -> None:
    path = tmp_path / "catalogue.sqlite3"
    path.write_text("I am a letter, not a database." * 100)
    for use in (
        lambda: ProductCatalogue(path).find("GW2871"),
        lambda: ProductCatalogue(path).import_products([product()]),
    ):
        with pytest.raises(CatalogueError, match=r"catalogue\.sqlite3"):
            use()


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert ProductCatalogue(tmp_path / "none.sqlite3").find("GW2871") == ()
    assert list(tmp_path.iterdir()) == []
