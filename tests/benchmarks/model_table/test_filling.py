from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from benchmarks.model_table.filling import Stopwatch, first_of, result_file, shard_folder
from benchmarks.model_table.rows import Row
from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.evaluation import EvaluationSet


def test_versions_that_differ_behind_the_point_have_folders_of_their_own() -> None:
    one, other = (Row("x", NetworkConfig(), recipe) for recipe in ("v2.0", "v2.1"))
    assert shard_folder(Path("run"), one) != shard_folder(Path("run"), other)
    assert result_file(Path("run"), one) == Path("run/rows/x-v2.0/result.json")


def test_the_first_crops_keep_the_name_of_their_set() -> None:
    image = np.zeros((4, 8), dtype=np.uint8)
    some = first_of(EvaluationSet("real", (image,) * 3, ("A", "B", "C"), ("a", "b", "c")), 2)
    assert (some.name, some.texts, some.files, len(some.images)) == ("real", ("A", "B"), ("a", "b"), 2)


def test_a_stopwatch_never_goes_below_nothing() -> None:
    assert Stopwatch(0).seconds == 0
    assert Stopwatch(float("inf")).seconds == float("inf")
