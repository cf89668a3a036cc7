from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from benchmarks.loop_demo.demonstration import Finished
from benchmarks.loop_demo.plot import draw


def test_the_picture_is_drawn(finished: Finished, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (`make test-setup`)")
    draw(finished, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
