from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.training

from ocr_model.export.korean_export import export_korean, quantize_korean
from ocr_model.tags.korean_model import KINDS, KoreanModel, columns_of
from ocr_model.training.korean.lines import RenderedLine
from ocr_model.training.korean.network import KoreanNetwork
from ocr_model.training.korean.trainer import KoreanTraining, train

ALPHABET = "가나"
SETTINGS = KoreanTraining(passes=12, batch=8, rate=1e-2, checkpoint_every=5)


def stripes(text: str) -> RenderedLine:
    """A line of thick and thin bars for syllables and letters."""
    pixels = np.full((32, 16 * len(text)), 230, np.uint8)
    for at, character in enumerate(text):
        left = 16 * at + 4
        pixels[6:26, left : left + (8 if character == "가" else 2)] = 20
        if character == "나":
            pixels[14:18, left : left + 8] = 20
    return RenderedLine(pixels, text)


LINES = [stripes(text) for text in ("가나", "나가", "가", "나", "가A나", "AA가", "나나A", "A")] * 4


def test_the_network_gives_a_class_for_every_fourth_column() -> None:
    scores = KoreanNetwork(9).eval()(torch.zeros(2, 1, 32, 50))
    assert scores.shape == (2, columns_of(50), 9)
    assert torch.allclose(scores.exp().sum(dim=2), torch.ones(2, columns_of(50)), atol=1e-5)


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    network, loss = train(LINES, ALPHABET, tmp_path, SETTINGS)
    again, same = train(LINES, ALPHABET, tmp_path, SETTINGS)  # nothing is left to do
    assert loss == same
    assert all(
        torch.equal(a, b) for a, b in zip(network.state_dict().values(), again.state_dict().values(), strict=True)
    )
    done = torch.load(tmp_path / "korean.pt", weights_only=True)["done"]
    assert done == 12 * 4
    longer = replace(SETTINGS, passes=14)
    train(LINES, ALPHABET, tmp_path, longer)
    assert torch.load(tmp_path / "korean.pt", weights_only=True)["done"] == 14 * 4


def test_the_graphs_read_as_the_network_does(tmp_path: Path) -> None:
    network, _ = train(LINES, ALPHABET, tmp_path, SETTINGS)
    single, small = tmp_path / "single.onnx", tmp_path / "small.onnx"
    export_korean(network, ALPHABET, single)
    quantize_korean(single, small, ALPHABET, [line.pixels for line in LINES])
    model = KoreanModel.load(single, threads=1)
    assert model.syllables == ALPHABET
    pixels = torch.from_numpy(LINES[4].pixels)[None, None].float() / 127.5 - 1
    classes = network(pixels)[0].argmax(dim=1).tolist()
    read = [number for at, number in enumerate(classes) if number and (at == 0 or number != classes[at - 1])]
    expected = "".join((ALPHABET + KINDS)[number - 1] for number in read)
    (reading,) = model.read([LINES[4].pixels])
    assert reading.text == expected
    assert KoreanModel.load(small, threads=1).syllables == ALPHABET
    assert small.stat().st_size < 0.5 * single.stat().st_size
