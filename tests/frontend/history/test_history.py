"""The history of a browser, in a real one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.drivers.reading_page import reading_page
from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.history.texts import HistoryTexts
from tests.frontend.fake_backend import FakeBackend, tag, tag_line

pytestmark = pytest.mark.browser

ENGLISH = HistoryTexts("en")
STORED = "JSON.parse(localStorage.getItem('shoe-tag-readings') ?? '[]')"
CODES = f"{STORED}.map((entry) => entry.code).join()"
TAG = encode(draw_tag("CW2288-111"), "JPEG")


def test_what_was_read_and_typed_survives_a_reload_and_can_be_removed(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        entries = page.page.locator(".history li")
        page.upload(TAG, "tag.jpg", "image/jpeg")
        expect(page.offers.first).to_be_visible()
        page.settle()
        page.page.wait_for_function(f"{STORED}[0]?.price?.en === '₩129,000'")
        page.page.reload()
        expect(entries).to_have_count(1)
        expect(entries.first).to_contain_text("CW2288-111")
        expect(entries.first).to_contain_text("₩129,000")
        (picture,) = page.page.evaluate(f"{STORED}.map((entry) => entry.picture)")
        assert picture.startswith("data:image/jpeg;base64,")
        assert len(picture) < 5000

        page.page.locator(".st-key-typed-code input").fill("GW2871")
        page.page.locator(".st-key-typed-code input").press("Enter")
        expect(entries).to_have_count(2)
        page.expect_code("GW2871")
        page.settle()
        entries.nth(1).locator(".history-open").click()
        page.expect_code("CW2288-111")
        expect(entries.first).to_contain_text("CW2288-111")
        assert fake.price_requests[-1] == "CW2288-111"

        page.settle()
        entries.first.locator(".history-remove").click()
        expect(entries).to_have_count(1)
        page.page.on("dialog", lambda dialog: dialog.accept())
        page.page.get_by_role("button", name=ENGLISH.clear).click()
        expect(page.page.locator(".history")).to_be_hidden()
        assert page.page.evaluate("localStorage.getItem('shoe-tag-readings')") is None


def test_a_correction_replaces_the_reading_and_nothing_stays_where_nothing_may_be_kept(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG, "tag.jpg", "image/jpeg")
        page.expect_code("CW2288-111")
        page.type_line("CW2288-112")
        page.expect_code("CW2288-112")
        page.page.wait_for_function(f"{CODES} === 'CW2288-112'")
        page.press("another-photo")
        expect(page.uploader).to_be_visible()
        page.settle()

        fake.tag = tag(tag_line("GW2871"))
        page.upload(TAG, "tag.jpg", "image/jpeg")
        page.expect_code("GW2871")
        page.page.wait_for_function(f"{CODES} === 'GW2871,CW2288-112'")
        page.settle()
        page.widget("keep-switch").locator("label").click()
        page.page.wait_for_function(f"{CODES} === 'CW2288-112'")


def test_a_storage_with_something_else_in_it_harms_nothing(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.page.evaluate(
            """() => localStorage.setItem("shoe-tag-readings", JSON.stringify(
            [{ code: "<img src=x onerror=alert(1)>", at: 1, picture: "javascript:alert(1)" }, 7, { code: 3 },
             { code: "A", at: 1e300 }]))"""
        )
        page.page.reload()
        entry = page.page.locator(".history li")
        expect(entry).to_have_count(1)
        expect(entry.locator("b")).to_have_text("<img src=x onerror=alert(1)>")
        expect(entry.locator("img")).to_have_count(0)
