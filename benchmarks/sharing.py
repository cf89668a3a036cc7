"""Measure what sharing through PostgreSQL costs a reading: two backends beside each other, one of them on a PostgreSQL.

    python -m benchmarks.sharing [--readings 200]

Both read the same crops in turn, so that other work on the machine meets both alike. Then the statements alone are
timed: counting a request, keeping a reading, finding it, and a request that is refused. PostgreSQL runs on the same
machine; a network adds its round trip to each. Needs the development environment and PostgreSQL's programs.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import requests
from PIL import Image

from backend.http.rate_limit import TokenBuckets
from backend.reading.pending import PendingPredictions
from backend.shared.database import SharedDatabase
from backend.shared.rates import SharedAllowances
from backend.shared.readings import WaitingReadings
from backend.shared.settings import SharedSettings
from benchmarks.drivers.killing.shoppers import draw_crop
from benchmarks.drivers.postgres_server import PostgresMissingError, running_postgres
from benchmarks.drivers.server import running_backend
from ocr_model.command_line import run_command
from ocr_model.reading.prediction import ModelInfo, Prediction

_WARMING: Final = 10
_RATES: Final = {"TAGS_RATE_PER_MINUTE": "1000000", "TAGS_RATE_BURST": "1000000"}
_PATIENCE: Final = 10.0  # seconds: a slow moment is measured, not cut off


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sharing", description=__doc__.partition("\n")[0])
    parser.add_argument("--readings", type=int, default=200, help="readings of each backend (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        with running_postgres() as url:
            _measure_readings(url, options.readings)
            asyncio.run(_measure_statements(url, options.readings))
    except PostgresMissingError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _measure_readings(url: str, count: int) -> None:
    chance = random.Random(1)
    crops = [draw_crop(chance, mark=mark)[1] for mark in range(_WARMING + count)]
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        addresses = {}
        for name, more in (("alone", {}), ("shared", {"DATABASE_URL": url, "TAGS_SHARED_SECONDS": str(_PATIENCE)})):
            folder = Path(scratch) / name
            folder.mkdir()
            addresses[name] = stack.enter_context(running_backend(folder / "spool", folder / "log", **_RATES, **more))
        milliseconds: dict[str, list[float]] = {name: [] for name in addresses}
        session = requests.Session()
        for number, crop in enumerate(crops):
            for name, address in addresses.items() if number % 2 else reversed(addresses.items()):
                began = time.perf_counter()
                answer = session.post(f"{address}/v1/predictions", files={"image": crop}, timeout=60)
                answer.raise_for_status()
                if number >= _WARMING:
                    milliseconds[name].append(1000 * (time.perf_counter() - began))
    for name, times in milliseconds.items():
        _print(f"a reading, {name}", times)
    pairs = zip(milliseconds["shared"], milliseconds["alone"], strict=True)
    print(f"{'median of the difference':34s}{statistics.median(shared - alone for shared, alone in pairs):8.2f} ms")


async def _measure_statements(url: str, count: int) -> None:
    database = SharedDatabase(url, seconds=_PATIENCE)
    await database.open()
    own = PendingPredictions(seconds=600, count=1024, size=64 << 20)
    readings = WaitingReadings(own, database, seconds=600, settings=SharedSettings())
    allowances = SharedAllowances(database, "requests", TokenBuckets(1_000_000, 1_000_000))
    refusing = SharedAllowances(database, "refusing", TokenBuckets(0.001, 1))
    prediction = Prediction("ART GW2871", "GW2871", 0.9, (), (), (), ModelInfo("trba", "1"), {"total": 1.0})
    crop = Image.open(io.BytesIO(draw_crop(random.Random(1), mark=1)[1])).convert("RGB")
    line = Image.new("RGB", (1200, 300))
    await refusing.take("a")
    ids = [own.new(prediction, crop, 0) for _ in range(count)]
    larger = [own.new(prediction, line, 0) for _ in range(count)]

    async def times(job: Callable[[int], Awaitable[object]]) -> list[float]:
        taken = []
        for number in range(count):
            began = time.perf_counter()
            await job(number)
            taken.append(1000 * (time.perf_counter() - began))
        return taken

    _print("counting a request", await times(lambda number: allowances.take(f"client {number % 50}")))
    _print("a refused request", await times(lambda number: refusing.take("a")))
    _print(f"keeping a crop of {crop.width} x {crop.height}", await times(lambda number: readings.keep(ids[number])))
    _print(f"keeping a crop of {line.width} x {line.height}", await times(lambda number: readings.keep(larger[number])))
    _print("finding a crop of 200 x 52", await times(lambda number: readings.get(ids[number].id)))
    await database.close()


def _print(what: str, milliseconds: Sequence[float]) -> None:
    ordered = sorted(milliseconds)
    high = ordered[int(0.95 * len(ordered))]
    print(f"{what:34s}{statistics.median(ordered):8.2f} ms median {high:8.2f} ms 95th percentile", flush=True)


if __name__ == "__main__":
    sys.exit(run_command(main))
