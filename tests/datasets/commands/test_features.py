from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.drivers.server import ROOT
from datasets.samples.sample import Sample
from tests.datasets.command_line import run


def test_features_are_made_and_counted(
    tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]
) -> None:
    spool = tmp_path / "spool"
    assert run(spool, "features", "--no-umap") == 0
    assert capsys.readouterr().out == "3 crops have features: 3 new, 0 gone, 0 cannot be read\n"
    assert run(spool, "features", "--no-umap") == 0
    assert capsys.readouterr().out == "3 crops have features: 0 new, 0 gone, 0 cannot be read\n"


def test_a_folder_without_a_model_is_named(
    tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "spool", "features", "--model", str(tmp_path / "nothing")) == 1
    assert "no model in" in capsys.readouterr().err


def test_a_gentle_run_ends_well_while_its_input_is_open(tmp_path: Path, samples: list[Sample]) -> None:
    # At the lowest priority it would wait for everything else that this machine does.
    program = (
        "import os, sys; os.nice = lambda more: 0; from datasets.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, "--spool", str(tmp_path / "spool"), "features", "--gently"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    status = process.wait(600)
    told = process.communicate()
    assert (status, told[1]) == (0, ""), told


def test_a_gentle_run_has_the_lowest_priority_and_ends_with_its_input(tmp_path: Path, samples: list[Sample]) -> None:
    held = f"""
import os
from pathlib import Path
from unittest import mock
from datasets.__main__ import main
import datasets.commands.features as command
nice = []
os.nice = nice.append
def wait(*_, **__):
    print(nice, flush=True)
    import threading
    threading.Event().wait()
with mock.patch.object(command, "make_features", wait):
    main(["--spool", {str(tmp_path / "spool")!r}, "features", "--gently"])
"""
    process = subprocess.Popen(
        [sys.executable, "-c", held], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "[19]\n"
    process.stdin.close()
    assert process.wait(600) == 1
    process.stdout.close()
