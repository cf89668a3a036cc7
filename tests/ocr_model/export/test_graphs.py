"""The exported graphs compute what the network computes, and serving reads them."""

import argparse
import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from PIL import Image

from ocr_model.export.graphs import (
    ExportMismatchError,
    _LeanAttentionStep,
    about_model,
    add_arguments,
    average_networks,
    check_parity,
    export_network,
    main,
)
from ocr_model.reading.recognizer import Recognizer
from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.evaluation import evaluate_network, load_run, synthetic_set
from ocr_model.training.schedule import TrainingConfig
from ocr_model.training.trainer import Trainer


@pytest.mark.parametrize("prediction", ["CTC", "Attn"])
def test_export_and_network_agree(tmp_path: Path, prediction: str) -> None:
    torch.manual_seed(1)
    network = RecognitionNetwork(NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1), prediction=prediction)).eval()
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


def _command(run: Path, out: Path, version: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    quick = ["--recipe", "v1.0", "--check", "3", "--int8", "0", "--turns", "0", "--calibrate", "0", "--name", "tiny"]
    return parser.parse_args(["--run", str(run), "--out", str(out), "--version", version, *quick])


def test_a_refused_export_leaves_the_model_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = tmp_path / "run", tmp_path / "out"
    export_network(
        RecognitionNetwork(NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1))), run, name="r", version="0"
    )
    (out / "notes").mkdir(parents=True)
    assert main(_command(run, out, "1")) == 0
    before = {file.name: file.read_bytes() for file in out.iterdir() if file.is_file()}

    def refuse(*_: object, **__: object) -> None:
        raise ExportMismatchError("3 of 3 texts differ")

    monkeypatch.setattr("ocr_model.export.graphs.check_parity", refuse)
    assert main(_command(run, out, "2")) == 1
    assert f"3 of 3 texts differ; {out} is as it was" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in out.iterdir() if file.is_file()} == before
    assert Recognizer.load(out, threads=1).info.version == "1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "run"]


def test_an_export_takes_the_place_of_the_model_before(tmp_path: Path) -> None:
    run, out = tmp_path / "run", tmp_path / "out"
    export_network(
        RecognitionNetwork(NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1))), run, name="r", version="0"
    )
    assert main(_command(run, out, "1")) == 0
    described = json.loads((out / "model.json").read_text())
    described["files"]["encoder_int8"] = "old_int8.onnx"
    (out / "model.json").write_text(json.dumps(described))
    (out / "old_int8.onnx").write_bytes(b"of the model before")
    (out / "curve.png").write_bytes(b"not the model's")
    assert main(_command(run, out, "2")) == 0
    assert Recognizer.load(out, threads=1).info.version == "2"
    assert not (out / "old_int8.onnx").exists() and (out / "curve.png").exists()
