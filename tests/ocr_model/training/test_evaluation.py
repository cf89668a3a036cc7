"""Evaluation: what was read beside the labels, and the folders that hold them."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.training.evaluation import edit_distance, load_labelled_folder


def test_evaluation_counts_what_differs(tmp_path: Path) -> None:
    assert edit_distance("CW2288", "CW228") == 1
    assert edit_distance("", "AB") == 2
    with pytest.raises(FileNotFoundError):
        load_labelled_folder(tmp_path)
