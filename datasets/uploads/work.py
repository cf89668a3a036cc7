"""Works on an upload, file by file: crops go into the store with their labels, tags, metadata and features.

A run that was stopped, however, goes on where it was: what a file becomes follows from the upload and its name, so a
file that was begun with twice is kept once.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from datasets.errors import CropError, LabelError, StoreError
from datasets.features.own_features import keep_own
from datasets.samples.crop import Crop, make_bounded_crop
from datasets.samples.review import UNPROVEN
from datasets.samples.sample import Label, Sample
from datasets.samples.store import SampleStore
from datasets.uploads.job import UploadJob
from datasets.uploads.manifest import Row
from datasets.uploads.outcome import FILE_FAULTS, FaultError, FileFault, FileOutcome, FileResult, refused
from datasets.uploads.reading import UploadReader, cut_lines, is_photo, labelled_line, may_be_photo
from datasets.uploads.request import UploadRequest
from datasets.uploads.sources import UploadFile, UploadListing, sources_of
from datasets.uploads.tables import UploadTables, read_tables
from ocr_model.codes.text import edit_distance
from ocr_model.domains.domain import Domain
from ocr_model.errors import ImageError
from ocr_model.reading.image import ImageLimits, decode_image, turn_image
from ocr_model.reading.prediction import Prediction

_LOG = logging.getLogger(__name__)

UPLOAD_KEY = "upload"  # of the metadata that every crop of an upload gets: its value is the upload's name
SOURCE = "upload"  # `Label.source` of a label that came with its crop
_MOST_ATTEMPTS = 5  # at a file, before it is left out: it may be what ends the program
_AGREES = 0.34  # share of a label's characters that may be read otherwise for the reading's turn to be believed
_LIMITS = ImageLimits()

OnFile = Callable[[int, int, FileOutcome | None], object]
"""Called with the number of files that are done, how many there are, and what became of the last one."""


def work_on(
    job: UploadJob,
    store: SampleStore,
    spool: Path,
    reader: Callable[[], UploadReader],
    on_file: OnFile = lambda done, total, outcome: None,
    is_to_end: Callable[[], bool] = lambda: False,
) -> None:
    """Work on an upload until every file has a result, or it is cancelled.

    A run that is to end finishes one file first, so that an upload comes to an end however often its runs are stopped;
    while another process works on the upload, it ends at once.

    Args:
        job: it was started.
        store: the store.
        spool: its folder.
        reader: loads what reads pictures; called once there is one to read.
        on_file: see `OnFile`.
        is_to_end: whether this run is to end; another one goes on.

    Raises:
        StoreError: the store cannot keep anything now; another run goes on.
        ModelError: the model cannot be loaded.
    """
    with job.worked_on(is_to_end) as is_held, UploadListing() as listing:
        if not is_held or job.phase not in ("waiting", "working"):
            return
        request = job.request
        if request.labels:
            listing.add_table(Path(request.labels))
        listing.add(job.sent() if not request.sources else list(sources_of([Path(path) for path in request.sources])))
        tables = _tables_of(job, listing.files, store.domain)
        at_once = [*listing.refused, *tables.outcomes]
        total = len(at_once) + len(tables.pictures)
        done = job.begin(total)
        job.add([outcome for outcome in at_once if outcome.file not in done])
        done |= {outcome.file for outcome in at_once}
        on_file(len(done), total, None)
        work = _Work(job, request, store, spool, tables, reader)
        for file in tables.pictures:
            if file.name in done:
                continue
            if job.is_cancelled():
                return
            outcome = work.outcome_of(file)
            if job.is_cancelled() and outcome.result == "refused":
                return  # what was sent may be gone already
            job.add([outcome])
            done.add(file.name)
            on_file(len(done), total, outcome)
            if len(done) < total and is_to_end():
                return
        job.finish()


def _tables_of(job: UploadJob, files: Sequence[UploadFile], domain: Domain) -> UploadTables:
    """The tables among some files; where reading them has ended the program again and again, all files are refused."""
    if job.attempt_tables() > _MOST_ATTEMPTS:
        fault = FaultError("crashed", f"{_MOST_ATTEMPTS} attempts at the tables ended in the middle")
        return UploadTables(outcomes=[refused(file.name, fault) for file in files])
    tables = read_tables(files, domain)
    job.forget_tables()
    return tables


def predictions_of(upload: str) -> str:
    """How the predictions of an upload's labels begin."""
    return f"upload-{upload}-"


def prediction_of(upload: str, name: str) -> str:
    """The prediction of the label of a file; one that was begun with twice has the same.

    Args:
        upload: name of the job.
        name: of the file; of a line of a photo its number stands after a line end.
    """
    return predictions_of(upload) + hashlib.sha256(name.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What became of one crop."""

    result: FileResult
    sample: str
    text: str


class _Work:
    """Work on the pictures of one upload."""

    def __init__(
        self,
        job: UploadJob,
        request: UploadRequest,
        store: SampleStore,
        spool: Path,
        tables: UploadTables,
        load: Callable[[], UploadReader],
    ) -> None:
        self._job, self._request, self._store, self._spool, self._tables = job, request, store, spool, tables
        self._load = load
        self._reader: UploadReader | None = None

    def outcome_of(self, file: UploadFile) -> FileOutcome:
        """Do what is to be done with a picture; one that is of no use costs no other one.

        Raises:
            StoreError: the store cannot keep anything now.
            ModelError: the model cannot be loaded.
        """
        if self._reader is None:
            self._reader = self._load()
        if self._job.attempt(file.name) > _MOST_ATTEMPTS:
            return refused(file.name, FaultError("crashed", f"{_MOST_ATTEMPTS} attempts ended in the middle"))
        try:
            return self._keep(file, self._reader)
        except FaultError as error:
            return refused(file.name, error)
        except (CropError, LabelError) as error:
            return refused(file.name, FaultError("cannot-keep", str(error)))
        except (StoreError, KeyboardInterrupt, SystemExit):  # somebody stopped the program: not the file's fault
            self._job.forget_attempt()
            raise
        except Exception as error:
            _LOG.exception("a file of the upload %s failed", self._job.id)
            return refused(file.name, FaultError("failed", type(error).__name__))

    def _keep(self, file: UploadFile, reader: UploadReader) -> FileOutcome:
        row, vector = self._tables.rows.get(file.name, Row()), self._tables.vectors.get(file.name)
        if isinstance(row, FaultError):
            raise row
        if isinstance(vector, FaultError):
            raise vector
        picture = _picture(file)
        tag, wanted = None, self._request.pictures
        if not self._store.domain.reads_photos:
            if wanted == "photos":
                raise FaultError("cannot-keep", f"pictures of {self._store.domain.name} come as crops")
            wanted = "crops"
        if wanted == "photos" or (wanted == "auto" and may_be_photo(picture)):
            tag = reader.read_tag(picture)
            if wanted == "auto" and not is_photo(tag):
                tag = None
        lines = 0
        if tag is None:
            kept = [self._keep_crop(file.name, picture, reader.read(picture), row)]
        elif row.label is not None:
            line = labelled_line(picture, tag, row.label)
            kept, lines = [self._keep_line(file.name, line.crop, line.prediction, row, line.text)], 1
        elif row.is_unreadable:
            raise FaultError("text-not-found", "which line nobody can read is not known on a whole photo")
        else:
            cut = cut_lines(picture, tag, self._request.lines)
            kept = [
                self._keep_line(f"{file.name}\n{line.number}", line.crop, line.prediction, row, None) for line in cut
            ]
            lines = len(cut)
        if vector is not None and lines == 0:
            keep_own(self._spool, self._request.features, {kept[0].sample: vector})
        return _outcome(file.name, kept, lines)

    def _keep_line(self, name: str, crop: Image.Image, prediction: Prediction, row: Row, text: str | None) -> _Kept:
        """Keep a line that was cut out of a photo, in its reading direction."""
        label = self._label(name, replace(prediction, turn=0), text, is_unreadable=False)
        return self._keep_label(make_bounded_crop(crop), label, row)

    def _keep_crop(self, name: str, picture: Image.Image, prediction: Prediction, row: Row) -> _Kept:
        label = self._label(name, prediction, row.label, is_unreadable=row.is_unreadable)
        if not _is_turn_believed(prediction, row, self._store.domain):
            label, turned = replace(label, turn=0), picture
        else:
            turned = turn_image(picture, prediction.turn)
        return self._keep_label(make_bounded_crop(turned), label, row)

    def _label(self, name: str, prediction: Prediction, text: str | None, *, is_unreadable: bool) -> Label:
        has_label = is_unreadable or text is not None
        domain = self._store.domain
        is_read_so = text is None or domain.label(text) == domain.label(prediction.text)
        return Label(
            prediction_id=prediction_of(self._job.id, name),
            status="unreadable" if is_unreadable else "accepted" if is_read_so else "corrected",
            text=prediction.text if text is None else text,
            read_text=prediction.text,
            read_confidence=prediction.confidence,
            model_name=prediction.model.name,
            model_version=prediction.model.version,
            client="",
            at=datetime.now(UTC),
            turn=prediction.turn,
            source=SOURCE if has_label else UNPROVEN,
        )

    def _keep_label(self, crop: Crop, label: Label, row: Row) -> _Kept:
        """Keep a label, unless the store has one that says the same; then mark its crop."""
        own = self._store.find(label.prediction_id)
        if own is None:
            present = self._store.past.labels_of(crop.digest)
            same = next((sample for sample in present if _says_as_much(sample, label, self._store.domain)), None)
            if not present or present[0].projects:  # a crop that belongs to the team stays the team's
                self._join(crop.digest, label.prediction_id)
            if same is not None:
                self._mark(crop.digest, label.prediction_id, row, is_new=False)
                is_own = same.label.prediction_id.startswith(predictions_of(self._job.id))
                return _Kept("repeated" if is_own else "duplicate", crop.digest, same.label.text)
            own = self._store.keep(crop, label, by=self._request.by)
        self._mark(own.digest, label.prediction_id, row, is_new=True)
        result: FileResult = "to-review" if own.label.source == UNPROVEN else "kept"
        return _Kept(result, own.digest, own.label.text)

    def _join(self, digest: str, prediction_id: str) -> None:
        """Let a crop join the project before it has its label, so that at no time others see it."""
        project = self._request.project
        if project and project not in self._projects_of(digest):
            self._store.marks.change(
                [digest],
                by=self._request.by,
                join=[project],
                source=SOURCE,
                action=hashlib.sha256(f"project of {prediction_id}".encode()).hexdigest()[:32],
                are_to_come=True,
            )

    def _projects_of(self, digest: str) -> frozenset[str]:
        marks = self._store.marks.of([digest]).get(digest)
        return frozenset() if marks is None else marks.projects

    def _mark(self, digest: str, prediction_id: str, row: Row, *, is_new: bool) -> None:
        tags = dict.fromkeys([*self._request.tags, *row.tags])
        values: Mapping[str, str] = {**self._request.values, **row.values}
        if is_new:
            values = {**values, UPLOAD_KEY: self._job.id}
        if tags or values:
            self._store.marks.change(
                [digest],
                by=self._request.by,
                give=tags,
                values=values,
                source=SOURCE,
                action=hashlib.sha256(f"marks of {prediction_id}".encode()).hexdigest()[:32],
            )


def _picture(file: UploadFile) -> Image.Image:
    data = file.read(_LIMITS.max_bytes + 1)
    try:
        return decode_image(data, _LIMITS)
    except ImageError as error:
        kind = error.kind.replace("_", "-")
        fault: FileFault = next((known for known in FILE_FAULTS if known == kind), "failed")
        raise FaultError(fault, str(error)) from error


def _outcome(name: str, kept: list[_Kept], lines: int) -> FileOutcome:
    """What became of a file: of a photo with new lines, these alone."""
    for result in ("kept", "to-review", "repeated", "duplicate"):
        some = [crop for crop in kept if crop.result == result]
        if some:
            return FileOutcome(
                file=name,
                result=some[0].result,
                samples=tuple(crop.sample for crop in some),
                text="\n".join(crop.text for crop in some),
                lines=lines,
            )
    raise FaultError("no-text")


def _says_as_much(sample: Sample, label: Label, domain: Domain) -> bool:
    """Whether a label of the store leaves nothing for another one to add: the same, or anything beside one as read."""
    if label.source == UNPROVEN:
        return True
    if sample.label.source == UNPROVEN:
        return False
    said = (sample.label.status == "unreadable", sample.label.text)
    return said == (label.status == "unreadable", "" if label.status == "unreadable" else domain.label(label.text))


def _is_turn_believed(prediction: Prediction, row: Row, domain: Domain) -> bool:
    """Whether a crop is to be turned as it was read; not where its label says something else."""
    if prediction.turn == 0 or row.is_unreadable:
        return False
    if row.label is None:
        return True
    key = domain.key(row.label)
    return edit_distance(domain.key(prediction.text), key) <= _AGREES * len(key)
