"""The crops that are read: real ones upright, and those of one folder also turned and as harder twins."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from data_gen.twins import TURNS, TWINS, make_twin

UPRIGHT = "upright"
TEAM = "team_dev"  # the folder of shoe tags that the targets stand on


@dataclass(frozen=True)
class Case:
    """One crop in one condition."""

    folder: str  # of the crop it was made from
    kind: str  # "upright", a kind of twin, or "turned 90", "turned 180", "turned 270" (counter-clockwise)
    file: str
    text: str
    crop: Image.Image  # RGB

    @property
    def condition(self) -> str:
        """Folder and kind."""
        return f"{self.folder} {self.kind}"

    @property
    def parent(self) -> str:
        """The crop that the case was made from: cases of one parent are no independent evidence."""
        return f"{self.folder}/{self.file}"


def load_cases(crops: Path, *, quick: bool) -> list[Case]:
    """Every labelled folder below `crops`: upright; the first also turned and as harder twins unless `quick`.

    Args:
        crops: folder of folders with pictures and `labels.tsv` (columns file, text). `TEAM` comes first if it is there,
            then the others from the last by name.
        quick: upright only.

    Raises:
        OSError: a picture that a `labels.tsv` names is missing or damaged.
    """
    cases = []
    folders = sorted((path.parent for path in crops.glob("*/labels.tsv")), reverse=True)
    folders.sort(key=lambda folder: folder.name != TEAM)
    for number, folder in enumerate(folders):
        with (folder / "labels.tsv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
        for row in rows:
            with Image.open(folder / row["file"]) as image:
                crop = image.convert("RGB")
            made = {UPRIGHT: crop}
            if not quick and number == 0:
                made |= {kind: make_twin(crop, Path(row["file"]).stem, kind) for kind in TWINS}
                made |= {f"turned {turn}": crop.rotate(turn, expand=True) for turn in TURNS}
            cases += [Case(folder.name, kind, row["file"], row["text"], picture) for kind, picture in made.items()]
    return cases
