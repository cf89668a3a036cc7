"""The language of a browser, and every text in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from frontend.client.failure_texts import FailureTexts
from frontend.data_models.texts import DataTexts
from frontend.heading import HeadingTexts
from frontend.language import Texts, Words, preferred_language
from frontend.read_tag.texts import ReadTagTexts
from frontend.style import WidgetTexts

HANGUL = re.compile("[가-힣]")
# What is written alike in both languages, or is no sentence.
FIGURES = {"upload_limit", "cycle_asked"}


def sentences(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [sentence for part in value.values() for sentence in sentences(part)]
    assert isinstance(value, tuple)
    return [sentence for part in value for sentence in sentences(part)]


ALL = [
    pytest.param(getattr(texts("ko"), name), getattr(texts("en"), name), id=f"{texts.__name__}.{name}")
    for texts in (FailureTexts, HeadingTexts, WidgetTexts, ReadTagTexts, DataTexts)
    for name, words in vars(texts).items()
    if isinstance(words, Words) and name not in ("scripts", "search_names", "names")  # English names
]


def test_a_text_comes_in_the_language_of_its_page() -> None:
    class Greeting(Texts):
        hello = Words(ko="안녕하세요", en="Hello")

    assert (Greeting("ko").hello, Greeting("en").hello) == ("안녕하세요", "Hello")


@pytest.mark.parametrize(("korean", "english"), ALL)
def test_both_languages_say_the_same_with_the_same_blanks(korean: object, english: object) -> None:
    assert type(korean) is type(english)
    if isinstance(korean, Mapping) and isinstance(english, Mapping):
        assert korean.keys() == english.keys()
    for one, other in zip(sentences(korean), sentences(english), strict=True):
        assert one.strip()
        assert other.strip()
        assert set(re.findall(r"{\w+}", one)) == set(re.findall(r"{\w+}", other))


@pytest.mark.parametrize(("korean", "english"), ALL)
def test_english_holds_no_korean_and_korean_sentences_do(
    korean: object, english: object, request: pytest.FixtureRequest
) -> None:
    for sentence in sentences(english):
        assert not HANGUL.search(sentence), sentence
    if not any(name in request.node.name for name in FIGURES):
        for sentence in sentences(korean):
            assert HANGUL.search(sentence), sentence


@pytest.mark.parametrize(
    ("locale", "header", "language"),
    [
        ("ko-KR", "en-US,en;q=0.9", "ko"),
        ("en-GB", "ko-KR,ko;q=0.9", "en"),
        (None, "ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        (None, "en;q=0.5, ko;q=0.9", "ko"),
        (None, "ko;q=0.1, en", "en"),
        ("fr-FR", "fr-FR, ko;q=0.8, en;q=0.5", "ko"),
        ("fr-FR", None, "en"),
        (None, None, "en"),
        ("", "", "en"),
        ("ko", None, "ko"),
        (None, "ko;q=0", "en"),
        (None, "ko;q=nonsense, ;;;", "en"),
    ],
)
def test_the_language_comes_from_the_browser(locale: str | None, header: str | None, language: str) -> None:
    assert preferred_language(locale, header) == language
