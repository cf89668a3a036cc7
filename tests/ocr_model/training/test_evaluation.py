"""Evaluation: what was read beside the labels, and the folders that hold them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.errors import LabelsError
from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.evaluation import Evaluation, EvaluationSet, load_labelled_folder, network_input


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match=r"labels\.tsv: No such file"):
        load_labelled_folder(tmp_path)


def test_a_labelled_folder_is_grey_pictures_and_texts(tmp_path: Path) -> None:
    Image.new("RGBA", (30, 10), (0, 0, 0, 0)).save(tmp_path / "1.png")
    (tmp_path / "labels.tsv").write_bytes("File\tText\r\n1.png\t품번 A1\r\n".encode("utf-16"))
    data = load_labelled_folder(tmp_path)
    assert (data.texts, data.files) == (("품번 A1",), ("1.png",))
    assert data.images[0].shape == (10, 30) and data.images[0].min() == 255


def test_the_figures_of_an_evaluation() -> None:
    image = np.zeros((8, 16), np.uint8)
    data = EvaluationSet("some", (image,) * 3, ("CW2288-111", "AB 12", ""), ("a", "b", "c"))
    evaluation = Evaluation(data, ("CW2288 111", "AB13", ""), (0.9, 0.5, 0.8))
    assert evaluation.summary() == {"crops": 3, "exact": 0.6667, "strict": 0.3333, "character_error_rate": 0.0769}
    assert evaluation.errors() == [("b", "AB 12", "AB13", 0.5)]


def test_crops_are_resized_to_the_input_and_scaled() -> None:
    config = NetworkConfig(line_height=40, line_width=160, input_height=80, input_width=320)
    pictures = network_input([np.zeros((20, 60), np.uint8), np.full((9, 9), 255, np.uint8)], config)
    assert pictures.shape == (2, 1, 80, 320)
    assert (float(pictures[0].max()), float(pictures[1].min())) == (-1.0, 1.0)
