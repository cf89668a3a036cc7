"""The exported graphs compute what the network computes, and serving reads them."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from PIL import Image

from ocr_model.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.evaluation import evaluate_network, load_run, synthetic_set
from ocr_model.export import ExportMismatchError, about_model, average_networks, check_parity, export_network
from ocr_model.recognizer import Recognizer
from ocr_model.training import Trainer, TrainingConfig


@pytest.mark.parametrize("prediction", ["CTC", "Attn"])
def test_export_and_network_agree(tmp_path: Path, prediction: str) -> None:
    torch.manual_seed(1)
    network = RecognitionNetwork(NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1), prediction=prediction)).eval()
    export_network(network, tmp_path, name="tiny", version="0")
    data = synthetic_set("v1.0", 12)
    parity = check_parity(network, tmp_path, data)
    assert parity.different_texts == 0
    assert parity.largest_log_prob_difference < 0.01
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
    with pytest.raises(ValueError, match="another one"):
        Trainer(NetworkConfig(width=48), TrainingConfig(recipe="v1.0", threads=1), tmp_path / "other").start_from(
            network
        )


def test_a_wrong_export_is_refused(tmp_path: Path) -> None:
    torch.manual_seed(1)
    config = NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1), prediction="CTC")
    export_network(RecognitionNetwork(config).eval(), tmp_path, name="tiny", version="0")
    with pytest.raises(ExportMismatchError, match="texts differ"):
        check_parity(RecognitionNetwork(config).eval(), tmp_path, synthetic_set("v1.0", 12))


def test_a_wrong_decoder_is_refused(tmp_path: Path) -> None:
    torch.manual_seed(1)
    config = NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1))
    network = RecognitionNetwork(config).eval()
    export_network(network, tmp_path / "one", name="tiny", version="0")
    export_network(RecognitionNetwork(config).eval(), tmp_path / "other", name="tiny", version="0")
    (tmp_path / "one" / "decoder.onnx").write_bytes((tmp_path / "other" / "decoder.onnx").read_bytes())
    with pytest.raises(ExportMismatchError, match="texts differ"):
        check_parity(network, tmp_path / "one", synthetic_set("v1.0", 6))


def test_the_average_of_two_networks_lies_between_them(tmp_path: Path) -> None:
    config = NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1))
    one, other = RecognitionNetwork(config).eval(), RecognitionNetwork(config).eval()
    mean = average_networks(one, other).state_dict()
    for name, value in one.state_dict().items():
        expected = value * 0.5 + other.state_dict()[name] * 0.5 if value.is_floating_point() else value
        assert torch.equal(mean[name], expected)
    assert torch.equal(average_networks(one, other, 1.0).ctc.classifier.weight, other.ctc.classifier.weight)
    with pytest.raises(ValueError, match="between 0 and 1, not 2"):
        average_networks(one, other, 2.0)
    with pytest.raises(ValueError, match="built differently"):
        average_networks(one, RecognitionNetwork(NetworkConfig(width=48)))
    export_network(one, tmp_path, name="tiny", version="3", card={"crops_seen": 5})
    assert about_model(tmp_path) == {"name": "tiny", "version": "3", "crops_seen": 5}
