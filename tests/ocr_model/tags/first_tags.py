"""Tags of Nike, adidas, Reebok, New Balance, Vans, Converse and Asics, with invented numbers."""

from tests.ocr_model.tags.plain_tag import PrintedTag

FIRST_TAGS = (
    PrintedTag(
        "Nike, tongue label",
        """
US      UK      EUR     CM
9       8       42.5    27
06/14/23   09/20/23  XC
MADE IN VIETNAM
FABRIQUE AU VIETNAM
DQ4417-302
UPC 00195678901237
PO: 0301142817
""",
        "DQ4417-302",
        "Nike",
        {"US": "9", "UK": "8", "EU": "42.5", "CM": "27"},
    ),
    PrintedTag(
        "Nike, older tongue label",
        """
SIZE  US 10.5  UK 9.5  EUR 44.5  CM 28.5
318429 061
FTY: AX3   11/02/12
MADE IN INDONESIA
""",
        "318429-061",
        None,
        {"US": "10.5", "UK": "9.5", "EU": "44.5", "CM": "28.5"},
    ),
    PrintedTag(
        "Nike, box",
        """
^2 NIKE           ^3 270
AIR MAX 90            MM
CN8490-100            US 9   UK 8   EUR 42.5
WHITE/WHITE-WHITE-WOLF GREY

0 19345011876 7
MADE IN INDONESIA
""",
        "CN8490-100",
        "Nike",
        {"KR": "270", "US": "9", "UK": "8", "EU": "42.5"},
        "WHITE/WHITE-WHITE-WOLF GREY",
    ),
    PrintedTag(
        "Jordan, box in Korea",
        """
^2 JUMPMAN
AIR JORDAN 1 LOW
품번 : 553558-132
색상 : WHITE/BLACK
사이즈 : 265
소비자가격 : 139,000원
제조국 : 인도네시아
8801456723015
""",
        "553558-132",
        "Jordan",
        {"KR": "265"},
        "WHITE/BLACK",
        ("139,000", "KRW"),
    ),
    PrintedTag(
        "adidas, tongue label",
        """
US 8   UK 7 1/2   FR 41 1/3   JP 260   CHN 255
ART GW6173
PO 0134552871
CLU 600001   07/22
MADE IN CAMBODIA
""",
        "GW6173",
        None,
        {"US": "8", "UK": "7.5", "EU": "41 1/3"},
    ),
    PrintedTag(
        "adidas, name and number apart",
        """
US      UK      F
8-      8       42
ART
CP9448
FACTORY 5HJ001
""",
        "CP9448",
        None,
        {"US": "8.5", "UK": "8", "EU": "42"},
    ),
    PrintedTag(
        "adidas, box",
        """
^1.5 ADIDAS ORIGINALS
SAMBA OG
CORE BLACK / FTWR WHITE / GUM
ART. B75807                  ^2 KR 255
UPPER: LEATHER
4065358120776
""",
        "B75807",
        "adidas",
        {"KR": "255"},
        "CORE BLACK/FTWR WHITE/GUM",
    ),
    PrintedTag(
        "adidas, hang tag with a price",
        """
adidas
HQ4199
FTWWHT/CBLACK
SIZE   250
₩ 119,000
8804567123453
""",
        "HQ4199",
        "adidas",
        {"KR": "250"},
        None,
        ("119,000", "KRW"),
    ),
    PrintedTag(
        "Reebok, label",
        """
REEBOK
US 7  UK 6  EUR 39  CM 25
STYLE# 100033918
CLUB C 85
MADE IN VIETNAM
PO#4501882201
""",
        "100033918",
        "Reebok",
        {"US": "7", "UK": "6", "EU": "39", "CM": "25"},
    ),
    PrintedTag(
        "New Balance, label",
        """
M990GL6
US 9.5   UK 9   EU 43   CM 27.5
WIDTH D
NBPDES137G
PO# 7700129
MADE IN USA
""",
        "M990GL6",
        "New Balance",
        {"US": "9.5", "UK": "9", "EU": "43", "CM": "27.5"},
    ),
    PrintedTag(
        "New Balance, Korean hang tag",
        """
^2 NEW BALANCE
STYLE NO.   NBPDES137G
COLOR       19 BLACK
SIZE        260
PRICE       ₩129,000
""",
        "NBPDES137G",
        "New Balance",
        {"KR": "260"},
        "19 BLACK",
        ("129,000", "KRW"),
    ),
    PrintedTag(
        "New Balance, box",
        """
^2 U9060ECA             ^3 US 10
SEA SALT/MOONBEAM          UK 9.5
D                          EU 44
MADE IN VIETNAM            CM 28
195678901237
""",
        "U9060ECA",
        "New Balance",
        {"US": "10", "UK": "9.5", "EU": "44", "CM": "28"},
    ),
    PrintedTag(
        "Vans, label",
        """
MTL#VN0A4BV4KIG
OLD SKOOL
US 8.5  UK 7.5  EUR 41  CM 26.5
PO# 4201189923
MADE IN VIETNAM
FTY VN7   05/21
""",
        "VN0A4BV4KIG",
        "Vans",
        {"US": "8.5", "UK": "7.5", "EU": "41", "CM": "26.5"},
    ),
    PrintedTag(
        "Vans, older box",
        """
^2 VANS
VN-0D3HY28
AUTHENTIC   BLACK
^2 SIZE 250
""",
        "VN0D3HY28",
        "Vans",
        {"KR": "250"},
    ),
    PrintedTag(
        "Converse, tongue label",
        """
CONVERSE ALL STAR
162050C
US M 8   US W 10   UK 8   EUR 41.5   CM 26.5
LOT 11882
MADE IN VIETNAM 02/22
""",
        "162050C",
        "Converse",
        {"US": "8", "UK": "8", "EU": "41.5", "CM": "26.5"},
    ),
    PrintedTag(
        "Converse, box in Korea",
        """
CONVERSE
CHUCK 70 HI
STYLE         COLOR     SIZE
A02424C       EGRET     245
59,000 WON
8809234567011
""",
        "A02424C",
        "Converse",
        {"KR": "245"},
        "EGRET",
        ("59,000", "KRW"),
    ),
    PrintedTag(
        "Asics, label",
        """
1011B547
GEL-KAYANO 30
US 9 1/2   UK 8 1/2   EUR 43.5   CM 27.5
SUP. 00213   2023.08
MADE IN VIETNAM
""",
        "1011B547",
        "Asics",
        {"US": "9.5", "UK": "8.5", "EU": "43.5", "CM": "27.5"},
    ),
    PrintedTag(
        "Asics, box",
        """
^2 ASICS                      ^2 KR 265
GEL-1130
1201A256.100
WHITE/PURE SILVER
4534123456704
""",
        "1201A256-100",
        "Asics",
        {"KR": "265"},
        "WHITE/PURE SILVER",
    ),
)
