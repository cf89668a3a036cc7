"""Measure how soon the backend reads, and what memory it takes while it reads whole photos.

    python -m benchmarks.footprint [--photos 6]

Starts the real backend twice: the second start finds its files in the system's cache. Then it reads photos of 12
megapixels, one with three lines and one with 150, by turns, and crops between them. Memory is what is resident of the
backend's process; beside it stands that with its decoding processes, where what processes share counts by its share.
Needs Linux.

Exit status: 1 if a target was missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import requests

from benchmarks.attack.photos import photo_of_tags
from benchmarks.attack.victim import Victim, running_victim
from benchmarks.drivers.tag_picture import draw_tag, encode
from benchmarks.report import busyness, machine

MOST_MEGABYTES = 600.0
MOST_SECONDS = 4.0
_SETTLING = 3.0  # seconds after which the memory at rest is measured
_THREADS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit status."""
    options = _parser().parse_args(arguments)
    load = os.getloadavg()[0]
    photos = [encode(photo_of_tags(*shape), "JPEG", quality=90) for shape in ((1, 1), (10, 5))]
    crop = encode(draw_tag("CW2288-111").crop((120, 240, 780, 400)))
    settings = {"TAGS_RATE_PER_MINUTE": "0"}
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        with running_victim(Path(scratch), settings):
            pass
        began = time.monotonic()
        victim = stack.enter_context(running_victim(Path(scratch), settings))
        cold = time.monotonic() - began
        rest, _ = _resident(victim)
        _send(victim, "/v1/predictions", crop)
        times: dict[int, list[float]] = {0: [], 1: []}
        for number in range(options.photos):
            times[number % 2].append(_send(victim, "/v1/tags", photos[number % 2]))
            _send(victim, "/v1/predictions", crop)
        after, peak = _resident(victim)
        together = victim.peak_megabytes
    print(f"{machine(_THREADS)}, {busyness(load)}")
    print(f"Cold start until it reads: {cold:.1f} s (target {MOST_SECONDS:g})")
    print(
        f"Memory with the detector: {rest:.0f} MB at rest, at most {peak:.0f} MB (target {MOST_MEGABYTES:g}),", end=" "
    )
    print(f"{after:.0f} MB after {options.photos} photos; at most {together:.0f} MB with its decoding processes")
    for shape, number in (("3 lines", 0), ("150 lines", 1)):
        if times[number]:
            print(f"Photo of 12 megapixels, {shape}: {sorted(times[number])[len(times[number]) // 2]:.2f} s (median)")
    return 1 if cold > MOST_SECONDS or peak > MOST_MEGABYTES else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.footprint",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--photos", type=int, default=6, help="photos that are read (default: 6)")
    return parser


def _resident(victim: Victim) -> tuple[float, float]:
    """Megabytes of the backend's process that are resident after a while without work, and the most so far."""
    time.sleep(_SETTLING)
    status = dict(line.split(":", 1) for line in Path(f"/proc/{victim.pid}/status").read_text().splitlines())
    now, most = (int(status[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))
    return now, most


def _send(victim: Victim, path: str, picture: bytes) -> float:
    """Send a picture; return the seconds until its answer."""
    began = time.monotonic()
    answer = requests.post(f"{victim.url}{path}", files={"image": picture}, timeout=120)
    answer.raise_for_status()
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
