"""Which model reads, and what it may be given."""

from fastapi.testclient import TestClient

from ocr_model.codes.text import CHARSET


def test_the_model_is_named(client: TestClient) -> None:
    body = client.get("/v1/model").json()
    assert (body["name"], body["version"], body["charset"]) == ("fake", "7", CHARSET)
    assert body["image_max_bytes"] == 20 * 1024 * 1024


def test_it_says_that_the_shipped_model_serves(client: TestClient) -> None:
    body = client.get("/v1/model").json()
    assert (body["champion"], body["is_behind"], body["last_failure"]) == (None, False, None)
    assert body["serving_since"].startswith("20")
