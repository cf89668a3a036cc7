"""Writes a version as a folder to train on and to evaluate on.

    version.json                         name, hash, removed crops, left-out crops, and whether it is complete
    training/labels.tsv                  columns file, text, source, sample; `file` is relative to this folder
    training/images/<digest>.png         collected crops
    evaluation/labels.tsv, images/       the same, held back
    unreadable/labels.tsv, images/       crops that shoppers could not read either; never a text to train on
    synthetic/0-<recipe>/                a folder as data_gen writes it; the sides' labels.tsv point into it
    card.json, card.md                   counts over all of it, drawn crops included

Stopped in the middle, the same command continues. Run again after a sample was removed, it takes that crop out.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from data_gen.workplace import HERE, Workplace
from datasets.errors import StoreError, UnknownSampleError
from datasets.objects.folder import write_whole
from datasets.samples.picture_quality import light
from datasets.samples.store import SampleStore
from datasets.versions.card import CARD_JSON, CARD_MARKDOWN, Row, count_rows, describe, entry_row, write_markdown
from datasets.versions.split import Side
from datasets.versions.synthetic import RecipeDiffersError, check_part
from datasets.versions.version import SIDES, Entry, SyntheticPart, Version, VersionError
from ocr_model.codes.table import to_cell
from ocr_model.domains.domain import Domain
from ocr_model.labelled_folder import read_labels

COLUMNS = ("file", "text", "source", "sample")
_MARKER = "version.json"


@dataclass(frozen=True, slots=True)
class Materialized:
    """A folder that was written."""

    folder: Path
    crops: dict[str, int]  # lines of labels.tsv, by side
    gone: tuple[str, ...]  # digests of samples that were removed since the version was created
    repeated: int  # drawn crops left out because their code is on the other side
    differing: tuple[str, ...]  # recipes that draw other crops on this machine, and were drawn all the same


@dataclass(frozen=True, slots=True)
class _Line:
    file: str
    text: str
    sample: str  # digest of a collected crop, "" for a drawn one
    row: Row


def materialize(
    store: SampleStore,
    version: Version,
    folder: Path,
    *,
    buried: frozenset[str] = frozenset(),
    workplace: Workplace = HERE,
    allow_other_digest: bool = False,
) -> Materialized:
    """Write a version to a folder.

    Args:
        store: the store of the crops.
        version: the version.
        folder: made if missing; empty, or one that an earlier run for the same version wrote to.
        buried: digests of crops that were removed for good (`History.buried`).
        workplace: where synthetic crops are drawn.
        allow_other_digest: draw synthetic parts even if this machine draws other crops than the version says.

    Raises:
        RecipeDiffersError: a recipe draws other crops here; nothing has been written.
        VersionError: the folder holds other files; or a crop is missing that was not removed.
        StoreError: a crop is damaged, or the disk fails.
        WorkerProcessError: a worker that draws died.
    """
    differing = _check_recipes(version.manifest.synthetic, allow_other_digest)
    try:
        _claim(folder, version)
        gone = tuple(entry.digest for entry in version.manifest.entries if entry.digest in buried)
        lines: dict[str, list[_Line]] = {
            side: _write_collected(store, folder / side, version.manifest.on(side), buried) for side in SIDES
        }
        drawn: dict[Side, list[_Line]] = {"training": [], "evaluation": []}
        for number, part in enumerate(version.manifest.synthetic):
            drawn[part.side] += _write_synthetic(folder, number, part, workplace)
        repeated = _add_drawn(lines, drawn, store.domain)
        for side in SIDES:
            _write_labels(folder / side, lines[side])
        rows = [line.row for side in SIDES for line in lines[side]]
        card = describe(version).model_copy(update={"tables": count_rows(rows, store.domain)})
        (folder / CARD_JSON).write_bytes(card.to_bytes())
        (folder / CARD_MARKDOWN).write_text(write_markdown(card), encoding="utf-8")
        counts = {side: len(lines[side]) for side in SIDES}
        done = Materialized(folder, counts, gone, repeated, differing)
        _mark(folder, version, complete=True, done=done)
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error}") from error
    return done


def _check_recipes(parts: Sequence[SyntheticPart], allow_other_digest: bool) -> tuple[str, ...]:
    differing = []
    for part in parts:
        try:
            check_part(part)
        except RecipeDiffersError:
            if not allow_other_digest:
                raise
            differing.append(part.recipe)
    return tuple(differing)


def _claim(folder: Path, version: Version) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / _MARKER
    if marker.is_file():
        try:
            there = json.loads(marker.read_text(encoding="utf-8"))["hash"]
        except (ValueError, KeyError, TypeError) as error:
            raise VersionError(f"{marker} is damaged; empty the folder first") from error
        if there != version.manifest.hash:
            raise VersionError(f"{folder} holds another version (hash {there[:12]})")
    elif any(folder.iterdir()):
        raise VersionError(f"{folder} is not empty and holds no version")
    _mark(folder, version, complete=False)


def _mark(folder: Path, version: Version, *, complete: bool, done: Materialized | None = None) -> None:
    content: dict[str, object] = {"version": version.name, "hash": version.manifest.hash, "complete": complete}
    if done is not None:
        content |= {
            "crops": done.crops,
            "gone": list(done.gone),
            "repeated": done.repeated,
            "other_digest": list(done.differing),
        }
    write_whole(folder / _MARKER, json.dumps(content, indent=2).encode() + b"\n")


def _write_collected(store: SampleStore, folder: Path, entries: Sequence[Entry], buried: frozenset[str]) -> list[_Line]:
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    for path in images.glob("*.part"):  # left by a run that was killed
        path.unlink()
    there = {path.name for path in images.iterdir()}
    lines = []
    wanted = [entry for entry in entries if entry.digest not in buried]
    for entry in tqdm(wanted, desc=folder.name, unit="crop", disable=None):
        name = f"{entry.digest}.png"
        if name not in there:  # files are written in one step, so an existing one is whole
            try:
                write_whole(images / name, store.crops.whole(entry.digest)[0])
            except UnknownSampleError as error:
                raise VersionError(
                    f"the crop {entry.digest} is missing, though it was not removed; "
                    "see `.venv/bin/python -m datasets verify`"
                ) from error
        there.discard(name)
        lines.append(_Line(f"images/{name}", entry.text, entry.digest, entry_row(entry)))
    for name in there:  # left by a run before a sample was removed
        (images / name).unlink()
    return lines


def _write_synthetic(folder: Path, number: int, part: SyntheticPart, workplace: Workplace) -> list[_Line]:
    # Imported here: a version without synthetic parts needs no generator.
    from data_gen.plan import plan_dataset
    from data_gen.recipe import load_recipe
    from data_gen.writing import DatasetMismatchError, write_dataset

    recipe = Path(part.recipe).name.removesuffix(".toml")
    name = f"{number}-{re.sub(r'[^A-Za-z0-9._-]+', '_', recipe)}"
    out = folder / "synthetic" / name
    plan = plan_dataset(load_recipe(part.recipe), part.recipe, count=part.count, seed=part.seed)
    try:
        write_dataset(plan, out, workplace=workplace)
    except DatasetMismatchError as error:
        raise VersionError(f"{error}; remove that folder first") from error
    return list(_read_synthetic(out, f"../synthetic/{name}", part))


def _read_synthetic(out: Path, prefix: str, part: SyntheticPart) -> Iterator[_Line]:
    for label in read_labels(out):
        turn = int(label.cells["quarter_turns"])
        brightness = light(label.picture())
        row = Row(part.side, f"recipe {label.cells['recipe']}", "synthetic", label.text, turn, brightness)
        yield _Line(f"{prefix}/{label.file}", label.text, "", row)


def _add_drawn(lines: dict[str, list[_Line]], drawn: dict[Side, list[_Line]], domain: Domain) -> int:
    """Put drawn crops behind the collected ones, except those whose code is on the other side.

    The other side's collected crops come first, then what is drawn for evaluation, then for training.
    """
    repeated = 0
    order: tuple[tuple[Side, Side], ...] = (("evaluation", "training"), ("training", "evaluation"))
    for side, other in order:
        if not drawn[side]:
            continue
        taken = frozenset[str]().union(*(domain.groups(line.text) for line in lines[other]))
        kept = [line for line in drawn[side] if taken.isdisjoint(domain.groups(line.text))]
        repeated += len(drawn[side]) - len(kept)
        lines[side] += kept
    return repeated


def _write_labels(folder: Path, lines: Sequence[_Line]) -> None:
    temporary = folder / "labels.tsv.part"
    with temporary.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        table.writerow(COLUMNS)
        table.writerows((line.file, to_cell(line.text), to_cell(line.row.source), line.sample) for line in lines)
    temporary.replace(folder / "labels.tsv")
