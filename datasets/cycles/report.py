"""What a cycle did and why, for people (Markdown, HTML with plots) and for programs (JSON).

Pictures of crops that shoppers confirmed are not in it: a crop that somebody has removed must not live on in a report.
They are named by their digest.
"""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from datasets.cycles.decision import Comparison
from datasets.cycles.evaluation_sets import FrozenSet, Reading, is_right
from datasets.samples.damage import Damage

REPORT_JSON, REPORT_MARKDOWN, REPORT_HTML = "report.json", "report.md", "report.html"
SCHEMA = 1
_EXAMPLES = 12  # of each kind and set
_DAMAGED = 200  # crops and label events that are named for people; the JSON has all
Outcome = Literal["accepted", "rejected", "failed"]


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A model that took part."""

    digest: str | None  # None while it is not registered
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Example:
    """A crop that one of both models misreads."""

    set: str  # name of the set
    crop: str  # digest of a collected crop, number of a rendered one
    label: str
    champion: str  # its reading
    challenger: str
    fixed: bool  # True: only the challenger is right; False: only the champion is


@dataclass(frozen=True, slots=True)
class LeftOutDamage:
    """Something damaged, and what did without it."""

    damage: Damage
    of: tuple[str, ...]  # "version", "holdout", "training"; () if the cycle refused to go on without it


@dataclass(frozen=True, slots=True)
class CycleReport:
    """A finished cycle."""

    id: str
    version: str  # name of the dataset version
    version_hash: str
    outcome: Outcome
    reason: str  # a sentence
    by: str  # who asked for it
    why: str  # the trigger, or what the person said
    started_at: str  # ISO 8601, UTC
    finished_at: str
    champion: ModelSummary | None
    challenger: ModelSummary | None = None
    champion_number: int | None = None  # of the entry that the decision was based on
    promoted_number: int | None = None  # of the new entry; None if nothing was promoted
    comparisons: tuple[Comparison, ...] = ()
    examples: tuple[Example, ...] = ()
    sets: Mapping[str, str] = field(default_factory=dict)  # name of each frozen set -> its digest
    calibration: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # set -> model -> error, 0..1
    training: Mapping[str, Any] = field(default_factory=dict)  # from the run's card
    settings: Mapping[str, Any] = field(default_factory=dict)
    watermark: Mapping[str, int] = field(default_factory=dict)  # label events that the version was drawn up from
    seconds: Mapping[str, float] = field(default_factory=dict)  # by stage
    notes: tuple[str, ...] = ()  # what else somebody should know
    damaged: tuple[LeftOutDamage, ...] = ()  # crops and label events that cannot be read, by object name
    tracking: str = ""  # what came of the tracker

    def to_bytes(self) -> bytes:
        """As JSON."""
        content = {"schema": SCHEMA, **asdict(self)}
        return json.dumps(content, ensure_ascii=False, indent=1, default=str).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> CycleReport:
        """Read it.

        Raises:
            ValueError: it is damaged, or a newer program wrote it.
        """
        content = json.loads(data)
        try:
            if content.pop("schema") != SCHEMA:
                raise ValueError("a newer program wrote this report")
            for model in ("champion", "challenger"):
                content[model] = None if content[model] is None else ModelSummary(**content[model])
            content["comparisons"] = tuple(Comparison(**one) for one in content["comparisons"])
            content["examples"] = tuple(Example(**one) for one in content["examples"])
            content["notes"] = tuple(content["notes"])
            content["damaged"] = tuple(
                LeftOutDamage(TypeAdapter(Damage).validate_python(one["damage"]), tuple(one["of"]))
                for one in content.get("damaged", ())
            )
            return cls(**content)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a report: {error!r}") from error

    @property
    def ended(self) -> datetime:
        """When it was finished."""
        return datetime.fromisoformat(self.finished_at)


def merge_damage(parts: Mapping[str, Sequence[Damage]]) -> tuple[LeftOutDamage, ...]:
    """Name each damaged thing once.

    Args:
        parts: what did without which.
    """
    found: dict[str, LeftOutDamage] = {}
    for part, damaged in parts.items():
        for one in damaged:
            before = found[one.name].of if one.name in found else ()
            found[one.name] = LeftOutDamage(one, (*before, part))
    return tuple(one for _, one in sorted(found.items()))


def refuse_damage(damaged: Sequence[Damage]) -> tuple[LeftOutDamage, ...]:
    """Name what a cycle refused to go on without."""
    return tuple(LeftOutDamage(one, ()) for one in sorted(damaged, key=lambda one: one.name))


def find_examples(crops: FrozenSet, champion: Sequence[Reading], challenger: Sequence[Reading]) -> list[Example]:
    """Crops that only one of both reads right, the first ones of either kind."""
    found: dict[bool, list[Example]] = {True: [], False: []}
    for crop, one, other in zip(crops.crops, champion, challenger, strict=True):
        before, after = is_right(one, crop), is_right(other, crop)
        if before != after:
            found[after].append(Example(crops.name, crop.name, crop.text, one.text, other.text, after))
    return [*found[True][:_EXAMPLES], *found[False][:_EXAMPLES]]


def write_markdown(report: CycleReport, pictures: Sequence[str] = ()) -> str:
    """The report for people."""
    lines = [f"# Cycle {report.id}: {report.outcome}", "", report.reason, ""]
    lines += [f"- {label}: {value}" for label, value in _facts(report)]
    if report.notes:
        lines += ["", "## Notes", "", *(f"- {note}" for note in report.notes)]
    if report.damaged:
        lines += ["", f"## {_damaged_title(report)}", "", _table(_damaged_rows(report)), "", _DAMAGED_LEGEND]
    if report.comparisons:
        lines += ["", "## Champion and challenger on the same crops", "", _table(_comparison_rows(report))]
        lines += ["", _LEGEND]
    lines += [f"\n![{name}]({name})" for name in pictures]
    for title, fixed in (("Errors fixed", True), ("New errors", False)):
        rows = _example_rows(report, fixed)
        if len(rows) > 1:
            lines += ["", f"## {title}", "", _table(rows)]
    if report.training:
        lines += ["", "## Training", "", "```json", json.dumps(report.training, indent=1, default=str), "```"]
    lines += ["", "## Settings", "", "```json", json.dumps(report.settings, indent=1, default=str), "```"]
    return "\n".join(lines) + "\n"


def write_html(report: CycleReport, pictures: Mapping[str, bytes]) -> str:
    """The report as one page that needs nothing beside it.

    Args:
        report: what to tell.
        pictures: PNG files by name, shown in this order.
    """
    body = [f"<h1>Cycle {_safe(report.id)}</h1>", f'<p class="{report.outcome}">{_safe(report.reason)}</p>', "<ul>"]
    body += [f"<li>{_safe(label)}: {_safe(value)}</li>" for label, value in _facts(report)]
    body.append("</ul>")
    if report.notes:
        body += ["<h2>Notes</h2><ul>", *(f"<li>{_safe(note)}</li>" for note in report.notes), "</ul>"]
    if report.damaged:
        body += [f"<h2>{_safe(_damaged_title(report))}</h2>", _html_table(_damaged_rows(report))]
        body.append(f"<p>{_safe(_DAMAGED_LEGEND)}</p>")
    for name, data in pictures.items():
        body.append(f'<img alt="{_safe(name)}" src="data:image/png;base64,{base64.b64encode(data).decode()}">')
    if report.comparisons:
        body += ["<h2>Champion and challenger on the same crops</h2>", _html_table(_comparison_rows(report))]
        body.append(f"<p>{_safe(_LEGEND)}</p>")
    for title, fixed in (("Errors fixed", True), ("New errors", False)):
        rows = _example_rows(report, fixed)
        if len(rows) > 1:
            body += [f"<h2>{title}</h2>", _html_table(rows)]
    for title, content in (("Training", report.training), ("Settings", report.settings)):
        if content:
            body += [f"<h2>{title}</h2>", f"<pre>{_safe(json.dumps(content, indent=1, default=str))}</pre>"]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Cycle {_safe(report.id)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def draw_differences(comparisons: Sequence[Comparison]) -> bytes:
    """Intervals of the difference on every set and slice, as PNG."""
    figure, axes = _figure(9.0, 1.2 + 0.26 * len(comparisons))
    colours = {"better": "#1a7f37", "worse": "#cf222e", "unclear": "#bf8700"}
    for row, one in enumerate(reversed(comparisons)):
        colour = colours.get(one.verdict, "#57606a")
        axes.plot([100 * one.low, 100 * one.high], [row, row], color=colour, linewidth=2)
        axes.plot([100 * one.difference], [row], marker="o", color=colour)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(range(len(comparisons)), [f"{one.name} ({one.crops})" for one in reversed(comparisons)], fontsize=7)
    axes.set_xlabel("difference of exact match, percentage points (challenger minus champion)")
    return _png(figure)


def draw_accuracy(comparisons: Sequence[Comparison]) -> bytes:
    """Exact match of both models on the whole sets, as PNG."""
    shown = [one for one in comparisons if one.kind in ("holdout", "set") and one.crops]
    figure, axes = _figure(7.0, 1.2 + 0.6 * len(shown))
    for row, one in enumerate(reversed(shown)):
        for offset, right, colour in ((0.2, one.champion_right, "#8c959f"), (-0.2, one.challenger_right, "#0969da")):
            share = 100 * right / one.crops
            axes.barh(row + offset, share, height=0.36, color=colour)
            axes.text(share + 0.5, row + offset, f"{share:.1f}", va="center", fontsize=8)
    axes.set_yticks(range(len(shown)), [one.name for one in reversed(shown)], fontsize=8)
    axes.set_xlim(0, 108)
    axes.set_xlabel("exact match, % (grey: champion, blue: challenger)")
    return _png(figure)


def draw_confidence(crops: FrozenSet, models: Mapping[str, Sequence[Reading]]) -> bytes:
    """Share that is wrong over the share that is answered, the surest first, as PNG."""
    from ocr_model.export.confidence_figures import risk_coverage

    figure, axes = _figure(6.0, 4.0)
    for name, readings in models.items():
        right = [is_right(reading, crop) for reading, crop in zip(readings, crops.crops, strict=True)]
        curve = risk_coverage([reading.confidence for reading in readings], right)
        axes.plot(100 * curve.coverage, 100 * curve.risk, label=name)
    axes.set_xlabel(f"share of {crops.name} answered, %")
    axes.set_ylabel("of these wrong, %")
    axes.grid(alpha=0.3)
    axes.legend()
    return _png(figure)


def draw_examples(sets: Mapping[str, FrozenSet], examples: Sequence[Example]) -> bytes | None:
    """Rendered crops that were fixed or broken, with their readings, as PNG; None if there are none."""
    from ocr_model.reading.sheet import contact_sheet

    columns: dict[bool, list[tuple[NDArray[np.uint8], str]]] = {True: [], False: []}
    for one in examples:
        crops = sets.get(one.set)
        if crops is None or crops.kind == "holdout":
            continue
        image = next(crop.image for crop in crops.crops if crop.name == one.crop)
        columns[one.fixed].append((image, f"{one.champion or '-'} > {one.challenger or '-'}"))
    shown = [column for column in columns.values() if column]
    if not shown:
        return None
    out = io.BytesIO()
    contact_sheet(shown, per_row=2).save(out, "PNG")
    return out.getvalue()


_LEGEND = (
    "Exact match: equal after removing everything but A-Z and 0-9. The interval (95 % unless the settings say "
    "otherwise) comes from a paired bootstrap over codes; p is McNemar's exact test, both sides. Whether a crop is an "
    "accepted or a corrected one follows from what a champion had read in it, so on these slices a challenger that is "
    "just as good seems to lose and to gain."
)
_DAMAGED_LEGEND = (
    "Nothing was deleted: what is brought back from a copy counts again. `python -m datasets verify` looks at all "
    "crops and label events; `python -m datasets delete --sample` removes a sample for good."
)
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1f2328}"
    "table{border-collapse:collapse;font-size:13px}td,th{border:1px solid #d0d7de;padding:.2rem .5rem;text-align:left}"
    "img{max-width:100%;display:block;margin:1rem 0}pre{background:#f6f8fa;padding:1rem;overflow:auto}"
    ".accepted{border-left:6px solid #1a7f37;padding:.5rem 1rem}"
    ".rejected{border-left:6px solid #bf8700;padding:.5rem 1rem}"
    ".failed{border-left:6px solid #cf222e;padding:.5rem 1rem}"
)


def _facts(report: CycleReport) -> list[tuple[str, str]]:
    facts = [("dataset version", f"{report.version} ({report.version_hash[:12]})")]
    for label, model in (("champion", report.champion), ("challenger", report.challenger)):
        if model is not None:
            facts.append((label, f"{model.name} {model.version} ({(model.digest or 'not registered')[:14]})"))
    promoted = f"entry {report.promoted_number}" if report.promoted_number is not None else "nobody"
    facts += [("promoted", promoted), ("asked for by", f"{report.by}{': ' + report.why if report.why else ''}")]
    facts += [("from", f"{report.started_at} to {report.finished_at}")]
    if report.seconds:
        parts = ", ".join(f"{stage} {seconds:.0f} s" for stage, seconds in report.seconds.items())
        facts.append(("time", f"{sum(report.seconds.values()):.0f} s: {parts}"))
    for name, errors in report.calibration.items():
        told = ", ".join(f"{model} {100 * error:.1f} %" for model, error in errors.items())
        facts.append((f"calibration error on {name}", told))
    if report.tracking:
        facts.append(("tracker", report.tracking))
    return facts


def _comparison_rows(report: CycleReport) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("set or slice", "crops", "champion", "challenger", "fixed", "broken", "difference", "p", "verdict")
    ]
    for one in report.comparisons:
        shares = [f"{100 * right / one.crops:.1f} %" if one.crops else "-" for right in _right(one)]
        interval = f"{100 * one.difference:+.1f} ({100 * one.low:+.1f} to {100 * one.high:+.1f})"
        counts = (str(one.fixed), str(one.broken))
        rows.append((one.name, str(one.crops), *shares, *counts, interval, f"{one.p:.2g}", one.verdict))
    return rows


def _right(one: Comparison) -> tuple[int, int]:
    return one.champion_right, one.challenger_right


def _example_rows(report: CycleReport, fixed: bool) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("set", "crop", "label", "champion", "challenger")]
    rows += [
        (one.set, one.crop[:12], one.label or "(no text)", one.champion or "(no text)", one.challenger or "(no text)")
        for one in report.examples
        if one.fixed == fixed
    ]
    return rows


def _damaged_title(report: CycleReport) -> str:
    refused = any(not one.of for one in report.damaged)
    return f"{'Damaged' if refused else 'Left out as damaged'}: {len(report.damaged)}"


def _damaged_rows(report: CycleReport) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("sample", "crop or label event", "why", "left out of")]
    for one in report.damaged[:_DAMAGED]:
        samples = ", ".join(digest[:12] for digest in one.damage.samples) or "(unknown)"
        rows.append((samples, one.damage.name, one.damage.why, ", ".join(one.of) or "-"))
    if len(report.damaged) > _DAMAGED:
        rows.append((f"and {len(report.damaged) - _DAMAGED} more", f"see {REPORT_JSON}", "", ""))
    return rows


def _table(rows: Sequence[Sequence[str]]) -> str:
    cells = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in (cells[0], " | ".join("---" for _ in rows[0]), *cells[1:]))


def _html_table(rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{_safe(cell)}</th>" for cell in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{_safe(cell)}</td>' for cell in row)}</tr>" for row in rows[1:])
    return f"<table><tr>{head}</tr>{body}</table>"


def _safe(text: str) -> str:
    return html.escape(text, quote=True)


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="tight")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _png(figure: Any) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110)
    return out.getvalue()
