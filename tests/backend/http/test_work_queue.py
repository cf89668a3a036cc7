"""Work goes to threads; a full queue says so instead of growing."""

import asyncio
import threading

import pytest
from asgi_correlation_id import correlation_id

from backend.http.problems import Problem
from backend.http.work_queue import WorkQueue


def test_a_job_runs_beside_the_event_loop() -> None:
    async def run() -> tuple[int, int]:
        queue = WorkQueue("test", workers=1, waiting=1)
        return threading.get_ident(), await queue.run(threading.get_ident)

    loop_thread, job_thread = asyncio.run(run())
    assert loop_thread != job_thread


def test_a_full_queue_refuses_and_recovers() -> None:
    async def run() -> None:
        refusals: list[str] = []
        queue = WorkQueue("test", workers=1, waiting=1, on_refused=lambda: refusals.append("refused"))
        gate = threading.Event()
        jobs = [asyncio.create_task(queue.run(gate.wait, 60)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(Problem) as refused:
            await queue.run(int)
        assert refused.value.status_code == 503
        assert refused.value.headers == {"Retry-After": "2"}
        assert refusals == ["refused"]
        gate.set()
        assert await asyncio.gather(*jobs) == [True, True]
        assert await queue.run(int) == 0
        queue.close()

    asyncio.run(run())


def test_a_cancelled_job_frees_its_place() -> None:
    async def run() -> None:
        queue = WorkQueue("test", workers=1, waiting=1)
        gate = threading.Event()
        running = asyncio.create_task(queue.run(gate.wait, 60))
        waiting = asyncio.create_task(queue.run(gate.wait, 60))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.sleep(0.05)
        assert queue.jobs == 1
        running.cancel()  # its thread is still busy
        await asyncio.sleep(0.05)
        assert queue.jobs == 1
        gate.set()
        queue.close()
        assert queue.jobs == 0

    asyncio.run(run())


def test_a_failing_job_frees_its_place() -> None:
    async def run() -> None:
        queue = WorkQueue("test", workers=1, waiting=0)
        for _ in range(3):
            with pytest.raises(ValueError, match="invalid literal"):
                await queue.run(int, "x")
        queue.close()

    asyncio.run(run())


def test_a_job_sees_the_request_that_asked_for_it_and_its_wait_is_told() -> None:
    async def run() -> None:
        waits: list[float] = []
        queue = WorkQueue("test", workers=1, waiting=1, on_begun=waits.append)
        correlation_id.set("this request")
        assert await queue.run(correlation_id.get) == "this request"
        assert len(waits) == 1
        assert waits[0] >= 0
        queue.close()

    asyncio.run(run())
