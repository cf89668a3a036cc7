"""Measures the way of many real objects through a bucket: sent by one machine, fetched and indexed by a second one.

    python -m benchmarks.bucket [--labels 50000] [--minutes 15]

Every label is two objects: its crop, a PNG of noise of 120 x 32 pixels, and its event. The bucket is served by this
machine from memory, in a process of its own, as Google's API answers. Sender and second machine have processes of their
own, too, so that the memory of each is told. What is not sent after `--minutes` is left, and the figures are of what
was. Then the second machine fetches all events, and some crops as its pages show them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.drivers.environment import variable
from benchmarks.drivers.gcs_server import GcsServer
from benchmarks.many_labels import made_up
from datasets.objects.names import EVENTS, crop_name
from datasets.samples.crop import make_crop
from datasets.samples.places import open_objects
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.samples.uploader import UploadPolicy
from ocr_model.command_line import run_command

_URL = "gs://labels/many"
_SHOWN = 200  # crops that the second machine shows
_WIDTH, _HEIGHT = 120, 32
_LOOKED_EVERY = 0.5  # seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurement; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bucket", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labels", type=int, default=50_000, help="labels, each of two objects (%(default)s)")
    parser.add_argument("--minutes", type=float, default=15.0, help="after which no more are sent (%(default)s)")
    options = parser.parse_args(arguments)
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=_serve, args=(there,), daemon=True)
    server.start()
    there.close()
    url = here.recv()
    try:
        with tempfile.TemporaryDirectory() as folder:
            first, second = Path(folder) / "first", Path(folder) / "second"
            _write(first, options.labels)
            jobs: tuple[tuple[Callable[..., None], tuple[object, ...]], ...] = (
                (_send, (url, first, options.labels, 60 * options.minutes)),
                (_fetch, (url, second)),
            )
            for job, parameters in jobs:
                process = context.Process(target=job, args=parameters)
                process.start()
                process.join()
                if process.exitcode:
                    return 1
    finally:
        here.close()
        server.join(10)
        server.kill()
    return 0


def _serve(parent: Connection) -> None:
    with GcsServer() as gcs:
        gcs.create_bucket("labels")
        parent.send(gcs.url)
        try:
            parent.recv()  # nothing comes: the other end is closed when all is measured
        except EOFError:
            return


def _write(spool: Path, labels: int) -> None:
    """Write crops and events as the backend keeps them, but without waiting for the disk."""
    draw = np.random.default_rng(1)
    for event in made_up(labels):
        crop = make_crop(Image.fromarray(draw.integers(0, 32, (_HEIGHT, _WIDTH, 3), np.uint8) * 8))
        event = event.model_copy(update={"sample": crop.digest, "width": crop.width, "height": crop.height})
        for name, data in ((crop_name(crop.digest), crop.png), (event.name, event.to_bytes())):
            path = spool / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _send(url: str, spool: Path, labels: int, most_seconds: float) -> None:
    with variable("STORAGE_EMULATOR_HOST", url):
        began = time.perf_counter()
        with SampleStore.open(spool, storage_url=_URL, upload=False):
            print(f"{labels} labels indexed from the spool in {time.perf_counter() - began:.0f} s", flush=True)
        with SampleStore.open(spool, storage_url=_URL) as store:
            began, used, ended = time.perf_counter(), time.process_time(), threading.Event()
            while time.perf_counter() - began < most_seconds and not store.bucket.flush(_LOOKED_EVERY):
                ended.wait(_LOOKED_EVERY)
            seconds, sent = time.perf_counter() - began, labels - store.counts().unsent
            processor = time.process_time() - used
    rate = sent / max(seconds, 1e-9)
    print(f"{sent} labels and their crops sent in {seconds:.0f} s: {2 * rate:.0f} objects a second", flush=True)
    print(f"the sender's own processor time: {1000 * processor / max(1, sent):.1f} ms a label", flush=True)
    print(f"memory of the sender: at most {_peak():.0f} MB", flush=True)


def _fetch(url: str, spool: Path) -> None:
    with (
        variable("STORAGE_EMULATOR_HOST", url),
        SampleStore.open(spool, storage_url=_URL, upload=False) as store,
    ):
        with closing(open_objects(_URL, UploadPolicy())) as bucket:
            began = time.perf_counter()
            listed = sum(1 for _ in bucket.names(EVENTS))
            print(f"{listed} events are listed in {time.perf_counter() - began:.1f} s", flush=True)
        began, used = time.perf_counter(), time.process_time()
        fetched = store.bucket.pull()
        seconds, processor = time.perf_counter() - began, time.process_time() - used
        print(f"a second machine fetches and indexes {fetched} events in {seconds:.0f} s", flush=True)
        print(f"its own processor time: {1000 * processor / max(1, fetched):.1f} ms an event", flush=True)
        began = time.perf_counter()
        found = store.search.page(parse_filter("all"), size=_SHOWN).samples
        print(f"its first page of {len(found)}: {1000 * (time.perf_counter() - began):.0f} ms", flush=True)
        taken = []
        for sample in found:
            began = time.perf_counter()
            store.crop(sample.digest)
            taken.append(1000 * (time.perf_counter() - began))
        if taken:
            median = statistics.median(taken)
            print(f"a crop that it does not have yet: {median:.1f} ms (median), {max(taken):.0f} at most", flush=True)
    print(f"memory of the second machine: at most {_peak():.0f} MB", flush=True)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(run_command(main))
