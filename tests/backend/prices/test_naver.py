"""Naver's search as documented, and every way in which it can fail."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.prices.naver import NaverShopping
from backend.prices.provider import Offer, PriceError

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def item(**changes: object) -> dict[str, object]:
    """An item as Naver documents it."""
    return {
        "title": "나이키 에어포스 1 <b>CW2288-111</b> 화이트",
        "link": "https://search.shopping.naver.com/gate.nhn?id=1",
        "image": "https://shopping-phinf.pstatic.net/1.jpg",
        "lprice": "129000",
        "hprice": "",
        "mallName": "네이버",
        "productId": "1",
        "productType": "1",
        "maker": "나이키",
        "brand": "나이키",
        "category1": "패션잡화",
    } | changes


def ask(shop: Any, code: str = "CW2288-111", **options: Any) -> tuple[Offer, ...]:
    async def run() -> tuple[Offer, ...]:
        provider = NaverShopping("my-id", "my-secret", base_url=shop.url, now=lambda: NOON, **options)
        try:
            return await provider.offers(code)
        finally:
            await provider.close()

    return asyncio.run(run())


def reason(shop: Any, **options: Any) -> PriceError:
    with pytest.raises(PriceError) as failed:
        ask(shop, **options)
    return failed.value


def test_an_answer_becomes_offers(shop: Any) -> None:
    shop.sends_items(item())
    assert ask(shop) == (
        Offer(
            name="나이키 에어포스 1 CW2288-111 화이트",
            image="https://shopping-phinf.pstatic.net/1.jpg",
            price=129000,
            currency="KRW",
            mall="네이버",
            url="https://search.shopping.naver.com/gate.nhn?id=1",
            provider="Naver Shopping",
            fetched_at=NOON,
            is_match=True,
        ),
    )


def test_the_question_is_as_documented(shop: Any) -> None:
    shop.sends_items()
    ask(shop, "SN 117504")
    path, query, headers = shop.requests[0]
    assert path == "/v1/search/shop.json"
    assert query["query"] == "SN 117504"
    assert query["exclude"] == "used:rental:cbshop"
    assert (query["sort"], query["start"]) == ("sim", "1")
    assert headers["x-naver-client-id"] == "my-id"
    assert headers["x-naver-client-secret"] == "my-secret"


def test_certain_offers_come_first_then_the_cheapest(shop: Any) -> None:
    shop.sends_items(
        item(title="another shoe", lprice="1000"),
        item(title="CW2288-111 b", lprice="130000"),
        item(title="CW2288-111 none", lprice="0"),
        item(title="CW2288 111 a", lprice="120000"),
    )
    offers = ask(shop)
    assert [(offer.name, offer.price, offer.is_match) for offer in offers] == [
        ("CW2288 111 a", 120000, True),
        ("CW2288-111 b", 130000, True),
        ("CW2288-111 none", None, True),
        ("another shoe", 1000, False),
    ]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("<b>A&amp;B</b> &quot;C&quot;", 'A&B "C"'),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Shoe", "alert(1)Shoe"),
        ("a\n\tb \u202ec", "a b c"),
        ("3 &lt; 4", "3 < 4"),
        ("x" * 900, "x" * 300),
    ],
)
def test_titles_are_plain_text(shop: Any, title: str, name: str) -> None:
    shop.sends_items(item(title=title))
    assert ask(shop)[0].name == name


@pytest.mark.parametrize(
    ("lprice", "price"),
    [("", None), ("0", None), ("129000", 129000), (129000, 129000), ("-5", None), ("12.5", None),
     (None, None), ("9" * 400, None), ("１２", None), (True, None)],
)  # fmt: skip
def test_prices_are_whole_won_or_unknown(shop: Any, lprice: object, price: int | None) -> None:
    shop.sends_items(item(lprice=lprice))
    assert ask(shop)[0].price == price


def test_unsafe_addresses_are_left_out(shop: Any) -> None:
    shop.sends_items(
        item(link="javascript:alert(1)"),
        item(link="data:text/html,x"),
        item(link=""),
        item(link=None),
        item(link="https://shop.example/1", image="javascript:alert(1)"),
    )
    offers = ask(shop)
    assert [(offer.url, offer.image) for offer in offers] == [("https://shop.example/1", None)]


def test_used_goods_are_left_out_even_if_sent(shop: Any) -> None:
    shop.sends_items(*(item(productType=str(kind), lprice=str(kind)) for kind in range(1, 13)))
    assert [offer.price for offer in ask(shop)] == [1, 2, 3, 7, 8, 9, 10, 11, 12]


def test_items_of_any_shape_do_no_harm(shop: Any) -> None:
    shop.sends_items(None, 5, "x", [], {}, {"title": 5, "link": 7}, item(mallName=None))
    assert [offer.mall for offer in ask(shop)] == ["Naver"]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "SE01", "unavailable"), (400, "SE02", "unavailable"), (400, "SE03", "unavailable"),
        (400, "SE04", "unavailable"), (400, "SE06", "unavailable"), (401, "024", "key_refused"),
        (403, "", "key_refused"), (404, "SE05", "service_ended"), (410, "", "service_ended"),
        (429, "012", "quota"), (500, "SE99", "unavailable"), (200, "SE05", "service_ended"),
    ],
)  # fmt: skip
def test_documented_errors_become_reasons(shop: Any, status: int, code: str, kind: str) -> None:
    shop.sends(status, {"errorMessage": "message", "errorCode": code})
    error = reason(shop)
    assert error.kind == kind
    assert error.is_about_query is (status == 400)
    assert "my-secret" not in error.message


@pytest.mark.parametrize("status", [200, 404, 301, 302, 308])
def test_a_page_for_people_means_that_the_service_has_ended(shop: Any, status: int) -> None:
    shop.sends(status, "<!doctype html><p>moved", "text/html", Location=f"{shop.url}/elsewhere")
    assert reason(shop).kind == "service_ended"
    assert len(shop.requests) == 1  # the keys were not sent on


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b'{"items": 5}', b"\xff\xfe", b"[" * 100_000])
def test_an_answer_that_cannot_be_read(shop: Any, body: bytes) -> None:
    shop.sends(200, body)
    assert reason(shop).kind == "unavailable"


def test_an_answer_that_is_cut_off(shop: Any) -> None:
    shop.cuts_off()
    assert reason(shop).kind == "unavailable"


def test_a_dropped_connection_is_tried_once_more(shop: Any) -> None:
    shop.drops()
    shop.sends_items(item())
    assert len(ask(shop)) == 1
    assert len(shop.requests) == 2


def test_a_failing_server_is_tried_once_more(shop: Any) -> None:
    shop.sends(503, "busy", "text/plain")
    shop.sends_items(item())
    assert len(ask(shop)) == 1


def test_but_only_once(shop: Any) -> None:
    shop.drops()
    assert reason(shop).kind == "unavailable"
    assert len(shop.requests) == 2


def test_no_second_try_where_it_cannot_help(shop: Any) -> None:
    shop.sends(429, {"errorCode": "012"})
    reason(shop)
    assert len(shop.requests) == 1


@pytest.mark.parametrize("kind", ["hangs", "drips"])
def test_no_query_takes_longer_than_allowed(shop: Any, kind: str) -> None:
    getattr(shop, kind)()
    started = time.monotonic()
    assert reason(shop, seconds=0.3).kind == "unavailable"
    assert time.monotonic() - started < 30  # the service would take a minute


def test_a_flood_is_not_swallowed(shop: Any) -> None:
    shop.sends(200, b" " * (3 << 20))
    assert reason(shop).kind == "unavailable"


def test_a_service_that_cannot_be_reached(shop: Any) -> None:
    shop.sends_items()
    url, shop.url = shop.url, "http://127.0.0.1:1"
    assert reason(shop).kind == "unavailable"
    shop.url = url


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ALL_PROXY", "socks5://127.0.0.1:1"), ("ALL_PROXY", "socks://127.0.0.1:1"), ("SSL_CERT_FILE", "/nowhere.pem")],
)
def test_an_unusable_way_out_is_a_reason(shop: Any, monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    assert reason(shop).kind == "unavailable"


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:99999", "http://a b:3128"])
def test_a_proxy_without_an_address_is_no_crash(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(PriceError) as failed:
        asyncio.run(NaverShopping("id", "secret", base_url="https://prices.invalid").offers("CW2288-111"))
    assert failed.value.kind == "unavailable"
