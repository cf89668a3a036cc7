"""eBay's search as documented, and every way in which it can fail."""

import asyncio
import logging
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from backend.prices.ebay import EbayBrowse
from backend.prices.provider import Offer, PriceError

NOON = datetime(2026, 7, 5, 12, tzinfo=UTC)
TOKEN = {"access_token": "the-token", "expires_in": 7200, "token_type": "Application Access Token"}


def item(**changes: object) -> dict[str, object]:
    """An item as eBay documents it."""
    return {
        "itemId": "v1|334691749565|0",
        "title": "Nike Air Force 1 '07 White CW2288-111 Men's",
        "image": {"imageUrl": "https://i.ebayimg.com/images/g/1/s-l225.jpg"},
        "price": {"value": "99.95", "currency": "USD"},
        "itemWebUrl": "https://www.ebay.com/itm/334691749565?hash=1",
        "seller": {"username": "shoes", "feedbackPercentage": "99.9", "feedbackScore": 5},
        "condition": "New with box",
        "conditionId": "1000",
        "buyingOptions": ["FIXED_PRICE"],
    } | changes


def page(*items: object) -> dict[str, object]:
    """An answer; one without items leaves the field out."""
    answer: dict[str, object] = {"href": "x", "total": len(items), "limit": 20, "offset": 0}
    return answer | {"itemSummaries": list(items)} if items else answer


def ask(shop: Any, code: str = "CW2288-111", gtin: str | None = None, **options: Any) -> tuple[Offer, ...]:
    async def run() -> tuple[Offer, ...]:
        provider = EbayBrowse("my-id", "my-secret", base_url=shop.url, now=lambda: NOON, **options)
        try:
            return await provider.offers(code, gtin)
        finally:
            await provider.close()

    return asyncio.run(run())


def failure(shop: Any, **options: Any) -> PriceError:
    with pytest.raises(PriceError) as failed:
        ask(shop, **options)
    return failed.value


def answers(shop: Any, *items: object) -> None:
    shop.answers.clear()
    shop.sends(200, TOKEN)
    shop.sends(200, page(*items))


def test_an_answer_becomes_offers(shop: Any) -> None:
    answers(shop, item())
    assert ask(shop) == (
        Offer(
            name="Nike Air Force 1 '07 White CW2288-111 Men's",
            image="https://i.ebayimg.com/images/g/1/s-l225.jpg",
            price=Decimal("99.95"),
            currency="USD",
            mall="eBay",
            url="https://www.ebay.com/itm/334691749565?hash=1",
            provider="eBay",
            fetched_at=NOON,
            is_match=True,
        ),
    )


def test_the_question_is_as_documented(shop: Any) -> None:
    answers(shop)
    assert ask(shop, marketplace="EBAY_DE") == ()
    path, query, headers = shop.requests[1]
    assert path == "/buy/browse/v1/item_summary/search"
    assert query["q"] == "CW2288-111"
    assert query["filter"] == "conditionIds:{1000|1500},buyingOptions:{FIXED_PRICE}"
    assert headers["authorization"] == "Bearer the-token"
    assert headers["x-ebay-c-marketplace-id"] == "EBAY_DE"


@pytest.mark.parametrize(
    ("gtin", "question"),
    [
        ("0193655590351", {"gtin": "193655590351"}),
        ("193655590351", {"gtin": "193655590351"}),
        ("8801234567893", {"q": "8801234567893"}),
    ],
)
def test_a_upc_is_asked_for_by_itself_and_another_barcode_as_a_keyword(
    shop: Any, gtin: str, question: dict[str, str]
) -> None:
    answers(shop, item())
    assert len(ask(shop, gtin=gtin)) == 1  # found by both questions
    asked = [{name: query[name] for name in ("q", "gtin") if name in query} for _, query, _ in shop.requests[1:]]
    assert sorted(asked, key=str) == sorted([{"q": "CW2288-111"}, question], key=str)


def test_a_code_holds_no_operators_of_the_search(shop: Any) -> None:
    answers(shop)
    ask(shop, '(A1, B2) * -C3-4 "D5"')
    assert shop.requests[1][1]["q"] == "A1 B2 C3-4 D5"


def test_prices_are_the_sellers_never_converted(shop: Any) -> None:
    converted = {"value": "0.75", "currency": "USD", "convertedFromValue": "0.99", "convertedFromCurrency": "CAD"}
    prices: list[object] = [converted, {"value": "120000", "currency": "KRW"}, {"value": "5"}, None, 7, {}]
    answers(shop, *(item(price=price, itemWebUrl=f"https://www.ebay.com/{n}") for n, price in enumerate(prices)))
    offers = ask(shop)
    assert [(offer.price, offer.currency) for offer in offers[:2]] == [(120000, "KRW"), (Decimal("0.99"), "CAD")]
    assert [offer.price for offer in offers[2:]] == [None] * 4


def test_used_goods_and_auctions_are_left_out_even_if_sent(shop: Any) -> None:
    conditions = ["1000", "1500", "1750", "2750", "3000", "", None, 1000]
    items = [item(conditionId=kind, itemWebUrl=f"https://www.ebay.com/{n}") for n, kind in enumerate(conditions)]
    answers(shop, *items, item(buyingOptions=["AUCTION"]))
    assert sorted(str(offer.url)[-1] for offer in ask(shop)) == ["0", "1", "7"]


def test_a_title_without_the_code_is_possibly_another_product(shop: Any) -> None:
    answers(
        shop,
        item(title="Nike shoe", price={"value": "1", "currency": "USD"}),
        item(itemWebUrl="https://www.ebay.co.uk/itm/2"),
        item(title="CW2288-1110", itemWebUrl="https://www.ebay.com.au/3"),
    )
    assert [offer.is_match for offer in ask(shop)] == [True, False, False]


def test_hostile_texts_and_links_do_no_harm(shop: Any) -> None:
    answers(
        shop,
        item(itemWebUrl="javascript:alert(1)"),
        item(itemWebUrl="https://ebay.com.evil.example/1"),
        item(itemWebUrl="https://notebay.com/1"),
        item(itemWebUrl="https://ebay.evil/1"),
        item(title="", itemWebUrl="https://www.ebay.com/2"),
        item(title="&lt;img onerror=x&gt;CW2288-111\u202e", image={"imageUrl": "data:x"}),
    )
    (offer,) = ask(shop)
    assert (offer.name, offer.image) == ("CW2288-111", None)


def test_items_of_any_shape_do_no_harm(shop: Any) -> None:
    answers(shop, None, 5, "x", [], {}, item(image=5, seller=None, buyingOptions=None))
    assert len(ask(shop)) == 1


def test_a_token_that_was_taken_back_is_renewed_once(shop: Any) -> None:
    refused = {"errors": [{"errorId": 1001, "domain": "OAuth", "message": "Invalid access token"}]}
    shop.sends(200, TOKEN)
    shop.sends(401, refused)
    shop.sends(200, TOKEN | {"access_token": "another"})
    shop.sends(200, page(item()))
    assert len(ask(shop)) == 1
    assert shop.requests[3][2]["authorization"] == "Bearer another"
    shop.answers.clear()
    shop.sends(200, TOKEN)
    shop.sends(401, refused)
    shop.sends(200, TOKEN)
    shop.sends(401, refused)
    assert failure(shop).kind == "key_refused"


@pytest.mark.parametrize(
    ("status", "error_id", "kind"),
    [(400, 12001, "unavailable"), (403, 1100, "key_refused"), (404, 2003, "unavailable"), (409, 12024, "unavailable"),
     (429, 2001, "quota"), (500, 12000, "unavailable")],
)  # fmt: skip
def test_documented_errors_become_reasons(shop: Any, status: int, error_id: int, kind: str) -> None:
    shop.sends(200, TOKEN)
    shop.sends(status, {"errors": [{"errorId": error_id, "message": "the-token my-secret"}]})
    error = failure(shop)
    assert error.kind == kind
    assert error.is_about_query is (status in {400, 409})
    assert "the-token" not in error.message


def test_an_application_that_is_refused(shop: Any) -> None:
    shop.sends(401, {"error": "invalid_client", "error_description": "client authentication failed"})
    error = failure(shop, gtin="0193655590351")  # both questions need the token
    assert error.kind == "key_refused"
    assert "invalid_client" in error.message


def test_redirects_are_not_followed(shop: Any) -> None:
    shop.sends(200, TOKEN)
    shop.sends(302, "", Location=f"{shop.url}/elsewhere")
    assert failure(shop).kind == "unavailable"
    assert len(shop.requests) == 2


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"5", b'{"itemSummaries": 5}', b'{"total": 5, "itemSummaries": null}', b"\xff", b"<html>"],
)
def test_an_answer_that_cannot_be_read(shop: Any, body: bytes) -> None:
    shop.sends(200, TOKEN)
    shop.sends(200, body)
    assert failure(shop).kind == "unavailable"


@pytest.mark.parametrize("kind", ["hangs", "drips", "cuts_off", "drops"])
@pytest.mark.parametrize("has_token", [True, False])
def test_slow_and_broken_connections(shop: Any, kind: str, has_token: bool) -> None:
    if has_token:
        shop.sends(200, TOKEN)
    getattr(shop, kind)()
    started = time.monotonic()
    assert failure(shop, seconds=0.5, gtin="0193655590351").kind == "unavailable"
    assert time.monotonic() - started < 30  # the service would take a minute


def test_a_flood_is_not_swallowed(shop: Any) -> None:
    shop.sends(200, TOKEN)
    shop.sends(200, b" " * (3 << 20))
    assert failure(shop).kind == "unavailable"


def test_neither_key_nor_token_is_in_a_log(shop: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers(shop, item())
    ask(shop)
    assert "my-secret" not in caplog.text
    assert "bXktaWQ6bXktc2VjcmV0" not in caplog.text  # both in base64
    assert "the-token" not in caplog.text
