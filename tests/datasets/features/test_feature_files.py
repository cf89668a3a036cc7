from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from datasets.features.feature_files import FeatureFiles, blocks, digest_at, is_blank, row_of

SIZE = 6


def digests(count: int, first: int = 0) -> list[str]:
    return [hashlib.sha256(bytes([number])).hexdigest() for number in range(first, first + count)]


def vectors(count: int, first: int = 0) -> np.ndarray:
    found = np.random.default_rng(first).normal(size=(count, SIZE)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture
def files(tmp_path: Path) -> FeatureFiles:
    return FeatureFiles(tmp_path / "features", SIZE)


def test_rows_keep_their_order_and_digests(files: FeatureFiles) -> None:
    assert (len(files), len(files.crops()), len(files.vectors())) == (0, 0, 0)
    files.append(digests(3), vectors(3))
    files.append(digests(2, 3), vectors(2, 3))
    files.append([], vectors(0))
    crops = files.crops()
    assert [digest_at(crops, row) for row in range(5)] == digests(5)
    assert row_of(crops, digests(5)[4]) == 4
    assert row_of(crops, "ab" * 32) is None
    np.testing.assert_allclose(files.vectors()[3:], vectors(2, 3), atol=1e-3)
    np.testing.assert_allclose(files.read_vector(3), vectors(2, 3)[0], atol=1e-3)
    np.testing.assert_allclose(np.concatenate([rows for _, rows in files.read_blocks(5)]), files.vectors(), atol=0)
    assert [first for first, _ in blocks(files.vectors())] == [0]


@pytest.mark.parametrize("cut", ["crops", "vectors"])
def test_what_a_killed_process_left_does_not_count_and_is_overwritten(files: FeatureFiles, cut: str) -> None:
    files.append(digests(3), vectors(3))
    with (files.folder / cut).open("ab") as file:
        file.write(b"half a row")
    assert len(files) == 3
    files.append(digests(2, 3), vectors(2, 3))
    assert [digest_at(files.crops(), row) for row in range(5)] == digests(5)
    np.testing.assert_allclose(files.vectors()[3:], vectors(2, 3), atol=1e-3)


def test_blank_rows_have_no_crop_and_no_length(files: FeatureFiles) -> None:
    files.append(digests(30), vectors(30))
    files.blank(np.array([4]))
    assert np.flatnonzero(is_blank(files.crops())).tolist() == [4]
    assert not files.vectors()[4].any()
    assert row_of(files.crops(), digests(30)[4]) is None
    assert not files.compact()  # of so few blank rows the files are not written anew


def test_files_with_many_blank_rows_are_written_anew(files: FeatureFiles) -> None:
    files.append(digests(10), vectors(10))
    files.blank(np.array([0, 5, 9]))
    before = files.stamp
    assert files.compact()
    assert files.stamp != before
    kept = [number for number in range(10) if number not in (0, 5, 9)]
    assert [digest_at(files.crops(), row) for row in range(7)] == [digests(10)[number] for number in kept]
    np.testing.assert_allclose(files.vectors(), vectors(10)[kept], atol=1e-3)


def test_only_their_owner_can_read_them(files: FeatureFiles) -> None:
    files.append(digests(1), vectors(1))
    assert {path.stat().st_mode & 0o077 for path in files.folder.iterdir()} == {0}
