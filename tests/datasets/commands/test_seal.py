from __future__ import annotations

from pathlib import Path

import pytest

from datasets.samples.store import SampleStore
from tests.datasets.command_line import run
from tests.datasets.making import label, picture


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    with SampleStore.open(tmp_path / "spool") as store:
        for number in range(5):
            store.keep(picture(number), label(f"p{number}"))
    return tmp_path / "spool"


def test_seals_what_fills_segments_and_goes_on(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "seal", "--events", "2") == 0
    assert capsys.readouterr().out == "4 events sealed in 2 segments\n"
    assert run(spool, "seal", "--events", "2") == 0
    assert capsys.readouterr().out == "0 events sealed in 0 segments\n"
    assert run(spool, "verify") == 0
    assert run(spool, "reindex") == 0
    assert "5 events, 5 live labels on 5 crops" in capsys.readouterr().out


def test_fewer_than_a_thousand_events_stay_as_they_are(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "seal") == 0
    assert capsys.readouterr().out == "0 events sealed in 0 segments\n"


def test_with_a_bucket_events_are_sent_then_sealed_there(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bucket = spool.parent / "bucket"
    url = bucket.as_uri()
    assert run(spool, "--storage-url", url, "seal", "--events", "2") == 0
    assert capsys.readouterr().out == "4 events sealed in 2 segments\n"
    assert len(list((bucket / "segments").glob("*/*"))) == 2
    assert len(list((bucket / "events").glob("*/*.json"))) == 1


@pytest.mark.parametrize("number", ["1", "1001", "many"])
def test_no_segment_has_any_other_number_of_events(spool: Path, number: str) -> None:
    with pytest.raises(SystemExit):
        run(spool, "seal", "--events", number)
