"""Lines that are no product codes: words, what receipts and forms print, single characters, lines that can be turned.

A reader that has only seen codes reads codes everywhere. Labels are upper case, like all labels.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from data_gen.texts import DIGITS, LETTERS, names_one_of
from ocr_model.codes.text import CHARSET

TURNABLE = "01689HNSXZO-"  # others, or themselves, upside down
_SINGLE = "".join(letter for letter in LETTERS if letter not in "OIQ") + DIGITS  # alone, O is 0 and I is 1
_SIGNS_BEFORE = "$$$$¥¥€£"
_SIGNS_AFTER = "%%%%$€¥*"

# Words of labels, boxes, receipts and signs, as frequent in print as in speech.
_WORDS = re.findall(
    "[a-z]+",
    """
    about address adult air alarm all amount and animal apart arrival article assembly available back bag ball
    bank bar base battery beach beauty bike black blue board body book boot bottle bottom box bread bright
    broken brown bus button cabin cable cafe call camera canvas car card care carton cash cellar center chair
    change charge check children city class clean clear closed cloth coat coffee cold collection color comfort
    company contact cool corner cotton country court cream credit customer danger dark date day delivery depart
    design desk dial dinner direct door double down drive dry due east easy edge electric empty engine entrance
    error euro exit express fabric factory family fan fashion fast fee field final fire first fit flat floor
    flow foot forward fragile free fresh friday front fuel full garden gas gate general gift glass gold grand
    green grey group guest hall hand handle hard heat heavy height help high hold home hot hotel hour house ice
    imported info inside iron island item job jump junior keep key kind kitchen lace lake large last laundry
    leather left lemon length level lift light limit line lining list live local lock long low machine made mail
    main manager market mask material max medium member men menu metal mesh middle mild milk min mixed model
    monday month motor music name natural navy new next night noise normal north note number nylon ocean office
    oil old online only open orange order origin outer outsole over oxford package page paid pair paper park
    part pass payment peak phone pink plate please point polyester power press price print private product
    public pull pump purple push quality quantity queen quick quiet radio rail rain ready receipt red refund
    regular rest return ribbon right river road roll room round royal rubber run sale salt sand sans school
    season seat second select self sell serial service set shade sharp sheet shelf ship shirt shoe shop short
    shower side signal silver simple single size skin sleeve slow small smart smoke snow soap social soft sole
    south space special speed sport spring staff stage stair standard star start state station steel step stock
    stone stop store street strong style suede sugar summer sun super supply support surface sweet switch table
    tag tax team tear test textile ticket time title today top total touch towel town toy track trade train
    travel tree trust turn type under unit upper use valid value van velcro view visit warm warning wash waste
    water way week weight welcome west wet wheel white wide width wild wind window wine winter women wood wool
    work world yellow year young zero zone
    """,
)
_ONSETS = re.findall(
    "[a-z]+", "b bl br c ch cl cr d dr f fl fr g gl gr h j k kl l m n p pl pr qu r s sch sh sk sl sp st t tr v w z"
)
_CORES = re.findall("[a-z]+", "a e i o u ai au ea ee ei ie oo ou y")
_ENDS = ["", "", "", *re.findall("[a-z]+", "b ck d f g l ll m n nd ng nt p r rd rk rt s ss st t th x")]


def words_line(rng: random.Random) -> str:
    """One to three words, known and made up, as printed: Black/White, Made in Karlost, kitchen."""
    count = rng.choices((1, 2, 3), weights=(6, 3, 1))[0]
    words = [rng.choice(_WORDS) if rng.random() < 0.6 else _made_up(rng) for _ in range(count)]
    kind = rng.random()
    if kind < 0.5:
        words = [word.title() for word in words]
    elif kind < 0.65:
        words = [words[0].title(), *words[1:]]
    elif kind < 0.8:
        words = [word.upper() for word in words]
    text = rng.choices((" ", "/", "-", "& ", ". "), weights=(12, 2, 2, 1, 1))[0].join(words)
    return text + rng.choices(("", ".", ":", f" {rng.randint(0, 999)}"), weights=(14, 1, 2, 2))[0]


def _made_up(rng: random.Random) -> str:
    """A word that can be spoken and is in no list."""
    return "".join(
        rng.choice(_ONSETS) + rng.choice(_CORES) + rng.choice(_ENDS) for _ in range(rng.choice((1, 1, 2, 2, 2, 3)))
    )


def _number(rng: random.Random, least: int, most: int) -> str:
    return "".join(rng.choice(DIGITS) for _ in range(rng.randint(least, most)))


def receipt_line(rng: random.Random) -> str:
    """An amount, date, time, article or telephone number, quantity, measure, or size."""
    day, month, year = f"{rng.randint(1, 31):02}", f"{rng.randint(1, 12):02}", f"{rng.randint(1995, 2030)}"
    clock = f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
    amount = f"{int(10 ** rng.uniform(0, 4))}.{rng.choice(('00', '50', '90', '95', '99', _number(rng, 2, 2)))}"
    name = rng.choice(_WORDS) if rng.random() < 0.7 else _made_up(rng)
    lines: tuple[Callable[[], str], ...] = (
        lambda: amount,
        lambda: f"{rng.choice(('EUR', 'USD', 'KRW', 'CHF', 'SUM'))} {amount}",
        lambda: f"{amount} {rng.choice(('EUR', 'A', 'B', 'EUR A'))}",
        lambda: rng.choice(".-/").join((day, month, rng.choice((year, year[2:])))),
        lambda: f"{year}{rng.choice('-./')}{month}{rng.choice('-./')}{day}",
        lambda: f"{day}.{month}.{year[2:]} {clock}",
        lambda: rng.choice((clock, f"{clock}:{_number(rng, 2, 2)}", f"{name.title()}: {clock}")),
        lambda: _number(rng, 3, 13),
        lambda: _number(rng, 12, 13),
        lambda: f"{_number(rng, 2, 4)} {_number(rng, 3, 6)}/{_number(rng, 2, 4)}",
        lambda: f"{_number(rng, 2, 4)}-{_number(rng, 3, 4)}-{_number(rng, 4, 4)}",
        lambda: f"({_number(rng, 2, 3)}) {_number(rng, 3, 4)}-{_number(rng, 4, 4)}",
        lambda: f"{name.title()} {_number(rng, 2, 9)}",
        lambda: f"{_number(rng, 4, 5)} {name.title()}",
        lambda: f"{rng.randint(1, 40)} {rng.choice('xX')} {rng.choice((amount, ''))}",
        lambda: f"{rng.randint(1, 12)} {name.title()}",
        lambda: f"{_number(rng, 1, 4)}{rng.choice(('g', 'kg', 'ml', 'cm', 'mm', 'V', 'W', 'A', 'Hz'))}",
        lambda: f"{rng.choice(('US', 'UK', 'EU', 'EUR', 'KR', 'CM'))} {rng.randint(3, 48)}{rng.choice(('', '.5'))}",
        lambda: f"{rng.choice(('No.', 'Nr.', 'Art.', 'Tel.', 'Fax', 'Ref.', 'Lot', 'Qty:'))} {_number(rng, 2, 9)}",
    )
    return rng.choice(lines)().strip()


def short_line(rng: random.Random) -> str:
    """One character, or two."""
    if rng.random() < 0.6:
        return rng.choice(_SINGLE)
    return rng.choice((rng.choice(_SINGLE) + rng.choice(_SINGLE), f"{rng.randint(10, 99)}", f"{rng.randint(1, 9)}."))


def turnable_line(rng: random.Random) -> str:
    """Characters of `TURNABLE`, none of them a mark at either end. It stands upright: upright is the likelier way."""
    pool = TURNABLE if rng.random() < 0.5 else "0168969"
    text = "".join(rng.choice(pool) for _ in range(rng.randint(3, 11)))
    return text.strip("-")


LINES: dict[str, Callable[[random.Random], str]] = {
    "words": words_line,
    "receipts": receipt_line,
    "short": short_line,
    "turnable": turnable_line,
}


def other_line(kind: str, rng: random.Random, longest: int, excluded: frozenset[str] = frozenset()) -> str:
    """A line of a kind of `LINES` as it is printed, at most `longest` characters long.

    Args:
        kind: kind of the line.
        rng: generator of the choices.
        longest: characters of the longest line.
        excluded: match keys of codes that are never printed, as `texts.line_text` takes them.
    """
    while True:
        text = " ".join(LINES[kind](rng).split())
        label = text.upper()
        if not 1 <= len(text) <= longest or set(label) - set(CHARSET) or not any(map(str.isalnum, label)):
            continue
        if not (excluded and names_one_of(label, excluded)):
            return text


def with_sign(text: str, rng: random.Random) -> str:
    """The line with a sign that no code has, before or after it: $89.99, 100%. The sign is not read."""
    gap = " " if rng.random() < 0.25 else ""
    if rng.random() < 0.5:
        return rng.choice(_SIGNS_BEFORE) + gap + text
    return text + gap + rng.choice(_SIGNS_AFTER)
