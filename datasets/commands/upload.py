"""`upload` brings crops and photos into the store: files, folders and zips, with or without labels."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from datasets.commands.gentle import be_gentle
from datasets.commands.metadata_argument import metadata_pair
from datasets.commands.whoami import whoami
from datasets.errors import LabelError, StoreError
from datasets.features.own_features import is_own_name
from datasets.samples.marks import project_id
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.uploads.job import UploadJob, UploadJobs
from datasets.uploads.manifest import checked_tags, checked_values
from datasets.uploads.outcome import FaultError, FileOutcome, FileResult
from datasets.uploads.reading import ModelReader
from datasets.uploads.request import UploadRequest
from datasets.uploads.sending import SendingNote, UploadGoneError, UploadSender, files_to_send
from datasets.uploads.table_of_outcomes import outcome_rows
from datasets.uploads.work import UPLOAD_KEY, work_on
from ocr_model.command_line import printable
from ocr_model.errors import ModelError

_WORDS: Final[dict[FileResult, str]] = {
    "kept": "kept with their labels",
    "to-review": "kept as they are read, to be confirmed",
    "duplicate": "in the store already",
    "repeated": "twice in this upload",
    "table": "read as tables",
    "refused": "refused",
}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to argparse."""
    upload = commands.add_parser(
        "upload",
        help="bring crops and photos into the store, with or without labels",
        description="Bring in files, folders and zips. labels.tsv, .csv, .json or .jsonl among them gives labels, tags "
        "and metadata; features.npy or .parquet vectors. Crops without a label are kept as they are read and wait for "
        "review; whole photos are cut into lines. The command may be stopped; the same command goes on.",
        epilog=f"example: upload shots.zip more/ --tag autumn --author Kim; `meta.{UPLOAD_KEY} = NAME` finds them. "
        "Exit status 1: a file was refused, or the bucket has not confirmed yet.",
    )
    what = upload.add_mutually_exclusive_group(required=True)
    what.add_argument("paths", nargs="*", default=[], type=Path, metavar="PATH", help="a file, a folder or a zip")
    what.add_argument("--work", metavar="NAME", help="work on an upload that was sent to a backend")
    upload.add_argument(
        "--to",
        metavar="URL",
        help="send them to this backend instead of the store of this machine; TAGS_TEAM_TOKEN holds the team's token",
    )
    upload.add_argument("--labels", type=Path, metavar="FILE", help="a table of labels, if it is not among the files")
    upload.add_argument("--tag", action="append", default=[], metavar="TAG", help="for every crop; may be repeated")
    upload.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="metadata for every crop; may be repeated"
    )
    upload.add_argument("--project", default="", metavar="ID", help="the project that every crop joins")
    upload.add_argument(
        "--author", "--by", dest="by", metavar="NAME", help="who brings them in (your name on this machine)"
    )
    upload.add_argument(
        "--pictures",
        choices=["auto", "crops", "photos"],
        default="auto",
        help="crops of one line, or whole photos (found out)",
    )
    upload.add_argument(
        "--lines",
        choices=["codes", "all"],
        default="codes",
        help="which lines of a photo without a label are kept (%(default)s)",
    )
    upload.add_argument(
        "--features", default="own", metavar="NAME", help="name of vectors that come along (%(default)s)"
    )
    upload.add_argument("--out", type=Path, metavar="CSV", help="write what became of each file")
    upload.add_argument("--model", type=Path, metavar="FOLDER", help="exported model (the shipped one)")
    upload.add_argument("--threads", type=int, default=1, metavar="N", help="threads of the reader (%(default)s)")
    upload.add_argument("--wait", type=float, default=60.0, metavar="SECONDS", help="how long to wait for the bucket")
    upload.add_argument("--gently", action="store_true", help=argparse.SUPPRESS)
    upload.set_defaults(run=run)


def run(store: SampleStore, _: Places, options: argparse.Namespace) -> int:
    """Bring the files in and print what became of them."""
    # Without its backend, a run still finishes a file, so that an upload ends however often backends die.
    is_to_end = be_gentle(ends_at_once=False) if options.gently else lambda: False
    jobs = UploadJobs(options.spool)
    job = jobs.get(options.work) if options.work else _job(jobs, options)
    with _Bar(is_shown=not options.gently) as bar:
        try:
            reader = partial(ModelReader, options.model or store.domain.shipped_model, threads=options.threads)
            work_on(job, store, options.spool, reader, bar.show, is_to_end)
        except ModelError as error:
            raise StoreError(str(error)) from error
    if is_to_end():
        return 1
    is_sent = store.bucket.flush(options.wait)
    if options.gently:
        return 0
    return _report(job, options.out, is_sent=is_sent)


def send(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Send the files to a backend and print what became of them; no store of this machine is opened.

    Raises:
        StoreError: it cannot be sent; the same command goes on.
    """
    token = environment.get("TAGS_TEAM_TOKEN")
    if options.work or not token:
        raise StoreError("--work is for uploads on this machine" if options.work else "TAGS_TEAM_TOKEN is not set")
    request = _request(options)
    files, links = files_to_send(options.paths, options.labels)
    for link in links:
        print(f"{printable(link)}: link, left out", file=sys.stderr)
    note = SendingNote(options.spool, options.to, request, files)
    with UploadSender(options.to, token) as sender:
        upload, phase = _begun(sender, note)
        if upload is None:
            upload, phase = sender.begin(request), "receiving"
            note.write(upload)
        else:
            print(f"{upload} goes on", file=sys.stderr)
        if phase == "receiving":
            with _Bar(unit="B", title="sent") as bar:
                sender.send(upload, files, bar.show)
        with _Bar() as bar:
            state = sender.wait(upload, bar.show)
        note.remove()
        return _report_sent(sender, state, options.out, links)


def _begun(sender: UploadSender, note: SendingNote) -> tuple[str | None, str]:
    """The upload that was begun before, and where it stands; None if there is none that goes on."""
    upload = note.read()
    if upload is not None:
        with contextlib.suppress(UploadGoneError):
            phase = sender.phase(upload)
            return (None, "") if phase == "cancelled" else (upload, phase)
    return None, ""


def _report_sent(sender: UploadSender, state: Any, out: Path | None, links: Sequence[str]) -> int:
    print(_summary(state["id"], state["crops"], state["files"], state["results"]))
    for item in sender.refused(state["id"]):
        print(f"{printable(item['file'])}: {item['fault']} {item['detail']}".rstrip(), file=sys.stderr)
    if out is not None:
        _write(out, sender.table(state["id"]))
    if state["phase"] == "cancelled":
        print("it was cancelled; what was kept before stays", file=sys.stderr)
    return 1 if state["phase"] == "cancelled" or state["results"].get("refused") or links else 0


def _job(jobs: UploadJobs, options: argparse.Namespace) -> UploadJob:
    """A new upload of these files, or one that was stopped and asked for the same."""
    request = _request(options)
    for job in jobs.all():
        with contextlib.suppress(StoreError):
            if job.phase in ("receiving", "waiting", "working") and _is_same(job.request, request):
                print(f"{job.id} goes on", file=sys.stderr)
                job.start()
                return job
    job = jobs.new(request)
    job.start()
    return job


def _request(options: argparse.Namespace) -> UploadRequest:
    """What the command asks for.

    Raises:
        LabelError: a tag, a value or a name is out of range.
        StoreError: a file or folder is not there.
    """
    try:
        pairs = dict(map(metadata_pair, options.set))
        tags, values = checked_tags(options.tag), checked_values(pairs)
    except FaultError as error:
        raise LabelError(str(error)) from error
    if not is_own_name(options.features):
        raise LabelError("a name of feature vectors is a plain word in lower case")
    for path in (*options.paths, *filter(None, [options.labels])):
        if not path.exists():
            raise StoreError(f"{printable(path)}: there is no such file or folder")
    return UploadRequest(
        by=options.by or whoami(),
        at=datetime.now(UTC),
        tags=tags,
        values=values,
        pictures=options.pictures,
        lines=options.lines,
        features=options.features,
        project=project_id(options.project) if options.project else "",
        sources=tuple(str(path.resolve()) for path in options.paths),
        labels=str(options.labels.resolve()) if options.labels else "",
    )


def _is_same(one: UploadRequest, other: UploadRequest) -> bool:
    return one.model_copy(update={"at": other.at}) == other


def _report(job: UploadJob, out: Path | None, *, is_sent: bool) -> int:
    progress = job.progress
    print(_summary(job.id, progress.crops, progress.total, progress.results))
    for outcome in job.outcomes():
        if outcome.result == "refused":
            print(f"{printable(outcome.file)}: {outcome.fault} {outcome.detail}".rstrip(), file=sys.stderr)
    if out is not None:
        _write(out, b"".join(outcome_rows(job.outcomes())))
    if not is_sent:
        print("the bucket has not confirmed it yet; the next backend on this spool goes on", file=sys.stderr)
    return 0 if is_sent and not progress.results.get("refused") else 1


def _summary(name: str, crops: int, files: int, results: Mapping[Any, int]) -> str:
    counts = [f"{results[result]} {words}" for result, words in _WORDS.items() if result in results]
    return f"{name}: {crops} crops; of {files} files {', '.join(counts) or 'none'}"


def _write(out: Path, table: bytes) -> None:
    try:
        out.write_bytes(table)
    except OSError as error:
        raise StoreError(f"{printable(out)}: {error.strerror or error}") from error


class _Bar:
    """How far the upload is, on a terminal."""

    def __init__(self, *, is_shown: bool = True, unit: str = "file", title: str = "upload") -> None:
        self._is_shown, self._unit, self._title = is_shown, unit, title
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, done: int, total: int, outcome: FileOutcome | None = None) -> None:
        if not self._is_shown:
            return
        if self._bar is None:
            is_bytes = self._unit == "B"
            self._bar = tqdm(
                total=total, initial=done, desc=self._title, unit=self._unit, unit_scale=is_bytes, disable=None
            )
        self._bar.total = total
        self._bar.update(done - self._bar.n)
