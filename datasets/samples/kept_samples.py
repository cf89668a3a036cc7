"""What is kept, as it is looked at: by prediction, by search, and picture by picture."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from datasets.samples.doubt_index import DoubtIndex
from datasets.samples.journal import Journal
from datasets.samples.kept_crops import KeptCrops
from datasets.samples.past_labels import PastLabels
from datasets.samples.period_index import PeriodIndex
from datasets.samples.quality_index import QualityIndex
from datasets.samples.sample import Sample
from datasets.samples.search.completion import Completions
from datasets.samples.search.search_index import SearchIndex


class KeptSamples:
    """The live samples of a store; `SampleStore` adds what changes them.

    Args:
        journal: whose index is asked, once it holds everything that is kept.
        crops: their pictures.
    """

    def __init__(self, journal: Journal, crops: KeptCrops) -> None:
        self._journal = journal
        self.crops = crops

    def find(self, prediction_id: str) -> Sample | None:
        """The live sample of a prediction.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        return self._journal.current_index().find(prediction_id)

    def samples(self) -> Iterator[Sample]:
        """All live samples, in the order in which they came.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        yield from self._journal.current_index().samples()

    @property
    def search(self) -> SearchIndex:
        """Searches live labels by filter.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        return self._journal.current_index().search

    @property
    def past(self) -> PastLabels:
        """Answers what labels were before.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        return self._journal.current_index().past

    @property
    def doubts(self) -> DoubtIndex:
        """Finds labels that may be wrong; raises as `search` does."""
        return self._journal.current_index().doubts

    @property
    def periods(self) -> PeriodIndex:
        """Counts labels over time; raises as `search` does."""
        return self._journal.current_index().periods

    @property
    def completions(self) -> Completions:
        """How unfinished searches can go on; raises as `search` does."""
        return self._journal.current_index().completions

    @property
    def qualities(self) -> QualityIndex:
        """How well crops can be seen, as far as it is measured (see measuring.py); raises as `search` does."""
        return self._journal.current_index().qualities

    def crop(self, digest: str) -> Image.Image:
        """The picture of a sample: RGB, from the spool or else from the bucket.

        Raises:
            UnknownSampleError: the crop is in neither.
            CropError: every copy is damaged.
            BucketUnavailableError: it is not whole in the spool, and the bucket does not answer.
        """
        return self.crops.whole(digest)[1]

    def revision(self) -> tuple[int, int]:
        """A value that differs whenever `samples` may differ; takes next to no time.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        return self._journal.current_index().revision()
