import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.confidence import SyntheticConfidence, measure_real, read_synthetic_figures
from benchmarks.race import ReaderResult
from benchmarks.readers import Reading
from ocr_model.reading.calibration import reading_digest
from tests.benchmarks.racing import case, reader

ERROR = {"value": 0.01, "low": 0.008, "high": 0.02}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    return tmp_path


def write_figures(model: Path, **changes: Any) -> Path:
    digest = hashlib.sha256((model / "model.json").read_bytes()).hexdigest()
    figures = {
        "model": {"name": "tiny", "version": "1", "sha256": digest},
        "reading_digest": reading_digest(),
        "precision": "single",
        "accept_threshold": 0.9,
        "recipe": "tags-1",
        "synthetic": {"crops": 10_000, "ece": ERROR, "accepted": 4000, "wrong": 7},
        "shifted": {"crops": 10_000, "ece": ERROR},
        **changes,
    }
    file = model / "calibration.json"
    file.write_text(json.dumps(figures), encoding="utf-8")
    return file


def test_figures_of_other_code_are_not_of_this_reader(model: Path) -> None:
    figures = write_figures(model, reading_digest="of the code before")
    assert read_synthetic_figures(figures, model) == "measured with other code that reads"


def test_the_figures_of_this_model_are_read(model: Path) -> None:
    figures = read_synthetic_figures(write_figures(model), model)
    assert isinstance(figures, SyntheticConfidence)
    assert figures.error.value == 0.01
    assert figures.wrong is not None
    assert (figures.wrong.count, figures.wrong.total) == (7, 4000)
    assert figures.shifted_wrong is None


def test_the_figures_of_another_model_are_not(model: Path) -> None:
    file = write_figures(model)
    (model / "model.json").write_text('{"name": "newer"}', encoding="utf-8")
    assert read_synthetic_figures(file, model) == "measured on another model"


def test_missing_and_damaged_figures_say_so(model: Path) -> None:
    assert read_synthetic_figures(model / "calibration.json", model) == "not measured yet"
    assert "damaged" in str(read_synthetic_figures(write_figures(model, synthetic={}), model))


def test_turned_crops_are_counted_apart_and_other_folders_are_left_out() -> None:
    cases = [case(), case("team_dev small"), case("team_dev turned 90"), case("garment_dev upright")]
    readings = [Reading("A1", 0.95), Reading("B1", 0.95), Reading("", 0.99), Reading("", 0.99)]
    real = measure_real(ReaderResult(reader("one"), cases, readings), 0.9)
    assert real.readings == 2
    assert real.error.value == pytest.approx(0.45)
    assert real.wrong is not None
    assert (real.wrong.count, real.wrong.total) == (1, 2)
    assert real.upright_wrong is not None
    assert (real.upright_wrong.count, real.upright_wrong.total) == (0, 1)
    assert real.wrong_parents is not None
    assert (real.wrong_parents.count, real.wrong_parents.total) == (1, 1)
    assert real.turned is not None
    assert (real.turned.readings, real.turned.error.value) == (1, pytest.approx(0.99))
    assert real.turned.wrong is not None
    assert real.turned.wrong.total == 0  # no text is never accepted
    assert measure_real(ReaderResult(reader("one"), cases[:2], readings[:2]), 0.9).turned is None


def test_no_text_is_never_accepted() -> None:
    real = measure_real(ReaderResult(reader("one"), [case()], [Reading("", 0.99)]), 0.9)
    assert real.wrong is not None
    assert real.wrong.total == 0


def test_without_a_threshold_nothing_is_accepted() -> None:
    assert measure_real(ReaderResult(reader("one"), [case()], [Reading("A1", 0.99)]), None).wrong is None
