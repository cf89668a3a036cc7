"""Measures what the features of crops cost: making them, finding neighbours, choosing lists and drawing the map.

    python -m benchmarks.features [--crops 400] [--rows 10000 100000]

Features are made of rendered crops, on one core as in the background. Neighbours are measured among vectors of which
each is the mean of two of theirs, with some noise: comparing takes the same time whatever they say. Each number of
rows has a process of its own, so that its memory is told. Times are processor time on one core: what else the machine
does does not count. UMAP is measured where it is installed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.report import machine
from data_gen.crop import CropRenderer
from data_gen.fonts import load_fonts
from data_gen.recipe import load_recipe
from datasets.features.feature_files import FeatureFiles
from datasets.features.neighbours import NeighbourTable, grow, nearest
from datasets.features.projection import Dimensions, has_umap, principal_map, umap_map
from ocr_model.command_line import run_command
from ocr_model.reading.features import FeatureEncoder

T = TypeVar("T")

_AT_ONCE = 64
_ASKED = 20  # single crops whose neighbours are asked for
_ONE_CORE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.features", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--crops", type=int, default=400, help="rendered crops (%(default)s)")
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000], help="crops compared (%(default)s)")
    parser.add_argument("--no-umap", action="store_true", help="leave the map by UMAP out")
    parser.add_argument("--only-map", action="store_true", help="no neighbours; the map by UMAP in space, too")
    options = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    # Libraries read these when they are loaded, which a new process does.
    os.environ |= dict.fromkeys(_ONE_CORE, "1")
    context = multiprocessing.get_context("spawn")
    print(f"{machine(1)}, load before {load:.1f}; processor time on one core")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.npy"
        jobs: list[tuple[Callable[..., None], tuple[object, ...]]] = [(_make, (options.crops, made))]
        jobs += [(_compare, (rows, made, not options.no_umap, options.only_map)) for rows in options.rows]
        for job, parameters in jobs:
            process = context.Process(target=job, args=parameters)
            process.start()
            process.join()
            if process.exitcode:
                return 1
    return 0


def _make(count: int, made: Path) -> None:
    recipe = load_recipe("tags-6")
    renderer = CropRenderer(recipe, load_fonts(recipe.fonts), 41_000_000)
    crops = [Image.fromarray(renderer.render(number).image) for number in range(count)]
    encoder = FeatureEncoder.open()
    parts, seconds = [], 0.0
    for first in range(0, count, _AT_ONCE):
        vectors, taken = _timed(lambda some=crops[first : first + _AT_ONCE]: encoder.encode(some))  # type: ignore[misc]
        parts.append(vectors)
        seconds += taken
    np.save(made, np.concatenate(parts))
    print(f"features: {count / seconds:.0f} crops per second, {encoder.size * 2} bytes each", flush=True)


def _compare(rows: int, made: Path, with_umap: bool, only_map: bool) -> None:
    vectors = _made_up(np.load(made), rows)
    draw = np.random.default_rng(2)
    digests = [draw.bytes(32).hex() for _ in range(rows)]
    with tempfile.TemporaryDirectory() as folder:
        files = FeatureFiles(Path(folder), vectors.shape[1])
        files.append(digests, vectors)
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        print(f"{rows:,} crops: {size / 1e6:.0f} MB of files", flush=True)
        mapped, crops = files.vectors(), files.crops()
        if not only_map:
            _find_neighbours(files)
        _, taken = _timed(lambda: principal_map(mapped, crops))
        print(f"  map by principal components: {taken:.1f} s; memory until here {_peak():.0f} MB", flush=True)
        if with_umap and has_umap():
            both: tuple[Dimensions, ...] = (2, 3) if only_map else (2,)
            for dimensions in both:
                found, taken = _timed(lambda size=dimensions: umap_map(None, mapped, crops, dimensions=size))  # type: ignore[misc]
                fitted = 0 if found is None else found.fitted
                print(
                    f"  map by UMAP, {dimensions}D, fitted on {fitted:,}: {taken:.0f} s; memory {_peak():.0f} MB",
                    flush=True,
                )


def _find_neighbours(files: FeatureFiles) -> None:
    rows, draw = len(files), np.random.default_rng(2)
    one = [
        _timed(lambda row=row: nearest(files.read_blocks(rows), files.read_vector(row), 25))[1]  # type: ignore[misc]
        for row in draw.choice(rows, _ASKED).tolist()
    ]
    print(f"  neighbours of one: {1000 * statistics.median(one):.0f} ms (median)", flush=True)
    mapped, few = files.vectors(), max(1, rows // 100)
    table, all_of_them = _timed(lambda: grow(NeighbourTable.empty(), mapped, rows - few))
    _, further = _timed(lambda: grow(table, mapped, rows))
    print(f"  neighbours of all: {all_of_them:.1f} s; of {few:,} further crops: {further:.1f} s", flush=True)


def _made_up(made: NDArray[np.float32], rows: int) -> NDArray[np.float16]:
    draw = np.random.default_rng(1)
    found = np.empty((rows, made.shape[1]), np.float16)
    for first in range(0, rows, 8192):
        count = min(8192, rows - first)
        some = made[draw.integers(len(made), size=count)] + made[draw.integers(len(made), size=count)]
        some += draw.normal(scale=0.004, size=some.shape)
        found[first : first + count] = some / np.linalg.norm(some, axis=1, keepdims=True)
    return found


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.process_time()
    return work(), time.process_time() - began


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(run_command(main))
