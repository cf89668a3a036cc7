from __future__ import annotations

import json
from pathlib import Path

import pytest

from datasets.samples.store import SampleStore
from tests.datasets.command_line import run


def test_show_and_materialize_say_what_is_gone(spool: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "create", "v1.0", "--collected", "all") == 0
    assert run(spool, "show", "v1.0", "--json") == 0
    out = capsys.readouterr().out
    assert json.loads(out.splitlines()[-1])["gone"] == []
    with SampleStore.open(spool) as store:
        digest = next(store.samples()).digest
    assert run(spool, "delete", "--sample", digest) == 0
    assert "contact sheet of v1.0 anew" in capsys.readouterr().out
    for arguments in (("show", "v1.0"), ("materialize", "v1.0", "--out", str(tmp_path / "out"))):
        assert run(spool, *arguments) == 0
        out = capsys.readouterr().out
        assert "1 of 7 samples are gone: removed since v1.0 was made" in out
        assert digest in out
    assert run(spool, "create", "v2.0", "--collected", "all") == 0
    assert run(spool, "show", "v2.0") == 0
    assert "gone" not in capsys.readouterr().out
    assert run(spool, "create", "v3.0", "--collected", "all", "--as-of", "v1.0") == 1
    assert "removed after this watermark" in capsys.readouterr().err
