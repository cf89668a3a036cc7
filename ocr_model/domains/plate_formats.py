"""How number plates are lettered: the Korean ones, European ones, and some of the same shape from elsewhere.

Sources: Korea: the ministry's notice on standards of number plates (자동차 등록번호판 등의 기준에 관한 고시) and
Wikipedia's "Vehicle registration plates of South Korea"; others: Wikipedia's page of each country's plates. The
patterns are of a plate's whole text without spaces, dashes and dots, its rows joined from top to bottom.
"""

from __future__ import annotations

from ocr_model.codes.formats import CodeFormat

PRIVATE = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주"
RENTAL = "하허호"
COMMERCIAL = "바사아자"
DELIVERY = "배"
ARMED_FORCES = "국공육해합"
USES = PRIVATE + COMMERCIAL + DELIVERY + RENTAL
"""The syllables that say what a vehicle is used for."""

REGIONS = (
    *("서울", "부산", "대구", "인천", "광주", "대전", "울산", "세종", "경기", "강원"),
    *("충북", "충남", "전북", "전남", "경북", "경남", "제주"),
)
"""On plates of before 2004, and on commercial vehicles' to this day."""

DIPLOMATS = ("외교", "영사", "준외", "준영", "국기", "협정", "대표")
TEMPORARY = "임시"

SYLLABLES = "".join(dict.fromkeys(USES + ARMED_FORCES + "".join(REGIONS) + "".join(DIPLOMATS) + TEMPORARY))
"""Every syllable of Korean plates, in the order of the classes of models."""

_REGION = "|".join(REGIONS)

KOREAN = (
    CodeFormat("Korea", "car", rf"(\d{{2,3}}[{PRIVATE}])(\d{{4}})", ("12가3456", "123가4567"), " "),
    CodeFormat("Korea", "rental car", rf"(\d{{2,3}}[{RENTAL}])(\d{{4}})", ("12허3456", "123하4567"), " "),
    CodeFormat(
        "Korea", "commercial", rf"((?:{_REGION})\d{{2}}[{COMMERCIAL}{DELIVERY}])(\d{{4}})", ("서울32바1234",), " "
    ),
    CodeFormat(
        "Korea", "older regional", rf"((?:{_REGION})\d{{1,2}}[{PRIVATE}{RENTAL}])(\d{{4}})", ("서울12가3456",), " "
    ),
    CodeFormat("Korea", "armed forces", rf"(\d{{2}}[{ARMED_FORCES}])(\d{{4}})", ("12육3456",), " "),
    CodeFormat("Korea", "diplomatic", rf"((?:{'|'.join(DIPLOMATS)})\d{{3}})(\d{{3}})", ("외교001002",), "-"),
)

EUROPEAN = (
    CodeFormat("France, Italy", "car", r"([A-Z]{2})(\d{3})([A-Z]{2})", ("AB123CD",)),
    CodeFormat("Spain", "car", r"(\d{4})([B-DF-HJ-NP-TV-Z]{3})", ("1234BCD",), " "),
    CodeFormat("Great Britain", "car", r"([A-Z]{2}\d{2})([A-Z]{3})", ("AB12CDE",), " "),
    CodeFormat("Netherlands", "car", r"([A-Z]{2})(\d{3})([A-Z])|([A-Z])(\d{3})([A-Z]{2})", ("GB123C", "K123BC")),
    CodeFormat("Netherlands", "older car", r"(\d{2})([A-Z]{3})(\d)|(\d)([A-Z]{3})(\d{2})", ("12ABC3", "1ABC23")),
    CodeFormat("Belgium", "car", r"([12])([A-Z]{3})(\d{3})", ("1ABC234",)),
    CodeFormat("Sweden, Finland, Lithuania", "car", r"([A-Z]{3})(\d{2}[0-9A-Z])", ("ABC12D", "ABC123"), " "),
    CodeFormat("Norway, Denmark", "car", r"([A-Z]{2})(\d{5})", ("AB12345",), " "),
    CodeFormat("Portugal", "car", r"([A-Z]{2})(\d{2})([A-Z]{2})", ("AB12CD",)),
    CodeFormat("Czechia", "car", r"(\d[A-Z][0-9A-Z])(\d{4})", ("1AB2345",), " "),
    CodeFormat("Hungary", "car", r"([A-Z]{4})(\d{3})", ("ABCD123",)),
    CodeFormat("Croatia", "car", r"([A-Z]{2})(\d{3,4})([A-Z]{1,2})", ("ZG1234AB",)),
    CodeFormat("Germany, Austria", "car", r"([A-Z]{2,5})(\d{1,4}[EH]?)", ("BAB1234", "MUC5E"), " "),
    CodeFormat("Poland", "car", r"([A-Z]{2,3})(\d{4,5}|\d{3,4}[A-Z]|\d{3}[A-Z]{2})", ("WA12345", "KR123AB"), " "),
    CodeFormat("Switzerland", "car", r"([A-Z]{2})(\d{1,6})", ("ZH123456",), " "),
)

OTHERS = (
    CodeFormat("Argentina", "car", r"([A-Z]{2})(\d{3})([A-Z]{2})", ("AB123CD",), " "),
    CodeFormat("Argentina", "older car", r"([A-Z]{3})(\d{3})", ("ABC123",), " "),
    CodeFormat("Brazil", "car", r"([A-Z]{3})(\d[A-J]\d{2})", ("ABC1D23",), ""),
    CodeFormat("Vietnam", "car", r"(\d{2}[A-Z]{1,2})(\d{4,5})", ("51F21255",)),
    CodeFormat("Vietnam", "motorcycle", r"(\d{2}[A-Z]\d)(\d{4,5})", ("59F112345",)),
)

FORMATS = (*KOREAN, *EUROPEAN, *OTHERS)
"""All known formats. More than one may fit; a plate of no known format is still a plate."""
