"""Ready-made searches, crops that look alike, and the map, on the page "Explore"."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import streamlit as st
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from benchmarks.drivers.reading_page import SECONDS
from frontend.client.connection import Connection
from frontend.client.feature_answers import COLOURS, CropMap, Density
from frontend.client.features import FeaturesClient
from frontend.explore.crop_map import draw_map
from frontend.explore.feature_texts import FEATURE_TEXTS
from frontend.explore.shown_set import ShownSet
from frontend.language import Language
from tests.frontend.contrast import faint_texts
from tests.frontend.fake_backend import FakeBackend
from tests.frontend.fake_features import OUTLIERS
from tests.frontend.fake_team import TOKEN

ENGLISH = FEATURE_TEXTS["en"]
Open = Callable[..., AppTest]


def script() -> None:
    import streamlit as st

    from frontend.explore.page import explore

    explore(
        st.Page(lambda: None, title="Read a tag", url_path="reading"),
        st.Page(lambda: None, title="Data and models", url_path="data"),
    )


@pytest.fixture
def open_page(fake: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> Open:
    """The page in front of the fake backend."""
    monkeypatch.setenv("BACKEND_URL", fake.url)
    monkeypatch.setattr(type(st.context), "ip_address", None)
    monkeypatch.setattr(type(st.context), "timezone", "Asia/Seoul")

    def open_it(language: Language = "en") -> AppTest:
        app = AppTest.from_function(script, default_timeout=600)
        app.query_params["lang"] = language
        app.session_state["entered-with"] = TOKEN
        return settled(app.run())

    return open_it


def settled(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def told(app: AppTest) -> str:
    html = " ".join(str(one.proto.body) for one in app.get("html") if "<style>" not in one.proto.body)
    kinds = (app.markdown, app.info, app.warning, app.error, app.caption)
    return " ".join([html, *(str(box.value) for kind in kinds for box in kind)])


def press(app: AppTest, key: str) -> AppTest:
    return settled(app.button(key=key).click().run())


def searched(app: AppTest, line: str) -> AppTest:
    return settled(app.text_input(key="explore-search").input(line).run())


def found(app: AppTest) -> list[int]:
    """Numbers of the crops on the page."""
    return [int(label.sample, 16) for label in app.session_state["exploration"].page.items]


# -- ready-made searches --------------------------------------------------------------------------------------


def test_a_list_is_shown_page_by_page_with_how_it_was_chosen(open_page: Open) -> None:
    app = open_page()
    assert app.button(key="list-outliers").label == "Outliers (900)"
    assert ENGLISH.lists_behind.format(crops="140", kept="150") in told(app)
    press(app, "list-outliers")
    assert found(app) == list(OUTLIERS)[:60]
    assert f"{ENGLISH.reasons['outliers']} {ENGLISH.first_of.format(shown=70, found=900)}" in told(app)
    assert "70 labels" in told(app)
    press(app, "page-further")
    assert found(app) == list(OUTLIERS)[60:]
    assert app.button(key="page-further").disabled
    press(app, "page-before")
    assert found(app)[0] == OUTLIERS[0]


def test_what_a_list_shows_is_changed_like_anything_else(open_page: Open, fake: FakeBackend) -> None:
    app = press(open_page(), "list-outliers")
    press(app, "select-page")
    press(app, "drop-selection")
    assert fake.explorer.changes == [("drop", 60, "")]
    assert app.session_state["exploration"].page.items[0].source == "review-dropped"


def test_a_list_is_of_what_the_search_finds(open_page: Open, fake: FakeBackend) -> None:
    app = press(searched(open_page(), "status = corrected"), "list-outliers")
    assert fake.explorer.listed_among[-1] == "status = corrected"
    assert ENGLISH.of_search in told(app)
    assert app.text_input(key="explore-search").value == "status = corrected"
    press(app, "leave-set")
    assert "38 labels" in told(app)


def test_a_set_that_knows_no_search_puts_it_aside_until_it_is_closed(open_page: Open) -> None:
    app = searched(open_page(), "status = corrected")
    state = app.session_state["exploration"]
    state.open(state.page.items[3])
    settled(app.run())
    press(app, "alike-all")
    assert app.text_input(key="explore-search").value == ""
    assert ENGLISH.search_aside.format(search="`status = corrected`") in told(app)
    press(app, "leave-set")
    assert app.text_input(key="explore-search").value == "status = corrected"
    assert app.query_params["search"] in ("status = corrected", ["status = corrected"])
    assert "38 labels" in told(app)


@pytest.mark.parametrize("way", ["button", "search", "order"])
def test_a_search_or_a_press_leaves_the_list(open_page: Open, way: str) -> None:
    app = press(open_page(), "list-outliers")
    if way == "button":
        press(app, "leave-set")
    elif way == "search":
        settled(app.text_input(key="explore-search").input("status = corrected").run())
    else:
        settled(app.selectbox(key="explore-order").select("oldest").run())
    assert app.session_state["exploration"].shown is None
    assert ENGLISH.reasons["outliers"] not in [box.value for box in app.caption if "70" in str(box.value)]
    assert {"button": "150 labels", "search": "38 labels", "order": "150 labels"}[way] in told(app)


def test_an_empty_list_says_so(open_page: Open) -> None:
    app = press(open_page(), "list-near-duplicates")
    assert ENGLISH.nothing in told(app)
    press(app, "leave-set")
    assert "150 labels" in told(app)


def test_before_crops_are_compared_that_is_said(open_page: Open, fake: FakeBackend) -> None:
    fake.explorer.is_compared = False
    app = open_page()
    assert ENGLISH.lists_none in told(app)
    state = app.session_state["exploration"]
    state.open(state.page.items[3])
    assert ENGLISH.alike_unknown in told(settled(app.run()))
    settled(app.toggle(key="map-open").set_value(True).run())
    assert ENGLISH.map_none in told(app)


# -- crops that look alike ------------------------------------------------------------------------------------


def test_crops_may_be_compared_by_vectors_that_were_brought_in(open_page: Open, fake: FakeBackend) -> None:
    fake.explorer.has_own_vectors = True
    app = open_page()
    app.session_state["exploration"].open(app.session_state["exploration"].page.items[50])
    settled(app.run())
    assert app.selectbox(key="alike-by").options == [ENGLISH.alike_model, "clip"]
    before = [app.button(key=f"alike-{place}").label for place in range(3)]
    settled(app.selectbox(key="alike-by").select("clip").run())
    after = [app.button(key=f"alike-{place}").label for place in range(3)]
    assert before[1] == after[0]
    assert before[0] != after[0]


def test_a_crop_that_looks_alike_is_opened_by_a_press(open_page: Open) -> None:
    app = open_page()
    state = app.session_state["exploration"]
    state.open(next(label for label in state.page.items if int(label.sample, 16) == 100))
    settled(app.run())
    assert [app.button(key=f"alike-{place}").label for place in (0, 5)] == ["CW2288-201", "CW2288-206"]
    press(app, "alike-1")
    assert int(app.session_state["exploration"].opened.sample, 16) == 102
    press(app, "alike-all")
    assert found(app) == list(range(102, 150))


# -- the map --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("colour", COLOURS)
def test_the_map_is_drawn_in_every_colour(open_page: Open, colour: str) -> None:
    app = settled(open_page().toggle(key="map-open").set_value(True).run())
    settled(app.selectbox(key="map-colour").select(colour).run())
    assert len(app.get("plotly_chart")) == 1
    assert ENGLISH.map_note in told(app)
    assert ENGLISH.map_sample.format(crops="100,000", points="150") in told(app)
    assert ENGLISH.no_umap in told(app)


def test_crops_that_are_shown_are_points_of_the_map(open_page: Open, fake: FakeBackend) -> None:
    app = settled(press(open_page(), "list-outliers").toggle(key="map-open").set_value(True).run())
    assert len(app.get("plotly_chart")) == 1
    assert [int(sample, 16) for sample in fake.explorer.included] == list(OUTLIERS)


def crop_map(density: Density | None = None) -> CropMap:
    return CropMap(
        method="umap",
        methods=("umap", "pca"),
        has_umap=True,
        crops=4,
        samples=("a", "b", "c", "d"),
        x=(0.0, 1.0, 2.0, 3.0),
        y=(0.0, 1.0, 2.0, 3.0),
        texts=("A", "B", "C", "D"),
        values=("nike", "", "nike", "vans"),
        density=density,
    )


def test_a_map_in_space_has_points_in_space_and_no_density(open_page: Open) -> None:
    app = settled(open_page().toggle(key="map-open").set_value(True).run())
    settled(app.toggle(key="map-in-space").set_value(True).run())
    assert len(app.get("plotly_chart")) == 1
    assert ENGLISH.space_note in told(app)
    assert ENGLISH.space_sample.format(crops="100,000", points="150") in told(app)
    solid = crop_map().model_copy(update={"z": (0.0, 1.0, 0.0, 1.0)})
    for colour in COLOURS:
        values = (0.5,) * 4 if colour == "confidence" else solid.values
        drawn = draw_map(solid.model_copy(update={"values": values}), colour, {"c"}, ENGLISH)
        assert {trace["type"] for trace in drawn.figure["data"]} == {"scatter3d"}
        assert drawn.figure["data"][-1]["marker"]["symbol"] == "circle-open"
        assert drawn.at(len(drawn.samples) - 1, 0) == "c"
        assert drawn.at(9, 0) is None


def test_boxes_and_lassos_are_sent_with_their_corners(fake: FakeBackend) -> None:
    client = FeaturesClient(Connection(fake.url), TOKEN)
    inside = client.inside("pca", [[(0.0, 1.25), (2, 3), (4, 5.5)], [(float(n), 0.0) for n in range(5000)]])
    assert (len(inside.samples), inside.found) == (30, 4321)
    lasso, other = fake.explorer.outlines[0].split(";")
    assert lasso == "0,1.25 2,3 4,5.5"
    assert len(other.split()) == 500


def test_selected_points_name_their_crops() -> None:
    drawn = draw_map(crop_map(), "brand", {"c"}, ENGLISH)
    assert [trace["name"] for trace in drawn.figure["data"]] == ["none", "Nike", "Vans", ENGLISH.shown]
    points = [{"curve_number": curve, "point_index": number} for curve, number in ((1, 1), (2, 0), (3, 0), (1, 7))]
    assert drawn.chosen(points) == ("c", "d")
    shaded = draw_map(crop_map(Density(x=(0, 4), y=(0, 4), counts=((1, 0), (0, 3)))), "brand", (), ENGLISH)
    assert shaded.figure["data"][0]["z"][0] == [1.0, None]
    assert shaded.chosen([{"curve_number": 2, "point_index": 0}, {"curve_number": 0, "point_index": 0}]) == ("a",)


def test_of_many_brands_the_commonest_have_colours_of_their_own() -> None:
    many = crop_map().model_copy(
        update={
            "samples": tuple(map(str, range(30))),
            "x": (0.0,) * 30,
            "y": (0.0,) * 30,
            "texts": ("",) * 30,
            "values": tuple(f"brand {number % 15}" for number in range(30)),
        }
    )
    drawn = draw_map(many, "brand", (), ENGLISH)
    assert len(drawn.figure["data"]) == 9
    assert sum(map(len, drawn.samples)) == 30
    assert drawn.figure["data"][-1]["name"] == ENGLISH.others


# -- in Korean, and in a real browser -------------------------------------------------------------------------


def test_everything_is_told_in_korean(open_page: Open) -> None:
    words = FEATURE_TEXTS["ko"]
    app = press(open_page("ko"), "list-outliers")
    state = app.session_state["exploration"]
    state.open(state.page.items[0])
    settled(app.toggle(key="map-open").set_value(True).run())
    for said in (words.reasons["outliers"], words.map_note, words.no_umap, words.alike):
        assert said in told(app)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_points_inside_a_box_are_shown_in_the_gallery(
    browser: Browser, app_on_fake: str, fake: FakeBackend, scheme: str
) -> None:
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 1400}, color_scheme=scheme)
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page = context.new_page()
    page.goto(f"{app_on_fake}/explore")
    page.locator(".st-key-typed-token input").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator(".crop-grid li").first).to_be_visible()
    page.locator(".st-key-map-open label").first.click()
    plot = page.locator(".st-key-map .js-plotly-plot .nsewdrag").first
    expect(plot).to_be_visible()
    state = page.get_by_test_id("stApp")
    expect(state).to_have_attribute("data-test-script-state", "notRunning")
    page.locator('.st-key-map [data-attr="dragmode"][data-val="select"]').click()
    plot.scroll_into_view_if_needed()
    area = plot.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + 5, area["y"] + area["height"] / 2)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] - 5, steps=8)
    page.mouse.up()
    expect(page.locator(".st-key-shown-set")).to_contain_text(ENGLISH.names["map"])
    expect(state).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator(".crop-grid li")).to_have_count(30)
    expect(page.locator(".st-key-shown-set")).to_contain_text("4,321")
    assert not faint_texts(page)
    page.locator(".st-key-map-in-space label").first.click()
    space = page.locator(".st-key-map-space .js-plotly-plot")
    expect(space).to_have_attribute("data-listening", "pca 150")
    # No pixel is sure to be a point's, so the plot is told what it would tell.
    space.evaluate("plot => plot.emit('plotly_click', {points: [{curveNumber: 0, pointNumber: 3}]})")
    expect(page.locator(".st-key-crop-details .crop-facts").first).to_be_visible()
    expect(state).to_have_attribute("data-test-script-state", "notRunning")
    assert not faint_texts(page)
    context.close()


def test_the_texts_name_every_kind_of_set() -> None:
    for words in FEATURE_TEXTS.values():
        assert words.names.keys() == words.reasons.keys()
    assert ShownSet("map", ("a",), 1).kind in ENGLISH.names
