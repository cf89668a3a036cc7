"""Number plates: Korean ones with a syllable, and those of Latin letters and digits."""

from __future__ import annotations

import re

from ocr_model.codes.text import normalize_text
from ocr_model.domains.domain import Domain, take_apart_by
from ocr_model.domains.plate_formats import FORMATS, SYLLABLES

_NOT_KEY = re.compile(r"[^A-Z0-9가-힣]+")


def plate_key(text: str) -> str:
    """The letters, digits and syllables of a plate: equal keys are the same plate."""
    return _NOT_KEY.sub("", normalize_text(text))


PLATES = Domain(
    name="plates",
    what="a number plate",
    charset=f"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. {SYLLABLES}",
    longest=16,
    normalize=normalize_text,
    key=plate_key,
    group=plate_key,  # pictures of one vehicle
    take_apart=take_apart_by(FORMATS, plate_key),
    formats=FORMATS,
    recipe="plates-1",
    weights="plates",
)
