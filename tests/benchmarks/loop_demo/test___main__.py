"""The command: help and one line where packages are missing; a folder with other things is left alone."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("arguments", [["--help"], ["--out", "none"]])
def test_without_the_packages_for_training_it_says_what_to_install(arguments: list[str]) -> None:
    script = (
        "import importlib.util as found, sys\n"
        "absent = ('torch', 'torchvision', 'trdg', 'cv2', 'matplotlib')\n"
        "sys.modules.update(dict.fromkeys(absent))\n"
        "real = found.find_spec\n"
        "found.find_spec = lambda name, *more: None if name in absent else real(name, *more)\n"
        f"from benchmarks.loop_demo.__main__ import main; sys.exit(main({arguments!r}))"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    if "--help" in arguments:
        assert ran.returncode == 0 and "--quick" in ran.stdout
    else:
        assert ran.returncode == 2
        assert ran.stderr == (
            "The demonstration needs torch, torchvision, trdg, matplotlib; `make train-setup` installs them.\n"
        )


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
    (tmp_path / "thesis.txt").write_text("years of work")
    command = [sys.executable, "-m", "benchmarks.loop_demo", "--out", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "choose another --out" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
