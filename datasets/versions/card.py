"""The card of a version: counts of its contents, for people (Markdown) and programs (JSON)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from datasets.objects.record import Record, UtcTime
from datasets.samples.damage import Damage
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.sheet import put_sheet
from datasets.versions.split import Side
from datasets.versions.version import SIDES, Entry, Parent, Version
from ocr_model.domains.domain import Domain
from ocr_model.domains.registry import domain_named

CARD_JSON, CARD_MARKDOWN = "card.json", "card.md"
_LISTED = 50  # crops that wait for a second look, or are damaged, in the Markdown; the JSON has all
_LIGHT_STEP = 32  # brightness values in one row

Tables = dict[str, dict[str, dict[str, int]]]
"""Numbers of crops: by what they are counted, value, side."""


@dataclass(frozen=True, slots=True)
class SyntheticCount:
    """A synthetic part of a version, without its ingredients."""

    recipe: str
    count: int  # crops
    seed: int
    side: Side
    digest: str


@dataclass(frozen=True, slots=True)
class DoubtedCrop:
    """A crop that waits for a second look."""

    sample: str  # digest of the crop
    reason: str
    detail: str
    texts: tuple[str, ...]  # of its labels


class Card(Record):
    """Counts of a version's contents. All of them follow from the manifest, or from the folder made of it."""

    version: str
    hash: str
    created_at: UtcTime
    parent: Parent | None
    filters: tuple[str, ...]
    labels_seen: int  # events up to the watermark
    crops: Mapping[str, int]  # collected ones, by side
    codes: Mapping[str, int]  # different ones, by side
    synthetic: tuple[SyntheticCount, ...]
    left_out: tuple[DoubtedCrop, ...]
    damaged: tuple[Damage, ...]
    tables: Tables


@dataclass(frozen=True, slots=True)
class Row:
    """The properties of a crop, collected or drawn, that a card counts."""

    side: str  # training, evaluation or unreadable
    source: str  # app, an import, or the recipe
    status: str  # of a collected label; "synthetic" for a drawn one
    text: str
    turn: int  # quarter turns clockwise
    light: int  # mean brightness, 0..255


@lru_cache(maxsize=65536)
def brands_of(text: str, domain: Domain) -> str:
    """The brands whose formats fit a line, as one word of a table."""
    return " or ".join(sorted({match.brand for match in domain.matches(text)})) or "(no known format)"


def entry_row(entry: Entry) -> Row:
    """The properties of a collected crop that a card counts."""
    return Row(entry.side, entry.source, entry.status, entry.text, entry.turn, entry.light)


def count_rows(rows: Iterable[Row], domain: Domain) -> Tables:
    """The tables of a card, by property, value and side.

    An unreadable crop has no text, so it is not counted by brand, length and character.
    """
    rows = list(rows)
    readable = [row for row in rows if row.side != "unreadable"]
    return {
        "source": _table(rows, lambda row: [row.source]),
        "status": _table(rows, lambda row: [row.status]),
        "brand format": _table(readable, lambda row: [brands_of(row.text, domain)] if row.text else ["(no text)"]),
        "length": _table(readable, lambda row: [f"{len(row.text):2d}"]),
        "character": _table(readable, lambda row: row.text),
        "quarter turns": _table(rows, lambda row: [str(row.turn)]),
        "mean light": _table(rows, lambda row: [_light_range(row.light)]),
    }


def describe(version: Version) -> Card:
    """The card of a version."""
    manifest = version.manifest
    return Card(
        version=version.name,
        hash=manifest.hash,
        created_at=version.created_at,
        parent=manifest.parent,
        filters=manifest.filters,
        labels_seen=sum(manifest.watermark.values()),
        crops={side: len(manifest.on(side)) for side in SIDES},
        codes={side: len({entry.code for entry in manifest.on(side) if entry.code}) for side in SIDES[:2]},
        synthetic=tuple(
            SyntheticCount(part.recipe, part.count, part.seed, part.side, part.digest) for part in manifest.synthetic
        ),
        left_out=tuple(
            DoubtedCrop(crop.digest, crop.reason, crop.detail, tuple(text for _, text in crop.labels))
            for crop in manifest.left_out
        ),
        damaged=manifest.damaged,
        tables=count_rows(map(entry_row, manifest.entries), domain_named(manifest.domain)),
    )


def write_markdown(card: Card) -> str:
    """The card for people."""
    lines = [f"# Dataset version {card.version}", ""]
    lines += [f"- hash `{card.hash}`", f"- created {card.created_at.isoformat()}"]
    if card.parent:
        lines.append(f"- builds on {card.parent.name} (`{card.parent.hash[:12]}`)")
    if card.filters:
        lines.append("- collected: " + " | ".join(f"`{text}`" for text in card.filters))
    lines.append(f"- drawn up from {card.labels_seen} label events")
    lines += ["", "## Crops", "", "| | training | evaluation | unreadable |", "|---|---|---|---|"]
    lines.append("| collected | " + " | ".join(str(card.crops[side]) for side in SIDES) + " |")
    lines.append("| different codes | " + " | ".join(str(card.codes[side]) for side in SIDES[:2]) + " | |")
    for part in card.synthetic:
        counts = [str(part.count) if part.side == side else "" for side in SIDES]
        name = _cell(f"{part.recipe}, seed {part.seed}, digest {part.digest[:12]}")
        lines.append(f"| {name} | {' | '.join(counts)} |")
    if card.crops["training"] and not card.crops["evaluation"]:
        lines += ["", "**No collected crop is held back for evaluation:** there are too few codes yet."]
    waiting = card.left_out
    if waiting:
        lines += ["", f"## Left out until a person has looked: {len(waiting)}", "", "| crop | why | labels |"]
        lines.append("|---|---|---|")
        for crop in waiting[:_LISTED]:
            texts = ", ".join(_cell(text) for text in crop.texts)
            lines.append(f"| `{crop.sample[:12]}` | {crop.reason}: {crop.detail} | {texts} |")
        if len(waiting) > _LISTED:
            lines += ["", f"and {len(waiting) - _LISTED} more, see {CARD_JSON}"]
    damaged = card.damaged
    if damaged:
        lines += ["", f"## Left out as damaged: {len(damaged)}", "", "| crop or label event | why |", "|---|---|"]
        lines += [f"| `{damage.name}` | {_cell(damage.why)} |" for damage in damaged[:_LISTED]]
        if len(damaged) > _LISTED:
            lines += ["", f"and {len(damaged) - _LISTED} more, see {CARD_JSON}"]
    lines += table_lines(card.tables)
    return "\n".join(lines) + "\n"


def table_lines(tables: Tables) -> list[str]:
    """The tables of a card in Markdown."""
    lines: list[str] = []
    for column, table in tables.items():
        if table:
            lines += [
                "",
                f"## By {column}",
                "",
                f"| {column} | training | evaluation | unreadable |",
                "|---|---|---|---|",
            ]
            lines += [
                f"| {_cell(value)} | " + " | ".join(str(counts.get(side, 0)) for side in SIDES) + " |"
                for value, counts in table.items()
            ]
    return lines


def write_cards(store: SampleStore, catalogue: VersionCatalogue, version: Version, buried: frozenset[str]) -> None:
    """Put card and contact sheet beside the version.

    Args:
        store: the store of the crops on the sheet.
        catalogue: the catalogue of the version.
        version: the version.
        buried: digests of the crops that were removed since.
    """
    card = describe(version)
    catalogue.put_beside(version.name, CARD_JSON, card.to_bytes())
    catalogue.put_beside(version.name, CARD_MARKDOWN, write_markdown(card).encode())
    put_sheet(store, catalogue, version, buried)


def _table(rows: Sequence[Row], values: Callable[[Row], Iterable[str]]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        for value in values(row):
            counts.setdefault(value, Counter())[row.side] += 1
    return {value: dict(counts[value]) for value in sorted(counts)}


def _light_range(light: int) -> str:
    low = light // _LIGHT_STEP * _LIGHT_STEP
    return f"{low:3d} to {low + _LIGHT_STEP - 1:3d}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'").replace("<", "&lt;")
