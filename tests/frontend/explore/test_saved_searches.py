"""Searches that are saved on the page "Explore"."""

from __future__ import annotations

from fastapi.responses import JSONResponse
from streamlit.testing.v1 import AppTest

from frontend.explore.texts import EXPLORE_TEXTS
from tests.frontend.explore.conftest import Open, settled
from tests.frontend.fake_backend import FakeBackend

ENGLISH = EXPLORE_TEXTS["en"]


def name_it(app: AppTest, name: str) -> AppTest:
    field = next(field for field in app.text_input if field.label == ENGLISH.saved_name)
    return settled(field.input(name).run())


def press(app: AppTest, key: str) -> AppTest:
    return settled(app.button(key=key).click().run())


def test_a_search_is_saved_and_found_again_by_its_button(open_page: Open, fake: FakeBackend) -> None:
    app = name_it(open_page("status = unreadable"), "unread")
    press(app, "save-search")
    assert fake.explorer.saved == {"unread": ("status = unreadable", "newest")}
    app = open_page()
    press(app, "saved-unread")
    assert app.text_input(key="explore-search").value == "status = unreadable"
    assert app.session_state["exploration"].count.labels == 15


def test_a_saved_search_is_renamed_changed_and_deleted(open_page: Open, fake: FakeBackend) -> None:
    fake.explorer.saved = {"unread": ("status = unreadable", "newest")}
    app = name_it(open_page("status = unreadable"), "nobody can read")
    press(app, "rename-search")
    assert list(fake.explorer.saved) == ["nobody can read"]
    settled(app.text_input(key="explore-search").input("tag = blurry").run())
    press(app, "replace-nobody can read")
    assert fake.explorer.saved == {"nobody can read": ("tag = blurry", "newest")}
    press(app, "delete-search")
    assert fake.explorer.saved == {}
    assert "saved-nobody can read" not in [button.key for button in app.button]


def test_a_search_that_is_not_saved_says_why(open_page: Open, fake: FakeBackend) -> None:
    app = name_it(open_page("tag = blurry"), "x")
    fake.refusals = {"POST /v1/team/searches": JSONResponse({"kind": "name-taken", "status": 409}, 409)}
    press(app, "save-search")
    assert [box.value for box in app.error] == [ENGLISH.by_kind["name-taken"]]


def test_without_saved_searches_the_page_is_of_use(open_page: Open, fake: FakeBackend) -> None:
    fake.refusals = {"GET /v1/team/searches": JSONResponse({"kind": "store-unavailable", "status": 503}, 503)}
    app = open_page()
    assert app.session_state["exploration"].count.labels == 150
    assert not app.error
