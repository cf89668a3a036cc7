"""Takes a line apart into what it says: field names, values at them, and values that are known by their shape."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from ocr_model.codes.lines import FormatMatch, code_and_formats, codes_in
from ocr_model.codes.text import label_text, match_key, normalize_text
from ocr_model.tags import sizes, values
from ocr_model.tags.tag import Role
from ocr_model.tags.vocabulary import FieldKind, known_words, vocabulary


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a line says."""

    role: Role
    value: str  # as one would write it; of a field name without a value "", of other things ""
    unit: str = ""
    kind: FieldKind | None = None  # the field whose name stands before the value; None for a value without a name
    is_weak_name: bool = False  # the name is other numbers' as well, or nothing separates it from its value
    formats: tuple[FormatMatch, ...] = ()  # of a code
    printed: str = ""  # a code or an open field's name as it is printed

    @property
    def is_open(self) -> bool:
        """Whether this is a field's name whose value stands elsewhere."""
        return self.role == "field"


_NUMBER = r"(?: ?(?:NUMBER|NUM|NO|NR|CODE|ID|번호|코드)(?![A-Z]))?"
_NUMBERED = ("code", "order", "lot", "colour", "barcode")
_GLUED_TO_LETTERS = ("ARTICLE", "STYLE", "MODEL", "MATERIAL", "PRODUCT", "ITEM", "ART")  # ARTCP9448
_GLUED_TO_DIGITS = ("SN", "RN", "CA", "SIZE", "PO", "CUT", "LOT")  # RN17730


@cache
def _kinds() -> dict[str, FieldKind]:
    return {re.sub(r"[ .]", "", name): kind for name, kind in vocabulary().field_names.items()}


@cache
def _field_name() -> re.Pattern[str]:
    """A field's name with everything up to its value; `hard` is what only stands behind a name."""
    alternatives = []
    for name, kind in sorted(vocabulary().field_names.items(), key=lambda entry: (-len(entry[0]), entry[0])):
        number = _NUMBER if kind in _NUMBERED else ""
        if not name.isascii():
            alternatives.append(" ?".join(map(re.escape, name.replace(" ", ""))) + number)
            continue
        pattern = re.escape(name).replace(r"\ ", r"[ .]?").replace(r"\.", r"\.?")
        glued = r"|(?=[A-Z]{0,4}\d)" if name in _GLUED_TO_LETTERS else r"|(?=\d)" if name in _GLUED_TO_DIGITS else ""
        alternatives.append(rf"{pattern}S?\.?{number}(?:(?![0-9A-Z가-힣']){glued})")
    return re.compile(rf"(?<![0-9A-Z가-힣])(?P<name>{'|'.join(alternatives)})(?P<hard> ?[.:#]*)[ .:#]*")


@dataclass(frozen=True, slots=True)
class _Name:
    kind: FieldKind
    printed: str
    start: int
    end: int  # behind the separators
    is_hard: bool  # a colon, a number sign or NO stands behind it
    is_weak: bool  # see `Part.is_weak_name`


def _names_in(line: str) -> list[_Name]:
    found = []
    for match in _field_name().finditer(line):
        name = re.sub(r"[ .]", "", match["name"])
        base = name
        if base not in _kinds():
            base = re.sub(r"(?:NUMBER|NUM|NO|NR|CODE|ID|번호|코드)$", "", name)
        is_numbered = base != name
        if base not in _kinds():
            base = base.removesuffix("S")
        kind = _kinds().get(base)
        if kind is None:
            continue
        if base == "MATERIAL" and (is_numbered or "#" in match[0]):
            kind = "code"
        is_glued = match[0] == match["name"] and match.end() < len(line)
        is_hard = is_numbered or bool(re.search(r"[:#]", match[0])) or not name.isascii()
        found.append(
            _Name(kind, base, match.start(), match.end(), is_hard, is_glued or base in vocabulary().weak_code_names)
        )
    return found


_ACCENTS = re.compile("[\u0300-\u036f]")


@lru_cache(maxsize=4096)
def plain_line(text: str) -> str:
    """A line in the form that the rules are written for.

    It is normalised, without accents, and without rules and bullets around it; letters of known words that were read
    for others or for digits are right (`PR0DUCT10N DATE`, `COLDR`).
    """
    line = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", normalize_text(text))))
    line = _MIXED_WORD.sub(_as_word, line)
    return " ".join(line.replace("|", " ").split()).strip(" :;*,_=").lstrip("- ")


_MIXED_WORD = re.compile(r"(?<![0-9A-Z])(?=[01568]*[A-Z])[A-Z01568]{4,}(?![0-9A-Z])")
_LETTERS = str.maketrans("01568", "OISGB")


@cache
def _words_by_look() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for word in known_words():
        if look := values.look_of(word):
            found.setdefault(look, set()).add(word)
    return found


def _as_word(match: re.Match[str]) -> str:
    printed = match[0]
    word = printed.translate(_LETTERS)
    if word in known_words():
        return word
    alike = _words_by_look().get(values.look_of(printed), set()) if len(printed) > 4 else set()
    return next(iter(alike)) if len(alike) == 1 and printed not in known_words() else printed


@lru_cache(maxsize=4096)
def parts_of(text: str) -> tuple[Part, ...]:
    """What a line says, from left to right; a line of nothing known has no parts.

    Args:
        text: the line as read.
    """
    line = plain_line(text)
    if not any(map(str.isalnum, line)):
        return ()
    if sizes.unit_names(line):
        return (Part("field", "", kind="size"),)
    parts: list[Part] = []
    start, open_name = 0, None
    for name in _names_in(line):
        if name.start < start:
            continue
        before = line[start : name.start]
        if open_name is None and not name.is_hard and name.end == len(line) and before and not _says_something(before):
            continue  # the last word of a sentence
        found = _parts_at(open_name, before) if open_name else _bare_parts(before)
        if found is None:  # the name before was a word of a sentence
            found = _bare_parts(line[open_name.start : name.start] if open_name else before)
        parts += found
        start, open_name = name.end, name
    rest = line[start:]
    found = _parts_at(open_name, rest) if open_name else _bare_parts(rest)
    if found is None and open_name:
        found = _bare_parts(line[open_name.start :])
    return (*parts, *(found or ()))


def _says_something(text: str) -> bool:
    return any(part.role != "other" for part in _bare_parts(text))


def parts_at(field: Part, text: str) -> tuple[Part, ...] | None:
    """What a line says as the value of a field.

    Args:
        field: an open field, whose name stands beside the line.
        text: the line as read.

    Returns:
        None if it cannot be the field's value.
    """
    line = plain_line(text)
    if not line or field.kind is None:
        return None
    found = _parts_at(_Name(field.kind, field.printed, 0, 0, False, field.is_weak_name), line)
    if not found or any(part.is_open for part in found):
        return None
    return tuple(found)


def _parts_at(name: _Name, text: str) -> list[Part] | None:
    """The value behind a field's name and what follows it; None if the name can be no name there."""
    text = text.strip(" :#.,;/")  # not the dash: it is the half of a size
    kind = name.kind
    if not text:
        return [Part("field", "", kind=kind, is_weak_name=name.is_weak, printed=name.printed)]
    if kind in ("code", "order", "lot"):
        return _number_at(name, text)
    if kind == "size":
        if found := sizes.sizes_in(text):
            parts = [Part("size", size.text, size.unit, kind) for size in found]
            return [*parts, *_bare_parts(sizes.without_sizes(text))]
        size = sizes.named_size(text)
        return None if size is None and not name.is_hard else [Part("size", size.text, size.unit, kind)] if size else []
    if kind == "price":
        return _value(kind, values.price_in(text, named=True))
    if kind == "date":
        return _value(kind, values.date_in(text, named=True))
    if kind == "barcode":
        return _value(kind, values.barcode_digits(text, named=True))
    if kind == "country":
        country = values.country_in(text)
        return [Part("country", country.text if country else text, kind=kind)]
    if kind == "colour":
        colour = values.colour_in(text, named=True) if name.is_hard or values.colour_in(text) else None
        return _value(kind, colour or values.colour_in(text, named=not values.is_prose(text)))
    if kind == "brand":
        brand = values.brand_of(text)
        return [Part("brand", brand.text if brand else text, kind=kind)] if brand or name.is_hard else None
    if kind == "name":
        if not name.is_hard and not values.names_material(text):
            return None
        code, formats = code_and_formats(text)
        if formats and any(map(str.isdigit, code)):  # 제품명 often names the code
            return [Part("code", code, kind="code", is_weak_name=True, formats=formats, printed=codes_in(text)[0])]
        return [Part("name", text, kind=kind)]
    return [Part("other", "", kind=kind)] if name.is_hard else None


def _value(kind: FieldKind, value: values.Value | None) -> list[Part] | None:
    role: Role = "other" if kind == "lot" else kind
    return None if value is None else [Part(role, value.text, value.unit, kind)]


_TOKEN = re.compile(r"[0-9A-Z][0-9A-Z./+-]*")


def _number_at(name: _Name, text: str) -> list[Part] | None:
    """The number at the name of a code or of an order, and what follows it."""
    role: Role = "code" if name.kind == "code" else "order"
    number = _number_in(text)
    if number is None:
        if not name.is_hard:
            return None
        # MODEL: CLASSIC is the name of an article, PO: PENDING nothing that is known.
        return [Part("name" if role == "code" else "other", text, kind="name" if role == "code" else name.kind)]
    value, formats, printed, rest = number
    if not formats and role == "code":  # the digits that only SN makes a code
        code, formats = code_and_formats(f"{name.printed} {printed}")
        formats = formats if match_key(code) == match_key(printed) else ()
    part = Part(role, value, kind=name.kind, is_weak_name=name.is_weak, formats=formats, printed=printed)
    return [part, *_bare_parts(rest)] if rest else [part]


def _number_in(text: str) -> tuple[str, tuple[FormatMatch, ...], str, str] | None:
    """Number, formats, number as printed, and the rest of a text that begins with a number; None for other texts."""
    printed_codes = codes_in(text)
    if printed_codes and text.startswith(printed_codes[0]):
        printed = printed_codes[0]
        code, formats = code_and_formats(printed)
        return code, formats, printed, text[len(printed) :].strip(" -/,;:()")
    tokens = list(_TOKEN.finditer(text))
    if not tokens or tokens[0].start() > 1:
        return None
    used = 1
    if not any(map(str.isdigit, tokens[0][0])):
        # ISW 1638: letters and digits that were printed or read apart.
        if len(tokens) < 2 or len(tokens[0][0]) > 4 or not tokens[1][0][0].isdigit():
            return None
        used = 2
    end = tokens[used - 1].end()
    printed = text[tokens[0].start() : end].strip("./+-")
    code, formats = code_and_formats(printed)
    if not formats:
        code = label_text(printed)
    return code, formats, printed, text[end:].strip(" -/,;:()")


def _bare_parts(text: str) -> list[Part]:
    """What a text without field names says by its shape."""
    text = text.strip(" :#,;/").lstrip("- ")
    if not text:
        return []
    if brand := values.brand_of(text):
        return [Part("brand", brand.text)]
    alone: tuple[tuple[Role, values.Value | None], ...] = (
        ("date", values.date_in(text)),
        ("price", values.price_in(text)),
        ("country", values.country_in(text)),
        ("barcode", values.barcode_digits(text)),
    )
    for role, value in alone:
        if value is not None:
            return [Part(role, value.text, value.unit)]
    if found := sizes.sizes_in(with_units := sizes.with_plain_sizes(text)):
        rest = _bare_parts(sizes.without_sizes(with_units))
        return [
            *(Part("size", size.text, size.unit) for size in found),
            *(part for part in rest if part.role != "other"),
        ]
    if found := sizes.bare_sizes(text):
        return [Part("size", size.text, size.unit) for size in found]
    if codes := _codes_by_format(text):
        return codes
    if size := sizes.bare_size(text) or sizes.letter_size(text):
        return [Part("size", size.text, size.unit)]
    if colour := values.colour_in(text):
        return [Part("colour", colour.text)]
    parts = []
    if brand := values.brand_in(text):
        parts.append(Part("brand", brand.text))
    if values.is_prose(text):
        return [*parts, Part("other", "")]
    if values.names_material(text):
        return [*parts, Part("name", text)]
    if number := _unknown_number(text):
        return [*parts, Part("code", number, printed=number)]
    if values.names_article(text):
        return [*parts, Part("name", text)]
    return parts


def _codes_by_format(text: str) -> list[Part]:
    """The codes of known formats in a text, and what stands around them."""
    printed_codes = codes_in(text)
    parts: list[Part] = []
    for printed in printed_codes:
        before, found, behind = text.partition(printed)
        if not found:  # spaces were read into the code
            code, formats = code_and_formats(text)
            return [*parts, Part("code", code, formats=formats, printed=label_text(text))]
        text = behind
        code, formats = code_and_formats(printed)
        parts += _around(before)
        parts.append(Part("code", code, formats=formats, printed=printed))
    return [*parts, *_around(text)] if printed_codes else []


def _around(text: str) -> list[Part]:
    return [part for part in _bare_parts(text) if part.role not in ("code", "other")]


_NUMBER_SHAPE = re.compile(r"[0-9A-Z]+(?:[-./ ]{1,3}[0-9A-Z]+){0,3}")


def _unknown_number(text: str) -> str | None:
    """The number of no known format that a whole text is: at least three digits, and no words."""
    text = text.strip(" ().:*")
    if not _NUMBER_SHAPE.fullmatch(text) or len(text) > 24:
        return None
    digits = sum(map(str.isdigit, text))
    groups = re.split(r"[-./ ]+", text)
    has_letters = any(map(str.isalpha, text))
    if digits < (3 if has_letters else 4) or sum(group.isalpha() and len(group) > 4 for group in groups):
        return None
    if " " in text and sum(any(map(str.isdigit, group)) for group in groups) > 1:
        # 4246057 1019: two numbers; the longer one is the better candidate.
        text = max(text.split(), key=lambda group: (sum(map(str.isdigit, group)), len(group)))
    return label_text(text).strip("-./")
