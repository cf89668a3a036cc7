"""How brands print their product codes, and how to find the code in a line of text.

One table, `FORMATS`, is read by the generator (it samples strings from the patterns), by the reader (which
brands fit what was read) and by the pages (hints). Sources: product pages, boxes and tags of brands sold in
Korea; a format that is not certain is not here.

The rest of this file separates a code from what stands around it. A line may carry field names (`ART`, `STYLE
NO.`, `MTL#`, `SN`, `품번`), a colour (`COLOR:BLK`), a size or an order number, printed with or without spaces
between.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from ocr_model.codes.text import label_text, normalize_text

__all__ = ["FORMATS", "CodeFormat", "FormatMatch", "code_and_formats", "complete_line", "extract_code", "match_formats"]


@dataclass(frozen=True, slots=True)
class CodeFormat:
    r"""One way in which one brand prints its codes.

    Attributes:
        brand: as shown to people.
        name: tells the formats of one brand apart.
        pattern: regular expression over a normalised (upper-case) line, without look-around and without
            unbounded repeats, so that strings can be sampled from it. It covers all printed variants. What is
            inside of capturing groups belongs to the code, everything else (`ART`, `SN`, a separator) is the
            way it is printed.
        examples: lines as printed; each is matched completely.
        separator: what the brand usually writes between the groups.
    """

    brand: str
    name: str
    pattern: str
    examples: tuple[str, ...]
    separator: str = "-"

    def code(self, match: re.Match[str]) -> str:
        """The code in the brand's usual spelling, from a match of `pattern`."""
        return self.separator.join(group for group in match.groups() if group)


@dataclass(frozen=True, slots=True)
class FormatMatch:
    """A format that fits, and the code in that brand's usual spelling."""

    brand: str
    name: str
    code: str


FORMATS: tuple[CodeFormat, ...] = (
    # Nike and Jordan share one numbering. The dash is printed as a dash, a space or nothing.
    CodeFormat("Nike", "style-colour", r"([A-Z]{2}\d{4})[- ]?(\d{3})", ("CW2288-111", "DD1391 100", "FD4116100")),
    CodeFormat("Nike", "older style-colour", r"(\d{6})[- ]?(\d{3})", ("315122-111", "555088 101")),
    CodeFormat("adidas", "article", r"(?:ART\.? ?)?([A-Z]{2}\d{4})", ("GW2871", "ART CP9448", "ARTHQ4199")),
    CodeFormat("adidas", "older article", r"(?:ART\.? ?)?([A-Z]\d{5})", ("S80602", "ART. B75571")),
    # Six bare digits are too common to mean adidas without the word before them.
    CodeFormat("adidas", "oldest article", r"ART\.? ?(\d{6})", ("ART 019000", "ART.034563")),
    CodeFormat("Reebok", "article", r"([A-Z]{2}\d{4})", ("GZ4953",)),
    CodeFormat("Reebok", "material number", r"(1000\d{5})", ("100033442",)),
    CodeFormat("Reebok", "nine digits", r"(\d{9})", ("100008492",)),
    CodeFormat("Puma", "style-colour", r"(\d{6})[- ]?(\d{2})", ("374915-01", "352634 03")),
    CodeFormat("Converse", "season style", r"(\d{6}C)", ("162050C", "568497C")),
    CodeFormat("Converse", "core style", r"(M\d{4}C)", ("M7650C", "M9160C")),
    CodeFormat("Converse", "newer style", r"(A\d{5}C)", ("A00916C", "A02424C")),
    CodeFormat("Vans", "material", r"(VN0A[0-9A-Z]{4,5}[0-9A-Z]{3})", ("VN0A38F7PXP", "VN0A5KX5BMB")),
    CodeFormat("Vans", "newer material", r"(VN000[0-9A-Z]{6})", ("VN000D3HY28", "VN000EE3BLK")),
    CodeFormat("Vans", "older material", r"(VN)-?(0[0-9A-Z]{6})", ("VN-0D3HY28", "VN0EE3BLK"), separator=""),
    CodeFormat(
        "New Balance",
        "model",
        r"((?:M|W|U|ML|WL|MS|WS|MT|WT|MR|WR|MRL|WRL|MW|WW|CM|CW|CT|BB|GC|GS|GR|PC|PV|YV|IV)\d{3,4}[A-Z]{1,3}\d?)",
        ("M990GL5", "BB550WT1", "U9060GRY", "WL574EVG"),
    ),
    CodeFormat("New Balance", "Korea", r"(NBP[A-Z]{3}\d{3}[A-Z])", ("NBPDCS131B", "NBPFBF712G")),
    CodeFormat(
        "Fila",
        "Korea",
        r"(\d[A-Z]M\d{5}[A-Z]?)(?:[- ](\d{3}))?",
        ("5JM00814-125", "1RM01965D-421", "1XM01536"),
    ),
    CodeFormat("Fila", "Korea, older", r"(FS1[A-Z]{3}\d{4}X)(?:[- ]([A-Z]{3}))?", ("FS1SIB1160X-WBK", "FS1RIB3020X")),
    CodeFormat(
        "Skechers",
        "style number",
        r"SN ?(\d{5,8}[LN]?)(?: ?COLOR ?: ?[A-Z]{2,4})?",
        ("SN 117504 COLOR:BLK", "SN12606", "SN 149057 COLOR:WSL"),
    ),
    CodeFormat(
        "Asics",
        "article",
        r"(1\d{3}[A-C]\d{3})(?:[-. ](\d{3}))?",
        ("1011A042-400", "1201A256.100", "1203A122"),
    ),
    CodeFormat("Asics", "older article", r"([A-Z]\d[0-9A-Z]\d[A-Z])[-. ](\d{4})", ("T7D3N-9090", "H707N.4242")),
    CodeFormat(
        "Onitsuka Tiger",
        "article",
        r"(118[1-3][A-C]\d{3})(?:[-. ](\d{3}))?",
        ("1183A201-101", "1183C102.751"),
    ),
    CodeFormat("Onitsuka Tiger", "older article", r"([A-Z]\d[0-9A-Z]\d[A-Z])[-. ](\d{4})", ("D507L-0142",)),
    CodeFormat("Superga", "style", r"(S00[0-9A-Z]{4})", ("S00A5C0", "S000010")),
    CodeFormat("Dr. Martens", "style", r"(\d{8})", ("11822006", "24690001")),
    CodeFormat("Clarks", "style", r"(26\d{6})", ("26138221", "26155514")),
    CodeFormat("Under Armour", "style-colour", r"(\d{7})-(\d{3})", ("1309550-001", "3024898-100")),
    CodeFormat("Salomon", "article", r"(L\d{8})", ("L41086600", "L47295900")),
    CodeFormat("Hoka", "style-colour", r"(1\d{6})(?:[- ]([A-Z]{3,4}))?", ("1127895-BBLC", "1123202 BWHT", "1119393")),
    CodeFormat("UGG", "style-colour", r"(1\d{6})(?:[- ]([A-Z]{3,4}))?", ("1016223-CHE", "1116109")),
    CodeFormat("Teva", "style-colour", r"(1\d{6})(?:[- ]([A-Z]{3,4}))?", ("1003987-BLK", "1019234")),
    CodeFormat("Keen", "style", r"(10\d{5})", ("1022247", "1002661")),
    CodeFormat("Birkenstock", "article", r"([01]\d{6})", ("0051701", "1005299")),
    CodeFormat("On", "article", r"(\d{2})\.(\d{5})", ("59.98919", "61.98657"), separator="."),
    CodeFormat("On", "newer article", r"(3[MW][A-Z]\d{8})", ("3MD11241043", "3WE30050106")),
    CodeFormat("Mizuno", "article", r"([A-Z]\d[A-Z]{2}\d{6})", ("J1GC210001", "D1GA212404")),
    CodeFormat("Saucony", "style-colour", r"(S\d{4,5})-(\d{1,3})", ("S20654-05", "S70539-2", "S2044-449")),
    CodeFormat(
        "Brooks",
        "style width colour",
        r"(1[12]0\d{3}) ?(\d[A-E]) ?(\d{3})",
        ("1103931D090", "120328 1B 067"),
        "",
    ),
    CodeFormat("Timberland", "material", r"(TB0[0-9A-Z]{5}[0-9A-Z]{3})", ("TB010061713", "TB0A1SHP001")),
    CodeFormat("The North Face", "material", r"(NF0A[0-9A-Z]{4,5}[0-9A-Z]{3})", ("NF0A52RVKX7", "NF0A4T2WKZ2")),
    CodeFormat("The North Face", "Korea", r"(NS\d[0-9A-Z][A-Z]\d{2}[A-Z])", ("NS97N03A", "NS93M60A")),
    CodeFormat("Altra", "material", r"(AL0A[0-9A-Z]{4}[0-9A-Z]{3})", ("AL0A547B000", "AL0A4VQM001")),
    CodeFormat("Crocs", "style-colour", r"(\d{5,6})-(\d[0-9A-Z]{2})", ("10001-001", "206991-0DA")),
    CodeFormat("Ecco", "article", r"(\d{6})[- ](\d{5})", ("470824-01001", "430003 01001")),
    CodeFormat("Merrell", "style", r"(J\d{5,6})", ("J48603", "J035785")),
    CodeFormat("Columbia", "style-colour", r"(B[LMY]\d{4})[- ](\d{3})", ("BM5528-010", "BL0081 100")),
    CodeFormat("K-Swiss", "style-colour", r"(0\d{4})-(\d{3})(?:-([MW]))?", ("03343-102-M", "05678-113")),
    CodeFormat("Palladium", "style-colour", r"([0-9]\d{4})-(\d{3})-([MFU])", ("75349-001-M", "02353-060-M")),
    CodeFormat(
        "MLB",
        "Korea",
        r"(3A[A-Z]{2}[0-9A-Z]\d{3}N)(?:[- ](\d{2}[A-Z]{3}))?",
        ("3ASHC101N-50BKS", "3ACP7701N"),
    ),
    CodeFormat("MLB", "Korea, letters", r"(3A[A-Z]{4}\d{2}N)(?:[- ](\d{2}[A-Z]{3}))?", ("3ASXCA12N-50BKS",)),
    CodeFormat("National Geographic", "Korea", r"(N\d{3}[A-Z]{3}\d{3})", ("N215ASO910", "N221USW010")),
    CodeFormat("Lacoste", "article", r"(7-\d{2}[A-Z]{3}\d{4}[0-9A-Z]{3})", ("7-43SMA002521G", "7-38CMA0024092")),
    CodeFormat("Tommy Hilfiger", "style", r"([EF][MW]0[EF][MW]\d{5})", ("FM0FM02672", "EM0EM00001")),
    CodeFormat("Calvin Klein", "style", r"([HY][MW]0[HY][MW]\d{5})", ("YM0YM00612", "HM0HM00471")),
    CodeFormat("Diadora", "article", r"(\d{3})\.(\d{6})", ("501.173073", "101.170595"), separator="."),
    CodeFormat("Golden Goose", "article", r"(G[MW]F\d{5}\.F\d{6}\.\d{5})", ("GMF00102.F000318.10220",)),
    CodeFormat(
        "Gucci",
        "style material colour",
        r"(\d{6}) ([0-9A-Z]{5}) (\d{4})",
        ("429446 02JP0 9064",),
        separator=" ",
    ),
    CodeFormat("Camper", "style-colour", r"(K\d{6})-(\d{3})", ("K100226-001",)),
    CodeFormat("Veja", "style", r"([A-Z]{2}\d{7}[AB])", ("VX0202376B", "CP0502429A")),
    CodeFormat("Karhu", "style", r"(F80\d{4})", ("F804136", "F805001")),
    CodeFormat(
        "DC Shoes",
        "style-colour",
        r"(AD[A-Z]{2}\d{6})(?:[- ]([0-9A-Z]{3}))?",
        ("ADYS100624-BGM", "ADYS300764"),
    ),
    CodeFormat("Sperry", "style", r"(STS\d{5})", ("STS10421", "STS22342")),
    CodeFormat("Keds", "style", r"(W[FH]\d{5})", ("WF34000", "WH45750")),
    CodeFormat("Wilson", "style", r"(WRS\d{6})", ("WRS327540",)),
)
"""All known formats; within a brand the more particular one comes first."""


# --- What stands around a code ---

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
# A name with nothing between it and the code, as in a label, which has no spaces: `ARTCP9448`.
_GLUED_NAME = re.compile(rf"(?<![A-Z0-9]){_LATIN_NAME}{_NUMBER}?(?=[A-Z0-9])")
# The same where no known format vouches for the rest: only long names, or digits right behind.
_CLEAR_GLUED_NAME = re.compile(
    rf"(?<![A-Z0-9])(?:(?:ARTICLE|STYLE|MODEL|MATERIAL|PRODUCT){_NUMBER}?(?=[A-Z]*\d)"
    rf"|{_LATIN_NAME}{_NUMBER}?(?=\d))"
)
_ANY_NAME = re.compile(f"{_FIELD_NAME.pattern}|{_CLEAR_GLUED_NAME.pattern}")
_NAMES_ONLY = re.compile(rf"(?:(?:{_LATIN_NAME}|{_OTHER_NAME})(?:[ .]?{_NUMBER})?[ .:#]*)*")

_COLOUR = r"(?:(?:COLOU?R|색상|컬러) ?[.:#]* ?|(?<![A-Z0-9])(?:COL|CLR) ?[.:#]+ ?)[0-9A-Z/&+-]*"
_FIELD_WITH_VALUE = re.compile(
    rf"{_COLOUR}"
    r"|(?<![A-Z0-9])P[./]?O ?(?:NO)?[.:#]+ ?[0-9A-Z/-]+"
    r"|(?<![A-Z0-9])(?:SIZE|사이즈) ?[.:]? ?[0-9A-Z./-]+"
    r"|(?<![A-Z])MADE ?IN ?[A-Z]+"
)
_COLOUR_ONLY = re.compile(rf" ?{_COLOUR}")

_SPACED_DASH = re.compile(r" ?- ?")
_NUMBER_OF_ART = re.compile(
    r"(?<![A-Z0-9])(?:ITEM|STYLE|MODEL)? ?NO[.:#](?=ART)"
)  # `ITEM NO.ART 019000`: ART belongs to the code


@cache
def _searchers() -> tuple[tuple[CodeFormat, re.Pattern[str]], ...]:
    """The formats, compiled so that they match whole codes only.

    A letter or digit next to it, also one behind a dash or a point, means that this is the inside of
    something longer.
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
    """All formats as one pattern: tells twenty times faster than one after the other that none fits."""
    return re.compile("|".join(f"(?:{searcher.pattern})" for _, searcher in _searchers()), flags=re.ASCII)


@dataclass(frozen=True, slots=True)
class _Found:
    """A format found in a line, with the place where, and the code as printed there."""

    start: int
    end: int
    printed: str
    match: FormatMatch


def _search(line: str) -> list[_Found]:
    """All formats in a line from left to right; what lies inside of a longer one is left out."""
    if not _any_searcher().search(line):
        return []
    found = []
    for entry, searcher in _searchers():
        for match in searcher.finditer(line):
            spans = [match.span(i) for i in range(1, len(match.groups()) + 1) if match.group(i)]
            printed = line[spans[0][0] : spans[-1][1]]
            found.append(_Found(*match.span(), printed, FormatMatch(entry.brand, entry.name, entry.code(match))))
    outer = [
        one
        for one in found
        if not any(
            other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start
            for other in found
        )
    ]
    return sorted(outer, key=lambda one: one.start)  # stable: the table's order at one place


def _split(pieces: Iterable[str], *fields: re.Pattern[str]) -> list[str]:
    """What is left of the pieces between the fields, without empty rests."""
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
    # Spaces read into the middle of a code: only a format that covers all that is printed is believed then.
    for pieces in readings:
        joined = [label for piece in pieces if (label := piece.replace(" ", "")) not in without]
        without.update(joined)
        found = [
            whole
            for piece in joined
            if (whole := [one for one in _search(piece) if one.start == 0 and one.end == len(piece)])
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
        for one in piece:
            unique.setdefault((one.match.brand, one.match.code), one.match)
    return tuple(unique.values())


def extract_code(text: str) -> str:
    """What to search for: the line without field names, prefixes and colour, in the brand's usual spelling.

    Where the formats that fit disagree about the spelling (nine digits are an older Nike, `315122-111`, or a
    Reebok), the code stays as printed: a separator is never invented. If no format fits, the answer is the
    line without field names and spaces; it is empty for a line without any code, such as `STYLE NO.` or
    `COLOR:BLK`.
    """
    line = normalize_text(text)
    return _code(line, _find(line))


def code_and_formats(text: str) -> tuple[str, tuple[FormatMatch, ...]]:
    """`extract_code` and `match_formats` of one line, in half the time."""
    line = normalize_text(text)
    found = _find(line)
    return _code(line, found), _unique_matches(found)


def _code(line: str, found: list[list[_Found]]) -> str:
    """What to search for in a normalised line with these formats in it."""
    if found:
        piece = found[0]
        first = [one for one in piece if (one.start, one.end) == (piece[0].start, piece[0].end)]
        codes = {one.match.code for one in first}
        return codes.pop() if len(codes) == 1 else label_text(first[0].printed)
    for part in _FIELD_WITH_VALUE.split(line):
        before, *values = _ANY_NAME.split(part)
        # What follows a field's name is its value; only without one is it what stands before.
        for value in (*values, before):
            code = label_text(value).strip(":#.")
            if code:
                return code
    return ""


def _distance(left: str, right: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


_LONGEST_LINE = 80  # characters; no line of a tag is longer, and the search below grows with the cube


def complete_line(read_text: str, typed: str) -> str:
    """Give a correction back the field names that its author left out.

    A correction is about the whole line. One who types only the code of a line that has more (`CP9449` where
    `ARTCP9448` was read) would take the prefix away from the label. Only field names and a colour are given
    back: any other surplus may be the very mistake that is being corrected.

    Args:
        read_text: the line as the recognizer read it.
        typed: what the person typed.

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
    # The distance first: what was typed belongs where it fits best. Then, of equally good places, the least
    # completion.
    distance, _, start, end = min(
        (_distance(wanted, label_text(line[start:end])), start + len(line) - end, start, end)
        for start in starts
        for end in ends
        if start < end
    )
    if 2 * distance > len(wanted):
        return typed
    return normalize_text(line[:start] + typed + line[end:])
