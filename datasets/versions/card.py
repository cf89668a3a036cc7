"""The card of a version: what is in it, counted, for people (Markdown, contact sheet) and programs (JSON).

Everything but the contact sheet follows from the manifest alone. The sheet shows crops, so it is drawn anew without
those that were removed since: a removed crop must not live on in a picture.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from data_gen.sheet import contact_sheet
from datasets.errors import CropError, UnknownSampleError
from datasets.objects.canonical import canonical_json
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.version import Entry, Manifest, Version
from ocr_model.codes.lines import match_formats

CARD_JSON, CARD_MARKDOWN, SHEET = "card.json", "card.md", "contact.png"
SIDES = ("training", "evaluation", "unreadable")
_SHOWN = 60  # crops on a contact sheet at most
_LISTED = 50  # crops that wait for a second look, or are damaged, in the Markdown; the JSON has all
_LIGHT_STEP = 32  # brightness values in one row
_SHEET_KEY = "samples"  # text chunk of the sheet that names the crops on it


@dataclass(frozen=True, slots=True)
class Row:
    """What a card counts about one crop, collected or drawn."""

    side: str  # training, evaluation or unreadable
    source: str  # app, an import, or the recipe
    status: str  # of a collected label; "synthetic" for a drawn one
    text: str
    turn: int  # quarter turns clockwise
    light: int  # mean brightness, 0..255


@lru_cache(maxsize=65536)
def brands_of(text: str) -> str:
    """The brands whose formats fit a line, as one word of a table."""
    return " or ".join(sorted({match.brand for match in match_formats(text)})) or "(no known format)"


def entry_row(entry: Entry) -> Row:
    """What the card counts about a collected crop."""
    return Row(entry.side, entry.source, entry.status, entry.text, entry.turn, entry.light)


def count_rows(rows: Iterable[Row]) -> dict[str, dict[str, dict[str, int]]]:
    """Tables of a card: by what, value, side.

    An unreadable crop has no text, so it is not counted by brand, length and character.
    """
    rows = list(rows)
    readable = [row for row in rows if row.side != "unreadable"]
    return {
        "source": _table(rows, lambda row: [row.source]),
        "status": _table(rows, lambda row: [row.status]),
        "brand format": _table(readable, lambda row: [brands_of(row.text)] if row.text else ["(no text)"]),
        "length": _table(readable, lambda row: [f"{len(row.text):2d}"]),
        "character": _table(readable, lambda row: row.text),
        "quarter turns": _table(rows, lambda row: [str(row.turn)]),
        "mean light": _table(rows, lambda row: [_light_range(row.light)]),
    }


def describe(version: Version) -> dict[str, Any]:
    """The card as plain values."""
    manifest = version.manifest
    return {
        "version": version.name,
        "hash": manifest.hash,
        "created_at": version.created_at.isoformat(),
        "parent": None if manifest.parent is None else {"name": manifest.parent.name, "hash": manifest.parent.hash},
        "filters": list(manifest.filters),
        "labels_seen": sum(manifest.watermark.values()),
        "crops": {side: len(manifest.on(side)) for side in SIDES},
        "codes": {side: len({entry.code for entry in manifest.on(side) if entry.code}) for side in SIDES[:2]},
        "synthetic": [
            {"recipe": one.recipe, "count": one.count, "seed": one.seed, "side": one.side, "digest": one.digest}
            for one in manifest.synthetic
        ],
        "left_out": [
            {
                "sample": one.digest,
                "reason": one.reason,
                "detail": one.detail,
                "texts": [text for _, text in one.labels],
            }
            for one in manifest.left_out
        ],
        "damaged": [{"name": one.name, "samples": list(one.samples), "why": one.why} for one in manifest.damaged],
        "tables": count_rows(map(entry_row, manifest.entries)),
    }


def write_markdown(card: dict[str, Any]) -> str:
    """The card for people."""
    lines = [f"# Dataset version {card['version']}", ""]
    lines += [f"- hash `{card['hash']}`", f"- created {card['created_at']}"]
    if card["parent"]:
        lines.append(f"- builds on {card['parent']['name']} (`{card['parent']['hash'][:12]}`)")
    if card["filters"]:
        lines.append("- collected: " + " | ".join(f"`{one}`" for one in card["filters"]))
    lines.append(f"- drawn up from {card['labels_seen']} label events")
    lines += ["", "## Crops", "", "| | training | evaluation | unreadable |", "|---|---|---|---|"]
    lines.append("| collected | " + " | ".join(str(card["crops"][side]) for side in SIDES) + " |")
    lines.append("| different codes | " + " | ".join(str(card["codes"][side]) for side in SIDES[:2]) + " | |")
    for part in card["synthetic"]:
        counts = [str(part["count"]) if part["side"] == side else "" for side in SIDES]
        name = _cell(f"{part['recipe']}, seed {part['seed']}, digest {part['digest'][:12]}")
        lines.append(f"| {name} | {' | '.join(counts)} |")
    if card["crops"]["training"] and not card["crops"]["evaluation"]:
        lines += ["", "**No collected crop is held back for evaluation:** there are too few codes yet."]
    waiting = card["left_out"]
    if waiting:
        lines += ["", f"## Left out until somebody has looked: {len(waiting)}", "", "| crop | why | labels |"]
        lines.append("|---|---|---|")
        for one in waiting[:_LISTED]:
            texts = ", ".join(_cell(text) for text in one["texts"])
            lines.append(f"| `{one['sample'][:12]}` | {one['reason']}: {one['detail']} | {texts} |")
        if len(waiting) > _LISTED:
            lines += ["", f"and {len(waiting) - _LISTED} more, see {CARD_JSON}"]
    damaged = card["damaged"]
    if damaged:
        lines += ["", f"## Left out as damaged: {len(damaged)}", "", "| crop or label event | why |", "|---|---|"]
        lines += [f"| `{one['name']}` | {_cell(one['why'])} |" for one in damaged[:_LISTED]]
        if len(damaged) > _LISTED:
            lines += ["", f"and {len(damaged) - _LISTED} more, see {CARD_JSON}"]
    lines += table_lines(card["tables"])
    return "\n".join(lines) + "\n"


def table_lines(tables: dict[str, dict[str, dict[str, int]]]) -> list[str]:
    """The tables of a card in Markdown."""
    lines: list[str] = []
    for what, table in tables.items():
        if table:
            lines += ["", f"## By {what}", "", f"| {what} | training | evaluation | unreadable |", "|---|---|---|---|"]
            lines += [
                f"| {_cell(value)} | " + " | ".join(str(counts.get(side, 0)) for side in SIDES) + " |"
                for value, counts in table.items()
            ]
    return lines


def write_cards(store: SampleStore, catalogue: VersionCatalogue, version: Version, buried: frozenset[str]) -> None:
    """Put card and contact sheet beside the version.

    Args:
        store: for the crops on the sheet.
        catalogue: where the version lies.
        version: the version.
        buried: crops that were removed since, by digest.
    """
    card = describe(version)
    catalogue.put_beside(version.name, CARD_JSON, canonical_json(card) + b"\n")
    catalogue.put_beside(version.name, CARD_MARKDOWN, write_markdown(card).encode())
    _put_sheet(store, catalogue, version, buried)


def forget_on_sheets(store: SampleStore, catalogue: VersionCatalogue, buried: frozenset[str]) -> list[str]:
    """Draw those contact sheets anew that show a removed crop. Returns the names of their versions."""
    redrawn = []
    for name in catalogue.names():
        sheet = catalogue.get_beside(name, SHEET)
        if sheet is not None and buried.intersection(sheet_samples(sheet)):
            _put_sheet(store, catalogue, catalogue.read(name), buried)
            redrawn.append(name)
    return redrawn


def sheet_samples(sheet: bytes) -> list[str]:
    """Digests of the crops that a contact sheet shows."""
    with Image.open(io.BytesIO(sheet)) as image:
        return str(image.info.get(_SHEET_KEY, "")).split()


def _put_sheet(store: SampleStore, catalogue: VersionCatalogue, version: Version, buried: frozenset[str]) -> None:
    sheet = draw_sheet(store, version.manifest, buried)
    if sheet is None:
        catalogue.drop_beside(version.name, SHEET)
    else:
        catalogue.put_beside(version.name, SHEET, sheet)


def draw_sheet(store: SampleStore, manifest: Manifest, buried: frozenset[str]) -> bytes | None:
    """A PNG with some crops of each side beside each other; None if there is none to show."""
    columns: list[list[tuple[NDArray[np.uint8], str]]] = []
    shown: list[str] = []
    for side in SIDES:
        # Digests are as good as random: the first ones are a fair choice.
        cells = []
        for entry in [one for one in manifest.on(side) if one.digest not in buried][: _SHOWN // len(SIDES)]:
            try:
                picture = np.asarray(store.crop(entry.digest).convert("L"))
            except (UnknownSampleError, CropError):
                continue  # `verify` and `materialize` name it
            cells.append((picture, f"{side}: {_latin(entry.text) or '(no text)'}"))
            shown.append(entry.digest)
        if cells:
            columns.append(cells)
    if not columns:
        return None
    about = PngInfo()
    about.add_text(_SHEET_KEY, " ".join(shown))
    buffer = io.BytesIO()
    contact_sheet(columns, per_row=2).save(buffer, "PNG", pnginfo=about)
    return buffer.getvalue()


def _table(rows: Sequence[Row], values: Callable[[Row], Iterable[str]]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        for value in values(row):
            counts.setdefault(value, Counter())[row.side] += 1
    return {value: dict(counts[value]) for value in sorted(counts)}


def _light_range(light: int) -> str:
    low = light // _LIGHT_STEP * _LIGHT_STEP
    return f"{low:3d} to {low + _LIGHT_STEP - 1:3d}"


def _latin(text: str) -> str:
    """What Pillow's built-in font can draw."""
    return text.encode("ascii", "replace").decode()


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'").replace("<", "&lt;")
