"""The plan of a cycle, kept in its work folder so that a stopped cycle goes on."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

from datasets.cycles.report import read_report
from datasets.models.champions import ChampionRecord
from datasets.objects.folder import make_folder, write_whole
from datasets.objects.interface import ObjectStore
from datasets.objects.record import Record, UtcTime
from datasets.reason import Reason
from datasets.versions.version import Version

_PLAN = "plan.json"


class CyclePlan(Record):
    """The plan of a cycle: what it trains on, from which champion, with which settings."""

    id: str  # and the name of its work folder
    version: str
    version_hash: str
    champion: str  # digest of the model
    champion_number: int
    settings: str  # digest
    seed: int
    started_at: UtcTime
    by: Reason
    why: Reason


def find_or_make_plan(
    objects: ObjectStore,
    work: Path,
    version: Version,
    champion: ChampionRecord,
    settings: str,
    *,
    cycle_id: str | None,
    by: Reason,
    why: Reason,
) -> CyclePlan:
    """The plan of a cycle that was stopped, or a new one, with its folder `work/<id>`.

    Args:
        objects: `Places.authority`.
        work: folder in which cycles have their work folders; made if missing.
        version: version to train on.
        champion: champion to train from.
        settings: digest of the settings.
        cycle_id: id of a request; None names the cycle by version, champion and settings.
        by: a person or a trigger.
        why: the person's words or the trigger's occasion.
    """
    make_folder(work)
    same = hashlib.sha256(f"{version.manifest.hash} {champion.number} {champion.model} {settings}".encode())
    name = cycle_id or f"{version.name}-{same.hexdigest()[:8]}"
    for plan in map(_read_plan, sorted(work.glob(f"*/{_PLAN}"))):
        if plan is None or (plan.version_hash, plan.settings) != (version.manifest.hash, settings):
            continue
        if plan.id == name if cycle_id else read_report(objects, plan.id) is None:
            return plan
    plan = CyclePlan(
        id=cycle_id or _next_attempt(objects, work, name),
        version=version.name,
        version_hash=version.manifest.hash,
        champion=champion.model,
        champion_number=champion.number,
        settings=settings,
        seed=1_000_000_000 + int(same.hexdigest()[8:15], 16),  # disjoint from the seeds that evaluate or calibrate
        started_at=datetime.now(UTC).replace(microsecond=0),
        by=by,
        why=why,
    )
    folder = work / plan.id
    if cycle_id and _read_plan(folder / _PLAN) is not None:
        shutil.rmtree(folder)  # it belongs to other settings or another version
    make_folder(folder)
    write_whole(folder / _PLAN, plan.to_bytes())
    return plan


def _next_attempt(objects: ObjectStore, work: Path, name: str) -> str:
    """The id after those of failed attempts, whose folder it takes over, to go on from their checkpoint."""
    attempt, plan_id = 1, name
    while (report := read_report(objects, plan_id)) is not None and report.outcome == "failed":
        attempt += 1
        before, plan_id = plan_id, f"{name}-{attempt}"
        if not (work / plan_id).exists() and (work / before).exists():
            (work / before).rename(work / plan_id)
    return plan_id


def _read_plan(path: Path) -> CyclePlan | None:
    try:
        return CyclePlan.from_bytes(path.read_bytes())
    except (OSError, ValueError):
        return None  # written by a process that was killed, or by another program
