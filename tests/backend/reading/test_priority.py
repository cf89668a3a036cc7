"""A thread that lets others go first does not drag its process along, nor hold up its end."""

import asyncio
import os
import sys
import threading

import pytest

from backend.reading.priority import lower_priority, run_gently


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, where every thread has its own niceness")
def test_only_the_calling_thread_goes_last() -> None:
    found: list[int] = []

    def work() -> None:
        for _ in range(3):  # more than once must not fail at the end of the scale
            lower_priority()
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [19]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_a_job_runs_in_a_daemon_and_its_failure_arrives() -> None:
    async def run() -> None:
        assert await run_gently(lambda: threading.current_thread().daemon)
        with pytest.raises(ValueError, match="invalid literal"):
            await run_gently(int, "x")

    asyncio.run(run())
