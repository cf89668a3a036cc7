from __future__ import annotations

import json

import pytest

from frontend.client.failures import BackendRefusedError, PredictionExpiredError, refusal


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
