"""How the challenger compares; with one it is tested in tests/backend/reading/test_champion_watch.py."""

from fastapi.testclient import TestClient


def test_no_challenger_reads_in_shadow(client: TestClient, png: bytes) -> None:
    client.post("/v1/predictions", files={"image": png})
    body = client.get("/v1/shadow").json()
    assert body == {
        "challenger": None,
        "entry": None,
        "since": None,
        "champion": None,
        "same": 0,
        "different": 0,
        "dropped": 0,
        "failed": 0,
        "confidence": {"champion": None, "challenger": None},
        "labels": {"both": 0, "champion": 0, "challenger": 0, "neither": 0},
        "last_failure": None,
    }
