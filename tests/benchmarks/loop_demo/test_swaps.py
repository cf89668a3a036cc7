"""Swaps are seen as the backend reports them; the champion that serves at first is none."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from benchmarks.loop_demo.journal import Journal
from benchmarks.loop_demo.swaps import SwapWatch


@contextmanager
def backend(answer: dict[str, object]) -> Iterator[str]:
    """A service that answers every request with `answer`, which the test changes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def champion(number: int) -> dict[str, object]:
    return {
        "version": f"v{number}",
        "serving_since": "2026-05-01T00:00:02.500000+00:00",
        "champion": {"number": number, "promoted_at": "2026-05-01T00:00:01+00:00"},
    }


def test_a_new_champion_is_a_swap_with_its_duration() -> None:
    answer = champion(2)
    with backend(answer) as url, SwapWatch(url, Journal()) as watch:
        assert watch.wait_for(2, 60.0)
        assert watch.swaps == ()
        answer.update(champion(3))
        assert watch.wait_for(3, 60.0)
        assert not watch.wait_for(4, 0.1)
    (swap,) = watch.swaps
    assert (swap.number, swap.version, swap.seconds) == (3, "v3", 1.5)


def test_a_backend_without_a_history_of_champions_has_no_swap() -> None:
    journal = Journal()
    with backend({"version": "1.0", "champion": None}) as url, SwapWatch(url, journal) as watch:
        assert not watch.wait_for(1, 0.6)
    assert watch.swaps == () and journal.count >= 1 and not journal.failed
