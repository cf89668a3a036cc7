"""The shopper's requests to the backend, one method per request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from frontend.client.answers import Deletion, Kept, LabelStatus, ModelInfo, PhotoPreview, PriceAnswer, Reading, TagPrice
from frontend.client.connection import Connection
from frontend.client.failures import BackendUnreachableError, PredictionExpiredError
from frontend.client.tag_answers import TagAnswer, TagEvent, TagLine
from frontend.photos.photo import PREVIEW_SIDE, Box, Photo, Region

# A whole photo with a hundred lines, on a busy machine.
TAG_SECONDS: Final = 40.0


class ShopperClient:
    """Requests of a shopper over one connection; may be shared by threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_photo(self, data: bytes) -> Photo:
        """Have a file decoded for showing.

        Args:
            data: A JPEG, PNG, WebP or HEIC file; the content decides, not the name.

        Raises:
            BackendError: The file is of no use, or there is no answer.
        """
        fields = {"longest_side": str(PREVIEW_SIDE)}
        preview = self._connection.ask(PhotoPreview, "POST", "/v1/previews", fields=fields, photo=data)
        return Photo(data, (preview.width, preview.height), preview.picture)

    def read_tag(self, photo: Photo, turn: int, on_first_line: Callable[[TagLine], None]) -> TagAnswer:
        """Read a whole photo.

        Args:
            photo: The photo.
            turn: Clockwise quarter turns before it is read.
            on_first_line: Called with the likeliest code as soon as it is read, in this thread.

        Raises:
            BackendError: There is no reading.
        """
        parts = self._connection.stream("/v1/tags", fields={"turn": str(turn)}, photo=photo.data, seconds=TAG_SECONDS)
        for part in parts:
            if part.read(TagEvent).event == "tag":
                return part.read(TagAnswer)
            on_first_line(part.read(TagLine))
        raise BackendUnreachableError("the answer ended before the tag was read")

    def read(self, region: Region) -> Reading:
        """Read the text in a region of a photo.

        Raises:
            BackendError: There is no reading.
        """
        fields, data = _region_fields(region), region.photo.data
        return self._connection.ask(Reading, "POST", "/v1/predictions", fields=fields, photo=data)

    def label(
        self,
        reading: Reading,
        status: LabelStatus,
        text: str,
        region: Region,
        *,
        barcode: str = "",
        is_whole: bool = False,
    ) -> Kept:
        """Keep the crop with its label; the photo travels again only if the backend has forgotten the crop.

        Args:
            reading: The reading that the label belongs to.
            status: The shopper's verdict.
            text: The whole line; only sent for "corrected".
            region: What was read.
            barcode: Content of a barcode of the same tag, kept as a pair with the label's code; "" for none.
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
            "proof": reading.proof,
        }
        if barcode:
            fields["barcode"] = barcode
        if status == "corrected":
            fields |= {"text": text, "whole": str(is_whole).lower()}
        try:
            return self._connection.ask(Kept, "POST", path, fields=fields)
        except PredictionExpiredError:
            fields |= _region_fields(region)
            return self._connection.ask(Kept, "POST", path, fields=fields, photo=region.photo.data)

    def forget(self, prediction_id: str) -> bool:
        """Delete the label; False when there was none.

        Raises:
            BackendError: It may still be kept.
        """
        return self._connection.ask(Deletion, "DELETE", _label_path(prediction_id)).deleted

    def keep_tag_price(self, prediction_id: str, price: str, currency: str) -> TagPrice:
        """Keep the price on a tag beside its label, which is kept already; another price replaces it.

        Args:
            prediction_id: The label's reading.
            price: A decimal number.
            currency: ISO 4217.

        Raises:
            BackendError: It is not known to be kept. Asking again is safe.
        """
        fields = {"price": price, "currency": currency}
        return self._connection.ask(TagPrice, "POST", _tag_price_path(prediction_id), fields=fields)

    def forget_tag_price(self, prediction_id: str) -> bool:
        """Delete the price beside a label; False when there was none.

        Raises:
            BackendError: It may still be kept.
        """
        return self._connection.ask(Deletion, "DELETE", _tag_price_path(prediction_id)).deleted

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


def _region_fields(region: Region) -> dict[str, str]:
    place, turn = region.place, {"turn": str(region.turn)}
    if isinstance(place, Box):
        return turn | {"box": f"{place.x},{place.y},{place.width},{place.height}"}
    # As precisely as they came, so that the backend cuts the very same crop.
    return turn | {"corners": ",".join(repr(value) for corner in place for value in corner)}


def _tag_price_path(prediction_id: str) -> str:
    return f"/v1/predictions/{quote(prediction_id, safe='')}/tag-price"


def _label_path(prediction_id: str) -> str:
    return f"/v1/predictions/{quote(prediction_id, safe='')}/label"
