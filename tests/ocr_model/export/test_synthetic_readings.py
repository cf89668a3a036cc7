"""Synthetic crops are read as served, the same by any number of processes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.export.synthetic_readings import photograph_again, read_synthetic
from ocr_model.reading.calibration import Calibration

Writer = Callable[..., Path]


def test_any_number_of_processes_reads_the_same(attention_model: Writer) -> None:
    model = attention_model()
    alone = read_synthetic(model, "v1.0", 130, seed=5)
    together = read_synthetic(model, "v1.0", 130, seed=5, processes=2)
    assert len(alone) == 130
    for part in ("confidence", "correct", "has_text"):
        np.testing.assert_array_equal(getattr(alone, part), getattr(together, part))


def test_the_confidence_is_the_one_that_is_shown(attention_model: Writer) -> None:
    raw = read_synthetic(attention_model(), "v1.0", 6, seed=5)
    shown = read_synthetic(attention_model(), "v1.0", 6, seed=5, calibration=Calibration(2.0))
    assert shown.confidence == pytest.approx([Calibration(2.0).apply(float(one)) for one in raw.confidence], rel=1e-6)
    # This model reads "A1" in a dark picture and nothing in a bright one; the recipe prints other texts.
    assert not raw.correct.any()
    assert not raw.has_text.all()


def test_the_shift_damages_every_crop_and_repeats_itself() -> None:
    crop = np.random.default_rng(0).integers(0, 255, (48, 160), dtype=np.uint8)
    shifted = [photograph_again(crop, np.random.default_rng(seed)) for seed in range(40)]
    assert all(one.dtype == np.uint8 and one.ndim == 2 for one in shifted)
    assert not any(np.array_equal(one, crop) for one in shifted)
    assert {one.shape[0] < 30 for one in shifted} == {True, False}
    assert any(one.shape[0] > 48 for one in shifted)
    np.testing.assert_array_equal(shifted[7], photograph_again(crop, np.random.default_rng(7)))


def test_no_crop_is_refused(attention_model: Writer) -> None:
    with pytest.raises(ValueError, match="at least one"):
        read_synthetic(attention_model(), "v1.0", 0, seed=5)
