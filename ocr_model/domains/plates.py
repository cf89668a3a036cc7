"""Number plates: Korean ones with a syllable, and those of Latin letters and digits."""

from __future__ import annotations

import re

from ocr_model.codes.formats import CodeFormat
from ocr_model.codes.text import normalize_text
from ocr_model.domains.domain import Domain, take_apart_by

# The syllables of use (private, rental, commercial, delivery) and those of the older plates' regions.
_USE = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주아바사자배하허호"
_REGIONS = "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주"
_SYLLABLES = "".join(dict.fromkeys(_USE + _REGIONS.replace("|", "")))
_NOT_KEY = re.compile(r"[^A-Z0-9가-힣]+")

FORMATS = (
    CodeFormat("Korea", "car", rf"(\d{{2,3}}[{_USE}]\d{{4}})", ("12가3456", "123가4567")),
    CodeFormat("Korea", "region", rf"((?:{_REGIONS})\d{{1,2}}[{_USE}]\d{{4}})", ("서울12가3456",)),
)


def _key(text: str) -> str:
    return _NOT_KEY.sub("", normalize_text(text))


PLATES = Domain(
    name="plates",
    what="a number plate",
    charset=f"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. {_SYLLABLES}",
    longest=16,
    normalize=normalize_text,
    key=_key,
    group=_key,  # pictures of one vehicle
    take_apart=take_apart_by(FORMATS, _key),
    formats=FORMATS,
    recipe="plates-1",
    weights="plates",
)
