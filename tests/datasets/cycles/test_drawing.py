from __future__ import annotations

import dataclasses

import pytest

from datasets.cycles.drawing import draw_accuracy, draw_confidence, draw_differences, draw_examples
from tests.datasets.cycles.test_evaluation_sets import MISREAD, READ, TAGS
from tests.datasets.cycles.test_report import report


def test_plots_are_pictures_and_show_no_crop_of_a_shopper() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (`make test-setup`)")
    one = report()
    for picture in (
        draw_differences(one.comparisons),
        draw_accuracy(one.comparisons),
        draw_confidence(TAGS, {"champion": MISREAD, "challenger": READ}),
        draw_examples([TAGS], one.examples),
    ):
        assert picture is not None
        assert picture.startswith(b"\x89PNG")
    collected = dataclasses.replace(TAGS, kind="holdout")
    assert draw_examples([collected], one.examples) is None
