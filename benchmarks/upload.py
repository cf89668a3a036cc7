"""How long a photo takes to the pages over a slow network, as it is and as the page shrinks it in the browser.

    python -m benchmarks.upload [--kilobits 400] [--photo PHOTO]

Needs Chromium and the development environment. The browser imitates the network. Prints bytes sent and the seconds from
the choice of the photo until its upload has ended, for both in the same run, and their ratios. Without a photo, a tag
drawn on 12 megapixels with the noise of a camera is sent.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, FilePayload, sync_playwright

from benchmarks.drivers.reading_page import chromium_path
from benchmarks.drivers.server import running_app
from benchmarks.drivers.tag_picture import draw_tag, encode
from ocr_model.command_line import run_command

NO_BACKEND = "http://127.0.0.1:9"
_ROUND_TRIP = 60  # milliseconds, of a mobile network
_UPLOADS = "/_stcore/upload_file/"
_FAST = """Object.defineProperty(navigator, "connection",
{ value: { effectiveType: "4g", downlink: 10, saveData: false } })"""


def drawn_photo() -> bytes:
    """A JPEG of 12 megapixels, of about the size of a phone's."""
    tag = np.asarray(draw_tag("CW2288-111", size=(4000, 3000), letter=300)).astype(np.float32)
    noise = np.random.default_rng(15).normal(0, 6, (3000, 4000, 1))
    return encode(Image.fromarray(np.clip(tag * 0.9 + noise, 0, 255).astype(np.uint8)), "JPEG", quality=88)


def upload(browser: Browser, url: str, photo: bytes, kilobits: float, *, shrinks: bool) -> tuple[int, float]:
    """Bytes of the uploaded file, and seconds until its upload has ended."""
    context = browser.new_context()
    if not shrinks:
        context.add_init_script(_FAST)
    page = context.new_page()
    page.goto(url)
    page.get_by_test_id("stFileUploader").wait_for()
    page.wait_for_timeout(2000)  # until the page has loaded all
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    speed = kilobits * 1e3 / 8
    slow = {"offline": False, "latency": _ROUND_TRIP, "downloadThroughput": speed, "uploadThroughput": speed}
    network.send("Network.emulateNetworkConditions", slow)
    begun = time.perf_counter()
    with page.expect_response(
        lambda answer: _UPLOADS in answer.url and answer.request.method == "PUT", timeout=0
    ) as sent:
        page.locator("input[type=file]").set_input_files(
            [FilePayload(name="tag.jpg", mimeType="image/jpeg", buffer=photo)]
        )
    seconds = time.perf_counter() - begun
    size = int(sent.value.request.all_headers()["content-length"])
    context.close()
    return size, seconds


def main() -> int:
    """Measure both and print a table; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.upload", description=__doc__)
    parser.add_argument("--kilobits", type=float, default=400.0, help="speed of the network, kilobits a second")
    parser.add_argument("--photo", type=Path, help="a photo to send")
    args = parser.parse_args()
    path = chromium_path()
    if path is None:
        parser.error("there is no Chromium (Debian: apt-get install chromium)")
    photo = drawn_photo() if args.photo is None else args.photo.read_bytes()
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        running_app(NO_BACKEND, Path(folder) / "pages.log") as pages,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        shrunk = upload(browser, pages, photo, args.kilobits, shrinks=True)
        whole = upload(browser, pages, photo, args.kilobits, shrinks=False)
        browser.close()
    print(f"| a photo at {args.kilobits:g} kbit/s | shrunk in the browser | as it is | ratio |\n|---|---|---|---|")
    print(f"| uploaded, kB | {shrunk[0] / 1e3:.0f} | {whole[0] / 1e3:.0f} | {shrunk[0] / whole[0]:.2f} |")
    print(f"| until uploaded, s | {shrunk[1]:.1f} | {whole[1]:.1f} | {shrunk[1] / whole[1]:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main))
