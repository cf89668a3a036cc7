"""The report of a comparison: targets and readings as Markdown, and the few figures for a README."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cases import UPRIGHT
from benchmarks.confidence import RealConfidence, SyntheticConfidence
from benchmarks.kinds_of_print import KindOfPrint, kinds_table, measure_kinds
from benchmarks.race import ReaderResult, Speed
from benchmarks.targets import share_in_words, target_rows, target_table
from data_gen.twins import TURNS, TWINS
from ocr_model.export.proportion import Proportion

BUSY = 0.5  # load average above which other programs take a core now and then


@dataclass(frozen=True)
class Comparison:
    """Figures of all readers on the same crops."""

    results: Sequence[ReaderResult]  # this reader's first, then the peers'
    speeds: Sequence[Speed]  # likewise
    synthetic: SyntheticConfidence | str  # of this reader; or the reason for none
    real: Sequence[RealConfidence]  # of this reader, and of the peer to beat where it runs
    measured_on: str  # machine and load
    alone: tuple[ReaderResult, Speed] | None = None  # this reader without its second one, also among the results

    @property
    def kinds(self) -> list[KindOfPrint]:
        """This reader's readings by kind of print."""
        return measure_kinds(self.results[0], self.results[0].reader.threshold)


def summary(comparison: Comparison) -> str:
    """Targets and readings, as Markdown."""
    results, compared = comparison.results, len(comparison.real)
    rows = target_rows(
        results[:compared], comparison.speeds[:compared], comparison.synthetic, comparison.real, comparison.alone
    )
    note = (
        f"Measured on {comparison.measured_on}. Intervals: 95 %, Clopper-Pearson;"
        " of calibration errors and of all twins together: bootstrap by parent crop.\n"
    )
    peer = results[1].reader.name if compared == 2 else None
    return "\n".join([target_table(rows, peer), readers_table(results, comparison.speeds), note])


def figures(comparison: Comparison) -> str:
    """This reader beside the peer in five rows, of the first folder's crops, and its kinds of print; as Markdown."""
    folder = comparison.results[0].cases[0].folder
    compared = list(zip(comparison.results, comparison.speeds, comparison.real, strict=False))

    def row(label: str, cells: Sequence[str]) -> str:
        return f"| {label} | {' | '.join(cells)} |"

    def right(result: ReaderResult, kinds: Sequence[str]) -> list[Proportion]:
        return [result.right(f"{folder} {kind}") for kind in kinds]

    def of(kinds: Sequence[str]) -> int:
        return sum(read.total for read in right(comparison.results[0], kinds))

    def counts(kinds: Sequence[str]) -> list[str]:
        return [str(sum(read.count for read in right(result, kinds))) for result, _, _ in compared]

    turned = [f"turned {turn}" for turn in TURNS]
    by_turn = [", ".join(str(read.count) for read in right(result, turned)) for result, _, _ in compared]
    accepted = [f"{wrong.count} of {wrong.total}" if (wrong := real.wrong) else "uncalibrated" for *_, real in compared]
    lines = [
        row("", [result.reader.name for result, _, _ in compared]),
        "|---" * (len(compared) + 1) + "|",
        row(f"real tag crops read, upright, of {of([UPRIGHT])}", counts([UPRIGHT])),
        row(f"their harder twins ({', '.join(TWINS)}), of {of(list(TWINS))}", counts(list(TWINS))),
        row(f"the same crops turned by 90°, 180°, 270°, of {of(turned[:1])} each", by_turn),
        row("median time of a crop, ms", [f"{speed.milliseconds:.1f}" for _, speed, _ in compared]),
        row("wrong among texts accepted without asking, crops and twins", accepted),
    ]
    return "\n".join([*lines, "", kinds_table(comparison.kinds)])


def details(comparison: Comparison, errors_page: str, picture: str) -> str:
    """The whole report as Markdown.

    Args:
        comparison: the figures.
        errors_page: file name of the page of misread crops.
        picture: file name of the picture of risk over coverage.
    """
    return "\n".join(
        [
            "# Benchmark\n",
            summary(comparison),
            f"`make bench` writes every misread crop to `{errors_page}`, which is not in the repository.\n",
            "## Strict match\n",
            readers_table(comparison.results, comparison.speeds, strict=True),
            "## Confidence by kind of print\n",
            kinds_table(comparison.kinds),
            f"![Risk over coverage by kind of print]({picture})\n",
            "## Confidence on real crops and their twins\n",
            reliability_table(comparison.results, comparison.real),
        ]
    )


def readers_table(results: Sequence[ReaderResult], speeds: Sequence[Speed], *, strict: bool = False) -> str:
    """Crops read right by every reader, and the time they take, as Markdown.

    Args:
        results: readings, by reader.
        speeds: times, by reader.
        strict: separators count; without times.
    """
    metric = "strict match (only spaces dropped)" if strict else "exact match on A-Z0-9, with 95 % intervals"
    lines = [
        f"| {metric} | " + " | ".join(result.reader.name for result in results) + " |",
        "|---" * (len(results) + 1) + "|",
    ]
    for condition in dict.fromkeys(case.condition for case in results[0].cases):
        cells = [share_in_words(result.right(condition, strict=strict)) for result in results]
        lines.append(f"| {condition} | " + " | ".join(cells) + " |")
    if not strict:
        times = [f"{speed.milliseconds:.1f}" for speed in speeds]
        lines.append("| median ms of a crop read alone | " + " | ".join(times) + " |")
        spread = [f"{speed.mean:.1f}, {speed.slow:.1f}" for speed in speeds]
        lines.append("| mean of it, 95th percentile | " + " | ".join(spread) + " |")
        if speeds[0].hard_mean is not None:
            hard = ["–" if speed.hard_mean is None else f"{speed.hard_mean:.1f}" for speed in speeds]
            lines.append("| mean ms of a harder twin read alone | " + " | ".join(hard) + " |")
        rates = ["–" if speed.crops_per_second is None else f"{speed.crops_per_second:.0f}" for speed in speeds]
        lines.append("| crops a second in batches of 32 | " + " | ".join(rates) + " |")
    return "\n".join(lines) + "\n"


def reliability_table(results: Sequence[ReaderResult], real: Sequence[RealConfidence]) -> str:
    """The reliability diagram on real crops and twins as a table in Markdown, for the readers that were measured."""
    lines = ["| reader | mean confidence | right (95 % interval) |", "|---|---|---|"]
    for result, measured in zip(results, real, strict=False):
        bins = measured.bins
        for count, correct, confidence in zip(bins.count, bins.correct, bins.confidence, strict=True):
            share = share_in_words(Proportion(int(correct), int(count)))
            lines.append(f"| {result.reader.name} | {confidence:.3f} | {share} |")
    return "\n".join(lines) + "\n"


def processor() -> str:
    """The processor and its cores."""
    name = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        names = [line for line in information.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        name = names[0].partition(":")[2].strip() if names else name
    return f"{name}, {os.cpu_count()} cores"


def machine(threads: int) -> str:
    """The processor, its cores and the threads of the readers."""
    return f"{processor()}, {threads} threads a reader (Tesseract 1), Python {platform.python_version()}"


def busyness(load: float) -> str:
    """The load average before the measurement, with a warning if it makes the times useless."""
    return f"load before {load:.1f}" + (": **too busy to time, measure again**" if load > BUSY else "")


def fill_block(readme: Path, text: str) -> None:
    """Put the tables between the markers `<!-- benchmark -->` and `<!-- /benchmark -->` of a Markdown file.

    Raises:
        ValueError: it has no such markers.
    """
    before, start, rest = readme.read_text(encoding="utf-8").partition("<!-- benchmark -->\n")
    _, end, after = rest.partition("<!-- /benchmark -->")
    if not (start and end):
        raise ValueError(f"{readme} has no benchmark markers")
    readme.write_text(f"{before}{start}{text}{end}{after}", encoding="utf-8")
