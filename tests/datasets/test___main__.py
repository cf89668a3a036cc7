from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from datasets.samples.store import SampleStore
from tests.datasets.command_line import run
from tests.datasets.making import label, picture


def test_wrong_commands_and_addresses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(tmp_path / "spool", "unknown")
    with pytest.raises(SystemExit):
        run(tmp_path / "spool", "delete")
    capsys.readouterr()
    assert run(tmp_path / "spool", "list", DATABASE_URL="mysql://x") == 1
    assert run(tmp_path / "spool", "--storage-url", "ftp://x", "list") == 1
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_as_a_command(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        for n in range(3):
            store.keep(picture(n), label(f"p{n}"))
    done = subprocess.run(
        [sys.executable, "-m", "datasets", "--spool", str(tmp_path / "spool"), "list"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert len(done.stdout.splitlines()) == 3


@pytest.mark.parametrize("encoding", ["utf-8:strict", "cp949:strict", "ascii:strict"])
def test_a_store_may_lie_in_a_folder_of_any_name(tmp_path: Path, encoding: str) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb9\xf8 \xf0\x9f\x91\x9f"))
    with SampleStore.open(folder / "spool") as store:
        store.keep(picture(1), label("p"))

    def run_there(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "datasets", "--spool", str(folder / "spool"), *command],
            capture_output=True,
            check=False,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONIOENCODING": encoding},
        )
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout.decode("utf-8")

    assert json.loads(run_there("list", "--json"))["text"]
    assert run_there("export", str(folder / "out")).startswith("1 labels written to ")
    assert (folder / "out" / "labels.tsv").is_file()


def test_the_backends_names_of_the_variables_find_the_same_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "elsewhere.sqlite3"
    url = (tmp_path / "bucket").as_uri()
    prefixed = {"TAGS_STORAGE_URL": url, "TAGS_DATABASE_URL": f"sqlite:///{database}"}
    assert run(tmp_path / "spool", "request-cycle", **prefixed) == 0
    assert run(tmp_path / "spool", "counts", **prefixed) == 0
    assert list((tmp_path / "bucket").rglob("request.json"))
    assert database.is_file()
