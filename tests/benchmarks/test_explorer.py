from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import explorer, many_labels


def test_every_figure_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(many_labels, "FEW", 50)
    monkeypatch.setattr(many_labels, "_NEW", 3)
    monkeypatch.setattr(many_labels, "SEARCHES", ("all", "brand = nike"))
    monkeypatch.setattr(explorer, "SEARCHES", ("all", "brand = nike"))
    for _ in range(2):
        assert many_labels.main(["--labels", "100", "--kept", str(tmp_path), "--processor-time"]) == 0
    assert capsys.readouterr().out.count("100 labels taken in") == 1
    assert explorer.main(["--kept", str(tmp_path), "--overview"]) == 0
    told = capsys.readouterr().out
    for what in ("map by principal components of 10", "first pages", "counts", "suggestions", "tags", "map in space"):
        assert f"\n{what}" in told
    assert "memory of the backend: at most" in told
