from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from playwright.sync_api import Browser, sync_playwright

from benchmarks.drivers.reading_page import chromium_path
from benchmarks.drivers.server import ROOT, running_app, running_backend
from tests.frontend.fake_backend import FakeBackend, running_fake

CHAMPION = ROOT / "ocr_model" / "weights" / "champion" / "model.json"


@pytest.fixture(autouse=True)
def started_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's AppTest makes the page the script that was started, and would leave it so: no process could spawn."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session")
def _fake_server() -> Iterator[FakeBackend]:
    with running_fake() as fake:
        yield fake


@pytest.fixture
def fake(_fake_server: FakeBackend) -> Iterator[FakeBackend]:
    """The fake backend, back to quick and good answers; the pages have cached none of them."""
    _fake_server.reset()
    st.cache_data.clear()
    yield _fake_server
    _fake_server.release()


@pytest.fixture(scope="session")
def _chromium() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop | None]]:
    """A real Chromium, and the event loop in which Playwright drives it."""
    path = chromium_path()
    if path is None:
        missing = "there is no Chromium (Debian: apt-get install chromium)"
        if os.environ.get("REQUIRE_BROWSER"):  # continuous integration: a skip would hide a broken page
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        # The camera is a test picture that moves, and nobody has to allow it.
        camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *camera])
        loop = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture
def browser(_chromium: tuple[Browser, asyncio.AbstractEventLoop | None]) -> Iterator[Browser]:
    """A real Chromium. Only while a test uses it, its loop is the running one: beside it, none could be started."""
    browser, loop = _chromium
    asyncio._set_running_loop(loop)
    yield browser
    asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def app_on_fake(_fake_server: FakeBackend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app in front of the fake backend."""
    with running_app(_fake_server.url, tmp_path_factory.mktemp("app") / "log") as url:
        yield url


@pytest.fixture(scope="session")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where the real backend keeps samples."""
    return tmp_path_factory.mktemp("spool")


@pytest.fixture(scope="session")
def app_on_backend(spool: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app in front of the real backend with the shipped model."""
    if not CHAMPION.exists():
        pytest.skip("there are no weights in ocr_model/weights/champion/")
    logs = tmp_path_factory.mktemp("backend")
    with (
        running_backend(spool, logs / "backend.log") as backend,
        running_app(backend, logs / "app.log") as url,
    ):
        yield url
