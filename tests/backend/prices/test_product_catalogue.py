"""The catalogue finds codes however they are written, and knows an offer by its code, brand and shop."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
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


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("ART CP9448", "CP9448"),
        ("ART. B75571", "B75571"),
        ("SN 117504 COLOR:BLK", "117504"),
        ("Style No. CW2288-111", "CW2288-111"),
        ("품번: XYZ99", "XYZ99"),
    ],
)
def test_a_code_as_printed_is_found_by_itself_and_as_printed(
    catalogue: ProductCatalogue, product: Callable[..., Product], printed: str, code: str
) -> None:
    catalogue.import_products([product(printed)])
    for searched in (code, printed, code.lower(), code.replace("-", "")):
        assert [found.code for found in catalogue.find(searched)] == [printed]


def test_a_code_that_begins_like_a_field_name_is_itself(
    catalogue: ProductCatalogue, product: Callable[..., Product]
) -> None:
    catalogue.import_products([product("PN550")])
    assert catalogue.find("PN 550") == (product("PN550"),)
    assert catalogue.find("550") == ()


def test_each_shop_has_its_own_price(catalogue: ProductCatalogue, product: Callable[..., Product]) -> None:
    first, second = product(), product(url="https://other.example/1", price=119000)
    catalogue.import_products([first])
    counts = catalogue.import_products([second])
    assert (counts.added, counts.replaced) == (1, 0)
    assert catalogue.find("CW2288-111") == (second, first)
    # A marketplace is many shops at one address.
    catalogue.import_products([product(shop="신발나라"), product(shop="슈즈몰")])
    assert len(catalogue.find("CW2288-111")) == 4


def test_each_size_has_its_own_price(catalogue: ProductCatalogue, product: Callable[..., Product]) -> None:
    sizes = [product(size="여 240"), product(size="남 270", price=139000)]
    catalogue.import_products([*sizes, product()])
    assert {found.size for found in catalogue.find("CW2288-111")} == {"", "여 240", "남 270"}
    counts = catalogue.import_products([product(size="남 270", price=1)])
    assert (counts.added, counts.replaced) == (0, 1)


def test_a_catalogue_without_sizes_is_read_and_kept(tmp_path: Path, product: Callable[..., Product]) -> None:
    path = tmp_path / "catalogue.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE offer (key TEXT NOT NULL, brand_key TEXT NOT NULL, shop_key TEXT NOT NULL, "
            "code TEXT NOT NULL, name TEXT NOT NULL, brand TEXT NOT NULL, price INTEGER, currency TEXT NOT NULL, "
            "url TEXT NOT NULL, image TEXT, imported_at TEXT NOT NULL, shop TEXT NOT NULL, "
            "PRIMARY KEY (key, brand_key, shop_key)) WITHOUT ROWID"
        )
        row = ("CW2288111", "nike", "a", "CW2288-111", "에어포스 1", "Nike", 129000, "KRW")
        rest = ("https://www.shop.example/1", "https://shop.example/1.jpg", "2026-01-31T12:00:00+00:00", "A")
        database.execute("INSERT INTO offer VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", (*row, *rest))
    catalogue = ProductCatalogue(path)
    assert catalogue.find("CW2288-111") == (product(shop="A"),)
    catalogue.import_products([product(shop="A", size="270")])
    assert catalogue.products() == (product(shop="A"), product(shop="A", size="270"))


def _earlier_catalogue(path: Path, *rows: tuple[object, ...]) -> None:
    """A catalogue as the first release wrote it."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE product (key TEXT NOT NULL, brand_key TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, "
            "brand TEXT NOT NULL, price INTEGER, currency TEXT NOT NULL, url TEXT NOT NULL, image TEXT, "
            "imported_at TEXT NOT NULL, PRIMARY KEY (key, brand_key)) WITHOUT ROWID"
        )
        database.executemany("INSERT INTO product VALUES (?,?,?,?,?,?,?,?,?,?)", rows)


def test_a_catalogue_of_an_earlier_release_is_read_and_kept(tmp_path: Path, product: Callable[..., Product]) -> None:
    path = tmp_path / "data" / "catalogue.sqlite3"
    at = "2026-01-31T12:00:00+00:00"
    url, image = "https://www.shop.example/1", "https://shop.example/1.jpg"
    _earlier_catalogue(
        path,
        ("CW2288111", "nike", "CW2288-111", "에어포스 1", "Nike", 129000, "KRW", url, image, at),
        ("ARTCP9448", "adidas", "ART CP9448", "에어포스 1", "adidas", None, "KRW", url, None, at),
    )
    catalogue = ProductCatalogue(path)
    old, printed = product(), product("ART CP9448", brand="adidas", price=None, image=None)
    assert catalogue.find("CW2288-111") == (old,)
    assert catalogue.products() == (printed, old)
    counts = catalogue.import_products([product("GW2871"), product(price=99000)])
    assert (counts.added, counts.replaced) == (1, 1)
    assert catalogue.products() == (printed, product(price=99000), product("GW2871"))
    assert catalogue.find("CP9448") == (printed,)


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
