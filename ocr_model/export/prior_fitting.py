"""The command `prior`: chooses the weight of the brands' formats beside the picture, and shows its effect on crops.

    python -m ocr_model prior --recipe tags-1 --count 3000
    python -m ocr_model prior --compile          after a change of the formats

Three kinds of synthetic crops, which differ in their text only:

- brands' codes, which the prior is for;
- random strings, which no format describes: the weight must not cost them anything;
- near misses: a brand's code with one or two characters replaced by another of the same shape, so that it fits no
  format any more. Hardly any tag has one; they show the worst effect of the prior.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from data_gen import texts
from data_gen.crop import CropRenderer
from data_gen.fonts import FontBook, FontsMissingError, load_fonts
from data_gen.recipe import Recipe, RecipeError, load_recipe
from ocr_model.codes.format_prior import FORMAT_TABLE, FormatPrior
from ocr_model.codes.text import match_key
from ocr_model.errors import ModelError
from ocr_model.labelled_folder import folder_name, labelled_folders, read_labels
from ocr_model.reading.hypotheses import Hypothesis, add_bonuses
from ocr_model.reading.image import ImageLike
from ocr_model.reading.recognizer import CHAMPION, Recognizer

WEIGHTS = (0.0, 0.02, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3)
FIT_SEED, CHECK_SEED = 20_240_801, 20_240_802  # neither trained, calibrated nor evaluated on
SAME_SHAPE = ("0ODQ", "1I", "2Z", "5S", "6G", "8B")

_LONGEST = 22  # characters of a line
_AT_ONCE = 16  # crops read together


# --- Texts ---


def brand_code(prior: FormatPrior, rng: random.Random) -> str:
    """A code in some brand's format, as printed; `prior` is not used."""
    while len(text := texts.brand_code(rng)) > _LONGEST:
        pass
    return text


def random_string(prior: FormatPrior, rng: random.Random) -> str:
    """Any mix of letters, digits and separators that no brand's format describes."""
    while len(text := texts.random_code(rng)) > _LONGEST or text.strip("-./#:()+& ") != text or prior.advantage(text):
        pass
    return text


def near_miss(prior: FormatPrior, rng: random.Random) -> str:
    """A brand's code, one or two characters of it replaced by others of the same shape, that fits no format."""
    others = {character: shapes.replace(character, "") for shapes in SAME_SHAPE for character in shapes}
    while True:
        characters = list(brand_code(prior, rng))
        places = [at for at, character in enumerate(characters) if character in others]
        for at in rng.sample(places, min(len(places), rng.choice((1, 1, 1, 2)))):
            characters[at] = rng.choice(others[characters[at]])
        text = "".join(characters)
        if not prior.advantage(text):
            return text


KINDS: Mapping[str, Callable[[FormatPrior, random.Random], str]] = {
    "brands' codes": brand_code,
    "random strings": random_string,
    "near misses": near_miss,
}


def _renderer_of(recipe: Recipe, fonts: FontBook, seed: int, line: Callable[[random.Random], str]) -> CropRenderer:
    """A renderer of the recipe's crops with texts from `line`, printed as they are."""
    ours = replace(recipe, no_text=0.0, shortest=0, title_case=0.0, lower_case=0.0)
    return CropRenderer(ours, fonts, seed, line=line)


# --- Measuring ---


@dataclass(frozen=True)
class Seen:
    """The readings of one crop without the prior, and its true text."""

    key: str  # of the true text (`match_key`)
    readings: Sequence[Hypothesis]  # the best first


@dataclass(frozen=True)
class Outcome:
    """The effect of a weight on some crops, in numbers of crops."""

    crops: int
    right: int  # with the prior
    gained: int  # of the right ones: misread without the prior
    lost: int  # misread, but right without the prior

    def __str__(self) -> str:
        if not self.crops:
            return "no crop"
        return f"{100 * self.right / self.crops:.2f} % (+{self.gained} -{self.lost})"


def measure_weight(prior: FormatPrior, weight: float, seen: Sequence[Seen]) -> Outcome:
    """Exact match with a weight of the prior, and without the prior."""
    right = gained = lost = 0
    for line in seen:
        bonuses = [prior.bonus(reading.text, weight) for reading in line.readings]
        with_prior = match_key(add_bonuses(line.readings, bonuses, 2)[0].text) == line.key
        without = match_key(line.readings[0].text) == line.key
        right += with_prior
        gained += with_prior and not without
        lost += without and not with_prior
    return Outcome(len(seen), right, gained, lost)


def choose_weight(brands: Mapping[float, Outcome], others: Mapping[float, Outcome]) -> float:
    """The weight to use.

    Of the weights that cost random strings nothing beyond noise (one standard error of the changes), the
    smallest whose gain on brands' codes is within one standard error of the best gain.

    Args:
        brands: effect of each weight on brands' codes.
        others: effect of the same weights on random strings.

    Raises:
        ValueError: no weight is harmless.
    """

    def net(outcome: Outcome) -> int:
        return outcome.gained - outcome.lost

    def noise(outcome: Outcome) -> float:
        return math.sqrt(outcome.gained + outcome.lost)

    harmless = [weight for weight in sorted(others) if net(others[weight]) >= -noise(others[weight])]
    if not harmless:
        raise ValueError("every weight of the format prior costs random strings more than noise")
    best = max(harmless, key=lambda weight: net(brands[weight]))
    enough = net(brands[best]) - noise(brands[best])
    return next(weight for weight in harmless if net(brands[weight]) >= enough)


def _see(reader: Recognizer, crops: Iterator[tuple[str, ImageLike]]) -> list[Seen]:
    seen: list[Seen] = []
    waiting: list[tuple[str, ImageLike]] = []

    def read() -> None:
        readings = reader.picture_readings([image for _, image in waiting])
        seen.extend(Seen(match_key(text), hypotheses) for (text, _), hypotheses in zip(waiting, readings, strict=True))
        waiting.clear()

    for crop in crops:
        waiting.append(crop)
        if len(waiting) == _AT_ONCE:
            read()
    if waiting:
        read()
    return seen


def _see_synthetic(
    reader: Recognizer, prior: FormatPrior, recipe: Recipe, count: int, seed: int
) -> dict[str, list[Seen]]:
    """The readings of fresh crops, by kind of text."""
    fonts = load_fonts(recipe.fonts)
    seen = {}
    for kind, text in KINDS.items():
        renderer = _renderer_of(recipe, fonts, seed, partial(text, prior))
        crops = (renderer.render(index) for index in range(count))
        seen[kind] = _see(reader, ((crop.text, crop.image) for crop in crops))
        print(f"read {count} {kind}", file=sys.stderr, flush=True)
    return seen


def _see_real(reader: Recognizer, folders: Sequence[Path]) -> dict[str, list[Seen]]:
    """The readings of real crops and of their harder twins, by folder; they are measured only."""
    from data_gen.twins import TWINS, make_twin  # only this measurement needs the twins

    seen: dict[str, list[Seen]] = {}
    for labelled in folders:
        upright: list[tuple[str, ImageLike]] = []
        twins: list[tuple[str, ImageLike]] = []
        for label in read_labels(labelled):
            crop = label.picture()
            upright.append((label.text, crop))
            twins += [(label.text, make_twin(crop, Path(label.file).stem, kind)) for kind in TWINS]
        name = folder_name(labelled)
        seen[name] = _see(reader, iter(upright))
        seen[f"{name}, twins"] = _see(reader, iter(twins))
    return seen


def _print_outcomes(prior: FormatPrior, weights: Sequence[float], seen: Mapping[str, Sequence[Seen]]) -> None:
    """A Markdown table: exact match, and in brackets the crops that the prior put right and those it spoilt."""
    print(f"| weight | {' | '.join(f'{kind}, {len(lines)}' for kind, lines in seen.items())} |")
    print(f"|---{'|---' * len(seen)}|")
    for weight in weights:
        row = [str(measure_weight(prior, weight, lines)) for lines in seen.values()]
        print(f"| {weight:g} | {' | '.join(row)} |")


def _microseconds(prior: FormatPrior, weight: float, seen: Sequence[Seen]) -> float:
    """Processor time of the prior per crop, which other work on the machine hardly changes."""
    began = time.process_time()
    for line in seen:
        add_bonuses(line.readings, [prior.bonus(reading.text, weight) for reading in line.readings], 6)
    return (time.process_time() - began) * 1e6 / max(1, len(seen))


# --- The command ---


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m ocr_model prior`."""
    parser.add_argument(
        "--model", type=Path, default=CHAMPION, metavar="DIR", help="an exported model (default: the champion)"
    )
    parser.add_argument("--recipe", default="tags-1", help="recipe of the crops (default: tags-1)")
    parser.add_argument("--count", type=_positive, default=3000, help="crops of each kind of text (default: 3000)")
    parser.add_argument(
        "--real",
        type=Path,
        default=os.environ.get("REAL_CROPS") or None,
        help="folder of labelled folders of real crops, measured only (default: REAL_CROPS)",
    )
    parser.add_argument("--write", action="store_true", help="store the chosen weight in the model's model.json")
    parser.add_argument("--compile", action="store_true", help="only compile the formats for the reader")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def main(args: argparse.Namespace) -> int:
    """Run `python -m ocr_model prior`: choose the weight on some crops, show it on others.

    Returns:
        Exit status: 0, or 2 if there is no model, recipe or font, or a labelled folder cannot be read.
    """
    if args.compile:
        from ocr_model.export.format_table import write_format_table  # only compiling needs automata-lib

        print(f"{write_format_table()} states in {FORMAT_TABLE}")
        return 0
    try:
        return _fit(args)
    except (ModelError, RecipeError, FontsMissingError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _fit(args: argparse.Namespace) -> int:
    prior = FormatPrior.load()
    reader = Recognizer.load(args.model, threads=1, second=False)
    recipe = load_recipe(args.recipe)
    if recipe.style != "tag":
        raise RecipeError(f"recipe {recipe.name} draws no tags; texts of our choice need a recipe of style 'tag'")
    folders = [] if args.real is None else labelled_folders(args.real)
    fit = _see_synthetic(reader, prior, recipe, args.count, FIT_SEED)
    brands, others, _ = ({w: measure_weight(prior, w, lines) for w in WEIGHTS} for lines in fit.values())
    weight = choose_weight(brands, others)
    print(f"\n{reader.info.name} {reader.info.version}: exact match (+ put right, - spoilt by the format prior)")
    print(f"\nThe crops that choose, recipe {recipe.name}:\n")
    _print_outcomes(prior, WEIGHTS, fit)
    print(f"\nChosen weight: {weight:g}. Fresh crops:\n")
    check = _see_synthetic(reader, prior, recipe, args.count, CHECK_SEED)
    _print_outcomes(prior, (0.0, weight), check)
    if folders:
        print("\nReal crops, which choose nothing:\n")
        _print_outcomes(prior, (0.0, weight), _see_real(reader, folders))
    spent = _microseconds(prior, weight, check["brands' codes"])
    print(f"\n{spent:.0f} microseconds of processor time per crop")
    if args.write:
        _store_weight(args.model, weight)
        print(f"stored in {args.model / 'model.json'}; its confidence has to be calibrated again")
    return 0


def _store_weight(directory: Path, weight: float) -> None:
    file = directory / "model.json"
    description: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    description.setdefault("decoding", {})["prior_weight"] = weight
    file.write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
