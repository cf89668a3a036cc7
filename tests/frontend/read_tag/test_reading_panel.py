from __future__ import annotations

from html import escape

import pytest

from frontend.client.answers import BrandFormat, Character, Milliseconds, ModelName, Reading
from frontend.language import Language
from frontend.read_tag import reading_panel
from frontend.read_tag.texts import TEXTS


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The HTML that the panel draws."""
    shown: list[str] = []
    monkeypatch.setattr(reading_panel.st, "html", shown.append)
    monkeypatch.setattr(reading_panel.st, "warning", lambda text, icon: shown.append(text))
    return shown


def read(*characters: tuple[str, float], confidence: float = 0.99, picture_text: str | None = None) -> Reading:
    return Reading(
        id="<id>",
        text="".join(text for text, _ in characters),
        code="CP9448",
        confidence=confidence,
        characters=tuple(Character(text=text, confidence=sure) for text, sure in characters),
        candidates=(),
        formats=(),
        picture_text=picture_text,
        model=ModelName(name="model", version="1.0"),
        milliseconds=Milliseconds(total=3.6),
    )


def test_a_sure_line_needs_no_hint(drawn: list[str]) -> None:
    reading = read(("A", 1.0), (" ", 1.0), ("B", 1.0))
    reading_panel.show_characters(reading, TEXTS["en"])
    reading_panel.show_sureness(reading, TEXTS["en"])
    assert drawn[0].count('class="word"') == 2
    assert 'data-reading="&lt;id&gt;"' in drawn[0]
    assert TEXTS["en"].character_hint not in drawn[0]
    assert TEXTS["en"].line_levels["sure"] in drawn[1]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_unsure_character_shows_its_number_and_the_hint(drawn: list[str], language: Language) -> None:
    texts = TEXTS[language]
    reading_panel.show_characters(read(("A", 1.0), ("0", 0.3), confidence=0.3, picture_text="AO"), texts)
    assert "<small>30%</small>" in drawn[0]
    assert texts.character_hint in drawn[0]
    assert escape(texts.picture_note.format(text="AO")) in drawn[0]


def test_no_text_is_a_warning_with_its_probability(drawn: list[str]) -> None:
    reading_panel.show_no_text(read(confidence=0.8), TEXTS["en"])
    assert drawn[0] == TEXTS["en"].line_without_text_sentence
    assert "80%" in drawn[1]


def test_a_correction_stands_with_the_reading_that_it_replaces(drawn: list[str]) -> None:
    reading_panel.show_correction("A<B", read(("A", 1.0)), TEXTS["en"])
    assert "<b>&lt;</b>" in drawn[0]
    assert TEXTS["en"].corrected_note.format(text="A") in drawn[0]


def test_each_brand_stands_once(drawn: list[str]) -> None:
    formats = [BrandFormat(brand=brand, name=name, code="C") for brand, name in [("Nike", "a"), ("Nike", "b")]]
    reading_panel.show_formats(formats, TEXTS["en"])
    reading_panel.show_formats([], TEXTS["en"])
    assert drawn[0].count("Nike") == 1
    assert TEXTS["en"].formats_none in drawn[1]
