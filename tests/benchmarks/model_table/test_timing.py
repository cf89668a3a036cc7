"""An exported model, read greedily, says what its network says."""

from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")


from benchmarks.model_table.timing import ExportedModel, time_models
from ocr_model.export.graphs import export_network
from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.evaluation import decode_greedily, network_input, synthetic_set

TINY = NetworkConfig(width=32, blocks=(1, 1, 1, 1), hidden=32)


VITSTR = NetworkConfig(transformation="None", features="ViT", sequence="None", prediction="Position")


@pytest.mark.parametrize("config", [TINY, VITSTR, replace(TINY, prediction="CTC")], ids=["Attn", "ViTSTR", "CTC"])
def test_the_exported_model_reads_like_the_network(config: NetworkConfig, tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = RecognitionNetwork(config).eval()
    export_network(network, tmp_path, name="x", version="1")
    data = synthetic_set("v1.0", 3)
    model = ExportedModel(tmp_path)
    for image in data.images:
        picture = network_input([image], config)
        with torch.inference_mode():
            context = network.encode(picture)
            if config.prediction == "CTC":
                wanted = network.ctc(context)[0].argmax(1).tolist()
            else:
                wanted = decode_greedily(network, context)[0][0].tolist()
        assert model.read(picture.numpy()) == wanted
    assert time_models({"x": tmp_path}, data)["x"] > 0
