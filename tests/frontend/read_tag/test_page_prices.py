"""Prices on the page, in a real browser in front of the fake backend."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.drivers.reading_page import reading_page
from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.read_tag.texts import TEXTS
from tests.frontend.fake_backend import (
    FakeBackend,
    prices,
    problem,
    tag,
    tag_line,
)

pytestmark = pytest.mark.browser
KOREAN, ENGLISH = TEXTS["ko"], TEXTS["en"]
TAG = encode(draw_tag("CW2288-111"))


def test_a_price_service_that_was_away_for_a_moment_is_asked_again(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    fake.prices = prices(products=[], reason={"kind": "unavailable", "message": "x"})
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        expect(page.alert).to_contain_text(ENGLISH.price_reasons["unavailable"])
        fake.prices = prices()
        page.press("retry-price")
        expect(page.offers.first).to_contain_text("₩129,000")


def test_a_slow_price_holds_up_neither_the_reading_nor_the_label(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    fake.price_seconds = 60
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        expect(page.page.get_by_text(ENGLISH.price_wait)).to_be_visible(timeout=30_000)
        page.press("accept", at_once=True)
        expect(page.saved).to_contain_text("CW2288-111", timeout=30_000)
        assert page.offers.count() == 0
        fake.release()
        expect(page.offers.first).to_contain_text("₩129,000")
        # The click did not ask for the price a second time.
        assert fake.price_requests == ["CW2288-111"]


@pytest.mark.parametrize("products", [None, []])
def test_nothing_moves_below_a_price_that_comes(
    browser: Browser, app_on_fake: str, fake: FakeBackend, products: list[dict[str, Any]] | None
) -> None:
    fake.price_seconds = 60
    fake.prices = prices() if products is None else prices(products=products, reason={"kind": "not_found"})
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        expect(page.page.get_by_text(ENGLISH.price_wait)).to_be_visible()
        page.press("accept", at_once=True)
        undo = page.widget("undo").get_by_role("button")
        expect(undo).to_be_visible()
        expect(page.page.get_by_text(ENGLISH.saving)).to_have_count(0)
        page.page.wait_for_timeout(300)
        before = undo.bounding_box()
        expect(page.page.get_by_text(ENGLISH.price_wait)).to_be_visible()
        fake.release()
        expect(page.page.get_by_text(ENGLISH.price_wait)).to_have_count(0)
        page.settle()
        assert undo.bounding_box() == before
        page.press("undo", at_once=True)
        expect(page.widget("accept")).to_be_visible()
        assert fake.labels == {}


def test_a_price_that_fails_can_be_tried_again_by_itself(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    fake.prices = problem(503, "busy")
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        expect(page.alert).to_contain_text(ENGLISH.refused)
        fake.prices = prices()
        page.press("retry-price")
        expect(page.offers.first).to_contain_text("₩129,000")
        assert len(fake.tags) == 1


def test_why_there_is_no_price_stands_there_with_the_search_links(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake, locale="ko-KR") as page:
        for number, kind in enumerate(("quota", "service_ended", "not_found", "unavailable")):
            reason = {"kind": kind, "message": "from the service", "provider": "eBay"}
            fake.prices = prices(products=[], reason=reason)
            if number:
                page.press("another-photo")
            code = f"CW2288-11{number}"  # the price of a code is asked for once
            fake.tag = tag(tag_line(code))
            page.upload(TAG)
            page.expect_code(code)
            expect(page.alert).to_contain_text(KOREAN.price_reasons[kind])
            links = page.page.get_by_test_id("stLinkButton").get_by_role("link")
            expect(links).to_have_text(["네이버 쇼핑", "KREAM", "구글"])
            assert "CW2288-111" in (links.nth(1).get_attribute("href") or "")  # as the fake backend has it


def test_offers_say_where_when_and_whether_it_may_be_another_product(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake, locale="ko-KR") as page:
        page.upload(TAG)
        offers = page.page.locator(".offer")
        expect(offers).to_have_count(2)
        for part in (
            "나이키 에어 포스 1 '07 CW2288-111",
            "129,000원",
            "신발나라",
            "7월 1일 14:00 기준",
        ):
            expect(offers.nth(0)).to_contain_text(part)
        assert offers.nth(0).get_by_role("link").get_attribute("href") == "https://shop.example/cw2288-111"
        # The other one is cheaper, yet it comes second and says why.
        expect(offers.nth(1)).to_contain_text(KOREAN.price_other)
        expect(offers.nth(0)).not_to_contain_text(KOREAN.price_other)
        # One price alone is not the lowest of any.
        expect(offers.nth(0)).not_to_contain_text("최저가")


def test_a_price_on_a_tag_says_its_day_and_a_size_stands_beside_its_price(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    sized = prices()["products"][0] | {"price": 99.5, "currency": "USD", "size": "US 9", "mall": "StockX"}
    tag = sized | {"price": 139000, "currency": "KRW", "size": "", "mall": "", "url": None, "source": "tag"}
    tag |= {"name": "CW2288-111", "image": None, "fetched_at": "2026-07-05T00:00:00Z"}
    fake.prices = prices(products=[tag, sized])
    with reading_page(browser, app_on_fake, locale="ko-KR") as page:
        page.upload(TAG)
        offers = page.page.locator(".offer")
        expect(offers).to_have_count(2)
        expect(offers.nth(0)).to_contain_text("139,000원")
        expect(offers.nth(0)).to_contain_text("7월 5일에 태그에서 본 가격")
        expect(offers.nth(0).get_by_role("link")).to_have_count(0)
        for part in ("USD 99.50", "StockX", "사이즈 US 9"):
            expect(offers.nth(1)).to_contain_text(part)


def test_what_is_missing_is_named_and_can_be_tried_again(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    fake.prices = prices(missing=[{"provider": "Naver Shopping", "kind": "unavailable"}])
    with reading_page(browser, app_on_fake, locale="ko-KR") as page:
        page.upload(TAG)
        expect(page.page.get_by_text("아직 답하지 않은 곳: 네이버 쇼핑")).to_be_visible()
        fake.prices = prices()
        page.press("retry-price")
        expect(page.page.get_by_text("아직 답하지 않은 곳")).to_have_count(0)
        expect(page.offers.first).to_contain_text("129,000원")


def test_the_end_of_naver_stands_beside_its_offers(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    offer = prices()["products"][0] | {"provider": "Naver Shopping"}
    fake.prices = prices(products=[offer])
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        expect(page.page.get_by_text("ends on 30 June 2027")).to_be_visible()


def test_the_lowest_of_several_prices_is_called_so(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    offer = prices()["products"][0]
    fake.prices = prices(products=[offer, offer | {"mall": "슈즈몰", "price": 139000}])
    with reading_page(browser, app_on_fake, locale="ko-KR") as page:
        page.upload(TAG)
        offers = page.page.locator(".offer")
        expect(offers.nth(0)).to_contain_text("2개 중 최저가")
        expect(offers.nth(1)).to_contain_text("139,000원")
        expect(offers.nth(1)).not_to_contain_text("최저가")


def test_a_shops_own_markup_and_links_do_nothing(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    evil = prices()["products"][0] | {"name": "<img src=x onerror=alert(1)>", "url": "javascript:alert(1)"}
    fake.prices = prices(products=[evil])
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        expect(page.page.locator(".offer .name")).to_have_text("<img src=x onerror=alert(1)>")
        assert page.page.locator(".offer a").count() == 0
