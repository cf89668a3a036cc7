"""Clean print of characters that stand either way up (`90989` is `68606` upside down): does it stay upright?

    python -m benchmarks.either_way_up [--count 3000] [--model MODEL] [--threads 2]

Random strings and strings in the shapes of codes, upright, in the faces of a recipe. Letters that a face draws as it
draws a digit are left out of its strings: nobody could tell. Each model reads alone, and with the second reader if
that is installed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from tqdm import tqdm

from data_gen.fonts import FontsMissingError, can_draw, digit_like_letters, load_fonts
from data_gen.recipe import load_recipe
from ocr_model.codes.text import match_key
from ocr_model.command_line import run_command
from ocr_model.errors import ModelError
from ocr_model.reading.recognizer import CHAMPION, Recognizer

SEED = 20_261_130
_BATCH = 64
_CHARACTERS = "01689HNSXZO-"
_DIGITS = "01689"
_LETTERS = "HNSXZO"
_SHAPES = ("aa####", "######-##", "########", "#####", "#######")  # adidas, Puma, Dr. Martens and Ecco, shorter, longer
_SIZE = 48  # pixels of the type
_MARGIN = 12


def strings(count: int, faces: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(text, path of the face), the first half of them random, the others in the shapes of codes.

    Args:
        count: how many.
        faces: paths of fonts.
    """
    rng = random.Random(SEED)
    for at in range(count):
        face = rng.choice(faces)
        alike = digit_like_letters(face)
        letters = [letter for letter in _LETTERS if letter not in alike]
        if at < count // 2:
            known = [sign for sign in _CHARACTERS if sign not in alike]
            middle = "".join(rng.choice(known) for _ in range(rng.randint(2, 8)))
            text = rng.choice(known[:-1]) + middle + rng.choice(known[:-1])
        else:
            kinds = {"a": letters or list(_DIGITS), "#": list(_DIGITS)}
            text = "".join(rng.choice(kinds.get(sign, [sign])) for sign in rng.choice(_SHAPES))
        yield text, face


def print_clean(text: str, face: str) -> Image.Image:
    """Dark text on white, with a margin: mode RGB."""
    font = ImageFont.truetype(face, _SIZE)
    left, top, right, low = (int(value) for value in font.getbbox(text))
    picture = Image.new("RGB", (right - left + 2 * _MARGIN, low - top + 2 * _MARGIN), "white")
    ImageDraw.Draw(picture).text((_MARGIN - left, _MARGIN - top), text, fill="black", font=font)
    return picture


def measure(reader: Recognizer, drawn: Sequence[tuple[str, Image.Image]], name: str) -> str:
    """A line with what a reader made of the pictures."""
    right = accepted = turned = turned_and_accepted = among = 0
    wrong: list[str] = []
    threshold = reader.info.accept_threshold or 1.0
    for at in tqdm(range(0, len(drawn), _BATCH), desc=name, unit="batch"):
        part = drawn[at : at + _BATCH]
        for (text, _), found in zip(part, reader.read_batch([picture for _, picture in part]), strict=True):
            is_right, is_accepted = match_key(found.text) == match_key(text), found.confidence >= threshold
            right += is_right
            accepted += is_accepted
            if is_accepted and not is_right:
                wrong.append(f"{text} as {found.text}")
            turned += found.turn != 0
            turned_and_accepted += is_accepted and found.turn != 0 and not is_right
            among += any(match_key(candidate.text) == match_key(text) for candidate in found.candidates)
    return (
        f"{name}: {right} of {len(drawn)} right, {among} among the candidates; {accepted} accepted, "
        f"{len(wrong)} of them wrong ({', '.join(wrong) or 'none'}); {turned} came back turned, "
        f"{turned_and_accepted} of them wrong and accepted"
    )


def main(argv: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.either_way_up", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=3000, help="strings (default: 3000)")
    parser.add_argument("--model", type=Path, default=CHAMPION, help="folder of the model (default: the champion)")
    parser.add_argument("--recipe", default="tags-6", help="whose faces are used (default: tags-6)")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args(argv)
    try:
        book = load_fonts(load_recipe(args.recipe).fonts)
    except FontsMissingError as error:
        parser.error(str(error))
    faces = [path for _, paths in book.groups for path in paths if can_draw(path, _CHARACTERS)]
    drawn = [(text, print_clean(text, face)) for text, face in strings(args.count, faces)]
    try:
        for second in (False, True):
            reader = Recognizer.load(args.model, threads=args.threads, second=second)
            if second and reader.second_reader is None:
                break
            print(measure(reader, drawn, reader.second_reader or "alone"))
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main))
