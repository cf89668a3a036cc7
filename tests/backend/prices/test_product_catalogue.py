"""The catalogue takes a whole CSV or nothing, and finds codes however they are written."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.prices.__main__ import main
from backend.prices.product_catalogue import CatalogueError, CatalogueProvider, ProductCatalogue
from backend.prices.provider import PriceError

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HEADER = "code,name,brand,price,currency,url,image\n"
ROW = 'CW2288-111,에어포스 1,Nike,"129,000",KRW,https://www.shop.example/1,https://shop.example/1.jpg\n'


@pytest.fixture
def catalogue(tmp_path: Path) -> ProductCatalogue:
    return ProductCatalogue(tmp_path / "data" / "catalogue.sqlite3", now=lambda: NOON)


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "products.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_product_is_found_however_its_code_is_written(catalogue: ProductCatalogue, tmp_path: Path) -> None:
    counts = catalogue.import_csv(write(tmp_path, HEADER + ROW))
    assert (counts.added, counts.replaced, counts.removed) == (1, 0, 0)
    for code in ("CW2288-111", "cw2288 111", "CW2288111", "ＣＷ２２８８－１１１"):
        assert [product.name for product in catalogue.find(code)] == ["에어포스 1"]
    for code in ("CW2288", "CW2288-1110", "", "-"):
        assert catalogue.find(code) == ()


def test_an_offer_is_a_certain_match(catalogue: ProductCatalogue, tmp_path: Path) -> None:
    catalogue.import_csv(write(tmp_path, HEADER + ROW))
    (offer,) = asyncio.run(CatalogueProvider(catalogue).offers("CW2288-111"))
    assert (offer.price, offer.currency, offer.mall) == (129000, "KRW", "shop.example")
    assert offer.is_match
    assert offer.fetched_at == NOON


def test_an_unsafe_address_that_got_past_the_import_is_not_shown(catalogue: ProductCatalogue, tmp_path: Path) -> None:
    catalogue.import_csv(write(tmp_path, HEADER + ROW))
    with sqlite3.connect(tmp_path / "data" / "catalogue.sqlite3") as database:
        database.execute("UPDATE product SET url = 'javascript:alert(1)'")
    database.close()
    assert asyncio.run(CatalogueProvider(catalogue).offers("CW2288-111")) == ()


def test_importing_again_replaces(catalogue: ProductCatalogue, tmp_path: Path) -> None:
    catalogue.import_csv(write(tmp_path, HEADER + ROW))
    changed = HEADER + "cw2288 111,AF1,NIKE,99000,,https://shop.example/2,\nGW2871,X,adidas,,,https://shop.example/3,\n"
    counts = catalogue.import_csv(write(tmp_path, changed))
    assert (counts.added, counts.replaced, counts.removed) == (1, 1, 0)
    assert [(product.name, product.price, product.currency) for product in catalogue.products()] == [
        ("AF1", 99000, "KRW"),
        ("X", None, "KRW"),
    ]


def test_replacing_removes_what_the_csv_lacks(catalogue: ProductCatalogue, tmp_path: Path) -> None:
    catalogue.import_csv(write(tmp_path, HEADER + ROW))
    counts = catalogue.import_csv(write(tmp_path, HEADER + ROW.replace("CW2288-111", "GW2871")), replace=True)
    assert (counts.added, counts.removed) == (1, 1)
    assert catalogue.find("CW2288-111") == ()


def test_one_code_of_two_brands_is_two_products(catalogue: ProductCatalogue, tmp_path: Path) -> None:
    rows = "GW2871,a,adidas,5,KRW,https://x.example,\nGW2871,b,Reebok,3,KRW,https://x.example,\n"
    catalogue.import_csv(write(tmp_path, HEADER + rows))
    offers = asyncio.run(CatalogueProvider(catalogue).offers("GW2871"))
    assert [offer.name for offer in offers] == ["b", "a"]


def test_columns_in_any_order_and_lines_in_any_style(catalogue: ProductCatalogue, tmp_path: Path) -> None:
    text = 'URL,Code,name,image,currency,price,brand\r\n\r\nhttps://x.example,GW2871,"two\r\nlines",,USD,129.00,\r\n'
    catalogue.import_csv(write(tmp_path, text, "utf-8-sig"))
    (product,) = catalogue.products()
    assert (product.code, product.price, product.currency) == ("GW2871", 129, "USD")


@pytest.mark.parametrize(
    ("written", "currency", "price"),
    [
        ("129000", "KRW", 129000),
        ("129000.00", "KRW", 129000),
        ("129000.0000", "", 129000),
        ('"1,290,000"', "KRW", 1290000),
        ('"1,290,000.00"', "KRW", 1290000),
        ("129.99", "USD", 130),
        ("129.49", "EUR", 129),
        ("129.50", "USD", 130),
        ("0.5", "USD", 1),
        ("0", "KRW", None),  # shops export an unknown price so
        ("0.00", "USD", None),
    ],
)
def test_prices_as_shops_write_them(
    catalogue: ProductCatalogue, tmp_path: Path, written: str, currency: str, price: int | None
) -> None:
    catalogue.import_csv(write(tmp_path, f"{HEADER}GW2871,x,Nike,{written},{currency},https://x.example,\n"))
    assert [product.price for product in catalogue.products()] == [price]


def test_names_are_plain_text(catalogue: ProductCatalogue, tmp_path: Path) -> None:
    row = "GW2871,<b>Stan&nbsp;Smith</b> Black &amp; White &#39;24,H&amp;M,1,KRW,https://x.example,\n"
    catalogue.import_csv(write(tmp_path, HEADER + row))
    (product,) = catalogue.products()
    assert (product.name, product.brand) == ("Stan Smith Black & White '24", "H&M")


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (",x,Nike,1,KRW,https://x.example,", "code '' has no letter or digit"),
        ("---,x,Nike,1,KRW,https://x.example,", "code '---' has no letter or digit"),
        ("GW2871,,Nike,1,KRW,https://x.example,", "name is empty"),
        ("GW2871,x,Nike,cheap,KRW,https://x.example,", "price 'cheap' is not a number such as 129000"),
        ("GW2871,x,Nike,-5,KRW,https://x.example,", "price '-5'"),
        ("GW2871,x,Nike,129.99,KRW,https://x.example,", "price '129.99' has a fraction, and KRW has none"),
        ("GW2871,x,Nike,129.000,KRW,https://x.example,", "price '129.000' is not a number"),
        ("GW2871,x,Nike,1.290.000,KRW,https://x.example,", "price '1.290.000' is not a number"),
        ("GW2871,<b></b>,Nike,1,KRW,https://x.example,", "name is empty"),
        ('GW2871,x,Nike,"99,999,999,999,999,999,999",KRW,https://x.example,', "price '99,999,999,999,999,999,999'"),
        ('GW2871,x,Nike,"12,90",KRW,https://x.example,', "price '12,90'"),
        ("GW2871,x,Nike,1,won,https://x.example,", "currency 'won'"),
        ("GW2871,x,Nike,1,KRW,,", "url is empty"),
        ("GW2871,x,Nike,1,KRW,javascript:alert(1),", "url 'javascript:alert(1)' is not an http"),
        ("GW2871,x,Nike,1,KRW,https://x.example,data:x", "image 'data:x'"),
        ("GW2871,x,Nike,1,KRW,https://x.example", "6 cells instead of 7"),
        ("GW2871,x,Nike,1,KRW,https://x.example,,", "8 cells instead of 7"),
        ('CW2288 111,again,nike,1,KRW,https://x.example,', "is on line 2, too"),
        ('GW2871,"x"y,Nike,1,KRW,https://x.example,', "expected after"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_and_nothing_imported(
    catalogue: ProductCatalogue, tmp_path: Path, row: str, complaint: str
) -> None:
    with pytest.raises(CatalogueError) as refused:
        catalogue.import_csv(write(tmp_path, HEADER + ROW + row + "\n"))
    assert "products.csv line 3: " in str(refused.value)
    assert complaint in str(refused.value)
    assert "nothing was imported" in str(refused.value)
    assert catalogue.products() == ()


def test_several_wrong_lines_are_all_named(catalogue: ProductCatalogue, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as refused:
        catalogue.import_csv(write(tmp_path, HEADER + ",,,,,,x\n" * 30))
    lines = str(refused.value).splitlines()
    assert [line.split(": ")[0].split()[-1] for line in lines[:20]] == [str(number) for number in range(2, 22)]
    assert lines[20:] == ["and 10 more wrong lines", "nothing was imported"]


@pytest.mark.parametrize("text", ["", "code,name\n", HEADER.replace("image", "picture"), "\x00\x01"])
def test_other_columns_are_refused(catalogue: ProductCatalogue, tmp_path: Path, text: str) -> None:
    with pytest.raises(CatalogueError, match="line 1"):
        catalogue.import_csv(write(tmp_path, text))


def test_korean_excel_is_read_when_told_so(catalogue: ProductCatalogue, tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + ROW, "cp949")
    with pytest.raises(CatalogueError, match="cp949"):
        catalogue.import_csv(path)
    catalogue.import_csv(path, encoding="cp949")
    assert catalogue.products()[0].name == "에어포스 1"


def test_a_file_that_is_no_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite3"
    path.write_text("I am a letter, not a database." * 100)
    with pytest.raises(PriceError) as failed:
        asyncio.run(CatalogueProvider(ProductCatalogue(path)).offers("GW2871"))
    assert failed.value.kind == "unavailable"


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert ProductCatalogue(tmp_path / "none.sqlite3").find("GW2871") == ()
    assert list(tmp_path.iterdir()) == []


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGS_DATA_DIR", str(tmp_path / "var"))
    assert main(["import", str(write(tmp_path, HEADER + ROW))]) == 0
    assert "1 added, 0 replaced, 0 removed" in capsys.readouterr().out
    assert main(["find", "cw2288111"]) == 0
    assert capsys.readouterr().out == "CW2288-111\tNike\t에어포스 1\t129000 KRW\thttps://www.shop.example/1\n"
    assert main(["list"]) == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert main(["find", "GW2871"]) == 1
    capsys.readouterr()
    assert main(["import", str(tmp_path / "none.csv")]) == 2
    assert "none.csv: No such file" in capsys.readouterr().err
    assert main(["import", str(tmp_path)]) == 2
    assert main(["import", "--encoding", "klingon", str(tmp_path / "products.csv")]) == 2
    assert "klingon" in capsys.readouterr().err
