"""Measures the page "Explore": its real backend on a large store, and its gallery in a browser.

    python -m benchmarks.explorer --kept FOLDER     # as `python -m benchmarks.many_labels --kept FOLDER` left it
    python -m benchmarks.explorer --gallery 600     # so many real crops, and Chromium

With `--kept` the backend answers the searches of `benchmarks.many_labels` one after the other, counts, suggestions and
tags, and draws the map, for which made-up features of all crops are put into the store first (768 bytes each; they
stay). Prints how long answers take over HTTP, and the most memory that the backend's process has had. With `--gallery`
it prints what passes between a press on the page and the moment when all its thumbnails are drawn, by the browser's own
clock: once for thumbnails that are made for it, and again for those that are there.
"""

from __future__ import annotations

import argparse
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import requests
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from benchmarks.drivers.reading_page import SECONDS, chromium_path
from benchmarks.drivers.server import UNSET, free_port, program, running_app, running_backend
from benchmarks.many_labels import SEARCHES
from data_gen.crop import CropRenderer
from data_gen.fonts import load_fonts
from data_gen.recipe import load_recipe
from datasets.features.feature_files import FeatureFiles
from datasets.features.feature_folders import features_folder
from datasets.features.projection import map_file, principal_map
from datasets.samples.engine import open_engine
from datasets.samples.sample import Label
from datasets.samples.store import SampleStore
from datasets.samples.tables import EVENT_TABLE, time_of
from ocr_model.command_line import run_command

_TOKEN = secrets.token_hex(16)
_WIDTH = 384  # numbers of a feature vector
_AT_ONCE = 20_000
_PAGE = 60  # crops on a page of the gallery
_TYPED = ("stat", "status = ", "brand = n", "client = c1", "tag = blu", "txt contains 22", "not tag")
_DRAWN = """
() => new Promise((resolve) => {
  const began = window.pressedAt, before = window.shownBefore;
  const look = () => {
    const pictures = [...document.querySelectorAll(".crop-grid img")];
    const isOther = pictures.length && pictures[0].src !== before;
    if (isOther && pictures.every((picture) => picture.complete && picture.naturalWidth)) {
      requestAnimationFrame(() => resolve(performance.now() - began));
    } else requestAnimationFrame(look);
  };
  look();
})
"""
_WATCH = """
() => {
  window.shownBefore = document.querySelector(".crop-grid img")?.src ?? "";
  window.pressedAt = performance.now();
  document.addEventListener("click", () => { window.pressedAt = performance.now(); }, { capture: true, once: true });
}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit status: 2 without Chromium where it is needed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.explorer", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kept", type=Path, help="folder with stores of made-up labels")
    parser.add_argument("--no-map", action="store_true", help="no features are made up, and no map is drawn")
    parser.add_argument("--overview", action="store_true", help="also the overview, which reads all labels")
    parser.add_argument("--gallery", type=int, default=0, help="real crops of a store that is shown in a browser")
    options = parser.parse_args(arguments)
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
    if options.kept is not None:
        _answers(options.kept / "many", with_map=not options.no_map, with_overview=options.overview)
    if options.gallery:
        if chromium_path() is None:
            print("there is no Chromium (Debian: apt-get install chromium)", file=sys.stderr)
            return 2
        _gallery(options.gallery)
    return 0


def _answers(spool: Path, *, with_map: bool, with_overview: bool) -> None:
    if with_map:
        _put_features(spool)
    with tempfile.TemporaryDirectory() as scratch, _backend(spool, Path(scratch)) as (url, process):
        asked = requests.Session()
        asked.headers["Authorization"] = f"Bearer {_TOKEN}"
        print(f"memory of the backend before the first question: {_resident(process, 'VmRSS'):.0f} MB", flush=True)

        def get(path: str, **query: str | int) -> Callable[[], requests.Response]:
            return lambda: asked.get(f"{url}/v1/team/{path}", params=query, timeout=600)

        def draw(**form: str | int) -> Callable[[], requests.Response]:
            files = {name: (None, str(value)) for name, value in form.items()}
            return lambda: asked.post(f"{url}/v1/team/map", files=files, timeout=600)

        _told("first pages", [get("samples", where=_line(text), size=_PAGE) for text in SEARCHES])
        _told("the same again", [get("samples", where=_line(text), size=_PAGE) for text in SEARCHES])
        _told("counts", [get("samples/count", where=_line(text)) for text in SEARCHES])
        _told("suggestions", [get("searches/help", line=text) for text in _TYPED])
        _told("tags", [get("tags")])
        print(f"memory of the backend until here: at most {_resident(process, 'VmHWM'):.0f} MB", flush=True)
        if with_map:
            _draw(draw)
        if with_overview:
            _told("overview of the page of data and models", [get("overview")])
        print(f"memory of the backend: at most {_resident(process, 'VmHWM'):.0f} MB", flush=True)


def _draw(draw: Callable[..., Callable[[], requests.Response]]) -> None:
    _told("map on a plane, first picture", [draw(colour="status", most=8000, dimensions=2)])
    _told("map in space, first picture", [draw(colour="brand", most=8000, dimensions=3)])
    _told("maps again", [draw(colour=colour, most=8000, dimensions=2) for colour in ("tag", "model", "confidence")])


def _line(text: str) -> str:
    return "" if text == "all" else text


def _told(what: str, questions: Sequence[Callable[[], requests.Response]]) -> None:
    taken = []
    for question in questions:
        began = time.perf_counter()
        answer = question()
        taken.append(1000 * (time.perf_counter() - began))
        if not answer.ok:
            raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text[:300]}")
    print(f"{what}: {statistics.median(taken):.0f} ms (median of {len(taken)}), {max(taken):.0f} at most", flush=True)


@contextmanager
def _backend(spool: Path, scratch: Path) -> Iterator[tuple[str, int]]:
    """A backend that only answers, with its process's number."""
    port = free_port()
    environment = dict.fromkeys(UNSET, "") | {
        "TAGS_HOST": "127.0.0.1",
        "TAGS_PORT": str(port),
        "TAGS_SPOOL_DIR": str(spool),
        "TAGS_DATA_DIR": str(scratch / "data"),
        "TAGS_TEAM_TOKEN": _TOKEN,
        "TAGS_FEATURE_SECONDS": "0",
        "TAGS_RATE_PER_MINUTE": "0",
    }
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "backend"]
    with program(command, environment, f"{url}/readyz", scratch / "backend.log", seconds=600) as process:
        yield url, process.pid


def _resident(process: int, name: str) -> float:
    """A line of the process's status in MB, with its children's."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    total = 0.0
    for number in (str(process), *children):
        for line in Path(f"/proc/{number}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                total += int(line.split()[1]) / 1024
    return total


def _put_features(spool: Path) -> None:
    files = FeatureFiles(features_folder(spool) / f"{'0' * 16}-{_WIDTH}", _WIDTH)
    engine = open_engine(f"sqlite:///{spool / 'local' / 'index.sqlite3'}")
    draw = np.random.default_rng(1)
    centres = draw.normal(size=(40, _WIDTH)).astype(np.float32)
    with engine.connect() as connection:
        labels = connection.scalar(sa.select(sa.func.max(EVENT_TABLE.c.id))) or 0
        first = labels if len(files) else 0
        while first < labels:
            within = EVENT_TABLE.c.id.between(first + 1, first + _AT_ONCE), EVENT_TABLE.c.sample.is_not(None)
            digests = list(connection.scalars(sa.select(EVENT_TABLE.c.sample).where(*within)))
            vectors = centres[draw.integers(len(centres), size=len(digests))]
            vectors = vectors + draw.standard_normal((len(digests), _WIDTH), np.float32)
            files.append(digests, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
            first += _AT_ONCE
    engine.dispose()
    path = map_file(files.folder, "pca")
    if not path.exists():
        began = time.process_time()
        principal_map(files.vectors(), files.crops()).save(path)
        print(f"map by principal components of {len(files)}: {time.process_time() - began:.1f} s of processor time")


def _gallery(crops: int) -> None:
    recipe = load_recipe("tags-6")
    renderer = CropRenderer(recipe, load_fonts(recipe.fonts), 42_000_000)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        with SampleStore.open(scratch / "spool") as store:
            for number in range(crops):
                crop = renderer.render(number)
                at = time_of(1_780_000_000_000_000 + number * 1_000_000)
                label = Label(f"p{number}", "accepted", crop.text, crop.text, 0.9, "trba", "1", "c1", at)
                store.keep(Image.fromarray(crop.image), label)
        settings = {"TAGS_TEAM_TOKEN": _TOKEN, "TAGS_FEATURE_SECONDS": "0", "TAGS_RATE_PER_MINUTE": "0"}
        with (
            running_backend(scratch / "spool", scratch / "backend.log", **settings) as backend,
            running_app(backend, scratch / "pages.log") as url,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1180, "height": 900})
            page.set_default_timeout(SECONDS * 1000)
            page.goto(f"{url}/explore")
            page.locator(".st-key-typed-token input").fill(_TOKEN)
            page.evaluate(_WATCH)
            page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
            print(f"gallery: entered, {page.evaluate(_DRAWN):.0f} ms until {_PAGE} crops are drawn", flush=True)
            turns = max(1, -(-crops // _PAGE) - 1)
            further = [_pressed(page, "page-further") for _ in range(turns)]
            back = [_pressed(page, "page-before") for _ in range(turns)]
            again = [_pressed(page, "page-further") for _ in range(turns)]
            browser.close()
        for what, taken in (("made for it", further), ("there", back), ("there, forward", again)):
            median = statistics.median(taken)
            print(f"gallery: a page, thumbnails {what}: {median:.0f} ms (median), {max(taken):.0f} at most")


def _pressed(page: Page, key: str) -> float:
    """Milliseconds from a press until all of another page is drawn."""
    button = page.locator(f".st-key-{key} button")
    button.wait_for()
    page.locator(f".st-key-{key} button:not([disabled])").wait_for()
    page.evaluate(_WATCH)
    button.click()
    return float(page.evaluate(_DRAWN))


if __name__ == "__main__":
    sys.exit(run_command(main))
