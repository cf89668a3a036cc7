from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from benchmarks.model_table.plan import TableMismatchError, TablePlan
from benchmarks.model_table.rows import Row
from ocr_model.training.architecture import NetworkConfig


def test_a_table_goes_on_with_its_own_settings_only(tmp_path: Path) -> None:
    plan = TablePlan(crops=99)
    plan.check(tmp_path)
    replace(plan, threads=8).check(tmp_path)
    with pytest.raises(TableMismatchError, match="crops 99"):
        TablePlan(crops=98).check(tmp_path)


def test_a_row_is_trained_on_the_shared_budget() -> None:
    config = TablePlan(crops=64, batch=32).training(Row("x", NetworkConfig(), "v1.0", learning_rate=5e-4, ctc_weight=0))
    assert (config.recipe, config.crops, config.batch, config.learning_rate) == ("v1.0", 64, 32, 5e-4)
    assert (config.evaluate_every, config.workers) == (32, 0)
