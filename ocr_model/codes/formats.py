"""How brands print their product codes.

One table, `FORMATS`, is read by the generator (it samples strings from the patterns), by the reader (which brands fit a
line, `ocr_model.codes.lines`) and by the format prior. Sources: product pages, boxes and tags of brands sold in Korea;
a format that is not certain is not here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeFormat:
    """One way in which one brand prints its codes.

    The pattern is a regular expression over a normalised (upper-case) line, without look-around and without unbounded
    repeats, so that strings can be sampled from it. It covers all printed variants. The capturing groups hold the code;
    everything else (`ART`, `SN`, a separator) is the way it is printed.
    """

    brand: str  # as shown to people
    name: str  # tells the formats of one brand apart
    pattern: str
    examples: tuple[str, ...]  # lines as printed; each is matched completely
    separator: str = "-"  # the brand's usual separator between the groups

    def code(self, match: re.Match[str]) -> str:
        """The code in the brand's usual spelling, from a match of `pattern`."""
        return self.separator.join(group for group in match.groups() if group)


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
