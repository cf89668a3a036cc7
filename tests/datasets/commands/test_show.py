from __future__ import annotations

from pathlib import Path

import pytest

from tests.datasets.command_line import run


def test_a_missing_card_is_written_by_show(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "create", "v1.0", "--collected", "all") == 0
    card = spool / "versions" / "v1.0" / "card.md"
    before = card.read_bytes()
    card.unlink()
    assert run(spool, "show", "v1.0") == 0
    assert card.read_bytes() == before


def test_errors_are_one_line(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "create", "v1.0") == 1
    assert run(spool, "show", "v9") == 1
    assert run(spool, "diff", "v1.0", "v9") == 1
    assert run(spool, "create", "v1.0", "--parent", "v0", "--collected", "all") == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("error: ") for line in lines)
