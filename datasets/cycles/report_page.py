"""A cycle's report for people: one content, written as Markdown and as a page of HTML by two templates."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_eval_context, select_autoescape
from jinja2.nodes import EvalContext
from markupsafe import Markup

from datasets.cycles.report import CycleReport
from datasets.cycles.requests import REPORT_HTML, REPORT_JSON, REPORT_MARKDOWN
from datasets.cycles.wording import in_english

_DAMAGED = 200  # crops and label events that are named for people; the JSON has all
_NO_TEXT = "(no text)"
_COMPARISON_HEAD = ("set or slice", "crops", "champion", "challenger", "fixed", "broken", "difference", "p", "verdict")
_COMPARISON_LEGEND = (
    "Exact match: equal after removing everything but A-Z and 0-9. The interval (95 % unless the settings say "
    "otherwise) comes from a paired bootstrap over codes; p is McNemar's exact test, both sides. Whether a crop is an "
    "accepted or a corrected one follows from what a champion had read in it, so on these slices a challenger that is "
    "just as good seems to lose and to gain."
)
_DAMAGED_LEGEND = (
    "Nothing was deleted: what is brought back from a copy counts again. `.venv/bin/python -m datasets verify` "
    "looks at all crops and label events; `.venv/bin/python -m datasets delete --sample` removes a sample for good."
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page."""

    title: str
    lines: Sequence[str] = ()
    head: Sequence[str] = ()  # of a table
    rows: Sequence[Sequence[str]] = ()
    legend: str = ""
    code: str = ""
    pictures: Sequence[str] = ()  # names of PNG files


@pass_eval_context
def _shown(context: EvalContext, value: object) -> object:
    """Escape a text for Markdown, so that it cannot end its line or cell, or become markup."""
    if context.autoescape or isinstance(value, Markup):
        return value
    return html.escape(" ".join(str(value).split()), quote=False).replace("&gt;", ">").replace("|", "\\|")


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(("html",)),
    finalize=_shown,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def write_markdown(report: CycleReport, pictures: Sequence[str] = ()) -> str:
    """The report in Markdown.

    Args:
        report: the report.
        pictures: names of PNG files beside it.
    """
    return _write(REPORT_MARKDOWN, report, pictures)


def write_html(report: CycleReport, pictures: Mapping[str, bytes]) -> str:
    """The report as one self-contained page.

    Args:
        report: the report.
        pictures: PNG files by name, shown in this order.
    """
    data = {name: base64.b64encode(png).decode() for name, png in pictures.items()}
    return _write(REPORT_HTML, report, tuple(pictures), data=data)


def _write(template: str, report: CycleReport, pictures: Sequence[str], **more: object) -> str:
    return _TEMPLATES.get_template(template).render(
        id=report.id,
        outcome=report.outcome,
        reason=in_english(report.reason),
        facts=_facts(report),
        sections=_sections(report, pictures),
        **more,
    )


def _sections(report: CycleReport, pictures: Sequence[str]) -> list[Section]:
    sections = [
        Section("Notes", lines=report.notes),
        _damaged(report),
        Section(
            "Champion and challenger on the same crops",
            head=_COMPARISON_HEAD,
            rows=_comparisons(report),
            legend=_COMPARISON_LEGEND,
        ),
        Section("Plots", pictures=pictures),
        _examples("Errors fixed", report, fixed=True),
        _examples("New errors", report, fixed=False),
        Section("Training", code=_json(report.training)),
        Section("Settings", code=_json(report.settings)),
    ]
    return [section for section in sections if section.lines or section.rows or section.code or section.pictures]


def _facts(report: CycleReport) -> list[tuple[str, str]]:
    facts = [("dataset version", f"{report.version} ({report.version_hash[:12]})")]
    for label, model in (("champion", report.champion), ("challenger", report.challenger)):
        if model is not None:
            facts.append((label, f"{model.name} {model.version} ({(model.digest or 'not registered')[:14]})"))
    promoted = f"entry {report.promoted_number}" if report.promoted_number is not None else "no"
    by, why = in_english(report.by), in_english(report.why)
    facts += [("promoted", promoted), ("asked for by", f"{by}: {why}" if why else by)]
    began, ended = (time.isoformat(timespec="seconds") for time in (report.started_at, report.finished_at))
    facts.append(("from", f"{began} to {ended}"))
    if report.seconds:
        parts = ", ".join(f"{stage} {seconds:.0f} s" for stage, seconds in report.seconds.items())
        facts.append(("time", f"{sum(report.seconds.values()):.0f} s: {parts}"))
    for name, errors in report.calibration.items():
        told = ", ".join(f"{model} {100 * error:.1f} %" for model, error in errors.items())
        facts.append((f"calibration error on {name}", told))
    if report.tracking:
        facts.append(("tracker", report.tracking))
    return facts


def _comparisons(report: CycleReport) -> list[tuple[str, ...]]:
    rows = []
    for comparison in report.comparisons:
        right = (comparison.champion_right, comparison.challenger_right)
        shares = [f"{100 * count / comparison.crops:.1f} %" if comparison.crops else "-" for count in right]
        interval = f"{100 * comparison.difference:+.1f} ({100 * comparison.low:+.1f} to {100 * comparison.high:+.1f})"
        counts = (str(comparison.fixed), str(comparison.broken))
        rows.append(
            (
                in_english(comparison.set),
                str(comparison.crops),
                *shares,
                *counts,
                interval,
                f"{comparison.p:.2g}",
                comparison.verdict,
            )
        )
    return rows


def _examples(title: str, report: CycleReport, *, fixed: bool) -> Section:
    rows = [
        (
            in_english(example.set),
            example.crop[:12],
            *(text or _NO_TEXT for text in (example.label, example.champion, example.challenger)),
        )
        for example in report.examples
        if example.fixed == fixed
    ]
    return Section(title, head=("set", "crop", "label", "champion", "challenger"), rows=rows)


def _damaged(report: CycleReport) -> Section:
    refused = any(not left_out.of for left_out in report.damaged)
    rows = [
        (
            ", ".join(digest[:12] for digest in left_out.damage.samples) or "(unknown)",
            left_out.damage.name,
            left_out.damage.why,
            ", ".join(left_out.of) or "-",
        )
        for left_out in report.damaged[:_DAMAGED]
    ]
    if len(report.damaged) > _DAMAGED:
        rows.append((f"and {len(report.damaged) - _DAMAGED} more", f"see {REPORT_JSON}", "", ""))
    return Section(
        f"{'Damaged' if refused else 'Left out as damaged'}: {len(report.damaged)}",
        head=("sample", "crop or label event", "why", "left out of"),
        rows=rows,
        legend=_DAMAGED_LEGEND,
    )


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, indent=1, default=str) if content else ""
