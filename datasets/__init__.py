"""Confirmed crops and their labels: kept, indexed, copied to a bucket, and given out again."""

from datasets.errors import (
    BucketUnavailableError,
    CropError,
    IndexUnavailableError,
    LabelError,
    StoreError,
    StoreFullError,
    UnknownSampleError,
)
from datasets.samples.sample import LABEL_STATUSES, Counts, Label, LabelStatus, Sample
from datasets.samples.store import SampleStore
from datasets.samples.uploader import Queue, UploadPolicy

__all__ = [
    "LABEL_STATUSES",
    "BucketUnavailableError",
    "Counts",
    "CropError",
    "IndexUnavailableError",
    "Label",
    "LabelError",
    "LabelStatus",
    "Queue",
    "Sample",
    "SampleStore",
    "StoreError",
    "StoreFullError",
    "UnknownSampleError",
    "UploadPolicy",
]
