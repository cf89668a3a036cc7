"""Simulated shoppers: they see the tag and its reading, and accept, correct, overlook and mistype.

A shopper knows the text on the tag, and nothing of the model, the store or the cycle.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from ocr_model.codes.text import edit_distance, label_text, match_key

Status = Literal["accepted", "corrected", "unreadable"]

_OVERLOOKED = 2  # most edits between reading and tag of an error that shoppers overlook
_KEYBOARD = ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
_LETTERS_FOR_DIGITS = str.maketrans("01258", "OIZSB")


@dataclass(frozen=True, slots=True)
class Habit:
    """How careful a shopper is."""

    mistypes: float  # chance that typed text has an error
    overlooks: float  # chance that a small error of the reading is accepted
    letters_for_digits: bool = False  # always corrects, and types O for 0, I for 1, Z for 2, S for 5, B for 8


CAREFUL = Habit(mistypes=0.01, overlooks=0.02)
HASTY = Habit(mistypes=0.25, overlooks=0.2)
STALL = Habit(mistypes=0.1, overlooks=0.0, letters_for_digits=True)
_HASTY_SHARE = 0.1  # of the shoppers


@dataclass(frozen=True, slots=True)
class Shopper:
    """A person with a phone."""

    client: str  # pseudonym of the browser
    habit: Habit


@dataclass(frozen=True, slots=True)
class Verdict:
    """A shopper's answer to a reading."""

    status: Status
    text: str | None  # typed; None unless corrected


def crowd(count: int = 40) -> tuple[Shopper, ...]:
    """Shoppers of the street; every tenth is hasty."""
    hasty = round(count * _HASTY_SHARE)
    return tuple(Shopper(f"shopper-{place:02d}", HASTY if place < hasty else CAREFUL) for place in range(count))


def stall(count: int = 5) -> tuple[Shopper, ...]:
    """Sellers of a stall who type in their stock in a hurry, all with letters for digits."""
    return tuple(Shopper(f"stall-{place}", STALL) for place in range(count))


def judge(shopper: Shopper, read: str, printed: str, rng: random.Random) -> Verdict:
    """The shopper's verdict on a reading.

    Args:
        shopper: whose verdict it is.
        read: text that is shown.
        printed: text on the tag; "" if it has none.
        rng: decides on errors.
    """
    habit, truth = shopper.habit, label_text(printed)
    if not match_key(truth):
        return Verdict("accepted", None) if not match_key(read) else Verdict("unreadable", None)
    if habit.letters_for_digits:
        typed = truth.translate(_LETTERS_FOR_DIGITS)
        return Verdict("corrected", mistype(typed, rng) if rng.random() < habit.mistypes else typed)
    if label_text(read) == truth:
        return Verdict("accepted", None)
    is_small = match_key(read) != "" and edit_distance(label_text(read), truth) <= _OVERLOOKED
    if is_small and rng.random() < habit.overlooks:
        return Verdict("accepted", None)
    return Verdict("corrected", mistype(printed, rng) if rng.random() < habit.mistypes else printed)


def mistype(text: str, rng: random.Random) -> str:
    """The text with one slip: a neighbouring key, two characters swapped, one left out, or one typed twice."""
    places = [place for place, character in enumerate(text) if character.isascii() and character.isalnum()]
    place = rng.choice(places)
    before, character, after = text[:place], text[place], text[place + 1 :]
    slip = rng.random()
    if slip < 0.5 or len(places) < 2:
        return before + _neighbour(character, rng) + after
    if slip < 0.7:
        return before + after
    if slip < 0.8 or not after or after[0] == character:
        return before + character + character + after
    return before + after[0] + character + after[1:]


def _neighbour(character: str, rng: random.Random) -> str:
    row = next(keys for keys in _KEYBOARD if character.upper() in keys)
    place = row.index(character.upper())
    return rng.choice([row[at] for at in (place - 1, place + 1) if 0 <= at < len(row)])
