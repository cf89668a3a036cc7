"""Choosing and marking lines on a photo, in a real browser in front of the fake backend."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser, Route, expect

from benchmarks.drivers.reading_page import PHONE, reading_page
from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.language import Language
from frontend.read_tag.texts import TEXTS
from tests.frontend.fake_backend import (
    FakeBackend,
    card,
    card_field,
    tag,
    tag_line,
)

pytestmark = pytest.mark.browser
KOREAN, ENGLISH = TEXTS["ko"], TEXTS["en"]
TAG = encode(draw_tag("CW2288-111"))


def test_box_and_typed_text_stay_when_the_window_changes(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    with reading_page(browser, app_on_fake, size=PHONE) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        page.settle()
        page.press("mark")
        page.canvas_area()
        page.settle()
        first = page.reading_id()
        page.drag((0.5, 0.5), (0.5, 0.3))
        page.expect_reading_after(first)
        page.settle()
        page.page.locator('[class*="st-key-typed-"] input').fill("CW2288-117")
        before, asked = page.reading_id(), len(fake.sizes)
        page.page.set_viewport_size({"width": PHONE[1], "height": PHONE[0]})
        page.settle()
        assert page.reading_id() == before
        assert len(fake.sizes) == asked
        expect(page.page.locator('[class*="st-key-typed-"] input')).to_have_value("CW2288-117")


def test_a_picture_that_is_asked_for_too_early_is_asked_for_again(browser: Browser, app_on_fake: str) -> None:
    refused = 0

    def refuse_twice(route: Route) -> None:
        nonlocal refused
        if refused < 2:
            refused += 1
            route.fulfill(status=404)
        else:
            route.continue_()

    with reading_page(browser, app_on_fake) as page:
        page.page.route("**/media/**", refuse_twice)
        page.upload(TAG)
        page.expect_text("CW2288-111")
        picture = page.page.locator(".st-key-stage img")
        expect(picture).to_have_js_property("complete", True)
        expect(picture).not_to_have_js_property("naturalWidth", 0)
        assert refused == 2


@pytest.mark.parametrize("language", ["ko", "en"])
def test_nothing_stands_out_of_a_phones_window(
    browser: Browser, app_on_fake: str, fake: FakeBackend, language: Language
) -> None:
    line = tag_line("SN 117504 COLOR:BLK", code="117504", place=(500.0, 1600.0, 2500.0, 1900.0))
    brand = tag_line("SKECHERS", "brand", (1000.0, 300.0, 2000.0, 500.0))
    cards = [
        card(
            code=card_field("117504", 0),
            brand=card_field("Skechers", 1),
            sizes=[card_field(f"{size}", 1, unit) for size, unit in ((250, "KR"), (40, "EU"), (7, "US"), (6, "UK"))],
            colour=card_field("BLACK/WHITE/CHARCOAL AND MORE", 1),
            price=card_field("129,000", 1, "KRW"),
            lines=[0, 1],
        ),
        *(card(code=card_field(f"11750{number}", 0)) for number in range(8)),
    ]
    fake.tag = tag(lines=[line, brand], cards=cards, first_line=0, width=3000, height=4000)
    with reading_page(
        browser, app_on_fake, locale={"ko": "ko-KR", "en": "en-US"}[language], size=PHONE, has_touch=True
    ) as page:
        assert page.overflow() == 0
        page.upload(encode(draw_tag("CW2288-111", size=(3000, 4000), letter=300), "JPEG"), "tag.jpg", "image/jpeg")
        page.expect_text("SN 117504 COLOR:BLK")
        expect(page.offers.first).to_be_visible()
        # Code and price are seen, and what the thumb needs, before anything is scrolled.
        for part in (
            page.code,
            page.offers.first,
            page.widget("accept"),
            page.widget("correct"),
            page.widget("another-photo"),
        ):
            expect(part).to_be_in_viewport(ratio=1)
        assert page.overflow() == 0
        area = page.picture_area()
        assert area["x"] >= 0
        assert area["x"] + area["width"] <= PHONE[0]
        assert page.overflow() == 0
        # The button stands below the answer; the box that it brings comes into view.
        page.widget("mark").scroll_into_view_if_needed()
        page.press("mark")
        expect(page.page.locator("[data-touched]")).to_have_count(1)
        expect(page.page.locator('iframe[title*="st_cropper"]')).to_be_in_viewport(ratio=0.9)


def test_a_box_is_read_from_the_photos_own_pixels_and_cannot_leave_it(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    fake.tag = tag(lines=[], cards=[], first_line=None, width=4000, height=3000)
    data = encode(draw_tag("CW2288-111", size=(4000, 3000), letter=400), "JPEG")
    with reading_page(browser, app_on_fake) as page:
        page.upload(data, "tag.jpg", "image/jpeg")
        page.press("mark-now")
        page.expect_text("CW2288-111")
        page.settle()
        # The first box is 76 % of the width, in pixels of the photo and not of the small picture on the page.
        width, height = fake.sizes[0]
        assert width == 3040
        assert fake.photos == [data]
        # The box has been pushed out of the picture: it stands at its edge.
        earlier = page.reading_id()
        page.drag((0.5, 0.5), (0.98, 0.02))
        page.expect_reading_after(earlier)
        page.settle()
        left, top, narrower, lower = map(int, (fake.regions[1][0] or "").split(","))
        assert (left + narrower, top) == (4000, 0)
        assert abs(narrower - width) < 16  # two pixels of the canvas
        assert abs(lower - height) < 16
        # It has handles at once, without a touch: the lower left one makes it wider and higher.
        earlier = page.reading_id()
        share = (left / 4000, lower / 3000)
        page.drag(share, (share[0] - 0.1, share[1] + 0.1))
        page.expect_reading_after(earlier)
        page.settle()
        left, top, wider, higher = map(int, (fake.regions[-1][0] or "").split(","))
        assert left + wider > 3950  # a pixel of the canvas is eight of the photo
        assert top < 50
        assert wider > narrower + 200
        assert higher > lower + 200
        # They are white on any cloth.
        inside = page.canvas.evaluate(
            """(upper, [x, y]) => { const drawn = upper.parentElement.querySelector(".lower-canvas");
            const pixel = drawn.getContext("2d").getImageData(x * drawn.width - 4, y * drawn.height - 4, 9, 9).data;
            return Array.from({ length: 81 }, (_, at) => pixel.slice(4 * at, 4 * at + 3).join())
                .filter((colour) => colour === "255,255,255").length; }""",
            [left / 4000, (top + higher) / 3000],
        )
        assert inside > 40
        # So do the sliders, for keys and screen readers.
        earlier = page.reading_id()
        page.page.get_by_text(ENGLISH.sliders_title).click()
        page.widget("box-across").get_by_role("slider").first.press("ArrowRight")
        page.expect_reading_after(earlier)
        assert int((fake.regions[-1][0] or "").split(",")[0]) > left


def test_a_tap_on_the_photo_chooses_another_line_and_a_field_does_too(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        page.settle()
        expect(page.lines).to_have_count(3)
        expect(page.lines.nth(1)).to_have_attribute("aria-pressed", "true")
        expect(page.lines.nth(1)).to_have_attribute("aria-label", "CW2288-111, product code")
        area = page.picture_area()
        page.page.mouse.click(area["x"] + 0.5 * area["width"], area["y"] + 0.84 * area["height"])
        page.expect_text("MADE IN VIETNAM")
        expect(page.lines.nth(2)).to_have_attribute("aria-pressed", "true")
        # What it says stands beside it, too: on a phone the answer is out of sight.
        said = page.picture.locator(".stage-said")
        expect(said).to_have_text("MADE IN VIETNAM, country")
        # A country is no code: the code and its price stay.
        page.expect_code("CW2288-111")
        page.press("field-0")
        page.expect_text("US 9 UK 8")
        expect(said).to_be_hidden()
        page.press("accept")
        expect(page.saved).to_contain_text("US9UK8")
        # Keys go from line to line.
        page.lines.nth(0).focus()
        page.page.keyboard.press("ArrowDown")
        expect(page.lines.nth(1)).to_be_focused()
        page.page.keyboard.press("Enter")
        page.expect_text("CW2288-111")
        expect(page.widget("accept")).to_be_visible()
        assert [label["status"] for label in fake.labels.values()] == ["accepted"]


def test_a_photo_is_enlarged_and_moved_and_a_tap_still_means_the_line_below_it(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        page.settle()
        as_it_is = 560 / 900 * page.picture_area()["width"]
        page.page.get_by_role("button", name=ENGLISH.zoom_in).click()
        enlarged = page.lines.nth(1).bounding_box()
        assert enlarged is not None
        assert enlarged["width"] > 1.4 * as_it_is
        # The outlines do not grow with the print, which they would cover.
        stroke = page.lines.nth(1).evaluate("(line) => parseFloat(getComputedStyle(line).strokeWidth)")
        assert stroke == pytest.approx(3.5 / 1.6, abs=0.1)
        page.drag((0.5, 0.5), (0.5, 0.1), page.picture_area())
        page.expect_text("CW2288-111")
        moved = page.lines.nth(2).bounding_box()
        assert moved is not None
        page.page.mouse.click(moved["x"] + moved["width"] / 2, moved["y"] + moved["height"] / 2)
        page.expect_text("MADE IN VIETNAM")


def test_an_enlarged_photo_that_is_turned_begins_as_a_whole(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_text("CW2288-111")
        page.settle()
        page.page.get_by_role("button", name=ENGLISH.zoom_in).click()
        page.drag((0.5, 0.5), (0.1, 0.1), page.picture_area())
        fake.tag_seconds = 8
        page.press("turn-right")
        whole = """() => {
          const stage = document.querySelector(".st-key-stage"), photo = stage.querySelector("img");
          const outer = stage.getBoundingClientRect(), inner = photo.getBoundingClientRect();
          return photo.complete && outer.height > outer.width
            && ["left", "top", "right", "bottom"].every((side) => Math.abs(outer[side] - inner[side]) < 2);
        }"""
        page.page.wait_for_function(whole)
        expect(page.page.get_by_text(ENGLISH.reading_wait)).to_be_visible()
        page.expect_text("CW2288-111")
        page.settle()
        assert page.page.evaluate(whole)


def test_the_likeliest_code_stands_there_while_the_rest_is_read(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    fake.first_line, fake.tag_seconds = tag_line(), 60
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_code("CW2288-111")
        expect(page.page.get_by_text(ENGLISH.reading_rest)).to_be_visible()
        fake.release()
        page.expect_text("CW2288-111")
        expect(page.page.get_by_text(ENGLISH.reading_rest)).to_have_count(0)
        assert fake.price_requests == ["CW2288-111"]


def test_several_tags_are_switched_between_and_a_barcode_tells_its_code(
    browser: Browser, app_on_fake: str, fake: FakeBackend
) -> None:
    bars = {"format": "EAN-13", "text": "8801234567893", "corners": [[10, 10], [90, 10], [90, 50], [10, 50]]}
    differing = bars | {"text": "4006381333931", "code": None, "agrees": False}
    lines = [tag_line(), tag_line("374915-01", place=(170.0, 450.0, 730.0, 560.0)), tag_line("129,000", "price")]
    cards = [
        card(code=card_field("CW2288-111", 0), price=card_field("129,000", 2, "KRW"), barcodes=[0], lines=[0, 2]),
        card(code=card_field("374915-01", 1), barcodes=[1], lines=[1]),
        card(barcodes=[2]),
    ]
    known = bars | {"text": "96385074", "format": "EAN-8", "code": "GW2871", "agrees": None}
    fake.tag = tag(
        lines=lines, cards=cards, first_line=0, barcodes=[bars | {"code": None, "agrees": True}, differing, known]
    )
    with reading_page(browser, app_on_fake) as page:
        page.upload(TAG)
        page.expect_code("CW2288-111")
        page.settle()
        pills = page.widget("cards").get_by_role("radio")
        expect(pills).to_have_text(["CW2288-111", "374915-01", "GW2871"])
        page.press("accept")
        expect(page.saved).to_be_visible()
        assert fake.barcodes == ["8801234567893"]
        # Only what the shopper agrees to is remembered.
        assert fake.tag_price_requests == []
        page.page.get_by_text("Remember ₩129,000").click()
        expect(page.page.get_by_text(ENGLISH.price_shared)).to_be_visible()
        assert [request[1:] for request in fake.tag_price_requests] == [("129000", "KRW")]
        pills.nth(1).click()
        page.expect_code("374915-01")
        expect(page.alert).to_contain_text("4006381333931")
        page.settle()
        page.press("accept")
        expect(page.saved).to_be_visible()
        assert fake.barcodes[1] is None  # bars that are in doubt make no pair
        pills.nth(2).click()
        page.expect_code("GW2871")
        expect(page.page.get_by_text(ENGLISH.known_code_label)).to_be_visible()
        expect(page.offers.first).to_be_visible()
        expect(page.widget("accept")).to_have_count(0)


def test_a_camera_over_plain_http_is_said_to_need_https(browser: Browser, app_on_fake: str, fake: FakeBackend) -> None:
    with reading_page(browser, app_on_fake) as page:
        page.page.get_by_role("radio", name=ENGLISH.source_camera).click()
        expect(page.page.get_by_test_id("stCameraInput")).to_be_visible()
        expect(page.page.get_by_text(ENGLISH.camera_needs_https)).to_be_hidden()  # 127.0.0.1 counts as secure
    port = app_on_fake.rsplit(":", 1)[1]
    context = browser.new_context(locale="en-US")
    plain = context.new_page()
    plain.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    plain.goto(f"http://127.0.0.1:{port}")
    plain.get_by_role("radio", name=ENGLISH.source_camera).click()
    expect(plain.get_by_text(ENGLISH.camera_needs_https)).to_be_visible()
    context.close()


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
        page.settle()
        assert [turn for _, turn in fake.tags] == [0, turns]
        area = page.picture_area()
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
        # The widget is 500 wide, the camera 1920.
        with Image.open(io.BytesIO(fake.tags[0][0])) as photo:
            assert photo.width > 1400
