"""Tags of other brands of shoes, of boxes, of garments and of Korean importers, with invented numbers."""

from tests.ocr_model.tags.plain_tag import PrintedTag

MORE_TAGS = (
    PrintedTag(
        "Onitsuka Tiger, hang tag",
        """
ONITSUKA TIGER
MEXICO 66
ARTICLE NO.  1183C102-751
SIZE         US 7  CM 25
MADE IN VIETNAM
$110.00
""",
        "1183C102-751",
        "Onitsuka Tiger",
        {"US": "7", "CM": "25"},
        None,
        ("110.00", "USD"),
    ),
    PrintedTag(
        "Skechers, label",
        """
SKECHERS
SN 117504 COLOR:BLK
MEMORY FOAM
US 7  UK 4  EUR 37  CM 24
MADE IN CHINA
""",
        "117504",
        "Skechers",
        {"US": "7", "UK": "4", "EU": "37", "CM": "24"},
        "BLK",
    ),
    PrintedTag(
        "Skechers, the number beneath its name",
        """
SN
149057
COLOR:WSL
KOR 240
""",
        "149057",
        None,
        {"KR": "240"},
        "WSL",
    ),
    PrintedTag(
        "Puma, label",
        """
PUMA
374915 01
UK 7-  EUR 41  US 8-  CM 26.5
#0412 09/21
MADE IN CAMBODIA
""",
        "374915-01",
        "Puma",
        {"US": "8.5", "UK": "7.5", "EU": "41", "CM": "26.5"},
    ),
    PrintedTag(
        "Puma, box",
        """
^2 SUEDE CLASSIC XXI
ART. NO.: 374915-04
COLOR: PEACOAT-WHITE
^3 255
4059788112234
""",
        "374915-04",
        None,
        {"KR": "255"},
        "PEACOAT-WHITE",
    ),
    PrintedTag(
        "Fila Korea, label",
        """
FILA
STYLE : 1RM02544F-110
COLOR : OFF WHITE
SIZE : 245
MADE IN VIETNAM
2022.11
""",
        "1RM02544F-110",
        "Fila",
        {"KR": "245"},
        "OFF WHITE",
    ),
    PrintedTag(
        "Fila Korea, Korean block",
        """
휠라코리아(주)
모델명     1XM01536-101
색상       WHITE
치수       230
제조국     베트남
제조년월   2023.02
소비자가격 89,000원
""",
        "1XM01536-101",
        None,
        {"KR": "230"},
        "WHITE",
        ("89,000", "KRW"),
    ),
    PrintedTag(
        "Dr. Martens, box",
        """
^2 DR. MARTENS
1460 SMOOTH
11822006
BLACK
UK 5   EU 38   US M 6   US L 7
8804112233446
""",
        "11822006",
        "Dr. Martens",
        {"UK": "5", "EU": "38", "US": "6"},
        "BLACK",
    ),
    PrintedTag(
        "Dr. Martens, sole label",
        """
AIRWAIR
STYLE 24690001
UK 6
MADE IN THAILAND
""",
        "24690001",
        "Dr. Martens",
        {"UK": "6"},
    ),
    PrintedTag(
        "Superga, label",
        """
SUPERGA
2750 COTU CLASSIC
S000010
COLOUR 901 WHITE
EUR 38   UK 5
""",
        "S000010",
        "Superga",
        {"EU": "38", "UK": "5"},
        "901 WHITE",
    ),
    PrintedTag(
        "Under Armour, label",
        """
UNDER ARMOUR
3024898-001
US 9.5  EU 43  UK 8.5  CM 27.5
RN 96510
MADE IN VIETNAM
PO 6201991
""",
        "3024898-001",
        "Under Armour",
        {"US": "9.5", "EU": "43", "UK": "8.5", "CM": "27.5"},
    ),
    PrintedTag(
        "Crocs, hang tag",
        """
crocs
CLASSIC CLOG
206991-0DA
M7 W9
KR 250
€ 49,95
""",
        "206991-0DA",
        "Crocs",
        {"KR": "250"},
        None,
        ("49.95", "EUR"),
    ),
    PrintedTag(
        "MLB Korea, price sticker",
        """
MLB
3ASHC101N-50BKS
260
₩79,000
8801456723015
""",
        "3ASHC101N-50BKS",
        "MLB",
        {"KR": "260"},
        None,
        ("79,000", "KRW"),
    ),
    PrintedTag(
        "a sticker as a capitals-only reader reads it",
        """
ADIDAS
HQ8718
SIZE 265
W109.000
880 4567123453
""",
        "HQ8718",
        "adidas",
        {"KR": "265"},
        None,
        ("109,000", "KRW"),
    ),
    PrintedTag(
        "shoe box of a brand without a format",
        """
1250    1012048
^2 37         ^3 NAOT
63061
PISAC
739           217224-37
BUFFALO LEATHER
""",
        "217224-37",
        "Naot",
        {"EU": "37"},
    ),
    PrintedTag(
        "garment, style and RN",
        """
STYLE# KLT2046
RN# 131452
70%RAYON
30%POLYESTER
MADE IN
CHINA
""",
        "KLT2046",
    ),
    PrintedTag(
        "garment, style beneath its name",
        """
  51% RAYON
  49% NYLON

 CUT:2017733
  STYLE
 2904617

MADE IN CHINA
CARE ON REVERSE
""",
        "2904617",
    ),
    PrintedTag(
        "garment, only register numbers",
        """
80%SILK/SOIE
20%NYLON
CA#10442
RN#71188
Made in China
""",
        "71188",
    ),
    PrintedTag(
        "garment, size and washing",
        """
L
100% COTTON / BAUMWOLLE
PROD: 418-2   SEA: 4
40
WASH WITH SIMILAR COLOURS
TUMBLE DRY LOW
MADE IN PORTUGAL
""",
        "418-2",
        None,
        {"": "L"},
    ),
    PrintedTag(
        "garment, Korean label",
        """
품번   SP2411TS07
사이즈  100
혼용률  면 100%
색상   네이비
제조국  대한민국
제조년월  2024년 3월
판매가  39,900원
""",
        "SP2411TS07",
        None,
        {"": "100"},
        "네이비",
        ("39,900", "KRW"),
    ),
    PrintedTag(
        "garment hang tag, American",
        """
STYLE    COLOR    SIZE
DN4471   INDIGO   M

MSRP $59.50
0 12345 67890 5
""",
        "DN4471",
        None,
        {"": "M"},
        "INDIGO",
        ("59.50", "USD"),
    ),
    PrintedTag(
        "Korean shoe box of an importer",
        """
제품명 : 컴포트 로퍼
모델명 : HP-7731K
색 상 : BLACK
치 수 : 245MM
소 재 : 천연가죽(소)
제조국 : 중국
제조연월 : 2024.01
수입원 : 한빛유통   TEL 02-1234-5678
소비자가격 : 148,000원
""",
        "HP-7731K",
        None,
        {"KR": "245"},
        "BLACK",
        ("148,000", "KRW"),
    ),
    PrintedTag(
        "Timberland, box",
        """
TIMBERLAND
6 INCH PREMIUM BOOT
TB010061713
WHEAT NUBUCK
US 9M   UK 8.5   EU 43
MADE IN DOMINICAN REPUBLIC
""",
        "TB010061713",
        "Timberland",
        {"US": "9", "UK": "8.5", "EU": "43"},
    ),
    PrintedTag(
        "a label with a price and no number",
        """
SALE
BLACK
260
₩49,000
""",
        None,
        None,
        {"KR": "260"},
        "BLACK",
        ("49,000", "KRW"),
    ),
)
