"""The shopper's requests to the backend, one method per request."""

from __future__ import annotations

from urllib.parse import quote

from frontend.client.answers import Deletion, Kept, LabelStatus, ModelInfo, PriceAnswer, Reading
from frontend.client.connection import Connection
from frontend.client.failures import PredictionExpiredError
from frontend.photos.pictures import Cut


class ShopperClient:
    """Requests of a shopper over one connection; may be shared by threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, cut: Cut) -> Reading:
        """Read the text on a cut.

        Raises:
            BackendError: There is no reading.
        """
        return self._connection.ask(Reading, "POST", "/v1/predictions", cut=cut)

    def label(self, reading: Reading, status: LabelStatus, text: str, cut: Cut, *, is_whole: bool = False) -> Kept:
        """Keep the cut with its label; the picture travels again only if the backend has forgotten it.

        Args:
            reading: The reading that the label belongs to.
            status: The shopper's verdict.
            text: The whole line; only sent for "corrected".
            cut: The picture that was read.
            is_whole: Whether the text is all that the line says, so that no field name is put back around it.

        Raises:
            BackendError: Nothing is known to be kept. Asking again is safe.
        """
        path = _label_path(reading.id)
        fields = {
            "status": status,
            "read_text": reading.text,
            "read_confidence": repr(reading.confidence),
            "model_name": reading.model.name,
            "model_version": reading.model.version,
        }
        if status == "corrected":
            fields |= {"text": text, "whole": str(is_whole).lower()}
        try:
            return self._connection.ask(Kept, "POST", path, fields=fields)
        except PredictionExpiredError:
            return self._connection.ask(Kept, "POST", path, fields=fields, cut=cut)

    def forget(self, prediction_id: str) -> bool:
        """Delete the label; False when there was none.

        Raises:
            BackendError: It may still be kept.
        """
        return self._connection.ask(Deletion, "DELETE", _label_path(prediction_id)).deleted

    def products(self, code: str) -> PriceAnswer:
        """Offers for a code.

        Raises:
            BackendError: There is no answer at all; a price service that fails is a `reason` instead.
        """
        return self._connection.ask(PriceAnswer, "GET", "/v1/products", params={"code": code})

    def accept_threshold(self) -> float | None:
        """The confidence from which the model's readings may be believed unseen; None if it has not been measured.

        Raises:
            BackendError: There is no answer.
        """
        return self._connection.ask(ModelInfo, "GET", "/v1/model").accept_threshold


def _label_path(prediction_id: str) -> str:
    return f"/v1/predictions/{quote(prediction_id, safe='')}/label"
