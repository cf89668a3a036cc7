"""Synthetic crops are read as served, the same by any number of processes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.workplace import Processes
from ocr_model.export.synthetic_readings import Way, photograph_again, read_synthetic
from ocr_model.reading.calibration import Calibration

Writer = Callable[..., Path]


def test_any_number_of_processes_reads_the_same(attention_model: Writer) -> None:
    model = attention_model()
    (alone,) = read_synthetic(model, "v1.0", 130, seed=5)
    (together,) = read_synthetic(model, "v1.0", 130, seed=5, workplace=Processes(2))
    assert len(alone) == 130
    for part in ("confidence", "correct", "has_text"):
        np.testing.assert_array_equal(getattr(alone, part), getattr(together, part))


def test_the_confidence_is_the_one_that_is_shown(attention_model: Writer) -> None:
    raw, shown = read_synthetic(attention_model(), "v1.0", 6, seed=5, ways=[Way(), Way(calibration=Calibration(2.0))])
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


def test_a_run_that_was_stopped_goes_on(attention_model: Writer, tmp_path: Path) -> None:
    model = attention_model()
    (whole,) = read_synthetic(model, "v1.0", 230, seed=5)
    read_synthetic(model, "v1.0", 100, seed=5, kept=tmp_path)
    (first,) = tmp_path.glob("*.npz")
    written = first.stat().st_mtime_ns
    (rest,) = read_synthetic(model, "v1.0", 230, seed=5, kept=tmp_path)
    assert first.stat().st_mtime_ns == written
    assert len(list(tmp_path.glob("*.npz"))) == 3
    np.testing.assert_array_equal(whole.confidence, rest.confidence)
    first.write_bytes(b"half of a file")
    (again,) = read_synthetic(model, "v1.0", 230, seed=5, kept=tmp_path)
    np.testing.assert_array_equal(whole.confidence, again.confidence)


def test_other_readings_are_not_taken_for_these(attention_model: Writer, tmp_path: Path) -> None:
    model = attention_model()
    read_synthetic(model, "v1.0", 3, seed=5, kept=tmp_path)
    (other,) = read_synthetic(model, "v1.0", 3, seed=5, ways=[Way(calibration=Calibration(2.0))], kept=tmp_path)
    read_synthetic(model, "v1.0", 3, seed=5, shifted=True, kept=tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 3
    (alone,) = read_synthetic(model, "v1.0", 3, seed=5, ways=[Way(calibration=Calibration(2.0))])
    np.testing.assert_array_equal(other.confidence, alone.confidence)
