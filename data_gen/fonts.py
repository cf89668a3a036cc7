"""Fonts for synthetic tags: those that TRDG ships, those that the system has, and free ones fetched from npm.

`python -m data_gen fonts` prints which fonts a recipe finds and which it misses; `--fetch` brings the @fontsource
families of `NPM_FAMILIES` (SIL Open Font Licence) into `fonts/`, which git ignores.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont, TTLibError
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from tqdm import tqdm

SYSTEM_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/share/texmf/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
)
FETCHED_FOLDER = Path("fonts")
_SHAPE_SIZE = 72  # pixels, of the font in which shapes are compared
NEEDED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./#:"

DEBIAN_PACKAGES = (
    "fonts-liberation2",
    "fonts-roboto",
    "fonts-urw-base35",
    "fonts-texgyre",
    "fonts-dejavu",
    "fonts-open-sans",
    "fonts-lato",
    "fonts-inconsolata",
    "fonts-ocr-a",
    "fonts-ocr-b",
    "fonts-opendin",
    "fonts-roadgeek",
    "fonts-routed-gothic",
    "fonts-osifont",
    "fonts-freefont-ttf",
    "fonts-cabin",
    "fonts-bebas-neue",
    "fonts-inter",
    "fonts-jetbrains-mono",
    "fonts-hack",
    "fonts-crosextra-carlito",
    "fonts-clear-sans",
    "fonts-tuffy",
    "fonts-paratype",
    "fonts-b612",
    "fonts-yanone-kaffeesatz",
    "fonts-dosis",
    "fonts-quicksand",
    "fonts-karla",
    "fonts-spleen",
    "fonts-3270",
    "fonts-glasstty",
    "fonts-adf-switzera",
    "fonts-adf-gillius",
    "fonts-adf-universalis",
    "fonts-courier-prime",
    "fonts-nanum",
    "fonts-nanum-extra",
    "fonts-nanum-eco",
    "fonts-unfonts-core",
    "fonts-unfonts-extra",
    "fonts-baekmuk",
    "fonts-woowa-bm",
    "fonts-pc",
    "fonts-oxygen",
    "fonts-dotgothic16",
    "fonts-tiresias",
    "fonts-play",
)

NPM_FAMILIES = (
    "roboto-condensed",
    "barlow",
    "barlow-condensed",
    "barlow-semi-condensed",
    "oswald",
    "archivo-narrow",
    "saira-condensed",
    "saira-semi-condensed",
    "rajdhani",
    "ibm-plex-sans-condensed",
    "ibm-plex-mono",
    "fira-sans-condensed",
    "asap-condensed",
    "encode-sans-condensed",
    "pathway-gothic-one",
    "antonio",
    "pt-sans-narrow",
    "ubuntu-condensed",
    "share-tech-mono",
    "vt323",
    "doto",
    "sofia-sans-condensed",
    "sofia-sans-extra-condensed",
    "pragati-narrow",
    "khand",
    "teko",
    "big-shoulders-text",
    "overpass",
    "overpass-mono",
    "m-plus-1-code",
    "source-code-pro",
    "cousine",
    "nanum-gothic-coding",
    "francois-one",
    "fjalla-one",
    "cairo",
    "titillium-web",
    "exo-2",
    "varela-round",
    "nunito",
    "m-plus-rounded-1c",
    "arimo",
    "work-sans",
    "libre-franklin",
    "public-sans",
    "hind",
    "mukta",
    "yantramanav",
    "heebo",
    "dm-mono",
    "space-mono",
)


class FontsMissingError(RuntimeError):
    """No font of a recipe is on this machine; the message names the patterns."""


@dataclass(frozen=True)
class FontGroup:
    """Fonts drawn from together."""

    weight: float  # how often this group is chosen, relative to the others
    patterns: tuple[str, ...]  # shell patterns of file names, such as "LiberationSans*"


@dataclass(frozen=True)
class FontBook:
    """The font files that a recipe found, by group."""

    groups: tuple[tuple[float, tuple[str, ...]], ...]  # (weight, paths sorted by file name)
    missing: tuple[str, ...]  # patterns that matched no file with the glyphs that codes need

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents of all font files."""
        total = hashlib.sha256()
        for weight, paths in self.groups:
            total.update(repr(weight).encode())
            for path in paths:
                total.update(Path(path).name.encode() + _file_digest(path))
        return total.hexdigest()


def load_fonts(groups: Sequence[FontGroup]) -> FontBook:
    """Find the fonts of the groups.

    A group without a font on this machine is left out; `missing` and the digest of the book show it. Without a group,
    as what is drawn by hand has none, the book is empty.

    Raises:
        FontsMissingError: no group has a font.
    """
    files = _installed_fonts() if groups else {}
    found: list[tuple[float, tuple[str, ...]]] = []
    missing: list[str] = []
    for group in groups:
        paths: dict[str, str] = {}
        for pattern in group.patterns:
            matches = [name for name in files if fnmatch.fnmatchcase(name, pattern) and has_glyphs(files[name])]
            if not matches:
                missing.append(pattern)
            paths |= {name: files[name] for name in matches}
        if paths:
            found.append((group.weight, tuple(paths[name] for name in sorted(paths))))
    if groups and not found:
        raise FontsMissingError(f"no font found for {', '.join(missing)}; see `python -m data_gen fonts`")
    return FontBook(tuple(found), tuple(missing))


@lru_cache(maxsize=1)
def _installed_fonts() -> dict[str, str]:
    """File name to path. TRDG's own fonts come first, so that a recipe of TRDG fonts is the same on every machine."""
    import trdg

    folders = [FETCHED_FOLDER, *SYSTEM_FOLDERS, Path(trdg.__file__).parent / "fonts" / "latin"]
    files: dict[str, str] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.suffix.lower() in {".ttf", ".otf"}:
                files[path.name] = str(path)
    return files


@lru_cache(maxsize=4096)
def has_glyphs(path: str) -> bool:
    """Whether the font can draw every character of `NEEDED`."""
    try:
        with TTFont(path, lazy=True, fontNumber=0) as font:
            known = font.getBestCmap() or {}
    except (TTLibError, OSError, KeyError):
        return False
    return all(ord(character) in known for character in NEEDED)


@lru_cache(maxsize=4096)
def digit_like_letters(path: str) -> frozenset[str]:
    """Those of O and I that the font draws like the digit of the same shape, so that no picture tells them apart."""
    font = ImageFont.truetype(path, _SHAPE_SIZE)
    return frozenset(
        letter
        for letter, digit in (("O", "0"), ("I", "1"))
        if _distance(_shape(font, letter), _shape(font, digit)) < 0.03
    )


def _shape(font: ImageFont.FreeTypeFont, character: str) -> NDArray[np.float32]:
    """Coverage of a character, 0..1, cut to its ink."""
    box = font.getbbox(character)
    image = Image.new("L", (int(box[2]) + 2, int(box[3]) + 2))
    ImageDraw.Draw(image).text((0, 0), character, font=font, fill=255)
    return np.asarray(image.crop(image.getbbox()), np.float32) / np.float32(255)


def _distance(shape: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """Mean difference of two shapes of nearly the same size; 1 if their sizes differ."""
    if max(abs(shape.shape[0] - reference.shape[0]), abs(shape.shape[1] - reference.shape[1])) > 2:
        return 1.0
    height, width = np.minimum(shape.shape, reference.shape)
    return float(np.abs(shape[:height, :width] - reference[:height, :width]).mean())


@lru_cache(maxsize=4096)
def can_draw(path: str, characters: str) -> bool:
    """Whether the font has a glyph for each of these characters."""
    with TTFont(path, lazy=True, fontNumber=0) as font:
        known = font.getBestCmap() or {}
    return all(ord(character) in known for character in characters)


@lru_cache(maxsize=4096)
def _file_digest(path: str) -> bytes:
    return hashlib.sha256(Path(path).read_bytes()).digest()


def fetch_npm_fonts(families: Iterable[str] = NPM_FAMILIES, folder: Path = FETCHED_FOLDER) -> list[str]:
    """Fetch @fontsource families with `npm pack` and keep weights 400, 500 and 700 of the Latin subset as TrueType.

    Returns the families that npm did not deliver. Needs npm on the path.
    """
    folder.mkdir(parents=True, exist_ok=True)
    failed = []
    for family in tqdm(families, unit="family"):
        if any(has_glyphs(str(path)) for path in folder.glob(f"{family}-[0-9]*.ttf")):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            packed = subprocess.run(
                ["npm", "pack", "--json", f"@fontsource/{family}"],  # noqa: S607 - npm is wherever the user has it
                cwd=scratch,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "npm_config_loglevel": "error"},
            )
            if packed.returncode:
                failed.append(family)
                continue
            archive = Path(scratch) / json.loads(packed.stdout)[0]["filename"]
            with tarfile.open(archive) as tar:
                kept = {f"{family}-latin-{weight}-normal.woff": weight for weight in (400, 500, 700)}
                for member in tar.getmembers():
                    weight = kept.get(Path(member.name).name)  # not latin-ext, which lacks A-Z and 0-9
                    data = tar.extractfile(member) if weight is not None else None
                    if data is not None:
                        font = TTFont(data)
                        font.flavor = None
                        font.save(folder / f"{family}-{weight}.ttf")
    has_glyphs.cache_clear()  # files were replaced
    return failed
