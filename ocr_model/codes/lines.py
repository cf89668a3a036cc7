"""Takes a printed line apart: the code, and the field names, colour, size or order number around it.

A line may carry field names (`ART`, `STYLE NO.`, `MTL#`, `SN`, `품번`), a colour (`COLOR:BLK`), a size or an order
number, printed with or without spaces between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from ocr_model.codes.formats import FORMATS, CodeFormat
from ocr_model.codes.text import edit_distance, label_text, normalize_text


@dataclass(frozen=True, slots=True)
class FormatMatch:
    """A format that fits, and the code in that brand's usual spelling."""

    brand: str
    name: str
    code: str


_LATIN_NAME = (
    r"(?:ARTICLE|ART|STYLE|STY|MODEL|MOD|MATERIAL|MTL|PRODUCT|PROD|ITEM|SKU|S/N|SN|P/N|PN|REFERENCE|REF|CODE"
    r"|CUT|LOT|RN|CA)"
)
# Hangul and Han names cannot be part of a code, so nothing needs to separate them from it.
_OTHER_NAME = r"(?:품번|모델명|모델|스타일|제품명|제품|상품명|상품|형번|품명|品番|货号|貨號|款号)"
_NUMBER = r"(?:NUMBER|NUM|NO|NR|CODE|NAME|번호|코드|명)"

_FIELD_NAME = re.compile(
    rf"(?<![A-Z0-9])(?:{_LATIN_NAME}(?:[ .]?{_NUMBER})?(?: ?[.:#]+ ?| |$)"
    rf"|{_OTHER_NAME}(?: ?{_NUMBER})? ?[.:#]* ?)"
)
# A name right before the code, as in a label, which has no spaces: `ARTCP9448`.
_GLUED_NAME = re.compile(rf"(?<![A-Z0-9]){_LATIN_NAME}{_NUMBER}?(?=[A-Z0-9])")
# The same where no known format fits the rest: only long names, or digits right behind.
_CLEAR_GLUED_NAME = re.compile(
    rf"(?<![A-Z0-9])(?:(?:ARTICLE|STYLE|MODEL|MATERIAL|PRODUCT){_NUMBER}?(?=[A-Z]*\d)"
    rf"|{_LATIN_NAME}{_NUMBER}?(?=\d))"
)
_ANY_NAME = re.compile(f"{_FIELD_NAME.pattern}|{_CLEAR_GLUED_NAME.pattern}")
# What stands at the beginning of a line and is certainly no part of its code, whatever format that has: `PN 550` may be
# the code PN550, `P/N: 550` may not.
_SURE_NAME = re.compile(
    rf"{_LATIN_NAME}(?:[ .]?{_NUMBER})? ?[.:#]|{_LATIN_NAME}[ .]{_NUMBER} "
    rf"|(?:ARTICLE|ART|STYLE|MODEL|MATERIAL|PRODUCT|ITEM|SKU|REFERENCE|CODE) |{_OTHER_NAME}"
)
_NAMES_ONLY = re.compile(rf"(?:(?:{_LATIN_NAME}|{_OTHER_NAME})(?:[ .]?{_NUMBER})?[ .:#]*)*")

_COLOUR = r"(?:(?:COLOU?R|색상|컬러) ?[.:#]* ?|(?<![A-Z0-9])(?:COL|CLR) ?[.:#]+ ?)[0-9A-Z/&+-]*"
_FIELD_WITH_VALUE = re.compile(
    rf"{_COLOUR}"
    r"|(?<![A-Z0-9])P[./]?O ?(?:NO)?[.:#]+ ?[0-9A-Z/-]+"
    r"|(?<![A-Z0-9])(?:SIZE|사이즈) ?[.:]? ?[0-9A-Z./-]+"
    r"|(?<![A-Z])MADE ?IN ?[A-Z]+"
)
_COLOUR_ONLY = re.compile(rf" ?{_COLOUR}")
_HANGUL_OR_HAN_FIELD = re.compile(rf"{_OTHER_NAME}(?: ?{_NUMBER})? ?[.:#]*|(?:색상|컬러|사이즈) ?[.:#]*")

_SPACED_DASH = re.compile(r" ?- ?")
_NUMBER_OF_ART = re.compile(
    r"(?<![A-Z0-9])(?:ITEM|STYLE|MODEL)? ?NO[.:#](?=ART)"
)  # `ITEM NO.ART 019000`: ART belongs to the code


@cache
def _searchers() -> tuple[tuple[CodeFormat, re.Pattern[str]], ...]:
    """The formats, compiled so that they match whole codes only.

    A letter or digit next to a match, also behind a dash or a point, means that the match is a part of a longer
    code.
    """
    # ASCII: a digit of another script is no part of a code, though `\d` would take it.
    return tuple(
        (
            entry,
            re.compile(rf"(?<![0-9A-Z])(?<![0-9A-Z][-.])(?:{entry.pattern})(?![0-9A-Z]|[-.][0-9A-Z])", flags=re.ASCII),
        )
        for entry in FORMATS
    )


@cache
def _any_searcher() -> re.Pattern[str]:
    """All formats as one pattern: twenty times faster than one after the other where none fits."""
    return re.compile("|".join(f"(?:{searcher.pattern})" for _, searcher in _searchers()), flags=re.ASCII)


@dataclass(frozen=True, slots=True)
class _Found:
    """A format found in a line, with its place, and the code as printed there."""

    start: int
    end: int
    printed: str
    match: FormatMatch


def _search(line: str) -> list[_Found]:
    """All formats in a line from left to right; matches inside longer ones are left out."""
    if not _any_searcher().search(line):
        return []
    found = []
    for entry, searcher in _searchers():
        for match in searcher.finditer(line):
            spans = [match.span(i) for i in range(1, len(match.groups()) + 1) if match.group(i)]
            printed = line[spans[0][0] : spans[-1][1]]
            found.append(_Found(*match.span(), printed, FormatMatch(entry.brand, entry.name, entry.code(match))))
    outer = [
        placed
        for placed in found
        if not any(
            wider.start <= placed.start
            and placed.end <= wider.end
            and wider.end - wider.start > placed.end - placed.start
            for wider in found
        )
    ]
    return sorted(outer, key=lambda placed: placed.start)  # stable: the table's order at one place


def _split(pieces: Iterable[str], *fields: re.Pattern[str]) -> list[str]:
    """The pieces without the fields in them; empty rests are dropped."""
    for field in fields:
        pieces = [rest for piece in pieces for rest in field.split(piece)]
    return [rest for rest in map(normalize_text, pieces) if rest]


def _readings(line: str) -> Iterator[list[str]]:
    """The line in pieces, with less and less around the code, the most careful way first."""
    line = _NUMBER_OF_ART.sub("", _SPACED_DASH.sub("-", line))
    yield [line]
    bare = _split([line], _FIELD_WITH_VALUE, _FIELD_NAME)
    yield bare
    yield _split(bare, _GLUED_NAME)


def _find(line: str) -> list[list[_Found]]:
    """The formats in a line, by piece; only the first way to read the line that yields any counts."""
    readings, without = [], set[str]()
    for pieces in _readings(line):
        found = []
        for piece in pieces:
            if piece not in without:
                if inside := _search(piece):
                    found.append(inside)
                else:
                    without.add(piece)
        if found:
            return found
        readings.append(pieces)
    # Spaces may be read into the middle of a code: then only a format that covers the whole piece is believed.
    for pieces in readings:
        joined = [label for piece in pieces if (label := piece.replace(" ", "")) not in without]
        without.update(joined)
        found = [
            whole
            for piece in joined
            if (whole := [placed for placed in _search(piece) if placed.start == 0 and placed.end == len(piece)])
        ]
        if found:
            return found
    return []


def match_formats(text: str) -> tuple[FormatMatch, ...]:
    """Which brands' formats fit a line, with the code in each brand's usual spelling.

    Args:
        text: a line as read or typed, with or without spaces, with or without field names.

    Returns:
        From left to right, one entry per brand and code; several may fit, none for an unknown format.
    """
    return _unique_matches(_find(normalize_text(text)))


def _unique_matches(found: list[list[_Found]]) -> tuple[FormatMatch, ...]:
    unique: dict[tuple[str, str], FormatMatch] = {}
    for piece in found:
        for placed in piece:
            unique.setdefault((placed.match.brand, placed.match.code), placed.match)
    return tuple(unique.values())


def extract_code(text: str) -> str:
    """The code to search for: the line without field names, prefixes and colour, in the brand's usual spelling.

    Where the formats that fit disagree about the spelling (nine digits are an older Nike, `315122-111`, or a
    Reebok), the code stays as printed: a separator is never invented. If no format fits, the answer is the
    line without field names and spaces; it is empty for a line without any code, such as `STYLE NO.` or
    `COLOR:BLK`.
    """
    line = normalize_text(text)
    return _code(line, _find(line))


def searched_code(text: str) -> str:
    """The code that a typed or printed line is looked up by.

    What stands around a code is only cut off where a known format fits or where it is plainly a field (`STYLE NO.`,
    `COLOR:BLK`): `PN550` is a code, not a field name with a code. The catalogue's keys are made of it, too.
    """
    line = normalize_text(text)
    found = _find(line)
    if found or _SURE_NAME.match(line) or _FIELD_WITH_VALUE.search(line):
        return _code(line, found) or line
    return line


def codes_in(text: str) -> tuple[str, ...]:
    """Every code of a known format in a line, from left to right, as printed; one that several formats fit is one."""
    codes: list[str] = []
    for piece in _find(normalize_text(text)):
        end = 0
        for placed in piece:
            if placed.start >= end:
                codes.append(placed.printed)
                end = placed.end
    return tuple(dict.fromkeys(codes))


def without_hangul_names(line: str) -> str:
    """A line of NFC form without field names in Hangul or Han characters: all that a code's line may have of them."""
    return _HANGUL_OR_HAN_FIELD.sub(" ", line)


def code_and_formats(text: str) -> tuple[str, tuple[FormatMatch, ...]]:
    """`extract_code` and `match_formats` of one line, in half the time."""
    line = normalize_text(text)
    found = _find(line)
    return _code(line, found), _unique_matches(found)


def _code(line: str, found: list[list[_Found]]) -> str:
    """The code to search for in a normalised line with these formats in it."""
    if found:
        piece = found[0]
        first = [placed for placed in piece if (placed.start, placed.end) == (piece[0].start, piece[0].end)]
        codes = {placed.match.code for placed in first}
        return codes.pop() if len(codes) == 1 else label_text(first[0].printed)
    for part in _FIELD_WITH_VALUE.split(line):
        before, *values = _ANY_NAME.split(part)
        # A field's value follows its name; only if nothing follows, it stands before the name.
        for value in (*values, before):
            code = label_text(value).strip(":#.")
            if code:
                return code
    return ""


_LONGEST_LINE = 80  # characters; no line of a tag is longer, and the search below grows with the cube


def complete_line(read_text: str, typed: str) -> str:
    """Give a correction back the field names that it leaves out.

    A correction is about the whole line. Typing only the code of a line that has more (`CP9449` where `ARTCP9448`
    was read) would take the prefix away from the label. Only field names and a colour are given back: any other
    surplus may be the very mistake that is being corrected.

    Args:
        read_text: the line as the recognizer read it.
        typed: the correction.

    Returns:
        The completed line, or the typed text (normalised) if it is the whole line already or has nothing in
        common with the line that was read.
    """
    line, typed = normalize_text(read_text), normalize_text(typed)
    wanted = label_text(typed)
    if not wanted or not line or len(line) > _LONGEST_LINE or len(wanted) > _LONGEST_LINE:
        return typed
    starts = [at for at in range(len(line)) if line[at] != " " and _NAMES_ONLY.fullmatch(line, 0, at)]
    ends = [
        at
        for at in range(1, len(line) + 1)
        if line[at - 1] != " " and (at == len(line) or _COLOUR_ONLY.fullmatch(line, at))
    ]
    # By distance first: the typed text belongs where it fits best. Then, of equally good places, the least
    # completion.
    distance, _, start, end = min(
        (edit_distance(wanted, label_text(line[start:end])), start + len(line) - end, start, end)
        for start in starts
        for end in ends
        if start < end
    )
    if 2 * distance > len(wanted):
        return typed
    return normalize_text(line[:start] + typed + line[end:])
