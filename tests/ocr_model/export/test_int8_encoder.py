"""An int8 encoder beside the one in single precision: serving can choose."""

import shutil
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.errors import ModelError
from ocr_model.export.graphs import export_network
from ocr_model.export.int8_encoder import quantize_directory
from ocr_model.reading.recognizer import Recognizer
from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.evaluation import synthetic_set


@pytest.fixture
def model(tmp_path: Path) -> Path:
    directory = tmp_path / "first"
    torch.manual_seed(1)
    network = RecognitionNetwork(NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1))).eval()
    export_network(network, directory, name="tiny", version="0")
    return directory


def test_serving_takes_either_precision(model: Path) -> None:
    with pytest.raises(ModelError, match="no int8 encoder"):
        Recognizer.load(model, precision="int8")
    result = quantize_directory(model, "v1.0", 8, checked=10)
    assert result.kept and "of 10 crops: kept" in str(result)
    crop = synthetic_set("v1.0", 1).images[0]
    for precision in ("single", "int8"):
        reader = Recognizer.load(model, threads=1, precision=precision)
        assert reader.precision == precision
        assert 0.0 <= reader.read(crop).confidence <= 1.0


def test_an_int8_encoder_that_reads_worse_is_left_out(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(model, tmp_path / "model"))
    before = (copy / "model.json").read_text()
    monkeypatch.setattr("ocr_model.export.int8_encoder.INT8_LOSS", -1.1)  # more crops than there are
    result = quantize_directory(copy, "v1.0", 8, checked=10)
    assert not result.kept and str(result).endswith("left out")
    assert not (copy / "encoder_int8.onnx").exists()
    assert (copy / "model.json").read_text() == before
