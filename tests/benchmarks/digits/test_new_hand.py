"""A hand that training never saw, and what is said of its errors before and after."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.digits import new_hand
from benchmarks.digits.hand import WAYS, draw_hand
from benchmarks.digits.new_hand import Learned, draw, figures, has_learned, main
from data_gen.drawn.glyphs import DIGITS
from ocr_model.labelled_folder import read_labels
from tests.benchmarks.loop_demo.finishing import report


def learned(before: int, after: int, mnist_before: int = 10, mnist_after: int = 10) -> Learned:
    """100 drawings and 1,000 of MNIST's, of which so many are misread."""
    drawings = draw_hand(3, 100)

    def readings(wrong: int) -> list[str]:
        return ["" if at < wrong else drawn.digit for at, drawn in enumerate(drawings)]

    def right(wrong: int) -> list[bool]:
        return [at >= wrong for at in range(1000)]

    mnist = right(mnist_before), right(mnist_after)
    return Learned(drawings, readings(before), readings(after), 60, 20, report("a", "v1.0", "accepted", 2), mnist)


def test_the_hand_draws_all_digits_alike_for_a_seed_and_never_twice() -> None:
    drawings = draw_hand(1, 20)
    assert Counter(drawn.digit for drawn in drawings) == dict.fromkeys("0123456789", 2)
    for drawn, again in zip(drawings, draw_hand(1, 20), strict=True):
        assert np.array_equal(drawn.image, again.image)
        assert drawn.image.shape == (160, 160) and drawn.image[0].min() == 255 and drawn.image.min() < 64
    assert not np.array_equal(drawings[7].image, drawings[17].image)
    assert not np.array_equal(drawings[7].image, draw_hand(2, 8)[7].image)


def test_none_of_its_ways_is_one_of_the_training() -> None:
    assert sorted(WAYS) == sorted(DIGITS)
    assert not any(way in DIGITS[digit] for digit, way in WAYS.items())


def test_errors_before_and_after_are_told_with_their_intervals() -> None:
    told = figures(learned(40, 10))
    assert "60, of these 20 corrected" in told
    assert "misread: 40 of 100, then 10 (change -30.0 points" in told
    assert "MNIST's test digits misread: 10 of 1000, then 10 (change +0.0 points" in told


@pytest.mark.parametrize(
    ("found", "is_learned"),
    [(learned(40, 10), True), (learned(40, 39), False), (learned(40, 10, 10, 60), False)],
    ids=["better", "by chance", "MNIST forgotten"],
)
def test_a_hand_is_learned_where_its_errors_fall_and_mnist_stays(found: Learned, is_learned: bool) -> None:
    assert has_learned(found) is is_learned


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    draw(learned(40, 10), tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 10_000


def test_other_hands_are_some_of_mnists_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_hand, "FOLDER", tmp_path / "mnist")
    assert new_hand._other_hands(tmp_path / "none") is None
    train = tmp_path / "mnist" / "train"
    train.mkdir(parents=True)
    Image.fromarray(draw_hand(1, 1)[0].image).save(train / "00000.png")
    (train / "labels.tsv").write_text("file\ttext\n00000.png\t0\n", encoding="utf-8")
    others = new_hand._other_hands(tmp_path / "others")
    assert others is not None
    assert [label.text for label in read_labels(others)] == ["0"]


def test_an_earlier_demonstration_is_not_written_over(tmp_path: Path) -> None:
    assert main(["--out", str(tmp_path)]) == 2
