"""The whole way in a real browser, in front of the real backend with the shipped model."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from benchmarks.drivers.reading_page import DESKTOP, PHONE, reading_page, stored_files, stored_text
from benchmarks.drivers.tag_picture import draw_tag, encode
from datasets.samples.review import UNPROVEN
from frontend.language import Language
from frontend.read_tag.texts import TEXTS
from tests.frontend.odd_pictures import ODD_PICTURES

pytestmark = pytest.mark.browser
LOCALES: dict[Language, str] = {"ko": "ko-KR", "en": "en-US"}


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)], ids=["ko-phone", "en-desktop"])
def test_a_tag_is_uploaded_read_marked_corrected_kept_and_deleted(
    browser: Browser, app_on_backend: str, spool: Path, language: Language, size: tuple[int, int]
) -> None:
    texts = TEXTS[language]
    earlier_crops = stored_files(spool, "*.png")
    corrected = f"CW2288-{'1' if size == PHONE else '2'}{'8' if language == 'ko' else '9'}2"
    with reading_page(browser, app_on_backend, locale=LOCALES[language], size=size) as page:
        # No tap from the photo to the code.
        page.upload(encode(draw_tag("CW2288-111")))
        page.expect_text("CW2288-111")
        page.expect_code("CW2288-111")
        expect(page.code).to_be_in_viewport()
        expect(page.lines).to_have_count(3)
        expect(page.page.get_by_text(texts.code_label)).to_be_visible()
        expect(page.page.locator(".brands")).to_contain_text("Nike")
        for name in ("KREAM", "Google"):
            link = page.page.get_by_role("link", name=texts.search_names.get(name, name))
            assert "CW2288-111" in (link.get_attribute("href") or "")

        # The same line in a box that is set by hand.
        first = page.reading_id()
        page.settle()
        page.press("mark")
        second = page.expect_reading_after(first)
        page.expect_text("CW2288-111")
        page.settle()
        page.drag((0.5, 0.5), (0.5, 0.53))
        page.expect_reading_after(second)
        page.expect_text("CW2288-111")
        assert stored_files(spool, "*.png") == earlier_crops, "nothing is kept before the shopper says so"

        page.type_line(corrected)
        expect(page.saved).to_contain_text(corrected)
        page.expect_code(corrected)
        (crop,) = set(stored_files(spool, "*.png")) - set(earlier_crops)
        kept = Image.open(io.BytesIO(crop.read_bytes()))
        assert kept.width > 3 * kept.height > 0
        assert corrected in stored_text(spool)

        page.press("undo")
        expect(page.alert.filter(has_text=texts.undone)).to_be_visible()
        assert stored_files(spool, "*.png") == earlier_crops
        expect(page.widget("accept")).to_contain_text(texts.accept)
        assert page.overflow() == 0

        # The backend has forgotten this reading with the undo: the label carries the photo again, and its proof.
        page.press("accept")
        expect(page.saved).to_contain_text("CW2288-111")
        assert len(stored_files(spool, "*.png")) == len(earlier_crops) + 1
        assert UNPROVEN not in stored_text(spool)
        page.press("undo")
        expect(page.alert.filter(has_text=texts.undone)).to_be_visible()


def test_a_picture_of_any_kind_is_read(browser: Browser, app_on_backend: str) -> None:
    with reading_page(browser, app_on_backend) as page:
        for name in ODD_PICTURES.keys() - {"HEIC"}:
            page.upload(ODD_PICTURES[name], f"{name}.png")
            page.expect_text("CW2288-111")
            expect(page.lines.first).to_be_visible()
            page.press("another-photo")
            expect(page.uploader).to_be_visible()
            expect(page.characters).to_have_count(0)


def test_a_photo_that_lies_on_its_side_is_read_as_it_is_and_turned(browser: Browser, app_on_backend: str) -> None:
    lying = draw_tag("CW2288-111").transpose(Image.Transpose.ROTATE_90)
    with reading_page(browser, app_on_backend) as page:
        page.upload(encode(lying, "JPEG", quality=92), "tag.jpg", "image/jpeg")
        page.expect_text("CW2288-111")
        page.settle()
        first = page.reading_id()
        page.press("turn-right")
        page.expect_reading_after(first)
        page.expect_text("CW2288-111")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_text_that_is_refused_is_corrected_and_never_repeated(
    browser: Browser, app_on_backend: str, spool: Path, language: Language
) -> None:
    texts = TEXTS[language]
    with reading_page(browser, app_on_backend, locale=LOCALES[language], size=PHONE) as page:
        page.upload(encode(draw_tag("CW2288-111")))
        page.expect_text("CW2288-111")
        page.type_line("СW2288-112")
        cyrillic, korean = (texts.scripts.get(script, script) for script in ("Cyrillic", "Korean"))
        expect(page.alert.filter(has_text=f"‘С’ ({cyrillic})")).to_be_visible()
        expect(page.widget("retry-label")).to_have_count(0)
        page.type_line("ㅊㅉ2288ㅡ112")
        expect(page.alert.filter(has_text=f"‘ㅊ’ ({korean})")).to_be_visible()
        expect(page.widget("retry-label")).to_have_count(0)
        expect(page.widget("suggestion-1-label")).to_contain_text("CW2288M112")
        assert page.overflow() == 0
        page.press("suggestion-0-label")
        expect(page.saved).to_contain_text("CW2288-112")
        page.expect_code("CW2288-112")
        page.press("undo")
        expect(page.alert.filter(has_text=texts.undone)).to_be_visible()

        # Refused when the photo is turned and read anew already.
        page.type_line("ㅊㅉ2288ㅡ113")
        expect(page.alert.filter(has_text=f"‘ㅊ’ ({korean})")).to_be_visible()
        page.settle()
        first = page.reading_id()
        page.press("turn-over")
        page.expect_reading_after(first)
        page.settle()
        expect(page.widget(f"retry-{first}")).to_have_count(0)
        page.page.locator(f".st-key-again-{first} input").fill("CW2288ㅡ114")
        page.page.locator(f".st-key-again-{first} input").press("Enter")
        expect(page.page.get_by_text(texts.kept_title.format(count=1))).to_be_visible()
        assert "CW2288-114" in stored_text(spool)


def test_what_is_typed_without_keeping_it_is_named_and_offered_too(browser: Browser, app_on_backend: str) -> None:
    with reading_page(browser, app_on_backend) as page:
        page.upload(encode(draw_tag("CW2288-111")))
        page.expect_text("CW2288-111")
        page.settle()
        page.widget("keep-switch").locator("label").click()
        page.type_line("ㅎㅉ2871")
        expect(page.alert.filter(has_text="‘ㅎ’ (Korean)")).to_be_visible()
        page.press("search-suggestion-0")
        page.expect_code("GW2871")
        expect(page.page.get_by_role("link", name="KREAM")).to_have_attribute("href", re.compile("GW2871"))
        page.type_line("ｃｗ2288ㅡ112\u3164")
        page.expect_code("CW2288-112")  # as it can be searched for
