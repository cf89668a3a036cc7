from pathlib import Path

import pytest
from PIL import Image

from benchmarks.kinds_of_print import draw_kinds, kinds_table, measure_kinds
from tests.benchmarks.racing import result

READ = {"tags upright": (9, 10), "tags turned 90": (1, 2), "tags turned 180": (2, 2), "boxes upright": (1, 2)}


def test_each_kind_of_print_keeps_its_own_promise(tmp_path: Path) -> None:
    kinds = measure_kinds(result("mine", READ), 0.9)
    assert [kind.name for kind in kinds] == ["tags, upright", "tags, turned", "boxes, upright"]
    assert [kind.signed_error for kind in kinds] == pytest.approx([0.0, 0.15, 0.4])
    assert [(kind.wrong.count, kind.wrong.total) for kind in kinds if kind.wrong] == [(1, 10), (1, 4), (1, 2)]
    assert "| boxes, upright | 1 of 2 | +40.0 (-8.7 to +88.7) | 1 of 2 (1–99 %) |" in kinds_table(kinds)
    draw_kinds(kinds, 0.9, tmp_path / "new" / "kinds.png")
    with Image.open(tmp_path / "new" / "kinds.png") as drawn:
        assert drawn.size == (1210, 506)


def test_nothing_is_accepted_below_the_threshold_or_without_one() -> None:
    (kind,) = measure_kinds(result("mine", {"tags upright": (1, 2)}), 0.95)
    assert kind.wrong is not None and kind.wrong.total == 0
    (kind,) = measure_kinds(result("mine", {"tags upright": (1, 2)}), None)
    assert "| no threshold |" in kinds_table([kind])
