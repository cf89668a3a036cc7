from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from frontend.heading import HeadingTexts
from frontend.language import LANGUAGE_NAMES, Language


def _page() -> None:
    from frontend.heading import begin_page, page_language

    begin_page(page_language(), "A page")


def _language(page: AppTest) -> str:
    return str(page.segmented_control[0].value)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_address_chooses_the_language(language: Language) -> None:
    page = AppTest.from_function(_page)
    page.query_params["lang"] = language
    page.run()
    assert not page.exception
    assert _language(page) == language
    assert HeadingTexts(language).product in page.markdown[-1].value
    assert [title.value for title in page.title] == ["A page"]


def test_without_an_address_the_browser_chooses_and_an_unknown_language_does_not() -> None:
    by_browser = AppTest.from_function(_page).run()
    page = AppTest.from_function(_page)
    page.query_params["lang"] = "fr"
    page.run()
    assert _language(page) == _language(by_browser)


def test_the_switch_wins_over_the_address() -> None:
    page = AppTest.from_function(_page)
    page.query_params["lang"] = "ko"
    page.run()
    assert set(page.segmented_control[0].options) == set(LANGUAGE_NAMES.values())
    page.segmented_control[0].set_value("en").run()
    assert _language(page) == "en"
    assert HeadingTexts("en").product in page.markdown[-1].value
