from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields

import pytest

from frontend.data_models import texts as data_texts
from frontend.read_tag.texts import ENGLISH, KOREAN, preferred_language

HANGUL = re.compile("[가-힣]")


def sentences(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [sentence for part in value.values() for sentence in sentences(part)]
    assert isinstance(value, tuple)
    return [sentence for part in value for sentence in sentences(part)]


PAGES = [(KOREAN, ENGLISH), (data_texts.KOREAN, data_texts.ENGLISH)]


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        pytest.param(getattr(korean, field.name), getattr(english, field.name), id=field.name)
        for korean, english in PAGES
        for field in fields(korean)
        if field.name != "search_names"
    ],
)
def test_both_languages_say_the_same_with_the_same_blanks(korean: object, english: object) -> None:
    assert type(korean) is type(english)
    if isinstance(korean, Mapping) and isinstance(english, Mapping):
        assert korean.keys() == english.keys()
    for one, other in zip(sentences(korean), sentences(english), strict=True):
        assert one.strip()
        assert other.strip()
        assert set(re.findall(r"{\w+}", one)) == set(re.findall(r"{\w+}", other))


@pytest.mark.parametrize(("korean", "english"), PAGES, ids=["reading", "data"])
def test_english_holds_no_korean_and_korean_sentences_do(korean: object, english: object) -> None:
    for field in fields(english):
        for sentence in sentences(getattr(english, field.name)):
            assert not HANGUL.search(sentence), sentence
        for sentence in sentences(getattr(korean, field.name)):
            if field.name not in ("language", "upload_limit", "details", "cycle_asked"):
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
