"""The int8 encoder computes about what the encoder in single precision computes."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.export.graphs import export_network
from ocr_model.export.quantization import quantize_encoder
from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.evaluation import network_input, synthetic_set


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("model")
    torch.manual_seed(1)
    network = RecognitionNetwork(NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1))).eval()
    export_network(network, directory, name="tiny", version="0")
    return directory


def test_int8_is_close_and_leaves_the_localisation_alone(model: Path, tmp_path: Path) -> None:
    pictures = [network_input([image], NetworkConfig()).numpy() for image in synthetic_set("v1.0", 12).images]
    quantize_encoder(model / "encoder.onnx", tmp_path / "int8.onnx", pictures)
    single = onnxruntime.InferenceSession(str(model / "encoder.onnx"), providers=["CPUExecutionProvider"])
    int8 = onnxruntime.InferenceSession(str(tmp_path / "int8.onnx"), providers=["CPUExecutionProvider"])
    for picture in pictures:
        exact = single.run(["ctc_log_probs"], {"image": picture})[0]
        near = int8.run(["ctc_log_probs"], {"image": picture})[0]
        assert np.abs(np.exp(exact) - np.exp(near)).max() < 0.1
    nodes = onnx.load(str(tmp_path / "int8.onnx")).graph.node
    assert any(node.op_type == "QuantizeLinear" for node in nodes)
    assert any(node.op_type == "DynamicQuantizeLSTM" for node in nodes)
    assert not any(node.op_type == "QuantizeLinear" and "localization" in node.name for node in nodes)


def test_int8_without_pictures_is_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs pictures"):
        quantize_encoder(model / "encoder.onnx", tmp_path / "int8.onnx", [])
