"""The command `calibrate` measures, draws and stores what `make bench` prints."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")
pytest.importorskip("matplotlib", reason="matplotlib is not installed (`make test-setup`)")

from benchmarks.confidence import SyntheticConfidence, read_synthetic_figures
from ocr_model.__main__ import main
from ocr_model.export.calibration_fitting import FIT_SEED
from ocr_model.export.readings import Readings
from ocr_model.export.reliability import measure_readings
from ocr_model.reading.calibration import read_calibration

Writer = Callable[..., Path]


def test_accepted_and_wrong_are_counted() -> None:
    readings = Readings(
        np.array([0.99, 0.98, 0.97, 0.5, 0.999]),
        np.array([True, False, True, True, False]),
        np.array([True, True, True, True, False]),
    )
    measured = measure_readings("some", readings, 0.97)
    assert measured.accepted is not None
    assert measured.wrong is not None
    assert (measured.accepted.count, measured.wrong.count, measured.wrong.total) == (3, 1, 3)
    assert "1 of 3 wrong" in measured.line()
    assert measure_readings("some", readings, None).figures().keys() >= {"crops", "right", "ece"}
    assert measure_readings("some", readings, 1.0).wrong is None


def test_the_command_fits_measures_and_draws(
    attention_model: Writer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, out = attention_model(), tmp_path / "docs" / "calibration"
    arguments = ["--model", str(model), "--fit", "v1.0:8", "--synthetic", "v1.0:6", "--out", str(out)]
    arguments += ["--work", str(tmp_path / "work")]
    assert main(["calibrate", *arguments]) == 0
    printed = capsys.readouterr().out
    assert "fitted on 8 crops" in printed
    assert "photographed again" in printed
    assert "accept_threshold" in json.loads((model / "model.json").read_text(encoding="utf-8"))["calibration"]
    figures = read_synthetic_figures(out.with_suffix(".json"), model)
    assert isinstance(figures, SyntheticConfidence)
    assert figures.crops == 6
    assert figures.threshold == read_calibration(model).accept_threshold
    with Image.open(out.with_suffix(".png")) as picture:
        assert picture.width > picture.height > 300


def test_the_crops_of_the_fit_do_not_measure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--seed", str(FIT_SEED)]) == 2
    assert "name another" in capsys.readouterr().err


@pytest.mark.parametrize("crops", ["tags-1", "tags-1:1", "tags-1:x", "nonsense:100"])
def test_crops_are_a_recipe_and_a_count(crops: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["calibrate", "--synthetic", crops])
    assert caught.value.code == 2
    assert "RECIPE:COUNT" in capsys.readouterr().err


def test_without_a_model_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--model", str(tmp_path), "--synthetic", "v1.0:2"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
