"""What the page does when things go wrong or slowly, in a real browser in front of the fake backend.

Longer than other files: its tests share one browser and one fake backend, and each is a failure that a shopper meets.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from benchmarks.drivers.reading_page import HANGUL, PHONE, reading_page
from benchmarks.drivers.server import free_port, running_app
from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.heading import HeadingTexts
from frontend.language import Language
from frontend.read_tag.texts import TEXTS
from tests.frontend.fake_backend import FakeBackend, prices, problem, reading, running_fake

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
        expect(page.canvas).to_be_visible()
        with running_fake(port):
            page.press("retry-read")
            page.expect_text("CW2288-111")
            expect(page.alert).to_have_count(0)


def test_a_slow_reading_says_so_and_obeys_the_next_click(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    fake.reading_seconds = 4
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        expect(page.alert).to_contain_text(ENGLISH.reading_wait)
        fake.reading_seconds = 0
        page.press("turn-over")
        expect(page.characters).to_be_visible(timeout=3000)


@pytest.mark.parametrize("kept", ["AAAA1111", "AAAA1112"], ids=["accepted", "corrected"])
def test_a_button_of_the_last_reading_labels_what_was_read_then(
    browser: Browser, app_on_fake: str, fake: FakeBackend, kept: str
) -> None:
    fake.reading = reading("AAAA1111")
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("AAAA1111")
        page.settle()
        first = page.reading_id()
        fake.reading_seconds, fake.expired, fake.reading = 3, True, reading("BBBB2222")
        page.press("turn-over")
        expect(page.alert).to_contain_text(ENGLISH.reading_wait)
        if kept == "AAAA1111":
            page.press("accept")
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
        fake.reading = reading("BBBB2222")
        page.press("turn-over")
        page.expect_text("BBBB2222")
        expect(page.alert.filter(has_text="CW2288-111")).to_contain_text(ENGLISH.nothing_kept_yet)
        page.press(f"retry-{first}")
        expect(page.page.get_by_text(ENGLISH.kept_title.format(count=1))).to_be_visible()
        expect(page.alert).to_have_count(0)
        assert fake.labels == {first: {"status": "accepted", "text": "CW2288-111"}}


def test_box_and_typed_text_stay_when_the_window_changes(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    with reading_page(browser, app_on_fake, size=PHONE) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        page.settle()
        first = page.reading_id()
        page.drag((0.5, 0.5), (0.5, 0.3))
        page.expect_reading_after(first)
        page.settle()
        page.page.locator('[class*="st-key-typed-"] input').fill("CW2288-117")
        before, asked = page.reading_id(), len(fake.sizes)
        frame = page.page.locator('iframe[title*="st_cropper"]').element_handle()
        page.page.set_viewport_size({"width": PHONE[1], "height": PHONE[0]})
        assert frame is not None
        frame.wait_for_element_state("hidden")  # the cropper is another one now
        page.canvas_area()
        page.settle()
        assert page.reading_id() == before
        assert len(fake.sizes) == asked
        expect(page.page.locator('[class*="st-key-typed-"] input')).to_have_value("CW2288-117")


def test_a_price_service_that_was_away_for_a_moment_is_asked_again(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    fake.prices = prices(products=[], reason={"kind": "unavailable", "message": "x"})
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        expect(page.alert).to_contain_text(ENGLISH.price_reasons["unavailable"])
        fake.prices = prices()
        page.press("retry-price")
        expect(page.offers.first).to_contain_text("₩129,000")


def test_a_file_that_is_too_large_is_told_in_words_and_a_jfif_is_read(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    jpeg = encode(draw_tag("CW2288-111"), "JPEG")
    with reading_page(browser, app_on_fake, locale="ko-KR") as page:
        page.upload(jpeg + bytes(21 * 2**20), "big.jpg", "image/jpeg")
        expect(page.alert).to_contain_text(KOREAN.picture_faults["too_large"])
        page.upload(jpeg, "photo.jfif", "image/jpeg")
        page.expect_text("CW2288-111")


def test_a_slow_price_holds_up_neither_the_reading_nor_the_label(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    fake.price_seconds = 6
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        expect(page.page.get_by_text(ENGLISH.price_wait)).to_be_visible(timeout=3000)
        page.press("accept")
        expect(page.saved).to_contain_text("CW2288-111", timeout=3000)
        assert page.offers.count() == 0
        expect(page.offers.first).to_contain_text("₩129,000")
        # The click did not ask for the price a second time.
        assert fake.price_requests == ["CW2288-111"]


def test_a_price_that_fails_can_be_tried_again_by_itself(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    fake.prices = problem(503, "busy")
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        expect(page.alert).to_contain_text(ENGLISH.refused)
        fake.prices = prices()
        page.press("retry-price")
        expect(page.offers.first).to_contain_text("₩129,000")
        assert len(fake.sizes) == 1


@pytest.mark.parametrize("kind", ["no_key", "key_refused", "quota", "service_ended", "not_found", "unavailable"])
def test_why_there_is_no_price_stands_there_with_the_search_links(
    browser: Browser, app_on_fake: str, fake: FakeBackend, kind: str
) -> None:
    fake.prices = prices(products=[], reason={"kind": kind, "message": "from the service"})
    with reading_page(browser, app_on_fake, locale="ko-KR") as page:
        page.upload(TAG)
        expect(page.alert).to_contain_text(KOREAN.price_reasons[kind])
        links = page.page.get_by_test_id("stLinkButton").get_by_role("link")
        expect(links).to_have_text(["네이버 쇼핑", "KREAM", "구글"])
        assert "CW2288-111" in (links.nth(1).get_attribute("href") or "")


def test_offers_say_where_when_and_whether_it_may_be_another_product(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake, locale="ko-KR") as page:
        page.upload(TAG)
        offers = page.page.locator(".offer")
        expect(offers).to_have_count(2)
        for part in (
            "나이키 에어 포스 1 '07 CW2288-111",
            "최저가",
            "129,000원",
            "신발나라",
            "7월 1일 14:00 기준",
        ):
            expect(offers.nth(0)).to_contain_text(part)
        assert offers.nth(0).get_by_role("link").get_attribute("href") == "https://shop.example/cw2288-111"
        # The other one is cheaper, yet it comes second and says why.
        expect(offers.nth(1)).to_contain_text(KOREAN.price_other)
        expect(offers.nth(0)).not_to_contain_text(KOREAN.price_other)


def test_a_shops_own_markup_and_links_do_nothing(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    evil = prices()["products"][0] | {"name": "<img src=x onerror=alert(1)>", "url": "javascript:alert(1)"}
    fake.prices = prices(products=[evil])
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        expect(page.page.locator(".offer .name")).to_have_text("<img src=x onerror=alert(1)>")
        assert page.page.locator(".offer a").count() == 0


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
    fake.reading = reading("", confidence=0.93, characters=[], candidates=[], formats=[])
    with reading_page(browser, app_on_fake, locale={"ko": "ko-KR", "en": "en-US"}[language]) as page:
        page.upload(TAG)
        expect(page.alert).to_contain_text(TEXTS[language].no_text)
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
        expect(chips).to_have_text(["CW2288-1I1 6%", "CW2Z88-111 3%", "CW2288-110 <1%"])
        chips.nth(2).click()
        expect(page.saved).to_contain_text("CW2288-110")
        page.expect_code("CW2288-110")
        assert [(r["status"], r["text"]) for r in fake.label_requests] == [("corrected", "CW2288-110")]
        assert fake.whole_labels == [True]
        page.press("undo")
        expect(page.alert).to_contain_text(ENGLISH.undone)
        assert fake.labels == {}
        page.expect_code("CW2288-111")


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


@pytest.mark.parametrize(
    ("data", "name", "fault"),
    [
        (b"just words", "letter.jpg", "unsupported_format"),
        (TAG[:200], "half.png", "damaged"),
    ],
)
def test_a_file_of_no_use_is_told_and_another_can_be_chosen(
    browser: Browser, app_on_fake: str, fake: FakeBackend, data: bytes, name: str, fault: str
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(data, name)
        expect(page.alert).to_contain_text(ENGLISH.picture_faults[fault])
        page.upload(TAG)
        page.expect_text("CW2288-111")


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
        assert len(fake.sizes) == 1
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


@pytest.mark.parametrize("language", ["ko", "en"])
def test_nothing_stands_out_of_a_phones_window(
    browser: Browser, app_on_fake: str, fake: FakeBackend, language: Language
) -> None:
    fake.reading = reading("SN 117504 COLOR:BLK", code="117504")
    with reading_page(
        browser, app_on_fake, locale={"ko": "ko-KR", "en": "en-US"}[language], size=PHONE, has_touch=True
    ) as page:
        assert page.overflow() == 0
        page.upload(encode(draw_tag("CW2288-111", size=(3000, 4000), letter=300), "JPEG"), "tag.jpg", "image/jpeg")
        page.expect_text("SN 117504 COLOR:BLK")
        expect(page.offers.first).to_be_visible()
        area = page.canvas_area()
        assert area is not None
        assert area["x"] >= 0
        assert area["x"] + area["width"] <= PHONE[0]
        assert page.overflow() == 0


def test_a_12_megapixel_photo_is_cut_from_its_own_pixels_and_travels_small(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    photo = draw_tag("CW2288-111", size=(4000, 3000), letter=400)
    noise = Image.effect_noise((1000, 750), 40).convert("RGB").resize(photo.size)
    data = encode(Image.blend(photo, noise, 0.2), "JPEG", quality=92)
    with reading_page(browser, app_on_fake) as page:
        page.upload(data, "tag.jpg", "image/jpeg")
        page.expect_text("CW2288-111")
        width, height = fake.sizes[0]
        # The first box is 76 % of the width, in pixels of the photo and not of the small picture on the page.
        assert abs(width - 3040) < 30
        assert 600 < height < 1500
        assert fake.bytes[0] < len(data)
        # The box moved up: another cut of the same size, again at full resolution.
        earlier = page.reading_id()
        page.drag((0.5, 0.5), (0.5, 0.4))
        page.expect_reading_after(earlier)
        assert abs(fake.sizes[1][0] - width) <= 10
        assert abs(fake.sizes[1][1] - height) <= 10


@pytest.mark.parametrize(
    ("key", "turns", "wide"), [("turn-left", 3, False), ("turn-right", 1, False), ("turn-over", 2, True)]
)
def test_a_turned_photo_is_read_turned(
    browser: Browser, app_on_fake: str, fake: FakeBackend, key: str, turns: int, wide: bool
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        earlier = page.reading_id()
        page.press(key)
        page.expect_reading_after(earlier)
        assert fake.turns == [0, turns]
        area = page.canvas_area()
        assert area is not None
        assert (area["width"] > area["height"]) is wide


def test_a_photo_taken_with_the_camera_is_read_at_its_full_resolution(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake, permissions=["camera"]) as page:
        page.page.get_by_role("radio", name=ENGLISH.source_camera).click()
        button = page.page.get_by_test_id("stCameraInputButton")
        expect(button).to_be_enabled()
        page.page.wait_for_function("document.querySelector('video').videoWidth > 0")
        button.click()
        page.expect_text("CW2288-111")
        # The widget is 500 wide, the camera 1920; the first box takes 84 % of the width.
        assert fake.sizes[0][0] > 1400


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
