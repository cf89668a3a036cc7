"""The exported graphs compute what the network computes, and serving reads them."""

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from PIL import Image

from ocr_model.export.graphs import export_network
from ocr_model.export.parity import check_parity
from ocr_model.reading.recognizer import Recognizer
from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.evaluation import evaluate_network, load_run, synthetic_set
from ocr_model.training.schedule import TrainingConfig
from ocr_model.training.trainer import Trainer


@pytest.mark.parametrize(
    "sizes",
    [
        {"prediction": "CTC"},
        {"prediction": "Attn"},
        {"line_height": 40, "line_width": 160, "input_height": 80, "input_width": 320},
        {"line_height": 48, "line_width": 192, "input_height": 96, "input_width": 384},
    ],
    ids=["CTC", "Attn", "40 x 160", "48 x 192"],
)
def test_export_and_network_agree(tmp_path: Path, sizes: dict[str, Any]) -> None:
    torch.manual_seed(1)
    network = RecognitionNetwork(NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1), **sizes)).eval()
    export_network(network, tmp_path, name="tiny", version="0")
    data = synthetic_set("v1.0", 12)
    parity = check_parity(network, tmp_path, data)
    assert parity.different_texts == 0
    assert parity.largest_difference < 0.01
    reader = Recognizer.load(tmp_path, threads=1)
    assert reader.info.name == "tiny"
    served = reader.read_batch([Image.fromarray(image) for image in data.images])
    assert len(served) == len(evaluate_network(network, data).readings)


def test_a_new_run_begins_where_an_exported_model_stands(tmp_path: Path) -> None:
    network = RecognitionNetwork(NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1))).eval()
    export_network(network, tmp_path / "model", name="tiny", version="0")
    trainer = Trainer(network.config, TrainingConfig(recipe="v1.0", threads=1), tmp_path / "run")
    trainer.start_from(load_run(tmp_path / "model"))
    for name, value in trainer.averaged_network().state_dict().items():
        assert torch.allclose(value.float(), network.state_dict()[name].float(), atol=1e-3, rtol=1e-3)
    other = Trainer(NetworkConfig(width=32, hidden=48), TrainingConfig(recipe="v1.0", threads=1), tmp_path / "other")
    with pytest.raises(ValueError, match="differs in more than"):
        other.start_from(network)
