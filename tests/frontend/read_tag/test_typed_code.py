from __future__ import annotations

from collections.abc import Callable

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.drivers.server import ROOT
from frontend.read_tag.texts import TEXTS
from tests.frontend.fake_backend import FakeBackend, problem

ENGLISH = TEXTS["en"]


@pytest.fixture
def typed(fake: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AppTest]:
    monkeypatch.setenv("BACKEND_URL", fake.url)
    monkeypatch.setattr(type(st.context), "ip_address", None)

    def send(text: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "frontend" / "app.py"), default_timeout=600)
        app.query_params["lang"] = "en"
        app.run().text_input(key="typed-code").input(text)
        next(button for button in app.button if button.label == ENGLISH.typed_button).click().run()
        assert not app.exception
        return app

    return send


def written(app: AppTest) -> str:
    return "".join(element.proto.body for element in app._tree if element.type == "html")


def test_a_typed_code_shows_its_brand_and_its_price(typed: Callable[[str], AppTest], fake: FakeBackend) -> None:
    page = written(typed("  CW2288-111 "))
    assert fake.price_requests == ["CW2288-111"]
    assert 'data-code="CW2288-111"' in page
    assert "<span>Nike</span>" in page
    assert "129,000" in page


def test_a_code_that_cannot_be_one_is_told(typed: Callable[[str], AppTest], fake: FakeBackend) -> None:
    fake.prices = problem(422, "bad-code")
    app = typed("---")
    assert [box.value for box in app.error] == [ENGLISH.by_kind["bad-code"]]
    assert "data-code" not in written(app)


def test_nothing_typed_asks_for_nothing(typed: Callable[[str], AppTest], fake: FakeBackend) -> None:
    app = typed("  ")
    assert [box.value for box in app.warning] == [ENGLISH.correct_empty]
    assert fake.price_requests == []
