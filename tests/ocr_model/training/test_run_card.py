import json
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed (`make test-setup`)")

from ocr_model.training.run_card import write_card


def test_sets_may_differ_from_one_evaluation_to_the_next(tmp_path: Path) -> None:
    log = [
        {"seen": 16, "attention": 3.0, "ctc": 4.0, "a": {"exact": 0.1}},
        {"seen": 32, "attention": 2.0, "ctc": 3.0, "a": {"exact": 0.2}, "b": {"exact": 0.3}},
    ]
    write_card(tmp_path, {"crops_seen": 32}, log)
    assert json.loads((tmp_path / "card.json").read_text()) == {"crops_seen": 32}
    assert (tmp_path / "curve.png").stat().st_size > 1000
