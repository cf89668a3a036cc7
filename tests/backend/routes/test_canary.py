"""The canary's state; with one it is tested in tests/backend/reading/test_canary_followed.py."""

from fastapi.testclient import TestClient


def test_the_champion_answers_all_requests(client: TestClient) -> None:
    nothing = {"read": 0, "failed": 0, "confirmed": 0, "corrected": 0}
    assert client.get("/v1/canary").json() == {
        "challenger": None,
        "entry": None,
        "since": None,
        "share": 0.05,
        "band": 0.02,
        "champion_counts": nothing,
        "challenger_counts": nothing,
        "returned": None,
        "last_failure": None,
    }
