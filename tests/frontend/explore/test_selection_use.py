"""What is made of labels on the page "Explore": second looks, downloads, versions, cycles."""

from __future__ import annotations

import pytest
from fastapi.responses import JSONResponse
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from frontend.client.connection import Connection
from frontend.client.explorer import ExplorerClient
from frontend.client.scope import Scope
from frontend.explore.feature_texts import FEATURE_TEXTS
from frontend.explore.texts import EXPLORE_TEXTS
from tests.frontend.contrast import faint_texts
from tests.frontend.explore.conftest import Open, entered, settle, settled
from tests.frontend.fake_backend import FakeBackend
from tests.frontend.fake_team import TOKEN

ENGLISH, KOREAN = EXPLORE_TEXTS["en"], EXPLORE_TEXTS["ko"]
FEATURES = FEATURE_TEXTS["en"]


def key(app: AppTest, name: str) -> str:
    return f"use-{app.session_state['exploration'].fetched}-{name}"


def press(app: AppTest, name: str) -> AppTest:
    return settled(app.button(key=name).click().run())


def select(app: AppTest, *places: int) -> AppTest:
    app.session_state["exploration"].select_here(places)
    return settled(app.run())


def test_what_is_selected_is_sent_to_review(open_page: Open, fake: FakeBackend) -> None:
    app = select(open_page(), 1, 2)
    press(app, key(app, "review"))
    assert fake.explorer.markings == [(2, "to review", "")]
    assert app.success[0].value == ENGLISH.tags_given.format(count=2, tags="**to review**")


def test_what_is_found_becomes_a_version_and_a_cycle_is_asked_for(open_page: Open, fake: FakeBackend) -> None:
    app = open_page("status = corrected")
    assert app.button(key=key(app, "freeze")).disabled
    settled(app.checkbox(key=key(app, "sure")).check().run())
    settled(app.checkbox(key=key(app, "cycle")).check().run())
    settled(app.text_input(key=key(app, "version")).input("v9.0").run())
    press(app, key(app, "freeze"))
    assert fake.explorer.versions == [("v9.0", 0, True)]
    (made,) = app.success
    assert "**v9.0**: 8 to train on, 2 to evaluate on" in made.value
    assert ENGLISH.frozen_cycle in made.value
    assert not settled(app.run()).success


def test_a_version_that_is_not_made_says_why(open_page: Open, fake: FakeBackend) -> None:
    app = select(open_page(), 0)
    fake.refusals = {"POST /v1/team/versions": JSONResponse({"kind": "version-exists", "status": 409}, 409)}
    press(app, key(app, "freeze"))
    assert [box.value for box in app.error] == [ENGLISH.by_kind["version-exists"]]


def test_the_labels_that_teach_most_are_shown_selected_and_explained(open_page: Open) -> None:
    app = press(open_page("turn = 0"), "teach")
    state = app.session_state["exploration"]
    assert len(state.selected) == len(state.page.items) == 5
    assert FEATURES.reasons["teaching"].format(looked_at=150, kinds=3, count=5) in " ".join(
        str(box.value) for box in app.caption
    )
    press(app, "leave-set")
    state = app.session_state["exploration"]
    assert len(state.page.items) == 38
    assert state.shown is None


def test_downloads_name_the_chosen_crops_in_parts(fake: FakeBackend) -> None:
    client = ExplorerClient(Connection(fake.url), TOKEN)
    assert client.export(Scope.of([f"{number:064x}" for number in range(500)]), "zip") == b"a file"
    assert client.export(Scope(search="tag = blurry"), "csv") == b"a file"
    assert client.export(Scope(search="tag = blurry"), "lmdb.zip") == b"a file"
    assert fake.explorer.exports == [("zip", 500), ("csv", 0), ("lmdb.zip", 0)]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_an_open_panel_stands_out(browser: Browser, app_on_fake: str, scheme: str) -> None:
    with entered(browser, app_on_fake, (390, 844), "ko") as page:
        page.emulate_media(color_scheme=scheme)
        settle(page)
        page.locator("[class*=st-key-use-] button").first.click()
        expect(page.get_by_test_id("stPopoverBody")).to_contain_text(KOREAN.use_bounds)
        assert not faint_texts(page, "[data-testid=stPopoverBody]")
        assert not faint_texts(page)
