"""What a first visit to the pages loads, beside the same pages as Streamlit alone serves them.

    python -m benchmarks.first_load [--megabits 3]

Needs Chromium and the development environment. Prints bytes by kind and the time until the page can be used over a slow
network that the browser imitates, for both in the same run, and their ratios.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.drivers.reading_page import chromium_path
from benchmarks.drivers.server import free_port, program, running_app
from ocr_model.command_line import run_command

NO_BACKEND = "http://127.0.0.1:9"
_ROUND_TRIP = 60  # milliseconds, of a mobile network


def kind_of(url: str) -> str:
    """Whose file it is: Streamlit's, by kind, or ours (the page itself, its components and its CSS)."""
    if "/static/" not in url:
        return "ours, and Streamlit's page around it"
    if url.endswith((".woff2", ".ttf", ".woff")):
        return "Streamlit's fonts and icons"
    return "Streamlit's scripts and styles"


def visit(browser: Browser, url: str, megabits: float) -> tuple[Counter[str], float]:
    """Bytes on the wire by kind, and seconds until a photo can be chosen, with an empty cache."""
    context = browser.new_context(locale="ko-KR")
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    speed = megabits * 1e6 / 8
    slow = {"offline": False, "latency": _ROUND_TRIP, "downloadThroughput": speed, "uploadThroughput": speed}
    network.send("Network.emulateNetworkConditions", slow)
    urls: dict[str, str] = {}
    sizes: Counter[str] = Counter()

    def started(event: dict[str, Any]) -> None:
        urls[event["requestId"]] = event["request"]["url"]

    def finished(event: dict[str, Any]) -> None:
        sizes[kind_of(urls.get(event["requestId"], ""))] += int(event["encodedDataLength"])

    def framed(event: dict[str, Any]) -> None:
        sizes[kind_of("")] += len(event["response"]["payloadData"])

    network.on("Network.requestWillBeSent", started)
    network.on("Network.loadingFinished", finished)
    network.on("Network.webSocketFrameReceived", framed)
    begun = time.perf_counter()
    page.goto(url)
    page.get_by_test_id("stFileUploader").wait_for()
    seconds = time.perf_counter() - begun
    page.wait_for_timeout(3000)  # what is still on its way
    context.close()
    return sizes, seconds


def main() -> int:
    """Measure both and print a table; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_load", description=__doc__)
    parser.add_argument("--megabits", type=float, default=3.0, help="speed of the network, megabits a second")
    megabits = parser.parse_args().megabits
    path = chromium_path()
    if path is None:
        parser.error("there is no Chromium (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        log, port = Path(folder), free_port()
        alone = [sys.executable, "-m", "streamlit", "run", "frontend/app.py", "--server.port", str(port)]
        address = f"http://127.0.0.1:{port}"
        environment = {"BACKEND_URL": NO_BACKEND}
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        with (
            running_app(NO_BACKEND, log / "pages.log") as pages,
            program(alone, environment, f"{address}/_stcore/health", log / "alone.log"),
        ):
            for url in (pages, address):  # once before, so that nothing is measured that only a first start costs
                visit(browser, url, 1000)
            ours, seconds = visit(browser, pages, megabits)
            theirs, seconds_alone = visit(browser, address, megabits)
        browser.close()
    print("| first visit | these pages | Streamlit alone | ratio |\n|---|---|---|---|")
    for kind in sorted(ours | theirs):
        print(f"| {kind}, kB | {ours[kind] / 1e3:.0f} | {theirs[kind] / 1e3:.0f} | {ours[kind] / theirs[kind]:.2f} |")
    both = ours.total() / 1e3, theirs.total() / 1e3
    print(f"| together, kB | {both[0]:.0f} | {both[1]:.0f} | {both[0] / both[1]:.2f} |")
    print(f"| ready at {megabits:g} Mbit/s, s | {seconds:.1f} | {seconds_alone:.1f} | {seconds / seconds_alone:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main))
