"""The kinds of plates: how each is lettered, in how many rows, and in which colours.

Sources as of `ocr_model.domains.plate_formats`. Lengths are of the height of the plate's main characters.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ocr_model.domains.plate_formats import (
    ARMED_FORCES,
    COMMERCIAL,
    DELIVERY,
    DIPLOMATS,
    PRIVATE,
    REGIONS,
    RENTAL,
)

Colours = Literal["white", "green", "yellow", "electric", "blue", "black"]
Family = Literal["korean", "european", "other"]
Row = tuple[str, ...]
"""Pieces of a row from left to right, a gap between them; `서|울` is a region's two syllables, one over the other."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CONSONANTS = "BCDFGHJKLMNPRSTVWXYZ"
_NO_SIMILAR = "ABCDEFGHJKLMNPRSTUVWXYZ"  # I, O and Q are left out by most countries


@dataclass(frozen=True)
class PlateText:
    """The text of a plate, by rows from top to bottom."""

    rows: tuple[Row, ...]
    main: int = -1  # the row of the largest characters

    def label(self, row: int) -> str:
        """What is read in a row: no spaces."""
        return "".join(self.rows[row]).replace("|", "")

    @property
    def whole(self) -> str:
        """What is read on the whole plate."""
        return "".join(self.label(row) for row in range(len(self.rows)))


@dataclass(frozen=True)
class PlateKind:
    """A kind of plates."""

    name: str
    family: Family
    weight: float  # how often it is drawn, relative to others of its family
    text: Callable[[random.Random], PlateText]
    colours: tuple[Colours, ...] = ("white",)
    band: bool = False  # a band of another colour at its left end, with small letters that are not read
    heading: bool = False  # small words above or below the characters, which are not read


def _digits(words: random.Random, count: int) -> str:
    return "".join(words.choice("0123456789") for _ in range(count))


def _letters(words: random.Random, count: int, alphabet: str = _NO_SIMILAR) -> str:
    return "".join(words.choice(alphabet) for _ in range(count))


def _serial(words: random.Random) -> str:
    """Four digits, the first of which is no zero on new plates and may be on old ones."""
    return words.choice("1234567890" if words.random() < 0.3 else "123456789") + _digits(words, 3)


def _use(words: random.Random) -> str:
    if words.random() < 0.12:
        return words.choice(RENTAL)
    return words.choice(PRIVATE)


def _one_row(*pieces: str) -> PlateText:
    return PlateText((pieces,))


def _new(words: random.Random) -> PlateText:
    first = str(words.randint(100, 999))
    return _one_row(f"{first}{_use(words)}", _serial(words))


def _seven(words: random.Random) -> PlateText:
    return _one_row(f"{words.randint(1, 99):02d}{_use(words)}", _serial(words))


def _short(words: random.Random) -> PlateText:
    """Two digits and the syllable above, four digits below, as of 2004 and on small vehicles."""
    first = f"{words.randint(1, 99):02d}" if words.random() < 0.75 else str(words.randint(100, 999))
    return PlateText(((f"{first}{_use(words)}",), (_serial(words),)))


def _regional(words: random.Random) -> PlateText:
    """`서울 12` above, `가 3456` below, as until 2003."""
    digits = f"{words.randint(1, 99)}" if words.random() < 0.35 else f"{words.randint(10, 99)}"
    return PlateText(((words.choice(REGIONS), digits), (_use(words), _serial(words))))


def _commercial(words: random.Random) -> PlateText:
    region, number = words.choice(REGIONS), f"{words.randint(11, 99)}"
    use = DELIVERY if words.random() < 0.2 else words.choice(COMMERCIAL)
    return _one_row("|".join(region), f"{number}{use}", _serial(words))


def _commercial_short(words: random.Random) -> PlateText:
    region, number = words.choice(REGIONS), f"{words.randint(11, 99)}"
    use = DELIVERY if words.random() < 0.2 else words.choice(COMMERCIAL)
    return PlateText(((region, number), (use, _serial(words))))


def _armed(words: random.Random) -> PlateText:
    return _one_row(f"{words.randint(1, 99):02d}{words.choice(ARMED_FORCES)}", _serial(words))


def _diplomatic(words: random.Random) -> PlateText:
    return _one_row(words.choice(DIPLOMATS), f"{_digits(words, 3)}-{_digits(words, 3)}")


def _france(words: random.Random) -> PlateText:
    middle, dash = _digits(words, 3), words.choice(("-", "-", ""))
    left, right = _letters(words, 2), _letters(words, 2)
    return _one_row(f"{left}{dash}", f"{middle}{dash}", right) if dash else _one_row(left, middle, right)


def _germany(words: random.Random) -> PlateText:
    district = _letters(words, words.choice((1, 1, 2, 2, 3)), _LETTERS)
    letters = _letters(words, words.choice((1, 2, 2)))
    number = str(words.randint(1, 9999)) + words.choice(("", "", "", "", "E", "H"))
    if len(district + letters + number) < 4:
        number = str(words.randint(100, 9999))
    return _one_row(district, letters, number)


def _spain(words: random.Random) -> PlateText:
    return _one_row(_digits(words, 4), _letters(words, 3, _CONSONANTS))


def _britain(words: random.Random) -> PlateText:
    return _one_row(f"{_letters(words, 2)}{_digits(words, 2)}", _letters(words, 3, _NO_SIMILAR + "O"))


def _netherlands(words: random.Random) -> PlateText:
    pieces = words.choice((("LL", "DDD", "L"), ("L", "DDD", "LL"), ("DD", "LLL", "D"), ("D", "LLL", "DD")))
    drawn = [_letters(words, len(piece)) if piece[0] == "L" else _digits(words, len(piece)) for piece in pieces]
    return _one_row(f"{drawn[0]}-", f"{drawn[1]}-", drawn[2])


def _belgium(words: random.Random) -> PlateText:
    return _one_row(f"{words.choice('12')}-", f"{_letters(words, 3)}-", _digits(words, 3))


def _three_three(words: random.Random) -> PlateText:
    last = words.choice("0123456789" * 2 + _NO_SIMILAR)
    dash = words.choice(("", "", "-"))
    return _one_row(f"{_letters(words, 3, _LETTERS)}{dash}", _digits(words, 2) + last)


def _two_five(words: random.Random) -> PlateText:
    digits = _digits(words, 5)
    return _one_row(_letters(words, 2), *((digits,) if words.random() < 0.5 else (digits[:2], digits[2:])))


def _portugal(words: random.Random) -> PlateText:
    return _one_row(_letters(words, 2, _LETTERS), _digits(words, 2), _letters(words, 2, _LETTERS))


def _czechia(words: random.Random) -> PlateText:
    region = words.choice("ABCEHJKLMPSTUZ")
    return _one_row(f"{_digits(words, 1)}{region}{words.choice('0123456789ABCDEFHIJKLMNPRSTUVXYZ')}", _digits(words, 4))


def _croatia(words: random.Random) -> PlateText:
    city, number = _letters(words, 2), _digits(words, words.choice((3, 4)))
    return _one_row(city, f"{number}-{_letters(words, words.choice((1, 2)))}")


def _poland(words: random.Random) -> PlateText:
    letters = words.choice((0, 1, 2))
    tail = _digits(words, 5 - letters) + _letters(words, letters)
    return _one_row(_letters(words, words.choice((2, 3))), tail)


def _free(words: random.Random) -> PlateText:
    """Letters and digits in groups that no country has: what is read is what is printed."""
    pieces = []
    left = words.randint(3, 8)
    while left > 0:
        count = min(left, words.randint(1, 4))
        draw = words.choice((_digits, _digits, _letters))
        pieces.append(draw(words, count) if draw is _digits else _letters(words, count, _LETTERS))
        left -= count
    joint = words.choice(("", "", "-", "."))
    return _one_row(*(f"{piece}{joint}" for piece in pieces[:-1]), pieces[-1])


def _letters_digits(words: random.Random) -> PlateText:
    """Two or three letters, three or four digits, perhaps letters again."""
    tail = words.choice(((), (), (_letters(words, 2, _LETTERS),)))
    digits = words.choice((3, 3, 4))
    return _one_row(_letters(words, words.choice((2, 3, 3)), _LETTERS), _digits(words, digits), *tail)


def _dotted(words: random.Random) -> PlateText:
    """Two digits, a letter, a dash, and digits with a dot, in one row."""
    letters = _letters(words, words.choice((1, 1, 1, 2)))
    digits = _digits(words, 4) if words.random() < 0.3 else f"{_digits(words, 3)}.{_digits(words, 2)}"
    return _one_row(f"{words.randint(10, 99)}{letters}-{digits}")


def _dotted_short(words: random.Random) -> PlateText:
    """The same in two rows, as on motorcycles."""
    letter = _letters(words, 1)
    digits = _digits(words, 4) if words.random() < 0.3 else f"{_digits(words, 3)}.{_digits(words, 2)}"
    return PlateText(((f"{words.randint(10, 99)}-{letter}{words.choice('123456789')}",), (digits,)))


_DARK: tuple[Colours, ...] = ("white", "white", "black")

KINDS: tuple[PlateKind, ...] = (
    PlateKind("eight digits", "korean", 3.0, _new, band=True),
    PlateKind("seven digits", "korean", 2.0, _seven),
    PlateKind("electric", "korean", 1.0, _new, ("electric",), band=True),
    PlateKind("two rows", "korean", 1.6, _short, ("white", "green", "green")),
    PlateKind("regional", "korean", 1.6, _regional, ("green",)),
    PlateKind("commercial", "korean", 1.2, _commercial, ("yellow",)),
    PlateKind("commercial, two rows", "korean", 0.9, _commercial_short, ("yellow",)),
    PlateKind("armed forces", "korean", 0.15, _armed),
    PlateKind("diplomatic", "korean", 0.2, _diplomatic, ("blue",)),
    PlateKind("France, Italy", "european", 1.0, _france, band=True),
    PlateKind("Germany", "european", 1.2, _germany, band=True),
    PlateKind("Spain", "european", 0.8, _spain, band=True),
    PlateKind("Great Britain", "european", 1.0, _britain, ("white", "yellow"), band=True),
    PlateKind("Netherlands", "european", 0.8, _netherlands, ("yellow",), band=True),
    PlateKind("Belgium", "european", 0.6, _belgium, band=True),
    PlateKind("Sweden, Finland, Lithuania", "european", 0.8, _three_three, band=True),
    PlateKind("Norway, Denmark", "european", 0.7, _two_five, band=True),
    PlateKind("Portugal", "european", 0.5, _portugal, band=True),
    PlateKind("Czechia", "european", 0.7, _czechia, band=True),
    PlateKind("Croatia", "european", 0.5, _croatia, band=True),
    PlateKind("Poland", "european", 0.8, _poland, band=True),
    PlateKind("letters and digits", "other", 1.2, _letters_digits, _DARK, heading=True),
    PlateKind("dotted", "other", 0.8, _dotted, ("white", "white", "yellow", "blue")),
    PlateKind("dotted, two rows", "other", 1.0, _dotted_short),
    PlateKind("any", "other", 1.0, _free, ("white", "yellow", "black", "blue"), heading=True),
)


def choose_kind(words: random.Random, korean: float, european: float) -> PlateKind:
    """A kind, the families by their shares (the rest is "other") and the kinds by their weights."""
    chance = words.random()
    family: Family = "korean" if chance < korean else "european" if chance < korean + european else "other"
    kinds = [kind for kind in KINDS if kind.family == family]
    return words.choices(kinds, weights=[kind.weight for kind in kinds])[0]
