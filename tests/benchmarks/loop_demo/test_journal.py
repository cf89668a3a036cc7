"""The journal counts every request, by second, and keeps the failed ones."""

import time

from benchmarks.loop_demo.journal import OK, Journal


def test_failed_requests_are_kept_with_their_answer() -> None:
    journal = Journal()
    journal.note("read", OK)
    journal.note("label", 503, "overloaded" * 100)
    assert journal.count == 2
    (failure,) = journal.failed
    assert (failure["what"], failure["status"]) == ("label", 503)
    assert len(failure["detail"]) == 200


def test_a_journal_survives_its_file_and_counts_by_time() -> None:
    journal = Journal({"by_second": {"1000": 5, "1020": 7, "1021": 2}, "failed": []})
    again = Journal(journal.saved())
    assert again.count == 14
    assert again.between(1019.5, 1021.0) == 9
    again.note("read", OK)
    now = time.time()
    assert again.between(now - 5, now) == 1
