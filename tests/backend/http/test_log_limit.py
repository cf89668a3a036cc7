"""A flood of log lines becomes a few, and says how many were left out."""

import logging

from backend.http.log_limit import LogLimit


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def line(message: str, *values: object, logger: str = "a") -> logging.LogRecord:
    return logging.LogRecord(logger, logging.WARNING, __file__, 1, message, values, None)


def test_a_flood_is_cut_and_counted() -> None:
    clock = Clock()
    limit = LogLimit(clock)
    written = [limit.filter(line("accept failed on %s", n)) for n in range(1000)]
    assert sum(written) == 20
    assert all(written[:20])
    clock.seconds = 11
    record = line("accept failed on %s", 1000)
    assert limit.filter(record)
    assert record.getMessage() == "accept failed on 1000 (980 more like this left out)"
    assert not limit.filter(line("accept failed on %s", 1001))
    clock.seconds = 1000
    quiet = line("accept failed on %s", 1002)
    assert limit.filter(quiet)
    assert quiet.getMessage() == "accept failed on 1002 (1 more like this left out)"


def test_other_kinds_are_written_meanwhile() -> None:
    limit = LogLimit(Clock())
    for _ in range(1000):
        limit.filter(line("flood"))
    assert limit.filter(line("news"))
    assert limit.filter(line("flood", logger="b"))


def test_texts_that_are_never_the_same_are_a_kind_as_well() -> None:
    limit = LogLimit(Clock())
    assert sum(limit.filter(line(f"failed for {n}")) for n in range(5000)) == 200
