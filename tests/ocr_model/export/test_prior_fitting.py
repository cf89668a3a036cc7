"""The weight of the format prior is chosen where it helps and costs nothing."""

import json
import math
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.__main__ import main
from ocr_model.codes.format_prior import FORMAT_TABLE, FormatPrior
from ocr_model.codes.text import CHARSET, match_key
from ocr_model.export.prior_fitting import (
    SAME_SHAPE,
    Outcome,
    Seen,
    brand_code,
    choose_weight,
    measure_weight,
    near_miss,
    random_string,
)
from ocr_model.reading.hypotheses import Hypothesis

Writer = Callable[..., Path]
PRIOR = FormatPrior.load()


def reading(text: str, probability: float) -> Hypothesis:
    log = math.log(probability)
    return Hypothesis(text, log, (log, *[0.0] * (len(text) - 1)), log)


def test_the_kinds_of_text() -> None:
    rng = random.Random(0)
    for _ in range(200):
        brand, other, near = brand_code(PRIOR, rng), random_string(PRIOR, rng), near_miss(PRIOR, rng)
        assert PRIOR.advantage(brand) > 0.0
        assert PRIOR.advantage(other) == PRIOR.advantage(near) == 0.0
        assert all(len(text) <= 22 and set(text) <= set(CHARSET) for text in (brand, other, near))


def test_near_misses_look_like_codes() -> None:
    rng = random.Random(1)
    shape = {one: shapes[0] for shapes in SAME_SHAPE for one in shapes}
    text = near_miss(PRIOR, rng)
    # Some way of choosing among equal shapes is in a format again.
    ways = [""]
    for one in text:
        same = [other for other in shape if shape[other] == shape[one]] if one in shape else [one]
        ways = [way + other for way in ways for other in same]
    assert any(PRIOR.advantage(way) for way in ways)


def test_what_a_weight_does_is_counted() -> None:
    seen = [
        Seen("GW2871", [reading("GW287I", 0.55), reading("GW2871", 0.45)]),  # put right
        Seen("GW287I", [reading("GW287I", 0.55), reading("GW2871", 0.45)]),  # spoilt
        Seen("GW2871", [reading("GW2871", 0.9), reading("GW287I", 0.1)]),
        Seen("GW287I", [reading("GW287I", 0.9), reading("GW2871", 0.1)]),
        Seen("XYZ", [reading("XY", 0.9)]),
    ]
    assert measure_weight(PRIOR, 0.0, seen) == Outcome(crops=5, right=3, gained=0, lost=0)
    assert measure_weight(PRIOR, 0.2, seen) == Outcome(crops=5, right=3, gained=1, lost=1)
    assert str(measure_weight(PRIOR, 0.2, seen)) == "60.00 % (+1 -1)"
    assert str(measure_weight(PRIOR, 0.2, [])) == "no crop"


def outcomes(**changes: tuple[int, int]) -> dict[float, Outcome]:
    return {float(weight[1:]) / 10: Outcome(1000, 900, *change) for weight, change in changes.items()}


def test_the_smallest_weight_that_is_as_good_as_the_best() -> None:
    brands = outcomes(w0=(0, 0), w1=(40, 0), w2=(95, 0), w3=(100, 0))
    assert choose_weight(brands, outcomes(w0=(0, 0), w1=(0, 0), w2=(0, 0), w3=(0, 0))) == 0.2


def test_a_weight_that_costs_random_strings_more_than_noise_is_not_chosen() -> None:
    brands = outcomes(w0=(0, 0), w1=(40, 0), w2=(95, 0), w3=(100, 0))
    assert choose_weight(brands, outcomes(w0=(0, 0), w1=(0, 1), w2=(0, 2), w3=(0, 9))) == 0.1
    assert choose_weight(brands, outcomes(w0=(0, 0), w1=(0, 5), w2=(0, 5), w3=(0, 9))) == 0.0
    with pytest.raises(ValueError, match="more than noise"):
        choose_weight(outcomes(w3=(9, 0)), outcomes(w3=(0, 9)))


def test_the_command_chooses_shows_and_stores(
    attention_model: Writer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = attention_model()
    real = tmp_path / "real" / "mine"
    real.mkdir(parents=True)
    Image.new("RGB", (60, 20), "black").save(real / "tag.png")
    (real / "labels.tsv").write_text("file\ttext\ntag.png\tA1\n", encoding="utf-8")
    arguments = ["prior", "--model", str(directory), "--count", "2", "--real", str(real.parent), "--write"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "| weight | brands' codes, 2 | random strings, 2 | near misses, 2 |" in out
    assert "Chosen weight: 0. Fresh crops:" in out  # this model reads no codes, so nothing is gained
    assert "| 0 | 100.00 % (+0 -0) | " in out[out.index("Real crops") :]
    assert "mine, twins, 6" in out
    assert "microseconds of processor time" in out
    assert json.loads((directory / "model.json").read_text(encoding="utf-8"))["decoding"] == {"prior_weight": 0.0}


@pytest.mark.parametrize(
    "arguments", [["--model", "absent"], ["--recipe", "absent"], ["--recipe", "v1.0"]], ids=lambda value: value[0]
)
def test_what_cannot_be_measured_gives_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prior", *arguments]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_compiling_reproduces_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    before = FORMAT_TABLE.read_bytes()
    assert main(["prior", "--compile"]) == 0
    assert FORMAT_TABLE.read_bytes() == before
    assert capsys.readouterr().out.startswith("581 states in ")


def test_keys_are_compared_not_spellings() -> None:
    assert match_key("CW2288-111") == match_key("CW2288 111")
    seen = [Seen(match_key("CW2288-111"), [reading("CW2288 111", 0.9)])]
    assert measure_weight(PRIOR, 0.1, seen).right == 1
