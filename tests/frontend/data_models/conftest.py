"""The page "Data and models" without a browser, in front of the fake backend."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from frontend.language import Language
from tests.frontend.fake_backend import FakeBackend
from tests.frontend.fake_team import TOKEN

Open = Callable[..., AppTest]


def script() -> None:
    import streamlit as st

    from frontend.data_models.page import data_models
    from frontend.notices import page_is_drawn

    data_models(
        st.Page(lambda: None, title="Read a tag", url_path="reading"),
        st.Page(lambda: None, title="Explore", url_path="explore"),
    )
    page_is_drawn()


@pytest.fixture
def open_page(fake: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> Open:
    """The page in front of the fake backend, by default with the token entered."""
    monkeypatch.setenv("BACKEND_URL", fake.url)
    # AppTest has no browser: it answers mocks for what one tells.
    monkeypatch.setattr(type(st.context), "ip_address", None)
    monkeypatch.setattr(type(st.context), "timezone", "Asia/Seoul")

    def open_it(section: str = "models", *, token: str | None = TOKEN, language: Language = "en") -> AppTest:
        app = AppTest.from_function(script, default_timeout=600)
        app.query_params["lang"] = language
        if token is not None:
            app.session_state["entered-with"] = token
        app.session_state["section"] = section
        app.run()
        assert not app.exception
        return app

    return open_it


def told(app: AppTest) -> str:
    """Everything that is written on the page."""
    html = " ".join(str(one.proto.body) for one in app.get("html") if "<style>" not in one.proto.body)
    boxes = [box.value for kind in (app.info, app.warning, app.error, app.success, app.caption) for box in kind]
    return " ".join([html, *map(str, boxes)])


def pictures(app: AppTest) -> int:
    """How many pictures are drawn."""
    return len(app.image)


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app
