"""The plain process beside Ray Serve: throughput, waits and processor time by number of clients, start and memory.

    python -m benchmarks.serving [--seconds 10] [--rounds 3] [--clients 1 2 4 8 16] [--docs docs]

Both run at the same time with the same settings, and take turns: one is asked while the other is idle. Clients read
crops one after the other, without a pause: those in `REAL_CROPS/team_dev` if they are there, else drawn ones. Processor
time is that of all processes of a side, so it tells also where other programs hold the processor. Needs Ray
(`make serve-ray` or the development environment) and Linux; `--docs` also needs matplotlib.

Exit status: 1 if a target was missed.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from benchmarks.attack.victim import descendants, megabytes_of
from benchmarks.drivers.killing.shoppers import draw_crop
from benchmarks.drivers.server import UNSET, free_port, program
from benchmarks.report import busyness, fill_block, processor
from ocr_model.command_line import run_command

_SIDES = {"one process": "backend", "Ray Serve": "deploy.ray"}
_CLIENTS = (1, 2, 4, 8, 16)
_COMPARED = 8  # clients
_LEAST_THROUGHPUT, _MOST_P99, _MOST_P50 = 0.8, 1.5, 4.0
_DRAWN = 40  # crops, where there are no real ones
_START_SECONDS = 900.0
_REST_SECONDS = 5.0  # after which memory is measured


@dataclass
class Turn:
    """What one side did for one number of clients."""

    seconds: float = 0.0  # that clients asked
    times: list[float] = field(default_factory=list)  # of readings, in seconds
    refused: int = 0
    processor: float = 0.0  # seconds of all its processes

    @property
    def throughput(self) -> float:
        """Readings a second."""
        return len(self.times) / self.seconds

    def percentile(self, percent: float) -> float:
        """Milliseconds, by the nearest rank; infinite without a reading."""
        times = sorted(self.times)
        return 1000 * times[max(0, math.ceil(percent / 100 * len(times)) - 1)] if times else math.inf

    @property
    def processor_milliseconds(self) -> float:
        """Processor time of a reading."""
        return 1000 * self.processor / max(1, len(self.times))


@dataclass
class Side:
    """One way to serve."""

    url: str
    pid: int
    start: float  # seconds until it read
    turns: dict[int, Turn]  # by number of clients
    megabytes: float = 0.0  # of all its processes, after the readings

    def processor(self) -> float:
        """Seconds that its processes have computed."""
        return sum(map(_processor_seconds, descendants(self.pid)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serving", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="length of a turn (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side and number of clients (%(default)s)")
    parser.add_argument("--clients", type=int, nargs="+", default=_CLIENTS, help="numbers of clients (%(default)s)")
    parser.add_argument("--docs", type=Path, help="folder whose serving.md and serving.png are written")
    options = parser.parse_args(arguments)
    if not {1, _COMPARED} <= set(options.clients):
        parser.error(f"--clients must hold 1 and {_COMPARED}, which are compared")
    load, crops = os.getloadavg()[0], _crops()
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        sides = {
            name: stack.enter_context(_running(module, Path(scratch) / module, options.clients))
            for name, module in _SIDES.items()
        }
        for side in sides.values():
            _read(side, 2, min(2.0, options.seconds), crops)  # no client waits for what is loaded late
        for number in range(options.rounds):
            for clients in options.clients:
                for side in list(sides.values())[:: 1 if number % 2 else -1]:
                    _add(side.turns[clients], side, clients, options.seconds, crops)
        time.sleep(_REST_SECONDS)
        for side in sides.values():
            side.megabytes = sum(map(megabytes_of, descendants(side.pid)))
    about = f"{processor()}, Python {platform.python_version()}, {busyness(load)}; {len(crops)} crops"
    text = f"{about}.\n\n{_table(sides)}"
    print(text)
    missed = _missed(sides)
    for sentence in missed:
        print(f"missed: {sentence}")
    if options.docs is not None:
        fill_block(options.docs / "serving.md", text)
        _draw(sides, options.docs / "serving.png")
    return 1 if missed else 0


def _crops() -> list[bytes]:
    folder = os.environ.get("REAL_CROPS")
    files = sorted(Path(folder, "team_dev").glob("*.[pj][np]g")) if folder else []
    return [file.read_bytes() for file in files] or [
        draw_crop(random.Random(number), mark=number)[1] for number in range(_DRAWN)
    ]


@contextmanager
def _running(module: str, folder: Path, clients: Sequence[int]) -> Iterator[Side]:
    folder.mkdir()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {"TAGS_HOST": "127.0.0.1", "TAGS_PORT": str(port), "TAGS_DATA_DIR": str(folder / "data")}
    clean = {**dict.fromkeys(UNSET, ""), "TAGS_RATE_PER_MINUTE": "0", "TAGS_FEATURE_SECONDS": "0"}
    began = time.monotonic()
    command = [sys.executable, "-m", module]
    with program(command, clean | settings, f"{url}/readyz", folder / "log", seconds=_START_SECONDS) as process:
        yield Side(url, process.pid, time.monotonic() - began, {number: Turn() for number in clients})


def _add(turn: Turn, side: Side, clients: int, seconds: float, crops: Sequence[bytes]) -> None:
    """Ask a side for a while, and add what it did."""
    before, began = side.processor(), time.monotonic()
    answers = _read(side, clients, seconds, crops)
    turn.seconds += time.monotonic() - began
    turn.processor += side.processor() - before
    turn.times += [spent for spent, status in answers if status == 200]
    turn.refused += sum(status != 200 for _, status in answers)


def _read(side: Side, clients: int, seconds: float, crops: Sequence[bytes]) -> list[tuple[float, int]]:
    """Seconds and HTTP status of each reading; 0 without an answer."""
    until = time.monotonic() + seconds
    answers: list[tuple[float, int]] = []

    def read(client: int) -> None:
        with requests.Session() as session:
            session.trust_env = False
            number = client
            while time.monotonic() < until:
                began, status = time.monotonic(), 0
                try:
                    crop = crops[number % len(crops)]
                    status = session.post(
                        f"{side.url}/v1/predictions", files={"image": crop}, timeout=_START_SECONDS
                    ).status_code
                except requests.RequestException:
                    pass
                answers.append((time.monotonic() - began, status))
                number += clients

    threads = [threading.Thread(target=read, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _processor_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _table(sides: Mapping[str, Side]) -> str:
    head = (
        "| clients | "
        + " | ".join(f"{name}: a second, p50, p99 (ms), processor (ms)" for name in sides)
        + " | refused |"
    )
    lines = [head, "|---" * (2 + len(sides)) + "|"]
    first = next(iter(sides.values()))
    for clients in first.turns:
        turns = [side.turns[clients] for side in sides.values()]
        cells = [
            f"{turn.throughput:.1f}, {turn.percentile(50):.0f}, {turn.percentile(99):.0f}, "
            f"{turn.processor_milliseconds:.1f}"
            for turn in turns
        ]
        lines.append(f"| {clients} | {' | '.join(cells)} | {', '.join(str(turn.refused) for turn in turns)} |")
    lines.append("")
    for name, side in sides.items():
        lines.append(
            f"{name}: reads {side.start:.1f} s after its start, {side.megabytes:.0f} MB with all its processes."
        )
    return "\n".join(lines) + "\n"


def _missed(sides: Mapping[str, Side]) -> list[str]:
    """A sentence for each target that was missed."""
    plain, ray = sides.values()
    ours, theirs = ray.turns[_COMPARED], plain.turns[_COMPARED]
    missed = []
    if (share := ours.throughput / theirs.throughput) < _LEAST_THROUGHPUT:
        missed.append(f"Ray reads {share:.2f} times what one process does, target {_LEAST_THROUGHPUT:g}")
    if (ratio := ours.percentile(99) / theirs.percentile(99)) > _MOST_P99:
        missed.append(f"Ray's p99 is {ratio:.2f} times that of one process, target {_MOST_P99:g}")
    for name, side in sides.items():
        ratio = side.turns[_COMPARED].percentile(50) / side.turns[1].percentile(50)
        if ratio > _MOST_P50:
            missed.append(f"{name}: p50 at {_COMPARED} clients is {ratio:.2f} times that at one, target {_MOST_P50:g}")
        if refused := sum(turn.refused for turn in side.turns.values()):
            missed.append(f"{name}: {refused} readings were refused")
    return missed


def _draw(sides: Mapping[str, Side], path: Path) -> None:
    """Write the picture as PNG."""
    # Imported here: the table needs no matplotlib.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.6), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    for colour, (name, side) in zip(("#2c6fbb", "#d9822b"), sides.items(), strict=True):
        clients = list(side.turns)
        left.plot(clients, [turn.throughput for turn in side.turns.values()], "o-", color=colour, label=name)
        for percent, style in ((50, "o-"), (99, "s--")):
            values = [turn.percentile(percent) for turn in side.turns.values()]
            middle.plot(clients, values, style, color=colour, label=f"{name}, p{percent}")
    left.set_ylabel("readings a second")
    middle.set_ylabel("milliseconds")
    for axes in (left, middle):
        axes.set_xscale("log", base=2)
        axes.set_xticks(clients, [str(number) for number in clients])
        axes.set_xlabel("clients")
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend(frameon=False, fontsize=8)
    names = list(sides)
    processor = [
        statistics.median(turn.processor_milliseconds for turn in side.turns.values()) for side in sides.values()
    ]
    bars = right.bar(names, processor, color=["#2c6fbb", "#d9822b"], width=0.5)
    right.bar_label(bars, [f"{value:.0f} ms" for value in processor])
    right.set_ylabel("processor time of a reading, ms")
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    sys.exit(run_command(main))
