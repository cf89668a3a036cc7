"""`kill -9` of real backends under load: nothing acknowledged is lost, nothing is invented.

`python -m benchmarks.kills` does the same at full size.
"""

from pathlib import Path

import pytest

from benchmarks.drivers.killing.scenarios import Scenario, run_scenario
from ocr_model.reading.recognizer import CHAMPION


@pytest.mark.skipif(not (CHAMPION / "model.json").is_file(), reason="ocr_model/weights/champion is not there")
@pytest.mark.parametrize(
    "scenario",
    [
        Scenario("disk full now and then", "full disk"),
        Scenario("two backends, one bucket that loses its answers", "lose_answer", bucket=True, backends=2),
        Scenario("sealed by two, one bucket", "sealing", bucket=True, backends=2),
    ],
    ids=lambda scenario: scenario.name,
)
def test_every_acknowledged_label_is_there_once(tmp_path: Path, scenario: Scenario) -> None:
    result = run_scenario(scenario, tmp_path, kills=2, labels=12, seed=5)
    assert result.is_good, result
    assert result.kills >= 3
    assert result.acknowledged >= 12
    assert result.live > 5
    assert result.trouble > 0


@pytest.mark.skipif(not (CHAMPION / "model.json").is_file(), reason="ocr_model/weights/champion is not there")
def test_tags_and_uploads_are_there_once_beside_the_labels(tmp_path: Path) -> None:
    result = run_scenario(Scenario("tags and uploads", team=True), tmp_path, kills=2, labels=20, seed=6)
    assert result.is_good, result
    assert result.kills >= 4
    assert min(result.acknowledged, result.marks, result.uploads) > 0
