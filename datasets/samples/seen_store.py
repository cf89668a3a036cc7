"""The store as somebody sees it: crops of projects that are not theirs are as if they were not there.

What a person reads goes through the index, whose queries are bounded by the person's `Sight`; what a person changes is
checked here first. Nothing else of the store can be reached but by `everything`, which is for work on what was checked.
"""

from __future__ import annotations

from collections.abc import Collection

from PIL import Image

from datasets.errors import NotYoursError, UnknownActionError, UnknownSampleError
from datasets.samples.doubt_index import DoubtIndex
from datasets.samples.mark_index import MarkIndex
from datasets.samples.past_labels import PastLabels
from datasets.samples.period_index import PeriodIndex
from datasets.samples.sample import LabelStatus, Sample
from datasets.samples.search.completion import Completions
from datasets.samples.search.search_index import SearchIndex
from datasets.samples.sight import Sight
from datasets.samples.store import SampleStore
from ocr_model.domains.domain import Domain


class SeenStore:
    """What somebody sees of a store. Safe to use from several threads.

    Its methods raise `IndexUnavailableError` when the index does not answer.

    Args:
        everything: the store.
        sight: the crops that are seen; None: all.
        touch: the crops that may be changed, of those; None: all.
    """

    def __init__(self, everything: SampleStore, sight: Sight | None = None, touch: Sight | None = None) -> None:
        self.everything, self.sight, self.touch = everything, sight, touch

    @property
    def domain(self) -> Domain:
        """What the store is of."""
        return self.everything.domain

    @property
    def search(self) -> SearchIndex:
        """Searches labels."""
        search = self.everything.search
        return search if self.sight is None else search.seen_by(self.sight)

    @property
    def past(self) -> PastLabels:
        """Answers what labels were before."""
        past = self.everything.past
        return past if self.sight is None else past.seen_by(self.sight)

    @property
    def marks(self) -> MarkIndex:
        """Answers what crops are marked with; `everything.marks` changes it."""
        marks = self.everything.marks.index
        return marks if self.sight is None else marks.seen_by(self.sight)

    @property
    def doubts(self) -> DoubtIndex:
        """Finds labels that may be wrong."""
        doubts = self.everything.doubts
        return doubts if self.sight is None else doubts.seen_by(self.sight)

    @property
    def periods(self) -> PeriodIndex:
        """Counts labels over time."""
        periods = self.everything.periods
        return periods if self.sight is None else periods.seen_by(self.sight)

    @property
    def completions(self) -> Completions:
        """How unfinished searches can go on."""
        completions = self.everything.completions
        return completions if self.sight is None else completions.seen_by(self.sight)

    def find(self, prediction_id: str) -> Sample:
        """The live label of a prediction.

        Raises:
            UnknownSampleError: there is none, or its crop is not seen.
        """
        sample = self.everything.find(prediction_id)
        if sample is None or not (self.sight is None or self.sight.sees(sample.projects)):
            raise UnknownSampleError(f"there is no label of {prediction_id}")
        return sample if self.sight is None else self.sight.of(sample)

    def totals(self) -> tuple[dict[LabelStatus, int], int]:
        """Labels by status, and the number of different crops that they point at."""
        if self.sight is not None:
            return self.search.totals()
        counts = self.everything.counts()
        return dict(counts.by_status), counts.crops

    def revision(self) -> tuple[int, int]:
        """A value that differs whenever anything may differ; takes next to no time."""
        return self.everything.revision()

    def stored_bytes(self, digest: str) -> bytes:
        """The PNG of a crop; see `KeptCrops.stored_bytes`.

        Raises:
            UnknownSampleError: there is none, or it is not seen.
            BucketUnavailableError: it is in the bucket alone, which does not answer.
        """
        self.check_seen([digest])
        return self.everything.crops.stored_bytes(digest)

    def crop(self, digest: str) -> Image.Image:
        """The picture of a crop; see `SampleStore.crop`.

        Raises:
            UnknownSampleError: there is none, or it is not seen.
            CropError: it is damaged.
        """
        self.check_seen([digest])
        return self.everything.crop(digest)

    def check_seen(self, digests: Collection[str]) -> None:
        """Make sure that crops are seen.

        Raises:
            UnknownSampleError: one is not.
        """
        if unknown := set(digests) - self.marks.seen_among(digests):
            raise UnknownSampleError(f"there is no sample {min(unknown)}")

    def check_touch(self, digests: Collection[str]) -> None:
        """Make sure that crops may be changed.

        Raises:
            UnknownSampleError: one is not seen.
            NotYoursError: one belongs to projects in which others make changes.
        """
        self.check_seen(digests)
        if self.touch is not None and set(digests) - self.everything.marks.index.seen_by(self.touch).seen_among(
            digests
        ):
            raise NotYoursError("a crop belongs to a project in which its members make changes")

    def check_projects(self, projects: Collection[str]) -> None:
        """Make sure that crops may be moved into projects, and out of them.

        Raises:
            NotYoursError: others make the changes in one of them, or there is none of this name.
        """
        if self.touch is not None and not set(projects) <= self.touch.projects:
            raise NotYoursError("crops join and leave a project through those who make its changes")

    def check_action(self, action: str) -> None:
        """Make sure that a change of marks may be taken back.

        Raises:
            UnknownActionError: it is not known, or about crops that are not seen.
            NotYoursError: its crops or projects are others' to change.
        """
        marks = self.everything.marks.index
        crops = marks.crops_of(action) or []
        try:
            self.check_touch(crops)
        except UnknownSampleError as error:
            raise UnknownActionError(f"there is no action {action!r:.80}, or it was taken back already") from error
        self.check_projects(marks.projects_of(action))
