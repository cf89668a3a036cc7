"""The catalogue's products as offers: only certain ones, and only with safe addresses."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.prices.catalogue_provider import CatalogueProvider
from backend.prices.product_catalogue import Product, ProductCatalogue
from backend.prices.provider import PriceError


def test_an_offer_is_a_certain_match(catalogue: ProductCatalogue, product: Callable[..., Product]) -> None:
    catalogue.import_products([product()])
    (offer,) = asyncio.run(CatalogueProvider(catalogue).offers("CW2288-111"))
    assert (offer.price, offer.currency, offer.mall) == (129000, "KRW", "shop.example")
    assert offer.is_match
    assert offer.fetched_at == product().seen_at


def test_the_cheapest_comes_first(catalogue: ProductCatalogue, product: Callable[..., Product]) -> None:
    catalogue.import_products([product("GW2871", "a", "adidas", price=5), product("GW2871", "b", "Reebok", price=3)])
    offers = asyncio.run(CatalogueProvider(catalogue).offers("GW2871"))
    assert [offer.name for offer in offers] == ["b", "a"]


def test_a_second_shop_is_a_second_offer(catalogue: ProductCatalogue, product: Callable[..., Product]) -> None:
    catalogue.import_products([product(), product(url="https://market.example/1", shop="신발나라", price=119000)])
    offers = asyncio.run(CatalogueProvider(catalogue).offers("CW2288-111"))
    assert [(offer.mall, offer.price) for offer in offers] == [("신발나라", 119000), ("shop.example", 129000)]


def test_an_unsafe_address_that_got_past_the_import_is_not_shown(
    catalogue: ProductCatalogue, product: Callable[..., Product]
) -> None:
    catalogue.import_products([product(url="javascript:alert(1)")])
    assert asyncio.run(CatalogueProvider(catalogue).offers("CW2288-111")) == ()


def test_a_broken_catalogue_is_a_provider_that_cannot_answer(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite3"
    path.write_text("I am a letter, not a database." * 100)
    with pytest.raises(PriceError) as failed:
        asyncio.run(CatalogueProvider(ProductCatalogue(path)).offers("GW2871"))
    assert failed.value.kind == "unavailable"
