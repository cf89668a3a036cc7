from __future__ import annotations

import pytest

from datasets.errors import ObjectDamagedError
from datasets.objects.limits import LARGE_BYTES, SMALL_BYTES, check_size, most_bytes


@pytest.mark.parametrize("name", ["events/0a/1.json", "champion/00000001.json", "leases/x/00000001.json"])
def test_events_and_entries_are_small(name: str) -> None:
    assert most_bytes(name) == SMALL_BYTES
    check_size(name, SMALL_BYTES)
    with pytest.raises(ObjectDamagedError, match=f"more than {SMALL_BYTES} bytes"):
        check_size(name, SMALL_BYTES + 1)


@pytest.mark.parametrize("name", ["crops/ab/x.png", "models/ab/weights.pt", "versions/v1.json", "cycles/c/report.json"])
def test_everything_else_has_some_megabytes(name: str) -> None:
    assert most_bytes(name) == LARGE_BYTES
    check_size(name, LARGE_BYTES)
    with pytest.raises(ObjectDamagedError):
        check_size(name, LARGE_BYTES + 1)
