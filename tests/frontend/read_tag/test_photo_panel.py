from __future__ import annotations

import base64
import io

import pytest
from fastapi.responses import JSONResponse, Response
from PIL import Image
from streamlit.testing.v1 import AppTest

from benchmarks.drivers.server import ROOT
from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.photos.photo import MAX_BYTES
from frontend.read_tag.texts import TEXTS
from tests.frontend.fake_backend import FakeBackend, problem, reading
from tests.frontend.odd_pictures import ODD_PICTURES

TAG = encode(draw_tag("CW2288-111"), "JPEG")


@pytest.fixture
def page(fake: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page in front of the fake backend."""
    import streamlit as st

    monkeypatch.setenv("BACKEND_URL", fake.url)
    monkeypatch.setattr(type(st.context), "ip_address", None)
    monkeypatch.setattr(type(st.context), "timezone", "Asia/Seoul")
    return AppTest.from_file(str(ROOT / "frontend" / "app.py"), default_timeout=600).run()


def press(page: AppTest, key: str) -> None:
    page.button(key=key).click().run()
    assert not page.exception


def upload(page: AppTest, data: bytes) -> None:
    page.file_uploader[0].set_value(("tag.jpg", data, "image/jpeg")).run()
    assert not page.exception


@pytest.mark.parametrize("data", ODD_PICTURES.values(), ids=ODD_PICTURES.keys())
def test_every_picture_that_the_backend_reads_is_shown_and_sent_as_it_is(
    page: AppTest, fake: FakeBackend, data: bytes
) -> None:
    upload(page, data)
    assert not page.error
    assert fake.tags == [(data, 0)]
    press(page, "turn-right")
    assert fake.tags == [(data, 0), (data, 1)]
    fake.expired = True
    press(page, "accept")
    assert fake.label_pictures == [None, data]
    assert fake.label_regions[1] == (None, 1)
    assert fake.label_corners[1] is not None


def test_a_line_that_is_marked_by_hand_is_read_and_labelled_by_its_box(page: AppTest, fake: FakeBackend) -> None:
    fake.reading = reading("GW2871")
    upload(page, TAG)
    press(page, "mark")
    # The box begins around the line that was selected.
    assert fake.regions == [("155,255,590,130", 0)]
    fake.expired = True
    press(page, "accept")
    assert fake.label_regions[1] == fake.regions[0]
    assert fake.label_corners == [None, None]
    press(page, "mark")
    assert len(fake.tags) == 1  # the lines are still there
    press(page, "field-0")
    assert page.button(key="accept")


def test_another_photo_starts_anew(page: AppTest, fake: FakeBackend) -> None:
    upload(page, TAG)
    press(page, "accept")
    press(page, "another-photo")
    upload(page, TAG)
    assert len(fake.tags) == 2
    assert page.button(key="accept")


def test_a_photo_is_opened_once_from_its_upload_to_the_last_reading(page: AppTest, fake: FakeBackend) -> None:
    upload(page, TAG)
    for key in ("turn-right", "turn-over", "turn-right", "accept", "undo"):
        press(page, key)
    page.segmented_control(key="language").set_value("ko").run()
    assert [title.value for title in page.title] == [TEXTS["ko"].page]
    assert [turn for _, turn in fake.tags] == [0, 1, 3, 0]
    assert fake.previews == 1


def test_the_page_itself_decodes_no_upload(page: AppTest, fake: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Image.new("RGB", (400, 300), "white")
    picture = base64.b64encode(encode(shown, "JPEG")).decode()
    answer = JSONResponse({"width": 4000, "height": 3000, "media_type": "image/jpeg", "picture": picture})
    fake.refusals["POST /v1/previews"] = answer
    upload(page, b"no picture that any decoder knows")
    assert not page.error
    assert page.button(key="accept")


def test_a_damaged_upload_is_told_at_every_run_and_asked_for_once(page: AppTest, fake: FakeBackend) -> None:
    damaged = encode(Image.effect_noise((300, 200), 90).convert("RGB"), "JPEG")[:4000]
    assert Image.open(io.BytesIO(damaged)).size == (300, 200)
    upload(page, damaged)
    for language in ("ko", "en"):
        page.segmented_control(key="language").set_value(language).run()
        assert [box.value for box in page.error] == [TEXTS[language].by_kind["truncated"]]
        assert not [button for button in page.button if button.key == "retry-photo"]
    assert fake.previews == 1
    upload(page, TAG)
    assert not page.error
    assert fake.previews == 2


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (problem(503, "overloaded"), TEXTS["en"].by_kind["overloaded"]),
        (problem(429, "too-many-requests"), TEXTS["en"].by_kind["too-many-requests"]),
        (problem(500, "internal-error"), TEXTS["en"].by_kind["internal-error"]),
        (JSONResponse({"width": 1}), TEXTS["en"].refused),
    ],
    ids=["overloaded", "too many requests", "broken", "not as documented"],
)
def test_a_photo_that_the_backend_cannot_open_now_stays_and_is_opened_on_a_press(
    page: AppTest, fake: FakeBackend, refusal: Response, sentence: str
) -> None:
    fake.refusals["POST /v1/previews"] = refusal
    upload(page, TAG)
    assert [box.value for box in page.error] == [sentence]
    del fake.refusals["POST /v1/previews"]
    press(page, "retry-photo")
    assert not page.error
    assert fake.tags == [(TAG, 0)]


def test_a_file_over_the_limit_is_refused_before_it_is_sent(page: AppTest, fake: FakeBackend) -> None:
    upload(page, TAG + bytes(MAX_BYTES))
    assert [box.value for box in page.error] == [TEXTS["en"].file_too_large]
    assert fake.previews == 0
