"""What the live labels of a store say, in arrays: a million of them fit into the memory of a background process."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasets.features.feature_files import DIGEST_BYTES
from datasets.samples.review import SECOND_LOOKS
from datasets.samples.sample import Sample
from ocr_model.domains.domain import Domain

NO_TEXT = 0  # in place of the hash of a text: nothing is compared with it


@dataclass(frozen=True, slots=True)
class LiveLabels:
    """Labels, one a place of each array."""

    crops: NDArray[np.void]  # digests, 32 bytes
    texts: NDArray[np.uint64]  # hash of the letters and digits of the line; NO_TEXT for unreadable and empty ones
    is_as_read: NDArray[np.bool_]  # whether the label says what the recognizer had read
    confidences: NDArray[np.float32]  # of the reading
    is_checked: NDArray[np.bool_]  # whether the team has given it a second look

    def __len__(self) -> int:
        return len(self.crops)

    @classmethod
    def read(cls, samples: Iterable[Sample], domain: Domain) -> LiveLabels:
        """Take in all labels of a store of the domain."""
        crops, texts, confidences = bytearray(), array("Q"), array("f")
        as_read, checked = bytearray(), bytearray()
        for sample in samples:
            label = sample.label
            key = domain.key(label.text)
            crops += bytes.fromhex(sample.digest)
            texts.append(_hash(key) if key else NO_TEXT)
            confidences.append(label.read_confidence)
            as_read.append(label.status != "unreadable" and key == domain.key(label.read_text))
            checked.append(label.source in SECOND_LOOKS)
        return cls(
            np.frombuffer(bytes(crops), f"V{DIGEST_BYTES}"),
            np.frombuffer(texts.tobytes(), np.uint64),
            np.frombuffer(bytes(as_read), np.bool_),
            np.frombuffer(confidences.tobytes(), np.float32),
            np.frombuffer(bytes(checked), np.bool_),
        )


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) | 1


def places_among(crops: NDArray[np.void], others: NDArray[np.void]) -> NDArray[np.int64]:
    """Where each of some crops stands among others: (N,), -1 for those that are not among them.

    Args:
        crops: digests (N,).
        others: digests (M,), each of them once.
    """
    if len(others) == 0:
        return np.full(len(crops), -1, np.int64)
    # Digests are random, so their first eight bytes tell all but equal ones apart; those are compared in full.
    keys, other_keys = _keys(crops), _keys(others)
    order = np.argsort(other_keys, kind="stable")
    found = order[np.minimum(np.searchsorted(other_keys, keys, sorter=order), len(others) - 1)]
    return np.where(crops == others[found], found, -1)


def _keys(crops: NDArray[np.void]) -> NDArray[np.uint64]:
    parts = np.ascontiguousarray(crops).view(np.uint64).reshape(-1, DIGEST_BYTES // 8)
    return np.ascontiguousarray(parts[:, 0])
