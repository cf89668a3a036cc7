"""List the crops of a recipe that rapidocr reads and this reader does not, so that training draws them more often.

    python -m benchmarks.hard_crops --recipe tags-7 --count 20000 --out runs/hard.json [--model MODEL] [--threads 2]
    python -m ocr_model train --recipe tags-7 --hard-crops runs/hard.json --hard-share 0.15 ...

The list holds numbers of crops, no pictures. Crops that neither reads are left out: they would teach guessing. Crops
without text are left out, too, because no text is no proof that a crop can be read. Started again, the same command
goes on until `--count` crops have been read; a list of another recipe, or of one that has changed, is refused.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from benchmarks.readers import Reader, ReaderMissingError, ours, rapidocr, read_texts
from data_gen.crop import CropRenderer
from data_gen.fonts import FontsMissingError, load_fonts
from data_gen.recipe import RecipeError, load_recipe
from ocr_model.codes.text import match_key
from ocr_model.command_line import run_command
from ocr_model.errors import ModelError
from ocr_model.reading.recognizer import CHAMPION
from ocr_model.training.hard_crops import HardCropList, HardCropsError, new_list, read_hard_crops

SEED = 700_001  # no training run may use it: its crops would come twice
_BATCH = 64


def extend(listed: HardCropList, renderer: CropRenderer, mine: Reader, peer: Reader, count: int) -> HardCropList:
    """The list after both readers have read the next `count` crops.

    Args:
        listed: the list so far.
        renderer: of the list's recipe and seed.
        mine: this reader.
        peer: the reader beside it.
        count: crops to read.
    """
    indices = range(listed.tried, listed.tried + count)
    drawn = [(index, renderer.render(index)) for index in indices]
    shown = [(index, match_key(crop.text), Image.fromarray(crop.image).convert("RGB")) for index, crop in drawn]
    shown = [(index, key, picture) for index, key, picture in shown if key]
    by_us = _right(mine, shown)
    left = [each for each, right in zip(shown, by_us, strict=True) if not right]
    by_peer = _right(peer, left)
    hard = [index for (index, _, _), right in zip(left, by_peer, strict=True) if right]
    return replace(
        listed,
        tried=listed.tried + count,
        unread=listed.unread + len(left) - len(hard),
        hard=(*listed.hard, *hard),
    )


def _right(reader: Reader, shown: list[tuple[int, str, Image.Image]]) -> list[bool]:
    texts = read_texts(reader, [picture for _, _, picture in shown])
    return [match_key(text) == key for text, (_, key, _) in zip(texts, shown, strict=True)]


def main(arguments: list[str]) -> int:
    """Run the command.

    Returns:
        Exit status: 0, or 2 if recipe, fonts, model, list or rapidocr cannot be used.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.hard_crops",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--recipe", required=True, help="name, or path of a .toml file")
    parser.add_argument("--count", type=int, default=20000, help="crops to read in all (default: 20000)")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the crops, not a training run's (default: {SEED})")
    parser.add_argument("--out", type=Path, required=True, help="the list to write, or to go on with")
    parser.add_argument("--model", type=Path, default=CHAMPION, help="exported model (default: the champion)")
    parser.add_argument("--threads", type=int, default=2, help="of each reader (default: 2)")
    args = parser.parse_args(arguments)
    try:
        listed = new_list(args.recipe, args.seed)
        if args.out.is_file():
            there = read_hard_crops(args.out)
            if (there.digest, there.seed) != (listed.digest, listed.seed):
                raise HardCropsError(f"{args.out} lists crops of recipe {there.recipe}, seed {there.seed}")
            listed = there
        recipe = load_recipe(args.recipe)
        renderer = CropRenderer(recipe, load_fonts(recipe.fonts), args.seed)
        mine, peer = ours(args.threads, args.model, second=False), rapidocr(args.threads)
    except (RecipeError, FontsMissingError, HardCropsError, ModelError, ReaderMissingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    with tqdm(total=args.count, initial=listed.tried, unit="crop", mininterval=5) as bar:
        while listed.tried < args.count:
            listed = extend(listed, renderer, mine, peer, min(_BATCH, args.count - listed.tried))
            listed.write(args.out)
            bar.update(listed.tried - bar.n)
    print(f"{args.out}: {len(listed.hard)} hard crops of {listed.tried}; {listed.unread} that neither reads left out")
    return 0


if __name__ == "__main__":
    sys.exit(run_command(partial(main, sys.argv[1:])))
