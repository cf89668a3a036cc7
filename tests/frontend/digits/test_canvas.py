"""The canvas in a browser: what is drawn arrives, wherever a stroke begins, by mouse and by finger."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.drivers.reading_page import DESKTOP, PHONE, SECONDS
from frontend.digits.texts import DIGIT_TEXTS

TEXTS = DIGIT_TEXTS["en"]
CORNER, END = (0.9, 0.04), (0.5, 0.9)  # of the canvas; its own tools used to lie in that corner, unseen


def draw_by_mouse(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()


def draw_by_finger(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    finger = page.context.new_cdp_session(page)
    for kind, points in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
        touched = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
def test_a_stroke_that_begins_in_the_corner_at_once_is_drawn_and_cleared(
    app_on_fake: str, browser: Browser, touch: bool
) -> None:
    width, height = PHONE if touch else DESKTOP
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-US", has_touch=touch, is_mobile=touch
    )
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    try:
        page = context.new_page()
        page.goto(f"{app_on_fake}/digits")
        nothing, canvas = page.get_by_text(TEXTS.empty, exact=True), page.locator(".upper-canvas").first
        clear = page.get_by_role("button", name=TEXTS.clear, exact=True)
        expect(nothing).to_be_visible()
        expect(clear).to_be_visible()
        canvas.scroll_into_view_if_needed()
        area = canvas.bounding_box()
        assert area is not None
        start, end = ((area["x"] + x * area["width"], area["y"] + y * area["height"]) for x, y in (CORNER, END))
        (draw_by_finger if touch else draw_by_mouse)(page, start, end)
        expect(nothing).to_have_count(0)
        clear.click()
        expect(nothing).to_be_visible()
    finally:
        context.close()
