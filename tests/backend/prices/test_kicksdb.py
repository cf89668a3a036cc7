"""KicksDB's indexes in the shapes that are on record, and every way in which they can fail.

The shapes are those of KicksDB's documentation and of clients of others; docs/prices.md names them.
"""

import asyncio
import logging
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from backend.prices.kicksdb import IndexName, KicksDb
from backend.prices.provider import Offer, PriceError

NOON = datetime(2026, 7, 5, 12, tzinfo=UTC)
KEY = "KICKS-0000-TEST"


def stockx(**changes: object) -> dict[str, object]:
    return {
        "id": "d0071024-6182-464c-8526-2c2ebcab4ba4",
        "title": "Nike Air Force 1 Low '07 White",
        "brand": "Nike",
        "model": "Nike Air Force 1 Low '07",
        "sku": "CW2288-111",
        "slug": "nike-air-force-1-low-white-07",
        "image": "https://images.stockx.com/af1.jpg?w=140",
        "link": "https://stockx.com/nike-air-force-1-low-white-07",
        "min_price": 96,
        "max_price": 300,
        "variants": [
            {"size": "9", "size_type": "us m", "lowest_ask": 114, "updated_at": "2026-07-04T06:48:41Z"},
            {"size": "14", "size_type": "us m", "lowest_ask": 96.5, "updated_at": "2026-07-05T06:48:41Z"},
            {"size": "15", "size_type": "us m", "lowest_ask": 0},
        ],
    } | changes


def goat(**changes: object) -> dict[str, object]:
    return {
        "id": 92101,
        "sku": "CW2288 111",
        "slug": "air-force-1-07-white-cw2288-111",
        "name": "Air Force 1 '07 'White'",
        "image_url": "https://image.goat.com/1000/1.png",
        "link": "https://goat.com/sneakers/air-force-1-07-white-cw2288-111",
        "variants": [
            {"size": "10", "lowest_ask": 102, "currency": "USD", "available": True},
            {"size": "8", "lowest_ask": 80, "currency": "USD", "available": False},
        ],
    } | changes


def kream(**changes: object) -> dict[str, object]:
    return {
        "id": 12831,
        "name": "나이키 에어포스 1 '07 로우 화이트",
        "translated_name": "Nike Air Force 1 '07 Low White",
        "sku": "CW2288-111",
        "images": ["https://kream-phinf.pstatic.net/1.png"],
        "release_price": {"currency": "KRW", "price": 139000},
        "release_price_converted": {"currency": "USD", "price": 100.4},
        "variants": [
            {"size": "270", "lowest_ask": 121000, "lowest_ask_converted": 87.4, "currency": "USD", "available": True},
            {"size": "255", "lowest_ask": 119000, "lowest_ask_converted": 86, "currency": "USD", "available": True},
        ],
    } | changes


def shopify(**changes: object) -> dict[str, object]:
    return {
        "product_id": "1",
        "title": "Nike Air Force 1 CW2288-111",
        "sku": "CW2288-111",
        "shop_name": "Kick Shop",
        "link": "https://kick.shop.example/products/1",
        "images": ["https://cdn.shop.example/1.jpg"],
        "variants": [{"options": {"Size": "US 9"}, "price": "89.90", "currency": "EUR", "available": True}],
    } | changes


def ask(
    shop: Any, index: IndexName = "stockx", code: str = "CW2288-111", gtin: str | None = None, **options: Any
) -> tuple[Offer, ...]:
    async def run() -> tuple[Offer, ...]:
        provider = KicksDb(index, KEY, base_url=shop.url, now=lambda: NOON, **options)
        try:
            return await provider.offers(code, gtin)
        finally:
            await provider.close()

    return asyncio.run(run())


def failure(shop: Any, **options: Any) -> PriceError:
    with pytest.raises(PriceError) as failed:
        ask(shop, **options)
    return failed.value


def found(shop: Any, *products: object) -> None:
    shop.sends(200, {"$schema": "https://api.kicks.dev/schemas/x.json", "data": list(products), "meta": {"total": 1}})


def test_the_lowest_ask_of_all_sizes_is_the_offer(shop: Any) -> None:
    found(shop, stockx())
    assert ask(shop) == (
        Offer(
            name="Nike Air Force 1 Low '07 White",
            image="https://images.stockx.com/af1.jpg?w=140",
            price=Decimal("96.50"),
            currency="USD",
            mall="StockX",
            url="https://stockx.com/nike-air-force-1-low-white-07",
            provider="StockX",
            fetched_at=datetime(2026, 7, 5, 6, 48, 41, tzinfo=UTC),
            is_match=True,
            size="US 14",
        ),
    )


@pytest.mark.parametrize(
    ("index", "product", "price", "currency", "mall", "url", "size"),
    [
        ("goat", goat(), 102, "USD", "GOAT", "https://goat.com/sneakers/air-force-1-07-white-cw2288-111", "US 10"),
        ("kream", kream(), 119000, "KRW", "KREAM", "https://kream.co.kr/search?keyword=CW2288-111", "255"),
        ("shopify", shopify(), Decimal("89.90"), "EUR", "Kick Shop", "https://kick.shop.example/products/1", "US 9"),
    ],
)
def test_each_index_has_its_shape_and_its_currency(
    shop: Any, index: IndexName, product: object, price: object, currency: str, mall: str, url: str, size: str
) -> None:
    found(shop, product)
    (offer,) = ask(shop, index)
    assert (offer.price, offer.currency, offer.mall, offer.url, offer.size) == (price, currency, mall, url, size)
    assert offer.is_match


def test_the_question_is_as_documented(shop: Any) -> None:
    found(shop, stockx())
    ask(shop, gtin="0193655590351")
    path, query, headers = shop.requests[0]
    assert path == "/v3/stockx/products"
    assert query["filters"] == (
        'sku = "CW2288-111" OR sku = "CW2288 111" OR barcodes IN ["0193655590351", "193655590351"]'
    )
    assert query["display[variants]"] == "true"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert len(shop.requests) == 1
    ask(shop, "goat", gtin="0193655590351")  # whose index has no barcodes
    assert shop.requests[1][1]["filters"] == 'sku = "CW2288-111" OR sku = "CW2288 111"'


def test_a_code_cannot_leave_its_quotes(shop: Any) -> None:
    found(shop)
    ask(shop, code='X1" OR brand = "Nike\\')
    assert shop.requests[0][1]["filters"] == ('sku = "X1 OR brand = Nike" OR sku = "X1-OR-brand-=-Nike"')


def test_a_product_of_several_codes_is_found_by_words(shop: Any) -> None:
    found(shop)
    found(shop, stockx(sku="315122-111/CW2288-111"), stockx(sku="CW2288-001", title="Nike Air Force 1 Black"))
    (offer,) = ask(shop)
    assert offer.is_match
    assert shop.requests[1][1]["query"] == "CW2288-111"
    assert "filters" not in shop.requests[1][1]


def test_a_barcode_of_another_code_is_possibly_another_product(shop: Any) -> None:
    found(shop, stockx(sku="DD1391-100", title="Nike Dunk Low Panda"), stockx())
    assert [(offer.name, offer.is_match) for offer in ask(shop, gtin="0193655590351")] == [
        ("Nike Air Force 1 Low '07 White", True),
        ("Nike Dunk Low Panda", False),
    ]


@pytest.mark.parametrize("body", [{"data": []}, {"data": None}])
def test_nothing_is_found(shop: Any, body: object) -> None:
    shop.sends(200, body)
    assert ask(shop) == ()
    assert len(shop.requests) == 2


def test_without_sizes_the_lowest_price_of_the_product_counts(shop: Any) -> None:
    found(shop, stockx(variants=None), stockx(variants=[], min_price=None))
    assert [(offer.price, offer.size) for offer in ask(shop)] == [(96, ""), (None, "")]


def test_prices_are_never_converted_nor_mixed(shop: Any) -> None:
    pounds = {"size": "9", "lowest_ask": 70, "currency": "gbp"}
    found(shop, stockx(variants=[pounds, {"size": "10", "lowest_ask": 1, "currency": "USD"}]))
    assert [(offer.price, offer.currency) for offer in ask(shop)] == [(70, "GBP")]
    found_in_won = {"size": "270", "lowest_ask": 87.4, "lowest_ask_converted": 87.4, "currency": "USD"}
    shop.answers.clear()
    found(shop, kream(variants=[found_in_won]))
    assert [offer.price for offer in ask(shop, "kream")] == [None]
    shop.answers.clear()
    found(shop, goat(variants=[{"size": "9", "lowest_ask": 70}]))
    assert [offer.price for offer in ask(shop, "goat")] == [None]  # in an unknown currency
    shop.answers.clear()
    found(shop, shopify(variants=[{"price": "89"}]))
    assert [offer.price for offer in ask(shop, "shopify")] == [None]


@pytest.mark.parametrize(
    ("lowest_ask", "price"),
    [(109.2, Decimal("109.20")), ("109.2", Decimal("109.20")), (0, None), (-5, None), (None, None), (True, None),
     ("１２", None), ("9" * 400, None), ([5], None), (10**12, None), ("1e5", None), (89.999, Decimal("90.00"))],
)  # fmt: skip
def test_prices_are_exact_or_unknown(shop: Any, lowest_ask: object, price: Decimal | None) -> None:
    found(shop, goat(variants=[{"size": "9", "lowest_ask": lowest_ask, "currency": "USD"}]))
    assert ask(shop, "goat")[0].price == price


@pytest.mark.parametrize(
    "updated_at", ["2026-07-05T12:00:01Z", "2026-07-04T06:48:41", "yesterday", None, 5, "2026-13-45T00:00:00Z"]
)
def test_a_time_that_cannot_be_is_the_time_of_the_query(shop: Any, updated_at: object) -> None:
    found(shop, stockx(variants=[{"size": "9", "lowest_ask": 5, "updated_at": updated_at}]))
    assert ask(shop)[0].fetched_at == NOON


def test_hostile_texts_and_links_do_no_harm(shop: Any) -> None:
    found(
        shop,
        stockx(title="<script>alert(1)</script>CW2288-111\u202e", link="javascript:alert(1)", image="data:x"),
        stockx(link="https://stockx.com.evil.example/x", slug="../../evil", sku='"><b>'),
        stockx(link="https://user:pass@stockx.com/", slug=None, sku=None),
        stockx(variants=[{"size": "<b>9</b>" * 20, "size_type": {"x": 1}, "lowest_ask": 5}]),
    )
    offers = ask(shop)
    assert len(offers) == 3  # the one without a page is left out
    scripted = next(offer for offer in offers if "alert" in offer.name)
    assert (scripted.name, scripted.image) == ("alert(1)CW2288-111", None)
    urls = sorted(str(offer.url) for offer in offers)
    assert urls == [
        "https://stockx.com/nike-air-force-1-low-white-07",
        "https://stockx.com/nike-air-force-1-low-white-07",
        "https://stockx.com/search?s=%22%3E",
    ]
    assert all("<" not in f"{offer.name}{offer.size}" and len(offer.size) <= 20 for offer in offers)


def test_used_shoes_are_left_out(shop: Any) -> None:
    found(
        shop,
        shopify(title="CW2288-111 (Used)"),
        shopify(title="CW2288-111 pre-owned"),
        shopify(title="중고 CW2288-111"),
    )
    assert ask(shop, "shopify") == ()


def test_products_of_any_shape_do_no_harm(shop: Any) -> None:
    found(shop, None, 5, "x", [], {}, {"title": 5, "link": 7}, stockx(variants=[None, 5, {}, {"lowest_ask": {}}]))
    assert [offer.price for offer in ask(shop)] == [96]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "unavailable"), (401, "key_refused"), (402, "quota"), (403, "key_refused"), (404, "unavailable"),
     (422, "unavailable"), (429, "quota"), (500, "unavailable"), (503, "unavailable")],
)  # fmt: skip
def test_errors_become_reasons(shop: Any, status: int, kind: str) -> None:
    shop.sends(status, {"title": "Unauthorized", "status": status, "detail": f"Invalid key {KEY}"})
    error = failure(shop)
    assert error.kind == kind
    assert error.is_about_query is (status in {400, 422})
    assert KEY not in error.message
    assert len(shop.requests) == (2 if status >= 500 else 1)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(shop: Any, status: int) -> None:
    shop.sends(status, "", Location=f"{shop.url}/elsewhere")
    assert failure(shop).kind == "unavailable"
    assert len(shop.requests) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"5", b'{"data": 5}', b'{"data": NaN}', b"\xff\xfe", b"[" * 100_000, b"<!doctype html>"]
)
def test_an_answer_that_cannot_be_read(shop: Any, body: bytes) -> None:
    shop.sends(200, body)
    assert failure(shop).kind == "unavailable"


@pytest.mark.parametrize("kind", ["hangs", "drips"])
def test_no_query_takes_longer_than_allowed(shop: Any, kind: str) -> None:
    getattr(shop, kind)()
    started = time.monotonic()
    assert failure(shop, seconds=0.3).kind == "unavailable"
    assert time.monotonic() - started < 30  # the service would take a minute


def test_cut_off_dropped_and_flooded(shop: Any) -> None:
    shop.cuts_off()
    assert failure(shop).kind == "unavailable"
    shop.answers.clear()
    shop.drops()
    found(shop, stockx())
    assert len(ask(shop)) == 1  # tried once more
    shop.answers.clear()
    shop.sends(200, b" " * (3 << 20))
    assert failure(shop).kind == "unavailable"


def test_the_key_is_in_no_log(shop: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found(shop, stockx())
    ask(shop)
    shop.answers.clear()
    shop.sends(401, {"detail": KEY})
    failure(shop)
    assert KEY not in caplog.text
