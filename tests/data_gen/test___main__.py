"""The program where the packages for training are missing, as in the app's environment."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ABSENT = ("rstr", "trdg", "cv2", "fontTools", "torch")


@pytest.mark.parametrize("arguments", [["--help"], ["fonts", "--help"], ["sheet"], ["--recipe", "v1.0", "--out", "x"]])
def test_without_the_packages_for_training_it_says_what_to_install(arguments: list[str]) -> None:
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({ABSENT!r}))\n"
        f"from data_gen.__main__ import main; sys.exit(main({arguments!r}))"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.startswith("data_gen: ") and ran.stderr.count("\n") == 1
    assert "run `make train-setup` first" in ran.stderr
    assert ("--count" in ran.stdout) == ("--help" in arguments)


def test_contact_sheets_and_twins_need_none_of_them() -> None:
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({ABSENT!r})); import data_gen.twins, ocr_model.reading.sheet"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
