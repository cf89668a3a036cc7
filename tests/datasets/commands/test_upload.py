"""`datasets upload`: brought in, stopped, gone on with, told."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import wait_until
from benchmarks.drivers.server import ROOT
from datasets.samples.store import SampleStore
from datasets.uploads.job import UploadJobs
from datasets.uploads.request import UploadRequest
from tests.datasets.command_line import run
from tests.datasets.uploads_in_hand import code, crop, crops, packed, png, table

SECONDS = 600.0


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """A folder with a zip of twelve labelled crops, and one without a label."""
    folder = tmp_path / "shots"
    folder.mkdir()
    rows = ["file|label", *(f"{number:03}.png|{code(number)}" for number in range(12))]
    (folder / "crops.zip").write_bytes(packed({**crops(12), "labels.tsv": table(*rows)}))
    (folder / "other.png").write_bytes(png(crop(code(40))))
    return folder


def texts(spool: Path) -> list[str]:
    with SampleStore.open(spool, upload=False) as store:
        return sorted(sample.label.text for sample in store.samples())


def test_a_folder_is_brought_in_and_told(tmp_path: Path, shots: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spool, out = tmp_path / "spool", tmp_path / "out.csv"
    arguments = ("--tag", "Autumn", "--set", "shelf=A3", "--author", "Kim", "--out", str(out))
    assert run(spool, "upload", str(shots), *arguments) == 0
    told = capsys.readouterr().out
    assert (
        "13 crops; of 14 files 12 kept with their labels, 1 kept as they are read, to be confirmed, 1 read as" in told
    )
    assert texts(spool) == sorted([*map(code, range(12)), code(40)])
    with SampleStore.open(spool, upload=False) as store:
        (other,) = (sample for sample in store.samples() if sample.label.text == code(40))
        assert (other.by, other.tags, dict(other.metadata)["shelf"]) == ("Kim", {"autumn"}, "A3")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 14
    assert rows[-1]["file"] == "shots/other.png"
    assert run(spool, "upload", str(shots)) == 0
    assert "13 in the store already" in capsys.readouterr().out


def test_a_table_of_any_name_may_be_given_and_a_refused_file_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.png").write_bytes(png(crop("A")))
    (tmp_path / "b.jpg").write_bytes(b"nothing")
    (tmp_path / "mine.json").write_text(json.dumps({"a.png": "m990gl5"}))
    paths = (str(tmp_path / "a.png"), str(tmp_path / "b.jpg"))
    assert run(tmp_path / "spool", "upload", *paths, "--labels", str(tmp_path / "mine.json")) == 1
    assert "b.jpg: unsupported-format" in capsys.readouterr().err
    assert texts(tmp_path / "spool") == ["M990GL5"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gone.zip",), "there is no such file or folder"),
        ((".", "--tag", 'a "quoted" tag'), "a tag has"),
        ((".", "--set", "shelf"), "key=value"),
        ((".", "--features", "../x"), "plain word"),
        (("--work", "20260101-000000-00000000"), "there is no upload"),
    ],
)
def test_what_makes_no_sense_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert run(tmp_path / "spool", "upload", *arguments) == 1
    assert message in capsys.readouterr().err
    assert UploadJobs(tmp_path / "spool").all() == []


def test_a_command_without_a_path_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as error:
        run(tmp_path / "spool", "upload")
    assert error.value.code == 2


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_command_goes_on_when_it_is_given_again(
    tmp_path: Path, shots: Path, stop: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    spool = tmp_path / "spool"
    # Waits with the fourth file, between its label and its result, until it is stopped.
    program = """
import signal, sys, threading
from datasets.uploads.job import UploadJob
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background of a shell
add, count = UploadJob.add, []
def waiting(job, outcomes):
    count.append(1)
    if len(count) == 5:
        print("waits", flush=True)
        threading.Event().wait()
    add(job, outcomes)
UploadJob.add = waiting
from datasets.__main__ import main
from ocr_model.command_line import run_command
sys.exit(run_command(main))
"""
    command = [sys.executable, "-c", program, "--spool", str(spool), "upload", str(shots), "--author", "Kim"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    hanging = threading.Timer(SECONDS, process.kill)
    hanging.start()
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        process.send_signal(stop)
        assert process.wait() == (130 if stop == signal.SIGINT else -stop)
        process.stdout.close()
    finally:
        hanging.cancel()
        process.kill()
    (job,) = UploadJobs(spool).all()
    assert job.phase == "working"
    assert wait_until(lambda: len(texts(spool)) == 4)
    assert run(spool, "upload", str(shots), "--author", "Kim") == 0
    assert "goes on" in capsys.readouterr().err
    assert [one.id for one in UploadJobs(spool).all()] == [job.id]
    assert job.progress.results == {"table": 1, "kept": 12, "to-review": 1}
    assert texts(spool) == sorted([*map(code, range(12)), code(40)])


def test_an_upload_goes_on_by_a_file_with_each_run_whose_backend_is_gone_at_once(tmp_path: Path) -> None:
    job = UploadJobs(tmp_path).new(UploadRequest(by="Kim", at=datetime.now(UTC)))
    for name, data in crops(2).items():
        job.receive(name, 0, len(data), data)
    job.start()
    command = [sys.executable, "-m", "datasets", "--spool", str(tmp_path), "upload", "--work", job.id, "--gently"]
    for done in (1, 2):
        subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False, timeout=SECONDS)
        assert job.progress.done == done
    assert job.phase == "finished"
    assert len(texts(tmp_path)) == 2
