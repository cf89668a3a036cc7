import random

from ocr_model.tags.korean_model import is_hangul
from ocr_model.tags.vocabulary import vocabulary
from ocr_model.training.korean.texts import korean_line, latin_line


def test_lines_are_of_many_kinds_and_come_again() -> None:
    lines = [korean_line(random.Random(number)) for number in range(600)]
    assert lines == [korean_line(random.Random(number)) for number in range(600)]
    hangul = sum(any(map(is_hangul, line)) for line in lines)
    assert 480 < hangul < 580
    assert all(0 < len(line) <= 30 for line in lines)
    names = [name for name in vocabulary().field_names if is_hangul(name[0])]
    assert sum(any(line.endswith(name) for line in lines) for name in names) > len(names) / 2


def test_latin_lines_have_no_hangul() -> None:
    lines = [latin_line(random.Random(number)) for number in range(300)]
    assert not any(is_hangul(character) for line in lines for character in line)
