import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.runtimes.__main__ import main

ROOT = Path(__file__).resolve().parents[3]


def test_the_whole_comparison_is_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnx", reason="onnx is not installed (`make test-setup`)")
    monkeypatch.delenv("REAL_CROPS", raising=False)
    out = tmp_path / "docs" / "runtimes.md"
    sizes = ["--calibrate", "4", "--threads", "1", "--beam", "2", "--seconds", "0"]
    assert main(["--synthetic", str(folder), *sizes, "--out", str(out)]) == 0
    written = out.read_text(encoding="utf-8")
    assert "| runtime | encoder MB | synthetic |" in written
    assert "| ONNX Runtime int8: convolutions, sums, LSTM |" in written
    assert "no real crops" in capsys.readouterr().err


def test_too_few_crops_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("onnx", reason="onnx is not installed (`make test-setup`)")
    assert main(["--synthetic", str(folder), "--calibrate", "6"]) == 2
    assert "holds 6 crops" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["--synthetic", "none"]])
def test_without_onnx_there_is_help_and_one_line(arguments: list[str]) -> None:
    script = (
        "import importlib.util as found, sys\n"
        "real = found.find_spec\n"
        "found.find_spec = lambda name, *more: None if name == 'onnx' else real(name, *more)\n"
        f"from benchmarks.runtimes.__main__ import main; sys.exit(main({arguments!r}))"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == (0 if "--help" in arguments else 2)
    assert "--synthetic" in ran.stdout or ran.stderr == "error: onnx is not installed; run `make train-setup` first\n"
