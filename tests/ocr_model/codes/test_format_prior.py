import json
import math
import random
import re
import time
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.format_prior import FORMAT_TABLE, FormatPrior
from ocr_model.codes.formats import FORMATS, CodeFormat
from ocr_model.codes.text import CHARSET
from ocr_model.errors import ModelError
from ocr_model.export.format_table import compile_formats

PRIOR = FormatPrior.load()


def printed(data: st.DataObject) -> str:
    entry = data.draw(st.sampled_from(FORMATS))
    return data.draw(st.from_regex(re.compile(entry.pattern, re.ASCII), fullmatch=True))


def test_the_codes_of_all_brands_are_favoured() -> None:
    for entry in FORMATS:
        for example in entry.examples:
            assert PRIOR.advantage(example) > 1.0, example


@given(st.data())
def test_spaces_and_field_names_do_not_matter(data: st.DataObject) -> None:
    text = printed(data)
    plain = PRIOR.advantage(text)
    assert plain > 0.0
    assert PRIOR.advantage(text.replace(" ", "")) == plain
    for name in ("STYLE NO. ", "MTL#", "ITEM: ", "REF "):
        assert PRIOR.advantage(name + text) >= plain
    assert PRIOR.advantage(f"{text} COLOR:BLK") >= plain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ART",
        "STYLE NO.",
        "COLOR:BLK",
        "GW287I",
        "CW22B8-111",
        "315122-1111",
        "A1",
        "a",
        "가나다",
        "W" * 300,
        "(" * 30,
    ],
)
def test_other_texts_get_nothing(text: str) -> None:
    assert PRIOR.advantage(text) == 0.0
    assert PRIOR.bonus(text, 1.0) == 0.0


def test_strings_at_random_hardly_ever_look_like_a_code() -> None:
    rng = random.Random(0)
    texts = ["".join(rng.choices(CHARSET[:36], k=rng.randint(4, 12))) for _ in range(5000)]
    assert sum(PRIOR.advantage(text) > 0.0 for text in texts) <= 50


@given(st.text(CHARSET, max_size=24), st.floats(0.0, 1.0))
def test_the_bonus_is_at_most_four_to_one(text: str, weight: float) -> None:
    assert 0.0 <= PRIOR.bonus(text, weight) <= math.log(4.0)


def test_the_bonus_grows_with_the_weight() -> None:
    bonuses = [PRIOR.bonus("GW2871", weight) for weight in (0.0, 0.05, 0.1, 1.0)]
    assert bonuses[0] == 0.0
    assert bonuses[1] == pytest.approx(0.05 * PRIOR.advantage("GW2871"))
    assert bonuses == sorted(bonuses)
    assert bonuses[-1] == pytest.approx(math.log(4.0))


def test_the_formats_probabilities_sum_to_one() -> None:
    formats = (
        CodeFormat("a", "a", r"([A-C]{2}[0-9]?)", ("AB",)),
        CodeFormat("b", "b", r"(A)[- ]?([0-9]{1,2})", ("A1",)),
    )
    prior = FormatPrior.from_table(compile_formats(formats))
    total = 0.0
    for length in range(5):
        for characters in product("ABC-0123456789", repeat=length):
            state: int | None = 0
            for one in characters:
                state = prior.steps[state].get(one) if state is not None else None
            if state is not None and length in prior.ends[state]:
                total += math.exp(prior.ends[state][length])
    assert total == pytest.approx(1.0)
    # A1 is one of 10 texts of one of three lengths of one of two formats; AB one of 9, of two, of two.
    assert math.expm1(prior.advantage("A1")) == pytest.approx(1 / 60 / ((0.95 / 36) ** 2 / 24))
    assert math.expm1(prior.advantage("AB")) == pytest.approx(1 / 36 / ((0.95 / 36) ** 2 / 24))


def test_the_table_is_compiled_from_these_formats() -> None:
    assert json.loads(FORMAT_TABLE.read_text(encoding="utf-8")) == compile_formats()


def test_the_table_loads_at_once() -> None:
    def seconds() -> float:
        began = time.process_time()
        FormatPrior.load()
        return time.process_time() - began

    assert min(seconds() for _ in range(3)) < 0.05


def test_a_table_of_other_formats_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "table.json"
    file.write_text(json.dumps(compile_formats(FORMATS[:3])), encoding="utf-8")
    with pytest.raises(ModelError, match="prior --compile"):
        FormatPrior.load(file)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"digest": "", "counts": [], "states": [{}]}'])
def test_a_damaged_table_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "table.json"
    with pytest.raises(ModelError, match="cannot be read"):
        FormatPrior.load(file)
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="holds no compiled formats"):
        FormatPrior.load(file)
