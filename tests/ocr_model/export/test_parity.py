"""A graph that computes something else is noticed."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")


from ocr_model.export.graphs import _LeanAttentionStep, export_network
from ocr_model.export.parity import ExportMismatchError, check_parity
from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.evaluation import synthetic_set


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


def test_a_decoder_of_other_probabilities_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(1)
    network = RecognitionNetwork(NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1))).eval()
    assert network.attention is not None
    with torch.no_grad():
        network.attention.generator.weight *= 20.0  # sure of itself, as a trained one is
    data = synthetic_set("v1.0", 6)
    export_network(network, tmp_path / "right", name="tiny", version="0")
    assert check_parity(network, tmp_path / "right", data).different_texts == 0

    def flat(self: torch.nn.Module, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        log_probs, hidden, cell = forward(self, *inputs)
        return (0.25 * log_probs).log_softmax(1), hidden, cell

    forward = _LeanAttentionStep.forward
    monkeypatch.setattr(_LeanAttentionStep, "forward", flat)
    export_network(network, tmp_path / "wrong", name="tiny", version="0")
    with pytest.raises(ExportMismatchError, match="probabilities differ"):
        check_parity(network, tmp_path / "wrong", data)


def test_another_ctc_head_is_refused_whether_or_not_it_serves(tmp_path: Path) -> None:
    torch.manual_seed(1)
    config = NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1))
    network = RecognitionNetwork(config).eval()
    export_network(network, tmp_path, name="tiny", version="0")
    with torch.no_grad():
        network.ctc.classifier.bias[5] += 20.0
    data = synthetic_set("v1.0", 3)
    for weight in (0.0, 0.3):
        with pytest.raises(ExportMismatchError, match="probabilities differ"):
            check_parity(network, tmp_path, data, ctc_weight=weight)
