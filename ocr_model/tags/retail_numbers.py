"""The numbers of retail barcodes (GTIN: EAN-8, UPC-A, EAN-13, ITF-14), as bars or as printed digits."""

from __future__ import annotations

import re
from typing import Literal

from ocr_model.codes.text import edit_distance, match_key
from ocr_model.tags.tag import Barcode

Agreement = Literal["agree", "nearly", "differ"]

_BETWEEN_DIGITS = re.compile(r"[\s\-\u2010-\u2015<>]+")
_DIGITS = re.compile(r"[0-9]+")
_LENGTHS = (8, 12, 13, 14)
_LEAST_FOR_NEARLY = 6  # characters: of fewer, one misread is too large a share
# The element (01) of a GS1 symbol, as zxing-cpp writes it, and of a GS1 Digital Link.
_ELEMENT = re.compile(r"\(01\)([0-9]{14})|/(?:01|gtin)/([0-9]{8,14})(?=[/?#]|\Z)")


def checked_digits(text: str) -> str | None:
    """The digits of a retail number whose check digit is right: printed, typed or read from bars.

    Args:
        text: 8, 12, 13 or 14 digits; spaces, dashes, and the angle brackets that some print beside an EAN may stand
            between them.

    Returns:
        The digits alone, as many as there were; None if it is no such number or the check digit is wrong. Every single
        wrong digit is noticed, and most pairs of exchanged neighbours (GS1 General Specifications 7.9, mod 10).
    """
    digits = _BETWEEN_DIGITS.sub("", text)
    if len(digits) not in _LENGTHS or not has_check_digit(digits) or not digits.strip("0"):
        return None
    return digits


def has_check_digit(digits: str) -> bool:
    """Whether a number of any length ends in its GS1 mod 10 check digit: weights 1, 3, 1, 3 ... from the right."""
    if _DIGITS.fullmatch(digits) is None:
        return False
    values = [int(digit) for digit in reversed(digits)]
    return (sum(values[::2]) + 3 * sum(values[1::2])) % 10 == 0


def gtin(text: str) -> str | None:
    """One spelling for all that mean the same article, to store and compare: 8, 13 or 14 digits.

    A UPC-A is the EAN-13 with a 0 before it; zeros that fill up to 13 or 14 digits are taken off.

    Args:
        text: as in `checked_digits`.

    Returns:
        None if it is no retail number or the check digit is wrong.
    """
    digits = checked_digits(text)
    if digits is None:
        return None
    number = digits.zfill(14)
    if number.startswith("000000"):
        return number[6:]
    return number.removeprefix("0")


def gtin_of(barcode: Barcode) -> str | None:
    """The article's number in a barcode: the whole of it, or the element that a GS1 symbol holds.

    Returns:
        As in `gtin`; None for any other content.
    """
    return gtin_in(barcode.text)


def gtin_in(content: str) -> str | None:
    """The article's number in a barcode's content, see `gtin_of`."""
    element = _ELEMENT.search(content)
    if element is not None:
        return gtin(element[1] or element[2])
    return gtin(content) if _DIGITS.fullmatch(content) else None


def agree(barcode: Barcode, digits: str) -> Agreement:
    """Whether what is printed at a barcode says the same as its bars.

    Bars carry a checksum and a reading of print does not, so the bars are the likelier of two that differ. The first
    digit of an EAN-13 stands apart from the others and is easily lost: that is nearly the same.

    Args:
        barcode: the bars.
        digits: the printed characters, as read or typed.

    Returns:
        "agree": the same, whatever separates the characters, and for a UPC-A with or without the 0 before it.
        "nearly": all but one character that was misread, lost or added. "differ": anything else.
    """
    printed = match_key(digits)
    bars = match_key(barcode.text)
    number = gtin_of(barcode)
    if printed == bars or (number is not None and gtin(digits) == number):
        return "agree"
    spellings = {bars} if number is None else {bars, number, number.removeprefix("0")}
    fewest = min(edit_distance(printed, spelling) for spelling in spellings)
    return "nearly" if fewest == 1 and len(bars) >= _LEAST_FOR_NEARLY else "differ"
