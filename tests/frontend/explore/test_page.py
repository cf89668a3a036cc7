"""The page "Explore": what it finds, shows and changes, and how it works in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.responses import JSONResponse
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest

from benchmarks.drivers.reading_page import DESKTOP, HANGUL, PHONE
from frontend.explore.texts import EXPLORE_TEXTS, ExploreTexts
from frontend.language import Language
from tests.frontend.contrast import faint_texts
from tests.frontend.explore.conftest import Open, entered, settle, settled
from tests.frontend.fake_backend import FakeBackend
from tests.frontend.fake_team import TOKEN

ENGLISH = EXPLORE_TEXTS["en"]


def told(app: AppTest) -> str:
    """Everything that is written on the page."""
    html = " ".join(str(one.proto.body) for one in app.get("html") if "<style>" not in one.proto.body)
    kinds = (app.markdown, app.info, app.warning, app.error, app.success, app.caption)
    return " ".join([html, *(str(box.value) for kind in kinds for box in kind)])


def press(app: AppTest, key: str) -> AppTest:
    return settled(app.button(key=key).click().run())


def found(app: AppTest) -> list[str]:
    """Predictions of the labels on the page."""
    return [label.prediction_id for label in app.session_state["exploration"].page.items]


def open_label(app: AppTest, place: int) -> AppTest:
    """Press a crop; AppTest draws no components, so its state is set as the grid's callback does."""
    state = app.session_state["exploration"]
    state.open(state.page.items[place])
    return settled(app.run())


def select(app: AppTest, *places: int) -> AppTest:
    app.session_state["exploration"].select_here(places)
    return settled(app.run())


def test_the_token_is_asked_for(open_page: Open) -> None:
    app = open_page(token=None)
    assert "exploration" not in app.session_state or app.session_state["exploration"].page is None
    app.text_input(key="typed-token").input(TOKEN)
    next(button for button in app.button if button.label == ENGLISH.entry_button).click().run()
    assert "150 labels" in told(settled(app))
    press(app, "leave")
    assert app.text_input(key="typed-token")
    assert "150 labels" not in told(app)


def test_a_backend_that_fails_is_asked_again(open_page: Open, fake: FakeBackend) -> None:
    fake.team.failing = 1
    app = open_page()
    assert [box.value for box in app.error] == [ENGLISH.by_kind["store-unavailable"]]
    assert "150 labels" in told(press(app, "retry-overview"))


# -- finding --------------------------------------------------------------------------------------------------


def test_pages_are_turned_to_the_last_and_back(open_page: Open) -> None:
    app = open_page()
    assert found(app)[0] == "prediction00000149"
    press(app, "page-further")
    press(app, "page-further")
    assert "121 to 150" in told(app)
    assert app.button(key="page-further").disabled
    assert found(app)[-1] == "prediction00000000"
    press(app, "page-before")
    assert "61 to 120" in told(app)


def test_a_search_is_counted_and_kept_in_the_address(open_page: Open, fake: FakeBackend) -> None:
    app = open_page()
    settled(app.text_input(key="explore-search").input("status = unreadable").run())
    assert "15 labels" in told(app)
    assert "status = unreadable" in app.query_params["search"]
    settled(app.selectbox(key="explore-order").select("oldest").run())
    assert found(app)[0] == "prediction00000009"
    fake.explorer.is_exact = False
    assert "about 15 labels" in told(open_page("status = unreadable"))
    assert ENGLISH.nothing in told(open_page("text = NOTHING"))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_search_that_is_misspelt_is_told_where_and_mended_by_a_press(open_page: Open, language: Language) -> None:
    app = open_page("turn = 0 and confidense < 0.6", language=language)
    texts = EXPLORE_TEXTS[language]
    assert [box.value for box in app.error] == [texts.bad_search_at.format(position=14)]
    assert "<mark>confidense</mark>" in told(app)
    assert ("unknown field" in told(app)) == (language == "en")
    assert app.button(key="meant").label == "turn = 0 and confidence < 0.6"
    assert not press(app, "meant").error
    assert app.session_state["exploration"].page is not None
    settled(app.text_input(key="explore-search").input("turn =").run())
    assert [box.value for box in app.error] == [texts.bad_search_at.format(position=7)]


def test_an_order_by_a_measure_shows_it_and_tells_what_is_not_measured_yet(open_page: Open) -> None:
    app = open_page("turn = 0")
    settled(app.selectbox(key="explore-order").select("least sharp").run())
    assert found(app)[:2] == ["prediction00000004", "prediction00000008"]
    assert ENGLISH.unmeasured.format(count=2) in told(app)
    settled(app.selectbox(key="explore-order").select("newest").run())
    assert "still to be measured" not in told(app)


def test_an_example_searches(open_page: Open) -> None:
    app = press(open_page(), "example-0")
    assert app.text_input(key="explore-search").value == "status = corrected and confidence > 0.9"


# -- looking --------------------------------------------------------------------------------------------------


def test_details_tell_what_is_known(open_page: Open) -> None:
    page = told(open_label(open_page("status = corrected"), 0))
    for fact in (
        "CW2288-248",
        "CW2288-1I1 · 87%",
        "trba 4",
        "A3",
        "120 × 30",
        "v4.0 (training)",
        ">42</dd>",
        "1.25",
        "c-1",
        "Tags · +blurry +shelf=A3<small>",
        " · kim</small>",
    ):
        assert fact in page
    assert page.count("<li>") == 2


def test_a_label_that_is_gone_meanwhile_is_said_to_have_changed(open_page: Open, fake: FakeBackend) -> None:
    app = open_page()
    fake.explorer.samples.pop()
    assert ENGLISH.by_kind["label-moved"] in told(open_label(app, 0))


# -- changing -------------------------------------------------------------------------------------------------


def key_of(app: AppTest, place: int) -> str:
    label = app.session_state["exploration"].page.items[place]
    return f"{label.prediction_id}-{label.event}"


def test_a_label_is_fixed_where_it_stands_and_the_fix_undone(open_page: Open, fake: FakeBackend) -> None:
    app = open_label(open_page(), 3)
    app.text_input(key=f"line-{key_of(app, 3)}").input("GW2871")
    press(app, f"fix-{key_of(app, 3)}")
    assert fake.explorer.changes == [("fix", 1, "GW2871")]
    assert [box.value for box in app.success] == [ENGLISH.changed["fix"].format(count=1)]
    label = app.session_state["exploration"].page.items[3]
    assert (label.text, label.thumbnail is not None) == ("GW2871", True)
    assert told(app).count("<li>") == 3
    press(app, f"undo-{key_of(app, 3)}")
    assert app.session_state["exploration"].page.items[3].text == "CW2288-246"
    assert app.success[0].value != ENGLISH.changed["fix"].format(count=1)


def test_the_history_names_who_changed_a_label_and_who_undid_that(open_page: Open, fake: FakeBackend) -> None:
    app = open_page()
    app.session_state["entered-as"] = "김지인"
    app = press(open_label(app, 3), f"drop-{key_of(app, 3)}")
    assert "dropped by the team · 김지인" in told(app)
    assert "undone · 김지인" in told(press(app, f"undo-{key_of(app, 3)}"))
    assert fake.explorer.authors == ["김지인", "김지인"]


def test_many_labels_are_changed_in_requests_of_sixty(open_page: Open, fake: FakeBackend) -> None:
    app = press(open_page(), "select-page")
    press(app, "page-further")
    select(app, 0, 1)
    assert ENGLISH.selected.format(count=62) in told(app)
    press(app, "drop-selection")
    assert fake.explorer.changes == [("drop", 60, ""), ("drop", 2, "")]
    assert [box.value for box in app.success] == [ENGLISH.changed["drop"].format(count=62)]
    press(app, "undo-selection")
    assert all(one.label.source == "app" for one in fake.explorer.samples)
    press(app, "clear")
    assert not app.session_state["exploration"].selected


def test_a_search_selects_nothing(open_page: Open) -> None:
    app = press(open_page(), "select-page")
    settled(app.text_input(key="explore-search").input("status = unreadable").run())
    assert not app.session_state["exploration"].selected


def test_what_could_not_be_changed_is_told(open_page: Open, fake: FakeBackend) -> None:
    app = press(open_page(), "select-page")
    fake.explorer.samples.pop()
    press(app, "keep-selection")
    assert [box.value for box in app.success] == [ENGLISH.changed["keep"].format(count=59)]
    (warning,) = app.warning
    assert warning.value == f"{ENGLISH.unchanged.format(count=1)} {ENGLISH.by_kind['label-moved']}"
    fake.explorer.problem = "nothing-to-undo"
    press(app, "undo-selection")
    assert ENGLISH.by_kind["nothing-to-undo"] in app.warning[0].value


def test_a_change_that_fails_says_why(open_page: Open, fake: FakeBackend) -> None:
    app = select(open_page(), 0)
    fake.refusals = {"POST /v1/team/labels": JSONResponse({"kind": "bad-text", "status": 422}, 422)}
    press(app, "fix-selection")
    assert [box.value for box in app.error] == [ENGLISH.by_kind["bad-text"]]


# -- in a real browser ----------------------------------------------------------------------------------------


def line(page: Page) -> str:
    return str(page.locator(".crop-facts .line").inner_text())


@pytest.mark.browser
@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESKTOP)], ids=["ko-phone", "en-desktop"])
def test_a_crop_is_opened_and_several_are_selected(
    browser: Browser, app_on_fake: str, fake: FakeBackend, tmp_path: Path, language: Language, size: tuple[int, int]
) -> None:
    texts: ExploreTexts = EXPLORE_TEXTS[language]
    with entered(browser, app_on_fake, size, language) as page:
        crops = page.locator(".crop-grid")
        crops.locator("button").nth(2).click()
        expect(page.locator(".crop-facts .line")).to_have_text("CW2288-247")
        expect(page.locator(".st-key-crop-details img")).to_be_in_viewport()
        for place in (1, 2, 4):  # quickly: none may be lost
            crops.locator("input").nth(place).click()
        expect(page.locator(".st-key-selection")).to_contain_text(texts.selected.format(count=3))
        settle(page)
        assert faint_texts(page) == []
        for width, height in (DESKTOP, PHONE, size):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
        if language == "en":
            assert not HANGUL.search(page.get_by_test_id("stMain").inner_text().replace("한국어", ""))
        page.screenshot(path=tmp_path / "explore.png")
        page.locator(".st-key-drop-selection button").click()
        expect(page.get_by_text(texts.changed["drop"].format(count=3))).to_be_visible()
        expect(crops.locator('[data-kind="dropped"]')).to_have_count(3)
        page.locator(".st-key-undo-selection button").click()
        expect(crops.locator('[data-kind="dropped"]')).to_have_count(0)


@pytest.mark.browser
def test_the_keyboard_moves_opens_and_selects(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    with entered(browser, app_on_fake, DESKTOP, "en") as page:
        crops = page.locator(".crop-grid")
        crops.locator("button").nth(0).focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(page.locator(".crop-facts .line")).to_have_text("CW2288-248")
        settle(page)
        page.keyboard.press("ArrowRight")  # the details follow
        expect(page.locator(".crop-facts .line")).to_have_text("CW2288-247")
        settle(page)
        page.keyboard.press(" ")
        page.keyboard.press("Shift+ArrowRight")
        expect(page.locator(".st-key-selection")).to_contain_text(ENGLISH.selected.format(count=2))
        settle(page)
        expect(crops.locator("button").nth(3)).to_be_focused()
        page.keyboard.press("End")
        expect(crops.locator("button").nth(59)).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(crops.locator("button").nth(59)).to_be_focused()
        expect(page.locator(".crop-facts .line")).to_have_text("CW2288-190")


@pytest.mark.browser
def test_the_team_s_pages_lead_to_each_other(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    with entered(browser, app_on_fake, DESKTOP, "en") as page:
        page.locator(".st-key-to-page-0 button").click()
        expect(page.locator(".tiles").first).to_be_visible()  # without asking for the token again
        page.locator(".st-key-to-page-0 button").click()
        expect(page.locator(".crop-grid li")).to_have_count(60)
