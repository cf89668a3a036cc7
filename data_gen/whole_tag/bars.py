"""Barcodes and QR codes, drawn by zxing-cpp's writer."""

from __future__ import annotations

import random
from functools import lru_cache

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from data_gen.whole_tag.canvas import Canvas
from data_gen.whole_tag.fields import TagFields
from data_gen.whole_tag.rows import Piece
from data_gen.whole_tag.truth import Value

_FORMATS = {
    "EAN-13": zxingcpp.BarcodeFormat.EAN13,
    "UPC-A": zxingcpp.BarcodeFormat.UPCA,
    "Code 128": zxingcpp.BarcodeFormat.Code128,
    "Code 39": zxingcpp.BarcodeFormat.Code39,
    "QR Code": zxingcpp.BarcodeFormat.QRCode,
    "Data Matrix": zxingcpp.BarcodeFormat.DataMatrix,
}


@lru_cache(maxsize=256)
def modules_of(kind: str, text: str) -> NDArray[np.bool_]:
    """The modules of a barcode without its quiet zone, True for ink: (rows, columns); one row of a linear code."""
    drawn = zxingcpp.write_barcode_to_image(
        zxingcpp.create_barcode(text, _FORMATS[kind]), scale=1, add_hrt=False, add_quiet_zones=False
    )
    ink = np.array(drawn) < 128
    return ink if kind in {"QR Code", "Data Matrix"} else ink[:1]


def print_retail_code(
    canvas: Canvas, fields: TagFields, at: tuple[float, float], width: float, height: float, words: random.Random
) -> float:
    """Print the tag's retail code with its digits beneath; returns the lower edge of the print.

    Nothing is printed where the code has not a pixel for each module.
    """
    digits = Piece(_spaced(fields, words), "barcode")
    return _print_linear(canvas, fields.barcode_format, fields.barcode, digits, at, width, height)


def print_code_128(
    canvas: Canvas, fields: TagFields, at: tuple[float, float], width: float, height: float, words: random.Random
) -> float:
    """Print a Code 128 or Code 39 of the style and the size, as warehouses have it; returns its lower edge.

    The line beneath it is a line of the code where it says nothing else.
    """
    text = words.choice((fields.code, f"{fields.code}-{fields.sizes['KR']}", fields.order)).replace(" ", "-")
    kind = words.choices(("Code 128", "Code 39"), weights=(4, 1))[0]
    is_code = text == fields.code
    beneath = Piece(text, "code" if is_code else "barcode", (Value("code", text),) if is_code else ())
    return _print_linear(canvas, kind, text, beneath, at, width, height)


def print_matrix_code(
    canvas: Canvas, fields: TagFields, at: tuple[float, float], size: float, words: random.Random
) -> bool:
    """Print a QR code or a Data Matrix of at most this size; False where a module has no pixel."""
    kind = words.choices(("QR Code", "Data Matrix"), weights=(4, 1))[0]
    host = f"{fields.brand.lower().replace(' ', '').replace('.', '')}.example"
    text = words.choice(
        (f"https://{host}/{fields.code}".replace(" ", "-"), fields.barcode, f"{fields.order}{fields.barcode}")
    )
    modules = modules_of(kind, text)
    if canvas.barcode_width(modules.shape[1], size) is None:
        return False
    canvas.place_barcode(modules, kind, text, (*at, at[0] + size, at[1] + size))
    return True


def _print_linear(
    canvas: Canvas, kind: str, text: str, beneath: Piece, at: tuple[float, float], width: float, height: float
) -> float:
    modules = modules_of(kind, text)
    taken = canvas.barcode_width(modules.shape[1], width)
    x, y = at
    if taken is None:
        return y
    canvas.place_barcode(modules, kind, text, (x, y, x + taken, y + height))
    size = min(2.2, max(1.3, height * 0.2))
    wide = canvas.width_of(beneath.text, size)
    stretch = min(1.0, taken / max(wide, 0.1))
    place = (x + max(0.0, (taken - wide * stretch) / 2), y + height + 0.6)
    box = canvas.write(beneath.text, beneath.role, place, size, values=beneath.values, stretch=stretch)
    return y + height + 0.6 + (size if box else 0.0)


def _spaced(fields: TagFields, words: random.Random) -> str:
    """The digits as they stand beneath the bars."""
    digits = fields.barcode
    kind = words.random()
    if kind < 0.45:
        return digits
    if fields.barcode_format == "UPC-A":
        return f"{digits[0]} {digits[1:6]} {digits[6:11]} {digits[11]}"
    return f"{digits[0]} {digits[1:7]} {digits[7:]}"
