"""Feature vectors that people brought in: kept by name and crop, and forgotten with their crop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from datasets.features.feature_files import row_of
from datasets.features.own_features import forget_gone_own, is_own_name, keep_own, own_files, own_names
from datasets.samples.store import SampleStore
from tests.datasets.patterns import keep_all

A, B = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)


def test_vectors_are_kept_once_under_their_name_and_size(tmp_path: Path) -> None:
    keep_own(tmp_path, "clip", {"a" * 64: A, "b" * 64: B})
    keep_own(tmp_path, "clip", {"a" * 64: B, "c" * 64: np.array([1.0, 0.0, 0.0], np.float32)})
    keep_own(tmp_path, "clip_2", {"a" * 64: A})
    assert own_names(tmp_path) == ["clip", "clip_2"]
    two, three = own_files(tmp_path, "clip")
    assert (len(two), len(three)) == (2, 1)
    row = row_of(two.crops(), "a" * 64)
    assert row is not None
    assert two.read_vector(row).tolist() == A.tolist()
    assert own_files(tmp_path, "gone") == []


@pytest.mark.parametrize("name", ["", "../x", "a b", ".x", "CLIP", "a-b", "x" * 41])
def test_a_name_is_a_plain_word(name: str) -> None:
    assert not is_own_name(name)
    assert is_own_name("clip_vit.b32")


def test_the_vector_of_a_crop_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        first, second, third = (sample.digest for sample in keep_all(store, range(3)))
        keep_own(tmp_path / "spool", "clip", {first: A, second: B, third: A})
        forget_gone_own(tmp_path / "spool", store)
        (files,) = own_files(tmp_path / "spool", "clip")
        assert len(files) == 3
        store.delete(second)
        forget_gone_own(tmp_path / "spool", store)
        crops = files.crops()
        assert [row_of(crops, digest) is not None for digest in (first, second, third)] == [True, False, True]
        assert bytes.fromhex(second) not in crops.tobytes()
