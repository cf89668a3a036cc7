from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.samples.sample import Sample
from tests.datasets.command_line import run


def test_delete_reaches_the_bucket(
    gcs: GcsServer, tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]
) -> None:
    url = "gs://tags/shop"
    assert run(tmp_path / "spool", "--storage-url", url, "delete", "--sample", samples[0].digest) == 0
    assert gcs.names("tags", "shop/crops/") == sorted(f"shop/{sample.crop}" for sample in samples[1:])
    assert not (tmp_path / "spool" / samples[0].crop).exists()
    assert run(tmp_path / "spool", "delete", "--sample", samples[0].digest, STORAGE_URL=url) == 1
    assert "there is no sample" in capsys.readouterr().err
    assert run(tmp_path / "spool", "verify", STORAGE_URL=url) == 0


def test_delete_without_the_bucket_removes_here_and_says_so(
    tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr("datasets.objects.bucket.DEFAULT_RETRY", _Impatient())
    arguments = ("--storage-url", "gs://tags", "delete", "--sample", samples[0].digest, "--wait", "0.1")
    assert run(tmp_path / "spool", *arguments) == 1
    assert "not confirmed" in capsys.readouterr().err
    assert not (tmp_path / "spool" / samples[0].crop).exists()


class _Impatient:
    """No retries: this test is not about them."""

    def with_timeout(self, _: float) -> None:
        return None
