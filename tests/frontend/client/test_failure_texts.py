from __future__ import annotations

import ast

import pytest

from backend.http.problems import _IMAGE_TITLE
from benchmarks.drivers.reading_page import HANGUL
from benchmarks.drivers.server import ROOT
from frontend.client.failure_texts import FailureTexts, failure_sentence
from frontend.client.failures import (
    BackendError,
    BackendRefusedError,
    BackendSlowError,
    BackendUnreachableError,
    StrangeCharacter,
)
from frontend.read_tag.texts import ReadTagTexts
from ocr_model.codes.characters import _SCRIPTS

KOREAN, ENGLISH = FailureTexts("ko"), FailureTexts("en")


def named_kinds() -> set[str]:
    """The kinds of problem that the backend names: those of unusable pictures, and those of each `Problem`."""
    kinds = {kind.replace("_", "-") for kind in _IMAGE_TITLE}
    for path in (ROOT / "backend").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Problem", "_unprocessable", "too_many"):
                words = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
                kinds.update(word for word in words if isinstance(word, str) and " " not in word)
    return kinds


def test_every_kind_of_problem_has_its_words() -> None:
    kinds = named_kinds()
    assert len(kinds) > 20
    assert kinds - KOREAN.by_kind.keys() == set()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (BackendUnreachableError("refused"), KOREAN.unreachable),
        (BackendSlowError("12 s"), KOREAN.slow),
        (BackendRefusedError(507, "store-full", "Nothing of the label was kept."), KOREAN.by_kind["store-full"]),
        (BackendRefusedError(401, "unauthorized", "x"), KOREAN.by_kind["wrong-token"]),
        (BackendRefusedError(429, "", "a proxy's page"), KOREAN.by_kind["too-many-requests"]),
        (BackendRefusedError(413, "", "a proxy's page"), KOREAN.by_kind["too-large"]),
        (BackendRefusedError(422, "unheard-of", "x"), KOREAN.by_kind["invalid-request"]),
        (BackendRefusedError(502, "", "a proxy's page"), KOREAN.refused),
        (BackendRefusedError(200, "", "the answer is not as documented"), KOREAN.refused),
    ],
)
def test_a_failure_is_told_by_its_kind_then_by_its_status(error: BackendError, sentence: str) -> None:
    told = failure_sentence(error, KOREAN)
    assert told == sentence
    assert HANGUL.search(told)
    assert not HANGUL.search(failure_sentence(error, ENGLISH))


def test_characters_that_no_tag_prints_are_named() -> None:
    def refused(*characters: tuple[str, str]) -> BackendRefusedError:
        named = tuple(StrangeCharacter(glyph=glyph, name=name) for glyph, name in characters)
        return BackendRefusedError(422, "bad-text", "x", named)

    assert "‘С’ (키릴 문자)" in failure_sentence(refused(("С", "Cyrillic")), KOREAN)
    assert "‘С’ (Cyrillic)" in failure_sentence(refused(("С", "Cyrillic")), ENGLISH)
    assert "U+E000" in failure_sentence(refused(("", "U+E000")), KOREAN)
    assert "‘\\*’" in failure_sentence(refused(("*", "")), ENGLISH)
    many = failure_sentence(refused(*((letter, "Korean") for letter in "가나다라마바")), KOREAN)
    assert "‘마’ (한글) …" in many
    assert "바" not in many
    assert failure_sentence(refused(), KOREAN) == KOREAN.by_kind["bad-text"]


def test_every_script_that_the_backend_names_has_its_korean_word() -> None:
    assert set(_SCRIPTS.values()) == KOREAN.scripts.keys()


def test_a_page_says_in_its_own_words_what_becomes_of_the_photo() -> None:
    page = ReadTagTexts("ko")
    assert failure_sentence(BackendSlowError("12 s"), page) == page.slow != KOREAN.slow
