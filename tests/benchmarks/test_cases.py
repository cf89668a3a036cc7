from pathlib import Path

import pytest
from PIL import Image

from benchmarks.cases import load_cases
from data_gen.twins import TURNS, TWINS


def write_folder(folder: Path, rows: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    for file in rows:
        Image.new("RGBA", (60, 30), "white").save(folder / file)
    lines = ["file\ttext", *(f"{file}\t{text}" for file, text in rows.items())]
    (folder / "labels.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def crops(tmp_path: Path) -> Path:
    write_folder(tmp_path / "b_tags", {"1.png": 'A"1', "2.png": "B 2"})
    write_folder(tmp_path / "a_labels", {"3.png": "C3"})
    return tmp_path


def test_the_first_folder_gets_twins_and_turns(crops: Path) -> None:
    cases = load_cases(crops, quick=False)
    first = [case for case in cases if case.folder == "b_tags"]
    assert len(first) == 2 * (1 + len(TWINS) + len(TURNS))
    assert {case.text for case in first} == {'A"1', "B 2"}
    assert [case.condition for case in cases if case.folder == "a_labels"] == ["a_labels upright"]
    assert all(case.crop.mode == "RGB" for case in cases)


def test_the_team_s_folder_comes_first_whatever_stands_beside_it(crops: Path) -> None:
    write_folder(crops / "team_dev", {"4.png": "D4"})
    cases = load_cases(crops, quick=False)
    assert cases[0].folder == "team_dev"
    assert {case.folder for case in cases if case.kind in TWINS} == {"team_dev"}


def test_turned_crops_stand_on_their_side(crops: Path) -> None:
    sizes = {case.kind: case.crop.size for case in load_cases(crops, quick=False) if case.file == "1.png"}
    assert sizes["upright"] == sizes["turned 180"] == (60, 30)
    assert sizes["turned 90"] == sizes["turned 270"] == (30, 60)


def test_cases_of_one_crop_have_one_parent(crops: Path) -> None:
    parents = {case.parent for case in load_cases(crops, quick=False)}
    assert parents == {"b_tags/1.png", "b_tags/2.png", "a_labels/3.png"}


def test_quick_reads_upright_crops_only(crops: Path) -> None:
    assert {case.kind for case in load_cases(crops, quick=True)} == {"upright"}
