"""Whether the digits printed at a barcode say what its bars say."""

from __future__ import annotations

from ocr_model.codes.text import match_key
from ocr_model.tags.retail_numbers import agree
from ocr_model.tags.tag import Barcode, Tag, TagCard

_ALIKE = 2  # characters by which the print may be longer or shorter; more, and it is of something else


def digits_agree(tag: Tag) -> tuple[bool | None, ...]:
    """For every barcode of a photo whether the print beside it agrees.

    Print of one misread character agrees: the bars carry a checksum, and a reading of print does not.

    Returns:
        True or False; None where no digits of that length are read on its tag, or they are another barcode's.
    """
    found: list[bool | None] = [None] * len(tag.barcodes)
    for card in tag.cards:
        for number in card.barcodes:
            found[number] = _agrees(tag, card, number)
    return tuple(found)


def _agrees(tag: Tag, card: TagCard, number: int) -> bool | None:
    others = [tag.barcodes[other] for other in card.barcodes if other != number]
    answers = set()
    for line in card.lines:
        text = tag.lines[line].text
        if tag.lines[line].role == "barcode" and _is_alike(tag.barcodes[number], text):
            is_others = any(agree(other, text) != "differ" for other in others)
            is_same = agree(tag.barcodes[number], text) != "differ"
            if is_same or not is_others:
                answers.add(is_same)
    return None if not answers else True in answers


def _is_alike(barcode: Barcode, text: str) -> bool:
    return abs(len(match_key(text)) - len(match_key(barcode.text))) <= _ALIKE
