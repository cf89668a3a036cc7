"""Log lines as JSON: with the ids of their request and trace, and without what was read."""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backend.telemetry.log import JsonFormatter


class Lines(logging.Handler):
    """Keeps lines as they would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        assert "\n" not in line
        self.lines.append(json.loads(line))


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, requests = Lines(), logging.getLogger("backend.requests")
    logging.getLogger().addHandler(handler)
    level = requests.level
    requests.setLevel(logging.INFO)
    yield handler
    requests.setLevel(level)
    logging.getLogger().removeHandler(handler)


def test_a_request_s_line_has_its_figures_and_its_ids(
    spans: Any, lines: Lines, start: Callable[..., TestClient], png: bytes
) -> None:
    client = start(log_format="json")
    answer = client.post("/v1/predictions?q=GW2871", files={"image": png})
    (line,) = [line for line in lines.lines if line.get("route") == "/v1/predictions"]
    assert (line["method"], line["status"], line["level"]) == ("POST", 200, "INFO")
    assert line["request_id"] == answer.headers["X-Request-ID"]
    request = next(made for made in spans.get_finished_spans() if made.name == "POST /v1/predictions")
    assert line["trace_id"] == f"{request.context.trace_id:032x}"


def test_lines_of_a_request_have_its_ids_and_no_text(
    lines: Lines, start: Callable[..., TestClient], reader: Any, png: bytes
) -> None:
    client = start(log_format="json")
    prediction = client.post("/v1/predictions", files={"image": png}).json()["id"]
    client.post(f"/v1/predictions/{prediction}/label", files={"status": (None, "accepted")})
    reader.failure = RuntimeError("it read GW2871")
    answer = client.post("/v1/predictions", files={"image": png})
    (line,) = [line for line in lines.lines if line["level"] == "ERROR"]
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["error"] == "builtins.RuntimeError"
    assert any("predictions.py" in place for place in line["places"])
    assert "GW2871" not in json.dumps(lines.lines)
    assert prediction not in json.dumps(lines.lines)


def test_lines_of_threads_belong_to_the_request_that_asked(
    lines: Lines, start: Callable[..., TestClient], reader: Any, png: bytes
) -> None:
    client = start(log_format="json")

    def tell() -> bool:
        logging.getLogger("backend.reading").warning("from a thread")
        return True

    reader.gate.wait = lambda seconds: tell()
    answer = client.post("/v1/predictions", files={"image": png})
    (line,) = [line for line in lines.lines if line["message"] == "from a thread"]
    assert line["request_id"] == answer.headers["X-Request-ID"]


def test_in_text_no_request_is_logged(lines: Lines, client: TestClient, png: bytes) -> None:
    client.post("/v1/predictions", files={"image": png})
    assert not [line for line in lines.lines if "route" in line]


def test_a_line_without_a_request_has_no_ids() -> None:
    try:
        raise ValueError("secret")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "a.py", 1, "it failed: %s", ("so",), sys.exc_info())
    line = json.loads(JsonFormatter().format(record))
    assert line["message"] == "it failed: so"
    assert "request_id" not in line
    assert "secret" not in json.dumps(line)
