"""The cell of a CSV that holds a product's code, and what spreadsheets do to codes."""

from __future__ import annotations

import re

from ocr_model.codes.lines import codes_in, searched_code, without_hangul_names
from ocr_model.codes.suggestion import strange_characters
from ocr_model.codes.text import match_key, normalize_text

_ADVICE = "Excel has changed it; format the column as text and enter the code again"

# What keeps a spreadsheet from changing a code: `="0051701"` in a CSV, `'0051701` in a cell.
_PROTECTED = re.compile(r"=\s*\"(?P<formula>[^\"]*)\"|'(?P<text>.*)", re.DOTALL)
_WHOLE_NUMBER = re.compile(r"(\d+)\.0{1,3}", re.ASCII)

# Below, texts are normalised: upper case, points and dashes unified, no spaces around dashes.
_ERROR = re.compile(r"#+|#(?:[^ ]*[!?]|N/A|GETTING_DATA)|ERR:\d+")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]\d+|[+-]?\d[.,]\d+E\d+", re.ASCII)
_MONTH = (  # in English, German, French, Spanish and Italian
    r"(?:JAN(?:UARY?|V(?:IER)?)?|JÄN(?:NER)?|ENE(?:RO)?|GEN(?:NAIO)?|FEB(?:RUARY?|RERO|BRAIO)?|FÉV(?:R(?:IER)?)?"
    r"|MAR(?:CH|S|ZO)?|MRZ|MÄR(?:Z)?|APR(?:ILE?)?|AVR(?:IL)?|ABR(?:IL)?|MAYO?|MAI|MAG(?:GIO)?|JUN(?:E|I|IO)?|JUIN"
    r"|GIU(?:GNO)?|JUL(?:Y|I|IO)?|JUIL(?:LET)?|LUG(?:LIO)?|AUG(?:UST)?|AO[UÛ]T|AGO(?:STO)?"
    r"|SEPT?(?:EMBER|EMBRE|IEMBRE)?|SET(?:T(?:EMBRE)?)?|O[CK]T(?:OBER|OBRE|UBRE)?|OTT(?:OBRE)?"
    r"|NOV(?:EMBER|EMBRE|IEMBRE)?|DE[CZ](?:EMBER)?|DÉC(?:EMBRE)?|DIC(?:EMBRE|IEMBRE)?)"
)
_NUMBER = r"(?:0?[1-9]|[12]\d|3[01])"  # of a month or a day
_YEAR = r"(?:(?:19|20)\d\d|\d\d)"
_LONG_YEAR = r"(?:19|20)\d\d"
_BETWEEN = r"[-/. ,]+(?:DE )?"
_WEEKDAY = r"(?:(?:MON|TUE|TUES|WED|WEDNES|THU|THURS|FRI|SAT|SATUR|SUN)(?:DAY)?[,. ]+|[월화수목금토일]요일 ?)?"
_TIME = r"(?:(?:오전|오후|AM|PM) ?)?\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:오전|오후|AM|PM))?"
_DATE = (
    rf"{_WEEKDAY}(?:"
    rf"{_MONTH}{_BETWEEN}{_NUMBER}(?:{_BETWEEN}{_YEAR})?|{_MONTH}{_BETWEEN}{_YEAR}"  # Oct-12, October 12, 2024
    rf"|{_NUMBER}{_BETWEEN}{_MONTH}(?:{_BETWEEN}{_YEAR})?"  # 12-Oct-24
    rf"|{_LONG_YEAR}{_BETWEEN}{_NUMBER}{_BETWEEN}{_NUMBER}\.?|{_LONG_YEAR}{_BETWEEN}{_MONTH}(?:{_BETWEEN}{_NUMBER})?"
    rf"|{_NUMBER}[-/.] ?{_NUMBER}[-/.] ?{_YEAR}|{_NUMBER}/(?:{_NUMBER}|{_LONG_YEAR})"  # 10/12/2024, 10/12
    rf"|{_YEAR}[년年] ?{_NUMBER}[월月](?: ?{_NUMBER}[일日])?|{_NUMBER}[월月](?:[- ]*\d{{1,4}}[일日]?)?"
    rf"|{_NUMBER}[-/. ]+{_NUMBER}[월月]"
    rf")\.?(?: ?{_WEEKDAY})?"
)
_MOMENT = re.compile(rf"{_DATE}(?:[ T]*{_TIME}(?:Z|[+-]\d\d:?\d\d)?)?|{_TIME}", re.ASCII)
_SIGNED = re.compile(r"[+-] ?\d+(?:\.\d+)?|\(\d+\)", re.ASCII)
# The days since 1900 and the time, or any number with one decimal; a mixed fraction.
_FRACTION = re.compile(r"[34]\d{4}\.(?=0*[1-9])\d+|\d{5,}\.[1-9]|\d+ [1-9]\d?/[1-9]\d?", re.ASCII)
_CHANGES = (
    (_ERROR, "an error"),
    (_SCIENTIFIC, "a number in scientific notation"),
    (_MOMENT, "a date or a time"),
    (_SIGNED, "a number with a sign"),
    (_FRACTION, "a number with a fraction"),
)

_BREAK = re.compile(r"[\n\r,;|/]|\s[+&]\s")
_JOINED = re.compile(r"[·ㆍ+&]")
_SPACE_OR_POINT = re.compile(r"[ .+&]")  # of a normalised line
_SHORTEST = 5  # letters and digits; shorter parts of a cell are colours and sizes


def printed_code(cell: str) -> str:
    """Return a code as printed, normalised, from a cell of a CSV.

    Raises:
        ValueError: With what is wrong: no code, several, a character that no tag prints, or what a spreadsheet has
            made of a code.
    """
    protected = _PROTECTED.fullmatch(cell.strip())
    written = cell.strip() if protected is None else protected[protected.lastgroup or 0]
    line = normalize_text(written)
    if not match_key(line) and "#" not in line:
        raise ValueError(f"code {cell!r} has no letter or digit")
    for change, name in _CHANGES:
        if change.fullmatch(line):
            raise ValueError(f"code {cell!r} is {name}: {_ADVICE}")
    whole = _WHOLE_NUMBER.fullmatch(line)
    if whole is not None:
        line = whole[1]
    codes = max(codes_in(line), _codes_apart(written, _BREAK), _joined_codes(written, line), key=len)
    if len(codes) > 1:
        raise ValueError(f"code {cell!r} holds several codes ({', '.join(codes)}): give each its own line")
    if strange := strange_characters(without_hangul_names(line)):
        raise ValueError(f"code {cell!r} has characters that no tag prints: {', '.join(map(str, strange))}")
    if not any(character.isdigit() for character in searched_code(line)):
        raise ValueError(f"code {cell!r} has no digit")
    return line


def _codes_apart(written: str, between: re.Pattern[str]) -> tuple[str, ...]:
    """The parts of a cell that may each be a code of an unknown format."""
    parts = dict.fromkeys(map(normalize_text, between.split(written)))
    return tuple(part for part in parts if len(match_key(part)) >= _SHORTEST and any(map(str.isdigit, part)))


def _joined_codes(written: str, line: str) -> tuple[str, ...]:
    """Codes with something between them that may also stand inside of one code: a space, a point, a sign."""
    parts = _codes_apart(written, _JOINED)
    if len(parts) < 2:
        parts = _codes_apart(line, _SPACE_OR_POINT)
        if len(set(map(_shape, parts))) > 1 and not all(codes_in(part) == (part,) for part in parts):
            return ()
    if any(all(part in code for part in parts) for code in codes_in(line)):
        return ()
    return parts


def _shape(part: str) -> str:
    """Equal for codes that differ in their letters and digits only."""
    return "".join("0" if character.isdigit() else "A" if character.isalpha() else character for character in part)
