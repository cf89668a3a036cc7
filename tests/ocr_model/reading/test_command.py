import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from ocr_model.reading.command import add_arguments, main

Writer = Callable[..., Path]


def read(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return main(parser.parse_args([str(argument) for argument in arguments]))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (60, 20), "black").save(folder / "b.png")
    Image.new("RGB", (60, 20), "white").save(folder / "a.jpg")
    (folder / "notes.txt").write_text("no picture")
    return folder


def test_json_has_one_object_per_file_in_order(
    attention_model: Writer, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = pictures / "b.png", pictures / "a.jpg"
    assert read(first, second, "--json", "--model", attention_model()) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["file"] for line in lines] == [str(first), str(second)]
    assert set(lines[0]) == {"file", "text", "code", "confidence", "turn", "candidates"}
    assert lines[0]["text"] == lines[0]["code"] == "A1"
    assert lines[0]["confidence"] == pytest.approx(0.684, rel=1e-4)
    assert lines[0]["candidates"][0] == {"text": "A1", "confidence": lines[0]["confidence"]}
    assert (lines[1]["text"], lines[1]["code"]) == ("", "")


def test_the_turn_is_found_unless_told_not_to(
    attention_model: Writer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = attention_model(looks_at_top=True)
    file = tmp_path / "turned.png"
    picture = Image.new("RGB", (60, 20), "white")
    picture.paste("black", (0, 10, 60, 20))  # what belongs on top is at the bottom
    picture.save(file)
    assert read(file, "--json", "--model", model) == 0
    assert read(file, "--json", "--upright", "--model", model) == 0
    assert read(file, "--model", model) == 0
    found, upright, line = capsys.readouterr().out.splitlines()
    assert (json.loads(found)["text"], json.loads(found)["turn"]) == ("A1", 2)
    assert (json.loads(upright)["text"], json.loads(upright)["turn"]) == ("", 0)
    assert line.endswith("A1  68.4%  turned by 180 degrees")


def test_a_folder_stands_for_its_pictures_sorted(
    attention_model: Writer, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read(pictures, "--json", "--model", attention_model()) == 0
    files = [json.loads(line)["file"] for line in capsys.readouterr().out.splitlines()]
    assert files == [str(pictures / "a.jpg"), str(pictures / "b.png")]


def test_unreadable_files_do_not_stop_the_others(
    attention_model: Writer, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    status = read(
        tmp_path / "missing.png",
        pictures / "notes.txt",
        empty,
        pictures / "b.png",
        "--json",
        "--model",
        attention_model(),
    )
    assert status == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(line) == {"file", "error"} for line in lines] == [True, True, True, False]
    assert "No such file" in lines[0]["error"]
    assert "not a JPEG" in lines[1]["error"]
    assert "no pictures" in lines[2]["error"]
    assert lines[3]["text"] == "A1"


def test_lines_for_people(attention_model: Writer, pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert read(pictures, pictures / "missing.png", "--model", attention_model()) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{pictures / 'a.jpg'}: (no text)  97.0%"
    assert lines[1] == f"{pictures / 'b.png'}: A1  68.4%"
    assert lines[2].startswith(f"{pictures / 'missing.png'}: error: ")


def test_without_a_model_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert read(tmp_path, "--model", tmp_path / "nowhere") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: no model in ")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [(), ("a.png", "--threads", "0"), ("a.png", "--threads", "x")])
def test_wrong_arguments(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        read(*arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err
