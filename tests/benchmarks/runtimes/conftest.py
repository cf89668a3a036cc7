"""Drawn crops, and the shipped encoder's graphs."""

import csv
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from benchmarks.runtimes.crops import load_folder
from ocr_model.reading.recognizer import CHAMPION

CODES = ("CW2288-111", "GW2871", "374915-01", "BB550WT1", "M7650C", "S80602")


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def graphs(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    pytest.importorskip("onnx", reason="onnx is not installed (`make test-setup`)")
    from benchmarks.runtimes.decoder import prepare
    from benchmarks.runtimes.graphs import write_graphs

    pictures = [prepare(crop.crop, (256, 64)) for crop in load_folder(folder)]
    return write_graphs(CHAMPION / "encoder.onnx", pictures, tmp_path_factory.mktemp("graphs"))
