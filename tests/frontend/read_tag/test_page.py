"""The whole way in a real browser, in front of the real backend with the shipped model."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from benchmarks.drivers.reading_page import DESKTOP, PHONE, reading_page, stored_files, stored_text
from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.language import Language
from frontend.read_tag.texts import TEXTS

pytestmark = pytest.mark.browser
LOCALES: dict[Language, str] = {"ko": "ko-KR", "en": "en-US"}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_tag_is_uploaded_cropped_read_corrected_kept_and_deleted(
    browser: Browser, app_on_backend: str, spool: Path, language: Language, size: tuple[int, int]
) -> None:
    texts = TEXTS[language]
    earlier_crops = stored_files(spool, "*.png")
    corrected = f"CW2288-{'1' if size == PHONE else '2'}{'8' if language == 'ko' else '9'}2"
    with reading_page(browser, app_on_backend, locale=LOCALES[language], size=size) as page:
        page.upload(encode(draw_tag("CW2288-111")))
        page.expect_text("CW2288-111")
        page.expect_code("CW2288-111")
        expect(page.page.get_by_text(texts.code_label)).to_be_visible()
        expect(page.page.locator(".brands")).to_contain_text("Nike")
        for name in ("KREAM", "Google"):
            link = page.page.get_by_role("link", name=texts.search_names.get(name, name))
            assert "CW2288-111" in (link.get_attribute("href") or "")

        # Another box: the band is moved down a little, and the line is still whole.
        first = page.reading_id()
        page.drag((0.5, 0.5), (0.5, 0.52))
        page.expect_reading_after(first)
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

        # The backend has forgotten this reading with the undo: the label carries the crop again.
        page.press("accept")
        expect(page.saved).to_contain_text("CW2288-111")
        assert len(stored_files(spool, "*.png")) == len(earlier_crops) + 1
        page.press("undo")
        expect(page.alert.filter(has_text=texts.undone)).to_be_visible()


def test_a_photo_that_lies_on_its_side_is_read_once_turned(browser: Browser, app_on_backend: str) -> None:
    lying = draw_tag("CW2288-111").transpose(Image.Transpose.ROTATE_90)
    with reading_page(browser, app_on_backend) as page:
        page.upload(encode(lying, "JPEG", quality=92), "tag.jpg", "image/jpeg")
        expect(page.canvas).to_be_visible()
        page.press("turn-right")
        page.expect_text("CW2288-111")
