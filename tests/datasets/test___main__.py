from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.__main__ import main
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture


@pytest.fixture
def samples(tmp_path: Path) -> list[Sample]:
    with SampleStore.open(tmp_path / "spool") as store:
        return [store.keep(picture(n), label(f"p{n}", f"T{n}")) for n in range(3)]


def run(tmp_path: Path, *arguments: str, **environment: str) -> int:
    return main(arguments, {"TAGS_SPOOL_DIR": str(tmp_path / "spool")} | environment)


def test_list_and_counts(tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[:4] for line in lines] == [
        [s.digest, "accepted", s.label.text, s.label.prediction_id] for s in samples
    ]
    assert run(tmp_path, "list", "--json") == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["sample"], first["text"], first["crop"]) == (samples[0].digest, "T0", samples[0].crop)
    assert run(tmp_path, "counts", "--json") == 0
    assert json.loads(capsys.readouterr().out)["kept"] == 3
    assert run(tmp_path, "counts") == 0
    assert "kept\t3\n" in capsys.readouterr().out


def test_verify_tells_by_its_exit_status(
    tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "verify") == 0
    assert "as it should be" in capsys.readouterr().out
    (tmp_path / "spool" / samples[1].crop).write_bytes(b"rotten")
    assert run(tmp_path, "verify") == 1
    assert samples[1].crop in capsys.readouterr().out


def test_reindex_and_export(tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/other.sqlite3"
    assert run(tmp_path, "reindex", DATABASE_URL=url) == 0
    assert capsys.readouterr().out == "3 events, 3 live labels on 3 crops, 0 unsent\n"
    assert run(tmp_path, "export", str(tmp_path / "out")) == 0
    assert len(list((tmp_path / "out").glob("*.png"))) == 3
    assert run(tmp_path, "export", str(tmp_path / "out")) == 1
    assert "not empty" in capsys.readouterr().err


def test_delete_reaches_the_bucket(
    gcs: GcsServer, tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]
) -> None:
    url = "gs://tags/shop"
    assert run(tmp_path, "--storage-url", url, "delete", "--sample", samples[0].digest) == 0
    assert gcs.names("tags", "shop/crops/") == sorted(f"shop/{sample.crop}" for sample in samples[1:])
    assert not (tmp_path / "spool" / samples[0].crop).exists()
    assert run(tmp_path, "delete", "--sample", samples[0].digest, STORAGE_URL=url) == 1
    assert "there is no sample" in capsys.readouterr().err
    assert run(tmp_path, "verify", STORAGE_URL=url) == 0


def test_delete_without_the_bucket_removes_here_and_says_so(
    tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr("datasets.objects.bucket.DEFAULT_RETRY", _Impatient())
    arguments = ("--storage-url", "gs://tags", "delete", "--sample", samples[0].digest, "--wait", "0.1")
    assert run(tmp_path, *arguments) == 1
    assert "not confirmed" in capsys.readouterr().err
    assert not (tmp_path / "spool" / samples[0].crop).exists()


class _Impatient:
    """No retries: this test is not about them."""

    def with_timeout(self, _: float) -> None:
        return None


def test_wrong_commands_and_addresses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(tmp_path, "unknown")
    with pytest.raises(SystemExit):
        run(tmp_path, "delete")
    capsys.readouterr()
    assert run(tmp_path, "list", DATABASE_URL="mysql://x") == 1
    assert run(tmp_path, "--storage-url", "s3://x", "list") == 1
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_as_a_command(tmp_path: Path, samples: list[Sample]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "datasets", "--spool", str(tmp_path / "spool"), "list"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert len(done.stdout.splitlines()) == 3


def test_the_backends_names_of_the_variables_find_the_same_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "elsewhere.sqlite3"
    url = (tmp_path / "bucket").as_uri()
    prefixed = {"TAGS_STORAGE_URL": url, "TAGS_DATABASE_URL": f"sqlite:///{database}"}
    assert run(tmp_path, "request-cycle", **prefixed) == 0
    assert run(tmp_path, "counts", **prefixed) == 0
    assert list((tmp_path / "bucket").rglob("request.json"))
    assert database.is_file()
