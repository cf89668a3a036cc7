"""A contact sheet of photos, plain and with their truth outlined."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image, ImageDraw

from data_gen.whole_tag.truth import ROLES

_CELL, _GAP = 480, 6
_COLOURS = (
    "#e00000",
    "#c000c0",
    "#0060ff",
    "#00a000",
    "#ff8000",
    "#808000",
    "#00a0a0",
    "#a05000",
    "#6000c0",
    "#ff40a0",
    "#606060",
    "#a0a0a0",
)


def draw_sheet(records: Path, *, columns: int = 4, most: int = 24) -> Image.Image:
    """The first photos of a file of records; every line and barcode is outlined in the colour of its role.

    Args:
        records: as `write_photos` writes them.
        columns: photos in a row.
        most: photos on the sheet.
    """
    photos = [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()[:most]]
    rows = (len(photos) + columns - 1) // columns
    sheet = Image.new("RGB", (columns * (_CELL + _GAP), rows * (_CELL + _GAP)), "white")
    for number, record in enumerate(photos):
        with Image.open(records.parent / record["file"]) as opened:
            scale = min(_CELL / opened.width, _CELL / opened.height)
            photo = opened.convert("RGB").resize((round(opened.width * scale), round(opened.height * scale)))
        draw = ImageDraw.Draw(photo)
        for line in record["lines"]:
            colour = _COLOURS[ROLES.index(line["role"])]
            draw.polygon([(x * scale, y * scale) for x, y in line["corners"]], outline=colour)
        for bars in record["barcodes"]:
            draw.polygon([(x * scale, y * scale) for x, y in bars["corners"]], outline=_COLOURS[9], width=2)
        sheet.paste(photo, (number % columns * (_CELL + _GAP), number // columns * (_CELL + _GAP)))
    return sheet
