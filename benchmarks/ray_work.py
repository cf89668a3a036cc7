"""Measure rendering on Ray: what a second worker adds, what Ray costs beside a plain process, its start, its memory.

    python -m benchmarks.ray_work [--crops 2000] [--rounds 5] [--recipe tags-7]

Starts a Ray of two CPUs on this machine. The same crops are then rendered and written by this process alone, by one
worker of Ray and by two, by turns, so that other work on the machine slows all of them alike. Times are by the clock;
ratios are medians over the rounds. Memory is that of Ray's processes, where what processes share counts by its share:
the workers and, apart from them, those that are there without any work. Needs Linux and two cores.

Exit status: 1 if a target was missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.attack.victim import megabytes_of
from benchmarks.report import busyness, processor
from data_gen.plan import Plan, plan_dataset
from data_gen.processes import WorkerProcessError
from data_gen.ray_cluster import RayCluster, open_cluster
from data_gen.ray_start import import_ray
from data_gen.recipe import RecipeError, load_recipe
from data_gen.workplace import HERE, Workplace
from data_gen.writing import write_dataset
from ocr_model.command_line import run_command

LEAST_RATIO = 1.8  # of crops a second: two workers beside one
_SEED = 20_240_905


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit status."""
    options = _parser().parse_args(arguments)
    load = os.getloadavg()[0]
    began = time.monotonic()
    try:
        plan = plan_dataset(load_recipe(options.recipe), options.recipe, count=options.crops, seed=_SEED)
        import_ray()
        imported = time.monotonic()
        with open_cluster(cpus=2) as cluster, tempfile.TemporaryDirectory() as scratch:
            list(cluster.map(abs, range(8)))
            started = time.monotonic()
            rates = measure(plan, Path(scratch), options.rounds)
            workers, others = _memory()
    except (RecipeError, WorkerProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{processor()}, {busyness(load)}; load after {os.getloadavg()[0]:.1f}")
    print(f"Ray: imported in {imported - began:.1f} s, at work {started - imported:.1f} s later")
    print(f"Memory: {others:.0f} MB of Ray's own processes, {workers:.0f} MB of two workers that render")
    for name, values in rates.items():
        print(
            f"{name}: {statistics.median(values):.0f} crops a second (rounds: {', '.join(f'{v:.0f}' for v in values)})"
        )
    beside_plain = ratio(rates["one worker of Ray"], rates["this process"])
    second = ratio(rates["two workers of Ray"], rates["one worker of Ray"])
    print(f"One worker of Ray renders {beside_plain:.2f} x what this process does")
    print(f"Two workers render {second:.2f} x what one does (target {LEAST_RATIO})")
    return 0 if second >= LEAST_RATIO else 1


def measure(plan: Plan, folder: Path, rounds: int) -> dict[str, list[float]]:
    """Crops a second of this process, one worker and two, in each round.

    Args:
        plan: the crops.
        folder: to write to.
        rounds: how many times each renders all of them, after one in which everybody loads fonts.
    """
    places: dict[str, Workplace] = {
        "this process": HERE,
        "one worker of Ray": RayCluster(at_once=1),
        "two workers of Ray": RayCluster(at_once=2),
    }
    rates: dict[str, list[float]] = {name: [] for name in places}
    for number in range(rounds + 1):
        for name, place in places.items():
            began = time.monotonic()
            write_dataset(plan, folder / f"{number} {name}", workplace=place)
            if number:
                rates[name].append(plan.count / (time.monotonic() - began))
    return rates


def ratio(those: Sequence[float], these: Sequence[float]) -> float:
    """Median over the rounds of one rate over the other of the same round."""
    return statistics.median(that / this for that, this in zip(those, these, strict=True))


def _memory() -> tuple[float, float]:
    """Megabytes of Ray's workers, and of its other processes on this machine."""
    workers = others = 0.0
    for pid in _descendants(os.getpid()):
        name = Path(f"/proc/{pid}/cmdline").read_bytes() if Path(f"/proc/{pid}").exists() else b""
        if name.startswith((b"ray::IDLE", b"ray::_run")):
            workers += megabytes_of(pid)
        else:
            others += megabytes_of(pid)
    return workers, others


def _descendants(pid: int) -> list[int]:
    try:
        lists = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    children = [int(child) for found in lists for child in found]
    return [*children, *(below for child in children for below in _descendants(child))]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ray_work", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--crops", type=int, default=2000, help="crops that each renders in a round (default: 2000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count (default: 5)")
    parser.add_argument("--recipe", default="tags-7", help="whose crops are rendered (default: tags-7)")
    return parser


if __name__ == "__main__":
    sys.exit(run_command(main))
