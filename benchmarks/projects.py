"""Measure what projects cost: searches of somebody who sees a part of many labels.

    python -m benchmarks.projects [--labels 1000000]

Of the crops, 60 of 100 belong to a private project, 10 to another one, and a few to a third. Three people search: one
who sees all, one who sees all but the first project, and one who sees the third project and nothing else; and the
searches are those of `benchmarks.many_labels`. It prints the first page's median, 95th percentile and worst time, those
of counts, and what it costs to take a thousand crops into a project. Pages and counts are measured in processor time,
which other work on the machine changes little, and once more by the clock on the wall.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.many_labels import SEARCHES, made_up
from datasets.samples.event import Event
from datasets.samples.index import SampleIndex
from datasets.samples.live_rows import parts
from datasets.samples.marks import MOST_CROPS, Marks, project_tag
from datasets.samples.search.parser import parse_filter
from datasets.samples.search.search_index import ORDERS, SearchIndex
from datasets.samples.sight import Sight

_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
_AT_ONCE: Final = 5000  # events taken in together
_FEW: Final = 40  # crops of the third project


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.projects", description=__doc__.partition("\n")[0])
    parser.add_argument("--labels", type=int, default=1_000_000, help="labels of the store (%(default)s)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "local").mkdir()
        with closing(SampleIndex.beside(Path(folder))) as index:
            began = time.perf_counter()
            index.fill(_batches(options.labels))
            print(f"{options.labels:,} labels and their projects taken in: {time.perf_counter() - began:.0f} s")
            _measure("sees all", index.search)
            _measure("sees 40 of 100", index.search.seen_by(Sight(frozenset({"shoes", "few"}))))
            _measure(f"sees {_FEW} crops", index.search.seen_by(Sight(frozenset({"few"}), others=False)))
            _join(index)
    return 0


def _batches(count: int) -> Iterator[Sequence[Event]]:
    crops: list[str] = []
    events = made_up(count)
    while batch := list(itertools.islice(events, _AT_ONCE)):
        crops += [event.sample for event in batch if event.sample is not None]
        yield batch
    members = {"big": crops[: count * 6 // 10], "shoes": crops[count * 6 // 10 : count * 7 // 10], "few": crops[:_FEW]}
    number = itertools.count(1)
    for project, some in members.items():
        yield [_joining(next(number), part, project) for part in parts(sorted(some), MOST_CROPS)]


def _joining(number: int, crops: Sequence[str], project: str) -> Event:
    marks = Marks(uuid.uuid4().hex, tuple(crops), "team", _NOW, give=(project_tag(project),))
    stamp = int(_NOW.timestamp() * 1000) + number
    about = {"writer": "c" * 16, "sequence": number, "stamp": stamp, "stored_at": _NOW}
    return Event(kind="marks", prediction_id=None, sample=None, marks=marks, **about)  # type: ignore[arg-type]


def _measure(who: str, search: SearchIndex) -> None:
    pages, counts = list[_Took](), list[_Took]()
    searches = (*SEARCHES, "project = shoes", "project = few", "project = none and brand = nike")
    for text in searches:
        wanted = parse_filter(text)
        search.page(wanted, size=60)  # once before, as a page that was used lately
        for order in ORDERS:
            with _timed(pages, f"{text}, {order} first"):
                search.page(wanted, size=60, order=order)
        with _timed(counts, text):
            search.count(wanted)
    for name, found in (("first page", pages), ("count", counts)):
        for clock, times in (("processor", [it.own for it in found]), ("wall", [it.wall for it in found])):
            ranked = statistics.quantiles(times, n=20)
            figures = f"median {ranked[9]:.1f} ms, 95 % {ranked[18]:.1f} ms, worst {max(times):.0f} ms"
            print(f"{who}: {name}: {clock} time: {figures}")
    slowest = sorted(pages, key=lambda it: it.own, reverse=True)[:3]
    print(f"{who}: slowest pages: {'; '.join(f'{it.what}: {it.own:.0f} ms' for it in slowest)}")


@dataclass(frozen=True)
class _Took:
    """How long something took, in milliseconds."""

    what: str
    own: float  # of the processor
    wall: float


@contextmanager
def _timed(times: list[_Took], what: str) -> Iterator[None]:
    own, wall = time.thread_time(), time.perf_counter()
    yield
    times.append(_Took(what, 1000 * (time.thread_time() - own), 1000 * (time.perf_counter() - wall)))


def _join(index: SampleIndex) -> None:
    crops = sorted(sample.digest for sample in index.search.page(parse_filter("project = none"), size=1000).samples)
    events = [_joining(1_000_000 + number, part, "new") for number, part in enumerate(parts(crops, MOST_CROPS))]
    began = time.perf_counter()
    index.add(events)
    print(f"a project joined: {1e6 * (time.perf_counter() - began) / len(crops):.0f} us per crop")


if __name__ == "__main__":
    sys.exit(main())
