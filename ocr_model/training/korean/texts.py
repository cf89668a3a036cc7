"""Lines of Korean legal blocks, and lines without Hangul: field names, values, prose, and strings of any syllables."""

from __future__ import annotations

import random
from functools import cache

from data_gen import texts
from data_gen.whole_tag import vocabulary as printed
from ocr_model.tags.korean_model import is_hangul
from ocr_model.tags.vocabulary import vocabulary
from ocr_model.training.korean.alphabet import korean_words, syllables

_SIGNS = (" : ", ": ", ":", " ", " ", "", " / ", " - ", ") ", "(")
_BULLETS = ("", "", "", "", "", "- ", "* ", "1. ", "2) ")
_KINDS = {"name": 0.22, "latin value": 0.24, "korean value": 0.16, "price": 0.06, "date": 0.04, "word": 0.06}
_OTHERS = {"prose": 0.05, "any": 0.09, "latin": 0.08}
_RARE = tuple(chr(code) for code in range(0xAC00, 0xD7A4))


def korean_line(words: random.Random) -> str:
    """One line as it is printed; about one in seven has no Hangul."""
    kinds = _KINDS | _OTHERS
    kind = words.choices(tuple(kinds), weights=tuple(kinds.values()))[0]
    name = _spread(words.choice(_names()), words)
    if kind == "name":
        return words.choice(_BULLETS) + name + words.choice(("", "", "", ":", " :"))
    if kind == "latin value":
        return _field(name, _latin_value(words), words)
    if kind == "korean value":
        return _field(name, words.choice(_words()), words)
    if kind == "price":
        amount = f"{words.randint(9, 399)},{words.choice(('000', '000', '900', '500'))}"
        price = words.choice((f"{amount}원", f"{amount} 원", f"{amount}원(VAT포함)"))
        return price if words.random() < 0.5 else _field(name, price, words)
    if kind == "date":
        date = f"{words.randint(2010, 2027)}년 {words.randint(1, 12)}월"
        return date if words.random() < 0.3 else _field(name, date.replace(" ", words.choice((" ", ""))), words)
    if kind == "word":
        return words.choice(_words())
    if kind == "prose":
        return "".join(words.choice((word, f"{word} ")) for word in words.sample(_words(), words.randint(2, 3)))[:18]
    if kind == "any":
        return _any_syllables(words)
    return latin_line(words)


def latin_line(words: random.Random) -> str:
    """A line without Hangul."""
    if words.random() < 0.5:
        return texts.line_text(words, longest=22)
    if words.random() < 0.5:
        return texts.neighbour_text(words)
    line = words.choice((*printed.CARE, *printed.MATERIALS, *printed.REMARKS, *printed.NAME_WORDS, *_latin_names()))
    return words.choice((line, line.title(), line.lower(), f"{line} {_latin_value(words)}"))[:24]


def _field(name: str, value: str, words: random.Random) -> str:
    return (words.choice(_BULLETS) + name + words.choice(_SIGNS) + value)[:26]


def _latin_value(words: random.Random) -> str:
    kind = words.random()
    if kind < 0.45:
        return texts.line_text(words, longest=14)
    if kind < 0.6:
        return words.choice(("{}", "{}mm", "{}MM", "{} mm", "{}(mm)")).format(words.randrange(200, 320, 5))
    if kind < 0.7:
        return words.choice(printed.COLOURS)[words.choice((0, 1))]
    if kind < 0.8:
        return f"{words.randint(2010, 2027)}.{words.randint(1, 12):02d}"
    if kind < 0.9:
        return (
            words.choice(("02-", "080-", "1588-", "031-")) + f"{words.randint(100, 9999)}-{words.randint(1000, 9999)}"
        )
    return words.choice(printed.COUNTRIES)[0]


def _spread(name: str, words: random.Random) -> str:
    """A name as it is, or with its syllables set apart."""
    if words.random() < 0.08 and len(name) < 5:
        return (" " if words.random() < 0.7 else "  ").join(name.replace(" ", ""))
    return name.replace(" ", "") if words.random() < 0.2 else name


def _any_syllables(words: random.Random) -> str:
    """Syllables in no order of any language: each is to be known without its neighbours."""
    known, count = syllables(), words.randint(1, 9)
    line = ""
    for _ in range(count):
        line += words.choice(known) if words.random() < 0.7 else words.choice(_common())
        if words.random() < 0.15:
            line += words.choice((" ", "/", "(", ")", ",", ".", "1", "A"))
    return line


@cache
def _names() -> tuple[str, ...]:
    return tuple(name for name in vocabulary().field_names if any(map(is_hangul, name)))


@cache
def _latin_names() -> tuple[str, ...]:
    return tuple(name for name in vocabulary().field_names if name.isascii())


@cache
def _words() -> tuple[str, ...]:
    return korean_words()


@cache
def _common() -> tuple[str, ...]:
    """The syllables of KS X 1001, which every Korean font draws."""
    return tuple(syllable for syllable in _RARE if _is_common(syllable))


def _is_common(syllable: str) -> bool:
    try:
        return len(syllable.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False
