import math
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from benchmarks.attack.shoppers import Answer, Shoppers, p99


class _Server(BaseHTTPRequestHandler):
    addresses: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.addresses.append(self.client_address[0])
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_every_reading_comes_from_another_address_over_a_new_connection() -> None:
    _Server.addresses = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        with Shoppers(f"http://127.0.0.1:{server.server_port}") as shoppers:
            answers = [shoppers.read() for _ in range(3)]
            assert shoppers.wait(60.0)
        server.shutdown()
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert _Server.addresses == ["127.0.1.1", "127.0.1.2", "127.0.1.3", "127.0.1.4"]


def test_no_backend_is_a_failed_reading() -> None:
    with Shoppers("http://127.0.0.1:9") as shoppers:
        assert not shoppers.read().is_good
        assert not shoppers.wait(0.1)
        assert not shoppers.wait(60.0, alive=lambda: False)


def test_the_99th_percentile_by_the_nearest_rank() -> None:
    answers = [Answer(seconds / 100, 200) for seconds in range(1, 101)]
    assert p99(answers) == 0.99
    assert p99(answers[:10]) == 0.1
    assert math.isinf(p99([*answers, Answer(0.1, 503), Answer(0.1, 0)]))
    assert math.isnan(p99([]))
