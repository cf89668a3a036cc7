"""Measures what one reading, one whole photo and one label cost: processor time, bytes, and what a span adds.

    python -m benchmarks.unit_costs [--crops 200] [--photos 20]

Crops and photos of tags are rendered. A real backend reads them one after the other, and every reading is accepted; its
own metrics tell the processor time (`tags_cpu_seconds_total`, `tags_decoding_cpu_seconds_total`). A folder stands for
the bucket. `deploy.growth` reckons with these figures.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from benchmarks.drivers.server import running_backend
from datasets.objects.spans import span
from datasets.samples.store import SampleStore
from ocr_model.command_line import run_command

_SECONDS = 600
_SPANS = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurement; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.unit_costs",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--crops", type=int, default=200, help="crops that are read and labelled (%(default)s)")
    parser.add_argument("--photos", type=int, default=20, help="whole photos that are read (%(default)s)")
    options = parser.parse_args(arguments)
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
    print(f"a span while nothing is traced: {_span_microseconds():.1f} us of processor time", flush=True)
    with tempfile.TemporaryDirectory() as name:
        _measure(Path(name), options.crops, options.photos)
    return 0


def _measure(folder: Path, crops: int, photos: int) -> None:
    pictures = _rendered(folder / "crops", ["--recipe", "tags-7", "--count", str(crops)])
    wholes = _rendered(folder / "photos", ["tag", "--count", str(photos)])
    spool, bucket = folder / "spool", folder / "bucket"
    settings = {"STORAGE_URL": f"file://{bucket}", "TAGS_RATE_PER_MINUTE": "0", "TAGS_KEPT_BYTES_PER_HOUR": "0"}
    with running_backend(spool, folder / "log", **settings) as url:
        ids = [_asked(url, "/v1/predictions", picture) for picture in pictures[:2]]  # what is loaded once
        _asked(url, "/v1/tags", wholes[0])
        before = _spent(url)
        ids = [_asked(url, "/v1/predictions", picture) for picture in pictures]
        read = _spent(url)
        for at in ids:
            form = {"status": (None, "accepted")}
            answer = requests.post(f"{url}/v1/predictions/{at}/label", files=form, timeout=_SECONDS)
            answer.raise_for_status()
        while _figure(url, "tags_store_unsent") > 0:
            time.sleep(0.5)
        kept = _spent(url)
        for photo in wholes:
            _asked(url, "/v1/tags", photo)
        whole = _spent(url)
    print(f"a crop read: {1000 * (read - before) / len(pictures):.1f} ms of processor time")
    print(f"a label kept, sent and measured: {1000 * (kept - read) / len(ids):.1f} ms of processor time")
    print(f"a whole photo read: {1000 * (whole - kept) / len(wholes):.0f} ms of processor time")
    print(f"a crop sent by a shopper: {_mean(pictures):.0f} bytes; a whole photo {_mean(wholes):.0f} bytes")
    pngs, events = list((bucket / "crops").rglob("*.png")), list((bucket / "events").rglob("*.json"))
    print(f"a crop kept: {_mean(pngs):.0f} bytes; its event {_mean(events):.0f} bytes")
    with SampleStore.open(spool, upload=False) as store:
        sealed = sum(store.sealer.seal(min(100, len(events) - 1)))
    segments = list((spool / "segments").rglob("*.gz"))
    print(f"an event in a segment: {sum(path.stat().st_size for path in segments) / max(1, sealed):.0f} bytes")
    index = sum(path.stat().st_size for path in spool.rglob("index.sqlite3*"))
    print(f"the index: {index / len(events):.0f} bytes a label, most of them empty pages while labels are few")


def _span_microseconds() -> float:
    began = time.process_time()
    for _ in range(_SPANS):
        with span("read", {"crops": 1}):
            pass
    return 1e6 * (time.process_time() - began) / _SPANS


def _rendered(folder: Path, arguments: Sequence[str]) -> list[Path]:
    command = [sys.executable, "-W", "ignore", "-m", "data_gen", *arguments, "--out", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return sorted(path for path in folder.rglob("*") if path.suffix in {".png", ".jpg", ".jpeg"})


def _asked(url: str, path: str, picture: Path) -> str:
    answer = requests.post(f"{url}{path}", files={"image": picture.read_bytes()}, timeout=_SECONDS)
    answer.raise_for_status()
    return str(answer.json().get("id", ""))


def _spent(url: str) -> float:
    time.sleep(1.0)  # work that follows an answer ends
    return _figure(url, "tags_cpu_seconds_total") + _figure(url, "tags_decoding_cpu_seconds_total")


def _figure(url: str, name: str) -> float:
    lines = requests.get(f"{url}/metrics", timeout=_SECONDS).text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def _mean(paths: Sequence[Path]) -> float:
    return sum(path.stat().st_size for path in paths) / max(1, len(paths))


if __name__ == "__main__":
    sys.exit(run_command(main))
