"""The ledger knows which states are possible at each moment."""

from benchmarks.drivers.killing.ledger import Ledger

KEPT, CHANGED = ("accepted", "GW2871"), ("corrected", "GW2872")


def test_a_sent_verdict_may_be_kept_until_its_answer_says_so() -> None:
    ledger = Ledger()
    job = ledger.open("p1")
    assert ledger.open("p1") is job
    assert ledger.may_be(job, KEPT) == {None}
    assert job.allowed == {None, KEPT}
    ledger.must_be(job, {KEPT}, "digest")
    assert ledger.may_be(job, CHANGED) == {KEPT}
    assert (job.allowed, job.sample) == ({KEPT, CHANGED}, "digest")


def test_jobs_are_copies() -> None:
    ledger = Ledger()
    job = ledger.open("p1")
    copy = ledger.jobs()["p1"]
    ledger.may_be(job, KEPT)
    ledger.settle(job)
    assert (copy.allowed, copy.settled) == ({None}, False)
    assert ledger.jobs()["p1"].settled
