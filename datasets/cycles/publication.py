"""Puts the report of a cycle into its work folder and into the store, `report.json` last."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from datasets.cycles.report import CycleReport, refuse_damage
from datasets.cycles.report_page import write_html, write_markdown
from datasets.cycles.requests import REPORT_HTML, REPORT_JSON, REPORT_MARKDOWN, cycle_file_name
from datasets.errors import ObjectMissingError
from datasets.objects.folder import write_whole
from datasets.objects.interface import ObjectStore
from datasets.objects.names import put_instead
from datasets.reason import Reason
from datasets.samples.damage import Damage

_LOG = logging.getLogger(__name__)
_DECIDED = "decided.json"  # the report as it was before the promotion
_PICTURES = ("differences.png", "accuracy.png", "confidence.png", "curve.png", "examples.png")  # as reports show them


def keep_report(folder: Path, report: CycleReport, pictures: Mapping[str, bytes]) -> str | None:
    """Write the report's files into the work folder. Returns a message if the disk refuses, else None."""
    try:
        for name, data in _files(report, pictures).items():
            write_whole(folder / name, data)
    except OSError as error:
        _LOG.error("the report could not be written to %s: %s", folder, error)
        return f"not told: the report could not be written to {folder}: {error.strerror}"
    return None


def store_report(objects: ObjectStore, report: CycleReport, pictures: Mapping[str, bytes]) -> None:
    """Put the report's files into the store.

    Raises:
        StoreError: it could not be stored.
    """
    for name, data in _files(report, pictures).items():
        put_instead(objects, cycle_file_name(report.id, name), data)


def publish_failure(
    objects: ObjectStore,
    cycle_id: str,
    version: str,
    cause: Reason | str,
    by: Reason | str,
    why: Reason | str,
    *,
    damaged: Sequence[Damage] = (),
) -> CycleReport:
    """Store the report of a cycle that could not even begin, so that its request does not wait for ever.

    Args:
        objects: `Places.authority`.
        cycle_id: id of the request.
        version: name of the dataset version, or `(none)`.
        cause: the cause of the failure.
        by: a person or a trigger.
        why: the person's words or the trigger's occasion.
        damaged: crops and events that the cycle refused to go on without.

    Raises:
        StoreError: it could not be stored.
    """
    at = datetime.now(UTC).replace(microsecond=0)
    report = CycleReport(
        id=cycle_id,
        version=version,
        version_hash="",
        outcome="failed",
        reason=Reason(kind="failed_before_start", values={"cause": Reason.model_validate(cause)}),
        by=Reason.model_validate(by),
        why=Reason.model_validate(why),
        started_at=at,
        finished_at=at,
        champion=None,
        damaged=refuse_damage(damaged),
    )
    store_report(objects, report, {})
    return report


def keep_decision(objects: ObjectStore, folder: Path, report: CycleReport, pictures: Mapping[str, bytes]) -> None:
    """Keep the decision before the promotion, so that a resumed cycle does not decide again with later labels."""
    for name, data in pictures.items():
        write_whole(folder / name, data)
    write_whole(folder / _DECIDED, report.to_bytes())
    put_instead(objects, cycle_file_name(report.id, _DECIDED), report.to_bytes())


def recall_decision(objects: ObjectStore, folder: Path, cycle_id: str) -> tuple[CycleReport | None, dict[str, bytes]]:
    """The report that `keep_decision` kept, with the pictures in the work folder.

    Raises:
        BucketUnavailableError: it is not in the work folder, and the bucket does not answer.
    """
    report = None
    try:
        report = CycleReport.from_bytes((folder / _DECIDED).read_bytes())
    except (OSError, ValueError):
        try:
            report = CycleReport.from_bytes(objects.get(cycle_file_name(cycle_id, _DECIDED)))
        except (ObjectMissingError, ValueError):
            return None, {}
    drawn = [path for name in _PICTURES if (path := folder / name).is_file()]
    return report, {path.name: path.read_bytes() for path in drawn}


def _files(report: CycleReport, pictures: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        **pictures,
        REPORT_MARKDOWN: write_markdown(report, tuple(pictures)).encode(),
        REPORT_HTML: write_html(report, pictures).encode(),
        REPORT_JSON: report.to_bytes(),
    }
