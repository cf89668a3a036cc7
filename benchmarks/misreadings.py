"""The misread crops with their pictures, as one HTML page."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence

from PIL import Image

from benchmarks.race import ReaderResult

_HEIGHT = 96  # pixels of the tallest picture, for a screen with two pixels to a point

_HEAD = """<!doctype html><html lang=en><meta charset=utf-8><title>Misread crops</title>
<meta name=viewport content="width=device-width"><style>
body{font:14px sans-serif;margin:2em}img{max-height:48px;max-width:260px}img.tall{max-height:160px}
table{border-collapse:collapse}td,th{padding:4px 12px;text-align:left;border-bottom:1px solid #ddd}
.wrong{color:#b00020}.right{color:#1b6e2d}small{color:#666}
</style>
"""


def misreadings_page(results: Sequence[ReaderResult]) -> str:
    """All crops that this reader or the peer to beat misread: this reader's, the surest first, then the peer's.

    Args:
        results: readings of this reader, then of the peers, which are shown beside its own.
    """
    mine = results[0]
    parts = [_HEAD, "<h1>Misread crops</h1><table><tr><th>reader<th>misread"]
    for result in results:
        count = sum(not result.is_right(number) for number in range(len(result.cases)))
        parts.append(f"<tr><td>{html.escape(result.reader.name)}<td>{count} of {len(result.cases)}")
    parts.append("</table>")
    numbers = range(len(mine.cases))
    errors = [number for number in numbers if not mine.is_right(number)]
    errors.sort(key=lambda number: -mine.readings[number].confidence)
    parts.append(_section("Misread by this reader, the surest first", errors, results))
    if len(results) > 1:
        theirs = [number for number in numbers if mine.is_right(number) and not results[1].is_right(number)]
        parts.append(_section(f"Read right by this reader, misread by {results[1].reader.name}", theirs, results))
    return "\n".join(parts)


def _section(title: str, numbers: Sequence[int], results: Sequence[ReaderResult]) -> str:
    head = "".join(f"<th>{html.escape(result.reader.name)}" for result in results)
    rows = [f"<h2>{html.escape(title)}: {len(numbers)}</h2><table><tr><th>picture<th>condition<th>label{head}"]
    for number in numbers:
        case = results[0].cases[number]
        cells = [
            f"<img alt=''{' class=tall' if case.crop.height > case.crop.width else ''} src='{_data_url(case.crop)}'>",
            f"{html.escape(case.condition)}<br><small>{html.escape(case.file)}</small>",
            html.escape(case.text),
        ]
        for result in results:
            reading = result.readings[number]
            kind = "right" if result.is_right(number) else "wrong"
            text = html.escape(reading.text) or "(no text)"
            cells.append(f"<span class={kind}>{text}</span><br><small>{reading.confidence:.1%}</small>")
        rows.append("<tr><td>" + "<td>".join(cells))
    return "\n".join([*rows, "</table>"])


def _data_url(crop: Image.Image) -> str:
    small = crop.copy()
    small.thumbnail((6 * _HEIGHT, 6 * _HEIGHT if crop.height > crop.width else _HEIGHT))
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=80)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
