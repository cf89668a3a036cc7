"""The comparison of runtimes: graphs in int8 agree with the one they come from, the table counts what it says."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

pytest.importorskip("onnx", reason="onnx is not installed (`make test-setup`)")

from benchmarks import runtimes
from benchmarks.runtimes import (
    Decoder,
    LabelledCrop,
    Measurement,
    RuntimeMissingError,
    cpu_flags,
    exact,
    load_folder,
    measure_accuracy,
    measure_time,
    onnx_runtime,
    openvino,
    prepare,
    table,
    write_graphs,
)
from ocr_model.reading.recognizer import CHAMPION, Recognizer

CODES = ("CW2288-111", "GW2871", "374915-01", "BB550WT1", "M7650C", "S80602")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crops")
    with (folder / "labels.tsv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
        writer.writerow(("file", "text"))
        for number, code in enumerate(CODES):
            picture = Image.new("L", (240, 60), 235)
            ImageDraw.Draw(picture).text((14, 8), code, fill=20, font_size=36)
            picture.save(folder / f"{number}.png")
            writer.writerow((f"{number}.png", code))
    return folder


@pytest.fixture(scope="module")
def graphs(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    pictures = [prepare(crop.crop, (256, 64)) for crop in load_folder(folder)]
    return write_graphs(CHAMPION / "encoder.onnx", pictures, tmp_path_factory.mktemp("graphs"))


def test_every_graph_reads_and_the_table_says_so(folder: Path, graphs: dict[str, Path]) -> None:
    crops, decoder = load_folder(folder), Decoder(CHAMPION, beam=2)
    opened = [(name, file, onnx_runtime(file, 1, spin=False)) for name, file in graphs.items()]
    accuracy = measure_accuracy(opened, decoder, crops)
    single = accuracy[0]
    reader = Recognizer.load(threads=1, beam=2, prior_weight=0.0, precision="single")
    assert single.texts == [reader.read(crop.crop, find_turn=False).text for crop in crops]
    for other in accuracy[1:]:
        assert sum(a == b for a, b in zip(single.texts, other.texts, strict=True)) >= len(crops) - 1
    assert graphs["mixed"].stat().st_size < 0.6 * graphs["single"].stat().st_size
    text = table(accuracy, {1: measure_time(opened, decoder, crops, seconds=0.0)}, crops)
    right, total = exact(single, crops, "synthetic")
    assert total == len(CODES)
    assert f"| single | {single.megabytes:.1f} | {right}/{total} | 0 |" in text
    assert text.count("\n") == 2 + len(graphs)


def test_crops_are_prepared_as_serving_prepares_them() -> None:
    pixels = prepare(Image.new("RGB", (10, 10), "white"), (256, 64))
    assert pixels.shape == (1, 1, 64, 256) and pixels.dtype == np.float32
    assert np.allclose(pixels, 1.0)


def test_a_missing_runtime_is_named(monkeypatch: pytest.MonkeyPatch, graphs: dict[str, Path]) -> None:
    def fail(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(runtimes.importlib, "import_module", fail)
    with pytest.raises(RuntimeMissingError, match="pip install openvino"):
        openvino(graphs["single"], 1, "f32")
    opened, missing = runtimes.open_runtimes(graphs, 1)
    assert len(missing) == 3 and all("OpenVINO" in one for one in missing)
    assert opened[0][0] == "ONNX Runtime fp32"


def test_exact_counts_only_its_group(tmp_path: Path) -> None:
    picture = Image.new("L", (8, 8))
    crops = [LabelledCrop("real", "A-1", picture), LabelledCrop("real", "B2", picture)]
    crops.append(LabelledCrop("twins", "C3", picture))
    result = Measurement("x", tmp_path, texts=["A1", "B3", "C3"])
    assert exact(result, crops, "real") == (1, 2)
    assert exact(result, crops, "twins") == (1, 1)


def test_the_processor_is_described() -> None:
    assert "cores" in cpu_flags()
