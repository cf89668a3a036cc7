"""Connections are counted before anything else, and those that keep the server waiting give way."""

import asyncio
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from backend.http.connections import Connection, ConnectionLimits, Connections, Phase, listen, raise_file_limit

MANY_FILES = 100_000


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Pairs:
    """Connected sockets; the server's ends are admitted, and closed as an event loop would close them."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.all: list[socket.socket] = []

    def counting(self, files: int = MANY_FILES, **limits: float) -> Connections:
        chosen = ConnectionLimits(**limits)  # type: ignore[arg-type]
        return Connections(chosen, lambda address: address == "127.0.0.1", files, clock=self.clock)

    def connect(self, connections: Connections, address: str = "10.0.0.1") -> Connection | None:
        client, accepted = socket.socketpair()
        self.all += [client, accepted]
        self.clock.seconds += 0.01
        connection = connections.admit(accepted, address)
        if connection is not None:
            self.all.append(connection)
        return connection


@pytest.fixture
def pairs() -> Iterator[Pairs]:
    pairs = Pairs()
    yield pairs
    for one in pairs.all:
        one.close()


def is_ended(connection: Connection) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False


def test_the_client_s_longest_waiting_connection_gives_way(pairs: Pairs) -> None:
    connections = pairs.counting(most_per_client=2)
    first, second = pairs.connect(connections), pairs.connect(connections)
    other = pairs.connect(connections, "10.0.0.2")
    third = pairs.connect(connections)
    assert first and second and other and third
    assert [is_ended(one) for one in (first, second, other, third)] == [True, False, False, False]
    assert len(connections) == 3


def test_a_household_of_ipv6_addresses_is_one_client(pairs: Pairs) -> None:
    connections = pairs.counting(most_per_client=1)
    first = pairs.connect(connections, "2001:db8::1")
    assert pairs.connect(connections, "2001:db8::2")
    assert first and is_ended(first)


def test_connections_that_are_served_give_way_to_none(pairs: Pairs) -> None:
    connections = pairs.counting(most_per_client=2)
    for _ in range(2):
        connection = pairs.connect(connections)
        assert connection
        connections.enter(connection, Phase.SERVED)
    assert pairs.connect(connections) is None
    assert pairs.connect(connections, "10.0.0.2")
    connections.enter(connection, Phase.WAITING)
    assert pairs.connect(connections)
    assert is_ended(connection)


def test_a_proxy_s_connections_count_only_in_all(pairs: Pairs) -> None:
    connections = pairs.counting(most=3, most_per_client=1)
    first, *_ = [pairs.connect(connections, "127.0.0.1") for _ in range(3)]
    assert len(connections) == 3
    assert first and not is_ended(first)
    assert pairs.connect(connections, "10.0.0.2")
    assert is_ended(first)
    assert len(connections) == 3


def test_half_a_request_gives_way_later_than_none(pairs: Pairs) -> None:
    connections = pairs.counting(most=2)
    sending, silent = pairs.connect(connections), pairs.connect(connections)
    assert sending and silent
    connections.enter(sending, Phase.SENDING)
    pairs.clock.seconds += 5
    assert pairs.connect(connections)
    assert (is_ended(silent), is_ended(sending)) == (True, False)
    assert pairs.connect(connections)  # all but new, the other one has hardly waited
    assert is_ended(sending)


def test_all_connections_leave_files_for_the_rest(pairs: Pairs) -> None:
    connections = pairs.counting(files=148)
    for _ in range(20):
        assert pairs.connect(connections)
    assert len(connections) == 10


def test_closing_ones_are_waited_for_before_more_are_accepted(pairs: Pairs) -> None:
    connections = pairs.counting(most=1)
    admitted = [pairs.connect(connections) for _ in range(17)]
    assert connections.are_closing
    assert admitted[0]
    admitted[0].close()
    assert not connections.are_closing


def test_silence_and_drips_end_after_the_header_s_time(pairs: Pairs) -> None:
    connections = pairs.counting(header_seconds=10, stall_seconds=30)
    silent, served, idle = (pairs.connect(connections) for _ in range(3))
    assert silent and served and idle
    connections.enter(served, Phase.SERVED)
    connections.enter(idle, Phase.SERVED)
    connections.enter(idle, Phase.WAITING)
    connections.enter(silent, Phase.WAITING)  # a byte of a header begins no new time
    pairs.clock.seconds += 11
    connections.sweep()
    assert [is_ended(one) for one in (silent, served, idle)] == [True, False, False]
    pairs.clock.seconds += 30
    connections.sweep()
    assert [is_ended(one) for one in (served, idle)] == [False, True]


def test_a_closed_connection_is_forgotten_whole(pairs: Pairs) -> None:
    connections = pairs.counting()
    connection = pairs.connect(connections)
    assert connection
    connection.close()
    connection.close()
    connections.enter(connection, Phase.SERVED)
    assert len(connections) == 0
    assert connections._clients == {}


def test_a_listener_hands_out_counted_connections(pairs: Pairs) -> None:
    connections = pairs.counting()
    with listen("127.0.0.1", 0, connections) as listener:
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
        with pytest.raises(OSError, match="in use"):
            listen("127.0.0.1", listener.getsockname()[1], connections)


def test_answers_do_not_wait_for_acknowledgements(pairs: Pairs) -> None:
    delays: list[bool] = []

    async def serve() -> None:
        with listen("127.0.0.1", 0, pairs.counting()) as listener:
            served = asyncio.Event()

            def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                accepted = writer.get_extra_info("socket")
                delays.append(not accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                writer.close()
                served.set()

            async with await asyncio.start_server(connected, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                await asyncio.wait_for(served.wait(), 60)
                writer.close()

    asyncio.run(serve())
    assert delays == [False]


def test_the_file_limit_is_raised_as_far_as_allowed() -> None:
    program = "import sys; from backend.http.connections import raise_file_limit; print(raise_file_limit())"
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    done = subprocess.run(
        ["bash", "-c", 'ulimit -S -n 64; exec "$@"', "bash", sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == (65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536))
    assert raise_file_limit() > 0
