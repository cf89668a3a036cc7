"""`pip install .` gives the reader alone: its wheel is built, installed into a fresh environment and used there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

REPOSITORY = Path(__file__).parents[1]
CHAMPION = Path("ocr_model/weights/champion")
DEPENDENCIES = {"numpy", "onnxruntime", "pi-heif", "pillow"}
# Whatever else the repository holds, and what only training needs.
ABSENT = (
    *("backend", "benchmarks", "data_gen", "datasets", "deploy", "frontend", "tests"),
    *("ocr_model.export", "ocr_model.training", "torch", "cv2", "streamlit", "fastapi"),
)
NO_INDEX = ("No matching distribution found", "Could not find a version", "Connection", "Temporary failure in name")


def pip(*arguments: str | Path) -> None:
    """Run pip; a package index that cannot be reached skips the test, anything else fails it."""
    command = [sys.executable, "-m", "pip", *map(str, arguments), "--quiet", "--no-input"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode and any(words in done.stderr for words in NO_INDEX):
        pytest.skip(f"installing needs a package index (PyPI), which does not answer: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--wheel-dir", folder, REPOSITORY)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs of a fresh environment lie, the wheel and what it asks for installed."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=True)
    found = environment / "bin"
    pip("--python", found / "python", "install", wheel)
    return found


def run(program: Path, *arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, cwd=folder, env=outside, timeout=120, check=False
    )


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = Image.new("RGB", (260, 60), "white")
    ImageDraw.Draw(image).text((14, 10), "CW2288-111", "black", ImageFont.load_default(36))
    file = tmp_path / "tag.png"
    image.save(file)
    return file


def test_the_wheel_holds_the_reading_floor_and_what_serves(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        (name,) = (name for name in archive.namelist() if name.endswith("METADATA"))
        metadata = archive.read(name).decode()
    package = REPOSITORY / "ocr_model"
    code = {
        *package.glob("*.py"),
        *package.glob("codes/*.py"),
        *package.glob("domains/*.py"),
        *package.glob("plates/*.py"),
        *package.glob("reading/*.py"),
        *package.glob("tags/*.py"),
    }
    expected = {str(file.relative_to(REPOSITORY)) for file in code}
    expected |= {"ocr_model/codes/format_table.json", "ocr_model/tags/vocabulary.toml"}
    for folder in (CHAMPION, CHAMPION.with_name("digits"), CHAMPION.with_name("plates")):
        served = json.loads((REPOSITORY / folder / "model.json").read_text(encoding="utf-8"))["files"].values()
        expected |= {str(folder / file) for file in ("model.json", *served)}
    expected.add("ocr_model/weights/korean/korean.onnx")
    assert held == expected
    asked = [line.split(":")[1] for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    needed = {line.split(">")[0].strip() for line in asked if "extra ==" not in line}
    assert needed == DEPENDENCIES


def test_the_distribution_has_a_name_that_no_other_package_imports(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert tops == {"ocr_model", "shoe_tag_reader-0.1.0.dist-info"}


def test_the_command_reads_from_any_folder(commands: Path, picture: Path) -> None:
    done = run(commands / "tagreader", "read", picture.name, "--json", folder=picture.parent)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["file"], answer["text"], answer["code"]) == ("tag.png", "CW2288-111", "CW2288-111")
    plain = run(commands / "tagreader", "read", picture, folder=picture.parent)
    assert plain.stdout.startswith(f"{picture}: CW2288-111  ")


def test_three_lines_of_python_read_from_any_folder(commands: Path, picture: Path) -> None:
    lines = (
        "from PIL import Image\n"
        "from ocr_model import Recognizer\n"
        f"print(Recognizer.load().read(Image.open({picture.name!r})).text)"
    )
    done = run(commands / "python", "-W", "error", "-c", lines, folder=picture.parent)
    assert done.stdout == "CW2288-111\n", done.stderr


def test_a_whole_photo_is_read_from_any_folder(commands: Path, picture: Path) -> None:
    lines = f"from ocr_model import TagReader\nprint(TagReader.load().read_tag({picture.name!r}).cards[0].code.value)"
    done = run(commands / "python", "-W", "error", "-c", lines, folder=picture.parent)
    assert done.stdout == "CW2288-111\n", done.stderr
    table = run(commands / "tagreader", "tag", picture.name, "--csv", folder=picture.parent)
    assert table.returncode == 0 and "CW2288-111" in table.stdout, table.stderr


def test_nothing_else_is_installed(commands: Path, tmp_path: Path) -> None:
    code = (
        "import sys, importlib.util as u, ocr_model\n"
        f"print([one for one in {ABSENT!r} if u.find_spec(one)], ocr_model.__file__.startswith(sys.prefix))"
    )
    done = run(commands / "python", "-c", code, folder=tmp_path)
    assert done.stdout == "[] True\n", done.stderr


def test_the_help_lists_what_is_installed(commands: Path, tmp_path: Path) -> None:
    done = run(commands / "tagreader", "--help", folder=tmp_path)
    assert done.stdout.startswith("usage: tagreader [-h] read|tag ...\n")
    assert "read pictures" in done.stdout and "train" not in done.stdout


def test_what_needs_the_repository_says_so(commands: Path, tmp_path: Path) -> None:
    for command in ("train", "evaluate", "export", "calibrate", "prior"):
        done = run(commands / "tagreader", command, "--help", folder=tmp_path)
        assert done.returncode == 2
        assert done.stderr == f"error: `{command}` is not part of the installed reader; run it in the repository\n"
