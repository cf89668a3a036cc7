"""`kill -9` of real backends under load: nothing acknowledged is lost, nothing is invented.

`python -m benchmarks.kills` does the same at full size.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.drivers.killing import Job, Result, Scenario, compare, run_scenario
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from ocr_model.reading.recognizer import CHAMPION
from tests.datasets.making import label, picture


@pytest.mark.skipif(not (CHAMPION / "model.json").is_file(), reason="ocr_model/weights/champion is not there")
@pytest.mark.parametrize(
    "scenario",
    [
        Scenario("disk full now and then", "full disk"),
        Scenario("two backends, one bucket that loses its answers", "lose_answer", bucket=True, backends=2),
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


@pytest.fixture
def samples(tmp_path: Path) -> list[Sample]:
    with SampleStore.open(tmp_path) as store:
        for number in range(3):
            store.keep(picture(number), label(f"p{number}"))
        return list(store.samples())


ACCEPTED = ("accepted", "CW2288-111")


def counted(samples: list[Sample], *jobs: Job) -> tuple[int, int, int, int]:
    result = Result("test")
    compare(result, {job.prediction_id: job for job in jobs}, samples)
    return result.lost, result.twice, result.wrong, result.invented


def test_the_counting_would_notice(samples: list[Sample]) -> None:
    """A kill test that cannot fail says nothing."""
    jobs = [Job(f"p{number}", {ACCEPTED}, sample.digest, True) for number, sample in enumerate(samples)]
    assert counted(samples, *jobs) == (0, 0, 0, 0)
    assert counted(samples[1:], *jobs) == (1, 0, 0, 0)
    assert counted([*samples, samples[0]], *jobs) == (0, 1, 0, 0)
    assert counted(samples, *jobs[1:]) == (0, 0, 0, 1)
    other_text = replace(samples[0], label=label("p0", "CW2288-112"))
    other_crop = replace(samples[0], digest=samples[1].digest)
    for changed in (other_text, other_crop):
        assert counted([changed, *samples[1:]], *jobs) == (0, 0, 1, 0)
    undone = Job("p0", {None}, None, True)
    assert counted(samples, undone, *jobs[1:]) == (0, 0, 0, 1)
    perhaps = Job("p0", {None, ACCEPTED}, None, True)
    assert counted(samples, perhaps, *jobs[1:]) == counted(samples[1:], perhaps, *jobs[1:]) == (0, 0, 0, 0)
