from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields

import pytest

from frontend.texts import ENGLISH, KOREAN, preferred_language

HANGUL = re.compile("[가-힣]")


def sentences(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [sentence for part in value.values() for sentence in sentences(part)]
    assert isinstance(value, tuple)
    return [sentence for part in value for sentence in sentences(part)]


@pytest.mark.parametrize("name", [field.name for field in fields(KOREAN)])
def test_both_languages_say_the_same_with_the_same_blanks(name: str) -> None:
    korean, english = getattr(KOREAN, name), getattr(ENGLISH, name)
    assert type(korean) is type(english)
    if isinstance(korean, Mapping) and name != "search_names":
        assert korean.keys() == english.keys()
    if name != "search_names":
        for one, other in zip(sentences(korean), sentences(english), strict=True):
            assert one.strip()
            assert other.strip()
            assert set(re.findall(r"{\w+}", one)) == set(re.findall(r"{\w+}", other))


def test_english_holds_no_korean_and_korean_sentences_do() -> None:
    for field in fields(ENGLISH):
        for sentence in sentences(getattr(ENGLISH, field.name)):
            assert not HANGUL.search(sentence), sentence
        for sentence in sentences(getattr(KOREAN, field.name)):
            if field.name not in ("language", "upload_limit", "details"):
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
