from __future__ import annotations

import json
from pathlib import Path

import pytest

from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from tests.datasets.command_line import run
from tests.datasets.making import pair


def test_samples_are_listed(tmp_path: Path, samples: list[Sample], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "spool", "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[:4] for line in lines] == [
        [s.digest, "accepted", s.label.text, s.label.prediction_id] for s in samples
    ]
    assert run(tmp_path / "spool", "list", "--json") == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["sample"], first["text"], first["crop"]) == (samples[0].digest, "T0", samples[0].crop)


def test_pairs_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        store.pairs.keep(pair("p1"))
    assert run(tmp_path / "spool", "list", "pairs") == 0
    assert capsys.readouterr().out == "4006381333931\tCW2288-111\tp1\t2026-05-04T12:30:00+00:00\n"
    assert run(tmp_path / "spool", "list", "pairs", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["gtin"], listed["code"], listed["client"]) == ("4006381333931", "CW2288-111", "c1")
