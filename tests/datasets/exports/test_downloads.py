"""Who has downloaded what is noted, the latest first."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from datasets.exports.downloads import Download, Downloads
from datasets.objects.folder import FolderObjects


def test_the_latest_comes_first_over_months(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    for month in (3, 11, 9):
        at = datetime(2026, month, 4, 12, tzinfo=UTC)
        Downloads(objects, at.timestamp).note(f"person {month}", "csv", "all")
    found = Downloads(objects).last(2)
    assert found == [
        Download(at=datetime(2026, 11, 4, 12, tzinfo=UTC), by="person 11", kind="csv", search="all"),
        Download(at=datetime(2026, 9, 4, 12, tzinfo=UTC), by="person 9", kind="csv", search="all"),
    ]


def test_a_long_search_is_cut_off_and_a_broken_note_is_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    objects = FolderObjects(tmp_path)
    Downloads(objects).note("kim", "zip", "x" * 100_000)
    objects.put("downloads/2099-01/broken.json", b"no note")
    (found,) = Downloads(objects).last(10)
    assert len(found.search) < 3000
    assert "broken" in caplog.text
