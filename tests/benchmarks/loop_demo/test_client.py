"""Requests that fail are counted and stop no shopper."""

import time

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from benchmarks.loop_demo.accuracy import MixedModelsError, measure
from benchmarks.loop_demo.client import Client
from benchmarks.loop_demo.journal import Journal
from benchmarks.loop_demo.shoppers import crowd
from benchmarks.loop_demo.tags import TagStream
from benchmarks.loop_demo.visits import send

SHARES = {"new": 0.6, "tags": 0.3, "plain": 0.1}


def test_requests_that_fail_are_counted_and_do_not_stop_the_shoppers() -> None:
    journal = Journal()
    with Client("http://127.0.0.1:9", journal) as client:
        visit = send(client, TagStream("shoppers", SHARES), "shoppers", 0, crowd())
        assert (visit.model, visit.status, visit.right) == ("", "", False)
        with pytest.raises(MixedModelsError):
            measure(client, TagStream("fresh", SHARES), {"new": 1}, "before")
    assert [failure["status"] for failure in journal.failed] == [0, 0]
    again = Journal(journal.saved())
    assert (again.count, len(again.failed)) == (2, 2)
    now = time.time()
    assert again.between(now - 60, now) == 2
