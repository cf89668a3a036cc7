from __future__ import annotations

import pytest

from benchmarks import bucket


def test_every_figure_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert bucket.main(["--labels", "12"]) == 0
    told = capfd.readouterr().out
    for what in (
        "12 labels and their crops sent",
        "the sender's own processor time",
        "memory of the sender",
        "12 events are listed",
        "fetches and indexes 12 events",
        "its own processor time",
        "its first page of 12",
        "a crop that it does not have yet",
        "memory of the second machine",
    ):
        assert what in told
