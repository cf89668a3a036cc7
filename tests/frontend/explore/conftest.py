"""The page "Explore" in front of the fake backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import streamlit as st
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest

from benchmarks.drivers.reading_page import SECONDS
from frontend.language import Language
from tests.frontend.fake_backend import FakeBackend
from tests.frontend.fake_team import TOKEN

Open = Callable[..., AppTest]


def script() -> None:
    import streamlit as st

    from frontend.explore.page import explore
    from frontend.notices import page_is_drawn

    explore(
        st.Page(lambda: None, title="Read a tag", url_path="reading"),
        st.Page(lambda: None, title="Data and models", url_path="data"),
    )
    page_is_drawn()


@pytest.fixture
def open_page(fake: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> Open:
    """The page in front of the fake backend, by default with the token entered."""
    monkeypatch.setenv("BACKEND_URL", fake.url)
    monkeypatch.setattr(type(st.context), "ip_address", None)
    monkeypatch.setattr(type(st.context), "timezone", "Asia/Seoul")

    def open_it(search: str = "", *, token: str | None = TOKEN, language: Language = "en") -> AppTest:
        app = AppTest.from_function(script, default_timeout=600)
        app.query_params["lang"] = language
        if search:
            app.query_params["search"] = search
        if token is not None:
            app.session_state["entered-with"] = token
        return settled(app.run())

    return open_it


def settled(app: AppTest) -> AppTest:
    assert not app.exception
    return app


@contextmanager
def entered(browser: Browser, url: str, size: tuple[int, int], language: Language) -> Iterator[Page]:
    context = browser.new_context(
        locale={"ko": "ko-KR", "en": "en-US"}[language],
        timezone_id="Asia/Seoul",
        viewport={"width": size[0], "height": size[1]},
    )
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    try:
        page = context.new_page()
        page.goto(f"{url}/explore")
        page.locator(".st-key-typed-token input").fill(TOKEN)
        page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
        expect(page.locator(".crop-grid li")).to_have_count(60)
        yield page
    finally:
        context.close()


def settle(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
