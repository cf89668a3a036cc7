"""The collected crops of a version's training side, as a folder that a challenger is trained from.

Labels have no spaces, and the recognizer reads spaces: training on bare labels would unlearn them. So a label gets the
spaces that the champion reads in the crop, where both agree on the characters around a space.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path

from pydantic import TypeAdapter

from datasets.errors import CropError, UnknownSampleError
from datasets.samples.damage import Damage, crop_damage
from datasets.samples.store import SampleStore
from datasets.versions.version import Entry
from ocr_model.codes.table import to_cell

_DONE = "done.json"
_FORM = 2  # version of that file's format; a file of another one is begun anew
_BATCH = 16


@dataclass(frozen=True, slots=True)
class TrainingCrops:
    """The contents of the folder."""

    folder: Path
    count: int  # crops with a label to learn from
    damaged: tuple[Damage, ...]  # crops that cannot be read
    removed: int  # crops that were removed for good since the version was made
    unlearnable: int  # labels with characters that the recognizer does not know, or too long ones


def write_training_crops(
    store: SampleStore,
    entries: Sequence[Entry],
    champion: Path,
    folder: Path,
    *,
    buried: frozenset[str],
    threads: int = 2,
    on_progress: Callable[[int, int], None] | None = None,
) -> TrainingCrops:
    """Write `labels.tsv` (file, text) and the crops. A stopped run begins anew; a finished one is used again.

    Args:
        store: the store of the crops.
        entries: entries of the version's training side.
        champion: the exported model whose spaces are taken over.
        folder: folder to write to.
        buried: digests of crops that were removed for good.
        threads: threads per reading.
        on_progress: called with (done, of).

    Raises:
        StoreError: the disk fails, or the bucket does not answer.
        ModelError: the champion does not read.
    """
    from ocr_model.reading.recognizer import Recognizer

    wanted = [entry for entry in entries if entry.digest not in buried]
    listed = "\n".join([str(_FORM), *(f"{entry.digest} {entry.text}" for entry in wanted)])
    about = hashlib.sha256(listed.encode()).hexdigest()
    done = folder / _DONE
    if done.is_file():
        saved = json.loads(done.read_text(encoding="utf-8"))
        if saved.pop("about") == about:
            unread = TypeAdapter(tuple[Damage, ...]).validate_python(saved.pop("damaged"))
            return TrainingCrops(folder, damaged=unread, **saved)
    shutil.rmtree(folder, ignore_errors=True)  # left by a stopped run, or a sample was removed since
    folder.mkdir(parents=True)
    # Alone: what is trained on never comes from another model.
    reader = Recognizer.load(champion, threads=threads, second=False)
    charset, longest = _limits(champion)
    damaged = []
    rows: list[tuple[str, str]] = []
    unlearnable = 0
    for first in range(0, len(wanted), _BATCH):
        crops = []
        for entry in wanted[first : first + _BATCH]:
            if not set(entry.text) <= charset or len(entry.text) > longest:
                unlearnable += 1
                continue
            try:
                crops.append((entry, store.crop(entry.digest)))
            except (CropError, UnknownSampleError) as error:
                damaged.append(crop_damage(entry.digest, error))
        readings = reader.read_batch([image for _, image in crops])
        for (entry, image), reading in zip(crops, readings, strict=True):
            spaced = respace(entry.text, reading.text)
            image.convert("L").save(folder / f"{entry.digest}.png")
            rows.append((f"{entry.digest}.png", spaced if len(spaced) <= longest else entry.text))
        if on_progress is not None:
            on_progress(min(first + _BATCH, len(wanted)), len(wanted))
    with (folder / "labels.tsv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        table.writerow(("file", "text"))
        table.writerows((file_name, to_cell(text)) for file_name, text in rows)
    crops_written = TrainingCrops(folder, len(rows), tuple(damaged), len(entries) - len(wanted), unlearnable)
    content = {key: value for key, value in asdict(crops_written).items() if key != "folder"} | {"about": about}
    done.write_text(json.dumps(content) + "\n", encoding="utf-8")
    return crops_written


def respace(label: str, reading: str) -> str:
    """A label with the spaces of a reading: `SN117504` beside `SN 117504` becomes `SN 117504`.

    A space is taken over if the characters on both of its sides stand side by side in the label, too.
    """
    characters = reading.replace(" ", "")
    after = set()  # places in `characters` before which the reading has a space
    place = 0
    for character in reading:
        if character == " ":
            after.add(place)
        else:
            place += 1
    spaces = set()
    for block in SequenceMatcher(None, characters, label, autojunk=False).get_matching_blocks():
        for offset in range(1, block.size):
            if block.a + offset in after:
                spaces.add(block.b + offset)
    return "".join(f" {character}" if at in spaces else character for at, character in enumerate(label))


def _limits(model: Path) -> tuple[frozenset[str], int]:
    """The characters that a model knows, and how long its longest text is."""
    description = json.loads((model / "model.json").read_text(encoding="utf-8"))
    return frozenset(description["charset"]), int(description["max_length"])
