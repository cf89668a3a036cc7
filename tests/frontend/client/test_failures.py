from __future__ import annotations

import json

import pytest

from frontend.client.failures import (
    BackendError,
    BackendRefusedError,
    BackendSlowError,
    PredictionExpiredError,
    is_lasting,
    refusal,
)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"kind": "too_large", "type": "urn:shoe-tag:problem:x"}', "too-large"),
        (b'{"type": "urn:shoe-tag:problem:overloaded"}', "overloaded"),
        (b'{"type": "https://example.org/problems/overloaded"}', "overloaded"),
        (b'{"kind": 3}', ""),
        (b"[]", ""),
        (b"<html>a proxy's page</html>", ""),
        (b"", ""),
    ],
)
def test_the_kind_of_a_problem_comes_from_its_document_if_it_is_one(content: bytes, kind: str) -> None:
    error = refusal(502, content)
    assert (error.status, error.kind) == (502, kind)


@pytest.mark.parametrize(("status", "expired"), [(404, True), (410, False)])
def test_only_a_forgotten_prediction_has_expired(status: int, expired: bool) -> None:
    error = refusal(status, json.dumps({"kind": "prediction-expired", "detail": "Send it again."}).encode())
    assert isinstance(error, BackendRefusedError)
    assert isinstance(error, PredictionExpiredError) is expired
    assert "Send it again." in str(error)


def test_a_refused_text_tells_its_characters_and_what_may_be_meant() -> None:
    problem = {"kind": "bad-text", "characters": [{"glyph": "ㅎ", "name": "Korean"}], "suggestions": ["GW2871"]}
    error = refusal(422, json.dumps(problem).encode())
    assert [(character.glyph, character.name) for character in error.characters] == [("ㅎ", "Korean")]
    assert error.suggestions == ("GW2871",)


@pytest.mark.parametrize(
    ("error", "lasting"),
    [
        (refusal(422, b""), True),
        (refusal(413, b""), True),
        (refusal(404, b""), False),
        (refusal(503, b""), False),
        (BackendSlowError("no answer"), False),
    ],
)
def test_a_request_that_is_wrong_stays_wrong(error: BackendError, lasting: bool) -> None:
    assert is_lasting(error) is lasting


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), (None, None), ("Sun, 29 Nov 2026 12:00:00 GMT", None)])
def test_the_time_to_wait_for_is_the_header_s(header: str | None, seconds: float | None) -> None:
    assert refusal(503, b"{}", header).retry_after == seconds
