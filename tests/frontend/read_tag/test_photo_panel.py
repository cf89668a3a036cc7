from __future__ import annotations

import io

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.read_tag.texts import TEXTS
from tests.frontend.fake_backend import FakeBackend

TAG = encode(draw_tag("CW2288-111"), "JPEG")


def script() -> None:
    from frontend.read_tag.page import read_tag

    read_tag()


@pytest.fixture
def page(fake: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page in front of the fake backend."""
    import streamlit as st

    monkeypatch.setenv("BACKEND_URL", fake.url)
    monkeypatch.setattr(type(st.context), "ip_address", None)
    monkeypatch.setattr(type(st.context), "timezone", "Asia/Seoul")
    return AppTest.from_function(script, default_timeout=60).run()


def press(page: AppTest, key: str) -> None:
    page.button(key=key).click().run()
    assert not page.exception


def test_a_photo_is_decoded_once_from_its_upload_to_the_last_reading(
    page: AppTest, fake: FakeBackend, decoders: list[str]
) -> None:
    page.file_uploader[0].set_value(("tag.jpg", TAG, "image/jpeg")).run()
    assert not page.exception
    for key in ("turn-right", "turn-over", "turn-right", "accept", "undo"):
        press(page, key)
    page.segmented_control(key="language").set_value("ko").run()
    assert [title.value for title in page.title] == [TEXTS["ko"].page]
    assert fake.turns == [0, 1, 3, 0]
    assert decoders.count("jpeg") == 1


def test_a_damaged_upload_is_told_at_every_run_and_decoded_once(page: AppTest, decoders: list[str]) -> None:
    damaged = encode(Image.effect_noise((300, 200), 90).convert("RGB"), "JPEG")[:4000]
    assert Image.open(io.BytesIO(damaged)).size == (300, 200)
    page.file_uploader[0].set_value(("tag.jpg", damaged, "image/jpeg")).run()
    for language in ("ko", "en"):
        page.segmented_control(key="language").set_value(language).run()
        assert [box.value for box in page.error] == [TEXTS[language].picture_faults["damaged"]]
    assert decoders.count("jpeg") == 1
    page.file_uploader[0].set_value(("tag.jpg", TAG, "image/jpeg")).run()
    assert not page.error
    assert decoders.count("jpeg") == 2
