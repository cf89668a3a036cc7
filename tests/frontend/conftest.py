from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from PIL import Image
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
def fake(_fake_server: FakeBackend) -> FakeBackend:
    """The fake backend, back to quick and good answers; the pages have cached none of them."""
    _fake_server.reset()
    st.cache_data.clear()
    return _fake_server


@pytest.fixture
def decoders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of Pillow's decoders, one for each time that a file's pixels are decoded."""
    made: list[str] = []
    get = Image._getdecoder

    def noting(mode: str, name: str, *rest: Any) -> Any:
        made.append(name)
        return get(mode, name, *rest)

    monkeypatch.setattr(Image, "_getdecoder", noting)
    return made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
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
        yield browser
        browser.close()


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
