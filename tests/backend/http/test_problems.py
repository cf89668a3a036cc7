"""Every error is a problem document that says what is wrong and nothing of the inside."""

import asyncio
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from backend.http.problems import Problem, UnexpectedErrors, problem_response


def test_every_error_is_documented_as_a_problem(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    operations = [(path, method, operation) for path, methods in paths.items() for method, operation in methods.items()]
    for path, method, operation in operations:
        errors = {status for status in operation["responses"] if int(status) >= 400}
        for status in errors:
            assert list(operation["responses"][status]["content"]) == ["application/problem+json"], (
                path,
                status,
            )
        if path.startswith("/v1/"):
            assert "429" in errors, (method, path)


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/v1/predictions", 405, "method-not-allowed"),
        ("PUT", "/v1/products", 405, "method-not-allowed"),
        ("GET", "/v1/products", 422, "invalid-request"),
    ],
)
def test_the_framework_s_own_errors_are_problems_too(
    client: TestClient, method: str, path: str, status: int, kind: str
) -> None:
    answer = client.request(method, path)
    body = answer.json()
    assert (answer.status_code, body["kind"], body["status"]) == (status, kind, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["type"].endswith(kind)
    assert body["title"]
    assert body["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/predictions", "POST"),
        ("GET", "/v1/predictions/aaaaaaaaaaaaaaaaaaaaaaaa/label", "DELETE, POST"),
        ("DELETE", "/v1/team/cycles", "GET, POST"),
        ("PATCH", "/v1/team/review", "GET"),
        ("POST", "/healthz", "GET"),
    ],
)
def test_a_wrong_method_is_told_every_right_one(client: TestClient, method: str, path: str, allowed: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_a_defect_inside_is_a_500_that_tells_nothing(client: TestClient, png: bytes, reader: Any) -> None:
    reader.failure = RuntimeError("secret path /srv/model")
    answer = client.post("/v1/predictions", files={"image": png})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    reader.failure = None
    assert client.post("/v1/predictions", files={"image": png}).status_code == 200


def test_a_problem_keeps_its_headers() -> None:
    answer = problem_response(Problem(503, "overloaded", "Too much", "Try again.", headers={"Retry-After": "2"}))
    body = json.loads(answer.body)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert (body["type"], body["kind"]) == ("urn:shoe-tag:problem:overloaded", "overloaded")
    assert (body["status"], body["detail"]) == (503, "Try again.")


def test_an_answer_that_breaks_off_is_no_whole_answer() -> None:
    """Half of it is out: a second status line would be taken for its text."""
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("in the middle")

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(RuntimeError, match="in the middle"):
        asyncio.run(UnexpectedErrors(app)({"type": "http", "method": "GET", "path": "/"}, None, send))
    assert [message["type"] for message in sent] == ["http.response.start"]
