"""What the page of drawn digits asks of the backend: to read a drawing, to keep it, to keep and compare PINs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from frontend.client.answers import Answer, Deletion, LabelStatus, ModelName
from frontend.client.connection import Connection
from frontend.client.failures import PredictionExpiredError

NOTHING: Final = ""
"""The text of a drawing that is no digit."""
DIGITS: Final = "0123456789"


class DigitCandidate(Answer):
    """Another digit that the drawing may be; an empty text: none."""

    text: str
    confidence: float


class DigitReading(Answer):
    """A reading that waits for its verdict."""

    id: str
    text: str  # one digit; empty: it is none
    confidence: float
    candidates: tuple[DigitCandidate, ...] = ()
    model: ModelName
    proof: str = ""

    @property
    def probabilities(self) -> Mapping[str, float]:
        """The probability of each digit and of none, 0 where the answer does not name it."""
        known = {self.text: self.confidence} | {each.text: each.confidence for each in self.candidates}
        return {text: known.get(text, 0.0) for text in (*DIGITS, NOTHING)}


class KeptDigit(Answer):
    """A drawing that is kept with its label."""

    sample: str
    text: str


class KeptPin(Answer):
    """A PIN that is kept."""

    kept: bool


class CheckedPin(Answer):
    """The outcome of a comparison."""

    is_right: bool


class DigitsClient:
    """Requests about digits and PINs over one connection; may be shared by threads.

    Args:
        connection: To the backend, which keeps the PINs of all domains.
        path: Below which digits answer; empty where they are what the backend reads first.
    """

    def __init__(self, connection: Connection, path: str) -> None:
        self._connection, self._digits = connection, connection.below(path)

    def read(self, drawing: bytes) -> DigitReading:
        """Read a drawing.

        Args:
            drawing: A PNG.

        Raises:
            BackendError: There is no reading.
        """
        return self._digits.ask(DigitReading, "POST", "/v1/predictions", photo=drawing)

    def keep(self, reading: DigitReading, status: LabelStatus, text: str, drawing: bytes) -> KeptDigit:
        """Keep a drawing with its label; it travels again only if the backend has forgotten it.

        Args:
            reading: The reading that is judged.
            status: The verdict.
            text: The digit; only sent for "corrected".
            drawing: What was read.

        Raises:
            BackendError: Nothing is known to be kept. Asking again is safe.
        """
        fields = {
            "status": status,
            "read_text": reading.text,
            "read_confidence": repr(reading.confidence),
            "model_name": reading.model.name,
            "model_version": reading.model.version,
            "proof": reading.proof,
        }
        if status == "corrected":
            fields |= {"text": text, "whole": "true"}
        try:
            return self._digits.ask(KeptDigit, "POST", _label_path(reading), fields=fields)
        except PredictionExpiredError:
            return self._digits.ask(KeptDigit, "POST", _label_path(reading), fields=fields, photo=drawing)

    def forget(self, reading: DigitReading) -> bool:
        """Delete a kept drawing; False when there was none.

        Raises:
            BackendError: It may still be kept.
        """
        return self._digits.ask(Deletion, "DELETE", _label_path(reading)).deleted

    def keep_pin(self, holder: str, pin: str, present: str) -> None:
        """Keep a person's PIN.

        Args:
            holder: The person's name.
            pin: Four digits.
            present: The PIN until now; "" for none.

        Raises:
            BackendError: It is not kept: "wrong-pin" where there is another one than `present`.
        """
        fields = {"holder": holder, "pin": pin} | ({"present": present} if present else {})
        self._connection.ask(KeptPin, "POST", "/v1/pins", fields=fields)

    def is_right_pin(self, holder: str, pin: str) -> bool:
        """Whether a PIN is the person's.

        Raises:
            BackendError: There is no answer; "too-many-pins" after too many wrong ones.
        """
        return self._connection.ask(CheckedPin, "POST", "/v1/pins/check", fields=_pin(holder, pin)).is_right

    def forget_pin(self, holder: str, pin: str) -> bool:
        """Delete a person's PIN; False where it is another one. Raises as `is_right_pin` does."""
        return self._connection.ask(CheckedPin, "POST", "/v1/pins/forget", fields=_pin(holder, pin)).is_right


def _pin(holder: str, pin: str) -> dict[str, str]:
    return {"holder": holder, "pin": pin}


def _label_path(reading: DigitReading) -> str:
    return f"/v1/predictions/{quote(reading.id, safe='')}/label"
