"""What the small reader of Korean words tells apart: the syllables of the vocabulary, and four kinds of other print."""

from __future__ import annotations

from data_gen.whole_tag import vocabulary as printed
from ocr_model.tags.korean_model import DIGIT, HANGUL, LETTER, MARK, is_hangul
from ocr_model.tags.vocabulary import vocabulary

FURTHER_WORDS = (
    *("년", "월", "일", "번호", "코드", "주식회사", "제조", "수입", "판매", "남성용", "여성용", "아동용", "남녀공용"),
    *("품질보증기준", "공정거래위원회", "교환", "환불", "소비자상담실", "서울특별시", "경기도", "부산", "도로", "기재"),
    *(
        "우레탄",
        "합성섬유",
        "인조가죽",
        "천연",
        "섬유",
        "메쉬",
        "스웨이드",
        "소가죽",
        "양가죽",
        "돈피",
        "면",
        "모",
        "울",
    ),
    *("운동화", "구두", "단화", "샌들", "슬리퍼", "부츠", "양말", "가방", "의류", "신발", "굽높이", "발볼", "별도표기"),
)
"""Words of legal blocks beside those that roles are found by: what is known as a word is not mistaken for another."""


def korean_words() -> tuple[str, ...]:
    """Every Korean word that the syllables are taken from, sorted."""
    words = vocabulary()
    groups = (words.field_names, words.countries, words.colours, words.materials, words.brands, words.currencies)
    drawn = (
        *(colour[2] for colour in printed.COLOURS),
        *(country[3] for country in printed.COUNTRIES),
        *(name for names in printed.KOREAN_FIELDS.values() for name in names),
        *printed.KOREAN_MATERIALS,
        *printed.KOREAN_NAMES,
        *printed.KOREAN_CARE,
        *printed.COMPANIES,
    )
    every = {word for group in groups for word in group} | set(drawn) | set(FURTHER_WORDS)
    return tuple(sorted(word for word in every if any(map(is_hangul, word))))


def syllables() -> str:
    """The syllables that have a class of their own, in the order of their code points."""
    return "".join(sorted({syllable for word in korean_words() for syllable in word if is_hangul(syllable)}))


def as_classes(text: str, alphabet: str) -> str:
    """A text as the reader is to read it: spaces dropped, and whatever has no class of its own by its kind.

    Args:
        text: as printed.
        alphabet: syllables with a class of their own.
    """
    read = []
    for character in text:
        if character.isspace():
            continue
        if is_hangul(character):
            read.append(character if character in alphabet else HANGUL)
        elif character.isdigit():
            read.append(DIGIT)
        elif character.isalpha():
            read.append(LETTER)
        else:
            read.append(MARK)
    return "".join(read)
