from typing import Any

import pytest

from benchmarks import footprint


class FakeVictim:
    url, pid, peak_megabytes = "http://127.0.0.1:9", 1, 700.0

    def __enter__(self) -> "FakeVictim":
        return self

    def __exit__(self, *_: object) -> None:
        """Ends."""


@pytest.mark.parametrize(("peak", "status"), [(550.0, 0), (650.0, 1)])
def test_figures_stand_beside_their_targets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], peak: float, status: int
) -> None:
    victim: Any = FakeVictim()
    sent: list[str] = []
    monkeypatch.setattr(footprint, "running_victim", lambda folder, settings: victim)
    monkeypatch.setattr(footprint, "_resident", lambda victim: (200.0, peak))
    monkeypatch.setattr(footprint, "_send", lambda victim, path, picture: float(sent.append(path) or 1.5))
    assert footprint.main(["--photos", "2"]) == status
    assert sent.count("/v1/tags") == 2
    said = capsys.readouterr().out
    assert f"200 MB at rest, at most {peak:.0f} MB (target 600)" in said
    assert "150 lines: 1.50 s" in said
