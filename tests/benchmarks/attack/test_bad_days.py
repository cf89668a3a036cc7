import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from benchmarks.attack.bad_days import BAD_DAYS, WrongEvents, fill, mounted, put_event
from datasets.errors import StoreError
from datasets.samples.event import read_event


def test_an_event_matches_its_name_and_is_none(tmp_path: Path) -> None:
    file = put_event(tmp_path, {"writer": "0" * 16, "sequence": 1, "text": ["x"]})
    data = file.read_bytes()
    assert file.name == f"0000000001-{hashlib.sha256(data).hexdigest()[:32]}.json"
    assert json.loads(data)["text"] == ["x"]
    with pytest.raises(StoreError, match="not a label event"):
        read_event(file.relative_to(tmp_path).as_posix(), data)


def test_every_wrong_event_is_wrong_in_one_way() -> None:
    assert [next(iter(wrong)) for wrong in WrongEvents._WRONG] == ["text", "stamp", "stamp"]


def test_bad_days_have_names_of_their_own() -> None:
    assert len({day.name for day in BAD_DAYS}) == len(BAD_DAYS)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_small_disk_becomes_full_and_is_taken_away(tmp_path: Path) -> None:
    with mounted(tmp_path, 1) as is_mounted:
        if not is_mounted:
            pytest.skip("this machine mounts nothing")
        fill(tmp_path)
        assert shutil.disk_usage(tmp_path).free == 0
        with pytest.raises(OSError, match="No space"):
            (tmp_path / "another").write_bytes(b"1")
    assert list(tmp_path.iterdir()) == []
