"""Times the page: a 12-megapixel photo, the real backend, a price service that answers after 0.3 s.

    python -m benchmarks.page [--taps 8]

Needs Chromium and the development environment. Prints medians, and beside each the ratio to the time of the same photo
at the backend's API in the same run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests
from playwright.sync_api import expect, sync_playwright

from benchmarks.drivers.reading_page import chromium_path, reading_page
from benchmarks.drivers.server import running_app, running_backend
from benchmarks.drivers.tag_picture import draw_tag, encode
from ocr_model.command_line import run_command

PHOTO = (4032, 3024)
PRICE_SECONDS = 0.3


class _PriceService(BaseHTTPRequestHandler):
    """Answers like Naver Shopping's search, after 0.3 s."""

    def do_GET(self) -> None:
        time.sleep(PRICE_SECONDS)
        query = self.path.partition("query=")[2].partition("&")[0]
        item = {
            "title": f"Shoe {query}",
            "link": "https://shop.example/1",
            "image": "",
            "lprice": "99000",
            "hprice": "",
        }
        item |= {"mallName": "Mall", "productId": "1", "productType": "1", "maker": "", "brand": ""}
        answer = json.dumps({"total": 1, "start": 1, "display": 1, "items": [item]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def price_service() -> Iterator[str]:
    """The address of a running price service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _PriceService)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--taps", type=int, default=8, help="times that another line is chosen")
    taps = parser.parse_args().taps
    codes = ("CW2288-111", "DV1748-601", "FN6341-100")
    photos = [encode(draw_tag(code, size=PHOTO, letter=400), "JPEG", quality=92) for code in codes]
    with (
        tempfile.TemporaryDirectory() as scratch,
        price_service() as prices,
        running_backend(
            Path(scratch) / "spool",
            Path(scratch) / "backend.log",
            NAVER_CLIENT_ID="id",
            NAVER_CLIENT_SECRET="secret",  # of the price service above
            NAVER_BASE_URL=prices,
        ) as backend,
        running_app(backend, Path(scratch) / "app.log") as url,
        sync_playwright() as playwright,
    ):
        api = []
        for photo in photos:
            began = time.perf_counter()
            requests.post(f"{backend}/v1/tags", files={"image": photo}, timeout=40).raise_for_status()
            api.append(time.perf_counter() - began)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        uploads, moves, waits = [], [], []
        for photo in photos:
            with reading_page(browser, url) as page:
                began = time.perf_counter()
                page.upload(photo, "tag.jpg", "image/jpeg")
                expect(page.characters).to_be_visible(timeout=60_000)
                read = time.perf_counter()
                uploads.append(read - began)
                expect(page.offers.first).to_be_visible()
                waits.append(time.perf_counter() - read)
                page.settle()
                for number in range(taps):
                    shown = page.reading_id()
                    page.lines.nth(0 if number % 2 == 0 else 2).focus()  # neither is the code, which is shown first
                    page.page.keyboard.press("Enter")
                    began = time.perf_counter()
                    page.expect_reading_after(shown)
                    moves.append(time.perf_counter() - began)
        browser.close()
    base = statistics.median(api)
    print(f"one photo at the API           {base * 1000:6.0f} ms")
    for name, seconds in (
        ("photo chosen to its reading", uploads),
        ("line chosen to its reading", moves),
        ("reading to price (0.3 s service)", waits),
    ):
        median = statistics.median(seconds)
        print(f"{name:30s} {median * 1000:6.0f} ms  {median / base:5.1f} x, worst {max(seconds) * 1000:.0f} ms")


if __name__ == "__main__":
    sys.exit(run_command(main))
