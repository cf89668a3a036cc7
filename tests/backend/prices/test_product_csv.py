"""A CSV gives all of its products or none, and names each wrong line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.prices.csv_text import read_csv_text
from backend.prices.product_catalogue import CatalogueError, Product
from backend.prices.product_csv import products_of

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HEADER = "code,name,brand,price,currency,url,image\n"
ROW = 'CW2288-111,에어포스 1,Nike,"129,000",KRW,https://www.shop.example/1,https://shop.example/1.jpg\n'


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "products.csv"
    path.write_bytes(text.encode(encoding))
    return path


def read_csv(path: Path, now: datetime = NOON) -> list[Product]:
    return products_of(path, read_csv_text(path), now=now)


def test_a_row_is_a_product(tmp_path: Path) -> None:
    url, image = "https://www.shop.example/1", "https://shop.example/1.jpg"
    product = Product("CW2288-111", "에어포스 1", "Nike", 129000, "KRW", url, image, NOON)
    assert read_csv(write(tmp_path, HEADER + ROW), now=NOON) == [product]


def test_columns_in_any_order_and_lines_in_any_style(tmp_path: Path) -> None:
    text = 'URL,Code,name,image,currency,price,brand\r\n\r\nhttps://x.example,GW2871,"two\r\nlines",,USD,129.00,\r\n'
    (product,) = read_csv(write(tmp_path, text, "utf-8-sig"))
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
def test_prices_as_shops_write_them(tmp_path: Path, written: str, currency: str, price: int | None) -> None:
    products = read_csv(write(tmp_path, f"{HEADER}GW2871,x,Nike,{written},{currency},https://x.example,\n"))
    assert [product.price for product in products] == [price]


def test_names_are_plain_text(tmp_path: Path) -> None:
    row = "GW2871,<b>Stan&nbsp;Smith</b> Black &amp; White &#39;24,H&amp;M,1,KRW,https://x.example,\n"
    (product,) = read_csv(write(tmp_path, HEADER + row))
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
        ("GW2871", "1 cell instead of 7"),
        ("GW2871,x,Nike,1,KRW,https://x.example,,", "8 cells instead of 7"),
        ('CW2288 111,again,nike,1,KRW,https://SHOP.example/2,', "is on line 2, too"),
        ('Style No. CW2288 111,again,nike,1,KRW,https://www.shop.example,', "is on line 2, too"),
        ("1.00033E+08,x,Reebok,1,KRW,https://x.example,", "code '1.00033E+08' is a number in scientific notation"),
        ("12월 10일,x,Nike,1,KRW,https://x.example,", "code '12월 10일' is a date"),
        ("#NAME?,x,Nike,1,KRW,https://x.example,", "code '#NAME?' is an error"),
        ('"GW2871, CW2288-111",x,Nike,1,KRW,https://x.example,', "holds several codes (GW2871, CW2288-111)"),
        ("СW2288-111,x,Nike,1,KRW,https://x.example,", "no tag prints: 'С' (Cyrillic)"),
        ('GW2871,"x"y,Nike,1,KRW,https://x.example,', "expected after"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(tmp_path: Path, row: str, complaint: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        read_csv(write(tmp_path, HEADER + ROW + row + "\n"))
    assert "products.csv line 3: " in str(refused.value)
    assert complaint in str(refused.value)
    assert "nothing was imported" in str(refused.value)


def test_several_wrong_lines_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as refused:
        read_csv(write(tmp_path, HEADER + ",,,,,,x\n" * 30))
    lines = str(refused.value).splitlines()
    assert [line.split(": ")[0].split()[-1] for line in lines[:20]] == [str(number) for number in range(2, 22)]
    assert lines[20:] == ["and 10 more wrong lines", "nothing was imported"]


@pytest.mark.parametrize("text", ["", "code,name\n", HEADER.replace("image", "picture"), "\x00\x01"])
def test_other_columns_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(CatalogueError, match="line 1"):
        read_csv(write(tmp_path, text))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949", "euc-kr"])
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f"{HEADER}CW2288-111,에어포스 1,Nike,129000,KRW,https://www.shop.example/1,\n".replace(",", delimiter)
    for first in ("", f"sep={delimiter}\r\n"):
        (product,) = read_csv(write(tmp_path, first + text, encoding), now=NOON)
        assert (product.code, product.name, product.price) == ("CW2288-111", "에어포스 1", 129000)


def test_lines_are_counted_with_the_one_that_names_the_delimiter(tmp_path: Path) -> None:
    text = "sep=;\r\n" + HEADER.replace(",", ";") + "Oct-12;x;Nike;1;KRW;https://x.example;\r\n"
    with pytest.raises(CatalogueError, match=r"products\.csv line 3: code 'Oct-12' is a date"):
        read_csv(write(tmp_path, text, "utf-16"))


def test_a_shop_may_be_named_and_a_second_shop_is_a_second_product(tmp_path: Path) -> None:
    rows = (
        "GW2871,x,adidas,1,KRW,https://market.example/a,,신발나라\n"
        "GW2871,x,adidas,2,KRW,https://market.example/b,,슈즈몰\n"
        "GW2871,x,adidas,3,KRW,https://www.shop.example/b,,\n"
    )
    products = read_csv(write(tmp_path, HEADER.replace("image", "image,shop") + rows))
    assert [product.seller for product in products] == ["신발나라", "슈즈몰", "shop.example"]


def test_a_number_that_became_a_fraction_is_a_number_again(tmp_path: Path) -> None:
    (product,) = read_csv(write(tmp_path, HEADER + "11822006.0,x,Geox,1,KRW,https://x.example,\n"))
    assert product.code == "11822006"


def test_blank_lines_first_and_empty_columns_at_the_end_do_not_matter(tmp_path: Path) -> None:
    text = f"sep=;\n\n,,,\n{HEADER.strip()},,\n{ROW.strip()},,\n{ROW.strip().replace('111', '112')}\n"
    assert [product.code for product in read_csv(write(tmp_path, text))] == ["CW2288-111", "CW2288-112"]


def test_a_cell_more_than_there_are_columns_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="line 2: 9 cells instead of 7"):
        read_csv(write(tmp_path, f"{HEADER}{ROW.strip()},,x\n"))


def test_a_price_may_be_of_a_size_and_of_a_day(tmp_path: Path) -> None:
    rows = (
        "GW2871,x,adidas,1,KRW,https://x.example,,270,2026-01-05\n"
        "GW2871,x,adidas,2,KRW,https://x.example,,275,\n"
        "GW2871,x,adidas,3,KRW,https://x.example,,,\n"
    )
    products = read_csv(write(tmp_path, HEADER.replace("image", "image,size,date") + rows), now=NOON)
    assert [(product.size, product.seen_at) for product in products] == [
        ("270", datetime(2026, 1, 5, tzinfo=UTC)),
        ("275", NOON),
        ("", NOON),
    ]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("270,2026-02-01", "date '2026-02-01' lies in the future"),
        ("270,5.1.2026", "date '5.1.2026' is not a day such as 2026-07-05"),
        ("270,\nGW2871,x,adidas,2,KRW,https://x.example,,270,", "in size 270 is on line 2, too"),
    ],
)
def test_a_wrong_size_or_day_is_named(tmp_path: Path, row: str, complaint: str) -> None:
    text = HEADER.replace("image", "image,size,date") + f"GW2871,x,adidas,1,KRW,https://x.example,,{row}\n"
    with pytest.raises(CatalogueError, match=complaint):
        read_csv(write(tmp_path, text), now=NOON)


def test_no_column_comes_twice(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="columns"):
        read_csv(write(tmp_path, HEADER.replace("image", "image,size,size")))
