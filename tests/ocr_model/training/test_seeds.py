"""Crops that choose something are never crops that judge it."""

import pytest

pytest.importorskip("torch", reason="torch is not installed (`make train-setup`)")

from benchmarks import decoding, hard_crops, recipe_ruler
from datasets.cycles import evaluation_sets
from ocr_model.export import calibration_fitting, int8_encoder, prior_fitting, reliability, turn_fitting
from ocr_model.training import evaluation


def test_every_seed_with_a_name_is_another() -> None:
    seeds = [
        calibration_fitting.FIT_SEED,
        evaluation.VALIDATION_SEED,
        evaluation_sets.FROZEN_SEED,
        int8_encoder.INT8_SEED,
        prior_fitting.FIT_SEED,
        prior_fitting.CHECK_SEED,
        reliability.MEASURE_SEED,
        turn_fitting.TURN_SEED,
        decoding.SEED,
        hard_crops.SEED,
        recipe_ruler.SEED,
    ]
    assert len(set(seeds)) == len(seeds)
