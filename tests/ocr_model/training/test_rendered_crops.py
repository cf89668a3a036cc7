"""Batches of fresh crops: the same numbers give the same crops, and clean ones come first."""

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.rendered_crops import RecipeCrops, RenderedCrops
from ocr_model.training.schedule import TrainingConfig

CONFIG = TrainingConfig(recipe="v1.0", crops=12, batch=4)


def test_a_resumed_run_sees_the_crops_that_follow() -> None:
    network = NetworkConfig()
    batches = list(RenderedCrops(CONFIG, network, 0))
    assert [len(texts) for _, texts in batches] == [4, 4, 4]
    assert batches[0][0].shape == (4, 1, 64, 256) and batches[0][0].dtype == torch.uint8
    resumed = list(RenderedCrops(CONFIG, network, 8))
    assert resumed[0][1] == batches[2][1]
    assert torch.equal(resumed[0][0], batches[2][0])


def test_pictures_have_the_size_of_the_network_s_input() -> None:
    network = NetworkConfig(line_height=40, line_width=160, input_height=80, input_width=320)
    pictures, _ = next(iter(RenderedCrops(CONFIG, network, 0)))
    assert pictures.shape == (4, 1, 80, 320)


def test_clean_crops_fade_out() -> None:
    asked: list[bool] = []

    class Noting:
        def open(self):
            draw = RecipeCrops("v1.0").open()
            image, text = draw(0, True)

            def noted(number: int, easy: bool):
                asked.append(easy)
                return image, text

            return noted

        def describe(self):
            return {}

    list(RenderedCrops(replace(CONFIG, crops=1000, easy_until=0.5), NetworkConfig(), 0, Noting()))
    shares = [sum(asked[first : first + 100]) / 100 for first in range(0, 1000, 100)]
    assert shares[0] > 0.8 and shares == sorted(shares, reverse=True) and not any(shares[5:])
