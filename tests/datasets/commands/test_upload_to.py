"""`datasets upload --to URL`: sent to a real backend over HTTP, stopped, gone on with, told."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.drivers.server import free_port, running_backend
from datasets.uploads import sending
from datasets.uploads.sending import SendError, UploadSender, files_to_send
from ocr_model.reading.recognizer import CHAMPION
from tests.datasets.command_line import run
from tests.datasets.uploads_in_hand import code, crops, packed, table

TOKEN = "a-token-for-the-team"


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not (CHAMPION / "model.json").is_file():
        pytest.skip("ocr_model/weights/champion is not there")
    folder = tmp_path_factory.mktemp("backend")
    with running_backend(folder / "spool", folder / "log", TAGS_TEAM_TOKEN=TOKEN) as url:
        yield url


def shots(folder: Path, first: int, count: int) -> Path:
    """A folder with a zip of labelled crops, a file that is none, and what is passed over."""
    folder.mkdir()
    rows = ["file|label", *(f"{number:03}.png|{code(number)}" for number in range(first, first + count))]
    (folder / "crops.zip").write_bytes(packed({**crops(count, first), "labels.tsv": table(*rows)}))
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden").write_text("passed over")
    return folder


def test_a_folder_is_sent_and_told(backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = shots(tmp_path / "shots", 0, 5), tmp_path / "out.csv"
    (folder / "link.png").symlink_to(folder / "crops.zip")
    arguments = ("upload", str(folder), "--to", backend, "--tag", "Autumn", "--author", "Kim", "--out", str(out))
    assert run(tmp_path / "spool", *arguments, TAGS_TEAM_TOKEN=TOKEN) == 1  # a link, and a file that is no picture
    told = capsys.readouterr()
    assert "5 crops; of 7 files 5 kept with their labels, 1 read as tables, 1 refused" in told.out
    assert "shots/notes.txt: unsupported-format" in told.err
    assert "shots/link.png: link, left out" in told.err
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 7
    assert not list((tmp_path / "spool").rglob("sent-uploads/*"))  # it has ended
    assert run(tmp_path / "spool", "upload", str(folder / "crops.zip"), "--to", backend, TAGS_TEAM_TOKEN=TOKEN) == 0
    assert "5 in the store already" in capsys.readouterr().out


def test_one_that_was_stopped_sends_the_rest_alone(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shots(tmp_path / "more", 20, 4)
    monkeypatch.setattr(sending, "PART_BYTES", 2000)
    real, parts = UploadSender._send_part, list[int]()

    def counted(self: UploadSender, upload: str, file: Any, at: int, part: bytes) -> int:
        if part and len(parts) == 2:
            raise KeyboardInterrupt
        if part:
            parts.append(at)
        return real(self, upload, file, at, part)

    arguments = ("upload", str(folder / "crops.zip"), "--to", backend)
    monkeypatch.setattr(UploadSender, "_send_part", counted)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "spool", *arguments, TAGS_TEAM_TOKEN=TOKEN)
    assert parts == [0, 2000]
    sent = list[int]()

    def gone_on(self: UploadSender, upload: str, file: Any, at: int, part: bytes) -> int:
        if part:
            sent.append(at)
        return real(self, upload, file, at, part)

    monkeypatch.setattr(UploadSender, "_send_part", gone_on)
    assert run(tmp_path / "spool", *arguments, TAGS_TEAM_TOKEN=TOKEN) == 0
    told = capsys.readouterr()
    assert sent[0] == 4000
    assert "goes on" in told.err
    assert "4 kept with their labels" in told.out


def test_what_cannot_be_sent_is_told(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_FIRST_PAUSE", 0.0)
    folder, spool = shots(tmp_path / "shots", 40, 1), tmp_path / "spool"
    nobody = f"http://127.0.0.1:{free_port()}"
    for to, token, words in (
        (backend, "", "TAGS_TEAM_TOKEN is not set"),
        (backend, "a-wrong-token", backend),
        (nobody, TOKEN, "does not answer"),
        ("tags.example.com", TOKEN, "an address looks like"),
    ):
        assert run(spool, "upload", str(folder), "--to", to, TAGS_TEAM_TOKEN=token) == 1
        assert words in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    with pytest.raises(SendError, match="no file"):
        files_to_send([tmp_path / "empty"])
