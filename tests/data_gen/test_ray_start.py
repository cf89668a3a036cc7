"""A machine that is too busy for the thirty seconds that Ray gives itself, and a cluster that is not there."""

import pytest

from data_gen.ray_start import RayUnavailableError, start_ray

pytest.importorskip("ray", reason="Ray is not installed (requirements-ray.txt)")


def test_a_start_that_took_too_long_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [Exception("The current node timed out during startup."), None]
    asked: list[str] = []

    def init(**options: object) -> None:
        asked.append(str(options["address"]))
        if (fault := faults.pop(0)) is not None:
            raise fault

    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr("ray.init", init)
    monkeypatch.setattr("ray.shutdown", lambda: None)
    start_ray()
    assert asked == ["local", "local"]


def test_another_fault_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def init(**options: object) -> None:
        raise ConnectionError(f"no cluster at {options['address']}")

    monkeypatch.setenv("RAY_ADDRESS", "nowhere:6379")
    monkeypatch.setattr("ray.init", init)
    with pytest.raises(RayUnavailableError, match="no cluster at nowhere:6379"):
        start_ray()
