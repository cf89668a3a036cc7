"""Each extractor turns a line into a row of feature vectors."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from ocr_model.training.architecture.features import RCNN, VGG, BasicBlock, GatedRecurrentConvolution, ResNet


@pytest.mark.parametrize(("height", "rows"), [(32, 1), (40, 1), (48, 2)])
@pytest.mark.parametrize("extractor", [VGG, RCNN, ResNet])
def test_a_line_becomes_a_row_of_features(extractor: type, height: int, rows: int) -> None:
    features = extractor(1, 32).eval()(torch.rand(2, 1, height, 128))
    assert features.shape[:3] == (2, 32, rows)
    assert abs(features.shape[3] - 32) <= 1


def test_channels_are_multiples_of_16() -> None:
    assert ResNet(1, 100).output_channels == 96
    assert VGG(1, 10).output_channels == 16


def test_the_original_resnet_has_its_44_million_parameters() -> None:
    assert sum(p.numel() for p in ResNet(1, 512).parameters()) == pytest.approx(44.3e6, rel=0.01)


def test_blocks_keep_the_size_of_the_picture() -> None:
    picture = torch.rand(2, 16, 8, 20)
    assert BasicBlock(16, 32).eval()(picture).shape == (2, 32, 8, 20)
    assert BasicBlock(16, 16).eval()(picture).shape == picture.shape
    assert GatedRecurrentConvolution(16, 48, 2).eval()(picture).shape == (2, 48, 8, 20)
