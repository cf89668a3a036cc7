"""Proofs of readings: what was read from which crop, signed.

With it, a label that comes when its backend has forgotten the reading shows what it is a label of.

    1.<said>.<signature>

*said* is what was read, in base64; the signature also covers the prediction's id, the digest of the crop as it was cut
and the turn that the request asked for, all of which the label's request brings along. Nothing in it is secret.
"""

from __future__ import annotations

import base64
import logging
import time
from dataclasses import dataclass
from pathlib import Path

from datasets.errors import StoreError
from datasets.objects.clock import Clock
from datasets.objects.record import Record
from datasets.objects.store_key import StoreKey
from datasets.samples.spool_key import spool_key
from ocr_model.reading.prediction import ModelInfo, Prediction

_LOG = logging.getLogger(__name__)

LONGEST_PROOF = 1000  # characters; the proof of an ordinary reading has some 200
_VERSION = "1"
_PURPOSE = "reading"
_DAYS = 30  # for which a proof is believed


class _Said(Record):
    """The reading, as a proof holds it."""

    text: str
    confidence: float
    name: str  # of the model
    version: str  # of the model
    turn: int  # clockwise quarter turns by which the reader put the text upright
    at: int  # seconds since 1970


@dataclass(frozen=True)
class ReadCrop:
    """The crop that a proof is about."""

    prediction_id: str
    digest: str  # `pixel_digest` of the crop as it was cut
    turn: int  # clockwise quarter turns that the request asked for


@dataclass(frozen=True)
class ProvenReading:
    """A reading that this service has proved."""

    text: str
    confidence: float
    model: ModelInfo
    turn: int  # clockwise quarter turns by which the reader put the text upright


class ReadingProofs:
    """Gives and checks proofs.

    Args:
        key: The store's key; None takes the spool's own.
        spool: The spool's folder.
        clock: Seconds since 1970.
    """

    def __init__(self, key: StoreKey | None, spool: Path, *, clock: Clock = time.time) -> None:
        # Until `open`, and if the spool cannot be used, a key that ends with the process.
        self._keys: tuple[StoreKey, ...] = (StoreKey.parse(StoreKey.draw()) if key is None else key,)
        self._spool = spool if key is None else None
        self._clock = clock

    def open(self) -> None:
        """Load the spool's key unless one is set; blocks. Without it proofs end with this process."""
        if self._spool is None:
            return
        try:
            self._keys = (spool_key(self._spool), *self._keys)  # proofs that were given before hold as well
        except StoreError as error:
            _LOG.error("readings of this process will be unproven after a restart: %s", error)

    def give(self, crop: ReadCrop, prediction: Prediction) -> str:
        """Return the proof of a reading."""
        said = _Said(
            text=prediction.text,
            confidence=prediction.confidence,
            name=prediction.model.name,
            version=prediction.model.version,
            turn=prediction.turn,
            at=int(self._clock()),
        )
        told = base64.urlsafe_b64encode(said.to_bytes()).decode().rstrip("=")
        return f"{_VERSION}.{told}.{self._keys[0].sign(_PURPOSE, _signed(crop, told))}"

    def check(self, proof: str | None, crop: ReadCrop) -> ProvenReading | None:
        """Return what was read from a crop; None if the proof is missing, old, or about anything else."""
        parts = (proof or "").split(".")
        if len(parts) != 3 or parts[0] != _VERSION or not parts[1].isascii():
            return None
        _, told, signature = parts
        if not any(key.matches(_PURPOSE, _signed(crop, told), signature) for key in self._keys):
            return None
        said = _Said.from_bytes(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)))
        if self._clock() - said.at > _DAYS * 86_400:
            return None
        return ProvenReading(said.text, said.confidence, ModelInfo(said.name, said.version), said.turn)


def _signed(crop: ReadCrop, told: str) -> dict[str, str | int]:
    return {"prediction": crop.prediction_id, "crop": crop.digest, "turn": crop.turn, "said": told}
