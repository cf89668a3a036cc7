"""The team's view of single labels and crops: found by a search, looked at closely, changed one by one or together."""

from __future__ import annotations

import base64
import heapq
import itertools
import logging
from collections.abc import Sequence

from backend.schemas import ModelNameBody
from backend.team.explore_bodies import (
    ChangedBody,
    DetailsBody,
    FoundBody,
    FoundCountBody,
    FoundPageBody,
    HeldBody,
    PastEventBody,
    QualityBody,
    SearchHelpBody,
    TeachingBody,
)
from backend.team.label_changes import Change, LabelChanges, NothingToUndoError, undone_label
from backend.team.search_help import search_help
from backend.team.thumbnails import Size, Thumbnails
from datasets.errors import (
    BucketUnavailableError,
    CropError,
    LabelError,
    LabelMovedError,
    LabelProvenError,
    NotYoursError,
    StoreError,
    UnknownSampleError,
)
from datasets.samples.mark_index import MarkChange
from datasets.samples.marks import CropMarks, project_in
from datasets.samples.past_labels import PastEvent
from datasets.samples.picture_quality import picture_quality
from datasets.samples.sample import Sample, label_doubt
from datasets.samples.search.filters import Filter
from datasets.samples.search.search_index import Order
from datasets.samples.search.teaching import choose_teaching
from datasets.samples.seen_store import SeenStore
from ocr_model.codes.lines import code_and_formats

_LOG = logging.getLogger(__name__)
_GRID: Size = 240


class TeamExplorer:
    """Labels and crops of a store. Safe to use from several threads.

    Args:
        store: Where confirmed samples are kept, as somebody sees it.
        thumbnails: Small pictures of its crops.
    """

    def __init__(self, store: SeenStore, thumbnails: Thumbnails) -> None:
        self._store, self._thumbnails = store, thumbnails
        self._changes = LabelChanges(store)

    def page(
        self, wanted: Filter, *, size: int, order: Order, after: str | None, with_thumbnails: bool
    ) -> FoundPageBody:
        """Some of the labels that a search finds; see `SearchIndex.page`.

        Raises:
            IndexUnavailableError: The index does not answer.
        """
        page = self._store.search.page(wanted, size=size, order=order, after=after)
        pictures = self._pictures(page.samples) if with_thumbnails else {}
        marks = self._store.marks.of(sample.digest for sample in page.samples)
        items = [found_body(sample, marks.get(sample.digest), pictures.get(sample.digest)) for sample in page.samples]
        return FoundPageBody(items=items, after=page.after)

    def search_help(self, line: str, cursor: int) -> SearchHelpBody:
        """Help with a search while it is typed; see `search_help`.

        Raises:
            IndexUnavailableError: The index does not answer.
        """
        return search_help(self._store, line, cursor)

    def teaching(self, wanted: Filter, most: int) -> TeachingBody:
        """The labels that teach most, with thumbnails; see `choose_teaching`.

        Raises:
            IndexUnavailableError: The index does not answer.
        """
        chosen = choose_teaching(self._store.search, wanted, most, self._store.domain)
        pictures = self._pictures(chosen.samples)
        marks = self._store.marks.of(sample.digest for sample in chosen.samples)
        items = [found_body(sample, marks.get(sample.digest), pictures.get(sample.digest)) for sample in chosen.samples]
        return TeachingBody(items=items, looked_at=chosen.looked_at, kinds=chosen.kinds)

    def named(self, digests: Sequence[str], *, with_thumbnails: bool, most: int) -> list[FoundBody]:
        """The labels of some crops, crop by crop, the latest first; crops without labels are left out.

        Args:
            digests: Name the crops.
            with_thumbnails: Whether each carries its thumbnail.
            most: Crops whose labels are given.

        Raises:
            IndexUnavailableError: The index does not answer.
        """
        of_crops = [labels for digest in digests if (labels := self._store.past.labels_of(digest))][:most]
        samples = [sample for labels in of_crops for sample in labels]
        pictures = self._pictures(samples) if with_thumbnails else {}
        marks = self._store.marks.of(sample.digest for sample in samples)
        return [found_body(sample, marks.get(sample.digest), pictures.get(sample.digest)) for sample in samples]

    def count(self, wanted: Filter) -> FoundCountBody:
        """How many labels a search finds.

        Raises:
            IndexUnavailableError: The index does not answer.
        """
        number = self._store.search.count(wanted)
        return FoundCountBody(labels=number.labels, is_exact=number.is_exact)

    def thumbnail(self, digest: str, size: Size) -> bytes:
        """The thumbnail of a crop, WebP.

        Raises:
            UnknownSampleError: There is no such crop, or no label of it any more.
            CropError: It is damaged.
            StoreError: Nothing answers.
        """
        self._store.check_seen([digest])
        if not self._store.search.live_among([digest]):
            self._thumbnails.forget(digest)
            raise UnknownSampleError(f"there is no sample {digest}")
        return self._thumbnails.get(digest, size, self._store.stored_bytes)

    def details(self, prediction_id: str, versions: Sequence[HeldBody] = ()) -> DetailsBody:
        """Everything about a label and its crop.

        Args:
            prediction_id: Of the label.
            versions: That hold its crop.

        Raises:
            UnknownSampleError: The prediction has no label.
            IndexUnavailableError: The index does not answer.
        """
        sample = self.find(prediction_id)
        events = self._store.past.events(prediction_id)
        others = [label for label in self._store.past.labels_of(sample.digest) if label.event != sample.event]
        marks = self._marks(sample)
        return DetailsBody(
            label=found_body(sample, marks),
            can_undo=undone_label(events) is not None,
            history=_history(events, self._store.marks.history(sample.digest)),
            others=[found_body(label, marks) for label in others],
            quality=_quality_body(sample) or self._quality(sample.digest),
            versions=list(versions),
        )

    def find(self, prediction_id: str) -> Sample:
        """The live label of a prediction.

        Raises:
            UnknownSampleError: There is none.
            IndexUnavailableError: The index does not answer.
        """
        return self._store.find(prediction_id)

    def change(self, change: Change, seen: Sequence[tuple[str, str]], text: str, by: str) -> list[ChangedBody]:
        """Change labels, one after the other; each that is changed is on the disk when this returns.

        Args:
            change: See `LabelChanges.make`.
            seen: Prediction and event of each label, as a person saw it.
            text: The right line; for `fix` only.
            by: Who makes the change.

        Raises:
            StoreFullError: There is no room left; the labels before are changed, and asking again goes on.
            StoreError: Nothing answers; likewise.
        """
        return [self._change(change, prediction_id, event, text, by) for prediction_id, event in seen]

    def _change(self, change: Change, prediction_id: str, event: str, text: str, by: str) -> ChangedBody:
        try:
            sample = self._changes.make(change, prediction_id, event, text=text, by=by)
        except (LabelMovedError, LabelProvenError):
            return ChangedBody(prediction_id=prediction_id, problem="label-moved", label=None)
        except UnknownSampleError:
            return ChangedBody(prediction_id=prediction_id, problem="not-found", label=None)
        except NotYoursError:
            return ChangedBody(prediction_id=prediction_id, problem="not-yours", label=None)
        except NothingToUndoError:
            return ChangedBody(prediction_id=prediction_id, problem="nothing-to-undo", label=None)
        except LabelError:
            return ChangedBody(prediction_id=prediction_id, problem="bad-label", label=None)
        except CropError as error:
            _LOG.error("a label is not changed: %s", error)
            return ChangedBody(prediction_id=prediction_id, problem="damaged", label=None)
        return ChangedBody(prediction_id=prediction_id, problem=None, label=found_body(sample, self._marks(sample)))

    def _marks(self, sample: Sample) -> CropMarks | None:
        return self._store.marks.of([sample.digest]).get(sample.digest)

    def _pictures(self, samples: Sequence[Sample]) -> dict[str, str]:
        """Thumbnails in base64 by digest, of those crops that can be read."""
        self._thumbnails.sweep(self._store.everything.search.live_among)
        pictures: dict[str, str] = {}
        for digest in dict.fromkeys(sample.digest for sample in samples):
            try:
                picture = self._thumbnails.get(digest, _GRID, self._store.everything.crops.stored_bytes)
            except BucketUnavailableError as error:  # every further crop would wait for it as well
                _LOG.warning("crops without a thumbnail: %s", error)
                break
            except StoreError as error:
                _LOG.warning("a crop without a thumbnail: %s", error)
                continue
            pictures[digest] = base64.b64encode(picture).decode("ascii")
        return pictures

    def _quality(self, digest: str) -> QualityBody | None:
        try:
            quality = picture_quality(self._store.crop(digest))
        except StoreError as error:
            _LOG.warning("a crop cannot be measured: %s", error)
            return None
        return QualityBody.model_validate(quality, from_attributes=True)


def found_body(sample: Sample, marks: CropMarks | None, thumbnail: str | None = None) -> FoundBody:
    """A label as it is answered."""
    label = sample.label
    code, formats = code_and_formats(label.text)
    return FoundBody(
        prediction_id=label.prediction_id,
        event=sample.event,
        sample=sample.digest,
        status=label.status,
        text=label.text,
        source=label.source,
        by=sample.by,
        tags=sorted(sample.tags),
        projects=sorted(sample.projects),
        values={} if marks is None else dict(marks.values),
        code=code,
        brands=sorted({entry.brand for entry in formats}),
        read_text=label.read_text,
        read_confidence=label.read_confidence,
        model=ModelNameBody(name=label.model_name, version=label.model_version),
        client=label.client,
        at=label.at,
        turn=label.turn,
        width=sample.width,
        height=sample.height,
        doubt=label_doubt(label),
        quality=_quality_body(sample),
        thumbnail=thumbnail,
    )


def _history(events: Sequence[PastEvent], changes: Sequence[MarkChange]) -> list[PastEventBody]:
    """Labels and marks by time; those of a kind stay in the order in which they count, whatever the clocks said."""
    actions = itertools.groupby(changes, key=lambda change: change.action)
    marks = [_marks_body(list(action)) for _, action in actions]
    return list(heapq.merge(map(_past_event_body, events), marks, key=lambda body: body.stored_at))


def _marks_body(action: Sequence[MarkChange]) -> PastEventBody:
    first = action[0]
    return PastEventBody(
        kind="marks",
        stored_at=first.at,
        status=None,
        text=None,
        source=None,
        by=first.by,
        undoes=False,
        given=[f"{one.name}={one.value}" if one.value else _shown(one.name) for one in action if one.value is not None],
        taken=[_shown(one.name) for one in action if one.value is None],
        undone_by=first.undone_by,
    )


def _shown(mark: str) -> str:
    project = project_in(mark)
    return mark if project is None else f"project={project}"


def _quality_body(sample: Sample) -> QualityBody | None:
    quality = sample.quality
    return None if quality is None else QualityBody.model_validate(quality, from_attributes=True)


def _past_event_body(event: PastEvent) -> PastEventBody:
    label = None if event.sample is None else event.sample.label
    return PastEventBody(
        kind="deleted" if label is None else "label",
        stored_at=event.stored_at,
        status=None if label is None else label.status,
        text=None if label is None else label.text,
        source=None if label is None else label.source,
        by="" if event.sample is None else event.sample.by,
        undoes=event.sample is not None and event.sample.restores is not None,
    )
