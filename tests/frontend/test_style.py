"""Streamlit's own words are laid over by those of the page's language, in a real browser."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.drivers.reading_page import reading_page
from benchmarks.drivers.server import running_app
from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.data_models.texts import TEXTS as DATA_TEXTS
from frontend.style import WidgetTexts
from tests.frontend.contrast import faint_texts
from tests.frontend.fake_backend import FakeBackend, problem
from tests.frontend.fake_team import TOKEN

pytestmark = pytest.mark.browser
KOREAN = WidgetTexts("ko")


def expect_laid_over(element: Locator, text: str) -> None:
    """The element's own text is not seen, and this one is."""
    expect(element).to_be_visible()
    expect(element).to_have_css("font-size", "0px")
    assert json.loads(element.evaluate("(one) => getComputedStyle(one, '::after').content")) == text


def tooltip(page: Page, button: Locator) -> Locator:
    button.hover()
    return page.get_by_test_id("stTooltipContent").locator("p")


def press_until(button: Locator, shown: Locator) -> None:
    """Press once the page rests, and again where a rerun has taken the press all the same."""
    for _ in range(4):
        expect(button.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        button.click()
        with contextlib.suppress(AssertionError):
            expect(shown).to_be_visible(timeout=5_000)
            return


@pytest.mark.parametrize(("locale", "language"), [("ko-KR", "ko"), ("en-GB", "en")])
def test_the_document_says_its_language(browser: Browser, app_on_fake: str, locale: str, language: str) -> None:
    with reading_page(browser, app_on_fake, locale=locale) as page:
        expect(page.page.locator("html")).to_have_attribute("lang", language)


def test_the_uploader_speaks_korean(browser: Browser, app_on_fake: str, fake: FakeBackend, tmp_path: Path) -> None:
    with reading_page(browser, app_on_fake, locale="ko-KR") as page:
        uploader = page.page.get_by_test_id("stFileUploaderDropzone")
        expect_laid_over(uploader.locator("button p"), KOREAN.upload_button)
        uploader.evaluate(
            """(one) => { const data = new DataTransfer();
            data.items.add(new File(["words"], "tag.jpg", { type: "image/jpeg" }));
            for (const kind of ["dragenter", "dragover"])
                one.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true })); }"""
        )
        expect_laid_over(page.page.get_by_text("Drag and drop"), KOREAN.upload_drop)
    with reading_page(browser, app_on_fake, locale="ko-KR") as page:
        film = tmp_path / "film.mp4"
        with film.open("wb") as file:
            file.truncate(65 * 2**20)
        page.page.locator("input[type=file]").set_input_files(film)
        other = page.page.get_by_test_id("stFileUploaderDropzone").get_by_test_id("stBaseButton-borderlessIcon")
        expect_laid_over(other, KOREAN.upload_other)
        page.page.get_by_test_id("stFileChip").hover()
        expect_laid_over(page.page.get_by_test_id("stTooltipErrorContent"), KOREAN.upload_refused)


def test_an_address_without_a_page_and_a_server_that_is_gone_are_told_in_korean(
    browser: Browser, fake: FakeBackend, tmp_path: Path
) -> None:
    with running_app(fake.url, tmp_path / "log") as url:
        context = browser.new_context(locale="ko-KR")
        page = context.new_page()
        dialog = page.get_by_role("dialog")
        page.goto(f"{url}/nowhere")
        expect_laid_over(dialog.get_by_text("does not seem to exist"), KOREAN.page_missing)
        page.goto(url)
        expect(page.get_by_test_id("stFileUploader")).to_be_visible()
    expect_laid_over(dialog.locator("h2"), KOREAN.dialog_title)
    expect_laid_over(dialog.locator("h2 + div > div"), KOREAN.connection_lost)
    context.close()


def test_buttons_and_choices_of_the_team_s_page_speak_korean(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    context = browser.new_context(locale="ko-KR")
    page = context.new_page()
    page.goto(f"{app_on_fake}/data")
    page.locator(".st-key-typed-token input").fill(TOKEN)
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    chart = page.get_by_test_id("stVegaLiteChart").first
    for button in ("Show data", "Download as PNG", "Copy Vega-Lite spec", "Fullscreen"):
        chart.hover()
        expect_laid_over(tooltip(page, page.get_by_role("button", name=KOREAN.names[button])), KOREAN.names[button])
    fake.refusals = {"GET /v1/team/cycles/": problem(503, "store-unavailable")}
    failure = page.get_by_test_id("stDownloadButtonError")
    press_until(page.get_by_test_id("stDownloadButton").get_by_role("button"), failure)
    expect_laid_over(failure, KOREAN.download_failed)
    choice = page.get_by_test_id("stSelectbox").first.locator("input")
    choice.click()
    choice.fill("nothing like it")
    expect_laid_over(page.get_by_text("No results"), KOREAN.nothing_found)
    expect(choice).to_have_attribute("placeholder", DATA_TEXTS["ko"].choose)
    context.close()


def test_screen_readers_hear_korean_names(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    # The heading's script, which names them, may come after what it names.
    all_named = """() => ![...document.querySelectorAll("[aria-label], [title], [placeholder]")]
      .filter((node) => node.getClientRects().length && !node.closest("[aria-hidden=true]"))
      .flatMap((node) => ["aria-label", "title", "placeholder"].map((name) => node.getAttribute(name)))
      .some((name) => name && !/[가-힣]/.test(name) && /[a-z]{3}/.test(name) && !name.startsWith("a.zip"))"""
    with reading_page(browser, app_on_fake, locale="ko-KR") as page:
        page.page.wait_for_function(all_named)
        page.upload(encode(draw_tag("CW2288-111")))
        page.expect_text("CW2288-111")
        page.settle()
        page.page.wait_for_function(all_named)
        page.page.goto(f"{app_on_fake}/several?lang=ko")
        chosen = page.page.locator("input[type=file]")
        # The page takes it over at once, unless it is of no use.
        chosen.set_input_files({"name": "a.zip", "mimeType": "application/zip", "buffer": b"PK\x05\x06" + bytes(18)})
        expect(page.page.get_by_role("button", name=KOREAN.names["Add files"])).to_be_visible()
        page.settle()
        page.page.wait_for_function(all_named)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_follow_the_system_s_colours_and_every_text_stands_out(
    browser: Browser, app_on_fake: str, fake: FakeBackend, scheme: Literal["light", "dark"]
) -> None:
    with reading_page(browser, app_on_fake, color_scheme=scheme) as page:
        expect(page.page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
        assert faint_texts(page.page) == []
        page.upload(encode(draw_tag("CW2288-111")))
        page.expect_text("CW2288-111")
        expect(page.offers.first).to_be_visible()
        page.settle()
        assert faint_texts(page.page) == []
    context = browser.new_context(color_scheme=scheme)
    data = context.new_page()
    data.goto(f"{app_on_fake}/data")
    data.locator(".st-key-typed-token input").fill(TOKEN)
    data.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    for number in range(4):
        data.locator(".st-key-section button").nth(number).click()
        expect(data.get_by_test_id("stHeading").nth(1)).to_be_visible()
        expect(data.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        assert faint_texts(data) == []
    context.close()
