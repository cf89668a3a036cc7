"""Ids from outside are checked before anything uses them."""

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("prediction", ["short", "x" * 65, "a" * 20 + "%00", "..%2F..%2F..%2Fetc%2Fpasswd", "é" * 20])
def test_senseless_ids_are_refused(client: TestClient, prediction: str) -> None:
    assert client.post(f"/v1/predictions/{prediction}/label", files={"status": (None, "unreadable")}).status_code in {
        404,
        422,
    }
    assert client.delete(f"/v1/predictions/{prediction}/label").status_code in {404, 422}
