"""What a piece of text is by its own shape: a price, a date, a barcode's digits, a country, a colour, a brand.

All functions take text of `ocr_model.codes.text.normalize_text` form. The recognizer reads neither `%` nor `,` nor `₩`:
`129,000` may come as `129.000`, `₩129,000` as `W129.000`, and `70%RAYON` as `70-RAYON`; the rules allow for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from ocr_model.codes.text import match_key
from ocr_model.tags.misread_words import MisreadWords
from ocr_model.tags.retail_numbers import checked_digits
from ocr_model.tags.vocabulary import known_words, vocabulary


@dataclass(frozen=True, slots=True)
class Value:
    """A value and its unit, as `ocr_model.tags.tag.Field` has them."""

    text: str
    unit: str = ""


def alternatives(texts: Iterable[str]) -> str:
    """A pattern for any of these texts, the longest first; their spaces may be missing."""
    return "|".join(re.escape(text).replace(r"\ ", " ?") for text in sorted(texts, key=lambda text: (-len(text), text)))


_SIGN = r"₩|KRW|US ?\$|USD|\$|€|EUR|£|GBP|¥|JPY|CNY|RMB"
_AMOUNT = r"\d{1,3}(?:[.,] ?\d{3})+(?:[.,]\d{2})?|\d{1,8}(?:[.,]\d{2})?"
_SIGN_FIRST = re.compile(rf"(?:({_SIGN})|(?<![A-Z0-9])(W)(?=\d{{1,3}}[.,]\d{{3}})) ?[.:]? ?({_AMOUNT})(?![0-9])")
_SIGN_LAST = re.compile(rf"(?<![0-9A-Z.,])({_AMOUNT}) ?(원|WON(?![A-Z])|KRW|USD|\$|€|EUR(?![A-Z0-9])|£|GBP|円|元)")
_GROUPED = re.compile(r"(?<![0-9A-Z.,-])(\d{1,3}(?:[.,]\d{3})*[.,]\d?[05]0)(?:[.,]?-)?(?![0-9A-Z.,])")
_CENTS = re.compile(r"(\d{1,4}[.,]\d[059])")
# What is read for signs that the recognizer does not know: `E 204.99`, `S129.95`, `129.0009`, `204.000 EJ`.
_SIGN_AS_LETTER = re.compile(r"(?<![A-Z0-9])([EFS]) ?(\d{1,4}[.,]\d[059])(?!\d)")
_SIGNS_BY_LETTER = {"E": "€", "F": "£", "S": "$"}
_WON_AS_LETTERS = re.compile(
    r"(\d{1,3}[., ]\d00)(?:9| \d{1,2}| ?[0-9]?[A-Z]{1,2}| ?[A-Z][0-9])|(?:[A-Z]#|#|W[A-Z])(\d{1,3}[.,]\d00)"
)
# Won without the comma, `W254000`, and with a letter for a nought, `284.00C원`.
_WON_WITHOUT_COMMA = re.compile(r"W(\d{2,4}000)")
_WON_WITH_LETTERS = re.compile(r"(\d{1,3}[.,]\d[0OCDQ]{2}) ?원")
_NO_THOUSANDS = re.compile(r"(?<![0-9A-Z.,-])(\d{2,7}(?:[.,]\d{2})?)(?![0-9A-Z.,-])")


def price_in(text: str, *, named: bool = False) -> Value | None:
    """The price in a text: with a currency's sign, with separated thousands, or any amount at the name of a price.

    Returns:
        The amount as one would write it (`129,000`, `99.95`), and the currency as its ISO 4217 code: won where an
        amount has no sign, "" where it has no sign and cents.
    """
    if match := _SIGN_FIRST.search(text):
        sign, amount = match[1] or match[2], match[3]
    elif match := _SIGN_LAST.search(text):
        amount, sign = match[1], match[2]
    elif match := _WON_WITH_LETTERS.search(text):
        sign, amount = "KRW", re.sub(r"[OCDQ]", "0", match[1])
    elif match := _WON_AS_LETTERS.fullmatch(text):
        sign, amount = "KRW", match[1] or match[2]
    elif match := _WON_WITHOUT_COMMA.fullmatch(text):
        sign, amount = "KRW", match[1]
    elif match := _SIGN_AS_LETTER.search(text) if named else _SIGN_AS_LETTER.fullmatch(text):
        sign, amount = _SIGNS_BY_LETTER[match[1]], match[2]
    elif match := _CENTS.fullmatch(text):
        sign, amount = "", match[1]
    elif match := _GROUPED.search(text):
        if not named and match[0] != text:
            return None
        sign, amount = "KRW", match[1]
    elif named and (match := _NO_THOUSANDS.search(text)):
        sign, amount = "KRW", match[1]
    else:
        return None
    sign = sign.replace(" ", "")
    currency = vocabulary().currencies[sign] if sign else ""
    has_cents = re.search(r"[.,]\d{2}$", amount) is not None
    if sign == "EUR" and not (has_cents or named):
        return None  # EUR 42 is a size
    return Value(_amount(amount, has_cents), currency)


def _amount(amount: str, has_cents: bool) -> str:
    digits = re.sub(r"\D", "", amount)
    if has_cents:
        return f"{int(digits[:-2]):,}.{digits[-2:]}"
    return f"{int(digits):,}"


_YEAR, _MONTH, _DAY = r"(?:19[89]\d|20[0-4]\d)", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_NAMED_MONTH = r"(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]*"
_DATE = re.compile(
    rf"(?<![0-9A-Z])(?:{_YEAR}(?: ?[-./] ?| ){_MONTH}(?:(?: ?[-./] ?| ){_DAY})?(?!\d)"
    rf"|{_YEAR} ?년 ?{_MONTH} ?월(?: ?{_DAY} ?일)?"
    rf"|{_DAY}[-./]{_DAY}[-./](?:{_YEAR}|\d{{2}})(?!\d)"
    rf"|(?:0[1-9]|1[0-2])(?:[-./]{_YEAR}|[-/]'?[0-4]\d)(?![0-9])(?![-./]\d)"
    rf"|(?:{_DAY} ?[-./]? ?)?{_NAMED_MONTH}[ ./,-]*(?:{_DAY},? )?'?(?:{_YEAR}|\d{{2}})(?!\d)"
    rf"|{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?(?![0-9A-Z]))"
)
_DATES_ONLY = re.compile(rf"(?:{_DATE.pattern}[ -]*)+(?:[0-9A-Z]{{1,4}})?")
_COMPACT_DATE = re.compile(r"(?<![0-9A-Z])(?:20)?[0-4]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?(?![0-9A-Z])")
_SEASON = re.compile(r"(?:FW|SS|SP|FA|HO|SU|AW|Q[1-4])[ .:'-]?(?:20)?[0-4]\d")


def date_in(text: str, *, named: bool = False) -> Value | None:
    """The first date in a text that holds little else, or at the name of a date; seasons (FW23) count.

    Years have four digits or a separator before them: `230512` is a date only at a name.
    """
    if named:
        match = _DATE.search(text) or _COMPACT_DATE.search(text) or _SEASON.fullmatch(text)
        return None if match is None else Value(match[0])
    if _DATES_ONLY.fullmatch(text) and (match := _DATE.search(text)):
        return Value(match[0])
    return Value(text) if _SEASON.fullmatch(text) else None


_DIGIT_GROUPS = re.compile(r"[<(]?\d[\d <>-]*[>)]?")


def barcode_digits(text: str, *, named: bool = False) -> Value | None:
    """The digits printed at a barcode.

    12 to 14 digits count with a wrong check digit too, since one of them may be misread; 8 digits are believed as two
    groups of four with a right check digit only, for brands have codes of 8 digits.
    """
    if not _DIGIT_GROUPS.fullmatch(text):
        return None
    digits = re.sub(r"\D", "", text)
    if checked_digits(digits) and (named or len(digits) > 8 or re.fullmatch(r"\d{4} \d{4}", text)):
        return Value(digits)
    if named and len(digits) >= 6:
        return Value(digits)
    return Value(digits) if 12 <= len(digits) <= 32 and "-" not in text else None


def country_in(text: str) -> Value | None:
    """The country that a text names and nothing else."""
    name = text.strip(" .,:;/()")
    parts = [part.strip() for part in name.split("/")]
    return Value(name) if name and all(part in vocabulary().countries for part in parts) else None


_WORD = re.compile(r"[^\s/,+|-]+")


def colour_in(text: str, *, named: bool = False) -> Value | None:
    """The colours of a text that holds nothing else: `WHITE/BLACK`, `CORE BLACK / FTWR WHITE`.

    At the name of a colour anything with a letter is one, and so is a number of at most four digits.
    """
    tidy = re.sub(r" ?([/+&-]) ?", r"\1", text.strip(" :#.,/-"))
    tidy = _with_known_colours(tidy, named)
    if named:
        return Value(tidy) if re.search(r"[^\W\d_]", tidy) or re.fullmatch(r"\d{1,4}", tidy) else None
    parts = [word.strip(".()") for word in _WORD.findall(tidy)]
    full = [part for part in parts if part in vocabulary().colours]
    short = [part for part in parts if part in vocabulary().colour_abbreviations]
    if (not full and not short) or not all(_is_colour_word(part) for part in parts):
        return None
    if all(part in vocabulary().colour_abbreviations for part in parts) and len(parts) < 2:
        return None
    return Value(tidy)


@cache
def _colour_words() -> MisreadWords:
    return MisreadWords.of(vocabulary().colours)


@cache
def _words_beside_colours() -> MisreadWords:
    return MisreadWords.of(vocabulary().colours | vocabulary().colour_modifiers)


@lru_cache(maxsize=1024)
def _with_known_colours(text: str, named: bool) -> str:
    """A text whose misread words of colours are right; more may be wrong at a colour's name or among several words."""
    words = _WORD.findall(text)
    wrong = 2 if named else 1 if len(words) > 1 or len(text) >= 6 else 0

    def known(match: re.Match[str]) -> str:
        word = match[0].strip(".()")
        if word in known_words() or _is_colour_word(word) or len(word) < 3:
            return match[0]
        if found := _words_beside_colours().alike(word) or _colour_words().nearest(word, wrong):
            return found
        return "/".join(_words_beside_colours().split(word) or [match[0]])

    return _WORD.sub(known, text)


def _is_colour_word(word: str) -> bool:
    return (
        word in vocabulary().colours
        or word in vocabulary().colour_abbreviations
        or word in vocabulary().colour_modifiers
    )


@cache
def _brands_by_key() -> dict[str, str]:
    return {_key(name): brand for name, brand in vocabulary().brands.items()}


_LOOKS = str.maketrans("OQDILSBGZ", "000115862")
_LONG_NAME = 7  # letters of a brand's name of which one may be wrong
_SHORTEST_LOOK = 4  # letters and digits of a word that is known by its look


def look_of(text: str) -> str:
    """A word up to letters and digits that look alike: `CIARKS` and `CLARKS` are the same; empty for a short one."""
    key = match_key(text)
    return key.translate(_LOOKS) if len(key) >= _SHORTEST_LOOK and not key.isdigit() else ""


@cache
def _brands_by_look() -> dict[str, str]:
    words = vocabulary()
    found: dict[str, str] = {}
    for name, brand in words.brands.items():
        look = "" if name in words.ambiguous_brands else look_of(name)
        if look:
            found[look] = brand
    return found


@cache
def _brand_word() -> re.Pattern[str]:
    words = vocabulary()
    names = (name for name in words.brands if len(name) > 2 and name not in words.ambiguous_brands)
    return re.compile(rf"(?<![0-9A-Z가-힣])(?:{alternatives(tuple(names))})(?![A-Z가-힣])")


def _key(text: str) -> str:
    return match_key(text) or text.replace(" ", "")


def brand_of(text: str) -> Value | None:
    """The brand whose logo or name the whole text is."""
    bare = re.sub(r"[®™©]| ?(?:INC|CO|LTD|CORP|KOREA|ORIGINALS)\b\.?,?", "", text).strip()
    if not bare:
        return None
    brand = _brands_by_key().get(_key(bare)) or _brands_by_look().get(look_of(bare)) or _misread_brand(bare)
    return None if brand is None else Value(brand)


@cache
def _brand_names() -> MisreadWords:
    words = vocabulary()
    return MisreadWords({_key(name): words.brands[name] for name in words.brands if name not in words.ambiguous_brands})


@lru_cache(maxsize=1024)
def _misread_brand(text: str) -> str | None:
    """The brand whose misread logo a text is: letters alike, or one wrong of at least seven."""
    key = re.sub(r"[^0-9A-Z#&|!]", "", text)
    if len(key) < _SHORTEST_LOOK or key in known_words():
        return None
    return _brand_names().nearest(key, 1 if len(key) >= _LONG_NAME else 0)


def brand_in(text: str) -> Value | None:
    """The first brand that is named in a longer text."""
    match = _brand_word().search(text)
    return None if match is None else Value(_brands_by_key()[_key(match[0])])


@cache
def _material_word() -> re.Pattern[str]:
    return re.compile(
        "|".join(word if len(word) > 4 else rf"(?<![A-Z]){word}(?![A-Z])" for word in vocabulary().materials)
    )


def names_material(text: str) -> bool:
    """Whether a text says of what something is made."""
    return _material_word().search(text) is not None


def names_article(text: str) -> bool:
    """Whether a text holds a word of articles' names."""
    return any(word.strip("().,:'") in vocabulary().articles for word in text.split())


@cache
def _care_word() -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Z])(?:{'|'.join(vocabulary().care)})")


_CONTACT = re.compile(
    r"WWW\.|HTTP|\.COM|\.CO\.KR|\.INFO|@"
    r"|(?<!\d)0\d{1,2}[-)] ?\d{3,4}-\d{4}|(?<![\dA-Z-])1[5689]\d{2}-\d{4}(?![\d-])"
)
_MEASURE = re.compile(
    r"(?<![0-9A-Z.-])\d{1,5}(?:[.,]\d+)? ?(?:KG|LBS?|OZ|KW|V|HZ|MHZ|KPA|PSI|ML|°C)(?![A-Z0-9])"
    r"|(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
)


def is_care(text: str) -> bool:
    """Whether a text says how something is washed."""
    return _care_word().search(text) is not None


def is_prose(text: str) -> bool:
    """Whether a text is about care, an address or a measure: a number in it is no field of the product."""
    return any(rule.search(text) for rule in (_care_word(), _CONTACT, _MEASURE))
