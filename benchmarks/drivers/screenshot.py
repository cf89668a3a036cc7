"""Take the README's picture of the running app: `python -m benchmarks.drivers.screenshot`.

The app and the backend must be running (`make app`). The tag is drawn, not photographed, and nothing is kept:
the picture shows the page before the reading is confirmed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from benchmarks.drivers.reading_page import chromium_path, reading_page
from benchmarks.drivers.tag_picture import draw_tag, encode
from ocr_model.command_line import run_command


def main() -> None:
    """Upload a drawn tag, wait for the reading and the price part, and take the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8501", help="address of the running app")
    parser.add_argument("--out", type=Path, default=Path("docs/screenshot.png"), help="file to write")
    parser.add_argument("--locale", default="en-US", help="the browser's language, ko-KR for Korean")
    parser.add_argument("--text", default="CW2288-111", help="text of the drawn tag")
    parser.add_argument("--width", type=int, default=1180, help="window width in pixels")
    parser.add_argument("--height", type=int, default=1180, help="window height in pixels")
    arguments = parser.parse_args()
    path = chromium_path()
    if path is None:
        parser.error("there is no Chromium (Debian: apt-get install chromium)")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        size = (arguments.width, arguments.height)
        with reading_page(browser, arguments.url, locale=arguments.locale, size=size) as page:
            page.upload(encode(draw_tag(arguments.text)))
            expect(page.characters).to_be_visible()
            expect(page.lines.first).to_be_visible()
            expect(page.page.get_by_test_id("stLinkButton").first).to_be_visible()
            page.page.screenshot(path=arguments.out)
        browser.close()
    print(arguments.out)


if __name__ == "__main__":
    sys.exit(run_command(main))
