import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image, ImageDraw, ImageFont

from ocr_model.codes.text import CHARSET
from ocr_model.errors import ModelError
from ocr_model.reading.ctc import ctc_beam_search
from ocr_model.reading.second_reader import PaddleReader, SecondReader, _folding, packaged_second_reader

needs_rapidocr = pytest.mark.skipif(importlib.util.find_spec("rapidocr") is None, reason="rapidocr is not installed")


@pytest.fixture(scope="module")
def reader() -> SecondReader:
    found = packaged_second_reader(threads=1)
    assert found is not None
    return found


def printed(text: str, size: tuple[int, int] = (260, 44)) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).text((10, 2), text, "black", ImageFont.load_default(32))
    return picture


def text_of(columns: np.ndarray) -> str:
    return ctc_beam_search(columns, charset=CHARSET)[0].text


@needs_rapidocr
def test_lines_of_any_width_are_read_in_their_order(reader: SecondReader) -> None:
    texts = ("CW2288-111", "10", "ARTICLE NO. GW2871 COLOR:BLK")
    pictures = [printed(text, (30 + 20 * len(text), 44)) for text in texts]
    found = reader.columns(pictures)
    assert [text_of(columns).replace(" ", "") for columns in found] == [text.replace(" ", "") for text in texts]
    assert all(columns.shape[1] == 1 + len(CHARSET) for columns in found)
    assert all(np.all(np.exp(columns).sum(axis=1) <= 1.001) for columns in found)
    assert reader.columns([]) == []


def test_small_letters_full_width_forms_and_all_dashes_are_those_of_tags() -> None:
    dictionary = ["", *CHARSET[:-1], "a", "\uff21", "\N{EM DASH}", "\u30fc", "*", "\u54c1", " "]
    classes, starts, folded = _folding(dictionary)
    groups = dict(zip(folded.tolist(), np.split(classes, starts[1:]), strict=True))

    def members(character: str) -> list[str]:
        return [dictionary[number] for number in groups[1 + CHARSET.index(character)]]

    assert members("A") == ["A", "a", "\uff21"]
    assert members("-") == ["-", "\N{EM DASH}", "\u30fc"]
    assert members(" ") == [" "]
    assert [dictionary[number] for number in groups[0]] == ["", "*"]


@needs_rapidocr
def test_a_picture_of_one_pixel_and_a_very_long_one_are_read(reader: SecondReader) -> None:
    small, long = reader.columns([Image.new("RGB", (1, 1)), Image.new("RGB", (20_000, 10))])
    assert np.isfinite(small).all() and np.isfinite(long).all()


def test_without_the_package_there_is_no_second_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def missing(name: str) -> ModuleSpec | None:
        return None if name == "rapidocr" else real(name)

    monkeypatch.setattr("ocr_model.reading.packaged_graphs.find_spec", missing)
    assert packaged_second_reader(threads=1) is None


def damaged_graph(path: Path) -> Path:
    path.write_bytes(b"no graph")
    return path


def test_a_damaged_network_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = damaged_graph(tmp_path / "damaged.onnx")
    monkeypatch.setattr("ocr_model.reading.second_reader.packaged_graph", lambda file: graph)
    assert packaged_second_reader(threads=1) is None
    with pytest.raises(ModelError):
        PaddleReader(graph, threads=1)


def test_a_network_without_our_characters_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 48, "W"])
    answer = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 3, 48, "W"])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "tiny", [image], [answer])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    model.metadata_props.add(key="character", value="A\nB")
    onnx.save(model, str(tmp_path / "tiny.onnx"))
    monkeypatch.setattr("ocr_model.reading.second_reader.packaged_graph", lambda file: tmp_path / file)
    (tmp_path / "tiny.onnx").rename(tmp_path / "PP-OCRv6_rec_small.onnx")
    assert packaged_second_reader(threads=1) is None
