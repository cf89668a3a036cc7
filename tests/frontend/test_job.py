from __future__ import annotations

from concurrent.futures import Future

import pytest
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext

from frontend.job import outcome, pool


def test_a_quick_answer_shows_no_wait() -> None:
    shown: list[str] = []
    assert outcome(pool().submit(lambda: "answer"), lambda: shown.append("wait")) == "answer"
    assert shown == []


def test_a_slow_answer_shows_the_wait_until_it_is_there() -> None:
    job: Future[str] = Future()
    shown: list[str] = []

    def waiting() -> None:
        shown.append("wait")
        if len(shown) == 2:
            job.set_result("answer")

    assert outcome(job, waiting) == "answer"
    assert shown == ["wait", "wait"]


def test_a_click_during_the_wait_gives_the_run_up_and_the_job_goes_on() -> None:
    job: Future[str] = Future()

    def clicked() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        outcome(job, clicked)
    assert not job.cancelled()


def test_the_error_of_a_job_is_raised() -> None:
    job: Future[str] = Future()
    job.set_exception(ValueError("refused"))
    with pytest.raises(ValueError, match="refused"):
        outcome(job, lambda: None)


def test_a_job_works_within_the_span_of_its_page() -> None:
    page = SpanContext(trace_id=7, span_id=9, is_remote=False)
    with trace.use_span(NonRecordingSpan(page)):
        job = pool().submit(lambda: trace.get_current_span().get_span_context())
    assert job.result() == page
