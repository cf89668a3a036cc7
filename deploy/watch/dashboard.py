"""Writes the Grafana dashboard: `python -m deploy.watch.dashboard` makes `deploy/watch/dashboard.json`.

Grafana imports the file as it is; it asks for the Prometheus data source. The panels stand here, because two thousand
lines of JSON are read and changed by nobody.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("dashboard.json")
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_COLUMNS, _WIDTH, _HEIGHT = 3, 8, 8  # panels side by side; units of Grafana's grid, which is 24 wide
_OF = '{job=~"$job"}'


@dataclass(frozen=True)
class Query:
    """A line of a panel."""

    expression: str  # PromQL
    legend: str  # with the labels that tell its series apart


@dataclass(frozen=True)
class Panel:
    """A plot over time."""

    title: str
    queries: tuple[Query, ...]
    unit: str  # as Grafana names it
    about: str  # what to look for


def _quantiles(metric: str, by: str, *shares: float, where: str = "") -> tuple[Query, ...]:
    """Quantiles of a histogram, by a label."""
    of = f'{{job=~"$job"{where}}}'
    return tuple(
        Query(
            f"histogram_quantile({share}, sum by (le, {by}) (rate({metric}_bucket{of}[$__rate_interval])))",
            f"{{{{{by}}}}} p{share * 100:g}",
        )
        for share in shares
    )


def _mean(metric: str, period: str) -> str:
    parts = (f"sum by (domain) (increase({metric}_{part}{_OF}[{period}]))" for part in ("sum", "count"))
    return " / ".join(parts)


def _per_second(metric: str, period: str = "$__rate_interval") -> str:
    return f"sum(rate({metric}{_OF}[{period}]))"


_READINGS = f"({_per_second('tags_readings_total')} + {_per_second('tags_photos_total')})"
_CORES = f"({_per_second('tags_cpu_seconds_total')} + {_per_second('tags_decoding_cpu_seconds_total')})"
_CORRECTED = 'sum by (domain) (increase(tags_labels_total{{job=~"$job",status="corrected"}}[{period}]))'
_JUDGED = 'sum by (domain) (increase(tags_labels_total{{job=~"$job",status=~"accepted|corrected"}}[{period}]))'


def _share_corrected(period: str) -> str:
    return f"{_CORRECTED.format(period=period)} / {_JUDGED.format(period=period)}"


PANELS: dict[str, tuple[Panel, ...]] = {
    "Answers": (
        Panel(
            "Requests by status",
            (Query(f"sum by (status) (rate(tags_requests_total{_OF}[$__rate_interval]))", "{{status}}"),),
            "reqps",
            "503 is overload, 429 a limit per client, 5xx else a fault.",
        ),
        Panel(
            "Time to answer",
            _quantiles("tags_request_seconds", "route", 0.5, 0.95, 0.99, where=',route=~"/v1/(predictions|tags)"'),
            "s",
            "Crops and whole photos, waiting included.",
        ),
        Panel(
            "Refused",
            (
                Query(_per_second("tags_overloaded_total"), "overloaded"),
                Query(_per_second("tags_rate_limited_total"), "too many of one client"),
                Query(_per_second("tags_team_refused_total"), "wrong team token"),
            ),
            "reqps",
            "Overloaded above zero for minutes: more backends.",
        ),
        Panel(
            "Latency by step: crops",
            _quantiles("tags_reading_seconds", "step", 0.5, 0.95),
            "s",
            "decode, crop, recognize; total has the waiting, too.",
        ),
        Panel(
            "Latency by step: whole photos",
            _quantiles("tags_photo_seconds", "step", 0.5, 0.95),
            "s",
            "find and closer are the detector's, read the recognizer's and the second reader's.",
        ),
        Panel(
            "Readings",
            (
                Query(f"sum by (outcome) (rate(tags_readings_total{_OF}[$__rate_interval]))", "crop: {{outcome}}"),
                Query(f"sum by (outcome) (rate(tags_photos_total{_OF}[$__rate_interval]))", "photo: {{outcome}}"),
                Query(_per_second("tags_second_opinions_total"), "asked the second reader"),
            ),
            "reqps",
            "A second reader that is asked more often makes readings slower.",
        ),
    ),
    "Queues and batches": (
        Panel(
            "Jobs being done or waiting",
            (
                Query(f"sum(tags_reading_jobs{_OF})", "crops"),
                Query(f"sum(tags_photo_jobs{_OF})", "whole photos"),
                Query(f"sum(tags_shadow_jobs{_OF})", "shadow"),
            ),
            "short",
            "The Kubernetes autoscaler follows the processor; this shows why.",
        ),
        Panel("Wait for a thread", _quantiles("tags_queue_seconds", "queue", 0.5, 0.95), "s", "Before work begins."),
        Panel(
            "Batch size",
            (
                Query(_mean("tags_batch_size", "$__rate_interval"), "mean {{domain}}"),
                Query(
                    f"histogram_quantile(0.95, sum by (le) (rate(tags_batch_size_bucket{_OF}[$__rate_interval])))",
                    "p95",
                ),
            ),
            "short",
            "Crops that the recognizer reads in one go.",
        ),
    ),
    "Quality and drift": (
        Panel(
            "Share corrected",
            (Query(_share_corrected("6h"), "6 hours {{domain}}"), Query(_share_corrected("7d"), "7 days {{domain}}")),
            "percentunit",
            "Of labels accepted or corrected. Above the week's: a new kind of tag, or a worse champion.",
        ),
        Panel(
            "Mean confidence",
            (
                Query(_mean("tags_reading_confidence", "6h"), "6 hours {{domain}}"),
                Query(_mean("tags_reading_confidence", "7d"), "7 days {{domain}}"),
            ),
            "percentunit",
            "Of readings with text.",
        ),
        Panel(
            "Mean sharpness",
            (
                Query(_mean("tags_reading_sharpness", "6h"), "6 hours {{domain}}"),
                Query(_mean("tags_reading_sharpness", "7d"), "7 days {{domain}}"),
            ),
            "short",
            "Of the crops read: falls with cameras and light, not with the model.",
        ),
        Panel(
            "Labels",
            (
                Query(f"sum by (status) (rate(tags_labels_total{_OF}[$__rate_interval]))", "{{status}}"),
                Query(_per_second("tags_labels_unproven_total"), "unproven"),
            ),
            "cps",
            "Unproven labels wait for the team.",
        ),
        Panel(
            "Champion",
            (
                Query(f"max by (domain) (tags_champion_number{_OF})", "newest {{domain}}"),
                Query(f"min by (domain) (tags_champion_number{_OF})", "oldest {{domain}}"),
                Query(f"sum by (domain) (tags_champion_behind{_OF})", "backends behind {{domain}}"),
            ),
            "short",
            "Newest and oldest differ for seconds after a promotion.",
        ),
        Panel(
            "Shadow",
            (
                Query(f"sum by (outcome) (rate(tags_shadow_readings_total{_OF}[$__rate_interval]))", "{{outcome}}"),
                Query(f"sum by (right) (rate(tags_shadow_labels_total{_OF}[$__rate_interval]))", "right: {{right}}"),
            ),
            "cps",
            "How the challenger compares with the champion.",
        ),
        Panel(
            "Canary",
            (
                Query(
                    f"sum by (side, outcome) (rate(tags_canary_readings_total{_OF}[$__rate_interval]))",
                    "{{side}}: {{outcome}}",
                ),
                Query(f"sum by (why) (increase(tags_canary_returns_total{_OF}[1h]))", "taken back in an hour: {{why}}"),
            ),
            "short",
            "Readings of a challenger that answers a share of requests, and of the champion beside it.",
        ),
    ),
    "Keeping and costs": (
        Panel(
            "Spool backlog",
            (
                Query(f"sum(tags_store_unsent{_OF} >= 0)", "unsent"),
                Query(f"sum(tags_store_stuck{_OF} >= 0)", "stuck"),
            ),
            "short",
            "Labels that are on a disk and not in the bucket yet. A store that is not open has NaN, which is left out.",
        ),
        Panel(
            "Age of the oldest unsent label",
            (Query(f"max by (instance, domain) (tags_store_unsent_oldest_seconds{_OF})", "{{instance}} {{domain}}"),),
            "s",
            "A backend's disk must not go before this is 0.",
        ),
        Panel(
            "Cost per thousand readings",
            (
                Query(
                    f"1000 * {_CORES} / {_READINGS} * avg(tags_core_hour_price{_OF}) / 3600",
                    "in the currency of TAGS_CORE_HOUR_PRICE",
                ),
            ),
            "short",
            "Processor time alone: of all the process does, idle costs not included.",
        ),
        Panel(
            "Processor time of a reading",
            (Query(f"{_CORES} / {_READINGS}", "seconds"),),
            "s",
            "Of crops and whole photos together.",
        ),
        Panel(
            "Cores in use",
            (
                Query(_per_second("tags_cpu_seconds_total"), "backends"),
                Query(_per_second("tags_decoding_cpu_seconds_total"), "decoding"),
            ),
            "short",
            "Decoding runs in processes of its own.",
        ),
        Panel(
            "Decoding processes ended",
            (Query(f"sum by (reason) (rate(tags_decoders_killed_total{_OF}[$__rate_interval]))", "{{reason}}"),),
            "cps",
            "crash: a picture that a decoder cannot bear.",
        ),
    ),
}


def dashboard() -> dict[str, Any]:
    """Return the dashboard as Grafana imports it."""
    drawn: list[dict[str, Any]] = []
    y = 0
    for row, panels in PANELS.items():
        drawn.append(
            {
                "id": len(drawn) + 1,
                "type": "row",
                "title": row,
                "collapsed": False,
                "gridPos": {"x": 0, "y": y, "w": 24, "h": 1},
                "panels": [],
            }
        )
        y += 1
        for at, panel in enumerate(panels):
            place = {"x": at % _COLUMNS * _WIDTH, "y": y + at // _COLUMNS * _HEIGHT, "w": _WIDTH, "h": _HEIGHT}
            drawn.append(_drawn(panel, len(drawn) + 1, place))
        y += -(-len(panels) // _COLUMNS) * _HEIGHT
    return {
        "title": "Shoe-tag reader",
        "uid": "shoe-tag-reader",
        "tags": ["shoe-tag-reader"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [
                {"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"},
                {
                    "name": "job",
                    "label": "Job",
                    "type": "query",
                    "datasource": _SOURCE,
                    "query": {"query": "label_values(tags_ready, job)", "refId": "job"},
                    "refresh": 2,
                    "includeAll": True,
                    "allValue": ".*",
                    "multi": True,
                    "current": {"text": "All", "value": "$__all"},
                },
            ]
        },
        "panels": drawn,
    }


def _drawn(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.about,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + at), "datasource": _SOURCE, "expr": query.expression, "legendFormat": query.legend}
            for at, query in enumerate(panel.queries)
        ],
    }


def text() -> str:
    """Return the file's text."""
    return json.dumps(dashboard(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
    print(f"{FILE.name}: {sum(map(len, PANELS.values()))} panels", file=sys.stderr)
