"""What a cycle did and why: the report for programs. People get the same content as a page (see report_page.py).

It names crops that shoppers confirmed by their digest and holds no pictures of them: a removed crop must not live on
in a report.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import ValidationError

from datasets.cycles.comparison import SetComparison
from datasets.cycles.requests import REPORT_JSON, cycle_file_name, cycles
from datasets.errors import ObjectMissingError
from datasets.objects.canonical import parse_json
from datasets.objects.interface import ObjectStore
from datasets.objects.record import Record, UtcTime, one_line
from datasets.reason import Reason
from datasets.samples.damage import Damage

_LOG = logging.getLogger(__name__)
_SCHEMA = 2  # in schema 1 reasons are sentences, and sets are names
Outcome = Literal["accepted", "rejected", "failed"]


class ModelSummary(Record):
    """A model that took part."""

    digest: str | None  # None while it is not registered
    name: str
    version: str


class Example(Record):
    """A crop that only one of both models reads right."""

    set: Reason
    crop: str  # digest of a collected crop, number of a rendered one
    label: str
    champion: str  # its reading
    challenger: str
    fixed: bool  # True: only the challenger is right; False: only the champion is


class LeftOutDamage(Record):
    """A damaged crop or event, and the steps that went on without it."""

    damage: Damage
    of: tuple[str, ...]  # "version", "holdout", "training"; () if the cycle refused to go on without it


class CycleReport(Record):
    """A finished cycle."""

    id: str
    version: str  # name of the dataset version
    version_hash: str
    outcome: Outcome
    reason: Reason
    by: Reason  # a person or a trigger
    why: Reason  # the trigger's occasion, or the person's words
    started_at: UtcTime
    finished_at: UtcTime
    champion: ModelSummary | None
    challenger: ModelSummary | None = None
    champion_number: int | None = None  # number of the champion's entry that the decision was based on
    promoted_number: int | None = None  # of the new entry; None if nothing was promoted
    comparisons: tuple[SetComparison, ...] = ()
    examples: tuple[Example, ...] = ()
    sets: Mapping[str, str] = {}  # English name of each frozen set -> its digest
    calibration: Mapping[str, Mapping[str, float]] = {}  # set -> model -> error, 0..1
    training: Mapping[str, Any] = {}  # from the run's card
    settings: Mapping[str, Any] = {}
    watermark: Mapping[str, int] = {}  # label events that the version was drawn up from
    seconds: Mapping[str, float] = {}  # by stage
    notes: tuple[str, ...] = ()  # further remarks, in words
    damaged: tuple[LeftOutDamage, ...] = ()  # crops and label events that cannot be read, by object name
    tracking: str = ""  # the tracker's answer

    def to_bytes(self) -> bytes:
        """Serialise to JSON that people can read, too."""
        content = {"schema": _SCHEMA, **self.model_dump(mode="json")}
        return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> CycleReport:
        """Read a report of this release or an earlier one.

        Raises:
            ValueError: it is damaged, or a newer program wrote it.
        """
        content = parse_json(data)
        if not isinstance(content, dict) or content.get("schema") not in range(1, _SCHEMA + 1):
            raise ValueError("not a report, or one of a newer program")
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            raise ValueError(one_line(error)) from None
        except OverflowError as error:
            raise ValueError(str(error)) from None


class Reports:
    """The reports of the finished cycles of a store; each is read once.

    Args:
        objects: `Places.authority`.
    """

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self._known: dict[str, CycleReport] = {}  # by cycle

    def all(self) -> list[CycleReport]:
        """All reports, the oldest first; damaged ones are left out.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        for cycle, files in cycles(self._objects).items():
            if REPORT_JSON in files and cycle not in self._known:
                report = read_report(self._objects, cycle)
                if report is not None:
                    self._known[cycle] = report
        return sorted(self._known.values(), key=lambda report: (report.finished_at, report.id))


def read_report(objects: ObjectStore, cycle: str) -> CycleReport | None:
    """The report of a finished cycle; None if there is none, or it is damaged.

    Raises:
        BucketUnavailableError: the bucket does not answer.
    """
    try:
        return CycleReport.from_bytes(objects.get(cycle_file_name(cycle, REPORT_JSON)))
    except ObjectMissingError:
        return None
    except ValueError as error:
        _LOG.warning("report of cycle %s: %s", cycle, error)
        return None


def merge_damage(parts: Mapping[str, Sequence[Damage]]) -> tuple[LeftOutDamage, ...]:
    """List each damaged crop or event once.

    Args:
        parts: the damage that each step went on without.
    """
    found: dict[str, LeftOutDamage] = {}
    for part, damaged in parts.items():
        for damage in damaged:
            before = found[damage.name].of if damage.name in found else ()
            found[damage.name] = LeftOutDamage(damage=damage, of=(*before, part))
    return tuple(found[name] for name in sorted(found))


def refuse_damage(damaged: Sequence[Damage]) -> tuple[LeftOutDamage, ...]:
    """List the damage that a cycle refused to go on without."""
    return tuple(LeftOutDamage(damage=damage, of=()) for damage in sorted(damaged, key=lambda damage: damage.name))
