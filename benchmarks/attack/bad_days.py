"""Bad days on which the backend has to start: wrong events in the bucket, a full disk, no database."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

import requests

from benchmarks.attack.attack import BadDay, Target
from benchmarks.attack.victim import Limits, descendants
from benchmarks.drivers.gcs_server import wait_until
from benchmarks.drivers.server import ROOT, UNSET, free_port
from benchmarks.drivers.tag_picture import draw_tag, encode
from datasets.objects.canonical import canonical_json

_DISK_MEGABYTES = 160  # of memory, more than the room that the backend leaves free
_LABELS = 8  # sent after the start
_WITHIN = 20.0  # seconds until what was wrong is right again


class WrongEvents(BadDay):
    """Events that match their names and hold what no event may hold."""

    name = "wrong-events"
    title = "events in the bucket with a list as text and stamps of 2^63 and 2^63 - 5"
    starts = 2  # the first one copies the events from the bucket, the second one finds them here
    _WRONG: ClassVar[tuple[dict[str, Any], ...]] = ({"text": ["x"]}, {"stamp": 2**63}, {"stamp": 2**63 - 5})

    def settings(self, folder: Path) -> dict[str, str]:
        """A folder is the bucket."""
        return {"STORAGE_URL": (folder / "bucket").as_uri()}

    def strike(self, target: Target) -> None:
        """Keep a label, and put changed copies of its event into the bucket under other writers' names."""
        keep_label(target, 0, note="label before:")
        bucket = target.folder / "bucket"
        if not wait_until(lambda: any(bucket.glob("events/*/*.json"))):
            target.faults.append("the label did not arrive in the bucket")
            return
        whole = json.loads(next(bucket.glob("events/*/*.json")).read_bytes())
        for number, wrong in enumerate(self._WRONG, 1):
            named = whole | {"writer": f"{number:016x}", "sequence": 1, "prediction_id": f"wrong-{number}"}
            put_event(bucket, named | wrong)

    def finish(self, target: Target) -> None:
        """Keep labels, and have `verify` name every wrong event."""
        for number in range(_LABELS):
            if keep_label(target, number, note="label after:") != 200:
                target.faults.append("labels are not kept any more")
                break
        said = verify(target.folder, self.settings(target.folder))
        named = sum(f"{number:016x}" in said for number in range(1, 1 + len(self._WRONG)))
        target.outcomes["events named by verify"] = named
        if named < len(self._WRONG):
            target.faults.append(f"verify names {named} of {len(self._WRONG)} wrong events")


class FullDisk(BadDay):
    """No room for what the backend keeps."""

    name = "full-disk"
    title = "start on a full disk, then room again"

    def settings(self, folder: Path) -> dict[str, str]:
        """Everything that the backend keeps lies on the disk that becomes full."""
        return {"TAGS_DATA_DIR": str(folder / "disk" / "data")}

    @contextmanager
    def spoil(self, folder: Path) -> Iterator[tuple[dict[str, str], Limits]]:
        """Copy everything to a small disk and fill it; without the right to do so, let no file grow."""
        disk = folder / "full"
        disk.mkdir()
        with mounted(disk, _DISK_MEGABYTES) as is_mounted:
            shutil.copytree(folder / "disk" / "data", disk / "data")
            if is_mounted:
                fill(disk)
            yield {"TAGS_DATA_DIR": str(disk / "data")}, Limits(file_blocks=None if is_mounted else 0)

    def finish(self, target: Target) -> None:
        """Keep a label, make room, and keep another one."""
        keep_label(target, 0, note="label while full:")
        (target.folder / "full" / "filler").unlink(missing_ok=True)
        for pid in descendants(target.victim.pid):
            with suppress(OSError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        if not wait_until(lambda: keep_label(target, 1, note="label with room:", quietly=True) == 200, _WITHIN):
            target.faults.append(f"labels are not kept within {_WITHIN:g} s after there is room again")


class AbsentDatabase(BadDay):
    """A database that does not answer."""

    name = "absent-postgresql"
    title = "start without PostgreSQL"

    @contextmanager
    def spoil(self, folder: Path) -> Iterator[tuple[dict[str, str], Limits]]:
        """Name a database where nothing listens."""
        yield {"DATABASE_URL": f"postgresql://tags@127.0.0.1:{free_port()}/tags"}, Limits()

    def finish(self, target: Target) -> None:
        """Look at what a label is answered with."""
        status = keep_label(target, 0, note="label:")
        if status not in (200, 503, 507):
            target.faults.append(f"a label was answered with {status}")


def keep_label(target: Target, number: int, *, note: str, quietly: bool = False) -> int:
    """Read a tag and keep its label as a shopper would; return the status of the label, or of a failed reading.

    Args:
        target: The backend.
        number: Makes the tag another one.
        note: Put before the status where answers are counted.
        quietly: Count the answer only if the label was kept.
    """
    crop = encode(draw_tag(f"CW22{number:02d}-111").crop((120, 240, 780, 400)))
    status = 0
    with suppress(requests.RequestException), requests.Session() as session:
        session.trust_env = False
        url = f"{target.victim.url}/v1/predictions"
        answer = session.post(url, files={"image": crop}, timeout=10)
        if answer.status_code == 200:
            reading = answer.json()
            fields = {
                "status": "corrected",
                "text": f"CW22{number:02d}-111",
                "read_text": reading["text"],
                "read_confidence": repr(reading["confidence"]),
                "model_name": reading["model"]["name"],
                "model_version": reading["model"]["version"],
                "proof": reading.get("proof", ""),
            }
            parts = {name: (None, value) for name, value in fields.items()}  # a multipart form, as the page sends it
            answer = session.post(f"{url}/{reading['id']}/label", files=parts, timeout=10)
        status = answer.status_code
    if status == 200 or not quietly:
        target.count(f"{note} {status or 'no answer'}")
    return status


def verify(folder: Path, settings: dict[str, str]) -> str:
    """Return what `python -m datasets verify` says about the store of a backend, on either stream."""
    command = [sys.executable, "-m", "datasets", "verify"]
    environment = {**os.environ, **dict.fromkeys(UNSET, ""), "TAGS_DATA_DIR": str(folder / "data"), **settings}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=_WITHIN
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout + done.stderr


def put_event(bucket: Path, content: dict[str, Any]) -> Path:
    """Put an event whose name proves its bytes into a folder that is the bucket; return its file."""
    data = canonical_json(content) + b"\n"
    digest = hashlib.sha256(data).hexdigest()[:32]
    file = bucket / "events" / str(content["writer"]) / f"{content['sequence']:010d}-{digest}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def fill(disk: Path) -> None:
    """Fill a disk to the last block with the file `filler`."""
    with (disk / "filler").open("wb", buffering=0) as filler:
        for size in (1 << 20, 4096):
            with suppress(OSError):
                while filler.write(bytes(size)):
                    pass


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[bool]:
    """Mount a disk in memory on a folder; yield whether this machine allows it."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tags-full-disk", str(folder)]
    is_mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)  # noqa: S607


BAD_DAYS: tuple[type[BadDay], ...] = (WrongEvents, FullDisk, AbsentDatabase)
