"""Texts of tags: lines with a product code, and the lines around them."""

from __future__ import annotations

import random
import re

import rstr

from ocr_model.codes.formats import FORMATS
from ocr_model.codes.lines import extract_code
from ocr_model.codes.text import CHARSET, label_text, match_key

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
CONFUSABLE = "0O1I2Z5S6G8BDQ"
DIGIT_LIKE = "OIQ"

FIELD_NAMES = (
    "ART ",
    "ART. ",
    "ART",
    "ART NO. ",
    "ART: ",
    "STYLE ",
    "STYLE# ",
    "STYLE: ",
    "STYLE NO. ",
    "STYLE NO: ",
    "MODEL ",
    "MODEL: ",
    "MODEL NO. ",
    "MTL#",
    "MTL# ",
    "SN ",
    "SN",
    "P/N ",
    "P/N: ",
    "RN ",
    "RN# ",
    "RN#",
    "CA ",
    "CA# ",
    "CA#",
    "CUT:",
    "CUT# ",
    "CU ",
    "VN ",
    "NO. ",
    "NO.",
    "REF ",
    "REF. ",
    "REF: ",
    "ITEM ",
    "ITEM NO. ",
    "CODE ",
    "CODE: ",
    "C/NO. ",
    "PO# ",
    "PO ",
    "LOT ",
    "S/N ",
    "SKU ",
    "SKU: ",
)
COLOURS = (
    "BLK",
    "WHT",
    "BBK",
    "NVY",
    "WBK",
    "GRY",
    "RED",
    "NAT",
    "TPE",
    "CCGY",
    "NVGY",
    "WSL",
    "BKW",
    "CHAR",
    "OLV",
    "PNK",
    "BRN",
    "TAN",
    "LTGY",
    "MLT",
)
# Field names that are also printed as Art., Style No. and Color: where the word stands alone.
_FIELD_WORD = re.compile(r"(?<![A-Z0-9])(?:ART|STYLE|MODEL|ITEM|CODE|REF|CUT|LOT|NO|COLOR)(?=[ .:#]|$)")
# Letters that differ in one stroke or look alike out of focus.
SIMILAR_LETTERS = {
    "A": "RNH", "B": "REP", "C": "GO", "D": "OU", "E": "FBL", "F": "EPT", "G": "CO", "I": "LT", "K": "XR",
    "L": "IE", "M": "NHW", "N": "MHV", "O": "DQC", "P": "FRB", "R": "PKBA", "S": "B", "T": "IEYF", "U": "OVJ",
    "V": "YU", "Y": "VT",
}  # fmt: skip
# Two colours make the colour of a shoe: WBK, NVOR, CCPK.
COLOUR_PARTS = re.findall(
    "..", "AQBKBLBRBUCCCHCLCRDBDKGDGNGRGYHPIVLBLMLTLVMNMTNTNVOFOLORPKPRPURDRGRSSLSNSVTLTNTPTQWHWNWTYL"
)
NEIGHBOURS = (
    "MADE IN VIETNAM",
    "MADE IN CHINA",
    "MADE IN INDONESIA",
    "MADE IN KOREA",
    "US {n} UK {n} EUR {nn}",
    "UK {n} FR {nn} JP {nnn}",
    "CM {nn}",
    "{nnn} mm",
    "({nnn})",
    "SIZE {nnn}",
    "KR {nnn}",
    "{nn}/{nn}/{nn}",
    "{nnnn}.{nn}",
    "UPC {nnnnnnnnnnnn}",
    "{nnnnnnnnnnnnn}",
    "PO {nnnnnnn}",
    "IMPORTER: {LLLLLLL}",
    "{LLL} {nnnnnn}",
    "WOMEN",
    "MENS",
    "UNISEX",
    "{LLLLL} {LLLLLL}",
    "Ivory",
    "Black/White",
    "WHITE NAVY",
    "BLACK",
    "Upper: Leather",
    "RUBBER",
    "POLYESTER 100%",
    "Cotton {nn}%",
    "{LL}{nnnn}-{nnn}",
    "{LL} {nnnn}",
    "FACTORY {LLL}",
    "{nnn}-{nnnn}-{nnnn}",
    "Q.C. PASS",
    "{LLL} LOW {nnn}",
    "COL. {nnn}",
    "COLOR {LLL}",
    "{n} {n}.5",
    "{n}.5   {nn}.5   {nnn}",
    "JAN {nnnn}",
    "FW{nn}",
    "SS{nn}",
    "W{n}",
    "D",
    "M",
)


def _fill(template: str, rng: random.Random) -> str:
    inside, out = False, []
    for character in template:
        if character in "{}":
            inside = character == "{"
        elif inside:
            out.append(rng.choice(DIGITS if character == "n" else LETTERS))
        else:
            out.append(character)
    return "".join(out)


def neighbour_text(rng: random.Random) -> str:
    """A line that stands above, below or beside a code on a tag."""
    return _fill(rng.choice(NEIGHBOURS), rng)


def brand_code(rng: random.Random) -> str:
    """A code in the format of some brand, as printed."""
    form = rng.choice(FORMATS)
    return rstr.Rstr(rng).xeger(form.pattern)


def _letter(rng: random.Random, digit_like: float) -> str:
    """Any letter; O, I and Q seldom, because brands avoid letters that look like digits."""
    letter = rng.choice(LETTERS)
    while digit_like < 1.0 and letter in DIGIT_LIKE and rng.random() >= digit_like:
        letter = rng.choice(LETTERS)
    return letter


def template_code(rng: random.Random, digit_like: float = 1.0) -> str:
    """A code of runs of letters and digits in a format that no table holds: 1RM02263D-1, KXY 606004, S12-51017.

    Args:
        rng: generator of the choices.
        digit_like: how often O, I and Q come relative to other letters; 1 is as often.
    """
    length = min(20, max(4, round(rng.gauss(9, 3))))
    out: list[str] = []
    letters = rng.random() < 0.6
    while len(out) < length:
        run = rng.randint(1, 4) if letters else rng.randint(1, 7)
        out += [_letter(rng, digit_like) if letters else rng.choice(DIGITS) for _ in range(run)]
        letters = not letters
        if len(out) < length and rng.random() < 0.22:
            out.append(rng.choices("- ./:#", weights=(10, 8, 2, 2, 1, 1))[0])
    return "".join(out[:20]).strip(" -./:#")


def random_code(rng: random.Random, digit_like: float = 1.0) -> str:
    """Any mix of characters; shapes that are easily confused come more often.

    Args:
        rng: generator of the choices.
        digit_like: how often O, I and Q come; below 1, other confusable shapes come only a little more often.
    """
    length = min(20, max(3, round(rng.gauss(8, 3))))
    confusable = CONFUSABLE * (2 if digit_like >= 1.0 else 1)
    pool = (confusable + LETTERS + DIGITS) if rng.random() < 0.5 else LETTERS + DIGITS * 2
    out = [rng.choice(pool) for _ in range(length)]
    if digit_like < 1.0:
        out = [rng.choice(pool) if char in DIGIT_LIKE and rng.random() >= digit_like else char for char in out]
    if rng.random() < 0.25 and length > 4:
        out[rng.randint(1, length - 2)] = rng.choice("-./#:()+& ")
    return "".join(out)


def _letters(rng: random.Random, least: int, most: int) -> str:
    return "".join(rng.choice(LETTERS) for _ in range(rng.randint(least, most)))


def _nearly(word: str, rng: random.Random) -> str:
    """The word with one letter that is another, most often one of a similar shape: APT, AKT, STYLF."""
    places = [at for at, character in enumerate(word) if character in LETTERS]
    at = rng.choice(places)
    similar = SIMILAR_LETTERS.get(word[at], "") if rng.random() < 0.6 else ""
    return word[:at] + rng.choice(similar or LETTERS) + word[at + 1 :]


def _field_name(rng: random.Random, strange: float, nearly: float = 0.0) -> str:
    """The words before a code. A word that is in no list must be read as it is printed: APE is not ART."""
    if nearly and rng.random() < nearly:
        return _nearly(rng.choice(FIELD_NAMES), rng)
    if strange and rng.random() < strange:
        return _letters(rng, 2, 4) + rng.choice(("", "", " ", " ", "#", "# ", ": ", ". ", "."))
    return rng.choice(FIELD_NAMES)


def _colour(rng: random.Random, strange: float) -> str:
    if strange and rng.random() < strange:
        return "".join(rng.sample(COLOUR_PARTS, 2)) if rng.random() < 0.5 else _letters(rng, 2, 4)
    return rng.choice(COLOURS)


def line_text(
    rng: random.Random,
    *,
    longest: int = 22,
    strange: float = 0.0,
    nearly: float = 0.0,
    digit_like: float = 1.0,
    excluded: frozenset[str] = frozenset(),
) -> str:
    """One line with a code as a tag prints it: in the charset, at most `longest` characters, spaces kept.

    Args:
        rng: generator of the choices.
        longest: characters of the longest line.
        strange: share of field names and colours that no list holds.
        nearly: share of field names with one letter that is another.
        digit_like: how often O, I and Q stand in codes that no brand prints, relative to other letters.
        excluded: match keys (`ocr_model.codes.text.match_key`) of codes never printed: those of evaluation sets.
    """
    while True:
        kind = rng.random()
        if kind < 0.38:
            text = brand_code(rng)
        elif kind < 0.72:
            text = template_code(rng, digit_like)
        elif kind < 0.86:
            text = "".join(rng.choice(DIGITS) for _ in range(rng.randint(4, 11)))
        else:
            text = random_code(rng, digit_like)
        decoration = rng.random()
        if decoration < 0.16:
            text = _field_name(rng, strange, nearly) + text
        elif decoration < 0.19:
            text = f"SN{rng.choice(('', ' '))}{rng.randint(1000, 99999999)} COLOR:{_colour(rng, strange)}"
        elif decoration < 0.21:
            text = f"{text}{rng.choice(' -') if strange else ' '}{_colour(rng, strange)}"
        elif decoration < 0.22:
            text = f"({text})"
        elif decoration < 0.23:
            text = rng.choice(FIELD_NAMES).strip()
        text = " ".join(text.upper().split())
        if not (2 <= len(text) <= longest and all(character in CHARSET for character in text)):
            continue
        if text.strip(" -./:#()&+") and not (excluded and names_one_of(text, excluded)):
            return text


def as_printed(text: str, rng: random.Random, title_case: float, lower_case: float) -> str:
    """The line in its printed letters: Art. CP9448, STYLE NO. 117504, sn 117504.

    Args:
        text: the label, upper case.
        rng: generator of the choices.
        title_case: share of lines whose field names have one capital only.
        lower_case: share of lines in lower case; never with I or L, which then look like 1.
    """
    if title_case and rng.random() < title_case:
        lower = rng.random() < 0.15
        return _FIELD_WORD.sub(lambda word: word[0].lower() if lower else word[0].title(), text)
    if lower_case and rng.random() < lower_case and not {"I", "L"} & set(text):
        return text.lower()
    return text


def names_one_of(text: str, codes: frozenset[str]) -> bool:
    """Whether the line or the code in it, with its spaces or as a label without them, is one of the codes."""
    return not codes.isdisjoint(
        (match_key(text), match_key(extract_code(text)), match_key(extract_code(label_text(text))))
    )
