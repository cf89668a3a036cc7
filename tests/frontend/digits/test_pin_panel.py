"""The pad of a PIN in a browser."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from benchmarks.drivers.reading_page import SECONDS
from frontend.digits.texts import DIGIT_TEXTS

TEXTS = DIGIT_TEXTS["en"]


def test_a_new_pin_begins_with_empty_fields_and_the_same_name(app_on_fake: str, browser: Browser) -> None:
    context = browser.new_context(locale="en-US")
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    try:
        page = context.new_page()
        page.goto(f"{app_on_fake}/digits")
        page.get_by_role("tab", name=TEXTS.tab_pin).click()
        typed, present, holder = (
            page.get_by_label(label, exact=True) for label in (TEXTS.pin, TEXTS.present, TEXTS.holder)
        )
        for field, text in ((holder, "Kim"), (typed, "4071"), (present, "1234")):
            field.fill(text)
            field.press("Enter")
        page.get_by_role("button", name=TEXTS.new_pin).click()
        expect(typed).to_have_value("")
        expect(present).to_have_value("")
        expect(holder).to_have_value("Kim")
    finally:
        context.close()
