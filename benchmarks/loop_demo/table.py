"""The demonstration's result as one table, in Markdown that reads well on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.loop_demo.accuracy import Measurement, change, wilson
from benchmarks.loop_demo.demonstration import REJECTED, Finished
from benchmarks.loop_demo.settings import TITLES, DemoSettings, Kind
from datasets.cycles.report import CycleReport
from datasets.cycles.wording import in_english

_AROUND = 10.0  # seconds around a swap in which requests are counted apart


def write_table(finished: Finished) -> str:
    """The errors by kind before and after, the cycles, and figures of labels and requests."""
    measurements = finished.state.measurements
    parts = ["## Errors on fresh tags (misread of all, 95 % interval)", _errors(measurements)]
    parts += ["## Cycles", _cycles(finished), "## Figures", _figures(finished)]
    return "\n\n".join(parts) + "\n"


def gain(measurements: Sequence[Measurement], corrections: int, kind: Kind = "new") -> tuple[float, float, float]:
    """Points of accuracy per 100 corrections, with its interval, from the first measurement to the last promotion's.

    Raises:
        ValueError: nothing was promoted or corrected.
    """
    first, last = measurements[0], _last(measurements)
    if last is first or not corrections:
        raise ValueError("nothing was promoted")
    difference, low, high = change(first.right[kind], last.right[kind])
    return (-100 * difference * 100 / corrections, -100 * high * 100 / corrections, -100 * low * 100 / corrections)


def _last(measurements: Sequence[Measurement]) -> Measurement:
    return [measurement for measurement in measurements if measurement.title != REJECTED][-1]


def _errors(measurements: Sequence[Measurement]) -> str:
    first, last = measurements[0], _last(measurements)
    rows = [
        ["kind", "tags", *(measurement.title for measurement in measurements), f"change, {first.title} to {last.title}"]
    ]
    if last is first:
        rows[0][-1] = "change"
    for kind in first.right:
        total = len(first.right[kind])
        row = [TITLES[kind], str(total)]
        for measurement in measurements:
            errors = measurement.errors(kind)
            low, high = wilson(errors, total)
            row.append(f"{100 * errors / total:.1f} % ({100 * low:.1f} to {100 * high:.1f})")
        difference, least, most = map(_points, change(first.right[kind], last.right[kind]))
        row.append(f"{difference} points ({least} to {most})" if last is not first else "-")
        rows.append(row)
    return _aligned(rows)


def _points(share: float) -> str:
    """A signed share in hundredths; no change is +0.0, never -0.0."""
    return f"{round(100 * share, 1) + 0.0:+.1f}"


def _cycles(finished: Finished) -> str:
    rows = [["version", "asked for by", "labels", "corrected", "outcome", "holdout errors", "minutes", "serving after"]]
    served = {swap.number: swap.seconds for swap in finished.state.swaps}
    for report in finished.reports:
        seconds = served.get(report.promoted_number or 0)
        rows.append(
            [
                report.version,
                in_english(report.by),
                str(finished.labels.get(report.version, "-")),
                str(finished.corrections.get(report.version, "-")),
                report.outcome,
                _holdout(report),
                f"{sum(report.seconds.values()) / 60:.1f}",
                "-" if seconds is None else f"{seconds:.1f} s",
            ]
        )
    return (
        _aligned(rows)
        + "\n\n"
        + "\n".join(f"- {report.version}: {in_english(report.reason)}" for report in finished.reports)
    )


def _holdout(report: CycleReport) -> str:
    if not report.comparisons:
        return "-"
    first = report.comparisons[0]
    return f"{first.crops - first.champion_right} to {first.crops - first.challenger_right} of {first.crops}"


def _figures(finished: Finished) -> str:
    journal, state = finished.journal, finished.state
    street, hurried = finished.visits.labels(), finished.visits.labels(("stall",))
    given = sum(street[status] for status in ("accepted", "corrected", "unreadable"))
    around = [journal.between(swap.promoted_at, swap.serving_at + _AROUND) for swap in state.swaps]
    failed_around = sum(
        swap.promoted_at <= failure["at"] <= swap.serving_at + _AROUND
        for failure in journal.failed
        for swap in state.swaps
    )
    rows = [
        ["labels of shoppers", f"{given}, of these {street['wrong']} wrong (overlooked or mistyped)"],
        ["corrections", str(street["corrected"])],
        ["labels of the stall", f"{hurried.total() - hurried['wrong']}, of these {hurried['wrong']} wrong"],
        ["set aside by the machine", f"{state.waiting} of the stall's"],
    ]
    try:
        value, low, high = gain(state.measurements, _corrections(finished))
        rows.append(
            ["accuracy gain per 100 corrections", f"{value:.1f} points ({low:.1f} to {high:.1f}), {TITLES['new']}"]
        )
    except ValueError as error:
        rows.append(["accuracy gain per 100 corrections", f"- ({error})"])
    rows += [
        ["requests", f"{journal.count} (readings, labels, looks at the serving model)"],
        ["failed requests", str(len(journal.failed))],
        ["requests while swapping", f"{sum(around)} in {len(around)} swaps, failed {failed_around}"],
        ["minutes in all", f"{state.seconds / 60:.1f}"],
    ]
    return _aligned([["figure", "value"], *rows])


def _corrections(finished: Finished) -> int:
    """Corrected labels in the version of the last accepted cycle, which includes those of the earlier ones."""
    accepted = _accepted(finished)
    return finished.corrections[accepted[-1].version] if accepted else 0


def _accepted(finished: Finished) -> list[CycleReport]:
    """Reports of the accepted cycles that the triggers asked for."""
    own = finished.state.cycles
    return [report for report in finished.reports if report.outcome == "accepted" and report.id in own]


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def shortcomings(finished: Finished, settings: DemoSettings) -> list[str]:
    """Results that the demonstration should have shown and did not."""
    lacking = []
    accepted = len(_accepted(finished))
    if accepted < settings.accepted:
        lacking.append(f"{accepted} cycles were accepted, not {settings.accepted}")
    measurements = finished.state.measurements
    if settings.accepted:
        first, last = measurements[0], _last(measurements)
        for kind in first.right:
            difference, low, high = change(first.right[kind], last.right[kind])
            if kind == "new" and high >= 0:
                lacking.append(f"{TITLES[kind]}: the interval of the change reaches up to {100 * high:+.1f} points")
            if kind != "new" and low > 0:
                lacking.append(f"{TITLES[kind]} got worse by {100 * difference:.1f} points")
    mistyped = [report for report in finished.reports if report.id == finished.state.mistyped_cycle]
    if not mistyped or mistyped[0].outcome != "rejected":
        lacking.append("the version of mistyped labels was not rejected")
    if finished.journal.failed:
        lacking.append(f"{len(finished.journal.failed)} requests failed")
    return lacking
