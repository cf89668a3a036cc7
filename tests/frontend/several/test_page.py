"""The page "Several photos" in a real browser."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import pytest
from fastapi.responses import JSONResponse
from playwright.sync_api import Browser, FilePayload, expect

from benchmarks.drivers.reading_page import PHONE
from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.several.texts import SEVERAL_TEXTS
from tests.frontend.contrast import faint_texts
from tests.frontend.fake_backend import FakeBackend

pytestmark = pytest.mark.browser

TEXTS = SEVERAL_TEXTS["ko"]
PHOTOS = 40


def shop_zip() -> bytes:
    stream = io.BytesIO()
    picture = encode(draw_tag("CW2288-111"), "JPEG")
    with zipfile.ZipFile(stream, "w") as package:
        for number in range(PHOTOS):
            package.writestr(f"매장/{number:02}.jpg", picture)
        package.writestr("__MACOSX/._00.jpg", b"litter")
        package.writestr("older.zip", b"PK\x03\x04")
    return stream.getvalue()


def test_a_zip_of_forty_photos_becomes_a_table_a_workbook_and_labels(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    fake.tag_seconds = 0.1
    busy = {"type": "urn:shoe-tag:problem:overloaded", "title": "Busy", "status": 503, "kind": "overloaded"}
    context = browser.new_context(locale="ko-KR", viewport={"width": PHONE[0], "height": PHONE[1]})
    context.set_default_timeout(120_000)
    expect.set_options(timeout=120_000)
    page = context.new_page()
    page.goto(f"{app_on_fake}/several")
    limit = page.get_by_test_id("stFileUploaderDropzoneInstructions")
    expect(limit).to_be_in_viewport(ratio=1)
    page.locator("input[type=file]").set_input_files(
        [
            FilePayload(name="매장.zip", mimeType="application/zip", buffer=shop_zip()),
            FilePayload(name="메모.txt", mimeType="text/plain", buffer=b"no photo"),
        ]
    )
    page.locator(".st-key-several-stop button").click()
    expect(page.get_by_text(TEXTS.stopped)).to_be_visible()
    fake.refusals = {"POST /v1/tags": JSONResponse(busy, 503, {"Retry-After": "2"})}
    page.locator(".st-key-several-go-on button").click()
    expect(page.get_by_text("서버가 바빠서")).to_be_visible()
    fake.refusals = {}
    expect(
        page.get_by_text(TEXTS.progress.format(done=PHOTOS + 2, total=PHOTOS + 2, read=PHOTOS, empty=0, failed=2))
    ).to_be_visible()
    expect(page.get_by_text(TEXTS.file_faults["zip-inside"])).to_be_visible()
    expect(page.locator(".photo-table button")).to_have_count(PHOTOS)
    assert len(fake.tags) == PHOTOS

    page.locator(".photo-table button").nth(7).click()
    expect(page.locator(".code")).to_have_attribute("data-code", "CW2288-111")
    expect(page.locator(".st-key-opened-photo .st-key-stage")).to_be_in_viewport(ratio=0.8)
    expect(page.locator(".offer .amount").first).to_be_visible()
    page.locator(".st-key-accept").get_by_role("button").click()
    expect(page.locator(".photo-table td.of-confirmed").nth(7)).to_have_text(TEXTS.is_confirmed)
    assert faint_texts(page) == []
    beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert beyond <= 0

    with page.expect_download() as download:
        page.locator(".st-key-several-xlsx button").click()
    sheet = ElementTree.fromstring(zipfile.ZipFile(download.value.path()).read("xl/worksheets/sheet1.xml"))
    rows = [
        "|".join(row.itertext()) for row in sheet.iter("{http://schemas.openxmlformats.org/spreadsheetml/2006/main}row")
    ]
    assert len(rows) == 1 + PHOTOS + 2
    assert rows[1].startswith("매장.zip/매장/00.jpg|1|CW2288-111|")
    assert rows[-2].startswith("메모.txt|실패|")
    assert rows[-1].startswith("매장.zip/older.zip|실패|")
    context.close()
