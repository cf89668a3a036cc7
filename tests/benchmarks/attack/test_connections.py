import resource
import socket
import threading
from pathlib import Path

import pytest

from benchmarks.attack.attack import Target, attacking
from benchmarks.attack.connections import IdleConnections
from benchmarks.drivers.gcs_server import wait_until


class _Few(IdleConnections):
    connections = 5


class _Victim:
    def __init__(self, port: int) -> None:
        self.port = port


def test_connections_are_held_and_opened_again_when_they_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.attack.connections._SETTLING", 0.0)
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        target = Target(_Victim(server.getsockname()[1]), tmp_path)
        attack = _Few()
        attack.prepare()
        with attacking(attack, target, 5.0):
            assert wait_until(lambda: len(taken) == 5)
            taken[0].sendall(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
            taken[1].close()
            assert wait_until(lambda: len(taken) == 7)
        server.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()
    assert target.outcomes == {"408": 1, "closed": 1, "held at the end": 5}


def test_the_attacker_may_open_enough_files() -> None:
    IdleConnections().prepare()
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > IdleConnections.connections
