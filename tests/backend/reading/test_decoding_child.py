"""The decoding process is light, bounded, and gone when the service is."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from backend.reading.decoding_frames import ClosedError, receive_frame, send_frame
from benchmarks.attack.pictures import scans_jpeg
from ocr_model.reading.image import ImageLimits

ROOT = Path(__file__).parents[3]
REQUEST = {"box": None, "turn": 0, "limits": asdict(ImageLimits()), "memory": 50_000_000, "seconds": 30.0}


@pytest.fixture
def child() -> Iterator[tuple[subprocess.Popen[bytes], socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.reading.decoding_child"], cwd=ROOT, stdin=theirs.fileno()
        )
        theirs.close()
        ours.settimeout(60)
        receive_frame(ours, 0)
        yield process, ours
        process.kill()
        process.wait()


def test_it_answers_one_photo_after_another(child: tuple[subprocess.Popen[bytes], socket.socket], png: bytes) -> None:
    _, connection = child
    for box, size in ((None, [160, 60]), ([0, 0, 20, 10], [20, 10])):
        send_frame(connection, {**REQUEST, "box": box}, len(png), (png,))
        answer, pixels = receive_frame(connection, 1 << 20)
        assert (answer["size"], len(pixels)) == (size, size[0] * size[1] * 3)
    send_frame(connection, REQUEST, 4, (b"what",))
    assert receive_frame(connection, 0)[0]["kind"] == "unsupported_format"


def test_it_ends_with_its_connection(child: tuple[subprocess.Popen[bytes], socket.socket]) -> None:
    process, connection = child
    connection.close()
    assert process.wait(600) == 0


def test_the_kernel_ends_it_when_it_computes_too_long(
    child: tuple[subprocess.Popen[bytes], socket.socket],
) -> None:
    process, connection = child
    photo = scans_jpeg(60, side=3720)
    send_frame(connection, {**REQUEST, "seconds": 0.05}, len(photo), (photo,))
    assert process.wait(600) == -signal.SIGPROF


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA counts mappings on Linux only")
def test_it_may_not_take_more_memory_than_a_photo_is_given(
    child: tuple[subprocess.Popen[bytes], socket.socket], png: bytes
) -> None:
    process, connection = child
    for memory in (300_000_000, 10_000_000, 100_000_000):
        send_frame(connection, {**REQUEST, "memory": memory}, len(png), (png,))
        receive_frame(connection, 1 << 20)
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        soft = next(line.split()[3] for line in limits.splitlines() if line.startswith("Max data size"))
        assert memory < int(soft) < memory + 200_000_000


def test_it_imports_nothing_of_the_service() -> None:
    program = "import sys, backend.reading.decoding_child; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"fastapi", "pydantic", "starlette", "onnxruntime", "sqlalchemy", "datasets", "uvicorn"}
    assert heavy.isdisjoint(loaded.stdout.split())


def test_a_frame_that_is_cut_off_ends_it(child: tuple[subprocess.Popen[bytes], socket.socket]) -> None:
    process, connection = child
    connection.sendall(b"\0\0\0\2")
    connection.shutdown(socket.SHUT_WR)
    assert process.wait(600) == 0
    with pytest.raises((ClosedError, ConnectionError)):
        receive_frame(connection, 0)
