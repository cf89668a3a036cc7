"""The counting notices what is lost, doubled, changed or invented: a kill test that cannot fail says nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.drivers.killing.checks import KillResult, compare
from benchmarks.drivers.killing.ledger import Job
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture


@pytest.fixture
def samples(tmp_path: Path) -> list[Sample]:
    with SampleStore.open(tmp_path) as store:
        for number in range(3):
            store.keep(picture(number), label(f"p{number}"))
        return list(store.samples())


ACCEPTED = ("accepted", "CW2288-111")


def counted(samples: list[Sample], *jobs: Job) -> tuple[int, int, int, int]:
    result = KillResult("test")
    compare(result, {job.prediction_id: job for job in jobs}, samples)
    return result.lost, result.twice, result.wrong, result.invented


def test_the_counting_would_notice(samples: list[Sample]) -> None:
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
