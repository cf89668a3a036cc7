"""Prices seen on tags: the latest of each currency is an offer, with its day and nothing else."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from backend.prices.product_catalogue import CatalogueError, Product, ProductCatalogue
from backend.prices.provider import Offer, PriceError
from backend.prices.tag_prices import TagPrice, TagPriceProvider, TagPrices

WON = TagPrice("first-prediction", "CW2288-111", Decimal(139000), "KRW", date(2026, 7, 5))


@pytest.fixture
def prices(tmp_path: Path) -> TagPrices:
    return TagPrices(tmp_path / "data" / "catalogue.sqlite3")


def offers(prices: TagPrices, code: str = "CW2288-111") -> tuple[Offer, ...]:
    return asyncio.run(TagPriceProvider(prices).offers(code))


def test_a_price_is_found_however_its_code_is_written(prices: TagPrices) -> None:
    prices.keep(WON)
    for code in ("CW2288-111", "cw2288 111", "Style No. CW2288-111"):
        assert prices.find(code) == (WON,)
    for code in ("CW2288-112", "", "-"):
        assert prices.find(code) == ()


def test_the_latest_of_each_currency_is_an_offer(prices: TagPrices) -> None:
    for n, (price, currency, day) in enumerate(
        [("129000", "KRW", 4), ("139000", "KRW", 6), ("135000", "KRW", 5), ("99.95", "USD", 1)]
    ):
        prices.keep(TagPrice(f"p{n}", "CW2288-111", Decimal(price), currency, date(2026, 7, day)))
    first, second = offers(prices)
    assert first == Offer(
        name="CW2288-111",
        image=None,
        price=Decimal(139000),
        currency="KRW",
        mall="",
        url=None,
        provider="Tags",
        fetched_at=datetime(2026, 7, 6, tzinfo=UTC),
        is_match=True,
        source="tag",
    )
    assert (second.price, second.currency) == (Decimal("99.95"), "USD")
    assert offers(prices, "GW2871") == ()


def test_another_price_of_the_same_label_replaces_it(prices: TagPrices) -> None:
    prices.keep(WON)
    other = replace(WON, price=Decimal(119000))
    prices.keep(other)
    assert prices.all() == (other,)


def test_a_price_follows_its_label_and_goes_with_it(prices: TagPrices) -> None:
    prices.move("first-prediction", "GW2871")  # nothing to move
    prices.keep(WON)
    prices.move("first-prediction", "GW2871")
    assert (prices.find("CW2288-111"), len(prices.find("GW2871"))) == ((), 1)
    prices.move("first-prediction", "")
    assert prices.all() == ()
    prices.keep(WON)
    assert [prices.forget("first-prediction") for _ in range(2)] == [True, False]


def test_an_import_of_products_leaves_it(prices: TagPrices, tmp_path: Path, product: type[Product]) -> None:
    prices.keep(WON)
    catalogue = ProductCatalogue(tmp_path / "data" / "catalogue.sqlite3")
    assert catalogue.find("CW2288-111") == ()
    catalogue.import_products([product()], replace=True)
    assert prices.all() == (WON,)
    assert len(catalogue.products()) == 1


def test_looking_makes_no_file(tmp_path: Path) -> None:
    prices = TagPrices(tmp_path / "none.sqlite3")
    assert (prices.find("GW2871"), prices.forget("first-prediction")) == ((), False)
    prices.move("first-prediction", "GW2871")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite3"
    path.write_text("I am a letter, not a database." * 100)
    prices = TagPrices(path)
    for use in (lambda: prices.keep(WON), lambda: prices.forget("first-prediction"), lambda: prices.find("GW2871")):
        with pytest.raises(CatalogueError, match=r"catalogue\.sqlite3"):
            use()
    with pytest.raises(PriceError) as failed:
        offers(prices)
    assert failed.value.kind == "unavailable"
