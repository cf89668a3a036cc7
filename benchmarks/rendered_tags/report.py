"""The figures of rendered tags: tables as Markdown, a plot, and a sheet of the tags whose code is wrong."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageOps

from benchmarks.rendered_tags.judging import FIELDS, JudgedPhoto, JudgedTag
from benchmarks.targets import share_in_words
from ocr_model.export.proportion import Proportion

GROUPS = ("layout", "scene", "damage", "bend", "turn")
_CELL, _CAPTION, _GAP = (420, 300), 34, 8  # of the sheet, pixels


@dataclass(frozen=True)
class Figure:
    """One quantity of a set of tags."""

    name: str
    of: Callable[[JudgedTag], Iterable[bool]]  # right or wrong, for each thing that is counted on a tag

    def share(self, tags: Iterable[JudgedTag]) -> Proportion:
        """How many are right."""
        rights = [right for tag in tags for right in self.of(tag)]
        return Proportion(sum(rights), len(rights))


FIGURES = (
    Figure("code right", lambda tag: [tag.code.is_right] if tag.code else []),
    Figure("fields right", lambda tag: [field.is_right for field in tag.fields]),
    Figure("lines found", lambda tag: [line.is_found for line in tag.lines]),
    Figure("lines read, without Hangul", lambda tag: [line.is_read for line in tag.lines if not line.has_hangul]),
    Figure("roles of lines", lambda tag: [line.role == line.role_said for line in tag.lines]),
    Figure("barcodes read", lambda tag: [at < tag.barcodes_read for at in range(tag.barcodes)]),
)


def tables(photos: Sequence[JudgedPhoto]) -> str:
    """All figures, as Markdown."""
    tags = [tag for photo in photos for tag in photo.tags]
    firsts = [photo.first_is_right for photo in photos if photo.first_is_right is not None]
    first = share_in_words(Proportion(sum(firsts), len(firsts)))
    lines = [
        f"{len(tags)} tags on {len(photos)} photos, 95 % intervals in parentheses; the median photo took"
        f" {statistics.median(photo.milliseconds for photo in photos):.0f} ms.\n",
        "| what | right | target |",
        "|---|---|---|",
        f"| photos whose first card names a code that is printed on them | {first} | 97 % |",
    ]
    targets = {"code right": "97 %", "fields right": "90 %"}
    lines += [
        f"| {figure.name} | {share_in_words(figure.share(tags))} | {targets.get(figure.name, '')} |"
        for figure in FIGURES
    ]
    lines += ["", "| field | right |", "|---|---|"]
    for role in FIELDS:
        rights = [field.is_right for tag in tags for field in tag.fields if field.role == role]
        lines.append(f"| {role} | {share_in_words(Proportion(sum(rights), len(rights)))} |")
    for group in GROUPS:
        lines += ["", f"| {group} | tags | " + " | ".join(figure.name for figure in FIGURES) + " |"]
        lines.append("|---" * (len(FIGURES) + 2) + "|")
        for name, own in _grouped(tags, group):
            cells = [_percent(figure.share(own)) for figure in FIGURES]
            lines.append(f"| {name} | {len(own)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _grouped(tags: Sequence[JudgedTag], group: str) -> list[tuple[str, list[JudgedTag]]]:
    names = sorted({tag.groups[group] for tag in tags})
    found = [(name, [tag for tag in tags if tag.groups[group] == name]) for name in names]
    return sorted(found, key=lambda entry: -len(entry[1]))


def _percent(share: Proportion) -> str:
    return f"{100 * share.count / share.total:.0f} %" if share.total else "–"


def draw_plot(photos: Sequence[JudgedPhoto], file: Path) -> None:
    """Codes, fields and lines by layout and by damage, as PNG."""
    from matplotlib.figure import Figure as Canvas  # the tables need no matplotlib

    tags = [tag for photo in photos for tag in photo.tags]
    canvas = Canvas(figsize=(12, 4.4), layout="constrained")
    for axes, group in zip(canvas.subplots(1, 2, sharey=True), ("layout", "damage"), strict=True):
        _draw_group(axes, _grouped(tags, group), group)
    canvas.axes[0].set_ylabel("right, %")
    canvas.savefig(file, dpi=100)


def _draw_group(axes: Any, groups: Sequence[tuple[str, list[JudgedTag]]], title: str) -> None:
    shown = [FIGURES[0], FIGURES[1], FIGURES[3]]
    for place, figure in enumerate(shown):
        at, shares, below, above = [], [], [], []
        for number, (_, own) in enumerate(groups):
            share = figure.share(own)
            if share.total:
                low, high = share.interval()
                at.append(number + 0.26 * (place - 1))
                shares.append(100 * share.count / share.total)
                below.append(shares[-1] - 100 * low)
                above.append(100 * high - shares[-1])
        axes.bar(at, shares, 0.24, yerr=(below, above), capsize=2, label=figure.name, color=f"C{place}", alpha=0.85)
    axes.set_xticks(range(len(groups)), [f"{name}\n{len(own)} tags" for name, own in groups], fontsize=8)
    axes.set_ylim(0, 104)
    axes.set_title(f"by {title}, 95 % intervals")
    axes.legend(loc="lower right", fontsize=8)


def draw_sheet(photos: Sequence[JudgedPhoto], folder: Path, *, most: int = 24, columns: int = 4) -> Image.Image:
    """The tags whose code is wrong, upright, with the printed code and what was said.

    Args:
        photos: the judged photos.
        folder: that their records lie in.
        most: tags on the sheet.
        columns: tags in a row.
    """
    wrong = [tag for photo in photos for tag in photo.tags if tag.code and not tag.code.is_right][:most]
    rows = max(1, (len(wrong) + columns - 1) // columns)
    cell = _CELL[0] + _GAP, _CELL[1] + _CAPTION + _GAP
    sheet = Image.new("RGB", (columns * cell[0], rows * cell[1]), "white")
    pen = ImageDraw.Draw(sheet)
    for number, tag in enumerate(wrong):
        left, top = number % columns * cell[0], number // columns * cell[1]
        sheet.paste(ImageOps.pad(_cut(tag, folder), _CELL, color="white"), (left, top + _CAPTION))
        code = tag.code
        said = [f"printed {code.printed}", f"said    {code.said or '(none)'}   {tag.file}"] if code else []
        pen.multiline_text((left + 4, top + 2), "\n".join(said), fill="black")
    return sheet


def _cut(tag: JudgedTag, folder: Path) -> Image.Image:
    """The surroundings of a tag, turned upright."""
    with Image.open(folder / tag.file) as opened:
        photo = opened.convert("RGB")
    xs, ys = [x for x, _ in tag.corners], [y for _, y in tag.corners]
    box = max(0, int(min(xs))), max(0, int(min(ys))), min(photo.width, int(max(xs))), min(photo.height, int(max(ys)))
    degrees = int(tag.groups["turn"].removesuffix("°"))
    return photo.crop(box).rotate(-degrees, expand=True)
