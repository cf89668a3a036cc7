from __future__ import annotations

import json
from pathlib import Path

import pytest

from datasets.samples.sample import Sample
from tests.datasets.command_line import run


def test_samples_are_listed(tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "spool", "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[:4] for line in lines] == [
        [s.digest, "accepted", s.label.text, s.label.prediction_id] for s in samples
    ]
    assert run(tmp_path / "spool", "list", "--json") == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["sample"], first["text"], first["crop"]) == (samples[0].digest, "T0", samples[0].crop)
