"""The page "Upload": what it asks for, what it says, and how it works in a real browser with the real backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from playwright.sync_api import Browser, FilePayload, Page, expect
from streamlit.testing.v1 import AppTest

from benchmarks.drivers.gcs_server import wait_until
from benchmarks.drivers.reading_page import DESKTOP, HANGUL, PHONE, SECONDS
from benchmarks.drivers.server import running_app, running_backend
from benchmarks.drivers.tag_picture import draw_tag
from frontend.language import Language
from frontend.uploads.texts import UPLOAD_TEXTS
from tests.datasets.uploads_in_hand import code, crops, packed, png, table
from tests.frontend.contrast import faint_texts
from tests.frontend.fake_backend import FakeBackend
from tests.frontend.fake_team import TOKEN
from tests.frontend.fake_uploads import EARLIER, LATER, outcome, upload

ENGLISH = UPLOAD_TEXTS["en"]
Open = Callable[..., AppTest]
OUTCOMES = [
    outcome("labels.tsv", "table", detail="2 rows"),
    outcome("a.png", "kept", text="CW2288-111", samples=["0" * 64]),
    outcome("photo.png", "to-review", text="CW2288-111\nGW2871", lines=2),
    outcome("x.zip/inner.zip", "refused", fault="zip-inside"),
    outcome("<b>odd</b>.png", "refused", fault="bad-text", detail="line 3: no such character"),
]
DONE: dict[str, Any] = {
    "done": 5,
    "files": 5,
    "crops": 3,
    "results": {"table": 1, "kept": 1, "to-review": 1, "refused": 2},
}


def script() -> None:
    import streamlit as st

    from frontend.uploads.page import uploads_page

    uploads_page(
        st.Page(lambda: None, title="Read a tag", url_path="reading"),
        st.Page(lambda: None, title="Data and models", url_path="data"),
        st.Page(lambda: None, title="Explore", url_path="explore"),
    )


@pytest.fixture
def open_page(fake: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> Open:
    """The page in front of the fake backend, by default with the token entered."""
    monkeypatch.setenv("BACKEND_URL", fake.url)
    monkeypatch.setattr(type(st.context), "ip_address", None)
    monkeypatch.setattr(type(st.context), "timezone", "Asia/Seoul")

    def open_it(*, token: str | None = TOKEN, language: Language = "en") -> AppTest:
        app = AppTest.from_function(script, default_timeout=600)
        app.query_params["lang"] = language
        if token is not None:
            app.session_state["entered-with"] = token
        return settled(app.run())

    return open_it


def settled(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def told(app: AppTest) -> str:
    """Everything that is written on the page."""
    html = " ".join(str(one.proto.body) for one in app.get("html") if "<style>" not in one.proto.body)
    kinds = (app.markdown, app.info, app.warning, app.error, app.success, app.caption)
    return " ".join([html, *(str(box.value) for kind in kinds for box in kind)])


def test_without_the_token_nothing_can_be_brought_in(open_page: Open, fake: FakeBackend) -> None:
    app = open_page(token=None)
    assert ENGLISH.entry_hint in told(app)
    assert not app.get("file_uploader")
    assert ENGLISH.by_kind["wrong-token"] in told(open_page(token="somebody-else"))
    fake.team.token = None
    assert ENGLISH.by_kind["team-off"] in told(open_page())


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_became_of_each_file_is_told(open_page: Open, fake: FakeBackend, language: Language) -> None:
    texts = UPLOAD_TEXTS[language]
    fake.uploads.uploads, fake.uploads.outcomes = [upload(EARLIER, "finished", **DONE)], OUTCOMES
    app = open_page(language=language)
    said = told(app)
    for word in ("finished", "Shelf A", "2026-11-30 21:00", "Kim"):
        assert (texts.phases["finished"] if word == "finished" else word) in said.replace("\\", "")
    assert texts.file_faults["zip-inside"] in said
    assert "&lt;b&gt;odd&lt;/b&gt;.png" in said
    assert ("no such character" in said) == (language == "en")
    assert texts.cut.format(count=2) in said
    settled(app.segmented_control(key=f"upload-result-{EARLIER}").set_value("refused").run())
    assert "a.png</td>" not in told(app).replace("odd&lt;/b&gt;.png", "")
    assert texts.file_faults["bad-text"] in told(app)


def test_a_long_list_is_shown_some_at_a_time(open_page: Open, fake: FakeBackend) -> None:
    fake.uploads.uploads = [upload(EARLIER, "finished", done=120, files=120, results={"kept": 120}, crops=120)]
    fake.uploads.outcomes = [outcome(f"{number:03}.png", "kept") for number in range(120)]
    app = open_page()
    assert "049.png" in told(app)
    assert "050.png" not in told(app)
    settled(app.button(key="files-further").click().run())
    assert "050.png" in told(app)
    assert ENGLISH.place.format(first=51, last=100, found=120) in told(app)
    settled(app.segmented_control(key=f"upload-result-{EARLIER}").set_value("kept").run())
    assert "000.png" in told(app)


def test_what_is_under_way_can_be_cancelled_and_what_is_stuck_says_so(open_page: Open, fake: FakeBackend) -> None:
    fake.uploads.uploads = [upload(EARLIER, "working", done=1, is_stuck=True, results={"kept": 1}, crops=1)]
    fake.uploads.outcomes = OUTCOMES[1:2]
    app = open_page()
    assert ENGLISH.stuck in told(app)
    settled(app.button(key="upload-cancel").click().run())
    settled(app.run())
    assert ENGLISH.cancelled in told(app)
    assert not [button for button in app.button if button.key == "upload-cancel"]


def test_files_are_sent_with_what_is_said_about_them(open_page: Open, fake: FakeBackend) -> None:
    fake.uploads.uploads = [upload(EARLIER, "finished", title="before")]
    fake.uploads.busy = 1
    app = open_page()
    app.session_state["entered-as"] = "Kim"
    files = [("a.png", b"picture", "image/png"), ("labels.tsv", b"file\tlabel\n", "text/tab-separated-values")]
    settled(app.file_uploader[0].set_value(files).run())
    app.text_input(key="upload-tags").input("autumn, very dark")
    app.selectbox(key="upload-lines").select("all")
    settled(app.button(key="upload-begin").click().run())
    assert wait_until(lambda: fake.uploads.uploads[0]["phase"] == "working", SECONDS)
    assert fake.uploads.sent == {"a.png": b"picture", "labels.tsv": b"file\tlabel\n"}
    said = {"title": "", "tags": "autumn\nvery dark", "pictures": "auto", "lines": "all", "by": "Kim"}
    assert fake.uploads.begun == said
    sending = app.session_state["uploads"].sending
    assert wait_until(lambda: sending.has_ended, SECONDS)
    settled(app.run())
    assert app.session_state["uploads"].sending is None
    assert app.selectbox(key="upload-shown-1").value == LATER


# -- in a real browser ----------------------------------------------------------------------------------------


def open_browser(browser: Browser, url: str, size: tuple[int, int], language: Language, scheme: str) -> Page:
    context = browser.new_context(
        locale={"ko": "ko-KR", "en": "en-US"}[language],
        timezone_id="Asia/Seoul",
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page = context.new_page()
    page.goto(f"{url}/upload")
    page.locator(".st-key-typed-token input").fill(TOKEN)
    page.locator(".st-key-typed-name input").fill("Kim")
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    expect(page.get_by_test_id("stFileUploader")).to_be_visible()
    return page


@pytest.mark.browser
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")])
def test_every_text_can_be_read_and_nothing_is_cut_off(
    browser: Browser, app_on_fake: str, fake: FakeBackend, language: Language, size: tuple[int, int], scheme: str
) -> None:
    fake.uploads.uploads, fake.uploads.outcomes = [upload(EARLIER, "finished", **DONE)], OUTCOMES
    page = open_browser(browser, app_on_fake, size, language, scheme)
    try:
        expect(page.locator("table.uploads")).to_be_visible()
        page.locator("[data-testid=stExpander] summary").click()
        expect(page.locator(".st-key-upload-tags input")).to_be_visible()
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        assert faint_texts(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        if language == "en":
            assert not HANGUL.search(page.get_by_test_id("stMain").inner_text().replace("한국어", ""))
    finally:
        page.context.close()


@pytest.fixture(scope="module")
def app_with_team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app in front of a real backend whose team has a token."""
    logs: Path = tmp_path_factory.mktemp("team")
    with (
        running_backend(logs / "spool", logs / "backend.log", TAGS_TEAM_TOKEN=TOKEN) as backend,
        running_app(backend, logs / "app.log") as url,
    ):
        yield url


@pytest.mark.browser
def test_a_zip_of_dozens_of_crops_comes_in_and_is_explored(browser: Browser, app_with_team: str) -> None:
    rows = ["file|label|tags", *(f"{number:03}.png|{code(number)}|dark" for number in range(30))]
    files = {**crops(34), "labels.tsv": table(*rows), "note.txt": b"no picture", "older.zip": packed({})}
    page = open_browser(browser, app_with_team, DESKTOP, "en", "light")
    try:
        page.locator("input[type=file]").set_input_files(
            [
                FilePayload(name="shots.zip", mimeType="application/zip", buffer=packed(files)),
                FilePayload(name="photo.png", mimeType="image/png", buffer=png(draw_tag("GW2871"))),
            ]
        )
        page.locator(".st-key-upload-begin button").click()
        # A process of the lowest priority reads the crops.
        expect(page.get_by_text(ENGLISH.phases["finished"], exact=True)).to_be_visible(timeout=600_000)
        expect(page.locator("table.uploads tbody tr")).to_have_count(38)
        # The end has the whole page drawn once more; a click on what it replaces is lost.
        expect(page.locator(".st-key-upload-cancel")).to_have_count(0)
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        page.get_by_role("radio", name="Refused 2").or_(page.get_by_text("Refused 2", exact=True)).first.click()
        expect(page.locator("table.uploads tbody tr")).to_have_count(2)
        expect(page.get_by_text(ENGLISH.file_faults["zip-inside"])).to_be_visible()
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        page.locator(".st-key-upload-explore button").click()
        expect(page.locator(".crop-grid li")).to_have_count(35)
        expect(page.locator(".crop-grid")).to_contain_text("GW2871")
    finally:
        page.context.close()
