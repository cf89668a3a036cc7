"""The page "Read a tag" as a shopper handles it in a browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, FilePayload, FloatRect, Locator, Page, expect

DESKTOP = (1180, 900)
PHONE = (390, 844)
# How long the page may take for anything, also on a machine that does other work.
SECONDS = 120


def chromium_path() -> str | None:
    """Return where a Chromium is installed; None without one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class ReadingPage:
    """Finds elements of the page by their visible text or by the widgets' keys, and waits for them."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, url: str) -> None:
        """Go to the page and wait until it can be used."""
        self.page.goto(url)
        expect(self.uploader).to_be_visible()
        self.settle()

    def settle(self) -> None:
        """Wait until Streamlit has run: until then, widgets of the last run may stand beside their successors."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")

    def upload(self, data: bytes, name: str = "tag.png", media_type: str = "image/png") -> None:
        """Choose a picture in the file picker."""
        self.page.locator("input[type=file]").set_input_files(
            [FilePayload(name=name, mimeType=media_type, buffer=data)]
        )

    @property
    def uploader(self) -> Locator:
        """The file picker."""
        return self.page.get_by_test_id("stFileUploader")

    @property
    def picture(self) -> Locator:
        """The photo on the page, with all that lies on it."""
        return self.widget("stage")

    @property
    def lines(self) -> Locator:
        """The lines on the photo that can be chosen."""
        return self.picture.locator("polygon[role=button]")

    @property
    def canvas(self) -> Locator:
        """The canvas that the box is drawn on which marks a line by hand."""
        return self.page.frame_locator('iframe[title*="st_cropper"]').locator(".upper-canvas")

    def canvas_area(self) -> FloatRect:
        """Return where that canvas lies in the window, once the box shows its handles."""
        self.settle()
        expect(self.page.locator('iframe[title*="st_cropper"]')).to_have_count(1)
        expect(self.page.locator("[data-touched]")).to_have_count(1)
        self.canvas.scroll_into_view_if_needed()
        area = self.canvas.bounding_box()
        if area is None:
            raise RuntimeError("the cropper's canvas is not visible")
        return area

    def picture_area(self) -> FloatRect:
        """Return where the photo lies in the window."""
        self.picture.scroll_into_view_if_needed()
        area = self.picture.bounding_box()
        if area is None:
            raise RuntimeError("the photo is not visible")
        return area

    @property
    def characters(self) -> Locator:
        """The line as read; the last where that of the run before has not gone yet."""
        return self.page.locator(".characters").last

    @property
    def code(self) -> Locator:
        """The code to search for; see `characters`."""
        return self.page.locator(".code").last

    @property
    def alert(self) -> Locator:
        """Messages of any kind."""
        return self.page.get_by_test_id("stAlert")

    @property
    def saved(self) -> Locator:
        """The message that a label is kept."""
        return self.page.get_by_test_id("stAlertContentSuccess")

    @property
    def offers(self) -> Locator:
        """The prices of the offers."""
        return self.page.locator(".offer .amount")

    def widget(self, key: str) -> Locator:
        """Return the container of the widget with this key."""
        return self.page.locator(f".st-key-{key}")

    def press(self, key: str, *, at_once: bool = False) -> None:
        """Press the button with this key, once the page is drawn unless `at_once`."""
        if not at_once:
            self.settle()
        self.widget(key).get_by_role("button").click()

    def expect_text(self, text: str) -> None:
        """Wait until exactly this line is shown as the one to confirm."""
        expect(self.characters).to_have_attribute("aria-label", text)

    def expect_code(self, code: str) -> None:
        """Wait until exactly this code is shown."""
        expect(self.code).to_have_attribute("data-code", code)

    def reading_id(self) -> str:
        """Return the id of the reading that is shown."""
        return self.page.locator("[data-reading]").get_attribute("data-reading") or ""

    def expect_reading_after(self, earlier: str) -> str:
        """Wait until a reading other than `earlier` is shown; return its id."""
        expect(self.page.locator("[data-reading]")).not_to_have_attribute("data-reading", earlier)
        return self.reading_id()

    def type_line(self, text: str) -> None:
        """Replace the line in the correction field and save it."""
        self.settle()
        field = self.page.locator('[class*="st-key-typed-"] input')
        expect(field).to_have_count(1)
        field.fill(text)
        self.page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()

    def drag(self, start: tuple[float, float], end: tuple[float, float], area: FloatRect | None = None) -> None:
        """Drag on the cropper, or in another area; points are shares of it."""
        area = area or self.canvas_area()
        mouse = self.page.mouse
        points = [(area["x"] + x * area["width"], area["y"] + y * area["height"]) for x, y in (start, end)]
        mouse.move(*points[0])
        mouse.down()
        mouse.move(*points[1], steps=6)
        mouse.up()

    def overflow(self) -> int:
        """Return the CSS pixels by which anything stands out of the window sideways."""
        beyond = self.page.evaluate(
            """() => Math.max(0, ...[...document.querySelectorAll('[data-testid="stMain"] *')]
                .filter((node) => node.getClientRects().length)
                .filter((node) => !node.closest('.st-key-cards, .st-key-stage'))  // cut off there, or scrolled
                .filter((node) => !node.matches('input[type=range]'))  // a slider's, for screen readers: not seen
                .map((node) => node.getBoundingClientRect().right - window.innerWidth))"""
        )
        return round(float(beyond))


@contextmanager
def reading_page(
    browser: Browser, url: str, *, locale: str = "en-US", size: tuple[int, int] = DESKTOP, **options: Any
) -> Iterator[ReadingPage]:
    """Open the page in a fresh browser session."""
    context = browser.new_context(
        locale=locale,
        timezone_id="Asia/Seoul",
        viewport={"width": size[0], "height": size[1]},
        **options,
    )
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    try:
        page = ReadingPage(context.new_page())
        page.open(url)
        yield page
    finally:
        context.close()


def stored_files(spool: Path, pattern: str) -> list[Path]:
    """Return the files of the sample store whose names match the pattern, sorted."""
    return sorted(path for path in spool.rglob(pattern) if path.is_file())


def stored_text(spool: Path) -> str:
    """Return all label events of the store, one after the other."""
    return "\n".join(path.read_text() for path in stored_files(spool, "*.json*"))


HANGUL = re.compile("[가-힣]")
