"""The budget that all rows of a table share."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.model_table.rows import Row
from ocr_model.training.schedule import TrainingConfig

CHECKPOINTS = 8  # of each row


class TableMismatchError(ValueError):
    """The run folder holds a table with other settings."""


@dataclass(frozen=True)
class TablePlan:
    """The budget of every row."""

    recipe: str = "tags-1"  # of the architectures, and of the held-out crops that every row is measured on
    crops: int = 50_000  # per row
    batch: int = 32  # small: a short schedule needs its steps
    easy_until: float = 0.5  # share of the schedule in which clean crops fade out
    validation: int = 1000  # held-out crops
    seed: int = 0
    threads: int = 1  # of torch

    def training(self, row: Row) -> TrainingConfig:
        """The training settings of a row."""
        return TrainingConfig(
            recipe=row.recipe,
            seed=self.seed,
            crops=self.crops,
            batch=self.batch,
            learning_rate=row.learning_rate,
            ctc_weight=row.ctc_weight,
            easy_until=self.easy_until,
            evaluate_every=max(self.batch, self.crops // CHECKPOINTS),
            workers=0,  # the crops are rendered already
            threads=self.threads,
        )

    def check(self, run: Path) -> None:
        """Write the plan into the run's folder, or compare it with the one there; threads may change.

        Raises:
            TableMismatchError: the table there was begun with other settings.
        """
        file, wanted = run / "plan.json", {**asdict(self), "threads": None}
        run.mkdir(parents=True, exist_ok=True)
        if not file.is_file():
            file.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")
        elif (there := json.loads(file.read_text(encoding="utf-8"))) != wanted:
            unlike = ", ".join(f"{key} {there.get(key)}" for key in wanted if there.get(key) != wanted[key])
            raise TableMismatchError(f"{run} holds a table with unlike settings ({unlike}); choose another --run")
