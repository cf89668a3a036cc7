"""How far training runs differ, and the picture of their losses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed (`make test-setup`)")

from PIL import Image

from benchmarks import ray_train


def test_runs_are_drawn_and_compared_where_they_have_seen_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for offset, name in enumerate(ray_train.RUNS):
        folder = tmp_path / name.replace(",", "").replace(" ", "-")
        folder.mkdir()
        rows = [{"seen": 10 * n, "ctc": 9.0 - n + 0.1 * offset, "attention": 4.0} for n in range(1, 5 + offset)]
        (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    out = tmp_path / "losses.png"
    assert ray_train.main(["--run", str(tmp_path), "--draw-only", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "one process, seed 0 and two workers of Ray, seed 0: ctc 0.100, attention 0.000 apart" in said
    assert "one process, seed 0 and one process, seed 1: ctc 0.200, attention 0.000 apart" in said
    with Image.open(out) as picture:
        assert picture.width > 900
