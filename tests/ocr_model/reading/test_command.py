import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from PIL import Image

from ocr_model.reading.command import add_arguments, main

Writer = Callable[..., Path]
ROOT = Path(__file__).resolve().parents[3]


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
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        f"{pictures / 'a.jpg'}: (no text)  97.0%",
        f"{pictures / 'b.png'}: A1  68.4%",
    ]
    assert captured.err.splitlines() == [
        f"{pictures / 'missing.png'}: error: No such file or directory",
        "1 file was left out: not a JPEG, PNG, WebP or HEIC picture",
    ]


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


def test_a_folder_stands_for_all_its_pictures(
    attention_model: Writer, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    below = pictures / "sub" / "below"
    below.mkdir(parents=True)
    (pictures / ".hidden").mkdir()
    data = (pictures / "a.jpg").read_bytes()
    for name in ("c.jfif", "d.JPE", "sub/e.JPEG", "sub/below/without suffix", ".hidden/f.jpg", "._a.jpg", ".g.jpg"):
        (pictures / name).write_bytes(data)
    (pictures / "h.HIF").write_bytes((Path(__file__).parent / "pictures" / "stored_turned.heic").read_bytes())
    os.mkfifo(pictures / "pipe.jpg")
    assert read(pictures, "--json", "--model", attention_model()) == 0
    captured = capsys.readouterr()
    files = [Path(json.loads(line)["file"]).relative_to(pictures) for line in captured.out.splitlines()]
    assert [str(file) for file in files] == [
        *("a.jpg", "b.png", "c.jfif", "d.JPE", "h.HIF"),
        *("sub/e.JPEG", "sub/below/without suffix"),
    ]
    assert captured.err == "2 files were left out: not a JPEG, PNG, WebP or HEIC picture\n"


def test_a_wrong_picture_of_a_folder_is_told(
    attention_model: Writer, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pictures / "c.jpg").write_text("no picture")
    (pictures / "d.jpg").symlink_to(pictures / "nowhere.jpg")
    assert read(pictures, "--model", attention_model()) == 1
    told = capsys.readouterr().err.splitlines()
    assert told[0] == f"{pictures / 'c.jpg'}: error: the file is not a JPEG, PNG, WebP or HEIC picture"
    assert told[1] == f"{pictures / 'd.jpg'}: error: No such file or directory"


def test_the_help_names_the_exit_statuses(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read("--help")
    out = capsys.readouterr().out
    assert all(f"\n  {status} " in out for status in (0, 1, 2, 130, 141))


NAMES = (b"\xc7\xb0\xb9\xf8.jpg", "\N{ATHLETIC SHOE}.jpg".encode(), "품번.jpg".encode(), b"line\nend.jpg")


@pytest.mark.parametrize(
    "terminal",
    [
        {"PYTHONIOENCODING": "utf-8:strict"},
        {"PYTHONIOENCODING": "cp949:strict"},
        {"PYTHONIOENCODING": "euc_kr:strict"},
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=str,
)
@pytest.mark.skipif(sys.platform == "darwin", reason="file names of macOS are UTF-8")
def test_names_of_any_bytes_are_read_in_any_terminal(
    attention_model: Writer, tmp_path: Path, terminal: Mapping[str, str]
) -> None:
    folder = os.fsencode(tmp_path / "d")
    os.mkdir(folder)  # noqa: PTH102 - names of bytes
    Image.new("RGB", (60, 20), "black").save(tmp_path / "tag.jpg")
    for name in NAMES:
        os.link(tmp_path / "tag.jpg", os.path.join(folder, name))  # noqa: PTH118

    def run(*more: str) -> list[bytes]:
        command = [sys.executable, "-m", "ocr_model", "read", folder, "--model", str(attention_model()), *more]
        environment = {**os.environ, **terminal}
        ran = subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, check=False, timeout=600)
        assert (ran.returncode, ran.stderr) == (0, b"")
        return ran.stdout.splitlines()

    assert len(run()) == len(NAMES)
    read_files = [json.loads(line.decode("utf-8"))["file"] for line in run("--json")]
    if "PYTHONUTF8" not in terminal:
        assert sorted(os.fsencode(os.path.basename(file)) for file in read_files) == sorted(NAMES)  # noqa: PTH119


def test_a_lost_reader_ends_the_command_without_a_word(attention_model: Writer, pictures: Path) -> None:
    command = [sys.executable, "-m", "ocr_model", "read", *[str(pictures)] * 50, "--model", str(attention_model())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as started:
        assert started.stdout is not None and started.stderr is not None
        assert started.stdout.readline()
        started.stdout.close()
        assert started.stderr.read() == b""
        assert started.wait(600) == 141


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_not_the_current_folder(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        read(name)
    assert refused.value.code == 2
    assert "an empty name is no picture and no folder" in capsys.readouterr().err
