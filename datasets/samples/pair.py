"""Pairs of a barcode and a code, as shoppers confirmed them: next time the barcode alone finds the code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from datasets.errors import LabelError
from datasets.objects.record import UtcTime
from datasets.samples.sample import LONGEST_TEXT, is_prediction_id
from ocr_model.codes.text import normalize_text
from ocr_model.tags.retail_numbers import gtin


@dataclass(frozen=True, slots=True)
class Pair:
    """A shopper's confirmation that a retail number and a code on one tag belong together."""

    gtin: str  # 8, 13 or 14 digits, in the one spelling of `ocr_model.tags.retail_numbers.gtin`
    code: str  # in the brand's usual spelling: `CW2288-111`
    prediction_id: str  # names the reading of the code; one reading has at most one live pair for each number
    client: str  # an opaque pseudonym of the shopper's browser, never an address or a name
    at: UtcTime  # when the shopper decided, by the backend's clock; with a time zone
    source: str = "app"  # where the pair comes from: the app, an import ...


@dataclass(frozen=True, slots=True)
class KnownCode:
    """A code that shoppers confirmed for a retail number."""

    code: str
    confirmations: int  # readings for which it was confirmed, and not taken back
    clients: int  # different shoppers among them
    last: datetime  # when it was confirmed last, UTC


def checked_pair(pair: Pair) -> Pair:
    """Normalise a pair's texts and check that it makes sense.

    Raises:
        LabelError: no retail number, a wrong check digit, no code, an id that is not plain, a time without zone ...
    """
    if pair.at.tzinfo is None:
        raise LabelError("the time of a pair needs a time zone")
    number = gtin(pair.gtin)
    if number is None:
        raise LabelError(f"no retail number with its check digit: {pair.gtin!r:.80}")
    normalised = replace(pair, gtin=number, code=normalize_text(pair.code), at=pair.at.astimezone(UTC))
    check_stored_pair(normalised)
    return normalised


def check_stored_pair(pair: Pair) -> None:
    """Check that a pair makes sense as it stands; every pair that `checked_pair` has returned does.

    Raises:
        LabelError: as in `checked_pair`.
    """
    if gtin(pair.gtin) != pair.gtin:
        raise LabelError(f"no retail number in its usual spelling: {pair.gtin!r:.80}")
    if not is_prediction_id(pair.prediction_id):
        raise LabelError("a prediction id has 1 to 128 printable ASCII characters without spaces")
    if not pair.code.strip():
        raise LabelError("a pair needs a code")
    for value in (pair.code, pair.client, pair.source):
        if len(value) > LONGEST_TEXT or not value.isprintable():
            raise LabelError(f"text of a pair must be printable and at most {LONGEST_TEXT} characters long")
