"""The crops that are read: real ones upright, and those of one folder also turned and as harder twins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from data_gen.twins import TURNS, TWINS, make_twin
from ocr_model.labelled_folder import folder_name, labelled_folders, read_labels

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
    """Every labelled folder in `crops`: upright; the first also turned and as harder twins unless `quick`.

    Args:
        crops: folder of labelled folders, see `ocr_model.labelled_folder`, or one. `TEAM` comes first if it is there,
            then the others from the last by name.
        quick: upright only.

    Raises:
        LabelsError: there is no labelled folder; or a `labels.tsv` or a picture that it names cannot be read.
    """
    cases = []
    folders = labelled_folders(crops)[::-1]
    folders.sort(key=lambda folder: folder.name != TEAM)
    for number, folder in enumerate(folders):
        name = folder_name(folder)
        for label in read_labels(folder):
            crop = label.picture()
            made = {UPRIGHT: crop}
            if not quick and number == 0:
                made |= {kind: make_twin(crop, Path(label.file).stem, kind) for kind in TWINS}
                made |= {f"turned {turn}": crop.rotate(turn, expand=True) for turn in TURNS}
            cases += [Case(name, kind, label.file, label.text, picture) for kind, picture in made.items()]
    return cases
