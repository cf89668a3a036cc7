"""A machine that is too busy for Ray's thirty seconds."""

import pytest

pytest.importorskip("ray", reason="Ray is not installed (requirements-ray.txt)")
from deploy.ray.starting import start_ray


def test_a_start_that_took_too_long_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [Exception("The current node timed out during startup."), None]
    asked: list[str] = []

    def init(**options: object) -> None:
        asked.append(str(options["address"]))
        if (fault := faults.pop(0)) is not None:
            raise fault

    monkeypatch.setattr("ray.init", init)
    monkeypatch.setattr("ray.shutdown", lambda: None)
    start_ray("local")
    assert asked == ["local", "local"]


def test_another_fault_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def init(**options: object) -> None:
        raise ConnectionError("no cluster at nowhere:6379")

    monkeypatch.setattr("ray.init", init)
    monkeypatch.setattr("ray.shutdown", lambda: None)
    with pytest.raises(ConnectionError):
        start_ray("nowhere:6379")
