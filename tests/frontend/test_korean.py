"""The Korean pages hold no English sentence (three Latin words in a row, names and commands aside), whatever fails."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
import streamlit as st
from PIL import Image
from starlette.responses import HTMLResponse, Response
from streamlit.testing.v1 import AppTest

from benchmarks.drivers.server import ROOT, free_port
from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.data_models.texts import TEXTS as DATA_TEXTS
from frontend.data_models.texts import Section
from frontend.explore.texts import EXAMPLES
from frontend.read_tag.texts import TEXTS
from tests.frontend.fake_backend import FakeBackend, card, card_field, prices, problem, tag
from tests.frontend.fake_team import BY_TRIGGER, CORRECTIONS, FULL, NOON, TOKEN, reason, words

KOREAN, DATA_KOREAN = TEXTS["ko"], DATA_TEXTS["ko"]
TAG = encode(draw_tag("CW2288-111"), "JPEG")
SENTENCE = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*(?:[,;:]? +[A-Za-z]+(?:['’-][A-Za-z]+)*){2,}")
# Commands and searches to type, what formats of files are called, and a person.
NAMES = re.compile(
    r"`.*?`|JPG, PNG, WebP, HEIC|\.venv/bin/python -m datasets champion rollback --reason|jin on studio-2|"
    + "|".join(map(re.escape, EXAMPLES))
)
PROXY = HTMLResponse("<p>The server behind this proxy is away.</p>", 502)

Open = Callable[..., AppTest]


@pytest.fixture
def open_page(fake: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> Open:
    """A page in Korean in front of the fake backend: of the team, if a section of its page is named."""
    monkeypatch.setenv("BACKEND_URL", fake.url)
    monkeypatch.setattr(type(st.context), "ip_address", None)
    monkeypatch.setattr(type(st.context), "timezone", "Asia/Seoul")

    def open_it(section: Section | None = None, *, token: str | None = TOKEN) -> AppTest:
        app = AppTest.from_file(str(ROOT / "frontend" / "app.py"), default_timeout=600)
        app.query_params["lang"] = "ko"
        if section is not None:
            app = AppTest.from_function(data_page, default_timeout=600)
            app.query_params["lang"] = "ko"
            app.session_state["section"] = section
            if token is not None:
                app.session_state["entered-with"] = token
        return checked(app.run())

    return open_it


def explore_page() -> None:
    import streamlit as st

    from frontend.explore.page import explore
    from frontend.notices import page_is_drawn

    explore(
        st.Page(lambda: None, title="태그 읽기", url_path="reading"),
        st.Page(lambda: None, title="데이터와 모델", url_path="data"),
    )
    page_is_drawn()


def data_page() -> None:
    import streamlit as st

    from frontend.data_models.page import data_models
    from frontend.notices import page_is_drawn

    data_models(
        st.Page(lambda: None, title="태그 읽기", url_path="reading"),
        st.Page(lambda: None, title="둘러보기", url_path="explore"),
    )
    page_is_drawn()


def written(app: AppTest) -> Iterator[str]:
    """Every text that the page writes itself."""
    for element in app._tree:
        proto = getattr(element, "proto", None)
        if element.type == "html":
            yield unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "\n", proto.body, flags=re.DOTALL))
            continue
        for name in ("label", "value", "options", "placeholder", "help", "text", "body"):
            said = getattr(element, name, None) or getattr(proto, name, None)
            for text in said if isinstance(said, list | tuple) else [said]:
                if isinstance(text, str):
                    yield text


def checked(app: AppTest) -> AppTest:
    """The page, which has no fault and no English sentence."""
    assert not app.exception
    for text in written(app):
        found = SENTENCE.search(NAMES.sub("", text))
        assert found is None, text
    return app


def press(app: AppTest, key: str) -> AppTest:
    return checked(app.button(key=key).click().run())


def upload(app: AppTest, data: bytes = TAG) -> AppTest:
    return checked(app.file_uploader[0].set_value(("tag.jpg", data, "image/jpeg")).run())


def uploads(app: AppTest) -> Iterator[AppTest]:
    """The page with a photo that it has not seen, again and again: opening the page anew takes longer than that."""
    for number in itertools.count():
        if not app.file_uploader:
            press(app, "another-photo")
        yield upload(app, TAG + bytes(number))


def errors(app: AppTest) -> str:
    return " ".join(str(box.value) for box in app.error)


def test_a_sentence_is_found_where_there_is_one() -> None:
    assert SENTENCE.search("라벨: Please try again.")
    assert SENTENCE.search("the team's page, quoted")
    assert not SENTENCE.search("나이키 에어 Air Force 1 '07 CW2288-111")


@pytest.mark.parametrize("route", ["previews", "tags"])
def test_every_kind_of_problem_is_told_in_korean(open_page: Open, fake: FakeBackend, route: str) -> None:
    shown, told, wanted = uploads(open_page()), dict[str, str](), dict[str, str]()
    for kind in [*KOREAN.by_kind, "unheard-of"]:
        fake.refusals = {f"POST /v1/{route}": problem(422 if kind != "too-many-guesses" else 429, kind)}
        told[kind] = errors(next(shown))
        wanted[kind] = KOREAN.by_kind.get(kind, KOREAN.by_kind["invalid-request"])
    assert told == wanted


@pytest.mark.parametrize("route", ["previews", "tags"])
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (PROXY, KOREAN.refused),
        (HTMLResponse("<p>Please log in to the network first.</p>"), KOREAN.refused),
        (problem(500, "unheard-of"), KOREAN.refused),
        (None, KOREAN.unreachable),
    ],
    ids=["a proxy's error", "a proxy's page", "unheard of", "nobody there"],
)
def test_whatever_else_comes_back_is_told_in_korean(
    open_page: Open,
    fake: FakeBackend,
    monkeypatch: pytest.MonkeyPatch,
    answer: Response | None,
    sentence: str,
    route: str,
) -> None:
    if answer is None:
        monkeypatch.setenv("BACKEND_URL", f"http://127.0.0.1:{free_port()}")
    else:
        fake.refusals = {f"POST /v1/{route}": answer}
    assert errors(upload(open_page())) == sentence


@pytest.mark.parametrize("refusal", [problem(503, "store-unavailable"), problem(507, "store-full"), PROXY])
def test_labels_deletions_and_prices_that_fail_are_told_in_korean(
    open_page: Open, fake: FakeBackend, refusal: Response
) -> None:
    fake.refusals = {"POST /v1/predictions/": refusal, "DELETE": refusal, "GET /v1/products": refusal}
    app = upload(open_page())
    assert len(app.error) == 1
    press(app, "accept")
    assert (KOREAN.perhaps_not_kept if refusal is PROXY else KOREAN.nothing_kept_yet) in errors(app)
    press(app, "turn-over")
    assert "CW2288" in errors(app)  # the label that was left behind
    del fake.refusals["POST /v1/predictions/"]
    press(app, "accept")
    press(app, "undo")
    assert KOREAN.still_kept in errors(app)


def test_cards_fields_and_barcodes_are_told_in_korean(open_page: Open, fake: FakeBackend) -> None:
    bars = {"format": "EAN-13", "text": "8801234567893", "corners": [[0, 0], [9, 0], [9, 5], [0, 5]]}
    full = card(
        code=card_field("CW2288-111", 1),
        brand=card_field("Nike", 0),
        sizes=[card_field("250", 0, "KR")],
        colour=card_field("WHITE", 0),
        price=card_field("129,000", 0, "KRW"),
        barcodes=[0],
        lines=[0, 1],
    )
    known = bars | {"text": "96385074", "format": "EAN-8", "code": "GW2871", "agrees": None}
    barcodes = [bars | {"code": "GW2872", "agrees": False}, known]
    fake.tag = tag(cards=[full, card(barcodes=[1]), card(lines=[2])], barcodes=barcodes)
    app = upload(open_page())
    assert [box.value for box in app.warning] == [KOREAN.barcode_differs.format(text="8801234567893")]
    press(app, "accept")
    assert [toggle.label for toggle in app.toggle] == [KOREAN.share_price.format(price="129,000원")]
    checked(app.toggle[0].set_value(True).run())
    assert fake.tag_price_requests == [("t1-1", "129000", "KRW")]
    for number in (1, 2):
        checked(app.get("button_group")[-1].set_value(number).run())
    assert KOREAN.no_code in [box.value for box in app.info]
    press(app, "mark")
    press(app, "another-photo")


def test_why_there_is_no_price_is_told_in_korean(open_page: Open, fake: FakeBackend) -> None:
    shown = uploads(open_page())
    for kind in [*KOREAN.price_reasons, "unheard_of"]:
        fake.prices = prices(products=[], reason={"kind": kind, "message": "No key for the price search is set."})
        st.cache_data.clear()  # prices are remembered by their code
        told = [box.value for box in next(shown).info]
        assert KOREAN.price_reasons.get(kind, KOREAN.price_reason_other) in told, kind


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"just words", KOREAN.by_kind["unsupported-format"]),
        (TAG[:2000], KOREAN.by_kind["truncated"]),
        (TAG + bytes(21 * 2**20), KOREAN.file_too_large),
        (encode(Image.new("1", (10_000, 5_001)), "PNG"), KOREAN.by_kind["too-many-pixels"]),
        (encode(Image.new("1", (1, 1)), "PNG"), KOREAN.by_kind["too-small"]),
    ],
)
def test_a_file_of_no_use_is_told_in_korean(open_page: Open, data: bytes, sentence: str) -> None:
    assert errors(upload(open_page(), data)) == sentence


# -- the team's page ----------------------------------------------------------------------------------------


def test_every_kind_of_problem_is_told_in_korean_on_the_team_s_page(open_page: Open, fake: FakeBackend) -> None:
    app = open_page("models")
    for kind in [*DATA_KOREAN.by_kind, "unheard-of"]:
        fake.refusals = {"GET /v1/team/overview": problem(401 if kind == "wrong-token" else 503, kind)}
        app.session_state["entered-with"] = TOKEN  # a wrong one is asked for again
        checked(app.run())
        sentence = DATA_KOREAN.by_kind.get(kind, DATA_KOREAN.refused)
        assert [box.value for box in (*app.error, *app.warning, *app.info)] == [sentence], kind


@pytest.mark.parametrize("refusal", [problem(503, "store-unavailable"), PROXY])
@pytest.mark.parametrize("section", ["models", "data", "cycle", "review"])
def test_sections_that_cannot_be_read_are_told_in_korean(
    open_page: Open, fake: FakeBackend, section: Section, refusal: Response
) -> None:
    parts = ("GET /v1/shadow", "GET /v1/team/versions", "GET /v1/team/cycles", "GET /v1/team/review")
    fake.refusals = dict.fromkeys(parts, refusal)
    assert len(open_page(section).warning) == 1


def test_requests_and_second_looks_that_fail_are_told_in_korean(open_page: Open, fake: FakeBackend) -> None:
    fake.refusals = {"POST /v1/team": problem(507, "store-full"), "GET /v1/team/samples": problem(404, "not-found")}
    app = open_page("cycle")
    checked(next(button for button in app.button if button.label == DATA_KOREAN.cycle_button).click().run())
    assert errors(app) == DATA_KOREAN.by_kind["store-full"]
    app = open_page("review")
    assert [box.value for box in app.caption].count(DATA_KOREAN.review_no_picture) == 3
    press(app, next(button.key for button in app.button if (button.key or "").startswith("choose-0-")))
    assert errors(app) == DATA_KOREAN.by_kind["store-full"]


def test_the_server_s_own_messages_stay_in_its_log(open_page: Open, fake: FakeBackend) -> None:
    fake.team.overview["faults"] = ["champion/00000002.json does not say what it should"]
    fake.team.overview["queue"] |= {"last_error": "The bucket does not answer at all"}
    app = open_page("models")
    assert [box.value for box in app.warning] == [DATA_KOREAN.faults]
    assert any(DATA_KOREAN.tile_queue_failed in text for text in written(app))


@pytest.mark.parametrize(
    "cause",
    [
        FULL["values"]["cause"],
        words("RuntimeError: the weights do not fit the layers of this model"),
        reason("too_damaged", "", damaged=9, of=60, what="events", names="events/a/1-b.json", most=2.0),
        reason("nothing_to_train", "version v5.0 holds nothing to train on", version="v5.0"),
    ],
    ids=lambda cause: cause["kind"],
)
def test_why_a_cycle_failed_is_told_in_korean(open_page: Open, fake: FakeBackend, cause: dict[str, object]) -> None:
    failed = reason("failed", "Failed in stage train: it is so", stage="train", cause=cause)
    fake.team.overview["cycles"][-1]["reason"] = failed
    fake.team.overview["versions"][-1]["reason"] = reason("failed_before_start", "Failed before it began", cause=cause)
    assert any("학습 단계에서 실패했어요" in text for text in written(open_page("models")))
    assert any("시작하기 전에 실패했어요" in text for text in written(open_page("data")))


@pytest.mark.parametrize("section", ["models", "data", "cycle", "review"])
@pytest.mark.parametrize("is_new", [True, False], ids=["new", "with a history"])
def test_every_section_is_korean(open_page: Open, fake: FakeBackend, section: Section, is_new: bool) -> None:
    if is_new:
        fake.team.overview |= {"champions": [], "versions": [], "cycles": []}
        fake.team.overview["labels"] |= {"kept": 0, "crops": 0, "days": [], "blocks": []}
        fake.team.shadow["challenger"] = None
        fake.team.workers, fake.explorer.doubted = [], []
    else:
        asked = {"by": BY_TRIGGER, "version": None, "why": CORRECTIONS, "at": NOON.isoformat()}
        fake.team.cycles.append({"id": "key-1", "worker": None, "progress": None} | asked)
        fake.team.begin("train", 24000, 60000)
    open_page(section)


def test_who_may_see_it_is_told_in_korean(open_page: Open, fake: FakeBackend) -> None:
    app = open_page("models", token=None)
    app.text_input(key="typed-token").input("wrong")
    checked(app.button[2].click().run())
    assert errors(app) == DATA_KOREAN.by_kind["wrong-token"]
    fake.team.token = None
    open_page("models")


# -- the team explores ----------------------------------------------------------------------------------------


@pytest.fixture
def explored(fake: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page "Explore" in Korean, with a crop open and a page of them selected."""
    monkeypatch.setenv("BACKEND_URL", fake.url)
    monkeypatch.setattr(type(st.context), "ip_address", None)
    monkeypatch.setattr(type(st.context), "timezone", "Asia/Seoul")
    app = AppTest.from_function(explore_page, default_timeout=600)
    app.query_params["lang"] = "ko"
    app.session_state["entered-with"] = TOKEN
    checked(app.run())
    state = app.session_state["exploration"]
    state.open(state.page.items[0])
    return press(app, "select-page")


def test_what_becomes_of_changes_is_told_in_korean(explored: AppTest, fake: FakeBackend) -> None:
    for change in ("keep", "unreadable", "drop", "undo", "fix"):
        press(explored, f"{change}-selection")
    for problem_kind in (
        "label-moved",
        "not-found",
        "nothing-to-undo",
        "bad-label",
        "damaged",
        "not-yours",
        "unheard-of",
    ):
        fake.explorer.problem = problem_kind
        press(explored, "keep-selection")
        assert len(explored.warning) == 1
    fake.refusals = {"POST /v1/team/labels": problem(422, "bad-text")}
    press(explored, "fix-selection")
    assert errors(explored) == KOREAN.by_kind["bad-text"]


@pytest.mark.parametrize(
    "search", ["confidense < 1", "turn =", "(turn = 0", "text = 'x", "status = corected", "turn > a"]
)
def test_a_search_that_is_wrong_is_told_in_korean(explored: AppTest, search: str) -> None:
    explored.text_input(key="explore-search").input(search).run()
    assert not explored.exception
    assert "알아듣지 못했어요" in errors(explored)
    assert not SENTENCE.search(errors(explored))


@pytest.mark.parametrize("kind", ["store-unavailable", "overloaded", "wrong-token", "unheard-of"])
def test_an_explorer_without_an_answer_is_told_in_korean(explored: AppTest, fake: FakeBackend, kind: str) -> None:
    fake.refusals = {"GET /v1/team/samples": problem(401 if kind == "wrong-token" else 503, kind)}
    checked(explored.text_input(key="explore-search").input("turn = 0").run())
    assert errors(explored) == DATA_KOREAN.by_kind.get(kind, DATA_KOREAN.refused)
