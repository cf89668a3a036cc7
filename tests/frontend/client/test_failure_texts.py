from __future__ import annotations

import ast

import pytest

from backend.http.problems import _IMAGE_TITLE
from benchmarks.drivers.reading_page import HANGUL
from benchmarks.drivers.server import ROOT
from frontend.client.failure_texts import FailureTexts, failure_sentence
from frontend.client.failures import BackendError, BackendRefusedError, BackendSlowError, BackendUnreachableError
from frontend.read_tag.texts import ReadTagTexts

KOREAN, ENGLISH = FailureTexts("ko"), FailureTexts("en")


def named_kinds() -> set[str]:
    """The kinds of problem that the backend names: those of unusable pictures, and those of each `Problem`."""
    kinds = {kind.replace("_", "-") for kind in _IMAGE_TITLE}
    for path in (ROOT / "backend").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Problem", "_unprocessable"):
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


def test_a_page_says_in_its_own_words_what_becomes_of_the_photo() -> None:
    page = ReadTagTexts("ko")
    assert failure_sentence(BackendSlowError("12 s"), page) == page.slow != KOREAN.slow
