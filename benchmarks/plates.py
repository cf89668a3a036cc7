"""Number plates side by side with rapidocr: rendered Korean and European ones, and real ones that are never trained on.

    python -m benchmarks.plates --count 500 [--model runs/plates] [--real FOLDER] [--out docs/plates.md]

Rendered crops are those of the recipe, from a seed that no training uses, and whole plates as a camera at a gate sees
them, where rows are found, read and put together. rapidocr's dictionary has no Korean syllable, so a second column
counts letters and digits alone. Where they are found, `--real` and `REAL_PLATES` name labelled folders.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.readers import Reader, ReaderMissingError, Reading, rapidocr, read_texts
from data_gen.crop import CropRenderer
from data_gen.fonts import load_fonts
from data_gen.plates.kinds import choose_kind
from data_gen.plates.plate import PlatePrinter
from data_gen.plates.scene import Sight, choose_vehicle, draw_frame
from data_gen.recipe import load_recipe
from ocr_model.codes.text import match_key
from ocr_model.domains.plates import PLATES
from ocr_model.errors import ModelError
from ocr_model.export.proportion import Proportion
from ocr_model.labelled_folder import labelled_folders, read_labels
from ocr_model.plates.plate_reader import PlateReader
from ocr_model.reading.recognizer import Recognizer
from ocr_model.tags.detection import load_detector
from ocr_model.training.evaluation import VALIDATION_SEED

RECIPE = "plates-1"
_SIZE = (960, 540)  # pixels of a camera's frame


@dataclass(frozen=True)
class Crops:
    """Labelled crops."""

    name: str
    images: tuple[Image.Image, ...]  # RGB
    texts: tuple[str, ...]


def rendered(family: str, count: int) -> Crops:
    """Crops of one family of plates, all with a text.

    Args:
        family: "korean" or "european".
        count: of crops.
    """
    recipe = load_recipe(RECIPE)
    shares = {"korean": 0.0, "european": 0.0} | {family: 1.0}
    renderer = CropRenderer(
        replace(recipe, no_text=0.0, **shares),  # type: ignore[arg-type]
        load_fonts(recipe.fonts),
        VALIDATION_SEED,
    )
    crops = [renderer.render(index) for index in range(count)]
    images = tuple(Image.fromarray(crop.image).convert("RGB") for crop in crops)
    return Crops(f"rendered, {family}", images, tuple(crop.text for crop in crops))


def frames(count: int) -> Crops:
    """Frames of a camera with a Korean plate each, 70 to 200 pixels wide."""
    recipe = load_recipe(RECIPE)
    printer = PlatePrinter(load_fonts(recipe.fonts))
    images, texts = [], []
    for number in range(count):
        words, rng = random.Random(f"frame/{number}"), np.random.default_rng((VALIDATION_SEED, number))
        vehicle = choose_vehicle(printer.press(choose_kind(words, 1.0, 0.0), words), words)
        width = words.uniform(70, 200)
        middle = (words.uniform(0.35, 0.65) * _SIZE[0], words.uniform(0.5, 0.75) * _SIZE[1])
        sight = Sight(vehicle, width, middle, words.gauss(0, 3), words.uniform(0, 0.02) * width)
        frame = draw_frame([sight], _SIZE, rng, light=words.uniform(0.35, 1.0), noise=words.uniform(0.005, 0.03))
        images.append(Image.fromarray(frame))
        texts.append(vehicle.plate.text.whole)
    return Crops("whole frames, Korean", tuple(images), tuple(texts))


def real(folder: Path) -> Crops:
    """The plates of a labelled folder."""
    labels = read_labels(folder)
    pictures = tuple(label.picture().convert("RGB") for label in labels)
    return Crops(f"real, {folder.name}", pictures, tuple(label.text for label in labels))


def row(name: str, crops: Crops, texts: Sequence[str]) -> str:
    """A row of the table: what is right as a whole, and with letters and digits alone."""
    whole = sum(PLATES.key(text) == PLATES.key(label) for text, label in zip(texts, crops.texts, strict=True))
    plain = sum(match_key(text) == match_key(label) for text, label in zip(texts, crops.texts, strict=True))
    low, high = Proportion(whole, len(texts)).interval()
    share = f"{100 * whole / len(texts):.1f} % ({100 * low:.1f} to {100 * high:.1f})"
    return f"| {crops.name} | {name} | {whole} of {len(texts)} | {share} | {plain} |"


def plates_reader(recognizer: Recognizer) -> Reader:
    """Ours, for crops as they stand."""

    def read_many(crops: Sequence[Image.Image]) -> list[str]:
        return [prediction.text for prediction in recognizer.read_batch(list(crops), find_turn=False)]

    def read(crop: Image.Image) -> Reading:
        prediction = recognizer.read(crop, find_turn=False)
        return Reading(prediction.text, prediction.confidence)

    return Reader(f"this reader ({recognizer.info.name})", read, (), read_many=read_many)


def on_frames(crops: Crops, recognizer: Recognizer, threads: int) -> list[str]:
    """The surest plate of each frame, "" where none is found."""
    reader = PlateReader(recognizer, load_detector(threads))
    found = [reader.read_photo(image) for image in crops.images]
    return [plates[0].text if plates else "" for plates in found]


def _folders(named: Sequence[Path]) -> list[Path]:
    given = os.environ.get("REAL_PLATES")
    roots = [*named, *([Path(given)] if given else [])]
    return [folder for root in roots for folder in labelled_folders(root)]


def main(arguments: Sequence[str]) -> int:
    """Measure and print the table; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plates", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--model", type=Path, default=PLATES.shipped_model, help="model folder (default: as shipped)")
    parser.add_argument("--count", type=int, default=500, help="rendered crops of each kind (default: 500)")
    parser.add_argument("--frames", type=int, default=100, help="whole frames (default: 100)")
    parser.add_argument("--real", type=Path, action="append", default=[], help="labelled folder of real plates")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of a reading (default: 1)")
    parser.add_argument("--out", type=Path, help="also write the table to this file")
    args = parser.parse_args(arguments)
    try:
        recognizer = Recognizer.load(args.model, threads=args.threads, second=False)
        peer = rapidocr(args.threads)
    except (ModelError, ReaderMissingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    makers: list[Callable[[], Crops]] = [
        lambda: rendered("korean", args.count),
        lambda: rendered("european", args.count),
    ]
    makers += [lambda folder=folder: real(folder) for folder in _folders(args.real)]  # type: ignore[misc]
    lines = ["| what | reader | right | share (95 % interval) | letters and digits right |", "|---|---|---|---|---|"]
    for make in makers:
        crops = make()
        for reader in (plates_reader(recognizer), peer):
            lines.append(row(reader.name, crops, read_texts(reader, crops.images)))
            print(lines[-1])
    if args.frames:
        crops = frames(args.frames)
        lines.append(row("found, read and put together", crops, on_frames(crops, recognizer, args.threads)))
        print(lines[-1])
    if args.out:
        args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
