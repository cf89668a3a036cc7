from pathlib import Path

from PIL import Image

from benchmarks.runtimes.crops import load_folder, load_real
from data_gen.twins import TWINS
from tests.benchmarks.runtimes.conftest import CODES


def test_a_folder_is_read_in_its_order(folder: Path) -> None:
    crops = load_folder(folder)
    assert [crop.text for crop in crops] == list(CODES)
    assert {(crop.group, crop.crop.mode) for crop in crops} == {("synthetic", "L")}


def test_real_crops_come_upright_and_as_twins(tmp_path: Path) -> None:
    (tmp_path / "tags").mkdir()
    Image.new("RGB", (60, 30), "white").save(tmp_path / "tags" / "1.png")
    (tmp_path / "tags" / "labels.tsv").write_text("file\ttext\n1.png\tA1\n", encoding="utf-8")
    assert [crop.group for crop in load_real(tmp_path)] == ["real", *["twins"] * len(TWINS)]
