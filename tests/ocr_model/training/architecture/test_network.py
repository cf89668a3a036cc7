"""Every combination of the four stages computes, with the shapes that the reading floor relies on."""

import itertools
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.architecture.network import normalize_contrast

STAGES = list(itertools.product(("None", "TPS"), ("VGG", "RCNN", "ResNet"), ("None", "BiLSTM"), ("CTC", "Attn")))


@pytest.mark.parametrize(("transformation", "features", "sequence", "prediction"), STAGES)
def test_every_combination_computes(transformation: str, features: str, sequence: str, prediction: str) -> None:
    config = NetworkConfig(
        transformation=transformation,
        features=features,
        sequence=sequence,
        prediction=prediction,
        width=32,
        hidden=16,
        blocks=(1, 1, 1, 1),
    )
    network = RecognitionNetwork(config).eval()
    ctc, attention = network(torch.rand(2, 1, 64, 256) * 2 - 1, torch.zeros(2, 5, dtype=torch.int64))
    assert ctc.shape[0] == 2 and ctc.shape[2] == 1 + len(config.charset)
    assert ctc.shape[1] >= config.max_length
    assert (attention is None) == (prediction == "CTC")
    if attention is not None:
        assert attention.shape == (2, 5, 2 + len(config.charset))
    assert config.architecture == f"{transformation}-{features}-{sequence}-{prediction}"


def test_an_unknown_stage_is_named() -> None:
    with pytest.raises(ValueError, match="unknown features 'AlexNet'; one of VGG, RCNN, ResNet"):
        NetworkConfig(features="AlexNet")


def test_contrast_is_normalised_but_noise_is_not_blown_up() -> None:
    picture = torch.rand(1, 1, 64, 256) * 2 - 1
    dark = picture * 0.15 - 0.8
    assert torch.allclose(normalize_contrast(picture), normalize_contrast(dark), atol=0.25)
    blank = torch.full((1, 1, 64, 256), 0.3) + torch.rand(1, 1, 64, 256) * 0.002
    assert normalize_contrast(blank).abs().max() < 0.2


def test_vitstr_says_the_characters_of_all_positions_at_once() -> None:
    config = NetworkConfig(transformation="None", features="ViT", sequence="None", prediction="Position")
    network = RecognitionNetwork(config).eval()
    assert 5.2e6 < sum(p.numel() for p in network.parameters()) < 5.6e6  # 5.4 M in the paper
    picture = torch.rand(2, 1, 64, 256) * 2 - 1
    decoder = network.attention
    assert decoder is not None
    with torch.inference_mode():
        context = network.encode(picture)
        assert context.shape == (2, 65, 192)
        _, logits = network(picture, torch.zeros(2, 25, dtype=torch.int64))
        projected = decoder.project(context)
        hidden = cell = torch.zeros(2, decoder.hidden_size)
        for position in range(25):
            step, hidden, cell = decoder.step(context, projected, hidden, cell, torch.zeros(2, dtype=torch.int64))
            assert torch.allclose(step, logits[:, position], atol=1e-5)


@pytest.mark.parametrize("wrong", [{"transformation": "TPS"}, {"sequence": "BiLSTM"}, {"prediction": "CTC"}])
def test_vit_stands_alone(wrong: dict[str, str]) -> None:
    parts = {"transformation": "None", "sequence": "None", "prediction": "Position"} | wrong
    with pytest.raises(ValueError, match="None-ViT-None-Position"):
        NetworkConfig(features="ViT", **parts)


@pytest.mark.parametrize(("height", "width"), [(40, 160), (48, 192)])
@pytest.mark.parametrize("features", ["VGG", "RCNN", "ResNet"])
def test_higher_lines_compute_with_the_same_weights(features: str, height: int, width: int) -> None:
    config = NetworkConfig(features=features, width=32, hidden=16, blocks=(1, 1, 1, 1))
    higher = replace(config, line_height=height, line_width=width, input_height=2 * height, input_width=2 * width)
    network = RecognitionNetwork(higher).eval()
    network.load_state_dict(RecognitionNetwork(config).state_dict())
    context = network.encode(torch.rand(2, 1, 2 * height, 2 * width) * 2 - 1)
    assert context.shape[0] == 2 and context.shape[2] == 16
    assert abs(context.shape[1] - width / 4) <= 1


@pytest.mark.parametrize("height", [16, 33, 64])
def test_other_line_heights_are_refused(height: int) -> None:
    with pytest.raises(ValueError, match=f"line_height must be one of 32, 40, 48, not {height}"):
        NetworkConfig(line_height=height, input_height=height)
