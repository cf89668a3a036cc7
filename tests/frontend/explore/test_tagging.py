"""Tags given and taken on the page "Explore"."""

from __future__ import annotations

from fastapi.responses import JSONResponse
from streamlit.testing.v1 import AppTest

from frontend.explore.texts import EXPLORE_TEXTS
from tests.frontend.explore.conftest import Open, settled
from tests.frontend.fake_backend import FakeBackend

ENGLISH = EXPLORE_TEXTS["en"]


def fill(app: AppTest, tags: list[str]) -> AppTest:
    """Type tags into the panel."""
    app.multiselect(key=f"{key(app)}-tags").set_value(tags)
    return settled(app.run())


def key(app: AppTest) -> str:
    return f"tagging-{app.session_state['exploration'].fetched}"


def press(app: AppTest, name: str) -> AppTest:
    return settled(app.button(key=name).click().run())


def test_selected_crops_get_a_new_tag_and_lose_it_by_undo(open_page: Open, fake: FakeBackend) -> None:
    app = open_page()
    app.session_state["exploration"].select_here([0, 3])
    app = fill(settled(app.run()), ["to do"])
    press(app, f"{key(app)}-give")
    assert fake.explorer.markings == [(2, "to do", "")]
    assert app.success[0].value == ENGLISH.tags_given.format(count=2, tags="**to do**")
    assert "to do" in app.session_state["exploration"].page.items[3].tags
    press(app, "untag")
    assert not app.success
    assert not any("to do" in sample.tags for sample in fake.explorer.samples)


def test_all_that_a_search_finds_is_asked_for_with_its_number(open_page: Open, fake: FakeBackend) -> None:
    app = fill(open_page("status = unreadable"), ["blurry"])
    take = f"{key(app)}-take"
    assert app.button(key=take).label == "Take from 15"
    assert app.button(key=take).disabled
    sure = app.checkbox(key=f"{key(app)}-sure")
    assert sure.label == ENGLISH.scope_sure.format(count=15)
    settled(sure.check().run())
    press(app, take)
    assert fake.explorer.markings == [(15, "", "blurry")]


def test_the_tags_of_one_crop_are_added_to_and_removed(open_page: Open, fake: FakeBackend) -> None:
    app = open_page()
    state = app.session_state["exploration"]
    state.open(state.page.items[0])
    settled(app.run())
    field = f"tags-{state.opened.sample}-0"
    assert app.multiselect(key=field).value == ["blurry"]
    settled(app.multiselect(key=field).set_value(["blurry", "creased"]).run())
    settled(app.multiselect(key=field.removesuffix("0") + "1").set_value(["creased"]).run())
    assert fake.explorer.markings == [(1, "creased", ""), (1, "", "blurry")]
    assert state.page.items[0].tags == ("creased",)


def test_a_tagging_that_fails_says_why(open_page: Open, fake: FakeBackend) -> None:
    app = open_page()
    app.session_state["exploration"].select_here([0])
    app = fill(settled(app.run()), ["x"])
    fake.refusals = {"POST /v1/team/marks": JSONResponse({"kind": "store-full", "status": 507}, 507)}
    press(app, f"{key(app)}-give")
    assert [box.value for box in app.error] == [ENGLISH.by_kind["store-full"]]
