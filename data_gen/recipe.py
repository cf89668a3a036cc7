"""Recipes: small TOML files that describe the look of a dataset version's crops, and digests that identify them."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from data_gen.fonts import FontGroup, load_fonts

RECIPES = Path(__file__).parent / "recipes"
FURTHER_DAMAGES = (  # those that a recipe has to name
    *("eroded", "dot_matrix", "fax", "thermal"),
    *("glare_on_a_part", "hazy", "overexposed", "scanned", "recompressed"),
)
LIBRARIES = ("trdg", "pillow", "numpy", "opencv-python-headless", "rstr")  # a change of one may change the pixels
_DRAWING = (
    *("camera", "crop", "degradations", "drawn/glyphs", "drawn/hand", "drawn/renderer", "fonts", "marks"),
    *("other_lines", "plain", "recipe", "tag", "texts", "trdg_adapter", "view"),
    "plan",  # it decides which recipe draws which crop of a dataset
    *("plates/crop", "plates/glyphs", "plates/kinds", "plates/plate"),
)


class RecipeError(ValueError):
    """A recipe is unknown, or has a field that the generator does not understand."""


@dataclass(frozen=True)
class Recipe:
    """The look of a dataset version's crops."""

    name: str
    description: str
    count: int  # crops unless the command names another number
    fonts: tuple[FontGroup, ...]
    # "tag": photographed tags; "plain": TRDG's text on a plain ground, as the original had; "drawn": digits by hand;
    # "plate": number plates
    style: str = "tag"
    longest: int = 22  # characters of the longest line, spaces included
    shortest: int = 2
    tilt: float = 12.0  # degrees; the standard deviation of "tag" tilts, the bound of "plain" ones
    quarter_turns: float = 0.0  # share of crops that lie on their side or head; the label stays the same
    no_text: float = 0.03  # share of crops without a readable line, label ""
    hardness: float = 1.0  # 0 = clean print, 1 = all damages of photographs
    readable: float = 7.0  # pixels of text height of the smallest crops; smaller codes are unreadable
    blur: float = 1.0  # scales the strongest defocus and motion
    loose_boxes: float = 0.0  # share of boxes in which the line fills only a third to a half of width and height
    stitched: float = 0.0  # share of light threads sewn into dark ribbed cloth
    strange_words: float = 0.0  # share of field names and colours that are in no list
    near_words: float = 0.0  # share of field names with one letter exchanged
    steep: float = 0.08  # share of crops tilted by anything up to 30 degrees
    bent: float = 0.35  # share of lines that are curved
    bend: float = 0.28  # standard deviation of a curve's rise, in text heights
    camera: int = 1  # how many times as often damages of the camera are drawn as others
    damage_weights: tuple[float, ...] = (0.22, 0.38, 0.28, 0.12)  # chances of 0, 1, 2, 3 damages on one crop
    character_width: float = 0.0  # least mean width of a character, pixels
    gentle_on_small: bool = False  # whether JPEG and noise spare print that is small or dark already
    apart: float = 0.8  # least distance of other words on the same line, in text heights
    digit_like: float = 1.0  # how often O, I and Q stand in codes of no brand, relative to other letters
    same_shapes: bool = True  # whether O and I are drawn in faces that draw 0 and 1 alike
    title_case: float = 0.0  # share of field names printed like Art. or Color:; the label stays upper case
    lower_case: float = 0.0  # share of lines printed in lower case
    cut_off: float = 0.0  # share of lines that go on beyond the box, which leaves a part of a further character
    shapes: float = 0.0  # share of crops without text that show a row of one shape: eyelets, crosses, chevrons
    further_damages: tuple[str, ...] = ()  # of `FURTHER_DAMAGES`, drawn like the others, as often as they stand here
    roughness: float = 1.0  # scales how far threads of cloth rise into the print
    box_labels: float = 0.0  # share of lines on labels of shoe boxes: white stock or carton, rules, frames, no cloth
    cut_into: float = 0.0  # share of lines whose first or last character is cut by the box and still read
    spaced: float = 0.0  # share of lines with a gap of a quarter to most of a text height between characters
    ornaments: float = 0.0  # share of lines with a row of crosses, chevrons or other shapes beside, which is not read
    alone: float = 0.0  # share of lines with no words beside them; if not 0, loose boxes stand around these only
    loosest: float = 1.0  # margin of the loosest boxes on either side, in widths of the text
    signs: float = 0.0  # share of lines with a sign of no code, which is not read: $89.99, 100%
    words: float = 0.0  # share of lines that are words in mixed or lower case; the label is upper case
    receipts: float = 0.0  # share of lines as receipts and forms print them: amounts, dates, times, numbers
    short: float = 0.0  # share of lines of one or two characters
    turnable: float = 0.0  # share of lines of characters that are others upside down: 01689HNSXZO-
    korean: float = 0.0  # of style "plate": share of Korean plates
    european: float = 0.0  # of style "plate": share of European ones; the rest are of other countries, or of none
    parent: str | None = None  # recipe whose crops come first, as versions of the original grew

    @property
    def digest(self) -> str:
        """SHA-256 over the recipe, its parents, the fonts' bytes, the library versions and `sources()`.

        Any edit of a source gives every recipe another digest, even where the crops stay the same to the pixel.
        """
        total = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode())
        total.update(load_fonts(self.fonts).digest.encode())
        for library in LIBRARIES:
            total.update(f"{library}=={version(library)}".encode())
        for source in sources():
            total.update(source.read_bytes())
        if self.parent:
            total.update(load_recipe(self.parent).digest.encode())
        return total.hexdigest()


def sources() -> list[Path]:
    """The files whose code decides on the pixels of a dataset's crops.

    The command line, contact sheets, worker processes and harder twins have no part in them.
    """
    here = Path(__file__).parent
    codes = here.parent / "ocr_model" / "codes"
    return [
        *(here / f"{name}.py" for name in _DRAWING),
        *(codes / f"{name}.py" for name in ("characters", "formats", "lines", "text")),
        here.parent / "ocr_model" / "domains" / "plate_formats.py",
    ]


def recipe_names() -> list[str]:
    """The recipes that ship with the package."""
    return sorted(path.stem for path in RECIPES.glob("*.toml"))


def load_recipe(name: str) -> Recipe:
    """A shipped recipe by name, or any recipe by the path of its TOML file.

    Raises:
        RecipeError: unknown name, unreadable file, unknown or wrong field.
    """
    path = Path(name) if name.endswith(".toml") else RECIPES / f"{name}.toml"
    if not path.is_file():
        raise RecipeError(f"unknown recipe {name!r}; one of {', '.join(recipe_names())} or the path of a .toml file")
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
        groups = tuple(FontGroup(float(g["weight"]), tuple(g["patterns"])) for g in fields.pop("fonts", ()))
        if "damage_weights" in fields:
            fields["damage_weights"] = tuple(float(weight) for weight in fields["damage_weights"])
        if "further_damages" in fields:
            fields["further_damages"] = tuple(fields["further_damages"])
        recipe = Recipe(name=path.stem, fonts=groups, **fields)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise RecipeError(f"recipe {path}: {error}") from error
    if recipe.style not in {"tag", "plain", "drawn", "plate"}:
        raise RecipeError(f"recipe {path}: unknown style {recipe.style!r}; one of tag, plain, drawn, plate")
    if recipe.style != "drawn" and not recipe.fonts:
        raise RecipeError(f"recipe {path}: 'fonts'")
    unknown = sorted(set(recipe.further_damages) - set(FURTHER_DAMAGES))
    if unknown:
        raise RecipeError(f"recipe {path}: unknown damages {unknown}; some of {', '.join(FURTHER_DAMAGES)}")
    return recipe
