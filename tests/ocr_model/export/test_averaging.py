"""Two networks as one."""

from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")


from ocr_model.export.averaging import about_model, average_networks
from ocr_model.export.graphs import export_network
from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork


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
    wider_view = RecognitionNetwork(replace(config, line_height=40, line_width=160, input_height=80, input_width=320))
    assert average_networks(wider_view, one).config == wider_view.config
    export_network(one, tmp_path, name="tiny", version="3", card={"crops_seen": 5})
    assert about_model(tmp_path) == {"name": "tiny", "version": "3", "crops_seen": 5}
