"""Measures searches, counts and new labels in a store of a million labels beside one of ten thousand.

    python -m benchmarks.many_labels [--labels 1000000] [--objects 100000] [--fetched 5000] [--postgres] [--reading]
    python -m benchmarks.many_labels --kept FOLDER    # searches in stores that stay there for the next time

Labels are made up and go straight into the index, as reading their events does. What reading the events costs, each in
an object of its own and a thousand in a segment, is measured with fewer of them: from a folder (`--objects`), and from
a bucket served by this machine, which answers sooner than any other (`--fetched`). `--reading` measures this alone.
Prints medians and 95th percentiles in milliseconds, on a machine that should have nothing else to do: its load is
printed with them.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm import tqdm

from benchmarks.drivers.environment import variable
from benchmarks.drivers.gcs_server import GcsServer
from benchmarks.drivers.postgres_server import PostgresMissingError, empty_database, running_postgres
from datasets.objects.clock import Clock
from datasets.samples.event import Event
from datasets.samples.index import SampleIndex
from datasets.samples.live_rows import parts
from datasets.samples.marks import MOST_CROPS, Marks
from datasets.samples.picture_quality import PictureQuality
from datasets.samples.review import SuspicionRules
from datasets.samples.sample import Label, LabelStatus
from datasets.samples.search.parser import parse_filter
from datasets.samples.search.search_index import ORDERS
from datasets.samples.segment import MOST_EVENTS
from datasets.samples.store import SampleStore
from ocr_model.command_line import run_command

FEW = 10_000  # labels of the store that is compared with
_BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)
_AT_ONCE = 2000
_MADE = "made"  # file of a store that is finished
_NEW = 150  # labels added to each store
_BLOCK = 50  # labels of a point of the overview's curves
_OPENED = 5  # times that a store is opened
_MEASURED_AT_ONCE = 50
SEARCHES = (
    "all",
    "status = corrected",
    "status = unreadable",
    "confidence < 0.5",
    "confidence < 0.2",
    "text contains 2288",
    "text contains ZZZ",
    "code = M4711C",
    "brand = nike",
    "brand = vans",
    "brand in (vans, converse) and status = corrected",
    "client = c17",
    "client = c17 and status = corrected",
    "at >= 2025-01-02 and at < 2025-01-03",
    "status = corrected and confidence > 0.98",
    "not status = accepted and brand = converse",
    "text contains M99 and confidence < 0.6",
    "width > 298 or height < 21",
    "source = review",
    "read_text contains 77 and status = unreadable",
    "model_version = 3 and turn = 2",
    "(status = corrected or confidence < 0.4) and not brand = nike",
    "length = 5",
    "length = 13 and turn = 3",
    "sharpness < 0.2",
    "doubt > 0.9 and light < 80",
    "tag = blurry",
    "not tag = blurry and status = corrected",
    "meta.shelf = A3",
    "meta.shelf = A3 and status = corrected",
)
_BLURRY, _SHELVED = 100, 2000  # of so many crops one has the tag, and one the value


@dataclass(frozen=True, slots=True)
class Figures:
    """What one store takes, in milliseconds."""

    page: Mapping[str, float]  # the first page of each search, in each order
    full: Set[str]  # those that have all the labels that fit on them
    count: Sequence[float]
    overview: float  # what the page of data and models counts
    keep: float  # median of keeping a crop with its label, on the disk
    add: float  # median of the index's part of it
    peak: float  # of this process's memory until then, MB


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison; return the exit status: 0, also if targets are missed; 2 without PostgreSQL."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.many_labels",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--labels", type=int, default=1_000_000, help="labels of the large store (%(default)s)")
    parser.add_argument("--objects", type=int, default=100_000, help="events that are read from a folder (%(default)s)")
    parser.add_argument(
        "--fetched", type=int, default=5_000, help="events that are fetched from a bucket (%(default)s)"
    )
    parser.add_argument("--reading", action="store_true", help="no searches, only what reading the events costs")
    parser.add_argument("--postgres", action="store_true", help="in a PostgreSQL started for it, instead of SQLite")
    parser.add_argument("--kept", type=Path, help="folder of stores in SQLite that are made once; only searches")
    parser.add_argument(
        "--processor-time",
        action="store_true",
        help="measure this process's own work, on a machine that is busy with other things: without waiting for the "
        "disk, and without PostgreSQL's work",
    )
    options = parser.parse_args(arguments)
    clock = time.process_time if options.processor_time else time.perf_counter
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    try:
        with (
            running_postgres() if options.postgres else nullcontext() as database,
            tempfile.TemporaryDirectory() as folder,
        ):
            if not options.reading:
                stores = options.kept or Path(folder)
                few = _measure(stores / "few", database, FEW, clock)
                many = _measure(stores / "many", database, options.labels, clock)
                _report(few, many, options.labels)
            if options.kept:
                return 0
            _read(Path(folder) / "objects", database, options.objects, clock)
            if options.fetched:
                _fetch(Path(folder) / "fetched", options.fetched, clock)
    except PostgresMissingError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def made_up(count: int, writer: str = "a" * 16) -> Iterator[Event]:
    """Label events of codes in many brands' formats; the same ones each time."""
    draw = random.Random(1)
    for number in range(count):
        text, chance = _line(draw), draw.random()
        status: LabelStatus = "accepted" if chance < 0.85 else "corrected" if chance < 0.99 else "unreadable"
        at = _BEGINNING + timedelta(seconds=30 * number)
        label = Label(
            prediction_id=f"{draw.getrandbits(128):032x}",
            status=status,
            text="" if status == "unreadable" else text,
            read_text=text,
            read_confidence=round(draw.betavariate(8, 1), 4),
            model_name="trba",
            model_version=str(number // 200_000),
            client=f"c{draw.randrange(5000)}",
            at=at,
            turn=draw.choice((0, 0, 0, 0, 0, 0, 0, 1, 2, 3)),
        )
        yield Event(
            kind="label",
            writer=writer,
            sequence=number + 1,
            stamp=int(at.timestamp() * 1000),
            stored_at=at,
            prediction_id=label.prediction_id,
            sample=f"{draw.getrandbits(256):064x}",
            label=label,
            width=draw.randrange(60, 300),
            height=draw.randrange(20, 80),
        )


def _line(draw: random.Random) -> str:
    kind = draw.random()
    if kind < 0.5:
        return f"{draw.choice('ABCDFG')}{draw.choice('WDQ')}{draw.randrange(10_000):04d}-{draw.randrange(1000):03d}"
    if kind < 0.85:
        return f"{draw.randrange(1_000_000):06d}-{draw.randrange(100):02d}"
    return f"VN0A{draw.randrange(10_000):04d}BLK" if kind < 0.86 else f"M{draw.randrange(10_000):04d}C"


def _measure(spool: Path, database: str | None, labels: int, clock: Clock) -> Figures:
    if not (spool / _MADE).exists():
        _make(spool, database, labels, clock)
    with SampleStore.open(spool, database=database) as store:
        search = store.search
        for wanted in map(parse_filter, SEARCHES):  # once before, as a page that was used lately
            search.page(wanted, size=50)
        page, full, count = dict[str, float](), set[str](), list[float]()
        for order in ORDERS:
            for text in SEARCHES:
                wanted = parse_filter(text)
                name, began = f"{text}, {order} first", clock()
                found = search.page(wanted, size=50, order=order)
                page[name] = 1000 * (clock() - began)
                if found.after is not None:
                    full.add(name)
                count.append(_milliseconds(clock, partial(search.count, wanted)))
        overview = _milliseconds(clock, partial(_overview, store))
        keep = [_milliseconds(clock, partial(_keep, store, number)) for number in range(_NEW)]
        with closing(SampleIndex(database) if database else SampleIndex.beside(spool)) as index:
            add = [_milliseconds(clock, partial(index.add, [event])) for event in _others()]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Figures(page, full, count, overview, statistics.median(keep), statistics.median(add), peak)


def _overview(store: SampleStore) -> None:
    rules = SuspicionRules()
    store.periods.count(_BLOCK)
    store.doubts.crops(rules, store.doubts.clients(rules))


def _make(spool: Path, database: str | None, labels: int, clock: Clock) -> None:
    """Make a store of made-up labels; one that was not finished is made anew."""
    if database is not None:
        empty_database(database)
    shutil.rmtree(spool, ignore_errors=True)
    (spool / "local").mkdir(parents=True)
    with closing(SampleIndex(database) if database else SampleIndex.beside(spool)) as index:
        events = made_up(labels)
        with tqdm(total=labels, unit="label", disable=None) as bar:
            began = clock()
            index.fill(_batches(events, bar))
        print(f"{labels} labels taken in: {1e6 * (clock() - began) / labels:.0f} us each", flush=True)
        _note_qualities(index, clock)
        _mark(index, labels)
    (spool / _MADE).touch()


def _note_qualities(index: SampleIndex, clock: Clock) -> None:
    """Note made-up measures of all crops, as many at once as when crops are measured."""
    draw, beyond, began, count = random.Random(2), 0, clock(), 0
    while labels := index.qualities.unmeasured(beyond, _MEASURED_AT_ONCE):
        beyond, count = labels[-1][0], count + len(labels)
        measures = {
            digest: PictureQuality(draw.randrange(256), draw.randrange(127), round(draw.random() ** 2, 3))
            for _, digest in labels
        }
        index.qualities.note(measures)
    index.qualities.learn()
    print(f"measures of {count} crops noted: {1e6 * (clock() - began) / max(1, count):.0f} us each")


def _mark(index: SampleIndex, labels: int) -> None:
    """Give some crops a tag, and some a value."""
    crops = [event.sample for event in made_up(labels) if event.sample is not None]
    number = itertools.count(1)
    changes: tuple[tuple[int, dict[str, Any]], ...] = (
        (_BLURRY, {"give": ("blurry",)}),
        (_SHELVED, {"values": {"shelf": "A3"}}),
    )
    for every, said in changes:
        for some in parts(sorted(crops[::every]), MOST_CROPS):
            sequence = next(number)
            marks = Marks(action=f"{sequence:032x}", samples=tuple(some), by="team", at=_BEGINNING, **said)
            event = Event(
                kind="marks",
                writer="c" * 16,
                sequence=sequence,
                stamp=sequence,
                stored_at=_BEGINNING,
                prediction_id=None,
                sample=None,
                marks=marks,
            )
            index.add([event])


def _batches(events: Iterator[Event], bar: tqdm[Any]) -> Iterator[Sequence[Event]]:
    while batch := list(itertools.islice(events, _AT_ONCE)):
        yield batch
        bar.update(len(batch))


def _others() -> Iterator[Event]:
    """Labels that are not in the stores."""
    for number, event in enumerate(made_up(_NEW, writer="b" * 16)):
        if event.label is not None:
            name = f"new-{number}"
            label = dataclasses.replace(event.label, prediction_id=name)
            yield event.model_copy(update={"prediction_id": name, "label": label})


def _keep(store: SampleStore, number: int) -> None:
    image = Image.new("RGB", (90, 24), (number % 251, number // 251, 7))
    label = Label(f"kept-{number}", "accepted", "CW2288-111", "CW2288-111", 0.9, "trba", "1", "c1", datetime.now(UTC))
    store.keep(image, label)


def _milliseconds(clock: Clock, work: Callable[[], object]) -> float:
    began = clock()
    work()
    return 1000 * (clock() - began)


def _report(few: Figures, many: Figures, labels: int) -> None:
    def p95(values: Sequence[float]) -> float:
        return statistics.quantiles(values, n=20)[-1]

    pages = [list(figures.page.values()) for figures in (few, many)]
    both = sorted(few.full & many.full)
    alike = [statistics.median(figures.page[name] for name in both) for figures in (few, many)] if both else [1.0, 1.0]
    rows: tuple[tuple[str, float, float, str], ...] = (
        ("first page, 95 of 100", p95(pages[0]), p95(pages[1]), "at most 100 ms"),
        ("first page, median", statistics.median(pages[0]), statistics.median(pages[1]), "ratio at most 1.5"),
        (f"  of {len(both)} full in both stores", alike[0], alike[1], "ratio at most 1.5"),
        ("count, 95 of 100", p95(few.count), p95(many.count), "at most 300 ms"),
        ("the overview's counts", few.overview, many.overview, ""),
        ("a new label, with its crop", few.keep, many.keep, "ratio at most 1.5"),
        ("the index's part of it", few.add, many.add, "ratio at most 1.5"),
    )
    print(f"{'milliseconds':28s}{FEW:>10d}{labels:>10d}{'ratio':>8s}")
    for name, small, large, target in rows:
        print(f"{name:28s}{small:10.1f}{large:10.1f}{large / small:8.2f}  {target}")
    slowest = sorted(many.page, key=lambda name: -many.page[name])[:5]
    print("slowest first pages: " + "; ".join(f"{many.page[name]:.0f} ms for {name}" for name in slowest))
    print(f"memory of this process, with filling the index: at most {many.peak:.0f} MB (target 600)")


def _read(spool: Path, database: str | None, labels: int, clock: Clock) -> None:
    """Read events from a folder, each in an object of its own and then in segments."""
    _write(spool, labels)
    objects = _reading(spool, database, clock)
    with SampleStore.open(spool, database=database, upload=False) as store:
        began = clock()
        sealed = sum(store.sealer.seal(min(MOST_EVENTS, labels // 3)))
        print(f"{sealed} of {labels} events sealed in {clock() - began:.1f} s")
        segments = sum(1 for _ in store._spool.events.segments())
    found = _reading(spool, database, clock)
    print(f"{'seconds':28s}{labels:>10d} objects{segments:>10d} segments{'ratio':>8s}")
    for what, apart, together in zip(_READINGS, objects, found, strict=True):
        print(f"{what:28s}{apart:18.2f}{together:19.2f}{apart / together:8.2f}")


_READINGS = ("an empty index is filled", "a full one is read anew", "the store is opened")


def _reading(spool: Path, database: str | None, clock: Clock) -> tuple[float, float, float]:
    """Seconds to fill an empty index, to read a full one anew, and to open the store."""
    if database is not None:
        empty_database(database)
    for path in (spool / "local").glob("index.sqlite3*"):
        path.unlink()
    began = clock()
    with SampleStore.open(spool, database=database, upload=False) as store:
        filled = clock()
        store.upkeep.reindex()
        read = clock()
    opening = []
    for _ in range(_OPENED):
        start = clock()
        with SampleStore.open(spool, database=database, upload=False):
            opening.append(clock() - start)
    return filled - began, read - filled, statistics.median(opening)


def _fetch(folder: Path, labels: int, clock: Clock) -> None:
    """Have a new machine fetch events from a bucket, each in an object of its own and then in segments."""
    seconds = []
    with GcsServer() as gcs, variable("STORAGE_EMULATOR_HOST", gcs.url):
        gcs.create_bucket("labels")
        for sealed in (False, True):
            url, spool = f"gs://labels/{sealed}", folder / f"from-{sealed}"
            _write(spool, labels)
            with SampleStore.open(spool, upload=False) as store:
                if sealed:
                    list(store.sealer.seal(min(MOST_EVENTS, labels // 3)))
                for prefix in ("events/", "segments/"):
                    for name in store._spool.objects.names(prefix):
                        gcs.overwrite("labels", f"{sealed}/{name}", store._spool.objects.get(name))
            with SampleStore.open(folder / f"to-{sealed}", storage_url=url, upload=False) as store:
                began = clock()
                fetched = store.bucket.pull()
                seconds.append(clock() - began)
                if fetched != labels:
                    raise RuntimeError(f"{fetched} of {labels} events were fetched")
    apart, together = seconds
    ratio = f"{apart / together:.1f}"
    print(f"{labels} events are fetched from a bucket in {apart:.1f} s, in segments in {together:.1f} s: {ratio} times")


def _write(spool: Path, labels: int) -> None:
    for event in made_up(labels):
        path = spool / event.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(event.to_bytes())


if __name__ == "__main__":
    sys.exit(run_command(main))
