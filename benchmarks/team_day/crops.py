"""The zip of the day: generated crops of two kinds that the store does not hold, some with wrong labels, some twice."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from benchmarks.loop_demo.settings import Kind
from benchmarks.loop_demo.shoppers import mistype
from benchmarks.loop_demo.tags import TagStream
from ocr_model.codes.text import label_text, match_key

Slip = Literal["mistyped", "of another crop", "of another line"]
KINDS: dict[Kind, str] = {"new": "dot-matrix print", "plain": "plain print"}
_OTHER_LINES = ("MADE IN VIETNAM", "UK 8.5 EU 43", "COTTON 100", "WWW.SHOES.COM", "CHINA", "27 CM", "US 9")
_QUALITY = 85  # of a JPEG that is a second copy


@dataclass(frozen=True, slots=True)
class DayCrop:
    """A file of the zip."""

    file: str
    kind: Kind
    picture: bytes
    truth: str  # what is printed, without spaces
    label: str  # what the table says
    slip: Slip | None  # how the label is wrong
    copy_of: str = ""  # file that shows the same crop


@dataclass(frozen=True, slots=True)
class DaySizes:
    """What the day is made of."""

    held: int = 120  # crops of photographed tags that the store holds before
    crops: int = 500  # files of the zip
    wrong: int = 20  # of them with a wrong label
    twice: int = 10  # of them copies of others: half the same pixels, half saved again as JPEG


def day_crops(sizes: DaySizes, seed: int) -> list[DayCrop]:
    """The files of the zip.

    Args:
        sizes: How many there are.
        seed: Decides which are wrong, how, and which are there twice.
    """
    chance = random.Random(seed)
    stream = TagStream("stall", {"new": 1.0})
    crops, number = list[DayCrop](), 0
    while len(crops) < sizes.crops - sizes.twice:
        kind: Kind = "new" if len(crops) % 2 == 0 else "plain"
        tag, number = stream.tag_of(kind, number), number + 1
        truth = label_text(tag.text)
        if match_key(truth):
            crops.append(DayCrop(f"{kind}/{len(crops):04d}.png", kind, tag.png, truth, truth, None))
    chosen = chance.sample(range(len(crops)), sizes.wrong + sizes.twice)
    wrong, twice = chosen[: sizes.wrong], chosen[sizes.wrong :]
    for place, at in enumerate(wrong):
        crops[at] = _with_slip(crops[at], crops, place, chance)
    crops += [_copy(crops[at], place) for place, at in enumerate(twice)]
    return crops


def zipped(crops: list[DayCrop]) -> bytes:
    """The zip, with `labels.tsv`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for crop in crops:
            file.writestr(crop.file, crop.picture)
        rows = "".join(f"{crop.file}\t{crop.label}\tkind={crop.kind}\n" for crop in crops)
        file.writestr("labels.tsv", f"file\tlabel\tmetadata\n{rows}")
    return buffer.getvalue()


def by_file(crops: list[DayCrop], archive: str) -> Mapping[str, DayCrop]:
    """The crops by the names that the backend calls them."""
    return {f"{archive}/{crop.file}": crop for crop in crops}


def _with_slip(crop: DayCrop, crops: list[DayCrop], place: int, chance: random.Random) -> DayCrop:
    slips: tuple[Slip, ...] = ("mistyped", "of another crop", "mistyped", "of another crop", "of another line")
    slip, label = slips[place % len(slips)], crop.truth
    while match_key(label) == match_key(crop.truth):
        if slip == "mistyped":
            label = mistype(crop.truth, chance)
        elif slip == "of another crop":
            label = chance.choice(crops).truth
        else:
            label = label_text(chance.choice(_OTHER_LINES))
    return DayCrop(crop.file, crop.kind, crop.picture, crop.truth, label, slip)


def _copy(crop: DayCrop, place: int) -> DayCrop:
    name, picture = f"{crop.kind}/again-{place:02d}", crop.picture
    if place % 2 == 0:
        return DayCrop(f"{name}.png", crop.kind, picture, crop.truth, crop.label, None, copy_of=crop.file)
    buffer = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").save(buffer, "JPEG", quality=_QUALITY)
    return DayCrop(f"{name}.jpg", crop.kind, buffer.getvalue(), crop.truth, crop.label, None, copy_of=crop.file)
