from pathlib import Path

import pytest
from PIL import Image

from benchmarks.attack.results import AttackResult
from benchmarks.attack.shoppers import Answer

pytest.importorskip("matplotlib")

from benchmarks.attack.plot import draw


def test_the_picture_has_a_row_for_every_attack(tmp_path: Path) -> None:
    good = AttackResult("a", "", quiet=[[Answer(0.1, 200)]], attacked=[[Answer(0.2, 200)]])
    broken = AttackResult("b", "", quiet=[[Answer(0.1, 200)]], attacked=[[Answer(0.2, 0)]])
    sizes = []
    for results in ([good], [good, broken]):
        draw(results, tmp_path / "plot.png")
        with Image.open(tmp_path / "plot.png") as picture:
            sizes.append(picture.height)
    assert sizes[0] < sizes[1]
