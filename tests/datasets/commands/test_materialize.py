from __future__ import annotations

from pathlib import Path

import pytest

from tests.datasets.command_line import run


def test_from_labels_to_a_folder(spool: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "create", "v1.0", "--collected", "all", "--dry-run") == 0
    planned = capsys.readouterr().out.split()[1]
    assert run(spool, "list", "versions") == 0
    assert capsys.readouterr().out == ""
    assert run(spool, "create", "v1.0", "--collected", "all") == 0
    assert capsys.readouterr().out.split()[1] == planned
    corrected = "status = corrected and confidence < 0.9"
    assert run(spool, "create", "v2.0", "--parent", "v1.0", "--collected", corrected) == 0
    assert run(spool, "create", "v2.0", "--collected", "all") == 1
    assert "error: version v2.0 exists already, with other content" in capsys.readouterr().err
    assert run(spool, "list", "versions") == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines] == ["v1.0", "v2.0"]
    assert lines[1][5] == "on v1.0"
    assert run(spool, "diff", "v1.0", "v2.0") == 0
    assert "6 removed" in capsys.readouterr().out
    assert run(spool, "diff", "v1.0", "v1.0") == 0
    assert capsys.readouterr().out == "no difference\n"
    assert run(spool, "materialize", "v2.0", "--out", str(tmp_path / "out")) == 0
    written = [*(tmp_path / "out").glob("*/images/*.png")]
    assert len(written) == 1
    assert run(spool, "verify") == 0
