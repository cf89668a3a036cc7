"""Measures crops that are not measured yet: light, contrast and sharpness, by which labels are searched and sorted.

Nothing but the index says which ones these are, so an interruption costs nothing, and a new index is filled again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from datasets.errors import BucketUnavailableError, CropError, UnknownSampleError
from datasets.samples.picture_quality import PictureQuality, picture_quality
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore

_LOG = logging.getLogger(__name__)
_AT_ONCE = 50  # crops whose measures are written together
_MANY = 10_000  # crops after which the database learns about the measures


def measure_crops(store: SampleStore, beyond: int = 0, *, rest: Callable[[], bool] = lambda: True) -> int:
    """Measure all crops that are not measured yet; those that cannot be read are passed over.

    Args:
        store: the store of the crops.
        beyond: what an earlier call has returned: labels up to there are not looked at again.
        rest: called after each crop; False ends the work.

    Returns:
        How far it has come: the number of the last label whose crop was looked at.

    Raises:
        BucketUnavailableError: a crop is in the bucket alone, which does not answer; the crops before are measured.
        IndexUnavailableError: the database does not answer.
    """
    count = 0
    while labels := store.qualities.unmeasured(beyond, _AT_ONCE):
        found: dict[str, PictureQuality] = {}
        try:
            for number, digest in labels:
                if digest not in found and (quality := _measured(store, digest)) is not None:
                    found[digest] = quality
                beyond = number
                if not rest():
                    return beyond
        finally:
            store.qualities.note(found)
            count += len(found)
    if count >= _MANY:
        store.qualities.learn()
    return beyond


def with_quality(store: SampleStore, samples: Sequence[Sample]) -> list[Sample]:
    """The samples with the measures of their crops; without them where a crop cannot be read.

    Raises:
        BucketUnavailableError: a crop is in the bucket alone, which does not answer.
        IndexUnavailableError: the database does not answer.
    """
    known = store.qualities.of(sample.digest for sample in samples)
    for digest in {sample.digest for sample in samples} - known.keys():
        if (quality := _measured(store, digest)) is not None:
            known[digest] = quality
    return [replace(sample, quality=known.get(sample.digest)) for sample in samples]


def _measured(store: SampleStore, digest: str) -> PictureQuality | None:
    try:
        return picture_quality(store.crop(digest))
    except BucketUnavailableError:
        raise
    except (CropError, UnknownSampleError) as error:
        _LOG.warning("a crop is not measured: %s", error)
        return None
