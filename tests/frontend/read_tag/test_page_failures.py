"""What the page does when things go wrong or slowly, in a real browser in front of the fake backend."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.drivers.reading_page import HANGUL, reading_page
from benchmarks.drivers.server import free_port, running_app
from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.heading import HeadingTexts
from frontend.language import Language
from frontend.read_tag.texts import TEXTS
from tests.frontend.fake_backend import (
    FakeBackend,
    prices,
    problem,
    reading,
    running_fake,
    tag,
    tag_line,
)

pytestmark = pytest.mark.browser
KOREAN, ENGLISH = TEXTS["ko"], TEXTS["en"]
TAG = encode(draw_tag("CW2288-111"))


def test_a_backend_that_is_down_loses_nothing_and_a_retry_reads(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    with (
        running_app(f"http://127.0.0.1:{port}", tmp_path / "log") as url,
        reading_page(browser, url) as page,
    ):
        page.upload(TAG)
        expect(page.alert).to_contain_text(ENGLISH.unreachable)
        with running_fake(port):
            page.press("retry-photo")
            page.expect_text("CW2288-111")
            expect(page.alert).to_have_count(0)
        page.press("turn-over")
        expect(page.alert.first).to_contain_text(ENGLISH.unreachable)
        expect(page.picture).to_be_visible()
        with running_fake(port):
            page.press("retry-read")
            page.expect_text("CW2288-111")


def test_a_photo_that_opens_slowly_says_so_and_another_can_be_chosen_meanwhile(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    fake.preview_seconds = 120
    with reading_page(browser, app_on_fake) as page:
        page.upload(encode(draw_tag("SLOW")))
        expect(page.alert).to_contain_text(ENGLISH.photo_wait)
        fake.preview_seconds = 0
        page.upload(TAG)
        page.expect_text("CW2288-111")
        assert fake.tags == [(TAG, 0)]


def test_a_slow_reading_says_so_and_obeys_the_next_click(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    fake.tag_seconds = 60
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        expect(page.alert).to_contain_text(ENGLISH.reading_wait)
        fake.tag_seconds = 0
        page.press("turn-over", at_once=True)
        expect(page.characters).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("kept", ["AAAA1111", "AAAA1112"], ids=["accepted", "corrected"])
def test_a_button_of_the_last_reading_labels_what_was_read_then(
    browser: Browser, app_on_fake: str, fake: FakeBackend, kept: str
) -> None:
    fake.tag = tag(tag_line("AAAA1111"))
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("AAAA1111")
        page.settle()
        first = page.reading_id()
        fake.tag_seconds, fake.expired, fake.tag = 3, True, tag(tag_line("BBBB2222"))
        page.press("turn-over")
        expect(page.alert).to_contain_text(ENGLISH.reading_wait)
        if kept == "AAAA1111":
            page.press("accept", at_once=True)
        else:
            page.page.locator('[class*="st-key-typed-"] input').fill(kept)
            page.page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
        page.expect_text("BBBB2222")
        page.page.get_by_text(ENGLISH.kept_title.format(count=1)).click()
        expect(page.page.get_by_text(kept, exact=True)).to_be_visible()
        expect(page.widget("accept")).to_be_visible()
        assert fake.labels == {first: {"status": "accepted" if kept == "AAAA1111" else "corrected", "text": kept}}
        assert page.reading_id() != first


def test_a_label_that_fails_behind_the_shoppers_back_is_told_and_sent_again(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        page.settle()
        first = page.reading_id()
        fake.failing_labels = 1
        page.press("accept")
        expect(page.alert).to_contain_text(ENGLISH.nothing_kept_yet)
        fake.tag = tag(tag_line("BBBB2222"))
        page.press("turn-over")
        page.expect_text("BBBB2222")
        expect(page.alert.filter(has_text="CW2288-111")).to_contain_text(ENGLISH.nothing_kept_yet)
        page.press(f"retry-{first}")
        expect(page.page.get_by_text(ENGLISH.kept_title.format(count=1))).to_be_visible()
        expect(page.alert).to_have_count(0)
        assert fake.labels == {first: {"status": "accepted", "text": "CW2288-111"}}


def test_a_file_that_is_too_large_is_told_in_words_and_a_jfif_is_read(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    jpeg = encode(draw_tag("CW2288-111"), "JPEG")
    with reading_page(browser, app_on_fake, locale="ko-KR") as page:
        page.upload(jpeg + bytes(21 * 2**20), "big.jpg", "image/jpeg")
        expect(page.alert).to_contain_text(KOREAN.file_too_large)
        page.upload(jpeg, "photo.jfif", "image/jpeg")
        page.expect_text("CW2288-111")


def test_a_label_that_fails_says_that_nothing_is_kept_and_a_retry_keeps_it(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    fake.failing_labels = 1
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        page.type_line("CW2288-112")
        expect(page.alert.first).to_contain_text(ENGLISH.nothing_kept_yet)
        assert fake.labels == {}
        page.press("retry-label")
        expect(page.saved).to_contain_text("CW2288-112")
        assert [label["text"] for label in fake.labels.values()] == ["CW2288-112"]


def test_an_expired_reading_is_kept_all_the_same(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    fake.expired = True
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        page.press("accept")
        expect(page.saved).to_contain_text("CW2288-111")
        assert [request["image"] for request in fake.label_requests] == [False, True]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_text_is_said_and_asks_for_no_price(
    browser: Browser, app_on_fake: str, fake: FakeBackend, language: Language
) -> None:
    fake.tag = tag(lines=[], cards=[], first_line=None)
    with reading_page(browser, app_on_fake, locale={"ko": "ko-KR", "en": "en-US"}[language]) as page:
        page.upload(TAG)
        expect(page.alert).to_contain_text(TEXTS[language].no_text)
        expect(page.widget("accept")).to_have_count(0)
        fake.reading = reading("", confidence=0.93, characters=[], candidates=[], formats=[])
        page.press("mark-now")
        expect(page.alert).to_contain_text(TEXTS[language].line_without_text_sentence)
        expect(page.page.get_by_text("93%")).to_be_visible()
        expect(page.widget("accept")).to_have_count(0)
        page.press("unreadable")
        expect(page.saved).to_contain_text(TEXTS[language].saved_unreadable)
        assert [label["status"] for label in fake.labels.values()] == ["unreadable"]
        assert fake.price_requests == []


def test_a_chip_accepts_another_reading_with_one_click(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_code("CW2288-111")
        chips = page.page.locator('[class*="st-key-chips-"]').get_by_role("radio")
        # The third is so unlikely that one tap must not keep it.
        expect(chips).to_have_text(["CW2288-1I1 6%", "CW2Z88-111 3%"])
        chips.nth(1).click()
        expect(page.saved).to_contain_text("CW2Z88-111")
        page.expect_code("CW2Z88-111")
        assert [(r["status"], r["text"]) for r in fake.label_requests] == [("corrected", "CW2Z88-111")]
        assert fake.whole_labels == [True]
        page.settle()
        page.press("undo")
        expect(page.alert.filter(has_text=ENGLISH.undone)).to_be_visible()
        page.expect_code("CW2288-111")
        page.settle()
        assert (fake.labels, len(fake.label_requests)) == ({}, 1)


def test_who_opts_out_gets_reading_and_price_and_nothing_is_kept(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_code("CW2288-111")
        page.widget("keep-switch").locator("label").click()
        expect(page.page.get_by_text(ENGLISH.private_sentence)).to_be_visible()
        expect(page.widget("accept")).to_have_count(0)
        page.type_line("cw2288-112")
        page.expect_code("CW2288-112")
        chips = page.page.locator('[class*="st-key-chips-"]').get_by_role("radio")
        chips.nth(0).click()
        page.expect_code("CW2288-1I1")
        expect(page.offers.first).to_be_visible()
        assert fake.label_requests == []


def test_a_refused_text_that_is_not_kept_shows_the_refusal_alone(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_code("CW2288-111")
        page.widget("keep-switch").locator("label").click()
        expect(page.page.get_by_text(ENGLISH.private_sentence)).to_be_visible()
        fake.refusals["GET /v1/products"] = problem(422, "bad-code")
        page.type_line("СW2288-112")
        expect(page.alert).to_have_count(1)
        expect(page.alert).to_contain_text(str(ENGLISH.by_kind["bad-code"]))
        expect(page.page.get_by_text(ENGLISH.code_label)).to_have_count(0)
        expect(page.page.get_by_text("Searching with")).to_have_count(0)
        fake.refusals.clear()
        page.type_line("cw2288-112")
        page.expect_code("CW2288-112")


def test_what_was_kept_earlier_in_the_visit_can_be_deleted(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        page.press("accept")
        expect(page.saved).to_be_visible()
        page.press("another-photo")
        kept = page.page.get_by_test_id("stExpander")
        expect(kept).to_contain_text(ENGLISH.kept_title.format(count=1))
        kept.locator("summary").click()
        kept.get_by_role("button", name=ENGLISH.delete).click()
        expect(page.alert).to_contain_text(ENGLISH.undone)
        expect(kept).to_have_count(0)
        assert fake.labels == {}


@pytest.mark.parametrize("clipboard", [True, False], ids=["secure page", "plain http"])
def test_the_copy_button_copies_the_code(
    browser: Browser, app_on_fake: str, fake: FakeBackend, clipboard: bool
) -> None:
    allowed = {"permissions": ["clipboard-read", "clipboard-write"]}
    with reading_page(browser, app_on_fake, **allowed) as page:
        page.upload(TAG)
        page.expect_code("CW2288-111")
        if not clipboard:
            # What a browser offers a page that came over plain HTTP from another machine.
            page.page.evaluate("navigator.clipboard.writeText = undefined")
        page.page.evaluate("navigator.clipboard.write([new ClipboardItem({'text/plain': 'before'})])")
        page.page.get_by_role("button", name=ENGLISH.copy, exact=True).click()
        expect(page.page.get_by_role("button", name=ENGLISH.copied)).to_be_visible()
        assert page.page.evaluate("navigator.clipboard.readText()") == "CW2288-111"


def test_a_file_of_no_use_is_told_and_another_can_be_chosen(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    files = [
        (b"just words", "letter.jpg", "unsupported-format"),
        (b"GIF89a" + bytes(80), "tag.gif", "unsupported-format"),
        (b"%PDF-1.7" + bytes(80), "receipt.pdf", "unsupported-format"),
        (b"just words", "film.mp4", "unsupported-format"),
        (b"just words", "noext", "unsupported-format"),
        (b"just words", "letter.txt ", "unsupported-format"),
        (TAG[:200], "half.png", "truncated"),
    ]
    with reading_page(browser, app_on_fake) as page:
        for number, (data, name, kind) in enumerate(files):
            page.upload(data, name)
            expect(page.alert).to_contain_text(ENGLISH.by_kind[kind])
            code = f"CW2288-11{number}"
            fake.tag = tag(tag_line(code))
            page.upload(TAG, "tag.png.download")
            page.expect_text(code)
            expect(page.alert).to_have_count(0)
            page.press("another-photo")
            expect(page.uploader).to_be_visible()
            page.settle()


@pytest.mark.parametrize(("locale", "language", "other"), [("ko-KR", "ko", "English"), ("en-GB", "en", "한국어")])
def test_the_language_follows_the_browser_and_can_be_switched(
    browser: Browser, app_on_fake: str, fake: FakeBackend, locale: str, language: Language, other: str
) -> None:
    with reading_page(browser, app_on_fake, locale=locale) as page:
        expect(page.page.get_by_role("heading", level=1)).to_have_text(TEXTS[language].page)
        page.upload(TAG)
        page.expect_text("CW2288-111")
        page.page.get_by_role("radio", name=other).click()
        switched = TEXTS["en" if language == "ko" else "ko"]
        expect(page.page.get_by_role("heading", level=1)).to_have_text(switched.page)
        expect(page.widget("accept")).to_contain_text(switched.accept)
        # The photo and its reading stay.
        page.expect_text("CW2288-111")
        assert len(fake.tags) == 1
        assert page.page.title() == f"{switched.page} · {HeadingTexts(switched.language).product}"


def test_the_english_page_shows_no_korean_but_the_switch(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    fake.prices = prices(products=[])
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        expect(page.page.get_by_text(ENGLISH.search_label)).to_be_visible()
        shown = page.page.get_by_test_id("stMain").inner_text().replace("한국어", "")
        assert not HANGUL.search(shown)


def test_nothing_of_the_framework_shows(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    with reading_page(browser, app_on_fake) as page:
        for name in ("stToolbar", "stHeader", "stMainMenu", "stAppDeployButton", "stSidebar"):
            for node in page.page.get_by_test_id(name).all():
                assert not node.is_visible(), name


def test_after_a_correction_line_and_brands_are_those_of_the_correction(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        expect(page.page.locator(".brands")).to_contain_text("Nike")
        page.type_line("374915-01")
        expect(page.saved).to_contain_text("374915-01")
        page.expect_text("374915-01")
        page.expect_code("374915-01")
        page.settle()  # until then both readings' brands may stand there
        expect(page.page.locator(".brands")).to_contain_text("Puma")
        expect(page.page.locator(".brands")).not_to_contain_text("Nike")
        expect(page.page.get_by_text(ENGLISH.corrected_note.format(text="CW2288-111"))).to_be_visible()
        page.press("undo")
        page.expect_text("CW2288-111")
        page.settle()
        expect(page.page.locator(".brands")).to_contain_text("Nike")


def test_what_was_kept_can_be_deleted_after_a_reload(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        page.press("accept")
        expect(page.saved).to_contain_text("CW2288-111")
        (kept,) = fake.labels
        page.settle()
        assert kept not in page.page.url  # an address is sent to others, and who knows the id may delete the label
        page.page.reload()
        page.page.get_by_text(ENGLISH.kept_title.format(count=1)).click()
        expect(page.page.get_by_text(ENGLISH.kept_before)).to_be_visible()
        page.press(f"delete-{kept}")
        expect(page.alert.filter(has_text=ENGLISH.undone)).to_be_visible()
        assert fake.labels == {}
        page.settle()
        page.page.reload()
        expect(page.uploader).to_be_visible()
        page.settle()
        expect(page.page.get_by_text(ENGLISH.kept_title.format(count=1))).to_have_count(0)
