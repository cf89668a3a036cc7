"""The line of a search while it is typed, and its parts as chips, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.drivers.reading_page import DESKTOP, HANGUL, PHONE
from frontend.explore.texts import EXPLORE_TEXTS
from frontend.language import Language
from tests.frontend.contrast import faint_texts
from tests.frontend.explore.conftest import entered, settle
from tests.frontend.fake_backend import FakeBackend


def chips(page: Page) -> list[str]:
    return page.locator(".search-chips .chip-open").all_inner_texts()


@pytest.mark.browser
@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("ko", PHONE)])
def test_a_search_is_completed_and_counted_while_it_is_typed(
    browser: Browser, app_on_fake: str, fake: FakeBackend, language: Language, size: tuple[int, int]
) -> None:
    texts = EXPLORE_TEXTS[language]
    with entered(browser, app_on_fake, size, language) as page:
        line, options = page.locator(".st-key-explore-search input"), page.locator(".search-options li")
        line.click()
        line.press_sequentially("stat")
        expect(options).to_have_text(["status"])
        line.press("ArrowDown")
        line.press("Enter")  # takes the suggestion, and does not search yet
        expect(line).to_have_value("status ")
        line.press_sequentially("= corrected")
        expect(page.locator(".search-status")).to_contain_text(texts.count_exact.format(count=38))
        expect(page.locator(".crop-grid li")).to_have_count(60)
        assert faint_texts(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        line.press("Enter")
        expect(page.locator(".crop-grid li")).to_have_count(38)
        expect(page.locator(".search-chips .chip-open")).to_have_text(["status = corrected"])
        if language == "en":
            assert not HANGUL.search(page.get_by_test_id("stMain").inner_text().replace("한국어", ""))


@pytest.mark.browser
def test_a_line_that_is_misspelt_is_mended_before_it_is_sent(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with entered(browser, app_on_fake, DESKTOP, "en") as page:
        line = page.locator(".st-key-explore-search input")
        line.click()
        line.press_sequentially("confidense < 0.6")
        page.locator(".search-status .meant").click()
        expect(line).to_have_value("confidence < 0.6")


@pytest.mark.browser
def test_chips_write_the_line_and_are_filled_from_it(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    with entered(browser, app_on_fake, DESKTOP, "en") as page:
        line, value = page.locator(".st-key-explore-search input"), page.locator(".chip-editor input[type=text]")
        open_chips = page.locator(".search-chips .chip-open")

        def follows(written: str, chips: list[str]) -> None:
            expect(line).to_have_value(written)
            expect(open_chips).to_have_text(chips)
            settle(page)

        line.fill("status = corrected and not (turn in (0, 2) or tag = 'to do')")
        line.press("Enter")
        expect(open_chips).to_have_text(["status = corrected", "turn in 0, 2", "tag = to do"])
        settle(page)
        page.locator(".search-chips > .chip-group > .chip-word").click()
        follows(
            'status = corrected and not (turn in (0, 2) and tag = "to do")',
            ["status = corrected", "turn in 0, 2", "tag = to do"],
        )
        open_chips.nth(1).click()
        value.fill("1, 3")
        value.press("Enter")
        follows(
            'status = corrected and not (turn in (1, 3) and tag = "to do")',
            ["status = corrected", "turn in 1, 3", "tag = to do"],
        )
        page.locator(".search-chips > .chip-group > .chip-remove").click()
        follows("status = corrected", ["status = corrected"])
        page.locator(".search-chips > .chip-add").first.click()
        page.locator(".chip-editor select").first.select_option("confidence")
        page.locator(".chip-editor select").nth(1).select_option("<")
        page.locator(".chip-editor input[type=checkbox]").check()
        value.fill("0.6")
        page.locator(".chip-keep").click()
        follows("status = corrected and not (confidence < 0.6)", ["status = corrected", "NOT confidence < 0.6"])
        page.locator(".search-chips .chip-remove").first.click()
        follows("not (confidence < 0.6)", ["NOT confidence < 0.6"])
