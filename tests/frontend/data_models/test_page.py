"""The page "Data and models": what it shows and does, and how it looks in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.drivers.reading_page import DESKTOP, HANGUL, PHONE, SECONDS
from frontend.client.connection import Connection
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendRefusedError
from frontend.client.team import TeamClient
from frontend.data_models.texts import TEXTS, DataTexts
from frontend.language import Language
from frontend.read_tag import texts as reading_texts
from tests.frontend.data_models.conftest import Open, pictures, press, told
from tests.frontend.fake_backend import FakeBackend
from tests.frontend.fake_team import BY_TRIGGER, CORRECTIONS, NOON, TOKEN

ENGLISH = TEXTS["en"]


# -- who may see it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ko", "en"])
def test_without_a_token_on_the_server_one_sentence_says_so(
    open_page: Open, fake: FakeBackend, language: Language
) -> None:
    fake.team.token = None
    app = open_page(token=None, language=language)
    assert [box.value for box in app.info] == [TEXTS[language].by_kind["team-off"]]
    assert not app.text_input
    assert "tiles" not in told(app)


def test_the_token_is_asked_for_and_a_wrong_one_refused(open_page: Open) -> None:
    app = open_page(token=None)
    assert "tiles" not in told(app)
    app.text_input(key="typed-token").input("wrong-wrong")
    app.button[2].click().run()
    assert [box.value for box in app.error] == [ENGLISH.by_kind["wrong-token"]]
    app.text_input(key="typed-token").input(TOKEN)
    app.button[2].click().run()
    assert not app.error
    assert "1,043" in told(app)
    press(app, "leave")
    assert "1,043" not in told(app)
    assert app.text_input(key="typed-token")


def test_a_backend_that_fails_is_asked_again(open_page: Open, fake: FakeBackend) -> None:
    fake.team.failing = 1
    app = open_page()
    assert [box.value for box in app.error] == [ENGLISH.by_kind["store-unavailable"]]
    assert "1,043" in told(press(app, "retry-overview"))


# -- what it shows ------------------------------------------------------------------------------------------


def test_the_figures_at_a_glance(open_page: Open, fake: FakeBackend) -> None:
    page = told(open_page())
    for figure in ("trba v4.0", "1,043", "12", "the oldest for 5 min", "4.0%", "97.0%"):
        assert figure in page
    fake.team.overview["queue"] |= {"unsent": 0, "oldest_seconds": 0.0}
    assert ENGLISH.tile_queue_sent in told(open_page())
    fake.team.overview["queue"] |= {"unsent": 3, "last_error": "the bucket refuses"}
    assert "the bucket refuses" in told(open_page())


def test_a_block_that_has_just_begun_is_told_with_the_one_before(open_page: Open, fake: FakeBackend) -> None:
    full, begun = fake.team.overview["labels"]["blocks"][-2:]
    full |= {"labels": 50, "corrected": 5, "confidence": 0.9}
    begun |= {"labels": 2, "corrected": 2, "confidence": 0.99}
    page = told(open_page())
    for figure in ("13.5%", "90.3%", "last 52 labels"):
        assert figure in page


def test_the_machine_s_words_are_korean_on_the_korean_page(open_page: Open, fake: FakeBackend) -> None:
    for section in ("models", "data"):
        page = told(open_page(section, language="ko"))
        for cell in ("우연일 수 있는 차이예요 (p = 1, 0.05보다 작아야 해요)", "오류 25개를 고치고"):
            assert cell in page
        assert "confirmed" not in page
    models = open_page(language="ko")
    assert "자동 (수정된 라벨)" in told(models)
    assert models.selectbox(key="accuracy-set").options == ["손님 사진", "합성 레시피 tags-1"]
    assert "모르는 형식" in told(open_page("data", language="ko"))
    asked = {"by": BY_TRIGGER, "version": None, "why": CORRECTIONS}
    fake.team.cycles.append({"id": "key-1", "worker": None, "progress": None, "at": NOON.isoformat()} | asked)
    assert "자동 (수정된 라벨) · 새로 고친 라벨 204개 (기준 200개)" in told(open_page("cycle", language="ko"))


def test_before_the_first_crop_the_shadow_stands_beside_who_serves(open_page: Open, fake: FakeBackend) -> None:
    fake.team.shadow["champion"] = None
    fake.team.overview["serving"]["version"] = "v4.1"
    sentences = [one.value for one in open_page().markdown]
    assert any("**trba v4.1**" in sentence for sentence in sentences)


def test_accuracy_champions_and_shadow(open_page: Open) -> None:
    app = open_page()
    page = told(app)
    for cell in (
        "88.0%",
        "+10.0 [+7.0, +13.0]",
        "within noise (p = 1, needed below 0.05)",
        "the disk is full",
        "champion now",
    ):
        assert cell in page
    assert "champion rollback" in app.code[0].value
    assert "only the challenger right" in page
    app.selectbox(key="accuracy-set").select("recipe tags-1").run()
    assert "93.2%" in told(app)


def test_a_canary_and_its_end(open_page: Open, fake: FakeBackend) -> None:
    assert ENGLISH.canary_title not in [one.value for one in open_page().header]
    counts = {"read": 900, "failed": 0, "confirmed": 410, "corrected": 31}
    worse = {"read": 52, "failed": 1, "confirmed": 24, "corrected": 17}
    fake.team.canary |= {"challenger": {"name": "trba", "version": "v6.0"}, "champion_counts": counts}
    fake.team.canary["challenger_counts"] = worse
    for language, title in (("en", "Canary"), ("ko", "일부 손님에게 보여 주는 새 모델")):
        app = open_page(language=language)
        assert title in [one.value for one in app.header]
        assert any("**trba v6.0**" in one.value and "5%" in one.value for one in app.markdown)
    ended = {"challenger": fake.team.canary["challenger"], "entry": 3, "why": "corrections", "at": NOON.isoformat()}
    fake.team.canary |= {
        "challenger": None,
        "returned": ended | {"champion_counts": counts, "challenger_counts": worse},
    }
    app = open_page()
    assert any("taken back because shoppers corrected more" in one.value for one in app.warning)
    page = told(app)
    assert "of 24" in page
    assert any("손님이 더 많이 고쳐서" in one.value for one in open_page(language="ko").warning)


def test_nothing_yet(open_page: Open, fake: FakeBackend) -> None:
    fake.team.overview |= {"champions": [], "versions": [], "cycles": []}
    fake.team.overview["labels"] |= {"kept": 0, "crops": 0, "days": [], "blocks": []}
    fake.team.shadow["challenger"] = None
    models = [box.value for box in open_page().info]
    assert models == [ENGLISH.accuracy_none, ENGLISH.champions_none, ENGLISH.shadow_none]
    assert [box.value for box in open_page("data").info] == [ENGLISH.labels_none, ENGLISH.versions_none]


def test_versions_with_a_card_and_a_sheet(open_page: Open) -> None:
    app = open_page("data")
    page = told(app)
    for cell in ("v5.0", "60,000", "not trained yet", "Asics"):
        assert cell in page
    assert app.selectbox(key="card-of").value == "v5.0"
    assert pictures(app) == 1


def test_what_cannot_be_read_is_named(open_page: Open, fake: FakeBackend) -> None:
    fake.team.overview |= {"labels": None, "queue": None, "faults": ["champion/00000002.json is damaged"]}
    assert "champion/00000002.json is damaged" in open_page().warning[0].value
    assert "v5.0" in told(open_page("data"))


def test_what_a_damaged_object_says_is_no_markup(open_page: Open, fake: FakeBackend) -> None:
    fake.team.overview["faults"] = ["champion/00000002.json is damaged: not '![x](http://elsewhere/x)'"]
    assert r"\!\[x\]\(http\://elsewhere/x\)" in open_page().warning[0].value


def test_label_events_that_are_set_aside_are_named(open_page: Open, fake: FakeBackend) -> None:
    name = f"events/{'f' * 16}/0000000001-{'a' * 32}.json"
    fake.team.overview |= {"set_aside": 12, "set_aside_names": [name]}
    (warning,) = open_page().warning
    assert warning.value == ENGLISH.set_aside.format(count=12) + f"\n- `{name}`"


# -- what it does -------------------------------------------------------------------------------------------


def test_a_cycle_is_asked_for_and_its_progress_shown(open_page: Open, fake: FakeBackend) -> None:
    app = open_page("cycle")
    assert ENGLISH.listening.format(count=1) in told(app)
    app.text_input(key="cycle-why").input("new brand")
    app.selectbox(key="cycle-version").select("v4.0")
    next(button for button in app.button if button.label == ENGLISH.cycle_button).click().run()
    assert fake.team.requests == [{"version": "v4.0", "why": "new brand"}]
    assert ENGLISH.cycle_waits in told(app)
    fake.team.begin("train", 24000, 60000)
    app.run()
    page = told(app)
    assert "worker-1 is on it" in page
    assert re.search(r'class="done">Prepare.*class="now"[^>]*>Train.*class="">Export', page)


def test_the_same_request_is_made_once_and_can_be_taken_back(open_page: Open, fake: FakeBackend) -> None:
    app = open_page("cycle")
    for told_after in (ENGLISH.cycle_requested, ENGLISH.cycle_waited):
        next(button for button in app.button if button.label == ENGLISH.cycle_button).click().run()
        assert told_after in [box.value for box in app.success]
    assert len(fake.team.cycles) == 1
    press(app, f"withdraw-{fake.team.cycles[0]['id']}")
    assert not fake.team.cycles
    assert ENGLISH.cycle_none in told(app)


def test_a_request_that_a_worker_has_begun_with_stays(open_page: Open, fake: FakeBackend) -> None:
    app = open_page("cycle")
    next(button for button in app.button if button.label == ENGLISH.cycle_button).click().run()
    (asked,) = fake.team.cycles
    asked["worker"] = "worker-1"
    app.run()
    assert f"withdraw-{asked['id']}" not in [button.key for button in app.button]
    with pytest.raises(BackendRefusedError) as error:
        TeamClient(Connection(fake.url), TOKEN).withdraw_cycle(asked["id"])
    assert failure_sentence(error.value, ENGLISH) == ENGLISH.by_kind["cycle-begun"]


def test_nobody_listening_is_said(open_page: Open, fake: FakeBackend) -> None:
    fake.team.workers = []
    app = open_page("cycle")
    assert ENGLISH.listening_none in [box.value for box in app.warning]
    next(button for button in app.button if button.label == ENGLISH.cycle_button).click().run()
    assert ENGLISH.cycle_waits_alone in told(app)


# -- in a real browser --------------------------------------------------------------------------------------


def enter(page: Page, url: str, texts: DataTexts) -> None:
    page.goto(f"{url}/data")
    field = page.locator(".st-key-typed-token input")
    expect(field).to_be_visible()
    field.fill(TOKEN)
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    expect(page.locator(".tiles").first).to_be_visible()
    expect(page.get_by_role("heading", name=texts.accuracy_title)).to_be_visible()


OVERFLOW = """() => Math.max(0, ...[...document.querySelectorAll('[data-testid="stMain"] *')]
    .filter((node) => node.getClientRects().length && !node.closest('.scroll') && !node.closest('svg'))
    .map((node) => node.getBoundingClientRect().right - window.innerWidth),
    ...[...document.querySelectorAll('.scroll:has(table.wide)')]
    .filter((node) => window.innerWidth <= 640)
    .map((node) => node.scrollWidth - node.clientWidth))"""


def overflow(page: Page) -> int:
    """CSS pixels by which anything stands out of the window sideways; tables scroll within themselves.

    Not so where they are lists of cards: a card has nowhere to scroll to.
    """
    beyond = page.evaluate(OVERFLOW)
    return round(beyond)


def take_picture(page: Page, path: Path) -> None:
    """Take a picture of the whole page, which scrolls within itself, for people to look at."""
    size = page.viewport_size
    assert size is not None
    height = page.get_by_test_id("stMain").evaluate("(main) => main.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": height})
    page.wait_for_timeout(500)  # until charts have taken their new place
    page.screenshot(path=path)
    page.set_viewport_size(size)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_section_fits_the_window_in_both_languages(
    browser: Browser, app_on_fake: str, fake: FakeBackend, tmp_path: Path, language: Language
) -> None:
    texts = TEXTS[language]
    context = browser.new_context(
        locale={"ko": "ko-KR", "en": "en-US"}[language],
        timezone_id="Asia/Seoul",
        viewport={"width": DESKTOP[0], "height": DESKTOP[1]},
    )
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    try:
        page = context.new_page()
        enter(page, app_on_fake, texts)
        marks = {
            "models": page.get_by_role("heading", name=texts.shadow_title),
            "data": page.get_by_role("heading", name=texts.card_title.format(version="v5.0")),
            "cycle": page.get_by_text(texts.listening.format(count=1)),
            "review": page.locator('[class*="st-key-drop-"]').nth(2),
        }
        for number, (section, mark) in enumerate(marks.items()):
            page.locator(".st-key-section button").nth(number).click()
            expect(mark).to_be_visible()
            if section in ("models", "data"):
                expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
            expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
            assert overflow(page) == 0, section
            take_picture(page, tmp_path / f"{section}.png")
            page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            page.wait_for_function(f"() => Math.round(({OVERFLOW})()) === 0")  # once charts have shrunk
            page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
            if language == "en":
                words = page.get_by_test_id("stMain").inner_text().replace("한국어", "")
                assert not HANGUL.search(words)
    finally:
        context.close()


@pytest.mark.browser
def test_progress_moves_by_itself_and_the_way_back_leads_to_the_first_page(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    context = browser.new_context(locale="en-US", viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    try:
        page = context.new_page()
        enter(page, app_on_fake, ENGLISH)
        page.locator(".st-key-section button").nth(2).click()
        page.get_by_role("button", name=ENGLISH.cycle_button).click()
        expect(page.get_by_text(ENGLISH.cycle_waits)).to_be_visible()
        # From here on nobody touches the page.
        fake.team.begin("train", 24000, 60000)
        expect(page.get_by_text("Train: 24,000 of 60,000")).to_be_visible()
        fake.team.begin("evaluate", 3, 4)
        expect(page.get_by_text("Evaluate: 3 of 4")).to_be_visible()
        fake.team.workers = []
        expect(page.get_by_text(ENGLISH.listening_none.split(":")[0])).to_be_visible()
        fake.team.cycles.clear()
        fake.team.overview["serving"]["version"] = "v6.0"
        expect(page.get_by_text(ENGLISH.cycle_none)).to_be_visible()
        # The end of a cycle draws the whole page anew.
        expect(page.locator(".tile b").first).to_have_text("trba v6.0")
        page.locator(".st-key-back button").click()
        expect(page.get_by_role("heading", name=reading_texts.TEXTS["en"].page)).to_be_visible()
        expect(page.get_by_test_id("stFileUploader")).to_be_visible()
    finally:
        context.close()
