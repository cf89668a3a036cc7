"""The effect of a new champion on shoppers: failed requests, and seconds from its promotion until it serves.

    python -m benchmarks.swap [--promotions 20] [--shoppers 3] [--poll 5]

Runs the real backend under the load of shoppers who read without a pause, and promotes models in its store: the shipped
one and copies of it under other versions, now and then a damaged one, and a rollback at the end. Needs the development
environment. Exit status 1 if a request failed, or a reading came from a model that was not the champion then.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks.drivers.killing.shoppers import draw_crop
from benchmarks.drivers.server import running_backend
from datasets.models.champions import ChampionRecord, Champions
from datasets.objects.folder import FolderObjects
from ocr_model.command_line import run_command
from ocr_model.reading.recognizer import CHAMPION

_MODELS = 3
_QUIET_SECONDS = 10.0
_LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """One request of a shopper."""

    sent: float  # by the monotonic clock
    seconds: float  # until the answer was there
    status: int  # of HTTP; 0 if there was no answer
    version: str  # of the model that read; empty without a reading


class Shoppers:
    """Threads that read one crop after the other; a context manager."""

    def __init__(self, url: str, count: int) -> None:
        self.answers: list[Answer] = []
        self._url = f"{url}/v1/predictions"
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._shop, args=(number,)) for number in range(count)]

    def __enter__(self) -> Shoppers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _shop(self, number: int) -> None:
        _, crop = draw_crop(random.Random(number), mark=number)
        with requests.Session() as session:
            while not self._done.is_set():
                sent = time.monotonic()
                status, version = 0, ""
                try:
                    answer = session.post(self._url, files={"image": crop}, timeout=30)
                    status = answer.status_code
                    version = answer.json()["model"]["version"] if status == 200 else ""
                except requests.RequestException:
                    pass
                self.answers.append(Answer(sent, time.monotonic() - sent, status, version))


@dataclass(frozen=True)
class Promotion:
    """A champion's way into service."""

    record: ChampionRecord  # its entry in the store
    written: float  # time of the entry, by the monotonic clock
    seconds: float | None  # until the backend said that it serves; None for a damaged one, which must never serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.swap", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--promotions", type=int, default=20, help="champions, one after the other (%(default)s)")
    parser.add_argument("--shoppers", type=int, default=3, help="shoppers that read at the same time (%(default)s)")
    parser.add_argument("--poll", type=float, default=5.0, help="seconds between the backend's looks (%(default)s)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        champions = Champions(FolderObjects(folder / "spool"))
        digests = [champions.registry.register(_copy(folder, f"swap-{number}")) for number in range(_MODELS)]
        settings = {"TAGS_RATE_PER_MINUTE": "0", "TAGS_CHAMPION_POLL_SECONDS": str(options.poll)}
        with (
            running_backend(folder / "spool", folder / "backend.log", **settings) as url,
            Shoppers(url, options.shoppers) as shoppers,
        ):
            shipped = requests.get(f"{url}/v1/model", timeout=10).json()["version"]
            time.sleep(_QUIET_SECONDS)
            swapping = time.monotonic()
            promotions = _promote(champions, digests, url, options.promotions, options.poll, folder)
            swapped = time.monotonic()
    return _report(promotions, shoppers.answers, shipped, swapping, swapped)


def _promote(
    champions: Champions, digests: Sequence[str], url: str, count: int, poll: float, folder: Path
) -> list[Promotion]:
    """Promote one model after the other, each when the one before serves; every seventh is damaged."""
    chance = random.Random(0)
    done = []
    for turn in range(1, count + 1):
        time.sleep(chance.uniform(0.0, poll))  # a random moment between two looks
        is_damaged = turn % 7 == 0 and turn != count  # the last one is a rollback
        digest = _damaged(champions, folder, turn) if is_damaged else digests[turn % len(digests)]
        present = champions.current()
        if turn == count:
            record = champions.rollback("benchmark", "as an operator would")
        else:
            expected = present.number if present is not None else None
            record = champions.promote(digest, expected=expected, by="benchmark", reason=f"turn {turn}")
        written = time.monotonic()
        is_noticed = _wait(url, record.number, is_damaged)
        done.append(Promotion(record, written, None if is_damaged else is_noticed - written))
    return done


def _wait(url: str, number: int, is_damaged: bool) -> float:
    """Wait until the backend serves the entry, or has refused it; return when, by the monotonic clock."""
    until = time.monotonic() + _LONGEST_WAIT_SECONDS
    while time.monotonic() < until:
        body = requests.get(f"{url}/v1/model", timeout=10).json()
        serving, failure = body["champion"] or {}, body["last_failure"] or {}
        if serving.get("number") == number:
            if is_damaged:
                raise RuntimeError("a damaged model serves")
            return time.monotonic()
        if is_damaged and failure.get("number") == number:
            return time.monotonic()
        time.sleep(0.02)
    raise RuntimeError(f"number {number} does not serve after {_LONGEST_WAIT_SECONDS:g} s: {body}")


def _copy(folder: Path, version: str, *, name: str | None = None) -> Path:
    """Copy the shipped model under another version, without the files that only training needs."""
    copy = folder / f"model-{name or version}"
    copy.mkdir()
    about = json.loads((CHAMPION / "model.json").read_bytes()) | {"version": version}
    for file in about["files"].values():
        shutil.copyfile(CHAMPION / file, copy / file)
    about["sha256"] = {file: about["sha256"][file] for file in about["files"].values()}
    (copy / "model.json").write_text(json.dumps(about))
    return copy


def _damaged(champions: Champions, folder: Path, turn: int) -> str:
    """Register a model with a graph that breaks off; return its digest."""
    copy = _copy(folder, f"damaged-{turn}")
    about = json.loads((copy / "model.json").read_bytes())
    graph = copy / about["files"]["encoder"]
    graph.write_bytes(graph.read_bytes()[: 1 << 20])
    about["sha256"][graph.name] = hashlib.sha256(graph.read_bytes()).hexdigest()
    (copy / "model.json").write_text(json.dumps(about))
    return champions.registry.register(copy)


def _report(
    promotions: Sequence[Promotion], answers: Sequence[Answer], shipped: str, swapping: float, swapped: float
) -> int:
    failed = [answer for answer in answers if answer.status != 200]
    strangers = [
        answer for answer in answers if answer.status == 200 and not _was_champion(answer, promotions, shipped)
    ]
    seconds = sorted(promotion.seconds for promotion in promotions if promotion.seconds is not None)
    quiet = sorted(answer.seconds for answer in answers if answer.sent < swapping)
    busy = sorted(answer.seconds for answer in answers if swapping <= answer.sent < swapped)
    print(f"promotions                          {len(promotions)}, of these damaged {len(promotions) - len(seconds)}")
    print(f"requests                            {len(answers)}")
    print(f"failed requests                     {len(failed)}")
    print(f"readings of another model           {len(strangers)}")
    print(
        f"seconds from promotion to serving   median {statistics.median(seconds):.2f},"
        f" shortest {seconds[0]:.2f}, longest {seconds[-1]:.2f}"
    )
    for name, times in (("before the swaps", quiet), ("while swapping", busy)):
        shares = " ".join(f"p{share} {times[len(times) * share // 100] * 1000:.0f}" for share in (50, 95, 99))
        print(f"milliseconds {name:22s} {shares} longest {times[-1] * 1000:.0f}")
    return 1 if failed or strangers else 0


def _was_champion(answer: Answer, promotions: Sequence[Promotion], shipped: str) -> bool:
    """Return whether the model that read was promoted before the answer, and no later one served already."""
    version = shipped
    allowed = {shipped}
    for promotion in promotions:
        if promotion.written > answer.sent + answer.seconds:
            break
        if promotion.seconds is None:
            continue
        if promotion.written + promotion.seconds < answer.sent:
            allowed = set()  # by then this champion served all shoppers
        else:
            allowed.add(version)
        version = promotion.record.version
        allowed.add(version)
    return answer.version in allowed


if __name__ == "__main__":
    sys.exit(run_command(main))
