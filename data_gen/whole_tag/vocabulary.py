"""Words that tags print around the code: colours, materials, countries, care, and the Korean names of fields."""

from __future__ import annotations

COLOURS = (  # English, abbreviated, Korean
    ("BLACK", "BLK", "블랙"),
    ("WHITE", "WHT", "화이트"),
    ("NAVY", "NVY", "네이비"),
    ("GREY", "GRY", "그레이"),
    ("RED", "RED", "레드"),
    ("BEIGE", "BGE", "베이지"),
    ("IVORY", "IVR", "아이보리"),
    ("BROWN", "BRN", "브라운"),
    ("KHAKI", "KHK", "카키"),
    ("PINK", "PNK", "핑크"),
    ("BLUE", "BLU", "블루"),
    ("GREEN", "GRN", "그린"),
    ("SILVER", "SLV", "실버"),
    ("CHARCOAL", "CHA", "차콜"),
    ("OLIVE", "OLV", "올리브"),
    ("CREAM", "CRM", "크림"),
)
SHADES = ("CORE", "CLOUD", "LIGHT", "DARK", "OFF", "SEA", "SMOKE", "TRUE", "VINTAGE", "TEAM")
COUNTRIES = (  # English, French, Spanish, Korean
    ("VIETNAM", "VIETNAM", "VIETNAM", "베트남"),
    ("CHINA", "CHINE", "CHINA", "중국"),
    ("INDONESIA", "INDONESIE", "INDONESIA", "인도네시아"),
    ("CAMBODIA", "CAMBODGE", "CAMBOYA", "캄보디아"),
    ("KOREA", "COREE", "COREA", "대한민국"),
    ("INDIA", "INDE", "INDIA", "인도"),
    ("BANGLADESH", "BANGLADESH", "BANGLADESH", "방글라데시"),
    ("PORTUGAL", "PORTUGAL", "PORTUGAL", "포르투갈"),
    ("ITALY", "ITALIE", "ITALIA", "이탈리아"),
)
NAME_WORDS = (
    *("COURT", "STREET", "TRAIL", "RUNNER", "CLASSIC", "RETRO", "FLEX", "PULSE", "COAST", "RIDGE", "CITY", "LITE"),
    *("OXFORD", "DERBY", "CHELSEA", "VISTA", "ORBIT", "HARBOR", "TEMPO", "SUMMIT", "CANVAS", "SUEDE", "LEATHER"),
)
NAME_ENDINGS = ("LOW", "MID", "HI", "OX", "SLIP-ON", "PRO", "II", "3.0", "GTX", "PLUS", "SLIDE", "SANDAL", "BOOT")
MATERIALS = (
    *("UPPER: LEATHER", "UPPER: TEXTILE / SYNTHETIC", "LINING: TEXTILE", "OUTSOLE: RUBBER", "SOLE: EVA / RUBBER"),
    *("BUFFALO LEATHER", "SUEDE LEATHER", "FULL GRAIN LEATHER", "COTTON CANVAS", "SYNTHETIC LEATHER"),
)
FIBRES = ("COTTON", "POLYESTER", "NYLON", "RAYON", "WOOL", "SPANDEX", "ACRYLIC", "VISCOSE", "LINEN", "SILK")
KOREAN_MATERIALS = (
    *(
        "천연가죽(소)",
        "합성가죽",
        "폴리에스터 100%",
        "면 100%",
        "갑피: 합성가죽",
        "겉감: 섬유",
        "창: 고무",
        "합성피혁, 섬유",
    ),
    *("겉감: 나일론 100%", "안감: 폴리에스터 100%", "소가죽", "인조가죽, 메쉬"),
)
KOREAN_NAMES = ("운동화", "스니커즈", "런닝화", "샌들", "슬리퍼", "워킹화", "등산화", "캔버스화", "부츠", "로퍼")
CARE = (
    *(
        "MACHINE WASH COLD",
        "WITH LIKE COLORS",
        "GENTLE CYCLE",
        "DO NOT BLEACH",
        "TUMBLE DRY LOW",
        "COOL IRON IF NEEDED",
    ),
    *("LINE DRY", "DO NOT DRY CLEAN", "RESHAPE AND DRY FLAT", "HAND WASH ONLY", "WASH SEPARATELY", "IRON ON LOW"),
)
KOREAN_CARE = (
    *("취급시 주의사항", "물세탁 금지", "직사광선을 피하십시오", "표백제 사용 금지", "화기에 가까이 하지 마십시오"),
    *(
        "품질보증기간: 구입일로부터 6개월",
        "본 제품은 공정거래위원회 고시에 따라 교환 또는 보상",
        "서늘한 곳에 보관하십시오",
    ),
)
REMARKS = (
    *("Q.C. PASS", "1 PAIR", "MADE UNDER LICENSE", "KEEP DRY", "INSPECTED BY 12", "ALL RIGHTS RESERVED", "MEDIUM", "D"),
    *("100% AUTHENTIC", "IMPORTED", "DESIGNED IN USA", "THE BRAND WITH A HEART", "STANDARD FIT", "WIDTH: D", "2E"),
)
COMPANIES = ("한국스포츠", "서울상사", "대한통상", "신발나라", "동서무역", "에이비씨코리아", "한빛유통")
WEARERS = {
    "MEN": ("MEN'S", "MEN", "M", "남성용"),
    "WOMEN": ("WOMEN'S", "WOMEN", "W", "여성용"),
    "KIDS": ("KIDS", "JUNIOR", "YOUTH", "아동용"),
}

# The names of fields as Korean law and habit have them; the first is the usual one.
KOREAN_FIELDS = {
    "code": ("품번", "모델명", "스타일", "제품번호", "품 번"),
    "colour": ("색상", "컬러", "색 상"),
    "size": ("사이즈", "치수", "호칭", "규격"),
    "country": ("제조국", "원산지", "제조국명"),
    "date": ("제조년월", "제조연월", "제조일자", "제조시기"),
    "name": ("소재", "재질", "제품소재", "혼용률"),
    "article": ("품명", "제품명", "상품명"),
    "price": ("소비자가격", "판매가격", "소비자가", "가격", "권장소비자가격"),
    "order": ("공장코드", "로트번호"),
    "other": ("수입원", "판매원", "수입자", "제조자", "수입/판매원"),
}
LATIN_FIELDS = {
    "code": (
        "STYLE NO.",
        "STYLE",
        "ART NO.",
        "ART.",
        "ARTICLE",
        "MODEL",
        "ITEM NO.",
        "STYLE#",
        "MODEL NO.",
        "STYLE CODE",
    ),
    "colour": ("COLOR", "COLOUR", "COL.", "COL"),
    "size": ("SIZE", "SIZE/TAILLE", "SZ"),
    "date": ("DATE", "PROD. DATE", "MFG DATE", "DATE OF PRODUCTION", "PD"),
    "order": ("PO#", "PO NO.", "P/O", "ORDER", "LOT", "FACTORY", "FTY", "O/N", "PO", "FACTORY CODE"),
    "name": ("MATERIAL", "MATL", "DESCRIPTION", "DESC", "ARTICLE NAME"),
    "price": ("PRICE", "MSRP", "RETAIL"),
    "country": ("ORIGIN", "COUNTRY OF ORIGIN", "COO"),
}
