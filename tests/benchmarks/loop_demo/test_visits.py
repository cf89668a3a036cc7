"""Simulated shoppers against the real backend and its real model: labels are kept, requests and truth are counted."""

import time
from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from benchmarks.loop_demo.accuracy import measure
from benchmarks.loop_demo.client import Client
from benchmarks.loop_demo.journal import Journal
from benchmarks.loop_demo.programs import running_backend
from benchmarks.loop_demo.shoppers import crowd, stall
from benchmarks.loop_demo.swaps import SwapWatch
from benchmarks.loop_demo.tags import TagStream
from benchmarks.loop_demo.visits import Traffic, Visit, VisitLog, send
from datasets.samples.store import SampleStore
from ocr_model.codes.text import label_text

SHARES = {"new": 0.6, "tags": 0.3, "plain": 0.1}


def test_shoppers_leave_labels_in_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_URL", "gs://another-store")  # must not reach the programs
    monkeypatch.setenv("TAGS_PORT", "1")
    journal, log = Journal(), VisitLog(tmp_path / "visits.jsonl")
    street, hurried = TagStream("shoppers", SHARES), TagStream("stall", {"new": 1.0})
    with running_backend(tmp_path / "data", tmp_path / "backend.log") as (backend, url):
        backend.check()
        with SwapWatch(url, journal) as swaps, Client(url, journal) as client:
            measured = measure(client, TagStream("fresh", SHARES), {"new": 3, "plain": 2}, "before")
            for number in range(3):
                log.add(send(client, hurried, "stall", number, stall()))
            with Traffic(url, journal, log, street, "shoppers", crowd()) as traffic:
                traffic.pace = 50.0
                until = time.monotonic() + 60
                while len(log.visits) < 9 and time.monotonic() < until:
                    time.sleep(0.05)
            assert traffic.error is None
        assert swaps.swaps == ()
        assert not swaps.wait_for(2, 0.1)
    assert {kind: len(flags) for kind, flags in measured.right.items()} == {"new": 3, "plain": 2}
    assert journal.failed == ()
    assert journal.count >= 5 + 2 * len(log.visits)
    assert len(log.visits) >= 9
    with SampleStore.open(tmp_path / "data" / "spool") as store:
        samples = list(store.samples())
    assert len(samples) == len(log.visits)
    wrong = log.labels(("stall",))
    assert wrong["corrected"] == wrong["wrong"] == 3
    # The labels that the log calls wrong are the ones in the store.
    texts = {label_text(hurried.tag(number).text) for number in range(3)}
    assert not texts & {sample.label.text for sample in samples if sample.label.client.startswith("stall-")}
    assert log.next_number("shoppers") == len(log.visits) - 3
    assert VisitLog(tmp_path / "visits.jsonl").visits == log.visits


def test_a_line_that_was_cut_off_is_skipped_and_its_tag_sent_again(tmp_path: Path) -> None:
    log = VisitLog(tmp_path / "visits.jsonl")
    for number in range(3):
        log.add(Visit("shoppers", number, "new", 1.0, "1.0", True, "accepted", True, 9.0))
    whole = (tmp_path / "visits.jsonl").read_text(encoding="utf-8")
    (tmp_path / "visits.jsonl").write_text(whole[:-20], encoding="utf-8")
    assert VisitLog(tmp_path / "visits.jsonl").next_number("shoppers") == 2
