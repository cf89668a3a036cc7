"""Labels with the bytes of their crops, up to a bound, and what was left out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from datasets.errors import StoreError
from datasets.samples.kept_crops import KeptCrops
from datasets.samples.sample import Sample

_LOG = logging.getLogger(__name__)


class CropReader:
    """Reads the crops of labels, one after the other.

    Args:
        crops: of the store.
        most_labels: after which no more are read; None: all.
        most_bytes: of crops, likewise.
    """

    def __init__(self, crops: KeptCrops, most_labels: int | None = None, most_bytes: int | None = None) -> None:
        self._crops, self._most_labels, self._most_bytes = crops, most_labels, most_bytes
        self.left_out: list[str] = []  # lines that name what is missing

    def read(self, samples: Iterable[Sample]) -> Iterator[tuple[Sample, bytes]]:
        """Each label with the PNG of its crop; crops that cannot be read are left out and named."""
        labels = size = 0
        for sample in samples:
            if self._is_full(labels, size):
                bound = f"{self._most_labels} labels or {self._most_bytes} bytes"
                self.left_out.append(f"... and further ones: a file holds {bound}")
                return
            try:
                png = self._crops.stored_bytes(sample.digest)
            except StoreError as error:
                _LOG.warning("a crop is left out: %s", error)
                self.left_out.append(f"{sample.digest}.png")
                continue
            labels, size = labels + 1, size + len(png)
            yield sample, png

    def _is_full(self, labels: int, size: int) -> bool:
        bounds = ((labels, self._most_labels), (size, self._most_bytes))
        return any(most is not None and number >= most for number, most in bounds)
