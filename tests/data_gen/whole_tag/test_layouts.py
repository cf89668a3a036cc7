"""Every layout: fields of one tag agree, and no print lies on other print."""

import itertools

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.whole_tag.canvas import Canvas
from data_gen.whole_tag.layouts import LAYOUTS, choose_layout
from data_gen.whole_tag.truth import ROLES, UNITS, Corners
from ocr_model.codes.text import match_key
from tests.data_gen.whole_tag.drawn import book, draw, drawable

SEEDS = range(12)


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> str:
    if request.param not in drawable():
        pytest.skip("no face on this machine draws Hangul (Debian: fonts-nanum)")
    return request.param


def edges(corners: Corners) -> tuple[float, float, float, float]:
    points = np.array(corners)
    return (*points.min(axis=0), *points.max(axis=0))


def test_the_code_stands_on_the_tag_once_and_everywhere_the_same(layout: str) -> None:
    for seed in SEEDS:
        fields, tag = draw(layout, seed)
        lines = [line for line in tag.lines if line.role == "code"]
        assert lines, (layout, seed)
        for line in lines:
            assert match_key(fields.code) in match_key(line.text)
            assert [(value.role, value.text) for value in line.values] == [("code", fields.code)]


def test_values_are_those_of_the_fields_and_stand_in_their_line(layout: str) -> None:
    for seed in SEEDS:
        fields, tag = draw(layout, seed)
        for line in tag.lines:
            assert line.role in ROLES and line.text == line.text.strip() != ""
            for value in line.values:
                assert value.role == line.role and value.unit in UNITS.get(value.role, ("",))
                if value.role == "size":
                    assert value.text == fields.sizes.get(value.unit, fields.garment_size)
                if value.role == "brand":
                    assert value.text == fields.brand and line.text.lower() == fields.brand.lower()
                elif value.role != "code":
                    assert value.text in line.text
        bars = {code.text for code in tag.barcodes if code.format in {"EAN-13", "UPC-A"}}
        assert bars <= {fields.barcode}


def test_no_print_lies_on_other_print(layout: str) -> None:
    for seed in SEEDS:
        _, tag = draw(layout, seed)
        boxes = [(line.text, edges(line.corners)) for line in tag.lines]
        boxes += [(code.format, edges(code.corners)) for code in tag.barcodes]
        for (text, a), (other, b) in itertools.combinations(boxes, 2):
            apart = min(a[2], b[2]) - max(a[0], b[0]) <= 2 or min(a[3], b[3]) - max(a[1], b[1]) <= 2
            assert apart, (layout, seed, text, other)


def test_a_tag_is_the_same_at_every_scale(layout: str) -> None:
    def content(tag: Canvas) -> list[tuple[str, str]]:
        return [(line.text, line.role) for line in tag.lines]

    for seed in SEEDS:
        (_, fine), (_, coarse) = draw(layout, seed, 9.0), draw(layout, seed, 6.0)
        assert (fine.width, fine.height) == (coarse.width, coarse.height)
        assert content(fine) == content(coarse)


def test_layouts_of_hangul_need_a_face_for_it() -> None:
    import random

    words = random.Random(0)
    assert {choose_layout(words, hangul=False) for _ in range(200)} == set(LAYOUTS) - {"korean label"}
    assert all(book().hangul) and ("korean label" in drawable()) == bool(book().hangul)
