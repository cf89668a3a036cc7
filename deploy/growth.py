"""Reckons what a thousand readings a second and a hundred million labels take: `python -m deploy.growth`.

Prints the tables of docs/growth.md from the figures below: measured ones, each with the command that printed it, and
assumed ones, list prices among them. `--set NAME=VALUE` reckons with another figure.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MONTH_HOURS = 730.0
_MONTH_SECONDS = _MONTH_HOURS * 3600
_GB = 1e9


@dataclass(frozen=True)
class Figure:
    """A number that the reckoning stands on."""

    value: float
    unit: str
    source: str  # the command that printed it, or why it is assumed


FIGURES: dict[str, Figure] = {
    # Measured.
    "crop_cpu_ms": Figure(21.7, "ms of a core", "benchmarks.unit_costs, load 8"),
    "photo_cpu_ms": Figure(1106, "ms of a core", "benchmarks.unit_costs, load 8"),
    "label_cpu_ms": Figure(15.4, "ms of a core", "benchmarks.unit_costs, load 8"),
    "crop_sent_bytes": Figure(7990, "bytes", "benchmarks.unit_costs"),
    "photo_sent_bytes": Figure(391_484, "bytes", "benchmarks.unit_costs"),
    "crop_kept_bytes": Figure(12_454, "bytes", "benchmarks.unit_costs"),
    "event_bytes": Figure(505, "bytes", "benchmarks.unit_costs"),
    "sealed_event_bytes": Figure(120, "bytes", "benchmarks.unit_costs"),
    "feature_bytes": Figure(768, "bytes", "docs/datasets.md: a feature vector"),
    "index_bytes": Figure(1600, "bytes", "docs/measured.md: 1.6 GB for a million labels"),
    "puts_per_label": Figure(2.0, "requests", "docs/measured.md: crop and event"),
    "sent_per_core": Figure(250, "labels/s", "docs/measured.md: the sender's own work"),
    "insert_ms": Figure(43, "ms", "docs/measured.md: a new label, PostgreSQL of 200,000, busy machine"),
    "backend_memory_gb": Figure(0.7, "GB", "docs/operating.md: with decoding, default limits"),
    "events_per_segment": Figure(1000, "events", "docs/datasets.md"),
    "fetch_seconds": Figure(60, "s", "datasets/samples/uploader.py: between looks at the bucket"),
    "list_page": Figure(1000, "names", "Google Cloud Storage"),
    # Assumed.
    "readings_per_second": Figure(1000, "1/s", "the peak asked for"),
    "mean_of_peak": Figure(0.35, "share", "assumed: a day of a shop in one time zone"),
    "photo_share": Figure(0.1, "share", "assumed: of readings that are whole photos"),
    "label_share": Figure(0.05, "share", "assumed: of readings that are confirmed or corrected"),
    "labels": Figure(100e6, "labels", "the stock asked for"),
    "filled": Figure(0.6, "share", "assumed: of a core at the peak, so that 99 of 100 wait little"),
    "cores_per_node": Figure(16, "cores", "assumed"),
    "keepers": Figure(4, "backends", "assumed: those that keep labels, and fetch others' events"),
    # Assumed list prices, US dollars, of a US region as remembered in 2026; to be looked up before they are relied on.
    "core_hour_price": Figure(0.04, "$/core h", "assumed: general purpose, on demand, memory included"),
    "spot_hour_price": Figure(0.015, "$/core h", "assumed: the same, interruptible"),
    "bucket_gb_price": Figure(0.020, "$/GB month", "assumed: standard class, one region"),
    "put_price": Figure(0.005, "$/1000", "assumed: class A, which are inserts and listings"),
    "get_price": Figure(0.0004, "$/1000", "assumed: class B, which are reads"),
    "disk_gb_price": Figure(0.17, "$/GB month", "assumed: SSD"),
    "database_core_price": Figure(0.08, "$/core h", "assumed: managed PostgreSQL, two copies, memory included"),
    "database_cores": Figure(16, "cores", "assumed"),
}


class Reckoning:
    """All that follows from the figures.

    Args:
        changed: Values in place of those of `FIGURES`, by name.
    """

    def __init__(self, changed: Mapping[str, float] | None = None) -> None:
        self.figures = {name: figure.value for name, figure in FIGURES.items()} | dict(changed or {})

    def __getattr__(self, name: str) -> float:
        try:
            return self.__dict__["figures"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def peak_cores(self) -> float:
        """Cores that the peak takes, each filled as far as it may be."""
        return (self._cores_of_crops + self._cores_of_photos + self._cores_of_labels) / self.filled

    @property
    def _cores_of_crops(self) -> float:
        return self.readings_per_second * (1 - self.photo_share) * self.crop_cpu_ms / 1000

    @property
    def _cores_of_photos(self) -> float:
        return self.readings_per_second * self.photo_share * self.photo_cpu_ms / 1000

    @property
    def _cores_of_labels(self) -> float:
        return self.labels_per_second * self.label_cpu_ms / 1000

    @property
    def labels_per_second(self) -> float:
        """At the peak."""
        return self.readings_per_second * self.label_share

    @property
    def labels_per_month(self) -> float:
        """Labels that come in a month."""
        return self.labels_per_second * self.mean_of_peak * _MONTH_SECONDS

    @property
    def nodes(self) -> int:
        """Machines at the peak."""
        return math.ceil(self.peak_cores / self.cores_per_node)

    def machines(self) -> list[tuple[str, str]]:
        """Rows on machines."""
        return [
            ("cores busy with crops", f"{self._cores_of_crops:,.0f}"),
            ("cores busy with whole photos", f"{self._cores_of_photos:,.0f}"),
            ("cores busy with labels", f"{self._cores_of_labels:,.1f}"),
            (f"cores at the peak, filled to {self.filled:.0%}", f"{self.peak_cores:,.0f}"),
            (f"machines of {self.cores_per_node:.0f} cores at the peak", f"{self.nodes}"),
            ("the same if nobody sent whole photos", f"{self._nodes_without_photos()}"),
            ("photos and crops that arrive at the peak", f"{self._arriving() / 1e6:,.0f} MB/s"),
        ]

    def _nodes_without_photos(self) -> int:
        return Reckoning(self.figures | {"photo_share": 0.0}).nodes

    def _arriving(self) -> float:
        mean = (1 - self.photo_share) * self.crop_sent_bytes + self.photo_share * self.photo_sent_bytes
        return self.readings_per_second * mean

    def storage(self) -> list[tuple[str, str]]:
        """Rows on what the labels take."""
        return [
            ("crops in the bucket", f"{self._gb(self.crop_kept_bytes):,.0f} GB"),
            ("events in segments", f"{self._gb(self.sealed_event_bytes):,.0f} GB"),
            ("the same as objects of their own", f"{self._gb(self.event_bytes):,.0f} GB"),
            ("segments", f"{self.labels / self.events_per_segment:,.0f} objects"),
            ("the index", f"{self._gb(self.index_bytes):,.0f} GB"),
            ("features of all crops", f"{self._gb(self.feature_bytes):,.0f} GB"),
            ("labels that come in a month", f"{self.labels_per_month / 1e6:,.0f} million"),
            ("months until there are so many", f"{self.labels / self.labels_per_month:,.1f}"),
        ]

    def _gb(self, size: float) -> float:
        return self.labels * size / _GB

    def _looks(self, backends: float) -> float:
        """Listings and reads of others' events in a month: (class A, class B) are `_lists` and `_reads`."""
        return backends * _MONTH_SECONDS / self.fetch_seconds

    def _lists(self, backends: float) -> float:
        # A look lists the writers, each writer's new events, the segments' folder and all segments, a thousand a page.
        pages = 2 + backends + math.ceil(self.labels / self.events_per_segment / self.list_page)
        return self._looks(backends) * pages

    def _reads(self, backends: float) -> float:
        return self.labels_per_month * (backends - 1)

    def requests(self) -> list[tuple[str, str, str]]:
        """Rows on requests to the bucket in a month, and what they cost."""
        puts = self.labels_per_month * self.puts_per_label
        everyone = float(self.nodes)
        rows = [
            ("inserts of crops and events", puts, puts * self.put_price / 1000),
            (
                f"listings, {self.keepers:.0f} backends keep labels",
                self._lists(self.keepers),
                self._lists(self.keepers) * self.put_price / 1000,
            ),
            (
                f"reads of others' events, {self.keepers:.0f} backends",
                self._reads(self.keepers),
                self._reads(self.keepers) * self.get_price / 1000,
            ),
            (
                f"listings, all {everyone:.0f} machines keep labels",
                self._lists(everyone),
                self._lists(everyone) * self.put_price / 1000,
            ),
            (
                f"reads of others' events, all {everyone:.0f}",
                self._reads(everyone),
                self._reads(everyone) * self.get_price / 1000,
            ),
        ]
        return [(name, f"{count / 1e6:,.0f} million", f"{cost:,.0f} $") for name, count, cost in rows]

    def money(self) -> list[tuple[str, str]]:
        """Rows on money a month."""
        mean_cores = self.peak_cores * max(self.mean_of_peak, 0.2)
        machines = mean_cores * _MONTH_HOURS * self.core_hour_price
        spot = mean_cores * _MONTH_HOURS * self.spot_hour_price
        bucket = self._gb(self.crop_kept_bytes + self.sealed_event_bytes + self.feature_bytes) * self.bucket_gb_price
        puts = self.labels_per_month * self.puts_per_label * self.put_price / 1000
        looks = self._lists(self.keepers) * self.put_price / 1000 + self._reads(self.keepers) * self.get_price / 1000
        database = (
            self.database_cores * self.database_core_price * _MONTH_HOURS
            + 3 * self._gb(self.index_bytes) * self.disk_gb_price
        )
        spools = (
            self._gb(self.crop_kept_bytes) + self.keepers * self._gb(self.sealed_event_bytes)
        ) * self.disk_gb_price
        total = machines + bucket + puts + looks + database + spools
        readings = self.readings_per_second * self.mean_of_peak * _MONTH_SECONDS
        return [
            ("machines that read, scaled with the day", f"{machines:,.0f} $"),
            ("the same, interruptible", f"{spot:,.0f} $"),
            ("bucket", f"{bucket:,.0f} $"),
            ("inserts", f"{puts:,.0f} $"),
            ("listings and reads of the bucket", f"{looks:,.0f} $"),
            ("PostgreSQL, its disk three times the index", f"{database:,.0f} $"),
            ("disks of the keepers: each its own crops, and all events", f"{spools:,.0f} $"),
            ("**together**", f"**{total:,.0f} $**"),
            ("per thousand readings", f"{1000 * total / readings:.3f} $"),
        ]

    def limits(self) -> list[tuple[str, str]]:
        """Rows on what each part bears, beside what is asked of it."""
        return [
            ("labels a second at the peak", f"{self.labels_per_second:,.0f}"),
            (
                "what one sender sends, bounded by its own work",
                f"{self.sent_per_core:,.0f} a second: {math.ceil(self.labels_per_second / self.sent_per_core)} core(s)",
            ),
            (
                "inserts into the index, one after the other",
                f"{1000 / self.insert_ms:,.0f} a second, of {self.labels_per_second:,.0f}",
            ),
            (
                "listing all segments at each look",
                f"{math.ceil(self.labels / self.events_per_segment / self.list_page)} pages a minute and backend",
            ),
            (
                "events that a backend fetches at the peak",
                f"{self.labels_per_second * (1 - 1 / self.keepers):,.0f} a second",
            ),
            ("memory of a backend", f"{self.backend_memory_gb:.1f} GB"),
        ]

    def text(self) -> str:
        """Return the tables in Markdown."""
        parts = [_table(("figure", "value", "where from"), [_row(name, self.figures[name]) for name in FIGURES])]
        for heading, rows in (
            (("machines", ""), self.machines()),
            (("storage of the labels", ""), self.storage()),
            (("requests to the bucket a month", "number", "money"), self.requests()),
            (("money a month", ""), self.money()),
            (("what is asked of a part", "what it bears"), self.limits()),
        ):
            parts.append(_table(heading, rows))
        return "\n\n".join(parts)


def _row(name: str, value: float) -> tuple[str, str, str]:
    figure = FIGURES[name]
    shown = f"{value:,.0f}" if value >= 1000 else f"{value:g}"
    return f"`{name}`", f"{shown} {figure.unit}", figure.source


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: Sequence[str]) -> int:
    """Print the tables; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.growth", description="Reckon with growth.")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="reckon with another value of a figure"
    )
    options = parser.parse_args(arguments)
    changed: dict[str, float] = {}
    for setting in options.set:
        name, _, value = setting.partition("=")
        try:
            if name not in FIGURES:
                raise ValueError
            changed[name] = float(value)
        except ValueError:
            parser.error(f"{setting!r} is not NAME=VALUE of one of: {', '.join(FIGURES)}")
    print(Reckoning(changed).text())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
