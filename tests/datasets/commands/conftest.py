from __future__ import annotations

from pathlib import Path

import pytest

from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture
from tests.datasets.patterns import keep, keep_all


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """A spool with seven labels from which versions can be created."""
    with SampleStore.open(tmp_path / "spool") as store:
        keep_all(store, range(6))
        keep(store, 6, "A1111", status="corrected", read_confidence=0.5)
    return tmp_path / "spool"


@pytest.fixture
def samples(tmp_path: Path) -> list[Sample]:
    """Three samples in the spool `tmp_path / "spool"`."""
    with SampleStore.open(tmp_path / "spool") as store:
        return [store.keep(picture(n), label(f"p{n}", f"T{n}")) for n in range(3)]
