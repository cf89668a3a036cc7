from __future__ import annotations

from pathlib import Path

import pytest

from datasets.samples.sample import Sample
from tests.datasets.command_line import run
from tests.datasets.patterns import code


def test_verify_tells_by_its_exit_status(
    tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "spool", "verify") == 0
    assert "no faults found" in capsys.readouterr().out
    (tmp_path / "spool" / samples[1].crop).write_bytes(b"rotten")
    assert run(tmp_path / "spool", "verify") == 1
    assert samples[1].crop in capsys.readouterr().out


def test_verify_names_a_damaged_version(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "create", "v1.0", "--collected", "all") == 0
    path = spool / "versions" / "v1.0.json"
    path.write_bytes(path.read_bytes().replace(code(1).encode(), code(2).encode(), 1))
    assert run(spool, "verify") == 1
    assert "version v1.0 is damaged" in capsys.readouterr().out
    assert run(spool, "show", "v1.0") == 1
