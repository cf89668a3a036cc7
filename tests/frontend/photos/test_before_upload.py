"""Photos on their way to the uploader, in a real browser."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from benchmarks.drivers.reading_page import ReadingPage, reading_page
from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.photos.before_upload import ENOUGH, STEPS
from tests.frontend.fake_backend import FakeBackend
from tests.frontend.odd_pictures import ODD_PICTURES

pytestmark = pytest.mark.browser

_ON_ITS_SIDE = 6  # EXIF: a quarter turn clockwise makes it upright
_PASTE = """([data, type]) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const clipboard = new DataTransfer();
  clipboard.items.add(new File([bytes], "image.png", { type }));
  const options = { clipboardData: clipboard, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new ClipboardEvent("paste", options));
}"""
_DROP = """([data, type]) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "tag.jpg", { type }));
  const uploader = document.querySelector("[data-testid=stFileUploaderDropzone]");
  uploader.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def large_photo() -> bytes:
    """A tag as a phone photographs it, lying on its side with an orientation that says so."""
    tag = draw_tag("CW2288-111", size=(3000, 4000), letter=300)
    noise = np.random.default_rng(1).integers(0, 40, (4000, 3000, 1), dtype=np.uint8)
    noisy = Image.fromarray(np.asarray(tag) - np.minimum(noise, np.asarray(tag)))
    exif = Image.Exif()
    exif[0x0112] = _ON_ITS_SIDE
    return encode(noisy.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=92, exif=exif)


LARGE = large_photo()


def say_network(page: Page, megabits: float) -> None:
    """Let the browser tell of a network of this speed, without slowing this machine's down."""
    page.evaluate(
        """(downlink) => Object.defineProperty(navigator, "connection",
        { value: { effectiveType: "4g", downlink, saveData: false } })""",
        megabits,
    )


def choose(page: ReadingPage, data: bytes) -> None:
    page.upload(data, "tag.jpg", "image/jpeg")


def drop(page: ReadingPage, data: bytes) -> None:
    page.page.evaluate(_DROP, [base64.b64encode(data).decode(), "image/jpeg"])


def paste(page: ReadingPage, data: bytes) -> None:
    page.page.evaluate(_PASTE, [base64.b64encode(data).decode(), "image/jpeg"])


@pytest.mark.parametrize("give", [choose, drop, paste])
def test_a_large_photo_is_shrunk_and_turned_upright_on_a_slow_network(
    browser: Browser, app_on_fake: str, fake: FakeBackend, give: Callable[[ReadingPage, bytes], None]
) -> None:
    with reading_page(browser, app_on_fake) as page:
        say_network(page.page, 0.4)
        give(page, LARGE)
        page.expect_text("CW2288-111")
    uploaded = Image.open(io.BytesIO(fake.tags[0][0]))
    assert uploaded.height in {side for side, _ in STEPS}
    assert uploaded.width == uploaded.height * 3 // 4
    assert len(fake.tags[0][0]) <= ENOUGH or uploaded.height == STEPS[-1][0]


def test_a_photo_of_less_than_a_megabyte_is_shrunk_to_what_a_slow_network_takes_in_seconds(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    photo = Image.open(io.BytesIO(LARGE)).transpose(Image.Transpose.ROTATE_270).resize((1500, 2000))
    data = encode(photo, "JPEG", quality=90)
    assert 500_000 < len(data) < 1_500_000
    with reading_page(browser, app_on_fake) as page:
        say_network(page.page, 0.4)
        choose(page, data)
        page.expect_text("CW2288-111")
    assert len(fake.tags[0][0]) <= ENOUGH
    assert max(Image.open(io.BytesIO(fake.tags[0][0])).size) >= STEPS[-1][0]


def test_a_pasted_picture_is_read_as_it_is_on_a_fast_network(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        say_network(page.page, 1.6)
        paste(page, LARGE)
        page.expect_text("CW2288-111")
    assert [photo for photo, _ in fake.tags] == [LARGE]


def test_what_the_browser_cannot_decode_is_uploaded_as_it_is(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    data = ODD_PICTURES["HEIC"] + bytes(500_000)
    with reading_page(browser, app_on_fake) as page:
        say_network(page.page, 0.4)
        page.upload(data, "tag.heic", "image/heic")
        expect(page.picture.or_(page.alert).first).to_be_visible()
    assert fake.previews == 1


def test_a_page_that_loaded_slowly_is_taken_for_a_slow_network_where_the_browser_says_nothing(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.page.evaluate(
            """() => {
            Object.defineProperty(navigator, "connection", { value: undefined });
            performance.getEntriesByType = () => [{ transferSize: 300000, requestStart: 100, responseEnd: 5000 }];
            }"""
        )
        choose(page, LARGE)
        page.expect_text("CW2288-111")
    assert len(fake.tags[0][0]) < len(LARGE) / 3
