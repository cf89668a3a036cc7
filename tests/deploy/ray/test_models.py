"""What a recognizer's replica computes together, and that nobody's answer depends on whose crop came along."""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("ray", reason="Ray is not installed (requirements-ray.txt)")
from backend.settings import Settings
from benchmarks.drivers.tag_picture import draw_tag
from datasets.errors import StoreError
from deploy.ray.messages import ReadRequest
from deploy.ray.models import ReplicaModels
from ocr_model.domains.digits import DIGITS
from ocr_model.errors import ImageError, ModelError, ReaderError
from ocr_model.reading.prediction import Prediction
from ocr_model.reading.recognizer import Recognizer

CROPS = [draw_tag(code).crop((120, 240, 780, 400)) for code in ("CW2288-111", "GW2871", "374915-01")]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


def asked(*pictures: Image.Image, way: str = "careful", find_turn: bool = True) -> ReadRequest:
    return ReadRequest("tags", None, way, find_turn, pictures)  # type: ignore[arg-type]


def said(predictions: list[Prediction]) -> list[Prediction]:
    return [replace(prediction, milliseconds={}) for prediction in predictions]


@pytest.mark.parametrize("is_int8", [True, False], ids=["int8", "single"])
def test_each_request_is_answered_as_if_it_were_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_int8: bool
) -> None:
    monkeypatch.setattr("ocr_model.reading.recognizer.has_byte_products", lambda: is_int8)
    models = ReplicaModels(Settings(data_dir=tmp_path), None, follows=False)
    runs: list[int] = []
    original = Recognizer.read_batch

    def read_batch(self: Recognizer, images: list[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        runs.append(len(images))
        return original(self, images, find_turn=find_turn)

    monkeypatch.setattr(Recognizer, "read_batch", read_batch)
    requests = [asked(CROPS[0]), asked(*CROPS, way="glance"), asked(CROPS[1]), asked(CROPS[2], find_turn=False)]
    together = models.read(requests)
    assert sorted(runs) == ([1, 1, 1, 3] if is_int8 else [1, 2, 3])
    recognizer = Recognizer.load(second=False)
    alone = [
        [recognizer.read(CROPS[0])],
        recognizer.at_a_glance().read_batch(CROPS),
        [recognizer.read(CROPS[1])],
        [recognizer.read(CROPS[2], find_turn=False)],
    ]
    for one, other in zip(together, alone, strict=True):
        assert isinstance(one, list)
        assert said(one) == said(other)


def test_a_picture_that_cannot_be_used_spoils_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr_model.reading.recognizer.has_byte_products", lambda: False)
    models = ReplicaModels(Settings(data_dir=tmp_path), None, follows=False)
    good, bad = models.read([asked(CROPS[0]), asked(Image.new("RGB", (0, 0)))])
    assert isinstance(good, list)
    assert good[0].text == "CW2288-111"
    assert isinstance(bad, ImageError)


def test_a_model_that_fails_unexpectedly_spoils_no_other_and_quotes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_model.reading.recognizer.has_byte_products", lambda: False)
    models = ReplicaModels(Settings(data_dir=tmp_path), None, follows=False)
    original = Recognizer.read_batch

    def read_batch(self: Recognizer, images: list[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        if CROPS[1] in images:
            raise RuntimeError("cannot read GW2871")
        return original(self, images, find_turn=find_turn)

    monkeypatch.setattr(Recognizer, "read_batch", read_batch)
    good, bad = models.read([asked(CROPS[0]), asked(CROPS[1])])
    assert isinstance(good, list)
    assert type(bad) is ReaderError
    assert str(bad) == "the model failed: RuntimeError"


def test_a_model_that_cannot_be_had_fails_those_alone_who_ask_for_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, domains=("tags", "digits"), model_dir=DIGITS.shipped_model)
    models = ReplicaModels(settings, None, follows=False)
    tag, digit = asked(CROPS[0]), replace(asked(CROPS[0]), domain="digits")
    wrong, missing, read = models.read([tag, replace(digit, model="f" * 64), digit])
    assert isinstance(wrong, ModelError)  # of another domain
    assert isinstance(missing, StoreError)
    assert isinstance(read, list)
    assert read[0].model.name == models.info("digits", None).name
